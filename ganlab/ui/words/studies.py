"""The studies as tables: one row for each arm, with the medians over its seeds and the link that opens its run."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from ganlab.game.config import GanConfig
from ganlab.kind.config import RunConfig
from ganlab.kinds import KINDS
from ganlab.links import to_query
from ganlab.studies.grids import STUDIES
from ganlab.ui.mistakes import evidence
from ganlab.ui.mistakes.mistakes import arm_name, title
from ganlab.ui.mistakes.runs import studied_name
from ganlab.ui.run.experiment import places
from ganlab.ui.text import exists, text
from ganlab.ui.text import named as choice_name

FORMATS = {
    "n": "%d",
    "died": "%d",
    "g_updates": "localized",
    "d_updates": "localized",
    "modes": "%.1f",
    "modes_low": "%d",
    "modes_high": "%d",
    "valid": "percent",
    "tv": "%.2f",
    "accepted": "percent",
    "digit_tv": "%.2f",
    "fid": "%.0f",
    "coverage": "%.2f",
    "l_d": "%.2f",
    "l_g": "%.2f",
    "acc": "percent",
}
"""Columns of a study's table with their formats. A share is a whole percentage."""
RUN, LINK = "run", "link"


def table(study: str, lang: str) -> pd.DataFrame:
    """A study's arms that were measured: name, link, and what is known of any of them."""
    found = evidence.shipped(STUDIES[study].arms, study)
    rows = [
        {RUN: named(study, arm, lang), LINK: address(first(study, arm), lang)} | numbers(results)
        for arm, results in found.items()
    ]
    return pd.DataFrame(rows, columns=[LINK, RUN, *FORMATS]).dropna(axis="columns", how="all")


def numbers(results: evidence.Arm) -> dict[str, float]:
    """The columns of an arm that are known. Updates that were not counted are not."""
    known = {name.removeprefix("x_"): value for name, value in results.facts("x").items()}
    return {name: known[name] for name in FORMATS if name in known and ("updates" not in name or known[name])}


def first(study: str, arm: str) -> RunConfig:
    """An arm's first run, with one member."""
    config = STUDIES[study].arms[arm][0]
    return config.replace(members=1) if "members" in config.__dataclass_fields__ else config


def address(config: RunConfig, lang: str) -> str:
    """The link that opens a run on its page, relative to a page."""
    here, _ = places(config.kind)
    return f"{KINDS[config.kind].page}?{urlencode({'lang': lang, **to_query(config, here.prefix)})}"


def named(study: str, arm: str, lang: str) -> str:
    """An arm in words."""
    card, _, part = arm.partition(".")
    if part:
        return f"{arm_name(card, part, lang)} · {title(card, lang)}"
    if study.startswith("cures"):
        return arm_name("no_cure", "none_early" if arm == "none" else arm, lang)
    if exists(own := f"about.arm.{arm}"):
        return text(own, lang)
    config = STUDIES[study].arms[arm][0]
    if not isinstance(config, GanConfig):
        return choice_name("dataset", config.dataset, lang)
    exact = [text("about.study.exact", lang)] if arm.endswith("float32") else []
    return ", ".join([studied_name(config, lang), *exact])


def show(study: str, lang: str) -> None:
    """A study: its question, its protocol in short, and its table, to sort by any column."""
    found = table(study, lang)
    st.caption(text(f"about.study.{study}_about", lang))
    columns: dict[str, Any] = {RUN: st.column_config.TextColumn(text("about.column.run", lang), width=320)}
    opens = text("about.column.open", lang)
    columns[LINK] = st.column_config.LinkColumn(opens, display_text=opens, width="small")
    shares = [name for name, form in FORMATS.items() if form == "percent" and name in found]
    for name, form in FORMATS.items():
        label = text(f"about.column.{'classes' if name == 'modes' and 'valid' not in found else name}", lang)
        columns[name] = st.column_config.NumberColumn(label, format=form)
    alt = text("about.study.alt", lang, study=text(f"about.study.{study}", lang), n=len(found))
    found = found.round(dict.fromkeys(shares, 2))
    st.dataframe(found, hide_index=True, column_config=columns, key=f"o.study.{study}", alt=alt)
