"""The papers for contributors name files that are there, and the picture is the one that the imports give."""

import re
from collections import Counter
from pathlib import Path

import pytest

from scripts.draw_house import draw, plan
from scripts.house import House, read

ROOT = Path(__file__).parents[2]
PAPERS = ("CONTRIBUTING.md", "docs/architecture.md")
PLACES = "ganlab", "tests", "scripts", "pages", "docs", "benchmarks", "types", "streamlit_app.py"
LENGTHS = r'<tspan class="small">\d+</tspan>|<rect class="bar"[^>]*>'
"""What each edit changes: lines of a file, and its bar."""


def paths(paper: Path) -> set[str]:
    """The files and folders that a paper names in code or links to; {a,b} stands for two."""
    text = re.sub(r"^```.*?^```", "", paper.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", text)
    named = {span for span in spans if span.split("/")[0] in PLACES and re.fullmatch(r"[\w./{},*-]+", span)}
    linked = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    return {one for span in named for one in alternatives(span)} | {str(paper.parent / link) for link in linked}


def alternatives(span: str) -> list[str]:
    """ "a/{b,c}.py" -> ["a/b.py", "a/c.py"]."""
    found = re.search(r"\{([^}]*)\}", span)
    if not found:
        return [span]
    return [one for part in found[1].split(",") for one in alternatives(span.replace(found[0], part, 1))]


def there(path: str) -> bool:
    """Whether a path exists, or something that its * stands for, or could once a NAME is chosen."""
    if re.search(r"\bNAME\b", path):
        return True
    return any(ROOT.glob(path)) if "*" in path else (ROOT / path).exists()


@pytest.mark.parametrize("name", PAPERS)
def test_every_path_that_a_paper_names_exists(name):
    named = paths(ROOT / name)
    assert len(named) > 20
    assert sorted(path for path in named if not there(path)) == []


@pytest.mark.whole
def test_the_picture_is_what_the_imports_give():
    drawn, now = ((ROOT / "docs" / "house.svg").read_text(encoding="utf-8"), draw(read(ROOT)))
    said, meant = (re.sub(LENGTHS, "", text).splitlines() for text in (drawn, now))
    assert said == meant, "draw it anew: python -m scripts.draw_house"


def test_every_fault_has_a_test_that_exists():
    rows = [line for line in (ROOT / "docs" / "faults.md").read_text("utf-8").splitlines() if line.startswith("| ")]
    faults = [row for row in rows if not row.startswith("| fault |")]
    known = {
        name
        for file in ROOT.glob("tests/*/test_*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text("utf-8"), re.M)
    }
    assert len(faults) > 20
    for row in faults:
        named = re.findall(r"`(test_\w+)`", row.rsplit(" | ", 1)[1])
        assert named, row
        assert set(named) <= known, row


HOUSE = House(
    lines={"roof": 1, "left": 2, "right": 3, "ground": 4},
    folders={"": ["roof", "left", "right", "ground"]},
    rooms={name: [name] for name in ("roof", "left", "right", "ground")},
    arrows=Counter({("roof", "left"): 1, ("left", "right"): 1, ("right", "left"): 1, ("left", "ground"): 1})
    + Counter({("roof", "ground"): 1}),
)


def test_floors_circles_and_needless_arrows():
    assert HOUSE.floors == [["ground"], ["left", "right"], ["roof"]]
    assert HOUSE.circles == {frozenset({"left", "right"})}
    assert ("roof", "ground") not in HOUSE.needed
    assert {("roof", "left"), ("left", "ground"), ("left", "right"), ("right", "left")} == {*HOUSE.needed}
    assert (("left", 1), ("right", 1)) in plan(HOUSE).ways
    assert 'stroke="#d01c1c"' in draw(HOUSE)
