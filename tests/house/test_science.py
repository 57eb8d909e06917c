"""docs/science.md and what cites it name nothing that is not there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCIENCE = ROOT / "docs" / "science.md"
CITED = r"(?<!paired-discriminator )\bdocs/([\w/]+\.md)(?:#([\w-]+))?"
"""A document of this repository, and its anchor; another repository's is named after it."""
FOLDERS = ("ganlab", "tests", "benchmarks", "pages", "docs")


def sources():
    """The text of every file that may cite a document, by its path."""
    found = [path for folder in FOLDERS for kind in ("py", "md") for path in (ROOT / folder).rglob(f"*.{kind}")]
    return {path: path.read_text(encoding="utf-8") for path in (*found, ROOT / "README.md") if path != Path(__file__)}


def anchor(heading):
    """What a link calls a heading."""
    return re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")


def anchors(document):
    """The anchors of a document's headings."""
    return {*map(anchor, re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE))}


def test_every_cited_document_and_anchor_exists():
    cited = [
        (path.name, document, place) for path, text in sources().items() for document, place in re.findall(CITED, text)
    ]
    assert sum(document == SCIENCE.name and bool(place) for _, document, place in cited) >= 8
    missing = [one for one in cited if not (ROOT / "docs" / one[1]).is_file()]
    assert missing == []
    assert [one for one in cited if one[2] and one[2] not in anchors(ROOT / "docs" / one[1])] == []


def test_no_file_cites_a_paper_that_is_not_here():
    assert [path.name for path, text in sources().items() if re.search(r"\b(SCIENCE|DESIGN)(\.md| \d|\b)", text)] == []


def test_every_section_names_tests_that_cite_it():
    sections = re.split(r"^## ", SCIENCE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    for section in sections:
        title = section.splitlines()[0]
        held = re.findall(r"`(tests/[\w/]+\.py)`", section.split("Held by")[1])
        assert held, title
        cited = f"docs/science.md#{anchor(title)}"
        citing = [name for name in held if cited in (ROOT / name).read_text(encoding="utf-8")]
        assert citing, f"{title}: none of {held} cites it"
