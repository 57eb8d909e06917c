"""The glossary: every term of the product, to search and to link to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.ui.text import exists, text
from ganlab.ui.text.glossary import TERMS, explained, forms
from ganlab.ui.words.terms import FORMULAS, SHOWN

TERM, FIND = "term", "find"
"""Keys of the link and of the session: the one term that is shown, and what is searched."""
ADDRESSES = {
    r"arXiv:([\d.]+\d)": "https://arxiv.org/abs/{}",
    r"doi:(\S+)": "https://doi.org/{}",
    r"((?:github\.com|www)\S+)": "https://{}",
}
"""How a source is written -> its address."""


def open_link(lang: str) -> list[str]:
    """Takes the term or the search of the link. Returns sentences about its invalid parts."""
    link = ui.new_link(TERM) or ui.new_link(FIND)
    if link is None:
        return []
    term = link.get(TERM, "")
    known = {TERM: term if term in TERMS else "", FIND: link.get(FIND, "")[:80]}
    st.session_state.update(known)
    return [text("words.glossary.unknown", lang, value=ui.code(term))] if term and not known[TERM] else []


def to_link() -> dict[str, str]:
    """The query of what is shown."""
    return {name: value for name in (TERM, FIND) if (value := chosen(name))}


def titles(lang: str) -> list[str]:
    """What the page is called beside its name: the one term that is shown."""
    return [name(chosen(TERM), lang)] if chosen(TERM) else []


def chosen(name: str) -> str:
    """The term, or the search; "" for none."""
    value: str = st.session_state.get(name, "")
    return value


def search(lang: str) -> None:
    """The field for a search. A search shows all terms again."""
    st.session_state["g.w.find"] = chosen(FIND)
    label = text("words.glossary.find", lang)
    look: dict[str, Any] = {"type": "search", "icon": ":material/search:", "placeholder": label}
    st.text_input(label, key="g.w.find", live=True, on_change=look_for, label_visibility="collapsed", **look)


def look_for() -> None:
    """Takes what was typed."""
    ui.touched()
    st.session_state.update({FIND: st.session_state["g.w.find"][:80], TERM: ""})


def show_all() -> None:
    """Shows all terms."""
    ui.touched()
    st.session_state.update({FIND: "", TERM: ""})


def entries(lang: str) -> None:
    """The entries of the terms that were asked for, in two columns."""
    found = [chosen(TERM)] if chosen(TERM) else matching(chosen(FIND), lang)
    counts = {"n": len(found), "of": len(TERMS)}
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(text("words.glossary.count" if found else "words.glossary.none", lang, **counts), width="content")
        if len(found) < len(TERMS):
            st.button(text("words.glossary.all", lang), "g.all", type="tertiary", on_click=show_all)
    half = (len(found) + 1) // 2
    for column, terms in zip(st.columns(2, gap="large"), (found[:half], found[half:]), strict=True):
        with column:
            for term in terms:
                entry(term, lang)


def entry(term: str, lang: str) -> None:
    """One term: its name, three sentences, a formula, its source, and the run that shows it."""
    seen = st.session_state[ui.EXPLAINED] | {term}
    parts = [f"#### {name(term, lang)}", explained(says(term, lang), lang, seen)]
    parts += [f"$$\n{FORMULAS[term]}\n$$"] if term in FORMULAS else []
    parts += [f":small[{text('words.glossary.source', lang, source=linked(text(f'glossary.{term}.source', lang)))}]"]
    shown = SHOWN[term]
    with st.container(key=f"g.term.{term}", gap="xsmall"):
        st.markdown("\n\n".join(parts), unsafe_allow_html=True)
        look: dict[str, Any] = {"icon": ":material/play_circle:", "query_params": {"lang": lang, **shown.query}}
        st.page_link(shown.script, label=shown.name(lang), **look)


def name(term: str, lang: str) -> str:
    """A term with a capital letter."""
    word = text(f"glossary.{term}.term", lang)
    return word[0].upper() + word[1:]


def says(term: str, lang: str) -> str:
    """The three sentences of a term: its meaning, and more of it."""
    more = f"glossary.{term}.more"
    return " ".join([text(f"glossary.{term}.says", lang), *([text(more, lang)] if exists(more) else [])])


def linked(source: str) -> str:
    """A source with its address; a file of the project as code."""
    for written, address in ADDRESSES.items():
        if found := re.search(written, source):
            return source.replace(found[0], f"[{found[0]}]({address.format(found[1])})")
    return f"`{source}`"


def matching(find: str, lang: str) -> list[str]:
    """The terms with all searched words: first the one that is called so, then those with the words in their name."""
    words = folded(find).split()

    def distance(term: str) -> int:
        names = [folded(form) for form in forms(term, lang)]
        return 0 if " ".join(words) in names else 1 if has(" ".join(names), words) else 2

    return sorted(in_order((term for term in TERMS if has(whole(term, lang), words)), lang), key=distance)


def has(said: str, words: Iterable[str]) -> bool:
    """Whether each of the folded words begins a word of what is said."""
    return all(re.search(rf"(?<!\w){re.escape(word)}", folded(said)) for word in words)


def in_order(terms: Iterable[str], lang: str) -> list[str]:
    """Terms in the alphabetical order of a language."""
    return sorted(terms, key=lambda term: folded(text(f"glossary.{term}.term", lang)))


def whole(term: str, lang: str) -> str:
    """All that can be found of a term."""
    return " ".join([*forms(term, lang), says(term, lang)])


def folded(said: str) -> str:
    """Small letters without accents."""
    return "".join(sign for sign in unicodedata.normalize("NFD", said.casefold()) if not unicodedata.combining(sign))
