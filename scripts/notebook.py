"""Writes docs/card_1.ipynb, which repeats the first card of the mistakes lab, and executes it.

`pip install nbclient ipykernel`, then `python -m scripts.notebook`. The outputs are kept; a test holds the cells to
what stands here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[1] / "docs" / "card_1.ipynb"
CELLS = (
    (
        "markdown",
        """# Training D too much: k = 50
The first card of the mistakes lab, repeated with the library: the same GAN with 50 updates of D for each of G, and with
one.""",
    ),
    (
        "code",
        """import ganlab
from ganlab.studies.cards import CARDS

card = CARDS["too_much_d"]
broken, fixed = ganlab.run(card.broken), ganlab.run(card.fixed)
for name, run in {"k = 50": broken, "k = 1": fixed}.items():
    print(name, "|", run.step, "steps |", run.verdict.key, "|", run.verdict.m, "of", run.verdict.of, "modes")""",
    ),
    ("markdown", "Both losses stay finite, so they do not tell. The modes do."),
    (
        "code",
        """import pandas as pd

ends = {"k = 50": broken, "k = 1": fixed}
columns = ["d_loss", "g_loss", "d_accuracy", "modes_covered", "valid"]
pd.DataFrame({name: run.metrics.iloc[-1][columns] for name, run in ends.items()}).T.round(2)""",
    ),
    (
        "markdown",
        "One seed shows that it can happen. Five seeds, trained side by side, show how often.",
    ),
    (
        "code",
        """seeds = {name: ganlab.run(run.config.replace(members=5)) for name, run in ends.items()}
for name, run in seeds.items():
    print(name, "|", sorted(run.of(member).verdict.m for member in range(5)), "of 8 modes")""",
    ),
    ("markdown", "In a notebook a run shows itself in the player of the app. It needs no server."),
    ("code", "broken"),
)
"""(kind, source) of each cell."""
PYTHON = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def notebook() -> dict[str, Any]:
    """The notebook without outputs."""
    return {"cells": [cell(str(i), *one) for i, one in enumerate(CELLS)], "metadata": PYTHON} | {
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def cell(name: str, kind: str, source: str) -> dict[str, Any]:
    """One cell."""
    own: dict[str, Any] = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "id": f"cell-{name}", "metadata": {}, "source": source} | own


def executed() -> dict[str, Any]:
    """The notebook with its outputs, without the times of execution. Needs nbclient and ipykernel."""
    import nbformat
    from nbclient import NotebookClient

    made = nbformat.from_dict(notebook())
    NotebookClient(made, timeout=600, record_timing=False, resources={"metadata": {"path": str(FILE.parent)}}).execute()
    made.metadata = PYTHON
    done: dict[str, Any] = json.loads(nbformat.writes(made))
    return done


if __name__ == "__main__":
    FILE.write_text(json.dumps(executed(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
