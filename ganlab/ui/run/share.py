"""Sharing an experiment: its link and a QR code of the link."""

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import segno
import streamlit as st

from ganlab import ui
from ganlab.kind.config import RunConfig
from ganlab.kind.fields import knobs
from ganlab.links import Notice, at_hand, changes, from_query, to_query
from ganlab.presets import nearest, opening, prepared
from ganlab.teach.task import PAGES
from ganlab.ui import code, touched
from ganlab.ui.run.controls import reason, show
from ganlab.ui.run.experiment import Experiment
from ganlab.ui.run.server import say_what_is_erased
from ganlab.ui.text import exists, text, worded

SCANNED = 2900
"""Most characters of an address in a QR code."""
LENGTH = 8
"""Digits of a step in a link, at most one less."""
NOTICES = 4
"""Most notices shown; the last one lists the others."""
LOCAL = ("localhost", "127.0.0.1", "::1")
UNFOLDED, FULL_SCREEN, WRITTEN = "share", "share.full_screen", "share.written"
"""Session keys: whether Share is open; the key of the button whose QR code is shown, "" for none; the query of the link
that Share has."""


def open_link(experiment: Experiment, lang: str) -> list[str]:
    """Opens the experiment of the link. Returns sentences about the parts that could not be used."""
    link = ui.new_link(experiment.prefix)
    if link is None:
        if not experiment.is_open:
            experiment.open()
        return []
    config, preset, member, notices = from_link(link, experiment)
    experiment.open(config, preset, member)
    st.session_state[experiment.name("at")] = opening_step(link, experiment)
    return [explain(notice, config, lang) for notice in notices]


def opening_step(link: Mapping[str, str], experiment: Experiment) -> int | None:
    """The step that a link opens the picture at; None for the newest."""
    step = link.get(experiment.name("step"), "")
    return int(step) if step.isdecimal() and len(step) < LENGTH else None


def first_view(experiment: Experiment) -> dict[str, Any]:
    """How a player opens: at the step of the link, paused; else at the newest one."""
    step = st.session_state.get(experiment.name("at"))
    return {"keeps": True} | ({} if step is None else {"at": step, "playing": False})


def held(experiment: Experiment, player: str) -> dict[str, str]:
    """The part of a shared link with the step at which the visitor has stopped a player; {} for none.

    The player of two runs tells the moment of both, and of the first one which it is.
    """
    said = (st.session_state.get(player) or {}).get("held")
    shown = {"run": experiment.config.key(), "member": experiment.member}
    if not isinstance(said, dict) or type(said.get("step")) is not int or said != shown | {"step": said["step"]}:
        return {}
    return {experiment.name("step"): str(said["step"])}


def keep_up(experiment: Experiment, player: str) -> None:
    """Reruns the page if Share is open with a link to another moment than the player's, which is told a little late."""
    written = st.session_state.get(WRITTEN)
    if written is None or not st.session_state.get(UNFOLDED):
        return
    name, now = experiment.name("step"), held(experiment, player)
    if written.get(name) != now.get(name):
        del st.session_state[WRITTEN]  # until it is written anew
        ui.rerun()


def to_link(experiment: Experiment) -> dict[str, str]:
    """The query that encodes an experiment: the preset, what differs from it, and the member."""
    member = {experiment.name("member"): str(experiment.member)} if experiment.member else {}
    if not experiment.preset:
        return to_query(experiment.config, experiment.prefix) | member
    preset = {experiment.name("preset"): experiment.preset}
    return preset | changes(experiment.config, experiment.base, experiment.prefix) | member


def from_link(link: Mapping[str, str], experiment: Experiment) -> tuple[RunConfig, str, int, list[Notice]]:
    """Decodes a query: config, preset, member and notices. A query with only a preset is that preset."""
    settings = {name: value for name, value in link.items() if name == "v" or name.startswith(experiment.prefix)}
    if opening_step(link, experiment) is not None:
        settings.pop(experiment.name("step"))
    wanted, member = settings.pop(experiment.name("preset"), ""), settings.pop(experiment.name("member"), "0")
    base = experiment.presets.get(wanted, None if settings else prepared(opening(experiment.kind), experiment.kind))
    config, notices = at_hand(*changed(base, settings, experiment))
    preset = wanted if wanted in experiment.presets else nearest(config)
    if experiment.name("preset") in link and wanted != preset:
        notices.append(Notice("preset", wanted[:80], "preset" if preset else "unknown", {"preset": preset}))
    chosen = int(member) if member in map(str, range(config.members)) else 0
    if member != str(chosen):
        notices.append(Notice("member", member[:80], "member", {"last": config.members - 1}))
    return config, preset, chosen, briefly(notices)


def changed(
    base: RunConfig | None, settings: Mapping[str, str], experiment: Experiment
) -> tuple[RunConfig, list[Notice]]:
    """A preset with the link's other settings, and notices. Where a setting is invalid, the preset's value stays."""
    if base is None or "v" in settings:
        return from_query(settings, experiment.kind, experiment.prefix)
    theirs = to_query(base, experiment.prefix)
    config, notices = from_query(theirs | dict(settings), experiment.kind, experiment.prefix)
    refused = {experiment.name(notice.field) for notice in notices}
    if refused & theirs.keys():
        kept = {name: value for name, value in settings.items() if name not in refused}
        config, _ = from_query(theirs | kept, experiment.kind, experiment.prefix)
    return config, notices


def warn(notices: Sequence[str], refused: str | None, lang: str) -> None:
    """Shows the notices about the link, and the refused change."""
    if notices:
        st.warning("\n".join([text("notice.link.title", lang), *(f"- {sentence}" for sentence in notices)]))
    if refused:
        st.warning(refused)


def briefly(notices: list[Notice]) -> list[Notice]:
    """The notices; of many, the first ones and one that names the others, to save space above the picture."""
    if len(notices) <= NOTICES:
        return notices
    rest = [notice.field for notice in notices[NOTICES - 1 :]]
    return [*notices[: NOTICES - 1], Notice("", "", "more", {"fields": rest})]


def shortened(sentences: list[str], lang: str) -> list[str]:
    """The sentences about two runs; of many, the first ones and the number of the others."""
    rest = len(sentences) - NOTICES + 1
    return sentences if rest <= 1 else [*sentences[: NOTICES - 1], text("notice.link.rest", lang, count=rest)]


def explain(notice: Notice, config: RunConfig, lang: str) -> str:
    """The sentence about an invalid part of a link."""
    value = code(notice.value)
    if notice.reason == "preset":
        return text("notice.link.preset", lang, value=value, preset=text(f"preset.name.{notice.facts['preset']}", lang))
    if notice.reason == "member":
        return text("notice.link.member", lang, value=value, **notice.facts)
    if notice.reason == "more":
        fields = notice.facts["fields"]
        return text("notice.link.more", lang, count=len(fields), names=names(fields, lang))
    if notice.reason == "unknown":
        return text("notice.link.unknown", lang, value=code(notice.field))
    spec = knobs(type(config)).get(notice.field)
    if spec is None:
        return reason(notice.reason, notice.facts, lang)
    label = worded(f"field.label.{notice.field}", lang)
    default = show(spec, notice.field, getattr(config, notice.field), lang)
    why = reason(notice.reason, notice.facts, lang)
    return text("notice.link.field", lang, label=label, value=value, reason=why, default=default)


def names(fields: Sequence[str], lang: str) -> str:
    """Names of at most twelve fields of a link; unknown fields are quoted."""
    known = [text(key, lang) if exists(key := f"field.label.{name}") else code(name) for name in fields]
    return ", ".join(known[:12]) + (", …" if len(known) > 12 else "")


def address(query: Mapping[str, str], page: str | None = None) -> str:
    """The full URL of the present page's state, or of another page's."""
    here = (st.context.url or "").split("?")[0]
    return f"{here if page is None else urljoin(here, page)}?{urlencode(query)}"


@st.cache_data(max_entries=256, show_spinner=False)
def qr_code(url: str) -> str:
    """The address as an SVG picture, black on white with its quiet zone."""
    picture = io.BytesIO()
    segno.make(url, error="l").save(picture, kind="svg", scale=8, border=4, light="#fff", xmldecl=False)
    return picture.getvalue().decode()


def share(
    query: Mapping[str, str], lang: str, words: str = "share.link", above: Callable[[], None] | None = None
) -> None:
    """The Share button with its popover. `words`: its table of sentences; `above`: draws what else it offers."""
    url, st.session_state[WRITTEN] = address(query), dict(query)
    with st.popover(text("share.link.button", lang), icon=":material/share:", key=UNFOLDED, on_change=touched):
        if above:
            above()
        st.markdown(f"**{text(f'{words}.title', lang)}**")
        st.caption(text(f"{words}.copy", lang))
        say_what_is_erased(lang)
        warn_local(url, lang)
        st.code(url, language=None, wrap_lines=True)
        code_button(url, lang)
        task_link(url, query, lang)
    full_screen(url, lang, words)


def task_link(url: str, query: Mapping[str, str], lang: str) -> None:
    """The way to the builder of a teacher's task, which begins with this page."""
    page = urlsplit(url).path.rpartition("/")[2]
    if page in PAGES:
        begin = {"lang": lang, "from": f"{page}?{urlencode(query)}"}
        label = text("share.link.task", lang)
        st.page_link("pages/teach/teach.py", label=label, icon=":material/school:", query_params=begin)


def code_button(url: str, lang: str, key: str = "share.qr") -> None:
    """The button that shows the QR code of an address, if one can hold it. `key` sets it apart from others."""
    look: dict[str, Any] = {"icon": ":material/qr_code_2:", "disabled": len(url) > SCANNED}
    st.button(text("share.link.qr", lang), key, on_click=show_code, args=(key,), **look)


def warn_local(url: str, lang: str) -> None:
    """Says so where no other computer can open the address."""
    if urlsplit(url).hostname in LOCAL:
        st.warning(text("share.link.local", lang))


def full_screen(url: str, lang: str, words: str = "share.link") -> None:
    """The QR code in a large dialog, when it was asked for. It stays open across reruns of the page."""
    if not st.session_state.get(FULL_SCREEN):
        return

    @st.dialog(text(f"{words}.qr_title", lang), width="large", on_dismiss=hide_code)
    def contents() -> None:
        warn_local(url, lang)
        with st.container(horizontal_alignment="center", key="qr"):
            st.image(qr_code(url), width="stretch", alt=text(f"{words}.qr_alt", lang))

    contents()


def show_code(key: str) -> None:
    """Opens the QR code of a button at the next rerun."""
    touched()
    st.session_state.update({UNFOLDED: False, FULL_SCREEN: key})


def hide_code() -> None:
    """Closes the QR code."""
    touched()
    st.session_state[FULL_SCREEN] = ""
