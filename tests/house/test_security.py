"""SECURITY.md: its limits are those of the code."""

import re
import tomllib
from pathlib import Path

import pytest

from ganlab.board import students
from ganlab.data import point_files, points
from ganlab.digits import uploads, weights
from ganlab.export import settings as settings_file
from ganlab.host import settings
from ganlab.kind.fields import MAX_EDITS
from ganlab.teach import link as teach_link
from ganlab.ui.run.notices import strays

ROOT = Path(__file__).parents[2]
SERVER = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["server"]
MB, KB = 2**20, 2**10
CAPS = {
    "parameters of a link": f"{strays.MOST:,}",
    "changes in mid-run": f"{MAX_EDITS}",
    "a teacher's task in a link": f"{teach_link.LONGEST:,} characters, {teach_link.LARGEST / KB:.0f} KiB unpacked",
    "an upload of any kind": f"{SERVER['maxUploadSize']} MB",
    "a file of weights": f"{weights.MAX_BYTES / MB:.0f} MiB, its header {weights.MAX_HEADER / KB:.0f} KiB",
    "weights kept": f"{uploads.KEEP} files, {uploads.CAP / MB:.0f} MiB",
    "a file of settings": f"{settings_file.LARGEST / KB:.0f} KiB",
    "a file of points": f"{point_files.LARGEST / MB:.0f} MiB, {points.MOST:,} points",
    "points kept": f"{points.CAP / MB:.0f} MiB",
    "a name on the class board": f"{students.NAME} characters",
    "uploads of one visitor in a minute": f"{settings.Settings().uploads}, `GANLAB_UPLOADS`",
    "runs of one visitor that wait": f"{settings.Settings().queue}, `GANLAB_QUEUE`",
}


@pytest.mark.parametrize("name", CAPS)
def test_a_limit_is_that_of_the_code(name):
    assert f"| {name} | {CAPS[name]} |" in (ROOT / "SECURITY.md").read_text().splitlines()


def test_there_are_no_other_limits():
    limits = (ROOT / "SECURITY.md").read_text().partition("## Limits")[2].partition("\n## ")[0]
    rows = [line for line in limits.splitlines() if line.startswith("| ")]
    assert len(rows) == len(CAPS) + 1


def test_every_row_of_fuzzing_names_a_test_and_every_drawn_test_has_its_row():
    table = (ROOT / "SECURITY.md").read_text().partition("## Fuzzing")[2].partition("\n## ")[0]
    names = re.findall(r"^\|[^|]+\| `(\w+)` \|", table, re.MULTILINE)
    sources = "".join(path.read_text() for path in (ROOT / "tests" / "strangers").glob("test_*.py"))
    drawn = re.findall(r"^@given\((?:.*\n)+?def (test_\w+)", sources, re.MULTILINE)
    assert len(drawn) > 15
    assert [name for name in names if not re.search(rf"^def test_\w*{name}", sources, re.MULTILINE)] == []
    assert [test for test in drawn if not any(name in test for name in names)] == []
