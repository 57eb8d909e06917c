"""The board's pins as one table, what came out of the dealt seeds, and the predictions as bars."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from ganlab.board.classes import Class
from ganlab.board.pins import Pinned
from ganlab.board.seeds import SURE, interval
from ganlab.kinds import KINDS
from ganlab.ui import CLASS
from ganlab.ui.run.differences import plain
from ganlab.ui.text import text, worded

TALL, HEAD = 84, 38
"""Heights of a row and of the head in pixels."""
SEEN = 6
"""Rows that are seen at once."""
BAR = 34
"""Height of a bar in pixels."""
FORMATS = {"coverage": "percent", "tv": "localized", "step": "localized", "seconds": "%.0f", "spread": "percent"}
"""Columns of numbers with their formats."""
COLLAPSE = "collapse"
"""The verdict that is counted."""


def pinned(shown: Sequence[Pinned], class_id: str, lang: str) -> None:
    """All pins, the newest first; a click on the head of a column sorts by it."""
    if not shown:
        st.info(text("board.table.empty", lang), icon=":material/push_pin:")
        return
    rows = pd.DataFrame([row(one, class_id, lang) for one in shown])
    labels = {name: text(f"board.column.{name}", lang) for name in rows.columns}
    columns: dict[str, Any] = {
        "picture": st.column_config.ImageColumn(labels["picture"], width=TALL),
        "link": st.column_config.LinkColumn(labels["link"], display_text=labels["link"], width="small"),
        **{name: st.column_config.TextColumn(labels[name]) for name in ("name", "verdict", "lamps")},
        **{name: st.column_config.NumberColumn(labels[name], format=form) for name, form in FORMATS.items()},
    }
    height = TALL * min(len(rows), SEEN) + HEAD
    look: dict[str, Any] = {"hide_index": True, "row_height": TALL, "height": height, "placeholder": "–"}
    alt = text("board.table.alt", lang, n=len(shown))
    st.dataframe(rows, column_config=columns, alt=alt, key="k.pins", **look)
    st.caption(text("board.table.about", lang))


def row(one: Pinned, class_id: str, lang: str) -> dict[str, Any]:
    """A pin by column."""
    query = {"lang": lang, CLASS: class_id, **one.link}
    numbers = {name: getattr(one, name) for name in FORMATS} | {"seconds": one.seconds or None}
    return {
        "picture": f"data:image/png;base64,{b64encode(one.picture).decode()}",
        "name": one.name,
        "verdict": worded(f"board.verdict.{one.verdict}", lang),
        "lamps": one.lamps.translate(LAMPS),
        **{name: None if value is None else round(float(value), 2) for name, value in numbers.items()},
        "link": f"{KINDS[one.kind].page}?{urlencode(query)}",
    }


def counted(found: Mapping[tuple[str, int], str], dealt: int, lang: str) -> None:
    """In how many of the dealt seeds it collapsed, with the interval of that share; then the other verdicts."""
    if not found:
        st.markdown(text("board.seeds.none", lang, dealt=dealt))
        return
    kinds, of = Counter(found.values()), len(found)
    low, high = interval(kinds[COLLAPSE], of)
    facts = {"n": kinds[COLLAPSE], "of": of, "share": kinds[COLLAPSE] / of, "low": low, "high": high, "sure": SURE}
    st.markdown(f"**{text('board.seeds.count', lang, **facts)}** {text('board.seeds.interval', lang, **facts)}")
    others = [(name, n) for name, n in kinds.most_common() if name != COLLAPSE]
    names = [text("board.seeds.other", lang, verdict=worded(f"board.verdict.{name}", lang), n=n) for name, n in others]
    pending = text("board.seeds.pending", lang, of=of, dealt=dealt)
    st.caption(" ".join([pending, text("board.seeds.others", lang, names="; ".join(names)) if names else ""]))


def predicted(room: Class, answers: Mapping[int, int], lang: str) -> None:
    """The predictions as bars; the truth is marked once it is told."""
    right, counts = room.truth if room.told else None, [answers.get(place, 0) for place in range(len(room.options))]
    both = list(zip(room.options, counts, strict=True))
    rows = [{"option": f"{n} · {option}", "n": n, "right": place == right} for place, (option, n) in enumerate(both)]
    st.markdown(f"**{text('board.predict.class', lang)}**")
    alt = text("board.predict.alt", lang, said="; ".join(f"{option}: {n}" for option, n in both))
    st.vega_lite_chart(pd.DataFrame(rows), bars(len(rows)), width="stretch", key="k.predictions", alt=alt)
    if right is not None:
        st.success(text("board.predict.truth", lang, option=plain(room.options[right])))


def bars(count: int) -> dict[str, Any]:
    """The chart of so many options, a bar for each."""
    axis = {"title": None, "labelLimit": 240, "labelFontSize": 14}
    y = {"field": "option", "type": "nominal", "sort": None, "axis": axis}
    x = {"field": "n", "type": "quantitative", "axis": None, "scale": {"domainMin": 0}}
    colour = {"field": "right", "type": "nominal", "legend": None, "scale": {"domain": [False, True]}}
    mark = {"type": "bar", "cornerRadius": 3}
    return {"height": BAR * count, "mark": mark, "encoding": {"x": x, "y": y, "color": colour}}


LAMPS = str.maketrans("10", "●○")
"""A mode that is covered, and one that is not."""
