"""A config's fields -> widgets -> config. The session holds one config, the truth; widgets show it and may change it.

A widget never narrows what a config may be: it offers the present value whatever it is, and only the visitor's own
change of a field is read back, for that field alone.
"""

import re
from collections.abc import Sequence
from typing import Any

import streamlit as st

from ganlab.config import PlaneConfig
from ganlab.knobs import ConfigError, Knob, knobs
from ganlab.presets import PRESETS
from ganlab.ui import code, touched
from ganlab.ui.text import RAISED, number, text

CONFIG, PRESET, MEMBER, REFUSAL = "a.config", "a.preset", "a.member", "a.refusal"
"""Where the session keeps the config, the preset's key, the member shown, and the last change that was refused."""
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


def config() -> PlaneConfig:
    """The visitor's config."""
    return st.session_state[CONFIG]


def preset() -> str:
    """The key of the preset that the config is compared with."""
    return st.session_state[PRESET]


def adopt(changes: dict[str, Any]) -> None:
    """Takes changes to the config whole, or not at all and says why."""
    touched()
    try:
        st.session_state[CONFIG] = config().replace(**changes)
        st.session_state.pop(REFUSAL, None)
    except ConfigError as error:
        st.session_state[REFUSAL] = error


def choose_preset(name: str) -> None:
    """Takes a preset's whole config."""
    touched()
    st.session_state.pop(REFUSAL, None)
    st.session_state.update({CONFIG: PRESETS[name], PRESET: name, MEMBER: 0})


def undo(name: str) -> None:
    """Gives one field the preset's value."""
    adopt({name: getattr(PRESETS[preset()], name)})


def refusal(lang: str) -> str | None:
    """The sentence about the last change that could not be made, once."""
    error: ConfigError | None = st.session_state.pop(REFUSAL, None)
    if error is None:
        return None
    if error.reason == "many_edits":
        return text("notice.refusal.many_edits", lang)
    label, kept = text(f"field.label.{error.field}", lang), show(error.field, getattr(config(), error.field), lang)
    facts = {"label": label, "value": code(str(error.value)), "kept": kept}
    return text("notice.refusal.kept", lang, reason=reason(error.reason, error.facts, lang), **facts)


def reason(key: str, facts: dict[str, Any], lang: str) -> str:
    """Why a value is not allowed, as a clause."""
    if "expected" in facts:
        facts = facts | {"expected": text(f"notice.expected.{facts['expected']}", lang)}
    return text(f"notice.reason.{key}", lang, **facts)


def show(name: str, value: Any, lang: str) -> str:
    """A field's value as the visitor reads it."""
    spec = knobs(PlaneConfig)[name]
    if spec.kind == "choice":
        return text(f"choice.{name}.{value.partition(':')[0]}", lang)
    if spec.kind == "bool":
        return text("field.value.on" if value else "field.value.off", lang)
    if spec.kind == "edits":
        return number(len(value), lang) if value else text("field.value.none", lang)
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


def sidebar(lang: str) -> None:
    """Every knob, grouped; the rare ones folded."""
    idle, specs = config().inactive(), knobs(PlaneConfig)
    for group in dict.fromkeys(spec.group for spec in specs.values()):
        names = [name for name, spec in specs.items() if spec.group == group]
        with st.container() if group == OPEN else st.expander(text(f"field.group.{group}", lang)):
            rows(names, idle, lang)


def rows(names: Sequence[str], idle: dict[str, str], lang: str) -> None:
    """The widgets of a group, those of a row side by side."""
    beside = {name: row for row in ROWS for name in row}
    for row in dict.fromkeys(beside.get(name, (name,)) for name in names):
        places = st.columns(len(row), gap="small", vertical_alignment="bottom") if len(row) > 1 else [st.container()]
        for place, name in zip(places, row, strict=True):
            with place:
                widget(name, idle, lang)


def widget(name: str, idle: dict[str, str], lang: str) -> None:
    """One field's widget, holding the config's value."""
    spec, value = knobs(PlaneConfig)[name], getattr(config(), name)
    help = text(f"field.help.{name}", lang)
    if name in idle:
        help = text(f"field.idle.{idle[name]}", lang) + "\n\n" + help
    common = {"help": help, "disabled": name in idle, "key": widget_key(name)}
    DRAW[_style(spec)](name, spec, value, lang, common)


def widget_key(name: str) -> str:
    """The session's name for a field's widget."""
    return f"a.w.{name}"


def hold(key: str, value: Any, *signature: Any) -> None:
    """Puts a value into a widget that shows another, or that is about to be drawn anew."""
    drawn = (value, *signature)
    if st.session_state.get(key) != value or st.session_state.get(f"{key}.drawn") != drawn:
        st.session_state[key] = value
        st.session_state[f"{key}.drawn"] = drawn


def take(name: str) -> None:
    """Reads one field's widget after the visitor changed it."""
    touched()
    raw, spec = st.session_state[widget_key(name)], knobs(PlaneConfig)[name]
    try:
        adopt({name: spec.parse(name, plain(raw)) if isinstance(raw, str) and spec.kind != "choice" else raw})
    except ConfigError as error:
        st.session_state[REFUSAL] = error


def plain(typed: str) -> str:
    """A typed number as Python spells it: a decimal point, an ASCII minus, no spaces, 2e-6 for 2·10⁻⁶."""
    ascii = "".join(typed.split()).replace(",", ".").replace("−", "-")
    return re.sub("^(?:([0-9.]+)·)?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)$", lambda m: f"{m[1] or 1}e{m[2].translate(LOWERED)}", ascii)


def _menu(name: str, spec: Knob, value: Any, lang: str, common: dict[str, Any]) -> None:
    choices = list(dict.fromkeys([*spec.choices, value])) if spec.kind == "choice" else options(spec, value)
    hold(common["key"], value, lang, choices)
    st.selectbox(
        text(f"field.label.{name}", lang),
        choices,
        format_func=lambda v: v if isinstance(v, str) and spec.kind != "choice" else show(name, v, lang),
        accept_new_options=spec.kind != "choice",
        on_change=take,
        args=(name,),
        **common,
    )


def _stepper(name: str, spec: Knob, value: int, lang: str, common: dict[str, Any]) -> None:
    hold(common["key"], value, lang)
    limits: dict[str, Any] = {"min_value": int(spec.low), "max_value": int(spec.high), "step": 1}
    st.number_input(text(f"field.label.{name}", lang), on_change=take, args=(name,), **limits, **common)


def _toggle(name: str, spec: Knob, value: bool, lang: str, common: dict[str, Any]) -> None:
    hold(common["key"], value, lang)
    st.toggle(text(f"field.label.{name}", lang), on_change=take, args=(name,), **common)


def _list(name: str, spec: Knob, value: tuple[Any, ...], lang: str, common: dict[str, Any]) -> None:
    lines = [f"{number(step, lang)}: {text(f'field.short.{f}', lang)} → {show(f, v, lang)}" for step, f, v in value]
    body = "  \n".join(lines) or text("field.value.none", lang)
    st.caption(f"{text(f'field.label.{name}', lang)}: {body}", help=common["help"])


def _style(spec: Knob) -> str:
    if spec.kind in ("bool", "edits"):
        return spec.kind
    return "stepper" if spec.kind == "int" and spec.scale == "linear" else "menu"


def _power_of_two(value: float) -> bool:
    return int(value) & (int(value) - 1) == 0


DRAW = {"menu": _menu, "stepper": _stepper, "bool": _toggle, "edits": _list}
