"""The messages that the JavaScript is tested with are those that Python writes today."""

import json

import pytest
from make_js_fixtures import HOME, expected, fixtures

SAID = json.loads((HOME / "expected.json").read_text())


@pytest.mark.parametrize("name", ["plane.bin", "duel.bin", "digits.bin", "seeds.bin", "dirac.bin", "draw.bin"])
def test_a_fixture_is_what_python_writes(name):
    assert (HOME / name).read_bytes() == fixtures()[name], "write it anew: python -m tests.support.make_js_fixtures"


def test_every_file_is_a_fixture():
    assert {path.name for path in HOME.iterdir()} == {*fixtures(), "expected.json"}


def test_the_expected_numbers_are_what_python_reads():
    now = expected()
    assert now.keys() == SAID.keys()
    for name, values in now.items():
        assert values == pytest.approx(SAID[name], abs=2e-5), name
