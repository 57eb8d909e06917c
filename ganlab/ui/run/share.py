"""Handing an experiment on: the link that holds it, a QR code of that link."""

import io
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode, urlsplit

import segno
import streamlit as st

from ganlab import ui
from ganlab.kind.config import RunConfig
from ganlab.kind.fields import knobs
from ganlab.links import Notice, at_hand, from_query, to_query
from ganlab.presets import nearest, opening, prepared
from ganlab.ui import code, touched
from ganlab.ui.run.controls import reason, show
from ganlab.ui.run.experiment import Experiment
from ganlab.ui.text import exists, text, worded

NOTICES = 4
"""How many a visitor is told at most; the last of them then names the others."""
LOCAL = ("localhost", "127.0.0.1", "::1")
UNFOLDED, FULL_SCREEN = "share", "share.full_screen"


def open_link(place: Experiment, lang: str) -> list[str]:
    """Settles which experiment a place holds; the sentences about what the link could not have."""
    link = ui.new_link(place.prefix)
    if link is None:
        if not place.is_open:
            place.open()
        return []
    config, preset, member, notices = from_link(link, place)
    place.open(config, preset, member)
    return [notice(said, config, lang) for said in notices]


def to_link(place: Experiment) -> dict[str, str]:
    """The query that holds an experiment: the config, the preset it is compared with, the member shown."""
    shown = {place.name("member"): str(place.member)} if place.member else {}
    preset = {place.name("preset"): place.preset} if place.preset else {}
    return to_query(place.config, place.prefix) | preset | shown


def from_link(link: Mapping[str, str], place: Experiment) -> tuple[RunConfig, str, int, list[Notice]]:
    """What a query holds: config, preset, member, and what could not be used. A preset alone is that preset."""
    settings = {name: value for name, value in link.items() if name == "v" or name.startswith(place.prefix)}
    wanted, member = settings.pop(place.name("preset"), ""), settings.pop(place.name("member"), "0")
    base = place.presets.get(wanted, None if settings else prepared(opening(place.kind), place.kind))
    config, notices = at_hand(*changed(base, settings, place))
    preset = wanted if wanted in place.presets else nearest(config)
    if place.name("preset") in link and wanted != preset:
        notices.append(Notice("preset", wanted[:80], "preset" if preset else "unknown", {"preset": preset}))
    shown = int(member) if member in map(str, range(config.members)) else 0
    if member != str(shown):
        notices.append(Notice("member", member[:80], "member", {"last": config.members - 1}))
    return config, preset, shown, briefly(notices)


def changed(base: RunConfig | None, settings: Mapping[str, str], place: Experiment) -> tuple[RunConfig, list[Notice]]:
    """A preset with what a link says besides, and what could not be used: there the preset's own value stays."""
    if base is None or "v" in settings:
        return from_query(settings, place.kind, place.prefix)
    theirs = to_query(base, place.prefix)
    config, notices = from_query(theirs | dict(settings), place.kind, place.prefix)
    refused = {place.name(said.field) for said in notices}
    if refused & theirs.keys():
        kept = {name: value for name, value in settings.items() if name not in refused}
        config, _ = from_query(theirs | kept, place.kind, place.prefix)
    return config, notices


def warn(notices: Sequence[str], refused: str | None, lang: str) -> None:
    """Says what the link could not have, and what could not be done."""
    if notices:
        st.warning("\n".join([text("notice.link.title", lang), *(f"- {sentence}" for sentence in notices)]))
    if refused:
        st.warning(refused)


def briefly(notices: list[Notice]) -> list[Notice]:
    """The first of many notices in full, the others by name alone: they stand above the picture."""
    if len(notices) <= NOTICES:
        return notices
    rest = [said.field for said in notices[NOTICES - 1 :]]
    return [*notices[: NOTICES - 1], Notice("", "", "more", {"fields": rest})]


def notice(said: Notice, config: RunConfig, lang: str) -> str:
    """The sentence about a part of a link that could not be used."""
    value = code(said.value)
    if said.reason == "preset":
        return text("notice.link.preset", lang, value=value, preset=text(f"preset.name.{said.facts['preset']}", lang))
    if said.reason == "member":
        return text("notice.link.member", lang, value=value, **said.facts)
    if said.reason == "more":
        return text("notice.link.more", lang, count=len(said.facts["fields"]), names=names(said.facts["fields"], lang))
    if said.reason == "unknown":
        return text("notice.link.unknown", lang, value=code(said.field))
    spec = knobs(type(config)).get(said.field)
    if spec is None:
        return reason(said.reason, said.facts, lang)
    label = worded(f"field.label.{said.field}", lang)
    default = show(spec, said.field, getattr(config, said.field), lang)
    why = reason(said.reason, said.facts, lang)
    return text("notice.link.field", lang, label=label, value=value, reason=why, default=default)


def names(fields: Sequence[str], lang: str) -> str:
    """A link's fields in words, a dozen at most; what is none as the visitor's own text."""
    known = [text(key, lang) if exists(key := f"field.label.{name}") else code(name) for name in fields]
    return ", ".join(known[:12]) + (", …" if len(known) > 12 else "")


def address(query: Mapping[str, str]) -> str:
    """The full address that opens the page as it is."""
    return f"{(st.context.url or '').split('?')[0]}?{urlencode(query)}"


@st.cache_data(max_entries=256, show_spinner=False)
def qr_code(url: str) -> str:
    """The address as an SVG picture, black on white with its quiet zone."""
    picture = io.BytesIO()
    segno.make(url, error="l").save(picture, kind="svg", scale=8, border=4, light="#fff", xmldecl=False)
    return picture.getvalue().decode()


def share(query: Mapping[str, str], lang: str) -> None:
    """The Share button and what unfolds from it."""
    url = address(query)
    with st.popover(text("share.link.button", lang), icon=":material/share:", key=UNFOLDED, on_change=touched):
        st.markdown(f"**{text('share.link.title', lang)}**")
        st.caption(text("share.link.copy", lang))
        if urlsplit(url).hostname in LOCAL:
            st.caption(text("share.link.local", lang))
        st.code(url, language=None, wrap_lines=True)
        st.button(text("share.link.qr", lang), icon=":material/qr_code_2:", key="share.qr", on_click=show_code)
    if st.session_state.get(FULL_SCREEN):
        full_screen(url, lang)


def full_screen(url: str, lang: str) -> None:
    """The QR code as large as the window, until it is closed; it outlives reruns of the page."""

    @st.dialog(text("share.link.qr_title", lang), width="large", on_dismiss=hide_code)
    def shown() -> None:
        with st.container(horizontal_alignment="center", key="qr"):
            st.image(qr_code(url), width="stretch", alt=text("share.link.qr_alt", lang))

    shown()


def show_code() -> None:
    """Opens the QR code on the coming rerun."""
    touched()
    st.session_state.update({UNFOLDED: False, FULL_SCREEN: True})


def hide_code() -> None:
    """Forgets it."""
    touched()
    st.session_state[FULL_SCREEN] = False
