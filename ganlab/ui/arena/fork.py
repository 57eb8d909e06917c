"""Changing a setting during a run: a new run branches off at a step. Also the list of these changes.

The config contains the changes, and so does the link. The original run stays unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.kind.config import RunConfig
from ganlab.kind.fields import ConfigError
from ganlab.ui.arena.edits import Change, grouped
from ganlab.ui.run import controls, price, training
from ganlab.ui.run.experiment import Experiment
from ganlab.ui.run.server import service
from ganlab.ui.text import text

IN_SIGHT = 3
"""Visible changes; the others are in a popover."""


@dataclass(frozen=True)
class Draft:
    """A change that the visitor is editing."""

    field: str
    step: int
    """The first step with the change."""
    steps: int
    """The target of the run with the change."""
    value: Any = None
    """None until a value is chosen."""
    error: ConfigError | None = None
    """The error of the last typed value."""

    def present(self, config: RunConfig) -> Any:
        """The field's value at the step without the change."""
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
    """A new change at a step. The run continues for at least half its length."""
    return Draft(field, step, min(100_000, max(config.steps, step + config.steps // 2)))


def live_fields(experiment: Experiment) -> list[str]:
    """The fields that the visitor may change during a run, in menu order."""
    bound = experiment.bound
    if "edits" in bound:
        return []
    return [name for name, spec in experiment.specs.items() if spec.live and name not in bound]


# The dialog


def ask(experiment: Experiment, step: int) -> None:
    """Opens the dialog at the next rerun."""
    ui.touched()
    name = {"name": "fork", "step": step, "member": experiment.member, "key": experiment.config.key()}
    st.session_state[experiment.name("ask")] = name


def dismiss(experiment: Experiment) -> None:
    """Closes the dialog."""
    ui.touched()
    for part in ("ask", "draft"):
        st.session_state.pop(experiment.name(part), None)


def dialog(experiment: Experiment, lang: str) -> None:
    """The dialog for a change. It stays open across reruns of the page."""
    wish = st.session_state.get(experiment.name("ask"))
    if not wish or wish["name"] != "fork":
        st.session_state.pop(experiment.name("draft"), None)
        return
    if wish["key"] != experiment.config.key():
        dismiss(experiment)
        return
    if experiment.name("draft") not in st.session_state:
        fields = live_fields(experiment)
        field = "d_steps" if "d_steps" in fields else fields[0]
        st.session_state[experiment.name("draft")] = drafted(experiment.config, wish["step"], field)

    @st.dialog(text("fork.dialog.title", lang), on_dismiss=lambda: dismiss(experiment))
    def contents() -> None:
        choose(experiment, st.session_state[experiment.name("draft")], lang)

    contents()


def choose(experiment: Experiment, draft: Draft, lang: str) -> None:
    """The dialog's widgets: field, value, first step and target."""
    st.caption(text("fork.dialog.about", lang))
    field_menu(experiment, draft, lang)
    common = {"key": experiment.name(f"fork.value.{draft.field}"), "help": text(f"field.help.{draft.field}", lang)}
    present = draft.present(experiment.config)
    value = st.session_state[common["key"]] = present if draft.value is None else draft.value
    controls.draw(experiment, draft.field, value, lang, common | {"on_change": take_value, "args": (experiment,)})
    for column, part in zip(st.columns(2), ("step", "steps"), strict=True):
        with column:
            step_input(experiment, draft, part, lang)
    refused = objection(experiment, draft, lang)
    if refused:
        (st.caption if draft.value is None and not draft.error else st.warning)(refused)
    go = text("fork.dialog.go", lang)
    label = go if refused else price.labelled(go, draft.child(experiment.config), lang)
    if st.button(label, experiment.name("fork.go"), type="primary", disabled=bool(refused)):
        child = draft.child(experiment.config)
        dismiss(experiment)
        training.train(experiment, child)
        ui.rerun()


def field_menu(experiment: Experiment, draft: Draft, lang: str) -> None:
    """The fields by group, each with its value at the step."""
    key, now = experiment.name("fork.field"), experiment.config.at(draft.step)

    def label(name: str) -> str:
        spec = experiment.specs[name]
        value = controls.show(spec, name, getattr(now, name), lang)
        group = text(f"field.group.{spec.group}", lang)
        return text("fork.dialog.option", lang, group=group, label=text(f"field.label.{name}", lang), value=value)

    st.session_state[key] = draft.field
    look: dict[str, Any] = {"format_func": label, "key": key, "on_change": take_field, "args": (experiment,)}
    st.selectbox(text("fork.dialog.field", lang), live_fields(experiment), **look)


def step_input(experiment: Experiment, draft: Draft, part: str, lang: str) -> None:
    """From which step on, or up to which."""
    key, most = experiment.name(f"fork.{part}"), int(experiment.specs["steps"].high)
    st.session_state[key] = getattr(draft, part)
    look: dict[str, Any] = {"key": key, "on_change": take_step, "args": (experiment, part), "step": 1}
    st.number_input(text(f"fork.dialog.{part}", lang), 0, most, help=text(f"fork.dialog.{part}_help", lang), **look)


def redraft(experiment: Experiment, **changes: Any) -> None:
    """Changes the draft."""
    st.session_state[experiment.name("draft")] = replace(st.session_state[experiment.name("draft")], **changes)


def take_field(experiment: Experiment) -> None:
    """Another field, its value untouched."""
    redraft(experiment, field=st.session_state[experiment.name("fork.field")], value=None, error=None)


def take_step(experiment: Experiment, part: str) -> None:
    """Another first or last step."""
    redraft(experiment, **{part: st.session_state[experiment.name(f"fork.{part}")]})


def take_value(experiment: Experiment) -> None:
    """The value that the widget holds, or why it is none."""
    name = st.session_state[experiment.name("draft")].field
    try:
        raw = st.session_state[experiment.name(f"fork.value.{name}")]
        redraft(experiment, value=controls.read(experiment.specs[name], name, raw), error=None)
    except ConfigError as error:
        redraft(experiment, error=error)


def objection(experiment: Experiment, draft: Draft, lang: str) -> str:
    """A sentence why the change is not possible; '' if it is."""
    if draft.value is None and not draft.error:
        return text("fork.refused.untouched", lang)
    try:
        child = draft.child(experiment.config)
    except ConfigError as error:
        label = text(f"field.label.{error.field}", lang)
        return text("fork.refused.reason", lang, label=label, reason=controls.reason(error.reason, error.facts, lang))
    idle = child.inactive().get(draft.field)
    return text(f"field.idle.{idle}", lang) if idle else ""


# The changes of a run


def changes(experiment: Experiment, lang: str) -> None:
    """The run's changes, each with a button that removes it, and a button back to the run before the last change."""
    found = grouped(experiment.config)
    if not found:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=experiment.name("edits")):
        st.caption(text("fork.list.title", lang), width="content")
        for index in range(min(IN_SIGHT, len(found))):
            chip(experiment, found, index, lang)
        if len(found) > IN_SIGHT:
            with st.popover(text("run.chips.more", lang, count=len(found) - IN_SIGHT)), st.container(horizontal=True):
                for index in range(IN_SIGHT, len(found)):
                    chip(experiment, found, index, lang)
        help = text("fork.list.back_help", lang, step=experiment.config.edits[-1][0])
        look: dict[str, Any] = {"icon": ":material/arrow_back:", "type": "tertiary", "help": help}
        st.button(text("fork.list.back", lang), experiment.name("back"), on_click=back, args=(experiment,), **look)


def elsewhere(config: RunConfig) -> tuple[str, ...]:
    """The fields that this list shows: the changes, and a target that follows from single updates."""
    ends = any(change.ends(config) for change in grouped(config))
    return ("edits", "steps") if ends else ("edits",)


def chip(experiment: Experiment, found: Sequence[Change], index: int, lang: str) -> None:
    """One change. A click removes it."""
    change, said = found[index], found[index].words(experiment.config, lang)
    key = "fork.list.remove_alone" if change.alone else "fork.list.remove"
    look: dict[str, Any] = {"icon": ":material/close:", "icon_position": "right"}
    look |= {"help": text(key, lang, change=said, step=change.step), "on_click": remove, "args": (experiment, index)}
    label = text("fork.list.alone" if change.alone else "fork.list.change", lang, change=said, step=change.step)
    st.button(label, experiment.name(f"edit-chip-{index}"), **look)


def remove(experiment: Experiment, index: int) -> None:
    """Removes a change; the config is then that of another run. Where it ended with single updates, it ends before."""
    change, config = grouped(experiment.config)[index], experiment.config
    left = {"edits": tuple(edit for edit in config.edits if edit not in change.edits)}
    steps = {"steps": change.step} if change.ends(config) and change.step else {}
    experiment.adopt(left | steps)


def back(experiment: Experiment) -> None:
    """Shows the run before the last change, with the target it had here, or up to the step it reached."""
    ui.touched()
    parent = next(parents(experiment.config))
    if experiment.before is not None and experiment.before.key() == parent.key():
        parent = experiment.before
    elif reached := service().reached(parent.key()):
        parent = parent.replace(steps=min(reached, 100_000))
    experiment.open(parent, experiment.preset, experiment.member)


def parents(config: RunConfig) -> Iterator[RunConfig]:
    """The runs that this one branched off from, the latest first. The last one has no changes."""
    yield from (parent for parent, _ in config.ancestors())
    yield config.replace(edits=())


def marks(config: RunConfig, lang: str) -> list[tuple[int, str]]:
    """(step, text) of all changes, one entry per step."""
    changes: dict[int, list[str]] = {}
    for change in grouped(config):
        changes.setdefault(change.step, []).append(change.words(config, lang))
    return [(step, ", ".join(texts)) for step, texts in changes.items()]
