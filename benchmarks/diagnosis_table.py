"""The tables of docs/diagnosis.md and docs/diagnosis_digits.md: what was said of runs, how much of it is right."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from benchmarks import diagnosis_digits as digits
from benchmarks.diagnosis_runs import BASE, CONFIGS, SAME
from ganlab.board.seeds import interval
from ganlab.digits import diagnosis as of_digits
from ganlab.kind.fields import spell
from ganlab.links import differences
from ganlab.plane.diagnosis import VERDICTS
from ganlab.studies.tables import grid

ORDER = tuple(dict.fromkeys((*VERDICTS, *of_digits.VERDICTS, "between")))
"""Labels and findings, as the tables order them."""
HEALTHY = ("near_equilibrium", "healthy", "recognisable")


@dataclass(frozen=True)
class Case:
    """One run: its label, the accepted verdicts, and the verdict."""

    name: str
    member: int
    truth: str
    fine: set[str]
    said: str

    @property
    def right(self) -> bool:
        """Whether the verdict is accepted."""
        return self.said in self.fine


@dataclass(frozen=True)
class Asked:
    """How a look was answered when it was asked, before it helped to set anything."""

    commit: str
    """Where the rules and the labels were those of then; the same command there gives the same answer."""
    held: int
    of: int
    after: str
    """What was changed after it."""


def table(found: list[Case]) -> list[str]:
    """The confusion table as markdown: a row for each label, a column for each finding, and how many are right."""
    counts = Counter((case.truth, case.said) for case in found)
    truths = [key for key in ORDER if any(case.truth == key for case in found)]
    said = [key for key in ORDER if any(case.said == key for case in found)]
    held = [sum(case.right for case in found if case.truth == truth) for truth in truths]
    rows = [
        [f"`{truth}`", *(str(counts[truth, key] or "") for key in said), str(n)]
        for truth, n in zip(truths, held, strict=True)
    ]
    return grid(["is \\ said", *(f"`{key}`" for key in said), "right"], rows)


def score(found: list[Case]) -> str:
    """How many are right, in one line."""
    healthy = [case for case in found if case.truth in HEALTHY]
    collapsed = sum(case.said in ("collapse", "rotating") for case in healthy)
    right = f"{share(found)} right; the label itself was said of {sum(map(same, found))}"
    clear = share([case for case in found if case.truth != "between"])
    return f"{right}; without `between` {clear}; {collapsed} of {len(healthy)} healthy runs called collapsed."


def share(found: list[Case]) -> str:
    """So many of so many are right, with Wilson's interval of 95 %."""
    return told(sum(case.right for case in found), len(found))


def told(held: int, of: int) -> str:
    """So many of so many, in per cent, and Wilson's interval of 95 %."""
    low, high = interval(held, of) if of else (0.0, 1.0)
    return f"{held:,} of {of:,} ({held / max(1, of):.1%}, {low:.1%} to {high:.1%})"


def as_asked(looks: dict[str, Asked]) -> list[str]:
    """A row for each look, as it was asked, and one for all of them."""
    rows = [[name, f"`{look.commit}`", told(look.held, look.of), look.after] for name, look in looks.items()]
    held, of = sum(look.held for look in looks.values()), sum(look.of for look in looks.values())
    head = ["look", "asked at commit", "right when it was asked", "changed after it"]
    return grid(head, [*rows, ["all", "", told(held, of), ""]])


def same(case: Case) -> bool:
    """Whether the label itself is said."""
    return case.said in SAME.get(case.truth, (case.truth,))


def by_config(found: list[Case], drawn: dict[str, str]) -> list[str]:
    """What each config is, and how often the diagnosis of its runs is right."""
    rows = []
    for name in dict.fromkeys(case.name for case in found):
        mine, changes = [case for case in found if case.name == name], changed(name)
        truths = ", ".join(f"{n} {key}" for key, n in Counter(case.truth for case in mine).most_common())
        wrong = Counter(f"{case.truth} → {case.said}" for case in mine if not case.right)
        what = ", ".join(f"{field}={spell(value)}" for field, (value, _) in changes.items())
        said = ", ".join(f"{n} {key}" for key, n in wrong.items()) or "–"
        rows.append([f"`{name}`", what, drawn[name], truths, said])
    return grid(["config", "what differs", "drawn to", "labels", "wrong"], rows)


def changed(name: str) -> dict[str, Any]:
    """What differs in a config from the base of its kind."""
    on_digits = name in digits.DRAWN
    return differences(digits.DRAWN[name][1], digits.BASE) if on_digits else differences(CONFIGS[name][1], BASE)
