"""This server, for whoever deploys it: what was found of the machine, what was chosen, the limits, and the seats.

Everybody may read it, so it names no path, no address and no secret.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import streamlit as st

from ganlab.host import machine, settings
from ganlab.service import profile
from ganlab.studies.tables import grid
from ganlab.ui.text import number, text

Rows = Sequence[tuple[str, str]]
"""(key of what it is, what is said of it)."""


def show(rows: Rows, lang: str) -> None:
    """Rows as a table."""
    titles = [text(f"host.page.{title}", lang) for title in ("what", "here")]
    st.markdown("\n".join(grid(titles, [(text(f"host.row.{name}", lang), said) for name, said in rows])))


def found(lang: str) -> Rows:
    """What there is, by the limits of all control groups around the server."""
    container, used = machine.found(), profile.here()
    memory = size(container.memory, lang)
    if used.memory != container.memory:
        memory = text("host.say.assumed", lang, memory=memory, used=size(used.memory, lang))
    return [("memory", memory), ("processors", number(round(container.cpus, 2), lang))]


def chosen(lang: str) -> Rows:
    """What follows for training, and for what is kept in memory and on the disk."""
    ours, slots = profile.profile(), profile.slots()
    own = "" if slots == ours.slots else text("host.say.given", lang, slots=ours.slots)
    return [
        ("slots", " ".join(filter(None, (number(slots, lang), own)))),
        ("threads", text("host.say.threads", lang, threads=ours.threads)),
        ("large", text("host.say.refused" if ours.is_small else "host.say.allowed", lang)),
        ("jobs", text("host.say.inside" if ours.is_small else "host.say.apart", lang)),
        ("frames", size(ours.frames, lang)),
        ("disk", size(settings.read().store_bytes, lang)),
    ]


def limits(lang: str) -> Rows:
    """What a visitor may ask for."""
    here, open_end = settings.read(), text("host.say.open", lang)
    most = {"steps": here.steps, "width": here.width, "queue": here.queue, "uploads": here.uploads}
    return [(name, open_end if count is None else number(count, lang)) for name, count in most.items()]


def seats(lang: str) -> Rows:
    """How many visitors may watch a run at once."""
    count = profile.seats(profile.here(), profile.slots())
    return [("seats", number(count, lang) if count else text("host.say.alone", lang))]


def size(count: float, lang: str) -> str:
    """Bytes in megabytes."""
    return text("host.say.size", lang, mb=count / 1e6) if math.isfinite(count) else text("host.say.unknown", lang)


PARTS: dict[str, Callable[[str], Rows]] = {"found": found, "chosen": chosen, "limits": limits, "seats": seats}
"""The parts of the page, in order."""
