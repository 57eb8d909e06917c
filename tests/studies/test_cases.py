"""The table of other people's runs: a run is trained once, and each row says what the verdict said."""

import pytest

from benchmarks import cases
from benchmarks.cases import CASES, Case, answers, document
from ganlab.digits.config import DigitsConfig
from ganlab.kind.fields import knobs
from ganlab.kinds import KINDS
from ganlab.links import from_query
from ganlab.plane.config import PlaneConfig


@pytest.mark.parametrize("name", CASES)
def test_a_case_names_fields_that_do_something_and_its_link_is_its_config(name):
    case = CASES[name]
    assert case.right - {""} <= knobs(type(case.config)).keys() - case.config.inactive().keys()
    query = dict(part.split("=") for part in cases.link(name).split("`")[1].split("&"))
    kind = KINDS[case.config.kind]
    assert from_query(query, case.config.kind, kind.prefixes[0]) == (case.config, [])


@pytest.mark.parametrize("config", [DigitsConfig(batch_size=4, steps=1), PlaneConfig(batch_size=8, steps=2)])
def test_each_seed_is_trained_once_and_told_in_the_table(config, tmp_path, monkeypatch):
    monkeypatch.setitem(CASES, "tiny", Case("nobody/nothing#1", "Nothing.", config, frozenset({""})))
    assert answers("tiny", tmp_path, kept=True) == []
    said = answers("tiny", tmp_path)
    assert len(said) == 3
    assert all(one["key"] == "unjudged" for one in said) == (config.kind == "digits")
    monkeypatch.setattr(cases, "answer", lambda config: pytest.fail("trained twice"))
    assert answers("tiny", tmp_path) == said
    wrong = [{"key": "smear", "knob": "steps", "evidence": {"d_loss": 0.125}}]
    line = next(row for row in document({"tiny": [*said, *wrong]}).splitlines() if "nobody/nothing#1" in row)
    assert "`smear`, `steps`" in line
    assert "0.12" in line
    assert line.rstrip(" |").endswith(f"{sum(one['knob'] is None for one in said)}/4")
