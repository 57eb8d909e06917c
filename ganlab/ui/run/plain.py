"""How a kind of run is shown that has no view of its own: its newest numbers as a table, a curve of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from ganlab.export.settings import tabled
from ganlab.kind.config import RunConfig
from ganlab.kind.frame import RunFrame
from ganlab.kinds import KINDS
from ganlab.studies.tables import evaluation
from ganlab.ui.run import plain_charts
from ganlab.ui.run.differences import plain, titles
from ganlab.ui.run.export import numbers_button, packed, settings_button
from ganlab.ui.run.view import Opening, View
from ganlab.ui.text import number, text


def read(config: RunConfig, blob: bytes) -> RunFrame:
    """A stored frame."""
    return evaluation(config.kind).unpack(config, blob)


def measured(config: RunConfig, blobs: Sequence[bytes]) -> list[dict[str, float]]:
    """The numbers of stored frames of one member, the step first; a measure that is no single number is left out."""
    numbers = evaluation(config.kind).numbers
    found: list[dict[str, Any]] = [numbers(read(config, blob)) for blob in blobs]
    return [{name: float(value) for name, value in one.items() if np.ndim(value) == 0} for one in found]


def table(config: RunConfig, blobs: Sequence[bytes]) -> str:
    """Those numbers as CSV."""
    lines = measured(config, blobs)
    return tabled(list(dict.fromkeys(name for line in lines for name in line)), lines)


def curve(config: RunConfig, member: int) -> pd.DataFrame:
    """What was measured up to now, a row a frame: `step`, and a column for each number."""
    found = pd.DataFrame(measured(config, packed(config, member)))
    return found.drop(columns="died", errors="ignore")


def stage(config: RunConfig, member: int, lang: str) -> None:
    """The verdict's place, and the newest numbers."""
    if not KINDS[config.kind].diagnosis:
        st.caption(text("plain.verdict.none", lang))
    found = curve(config, member)
    if len(found):
        last = found.iloc[-1]
        head = f"| {text('plain.table.step', lang, step=int(last['step']))} | {text('plain.table.value', lang)} |"
        names = [name for name in found.columns if name != "step"]
        lines = [f"| {plain_charts.title(name, lang)} | {number(float(last[name]), lang)} |" for name in names]
        st.markdown("\n".join([head, "|---|---:|", *lines]))


def curves(config: RunConfig, member: int, lang: str, key: str) -> None:
    """A curve of each number."""
    found = curve(config, member)
    names = tuple(name for name in found.columns if name != "step")
    if names:
        drawn, alt = plain_charts.table(found, config.steps, lang), plain_charts.alt(found, lang)
        st.vega_lite_chart(drawn, plain_charts.spec(names, lang), width="stretch", key=key, alt=alt)


def pair(
    both: tuple[RunConfig, RunConfig], _live: bool, lang: str, key: str, _view: Opening, names: tuple[str, str]
) -> None:
    """Two runs below each other."""
    for place, (config, name, own) in enumerate(zip(both, names, titles(*both, lang), strict=True)):
        st.markdown(f"**{plain(name or own)}**")
        stage(config, 0, lang)
        curves(config, 0, lang, f"{key}.{place}")


VIEW = View(read=read, table=table, pair=pair, files=(numbers_button, settings_button))
