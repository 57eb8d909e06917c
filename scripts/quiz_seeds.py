"""Counts the verdicts on sixteen seeds of each run of the quiz on the plane: `python -m scripts.quiz_seeds`.

It writes `ganlab/evidence/quiz.json` after each run, the cheap ones first, and goes on where it was stopped. Runs on
digits take minutes each and are not repeated.
"""

from __future__ import annotations

import json
from collections import Counter

from ganlab.host import atomic
from ganlab.library import opened
from ganlab.plane.config import PlaneConfig
from ganlab.studies.grids import lottery_runs
from ganlab.ui.words.answers import SEEDS, repeated
from ganlab.ui.words.questions import QUESTIONS, Look


def counted(config: PlaneConfig) -> Counter[str]:
    """How many seeds end with each verdict."""
    runs = map(opened, lottery_runs(config.replace(members=1)))
    return Counter(run.of(member).verdict.key for run in runs for member in range(run.config.members))


def missing() -> dict[str, PlaneConfig]:
    """The runs that are not counted yet, the cheap ones first."""
    looks = [asked for asked in QUESTIONS.values() if isinstance(asked, Look)]
    found = {one.run: one.config for one in looks if isinstance(one.config, PlaneConfig) and one.run not in repeated()}
    return dict(sorted(found.items(), key=lambda item: (item[1].members == 1, cost(item[1]))))


def cost(config: PlaneConfig) -> int:
    """Roughly how long a run takes, in no unit."""
    return config.steps * (config.d_steps + config.g_steps) * config.batch_size * config.g_width


def main() -> None:
    """Counts what is missing."""
    for name, config in missing().items():
        table = dict(repeated()) | {name: counted(config)}
        atomic.write(SEEDS, (json.dumps(table, indent=1, sort_keys=True) + "\n").encode())
        repeated.cache_clear()
        print(name, dict(table[name]), flush=True)


if __name__ == "__main__":
    main()
