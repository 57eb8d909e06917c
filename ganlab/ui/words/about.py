"""About: the studies, the sources, the licences, and what is not claimed."""

from __future__ import annotations

import re
from importlib.metadata import PackageMetadata, metadata
from pathlib import Path

import pandas as pd
import streamlit as st

from ganlab import ui
from ganlab.studies.grids import STUDIES
from ganlab.ui.text import text
from ganlab.ui.text.glossary import TERMS
from ganlab.ui.words import studies
from ganlab.ui.words.glossary import ADDRESSES, name

REQUIREMENTS = Path(__file__).parents[3] / "requirements.txt"
STUDY = "study"
"""Key of the link and of the session: the study that is shown."""


def open_link(lang: str) -> list[str]:
    """Takes the study of the link. Returns a sentence if there is none of that name."""
    wanted = (ui.new_link(STUDY) or {}).get(STUDY, "")
    if wanted in STUDIES:
        st.session_state[STUDY] = wanted
    st.session_state.setdefault(STUDY, "lab")
    return [text("about.page.unknown", lang, value=ui.code(wanted))] if wanted and wanted not in STUDIES else []


def chosen() -> str:
    """The study that is shown."""
    study: str = st.session_state[STUDY]
    return study


def choose(study: str) -> None:
    """Takes the study of the menu."""
    ui.touched()
    st.session_state[STUDY] = study


def measured(lang: str) -> None:
    """The menu of the studies, and the chosen one."""
    st.selectbox(
        text("about.page.study", lang),
        list(STUDIES),
        format_func=lambda study: text(f"about.study.{study}", lang),
        **ui.held("o.w.study", chosen(), choose),
    )
    studies.show(chosen(), lang)


def sources(lang: str) -> None:
    """The sources of the glossary, each with the terms that it is the source of."""
    found = pd.DataFrame(cited(lang))
    columns = {
        "source": st.column_config.LinkColumn(text("about.column.source", lang), display_text=r"(?:abs/|://)(.*)"),
        "terms": st.column_config.TextColumn(text("about.column.terms", lang), width="large"),
    }
    st.dataframe(found, hide_index=True, column_config=columns, key="o.sources", alt=text("about.page.sources", lang))


def cited(lang: str) -> list[dict[str, str]]:
    """(address, terms) of every source outside the project."""
    terms: dict[str, list[str]] = {}
    for term in TERMS:
        if place := address(text(f"glossary.{term}.source", lang)):
            terms.setdefault(place, []).append(name(term, lang))
    return [{"source": place, "terms": ", ".join(terms[place])} for place in sorted(terms)]


def address(source: str) -> str:
    """The address of a source; "" for a file of the project."""
    found = ((to, re.search(written, source)) for written, to in ADDRESSES.items())
    return next((to.format(hit[1]) for to, hit in found if hit), "")


def licences(lang: str) -> None:
    """The packages that the program stands on, with their versions and licences."""
    columns = {name: text(f"about.column.{name}", lang) for name in ("package", "version", "licence")}
    found = pd.DataFrame([packaged(one) for one in required()])
    st.dataframe(
        found, hide_index=True, column_config=dict(columns), key="o.packages", alt=text("about.page.packages", lang)
    )


def required() -> list[str]:
    """The names of the required packages."""
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    return [line.partition("==")[0] for line in lines if line and not line.startswith("#")]


def packaged(package: str) -> dict[str, str]:
    """Name, version and licence of an installed package."""
    facts = metadata(package)
    return {"package": package, "version": facts["Version"], "licence": licence(facts)}


def licence(facts: PackageMetadata) -> str:
    """The licence that a package states: as an expression, as a classifier, or as its first line."""
    stated = [one.rpartition(" :: ")[2] for one in facts.get_all("Classifier") or [] if one.startswith("License")]
    said = [*(facts.get_all("License-Expression") or []), ", ".join(stated), *(facts.get_all("License") or [])]
    return next((one.splitlines()[0] for one in said if one), "–")
