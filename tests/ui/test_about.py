"""The about page: every study as a table whose rows open their runs, every source, every package."""

import math
from urllib.parse import parse_qsl

import pytest
from visits import enter, opened, quiet_server  # noqa: F401

from ganlab.digits.config import DigitsConfig
from ganlab.flow.config import FlowConfig
from ganlab.links import from_query
from ganlab.studies.grids import STUDIES
from ganlab.ui.mistakes import evidence
from ganlab.ui.run import share
from ganlab.ui.run.experiment import ARENA, MNIST, places
from ganlab.ui.text import LANGUAGES, text
from ganlab.ui.words import about, studies

PAGE = "pages/learn/about.py"
PLACES = {"arena": ARENA, "mnist": MNIST, "beside": places(FlowConfig.kind)[0]}


@pytest.mark.parametrize("study", STUDIES)
def test_every_row_opens_the_run_that_it_measures(study):
    found = studies.table(study, "en")
    measured = evidence.shipped(STUDIES[study].arms, study)
    assert len(found) == len(measured) > 0
    for link, arm in zip(found["link"], measured, strict=True):
        page, _, query = link.partition("?")
        place = PLACES[page]
        config, _, _, notices = share.from_link(dict(parse_qsl(query)), place)
        assert notices == []
        theirs = STUDIES[study].arms[arm][0]
        assert config == (theirs if isinstance(theirs, DigitsConfig) else theirs.replace(members=1))
        assert from_query(dict(parse_qsl(query)), config.kind, place.prefix)[0] == config


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("study", STUDIES)
def test_the_names_of_the_rows_tell_them_apart(study, lang):
    names = studies.table(study, lang)["run"]
    assert names.is_unique, names[names.duplicated()].tolist()


@pytest.mark.whole
def test_a_table_has_what_the_evidence_has():
    found, arms = studies.table("lab", "en"), evidence.shipped(STUDIES["lab"].arms, "lab")
    row, facts = found.iloc[0], next(iter(arms.values())).facts("x")
    assert (row["modes"], row["n"], row["valid"]) == (facts["x_modes"], facts["x_n"], facts["x_valid"])
    digits = found[found["fid"].notna()]
    assert 0 < len(digits) < len(found)
    assert all(math.isnan(value) for value in digits["valid"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_shows_a_study_the_sources_and_the_licences(lang):
    app = opened(PAGE, {"study": "packing"}, lang)
    study, sources, packages = (one.value for one in app.dataframe)
    assert study["run"].tolist() == [text(f"about.arm.{arm}", lang) for arm in ("vanilla", "packing")]
    assert sources["source"].str.startswith("https://").all()
    assert {"streamlit", "torch", "numpy"} <= {*packages["package"]}
    assert not packages["licence"].isin(["–", ""]).any()
    assert "https://poloclub.github.io/ganlab/" in "\n".join(one.value for one in app.markdown)


@pytest.mark.whole
def test_a_study_is_chosen_kept_in_the_link_and_refused_if_unknown():
    app = enter(opened(PAGE, {"study": "nix"}), "o.w.study", "ring")
    assert app.query_params["study"] == "ring"
    assert "`nix`" in opened(PAGE, {"study": "nix"}).warning[0].value


def test_every_requirement_is_listed_once():
    lines = about.REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    pinned = [line.split("==")[0] for line in lines if "==" in line and not line.startswith("#")]
    assert about.required() == pinned
