"""Lesson plans: what a class does in which minutes, with teacher's links, expected answers and misconceptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ganlab.gan import theory
from ganlab.kind.config import RunConfig
from ganlab.links import to_query
from ganlab.studies.cards import LESSONS as CARDS
from ganlab.teach.task import HAND_IN, Task, Words
from ganlab.ui.mistakes.mistakes import CHOSEN, known
from ganlab.ui.text import LANGUAGES, exists, text
from ganlab.ui.words import links

Address = Callable[[Task], str]
"""The address that opens a task."""
GOALS, BELIEFS = "", "beliefs"
"""Blocks of a plan that are no parts."""


@dataclass(frozen=True)
class Part:
    """A part of a plan. Its sentences are those of its name in plans.toml."""

    card: str = ""
    """The card whose measurements the expected answer uses."""
    task: Mapping[str, Any] | None = None
    """What the teacher's link opens and allows, without its words; None where the class talks."""


@dataclass(frozen=True)
class Plan:
    """A plan of one page."""

    parts: Mapping[str, int]
    """The parts in order, each with its minutes."""
    beliefs: tuple[str, ...]
    """The cards that answer what students often believe."""
    lesson: int = 0
    """Minutes of a lesson, if the plan has several."""

    def when(self, name: str, lang: str) -> str:
        """The minutes of a part, and its lesson."""
        minutes, names = self.parts[name], list(self.parts)
        before = sum(self.parts[other] for other in names[: names.index(name)])
        if not self.lesson:
            return text("plans.page.minutes", lang, minutes=minutes)
        return text("plans.page.lesson", lang, n=before // self.lesson + 1, minutes=minutes)


def runs(config: RunConfig, beside: RunConfig | None = None) -> dict[str, str]:
    """The query of the arena for a run, or for two."""
    return to_query(config, "a.") | (to_query(beside, "b.") if beside else {})


def task_of(name: str) -> Task | None:
    """The task of a part in both languages."""
    opens = PARTS[name].task
    return None if opens is None else Task(**opens, words={lang: words(name, lang) for lang in LANGUAGES})


def words(name: str, lang: str) -> Words:
    """The words of a part's task."""
    said = {part: say(name, part, lang) for part in ("title", "body", "question", "a", "b", "c")}
    options = tuple(said[option] for option in "abc" if said[option])
    return Words(said["title"], said["body"], said["question"], options)


def say(name: str, part: str, lang: str) -> str:
    """A sentence of a part's task; '' for one that it does not have."""
    key = f"plans.task.{name}.{part}"
    return text(key, lang) if exists(key) else ""


def facts(name: str) -> dict[str, Any]:
    """The values for the sentences of a part: what its card measured, and what theory says of a digit that is lost."""
    card = PARTS[name].card
    moved = theory.collapse(9, 10).g_loss - theory.collapse(10, 10).g_loss
    return {"moved": moved, **(known(card) if card else {})}


# As Markdown


def markdown(name: str, lang: str, task: Address, card: Callable[[str], str]) -> str:
    """A plan as Markdown. task, card: the addresses of a task and of a card."""
    return "\n\n".join(blocks(name, lang, task, card).values())


def blocks(name: str, lang: str, task: Address, card: Callable[[str], str]) -> dict[str, str]:
    """The same in blocks: by the name of each part; GOALS is what stands before them, BELIEFS what comes after."""
    plan = PLANS[name]
    goals = f"**{text('plans.page.goals', lang)}**\n\n{text(f'plans.plan.{name}.goals', lang)}"
    parts = {part: part_said(part, plan.when(part, lang), lang, task) for part in plan.parts}
    beliefs = "\n".join(belief(wrong, lang, card) for wrong in plan.beliefs)
    return {
        GOALS: f"{text(f'plans.plan.{name}.for_whom', lang)}\n\n{goals}",
        **parts,
        BELIEFS: f"**{text('plans.page.beliefs', lang)}**\n\n{beliefs}",
    }


def part_said(name: str, when: str, lang: str, task: Address) -> str:
    """A part of a plan: its minutes, its link, what happens, the question and the expected answer."""
    title, its = text(f"plans.part.{name}.name", lang), task_of(name)
    head = f"**{when} · {title}**"
    if its is not None:
        head += f" ([{text('plans.page.open', lang)}]({task(its)}))"
    answer = text(f"plans.part.{name}.expect", lang, **facts(name))
    asked = text("plans.page.asked", lang, question=text(f"plans.part.{name}.ask", lang))
    expected = text("plans.page.expected", lang, answer=answer)
    return f"{head}  \n{text(f'plans.part.{name}.what', lang)}  \n{asked}  \n{expected}"


def belief(card: str, lang: str, address: Callable[[str], str]) -> str:
    """What students often believe, and the card that answers it."""
    title = links.card(card).name(lang)
    return f"- {text(f'plans.belief.{card}', lang)} [{title}]({address(card)})"


def only(config: RunConfig, *open_: str, **more: Any) -> dict[str, Any]:
    """A task in the arena in which a class sees few settings and may change these."""
    return {"page": "arena", "query": runs(config), "rest": "hidden", "open": open_, "without": BARE} | more


BARE = ("presets", "compare", "seeds", "tries", "about")
"""What the arena's tasks leave out."""
SEEN = ("dataset", "loss", "regularizer", "d_steps")
PARTS: dict[str, Part] = {
    "game": Part("too_much_d", only(CARDS["too_much_d"].fixed, locked=SEEN)),
    "strong": Part("too_much_d", only(CARDS["too_much_d"].broken, locked=SEEN)),
    "repair": Part(
        "too_much_d",
        only(
            CARDS["too_much_d"].broken,
            *("d_steps", "steps", "regularizer"),
            locked=("dataset", "loss"),
            hand_in=("picture", "settings", "verdict", "conclusion"),
        ),
    ),
    "vanishing": Part("vanishing", {"page": "mistakes", "query": {CHOSEN: "vanishing"}, "without": ("contents",)}),
    "cures": Part(
        "no_cure",
        {
            "page": "arena",
            "query": runs(CARDS["no_cure"].broken, CARDS["no_cure"].fixed),
            "rest": "hidden",
            "locked": ("dataset", "packing"),
            "without": ("presets", "train", "seeds", "tries", "about", "slow"),
        },
    ),
    "seeds": Part("one_seed", {"page": "mistakes", "query": {CHOSEN: "one_seed"}, "without": ("contents",)}),
    "images": Part(
        "", {"page": "mnist", "query": {"m.preset": "digits_dense"}, "rest": "locked", "without": ("train",)}
    ),
    "own": Part("", {"page": "arena", "query": {"a.preset": "ring"}, "without": ("tries",), "hand_in": HAND_IN}),
    "talk": Part("losses"),
}
"""By name."""
PLANS: dict[str, Plan] = {
    "short": Plan({"game": 7, "strong": 8, "repair": 11, "talk": 4}, ("losses", "too_much_d", "too_little_d")),
    "double": Plan(
        {"game": 12, "vanishing": 15, "strong": 12, "repair": 18, "cures": 18, "talk": 15},
        ("losses", "vanishing", "longer", "no_cure"),
    ),
    "week": Plan(
        {"game": 45, "vanishing": 45, "strong": 20, "repair": 25, "cures": 25, "seeds": 20, "images": 15, "own": 30},
        ("losses", "longer", "one_seed", "too_little_d"),
        lesson=45,
    ),
}
"""By name, the shortest first."""
