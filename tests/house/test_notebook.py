"""The notebook: its cells are the script's, they were executed without an error, and their numbers are today's."""

import json

import ganlab
from ganlab.studies.cards import CARDS
from scripts.notebook import CELLS, FILE, notebook

MADE = json.loads(FILE.read_text(encoding="utf-8"))


def said(cell):
    return "".join("".join(output.get("text", "")) for output in cell.get("outputs", []))


def test_its_cells_are_those_of_the_script_and_it_is_short_and_small():
    assert [(cell["cell_type"], "".join(cell["source"])) for cell in MADE["cells"]] == [*CELLS]
    assert [cell["id"] for cell in MADE["cells"]] == [cell["id"] for cell in notebook()["cells"]]
    assert sum(source.count("\n") + 1 for kind, source in CELLS if kind == "code") < 30
    assert FILE.stat().st_size < 700_000


def test_every_cell_was_executed_and_said_what_it_should():
    code = [cell for cell in MADE["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == [*range(1, len(code) + 1)]
    outputs = [output for cell in code for output in cell["outputs"]]
    assert {output["output_type"] for output in outputs} <= {"stream", "execute_result"}
    assert {output.get("name", "stdout") for output in outputs} == {"stdout"}, "no warning"
    assert "/home/" not in json.dumps(outputs)
    assert "https://" not in json.dumps([output for output in outputs if "vega" not in json.dumps(output)])
    assert "<iframe" in "".join(code[-1]["outputs"][0]["data"]["text/html"])


def test_its_verdicts_are_those_of_the_runs_that_ship():
    for name, config in (("k = 50", CARDS["too_much_d"].broken), ("k = 1", CARDS["too_much_d"].fixed)):
        found = ganlab.open(json.dumps(config.to_json())).verdict
        assert f"{name} | {config.steps} steps | {found.key} | {found.m} of {found.of} modes" in said(MADE["cells"][1])
