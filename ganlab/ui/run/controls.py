"""Widgets for a config's fields. The session holds the config; widgets show it and change it.

A widget always offers the present value, whatever it is. Only the field that the visitor changed is read back.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.data import points
from ganlab.kind.fields import DIGIT_CHARACTERS, ConfigError, Knob
from ganlab.links import differences
from ganlab.ui import code
from ganlab.ui.run.experiment import Experiment
from ganlab.ui.text import RAISED, exists, named, number, text, worded

LOWERED = {raised: chr(plain) for plain, raised in RAISED.items()}
LINEAR_STEPS = (0.0, 0.5, 0.8, 0.9, 0.99, 0.999, 0.9999)
ROWS = (
    ("d_steps", "g_steps"),
    ("gamma", "gp_lambda"),
    ("clip_bound", "packing"),
    ("g_lr", "d_lr"),
    ("g_depth", "g_width"),
    ("d_depth", "d_width"),
    ("beta1", "beta2"),
)
"""Fields shown side by side."""
OPEN = "experiment"
"""The group that is always open."""
Below = Mapping[str, Callable[[], None]]
"""More content below the widgets of some fields, by field."""
NAMED = ("choice", "weights")
"""Kinds of fields whose values are keys with a name."""
CHIPS = 6
"""Visible chips; the others are in a popover."""


# Differences from the preset, and refused changes


def preset_menu(experiment: Experiment, lang: str) -> None:
    """The menu of presets, if there are any."""
    if not experiment.presets:
        return
    st.selectbox(
        text("run.preset.label", lang),
        list(experiment.presets),
        format_func=lambda name: text(f"preset.name.{name}", lang),
        help=text("run.preset.help", lang),
        **ui.held(experiment.name("w.preset"), experiment.preset, experiment.choose_preset),
    )
    name = text(f"preset.name.{experiment.preset}", lang)
    about, changed = text(f"preset.about.{experiment.preset}", lang), text("run.preset.changed", lang, name=name)
    ui.caption(changed if differences(experiment.config, experiment.base) else about)


def chips(experiment: Experiment, lang: str, elsewhere: Sequence[str] = ()) -> None:
    """The differences from the preset, but for fields that are shown elsewhere. A click undoes one."""
    changed = differences(experiment.config, experiment.base)
    changed = {name: pair for name, pair in changed.items() if name not in {*elsewhere, *experiment.bound}}
    chip = partial(_chip, experiment, changed, lang)
    for field in list(changed)[:CHIPS]:
        chip(field)
    if rest := list(changed)[CHIPS:]:
        label, help = text("run.chips.more", lang, count=len(rest)), text("run.chips.more_help", lang)
        with st.popover(label, help=help), st.container(horizontal=True):
            for field in rest:
                chip(field)
    if len(changed) > 1:
        look: dict[str, Any] = {"type": "tertiary", "help": text("run.chips.undo_all_help", lang)}
        look |= {"key": experiment.name("undo_all"), "on_click": experiment.choose_preset, "args": (experiment.preset,)}
        st.button(text("run.chips.undo_all", lang), **look)


def _chip(experiment: Experiment, changed: Mapping[str, tuple[Any, Any]], lang: str, field: str) -> None:
    mine, theirs = (phrase(experiment.specs[field], field, value, lang) for value in changed[field])
    st.button(
        said(worded(f"field.short.{field}", lang), mine),
        icon=":material/undo:",
        icon_position="right",
        key=experiment.name(f"chip.{field}"),
        help=text("run.chips.undo", lang, label=worded(f"field.label.{field}", lang), mine=mine, theirs=theirs),
        on_click=experiment.undo,
        args=(field,),
    )


def refusal(experiment: Experiment, lang: str) -> str | None:
    """The sentence about the last change that was refused, shown once."""
    error: ConfigError | None = st.session_state.pop(experiment.name("refusal"), None)
    if error is None:
        return None
    own = f"notice.refusal.{'no_classes' if error.field == 'classes' and not error.value else error.reason}"
    if exists(own):
        return text(own, lang, **error.facts)
    label, present = worded(f"field.label.{error.field}", lang), getattr(experiment.config, error.field)
    kept = show(experiment.specs[error.field], error.field, present, lang)
    facts = {"label": label, "reason": reason(error.reason, error.facts, lang), "kept": kept}
    if error.value == present:
        return text("notice.refusal.run", lang, **facts)
    return text("notice.refusal.kept", lang, value=code(str(error.value)), **facts)


def reason(key: str, facts: dict[str, Any], lang: str) -> str:
    """Why a value is not allowed, as a clause."""
    if "expected" in facts:
        facts = facts | {"expected": text(f"notice.expected.{facts['expected']}", lang)}
    return text(f"notice.reason.{key}", lang, **facts)


def show(spec: Knob, name: str, value: Any, lang: str) -> str:
    """A field's value in words."""
    if spec.kind in NAMED and value.startswith(points.PREFIX) and (n := points.count(value)) is not None:
        return text("own.name.counted", lang, n=n)
    if spec.kind in NAMED:
        known = spec.kind == "choice" or exists(f"choice.{name}.{value}")
        return named(name, value, lang) if known else text("field.value.upload", lang, code=value)
    if spec.kind == "bool":
        return text("field.value.on" if value else "field.value.off", lang)
    if spec.kind == "edits":
        return number(len(value), lang) if value else text("field.value.none", lang)
    if spec.kind == "classes":
        return text("field.value.all", lang) if value == DIGIT_CHARACTERS else " ".join(value)
    return number(value, lang, "" if spec.kind == "int" else ",.15g")


def phrase(spec: Knob, name: str, value: Any, lang: str) -> str:
    """A field's value among differences, where what is none is said in words: "no constraint"."""
    key = f"choice.without.{name}"
    return text(key, lang) if value == "none" and exists(key) else show(spec, name, value, lang)


def said(name: str, value: str) -> str:
    """A field and its value: "k 50"; a value that is a whole phrase stands alone: "no constraint"."""
    return value if name in value else f"{name} {value}"


def grid(spec: Knob) -> list[Any]:
    """A number's menu: a 1-2-5 series on log scales, powers of two if the bound is one, else fixed shares."""
    if spec.scale != "log":
        return [value for value in LINEAR_STEPS if spec.low <= value <= spec.high]
    if spec.kind == "int" and _power_of_two(spec.high):
        return [2**i for i in range(31) if spec.low <= 2**i <= spec.high]
    least = spec.low or spec.high * 1e-5
    rungs = [float(f"{digit}e{power}") for power in range(-6, 6) for digit in (1, 2, 5)]
    offered = [*([0.0] if spec.low == 0 else []), *(v for v in rungs if least <= v <= spec.high)]
    return [int(v) for v in offered] if spec.kind == "int" else offered


def options(spec: Knob, value: Any) -> list[Any]:
    """The menu of a number, including its present value."""
    return sorted({*grid(spec), value})


# Widgets


def opens(experiment: Experiment) -> bool:
    """Whether the browser has none of the widgets yet. Then they may come last, so that the picture stands sooner.

    Later they come first: with a visitor's next press the browser reports every widget, and an old value of one that it
    has not drawn yet would count as changed.
    """
    return not any(widget_key(experiment, name) in st.session_state for name in experiment.specs)


def sidebar(
    experiment: Experiment, lang: str, notes: Mapping[str, str] | None = None, below: Below | None = None
) -> None:
    """All widgets by group; most groups are folded. notes, below: sentences and content below some widgets."""
    seen = {name: spec for name, spec in experiment.specs.items() if experiment.bound.get(name) != "hidden"}
    for group in dict.fromkeys(spec.group for spec in seen.values()):
        names = [name for name, spec in seen.items() if spec.group == group]
        with st.container() if group == OPEN else st.expander(worded(f"field.group.{group}", lang)):
            rows(experiment, names, lang, notes or {}, below or {})


def rows(experiment: Experiment, names: Sequence[str], lang: str, notes: Mapping[str, str], below: Below) -> None:
    """The widgets of a group."""
    idle = experiment.config.inactive() | dict.fromkeys(experiment.bound, "taught")
    together = [tuple(name for name in row if name in names) for row in ROWS]
    beside = {name: row for row in together for name in row}
    for row in dict.fromkeys(beside.get(name, (name,)) for name in names):
        columns = st.columns(len(row), gap="small", vertical_alignment="bottom") if len(row) > 1 else [st.container()]
        for column, name in zip(columns, row, strict=True):
            with column:
                widget(experiment, name, idle.get(name), lang)
                if name in notes:
                    st.caption(notes[name])
                if name in below:
                    below[name]()


def widget(experiment: Experiment, name: str, idle: str | None, lang: str) -> None:
    """One field's widget with the config's value. `idle`: the reason why the field has no effect, or None."""
    spec, own = experiment.specs[name], f"field.{experiment.kind}.{name}"
    known = [key for key in (own, f"field.help.{name}") if exists(key)][:1]
    parts = [text(key, lang) for key in ([f"field.idle.{idle}"] if idle else []) + known]
    help = "\n\n".join([*parts, *choices_explained(spec, name, lang)])
    value, common = getattr(experiment.config, name), {"help": help, "disabled": bool(idle)}
    if spec.kind != "edits":
        raw = list(value) if spec.kind == "classes" else value
        common |= ui.held(widget_key(experiment, name), raw, partial(take, experiment, name))
    draw(experiment, name, value, lang, common)


def choices_explained(spec: Knob, name: str, lang: str) -> list[str]:
    """A list of what a menu's choices do, of those that have a sentence; empty if none has."""
    keys = {choice: f"choice.{name}_about.{choice}" for choice in spec.choices}
    said = [f"- **{named(name, choice, lang)}**: {text(key, lang)}" for choice, key in keys.items() if exists(key)]
    return ["\n".join(said)] if said else []


def draw(experiment: Experiment, name: str, value: Any, lang: str, common: dict[str, Any]) -> None:
    """Draws a field's widget with a value. common: key, help and callback."""
    DRAW[_style(experiment.specs[name])](experiment, name, value, lang, common)


def widget_key(experiment: Experiment, name: str) -> str:
    """The session key of a field's widget."""
    return experiment.name(f"w.{name}")


def take(experiment: Experiment, name: str, raw: Any) -> None:
    """Takes a widget's new value into the config."""
    try:
        experiment.adopt({name: read(experiment.specs[name], name, raw)})
    except ConfigError as error:
        experiment.refuse(error)


def read(spec: Knob, name: str, raw: Any) -> Any:
    """The field's value for a widget's state. Raises ConfigError."""
    if spec.kind == "classes":
        return spec.check(name, "".join(raw))
    return spec.parse(name, plain(raw)) if isinstance(raw, str) and spec.kind not in NAMED else raw


def plain(typed: str) -> str:
    """A typed number in Python's notation: decimal point, ASCII minus, no spaces, 2e-6 for 2·10⁻⁶."""
    ascii = "".join(typed.split()).replace(",", ".").replace("−", "-")
    return re.sub("^(?:([0-9.]+)·)?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)$", lambda m: f"{m[1] or 1}e{m[2].translate(LOWERED)}", ascii)


def _menu(experiment: Experiment, name: str, value: Any, lang: str, common: dict[str, Any]) -> None:
    spec = experiment.specs[name]
    offered = (*spec.choices, *st.session_state.get(f"{common['key']}.also", ()), value)
    choices = list(dict.fromkeys(offered)) if spec.kind in NAMED else options(spec, value)
    st.selectbox(
        worded(f"field.label.{name}", lang),
        choices,
        format_func=lambda v: v if isinstance(v, str) and spec.kind not in NAMED else show(spec, name, v, lang),
        accept_new_options=spec.kind not in NAMED,
        **common,
    )


def _stepper(experiment: Experiment, name: str, value: int, lang: str, common: dict[str, Any]) -> None:
    limits: dict[str, Any] = {
        "min_value": int(experiment.specs[name].low),
        "max_value": int(experiment.specs[name].high),
    }
    st.number_input(worded(f"field.label.{name}", lang), step=1, **limits, **common)


def _toggle(experiment: Experiment, name: str, value: bool, lang: str, common: dict[str, Any]) -> None:
    st.toggle(worded(f"field.label.{name}", lang), **common)


def _classes(experiment: Experiment, name: str, value: str, lang: str, common: dict[str, Any]) -> None:
    dataset = experiment.config.dataset

    def label(digit: str) -> str:
        key = f"choice.{dataset}.{digit}"
        return f"{digit} {text(key, lang)}" if exists(key) else digit

    label_of = worded(f"field.label.{name}", lang)
    st.pills(label_of, list(DIGIT_CHARACTERS), selection_mode="multi", format_func=label, **common)


def _list(experiment: Experiment, name: str, value: tuple[Any, ...], lang: str, common: dict[str, Any]) -> None:
    lines = [
        f"{number(step, lang)}: {worded(f'field.short.{f}', lang)} → {show(experiment.specs[f], f, v, lang)}"
        for step, f, v in value
    ]
    body = "  \n".join(lines) or text("field.value.none", lang)
    st.caption(f"{worded(f'field.label.{name}', lang)}: {body}", help=common["help"])


def _style(spec: Knob) -> str:
    if spec.kind in ("bool", "classes", "edits"):
        return spec.kind
    return "stepper" if spec.kind == "int" and spec.scale == "linear" else "menu"


def _power_of_two(value: float) -> bool:
    return int(value) & (int(value) - 1) == 0


DRAW = {"menu": _menu, "stepper": _stepper, "bool": _toggle, "classes": _classes, "edits": _list}
