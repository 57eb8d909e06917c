"""docs/ganlab.md: every row of GAN Lab's features and faults is there, and every label that it names is on a page."""

import re
from pathlib import Path

import pytest

from ganlab.ui.text import sentences

TABLE = (Path(__file__).parents[2] / "docs" / "ganlab.md").read_text(encoding="utf-8")
FEATURES = [
    *("Pipeline view", "Real points", "Generated points", "D's heat map", "Gradients of G", "G's manifold"),
    *("Morph from noise to output", "Data sets", "Draw your own data", "Noise", "Play and Pause", "Reset"),
    *("Step of D, of G, of both", "Slow motion", "Pre-trained models", "Hidden layers", "Neurons", "Updates per step"),
    *("Optimiser", "Learning rate", "Loss", "Curves of both losses", "KL and JS divergence"),
    *("What is a GAN, how it works", "What the picture shows", "Toggles in sentences"),
]
"""All that GAN Lab has (poloclub/ganlab at 09073e8)."""
FAULTS = [
    *("Wrong KL and JS", "Settings overwritten", "Silent divergence", "Dishonest names", "Wrong arrows", "No seed"),
    *("No link", "No export", "No history", "No touch, no small screens", "No accessible names", "Nothing on failure"),
    "Slow",
]
"""What it does wrong."""


def rows(title):
    section = TABLE.partition(f"## {title}")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize(
    ("title", "names"), [("What GAN Lab has", FEATURES), ("What GAN Lab does wrong", FAULTS)], ids=["has", "wrong"]
)
def test_no_row_is_missing_and_each_says_what_is_ours_and_where(title, names):
    found = rows(title)
    assert [row[0] for row in found] == names
    for row in found:
        assert len(row) == 4, row
        assert len(row[2]) > 10, row[0]
        assert len(row[3]) > 5, row[0]


def test_every_label_that_is_named_is_on_a_page():
    words = [words for words in sentences("en").values() if len(re.sub(r"{.*?}|\W", "", words)) > 1]
    pages = re.compile("|".join(r"\S+".join(map(re.escape, re.split(r"{.*?}", label))) for label in words))
    bold = [re.findall(r"\*\*(.+?)\*\*", row[3]) for title in ("has", "does") for row in rows(f"What GAN Lab {title}")]
    assert sum(map(len, bold)) > 40
    assert [label for labels in bold for label in labels if not pages.fullmatch(label)] == []
