"""docs/course.md: every statement of the course has a row, and every place that a row names exists."""

import re
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

import streamlit_app
from ganlab.presets import PRESETS
from ganlab.studies.cards import LESSONS as CARDS
from ganlab.ui.lessons.lessons import LESSONS

TABLE = (Path(__file__).parents[2] / "docs" / "course.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in TABLE.splitlines() if line.startswith("|")][
    2:
]
STATEMENTS = (
    *("Goals", "style of learning", "G maps noise", "zero-sum", "−log D", "k = 50", "losses", "Nash", "Mode collapse"),
    *("Cures", "Non-convergence", "Latent vectors", "transposed", "2014", "Forger", "deepfakes", "Diffusion"),
    *("notebook", "epoch counter", "GAN Lab"),
)
"""A word of each statement of the course."""
PAGES = {path for entries in streamlit_app.PAGES.values() for _, _, path in entries}
OPENS = {"c.card": CARDS, "a.preset": PRESETS, "m.preset": PRESETS}


@pytest.mark.parametrize("statement", STATEMENTS)
def test_each_statement_has_one_row(statement):
    assert sum(statement in row[0] for row in ROWS) == 1


def test_there_is_no_other_row():
    assert len(ROWS) == len(STATEMENTS)


@pytest.mark.parametrize(("statement", "places"), ROWS)
def test_each_place_exists(statement, places):
    for place in places.split(", "):
        if number := re.fullmatch(r"lesson (\d+)", place):
            assert 1 <= int(number[1]) <= len(LESSONS)
        else:
            path, _, query = place.removeprefix("/").partition("?")
            assert path in PAGES, place
            assert all(value in OPENS[name] for name, value in parse_qsl(query)), place
