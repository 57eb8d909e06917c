"""The glossary: every term has three sentences, a source and a run in both languages, and is found."""

import re
from pathlib import Path

import pytest
from visits import captions, enter, opened, quiet_server, sound  # noqa: F401

from ganlab.presets import PRESETS
from ganlab.store.recording import RECORDED
from ganlab.studies.cards import LESSONS
from ganlab.ui.latent import link as latent
from ganlab.ui.run import share
from ganlab.ui.run.experiment import ARENA, MNIST
from ganlab.ui.text import LANGUAGES, exists, text
from ganlab.ui.text.glossary import TERMS
from ganlab.ui.words import glossary
from ganlab.ui.words.glossary import ADDRESSES, folded, in_order, matching, says
from ganlab.ui.words.terms import FORMULAS, SHOWN
from streamlit_app import MENU, PAGES

ROOT = Path(__file__).parents[2]
PAGE = "pages/learn/glossary.py"
PLACES = {"arena": ARENA, "mnist": MNIST}


def shown(app):
    """The headings of the entries on the page."""
    return [found[1] for one in app.markdown if (found := re.match(r"#### (.+)", one.value))]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("term", TERMS)
def test_a_term_has_three_sentences_and_a_source(term, lang):
    whole = says(term, lang)
    assert len([part for part in re.split(r"(?<=[.?!])\s", whole) if part]) == 3, whole
    assert "$" not in whole
    source = text(f"glossary.{term}.source", lang)
    assert any(re.search(written, source) for written in ADDRESSES) or (ROOT / source).is_file(), source


def test_a_term_has_the_same_source_in_both_languages_and_more_in_both_or_none():
    for term in TERMS:
        assert len({text(f"glossary.{term}.source", lang) for lang in LANGUAGES}) == 1
        assert len({exists(f"glossary.{term}.more", lang) for lang in LANGUAGES}) == 1


def test_every_term_has_a_run_that_opens():
    assert {*SHOWN} == {*TERMS}
    assert {*FORMULAS} < {*TERMS}
    for term, run in SHOWN.items():
        if run.page in PLACES:
            config, preset, _, notices = share.from_link(run.query, PLACES[run.page])
            assert (config, notices) == (PRESETS[preset], []), term
            assert (RECORDED / f"{preset}.zip").is_file(), term
        elif run.page == "latent":
            assert latent.from_link(run.query)[1] == [], term
        elif run.section == "learn":
            assert (run.script, run.page, run.page) in PAGES["more"], term
        else:
            assert (run.page, run.query["c.card"] in LESSONS) == ("mistakes", True), term
        assert run.name("en") != run.name("es") or term in ("minimax", "grid"), term


@pytest.mark.parametrize("lang", LANGUAGES)
def test_terms_are_in_the_alphabetical_order_of_the_language(lang):
    words = [text(f"glossary.{term}.term", lang) for term in in_order(TERMS, lang)]
    assert words == sorted(words, key=folded)
    assert sorted(in_order(TERMS, lang)) == sorted(TERMS)


def test_a_search_ignores_case_and_accents_and_puts_names_first():
    assert matching("OPTIMO", "es") == ["optimal_d"]
    assert matching("épôque", "en") == []
    assert matching("Normalizacion  ESPECTRAL", "es")[0] == "spectral_norm"
    assert matching("mode", "en")[0] == "mode"
    assert {"collapse", "rotation"} <= {*matching("mode", "en")[1:6]}
    assert "covered" in matching("3σ centre", "en")
    assert {*matching("", "en")} == {*TERMS}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_has_every_term_with_a_link_to_its_run(lang):
    app = opened(PAGE, lang=lang)
    assert sorted(shown(app)) == sorted(glossary.name(term, lang) for term in TERMS)
    labels = [one.proto.label for one in app.get("page_link")]
    assert {run.name(lang) for run in SHOWN.values()} <= {*labels}
    assert app.query_params == {"lang": lang}


def test_a_link_opens_one_term_and_leads_to_all():
    app = opened(PAGE, {"term": "mode"}, "es")
    assert shown(app) == ["Modo"]
    assert app.query_params["term"] == "mode"
    app.button(key="g.all").click().run()
    assert len(shown(sound(app))) == len(TERMS)
    assert "term" not in app.query_params


def test_a_search_is_kept_in_the_link():
    app = enter(opened(PAGE, {"term": "mode"}), "g.w.find", "unroll")
    assert shown(app) == ["Unrolling"]
    link = dict(app.query_params)
    assert link == {"lang": "en", "find": "unroll"}
    assert shown(opened(PAGE, {"find": "unroll"})) == shown(app)
    assert "No term has this word" in captions(enter(app, "g.w.find", "xyzzy"))


def test_an_unknown_term_is_told():
    app = opened(PAGE, {"term": "<b>evil"})
    assert "`<b>evil`" in app.warning[0].value
    assert len(shown(app)) == len(TERMS)


def test_a_source_has_its_address():
    assert glossary.linked("arXiv:1406.2661") == "[arXiv:1406.2661](https://arxiv.org/abs/1406.2661)"
    assert glossary.linked("Nash 1950, doi:10.1/x.y").endswith("[doi:10.1/x.y](https://doi.org/10.1/x.y)")
    assert glossary.linked("docs/judge.md") == "`docs/judge.md`"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_foot_of_a_page_leads_to_those_that_the_menu_lacks(lang):
    assert "more" not in MENU
    assert sum(len(PAGES[section]) for section in MENU) <= 8
    hidden = [(script, name) for script, name, _ in PAGES["more"]]
    assert hidden
    app = opened(PAGE, {"term": "mode"}, lang)
    links = {one.proto.page: one.proto for one in app.get("page_link")}
    for script, name in hidden:
        assert (ROOT / script).is_file()
        assert links[name].query_string == f"lang={lang}"
        assert links[name].label == text(f"app.nav.{name}", lang)
