"""The questions of the quiz: one half shows a run and asks what happens in it, the other asks about a term."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ganlab.presets import PRESETS
from ganlab.studies.cards import EXHIBITS

RUNS = PRESETS | EXHIBITS


@dataclass(frozen=True)
class Look:
    """A recorded run, whose verdict is the right answer."""

    run: str
    """The name of its recording."""
    options: tuple[str, ...]
    """Verdicts, in the order in which they are offered."""
    answer: str
    member: int = 0
    curves: bool = False
    """Whether the curves of its losses are shown, too."""

    @property
    def config(self) -> Any:
        """The run's config."""
        return RUNS[self.run]

    @property
    def right(self) -> int:
        """The index of the right answer."""
        return self.options.index(self.answer)


@dataclass(frozen=True)
class Term:
    """Three sentences on a term of the glossary, one of them right."""

    term: str
    """What is to be read about it."""
    right: int
    options: tuple[str, ...] = ("a", "b", "c")


Question = Look | Term
QUESTIONS: dict[str, Question] = {
    "settled": Look("ring_r1", ("collapse", "near_equilibrium", "smear", "vanishing"), "near_equilibrium"),
    "half": Term("equilibrium", 2),
    "one_mode": Look("ring_k50", ("near_equilibrium", "vanishing", "collapse", "smear"), "collapse"),
    "sum": Term("zero_sum", 0),
    "still": Look("ring_vanishing", ("vanishing", "d_too_weak", "collapse", "diverging"), "vanishing"),
    "flat": Term("saturating", 1),
    "calm": Look("ring_weak_d", ("near_equilibrium", "collapse", "vanishing", "d_too_weak"), "d_too_weak", curves=True),
    "finite": Term("collapse", 1),
    "nine": Look("grid", ("smear", "rotating", "near_equilibrium", "collapse"), "collapse"),
    "share": Term("optimal_d", 0),
    "between": Look("ring_features", ("near_equilibrium", "smear", "rotating", "collapse"), "smear"),
    "count": Term("covered", 2),
    "jumps": Look("two_hops", ("collapse", "near_equilibrium", "rotating", "smear"), "rotating"),
    "shell": Term("slerp", 0),
    "scores": Look(
        "no_constraint.broken", ("diverging", "collapse", "near_equilibrium", "vanishing"), "diverging", curves=True
    ),
    "pairs": Term("packing", 1),
    "seeds": Look("ring_seeds", ("near_equilibrium", "collapse", "vanishing", "rotating"), "collapse", member=7),
    "luck": Term("seed", 2),
    "clear": Look("digits_dense", ("smear", "collapse", "alike", "healthy"), "healthy"),
    "judges": Term("fid", 1),
    "fifty": Look("digits_k50", ("healthy", "d_ahead", "vanishing", "collapse"), "d_ahead"),
    "circle": Term("dirac", 2),
    "swapped": Look("labels_swapped.broken", ("d_too_weak", "near_equilibrium", "vanishing", "collapse"), "vanishing"),
    "one_step": Term("diffusion", 0),
}
"""All questions, in their order. A link carries the answers by place: a new question is added at the end."""
