"""The numbers of a run as curves, for notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    import altair as alt

COLUMNS, WIDE, TALL = 3, 220, 110
"""Panels in a row, and the pixels of one."""
BEND = 10
"""Step at which the step axis changes from linear to logarithmic, as in the app."""


def plot(metrics: pd.DataFrame, names: Sequence[str]) -> alt.Chart:
    """A panel for each name, by step. Raises ValueError for a name that is no column of the table."""
    import altair as alt  # here, since few visits need it and it takes much memory

    for name in names:
        if name not in metrics:
            raise ValueError(f"{name}: expected {', '.join(metrics.columns)}")
    long = metrics.melt("step", list(names), "metric", "value").dropna()
    axis = alt.X("step:Q", scale=alt.Scale(type="symlog", constant=BEND), axis=alt.Axis(tickCount=4))
    lines = alt.Chart(long).mark_line().encode(axis, alt.Y("value:Q", title=None, scale=alt.Scale(zero=False)))
    panels = lines.properties(width=WIDE, height=TALL).facet(
        alt.Facet("metric:N", sort=list(names), title=None), columns=COLUMNS
    )
    chart: alt.Chart = panels.resolve_scale(y="independent")
    return chart
