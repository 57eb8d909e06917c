"""A change in mid-run: the run that is shown branches off at a step with a setting changed; the list of such changes.

The change stands in the config, so the link has it; the run that it branches off from stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.kind.config import RunConfig
from ganlab.kind.fields import ConfigError, Edit, knobs
from ganlab.ui.run import controls, training
from ganlab.ui.run.experiment import Experiment
from ganlab.ui.run.server import service
from ganlab.ui.text import text

IN_SIGHT = 3
"""Changes in sight; the others are one press away."""


@dataclass(frozen=True)
class Draft:
    """A change that is being chosen."""

    field: str
    step: int
    """From which on it holds."""
    steps: int
    """The target of the run with the change."""
    value: Any = None
    """None until the visitor has chosen one."""
    error: ConfigError | None = None
    """What was wrong with the value that was typed last."""

    def present(self, config: RunConfig) -> Any:
        """The field's value there without the change."""
        return getattr(config.at(self.step), self.field)

    def child(self, config: RunConfig) -> RunConfig:
        """The run with the change. Raises ConfigError."""
        if self.error:
            raise self.error
        if self.steps <= self.step:
            raise ConfigError("steps", self.steps, "range", low=self.step + 1, high=100_000)
        value = self.present(config) if self.value is None else self.value
        return config.edited(self.step, self.field, value).replace(steps=self.steps)


def drafted(config: RunConfig, step: int, field: str = "d_steps") -> Draft:
    """A change from a step on, of a run that goes on for half its length at least."""
    return Draft(field, step, min(100_000, max(config.steps, step + config.steps // 2)))


def live_fields(place: Experiment) -> list[str]:
    """The fields that may change in mid-run, in menu order."""
    return [name for name, spec in place.specs.items() if spec.live]


# The dialog


def ask(place: Experiment, step: int) -> None:
    """Opens the dialog on the coming rerun."""
    ui.touched()
    name = {"name": "fork", "step": step, "member": place.member, "key": place.config.key()}
    st.session_state[place.name("ask")] = name


def dismiss(place: Experiment) -> None:
    """Closes it."""
    ui.touched()
    for part in ("ask", "draft"):
        st.session_state.pop(place.name(part), None)


def dialog(place: Experiment, lang: str) -> None:
    """Where a change is chosen, while the visitor asks for it; it outlives reruns of the page."""
    wish = st.session_state.get(place.name("ask"))
    if not wish or wish["name"] != "fork":
        st.session_state.pop(place.name("draft"), None)
        return
    if wish["key"] != place.config.key():
        dismiss(place)
        return
    if place.name("draft") not in st.session_state:
        st.session_state[place.name("draft")] = drafted(place.config, wish["step"])

    @st.dialog(text("fork.dialog.title", lang), on_dismiss=lambda: dismiss(place))
    def shown() -> None:
        choose(place, st.session_state[place.name("draft")], lang)

    shown()


def choose(place: Experiment, draft: Draft, lang: str) -> None:
    """What changes, from when on, to what, and how far the run then goes."""
    st.caption(text("fork.dialog.about", lang))
    field_menu(place, draft, lang)
    common = {"key": place.name(f"fork.value.{draft.field}"), "help": text(f"field.help.{draft.field}", lang)}
    present = draft.present(place.config)
    shown = present if draft.value is None else draft.value
    controls.draw(place, draft.field, shown, lang, common | {"on_change": take_value, "args": (place,)})
    for column, part in zip(st.columns(2), ("step", "steps"), strict=True):
        with column:
            step_input(place, draft, part, lang)
    said = objection(place, draft, lang)
    if said:
        (st.caption if draft.value is None and not draft.error else st.warning)(said)
    if st.button(text("fork.dialog.go", lang), place.name("fork.go"), type="primary", disabled=bool(said)):
        child = draft.child(place.config)
        dismiss(place)
        training.train(place, child)
        ui.rerun()


def field_menu(place: Experiment, draft: Draft, lang: str) -> None:
    """The fields by group, each with its value at the step."""
    key, now = place.name("fork.field"), place.config.at(draft.step)

    def label(name: str) -> str:
        spec = place.specs[name]
        value = controls.show(spec, name, getattr(now, name), lang)
        group = text(f"field.group.{spec.group}", lang)
        return text("fork.dialog.option", lang, group=group, label=text(f"field.label.{name}", lang), value=value)

    controls.hold(key, draft.field)
    look: dict[str, Any] = {"format_func": label, "key": key, "on_change": take_field, "args": (place,)}
    st.selectbox(text("fork.dialog.field", lang), live_fields(place), **look)


def step_input(place: Experiment, draft: Draft, part: str, lang: str) -> None:
    """From which step on, or up to which."""
    key, most = place.name(f"fork.{part}"), int(place.specs["steps"].high)
    controls.hold(key, getattr(draft, part))
    look: dict[str, Any] = {"key": key, "on_change": take_step, "args": (place, part), "step": 1}
    st.number_input(text(f"fork.dialog.{part}", lang), 0, most, help=text(f"fork.dialog.{part}_help", lang), **look)


def redraft(place: Experiment, **changes: Any) -> None:
    """Changes the draft."""
    st.session_state[place.name("draft")] = replace(st.session_state[place.name("draft")], **changes)


def take_field(place: Experiment) -> None:
    """Another field, its value untouched."""
    redraft(place, field=st.session_state[place.name("fork.field")], value=None, error=None)


def take_step(place: Experiment, part: str) -> None:
    """Another first or last step."""
    redraft(place, **{part: st.session_state[place.name(f"fork.{part}")]})


def take_value(place: Experiment) -> None:
    """The value that the widget holds, or why it is none."""
    name = st.session_state[place.name("draft")].field
    try:
        raw = st.session_state[place.name(f"fork.value.{name}")]
        redraft(place, value=controls.read(place.specs[name], name, raw), error=None)
    except ConfigError as error:
        redraft(place, error=error)


def objection(place: Experiment, draft: Draft, lang: str) -> str:
    """Why the run cannot branch off so, in a sentence; '' where it can."""
    if draft.value is None and not draft.error:
        return text("fork.refused.untouched", lang)
    try:
        child = draft.child(place.config)
    except ConfigError as error:
        label = text(f"field.label.{error.field}", lang)
        return text("fork.refused.reason", lang, label=label, reason=controls.reason(error.reason, error.facts, lang))
    idle = child.inactive().get(draft.field)
    return text(f"field.idle.{idle}", lang) if idle else ""


# The changes of a run


def changes(place: Experiment, lang: str) -> None:
    """The run's changes, each with a press that takes it away, and the way back to the run before the last of them."""
    edits = place.config.edits
    if not edits:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=place.name("edits")):
        st.caption(text("fork.list.title", lang), width="content")
        for index in range(min(IN_SIGHT, len(edits))):
            chip(place, index, lang)
        if len(edits) > IN_SIGHT:
            with st.popover(text("run.chips.more", lang, count=len(edits) - IN_SIGHT)), st.container(horizontal=True):
                for index in range(IN_SIGHT, len(edits)):
                    chip(place, index, lang)
        help = text("fork.list.back_help", lang, step=edits[-1][0])
        look: dict[str, Any] = {"icon": ":material/arrow_back:", "type": "tertiary", "help": help}
        st.button(text("fork.list.back", lang), place.name("back"), on_click=back, args=(place,), **look)


def chip(place: Experiment, index: int, lang: str) -> None:
    """One change; a press takes it away."""
    step, said = place.config.edits[index][0], worded(place.config.edits[index], place.config, lang)
    look: dict[str, Any] = {"icon": ":material/close:", "icon_position": "right"}
    look |= {"help": text("fork.list.remove", lang, change=said, step=step), "on_click": remove, "args": (place, index)}
    label = text("fork.list.change", lang, change=said, step=step)
    st.button(label, place.name(f"edit-chip-{index}"), **look)


def worded(edit: Edit, config: RunConfig, lang: str) -> str:
    """A change in short, without its step: "k 50"."""
    _, name, value = edit
    shown = controls.show(knobs(type(config))[name], name, value, lang)
    return text("run.chips.changed", lang, name=text(f"field.short.{name}", lang), mine=shown)


def remove(place: Experiment, index: int) -> None:
    """Takes one change away: the run that is meant from now on may be another."""
    place.adopt({"edits": tuple(edit for i, edit in enumerate(place.config.edits) if i != index)})


def back(place: Experiment) -> None:
    """Shows the run before the last change, as far as it was wished when it was last here, or as far as it came."""
    ui.touched()
    parent = next(parents(place.config))
    if place.before is not None and place.before.key() == parent.key():
        parent = place.before
    elif reached := service().reached(parent.key()):
        parent = parent.replace(steps=min(reached, 100_000))
    place.open(parent, place.preset, place.member)


def parents(config: RunConfig) -> Iterator[RunConfig]:
    """The runs that this one branched off from, the last first; at the end the one without any change."""
    yield from (parent for parent, _ in config.ancestors())
    yield config.replace(edits=())


def marks(config: RunConfig, lang: str) -> list[tuple[int, str]]:
    """(step, what changes there) of all changes, one entry a step."""
    said: dict[int, list[str]] = {}
    for edit in config.edits:
        said.setdefault(edit[0], []).append(worded(edit, config, lang))
    return [(step, ", ".join(changes)) for step, changes in said.items()]
