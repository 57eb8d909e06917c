"""Counts the verdicts on sixteen seeds of each run of the quiz: `python -m scripts.quiz_seeds`.

It writes `ganlab/evidence/quiz.json` after each run, the cheap ones first, and goes on where it was stopped. Each seed
on digits takes minutes.
"""

from __future__ import annotations

import json
from collections import Counter

from ganlab.host import atomic
from ganlab.kind.config import RunConfig
from ganlab.library import opened
from ganlab.plane.config import PlaneConfig
from ganlab.studies.grids import LOTTERY, lottery_runs, one_by_one
from ganlab.ui.words.answers import SEEDS, repeated
from ganlab.ui.words.questions import QUESTIONS, Look


def counted(config: RunConfig) -> Counter[str]:
    """How many seeds end with each verdict."""
    runs = map(opened, seeds(config))
    return Counter(run.of(member).verdict.key for run in runs for member in range(run.config.members))


def seeds(config: RunConfig) -> tuple[RunConfig, ...]:
    """The runs of sixteen seeds."""
    if isinstance(config, PlaneConfig):
        return lottery_runs(config.replace(members=1))
    return one_by_one(config, LOTTERY)


def missing() -> dict[str, RunConfig]:
    """The runs that are not counted yet, the cheap ones first."""
    looks = [asked for asked in QUESTIONS.values() if isinstance(asked, Look)]
    found = {one.run: one.config for one in looks if one.run not in repeated()}
    return dict(sorted(found.items(), key=lambda item: (item[1].members == 1, cost(item[1]))))


def cost(config: RunConfig) -> float:
    """Roughly how long a run takes, in no unit."""
    return config.flops() * config.steps


def main() -> None:
    """Counts what is missing."""
    for name, config in missing().items():
        table = dict(repeated()) | {name: counted(config)}
        atomic.write(SEEDS, (json.dumps(table, indent=1, sort_keys=True) + "\n").encode())
        repeated.cache_clear()
        print(name, dict(table[name]), flush=True)


if __name__ == "__main__":
    main()
