"""A config's fields -> widgets -> config. The session holds one config, the truth; widgets show it and may change it.

A widget never narrows what a config may be: it offers the present value whatever it is, and only the visitor's own
change of a field is read back, for that field alone.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

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
"""Fields that stand side by side."""
OPEN = "experiment"
"""The group that is not folded away."""
Below = Mapping[str, Callable[[], None]]
"""What stands below the widgets of some fields, by field."""
NAMED = ("choice", "weights")
"""Kinds whose values are keys that have names."""
CHIPS = 6
"""Chips in sight; the others are one press away."""


# What differs from a preset, and what was refused


def preset_menu(place: Experiment, lang: str) -> None:
    """The prepared experiments, where there are any."""
    if not place.presets:
        return
    key = place.name("w.preset")
    hold(key, place.preset)
    st.selectbox(
        text("run.preset.label", lang),
        list(place.presets),
        format_func=lambda name: text(f"preset.name.{name}", lang),
        key=key,
        help=text("run.preset.help", lang),
        on_change=lambda: place.choose_preset(st.session_state[key]),
    )
    st.caption(text(f"preset.about.{place.preset}", lang))


def chips(place: Experiment, lang: str) -> None:
    """What differs from the preset; a press undoes it."""
    changed = differences(place.config, place.base)
    chip = partial(_chip, place, changed, lang)
    for field in list(changed)[:CHIPS]:
        chip(field)
    if rest := list(changed)[CHIPS:]:
        label, help = text("run.chips.more", lang, count=len(rest)), text("run.chips.more_help", lang)
        with st.popover(label, help=help), st.container(horizontal=True):
            for field in rest:
                chip(field)
    if len(changed) > 1:
        look: dict[str, Any] = {"type": "tertiary", "help": text("run.chips.undo_all_help", lang)}
        look |= {"key": place.name("undo_all"), "on_click": place.choose_preset, "args": (place.preset,)}
        st.button(text("run.chips.undo_all", lang), **look)


def _chip(place: Experiment, changed: Mapping[str, tuple[Any, Any]], lang: str, field: str) -> None:
    mine, theirs = (show(place.specs[field], field, value, lang) for value in changed[field])
    st.button(
        text("run.chips.changed", lang, name=worded(f"field.short.{field}", lang), mine=mine, theirs=theirs),
        icon=":material/undo:",
        icon_position="right",
        key=place.name(f"chip.{field}"),
        help=text("run.chips.undo", lang, label=worded(f"field.label.{field}", lang), mine=mine, theirs=theirs),
        on_click=place.undo,
        args=(field,),
    )


def refusal(place: Experiment, lang: str) -> str | None:
    """The sentence about what could not be done at the visitor's last wish, once."""
    error: ConfigError | None = st.session_state.pop(place.name("refusal"), None)
    if error is None:
        return None
    own = f"notice.refusal.{'no_classes' if error.field == 'classes' and not error.value else error.reason}"
    if exists(own):
        return text(own, lang, **error.facts)
    label, present = worded(f"field.label.{error.field}", lang), getattr(place.config, error.field)
    kept = show(place.specs[error.field], error.field, present, lang)
    said = {"label": label, "reason": reason(error.reason, error.facts, lang), "kept": kept}
    if error.value == present:
        return text("notice.refusal.run", lang, **said)
    return text("notice.refusal.kept", lang, value=code(str(error.value)), **said)


def reason(key: str, facts: dict[str, Any], lang: str) -> str:
    """Why a value is not allowed, as a clause."""
    if "expected" in facts:
        facts = facts | {"expected": text(f"notice.expected.{facts['expected']}", lang)}
    return text(f"notice.reason.{key}", lang, **facts)


def show(spec: Knob, name: str, value: Any, lang: str) -> str:
    """A field's value as the visitor reads it."""
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


def grid(spec: Knob) -> list[Any]:
    """What a number's menu offers: 1-2-5 on log scales, powers of two where the bound is one, round shares else."""
    if spec.scale != "log":
        return [value for value in LINEAR_STEPS if spec.low <= value <= spec.high]
    if spec.kind == "int" and _power_of_two(spec.high):
        return [2**i for i in range(31) if spec.low <= 2**i <= spec.high]
    least = spec.low or spec.high * 1e-5
    rungs = [float(f"{digit}e{power}") for power in range(-6, 6) for digit in (1, 2, 5)]
    offered = [*([0.0] if spec.low == 0 else []), *(v for v in rungs if least <= v <= spec.high)]
    return [int(v) for v in offered] if spec.kind == "int" else offered


def options(spec: Knob, value: Any) -> list[Any]:
    """The menu of a number, with its present value in place."""
    return sorted({*grid(spec), value})


# Widgets


def sidebar(place: Experiment, lang: str, notes: Mapping[str, str] | None = None, below: Below | None = None) -> None:
    """Every knob, grouped; the rare ones folded. Below the widgets of some fields, notes: sentences, below: more."""
    for group in dict.fromkeys(spec.group for spec in place.specs.values()):
        names = [name for name, spec in place.specs.items() if spec.group == group]
        with st.container() if group == OPEN else st.expander(worded(f"field.group.{group}", lang)):
            rows(place, names, lang, notes or {}, below or {})


def rows(place: Experiment, names: Sequence[str], lang: str, notes: Mapping[str, str], below: Below) -> None:
    """The widgets of a group, those of a row side by side."""
    idle = place.config.inactive()
    together = [tuple(name for name in row if name in names) for row in ROWS]
    beside = {name: row for row in together for name in row}
    for row in dict.fromkeys(beside.get(name, (name,)) for name in names):
        places = st.columns(len(row), gap="small", vertical_alignment="bottom") if len(row) > 1 else [st.container()]
        for column, name in zip(places, row, strict=True):
            with column:
                widget(place, name, idle.get(name), lang)
                if name in notes:
                    st.caption(notes[name])
                if name in below:
                    below[name]()


def widget(place: Experiment, name: str, idle: str | None, lang: str) -> None:
    """One field's widget, holding the config's value; `idle` is why it does nothing now."""
    spec, own = place.specs[name], f"field.{place.kind}.{name}"
    said = [key for key in (own, f"field.help.{name}") if exists(key)][:1]
    help = "\n\n".join(text(key, lang) for key in ([f"field.idle.{idle}"] if idle else []) + said)
    common = {"help": help, "disabled": bool(idle), "key": widget_key(place, name)}
    if spec.kind != "edits":
        common |= {"on_change": take, "args": (place, name)}
    draw(place, name, getattr(place.config, name), lang, common)


def draw(place: Experiment, name: str, value: Any, lang: str, common: dict[str, Any]) -> None:
    """The kind of widget that a field has, holding a value; common: its key, help, what a change of it calls."""
    DRAW[_style(place.specs[name])](place, name, value, lang, common)


def widget_key(place: Experiment, name: str) -> str:
    """The session's name for a field's widget."""
    return place.name(f"w.{name}")


def hold(key: str, value: Any) -> None:
    """Puts a value into a widget on every run, so that every message has it: the browser may never see the one before,
    and a widget that is drawn without its value starts at its lowest and tells so."""
    st.session_state[key] = value


def take(place: Experiment, name: str) -> None:
    """Reads one field's widget after the visitor changed it."""
    raw, spec = st.session_state[widget_key(place, name)], place.specs[name]
    try:
        place.adopt({name: read(spec, name, raw)})
    except ConfigError as error:
        place.refuse(error)


def read(spec: Knob, name: str, raw: Any) -> Any:
    """The value that a widget holds. Raises ConfigError."""
    if spec.kind == "classes":
        return spec.check(name, "".join(raw))
    return spec.parse(name, plain(raw)) if isinstance(raw, str) and spec.kind not in NAMED else raw


def plain(typed: str) -> str:
    """A typed number as Python spells it: a decimal point, an ASCII minus, no spaces, 2e-6 for 2·10⁻⁶."""
    ascii = "".join(typed.split()).replace(",", ".").replace("−", "-")
    return re.sub("^(?:([0-9.]+)·)?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)$", lambda m: f"{m[1] or 1}e{m[2].translate(LOWERED)}", ascii)


def _menu(place: Experiment, name: str, value: Any, lang: str, common: dict[str, Any]) -> None:
    spec = place.specs[name]
    offered = (*spec.choices, *st.session_state.get(f"{common['key']}.also", ()), value)
    choices = list(dict.fromkeys(offered)) if spec.kind in NAMED else options(spec, value)
    hold(common["key"], value)
    st.selectbox(
        worded(f"field.label.{name}", lang),
        choices,
        format_func=lambda v: v if isinstance(v, str) and spec.kind not in NAMED else show(spec, name, v, lang),
        accept_new_options=spec.kind not in NAMED,
        **common,
    )


def _stepper(place: Experiment, name: str, value: int, lang: str, common: dict[str, Any]) -> None:
    hold(common["key"], value)
    limits: dict[str, Any] = {"min_value": int(place.specs[name].low), "max_value": int(place.specs[name].high)}
    st.number_input(worded(f"field.label.{name}", lang), step=1, **limits, **common)


def _toggle(place: Experiment, name: str, value: bool, lang: str, common: dict[str, Any]) -> None:
    hold(common["key"], value)
    st.toggle(worded(f"field.label.{name}", lang), **common)


def _classes(place: Experiment, name: str, value: str, lang: str, common: dict[str, Any]) -> None:
    dataset = place.config.dataset
    hold(common["key"], list(value))

    def label(digit: str) -> str:
        key = f"choice.{dataset}.{digit}"
        return f"{digit} {text(key, lang)}" if exists(key) else digit

    label_of = worded(f"field.label.{name}", lang)
    st.pills(label_of, list(DIGIT_CHARACTERS), selection_mode="multi", format_func=label, **common)


def _list(place: Experiment, name: str, value: tuple[Any, ...], lang: str, common: dict[str, Any]) -> None:
    lines = [
        f"{number(step, lang)}: {worded(f'field.short.{f}', lang)} → {show(place.specs[f], f, v, lang)}"
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
