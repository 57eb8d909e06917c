"""The lessons, in order: their runs, their questions, what to try, and how long they take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ganlab.kind.config import RunConfig
from ganlab.presets import PRESETS
from ganlab.studies.cards import LESSONS as CARDS
from ganlab.ui.mistakes import evidence
from ganlab.ui.mistakes.mistakes import Question
from ganlab.ui.words.links import Shown, card, latent, learn, preset

TASK = 3
"""Minutes of each lesson's task."""


@dataclass(frozen=True)
class Lesson:
    """One idea. Its sentences are those of its name in lessons.toml."""

    minutes: int
    """Without the task, 3 to 8."""
    runs: tuple[RunConfig, ...]
    """The run that shows it, or two side by side; all ship."""
    question: Question
    """What the first run answers, by the limits between three answers."""
    task: Shown
    """What the task opens."""
    source: str
    formula: str = ""
    extra: str = ""
    """What else the lesson draws: a key of EXTRAS in `page`."""


def asks(number: str, low: float, high: float) -> Question:
    """A question about a number of the run, and the limits between its three answers."""
    return Question(lambda facts: float(facts[f"run_{number}"]), (low, high))


def facts(lesson: Lesson) -> dict[str, Any]:
    """What the lesson's first run measured at its end, by the names of FACTS after `run_`; nothing without the run."""
    arm = evidence.yours(lesson.runs[:1])
    return {} if arm is None else arm.facts("run")


def total(names: tuple[str, ...], tasks: bool) -> int:
    """Minutes of some lessons."""
    return sum(LESSONS[name].minutes + TASK * tasks for name in names)


VALUE = (
    r"\begin{aligned}\min_G\max_D\;V(D,G)=\;&\mathbb{E}_{x\sim p_\text{data}}\log D(x)\\"
    r"+\;&\mathbb{E}_{z\sim p_z}\log\bigl(1-D(G(z))\bigr)\end{aligned}"
)
BEST = r"D^*(x)=\frac{p_\text{data}(x)}{p_\text{data}(x)+p_g(x)}"
TURN = (
    r"\begin{gathered}\dot\theta=-\psi f'(\theta\psi),\quad\dot\psi=\theta f'(\theta\psi)\\"
    r"\lambda=\pm\tfrac{i}{2}\end{gathered}"
)
STEEP = (
    r"\begin{aligned}\tfrac{d}{du}\log(1-\sigma(u))&=-\sigma(u)&&\to0\\"
    r"\tfrac{d}{du}\bigl(-\log\sigma(u)\bigr)&=\sigma(u)-1&&\to-1\end{aligned}"
)
SHARES = r"D^*=\frac{m}{m+M},\qquad L_G=\log\frac{m+M}{m}"
PENALTY = r"L_D+\frac{\gamma}{2}\,\mathbb{E}_{x\sim p_\text{data}}\lVert\nabla D(x)\rVert^2"
BETWEEN = r"\mathrm{slerp}(a,b;t)=\frac{\sin((1-t)\omega)}{\sin\omega}\,a+\frac{\sin(t\omega)}{\sin\omega}\,b"

LESSONS: dict[str, Lesson] = {
    "roles": Lesson(4, (PRESETS["ring_r1"],), asks("acc", 0.65, 0.85), preset("ring_r1"), "arXiv:1406.2661"),
    "game": Lesson(
        7, (PRESETS["ring_r1"],), asks("l_d", 0.7, 1.2), preset("two_gaussians"), "arXiv:1406.2661", VALUE, "terms"
    ),
    "equilibrium": Lesson(
        6,
        (PRESETS["ring_weak_d"],),
        asks("valid", 0.25, 0.75),
        preset("ring_weak_d"),
        "arXiv:1406.2661",
        BEST,
        "line",
    ),
    "dance": Lesson(
        6,
        (PRESETS["two_hops"], PRESETS["two_gaussians"]),
        asks("modes", 0.5, 1.5),
        learn("theory"),
        "arXiv:1801.04406",
        TURN,
    ),
    "gradient": Lesson(
        6,
        (CARDS["vanishing"].broken, CARDS["vanishing"].fixed),
        asks("modes", 0.5, 5.5),
        card("vanishing"),
        "arXiv:1701.04862",
        STEEP,
    ),
    "collapse": Lesson(
        6, (PRESETS["ring_k50"],), asks("l_g", 1.0, 5.0), card("too_much_d"), "arXiv:1611.02163", SHARES
    ),
    "cures": Lesson(
        7,
        (PRESETS["grid"], PRESETS["grid_packing"]),
        asks("modes", 4.5, 8.5),
        preset("ring_seeds"),
        "arXiv:1712.04086",
        PENALTY,
        "cures",
    ),
    "images": Lesson(
        7,
        (PRESETS["digits_dense"],),
        asks("accepted", 0.6, 0.85),
        preset("digits_classic"),
        "arXiv:1511.06434",
        extra="layers",
    ),
    "latent": Lesson(
        5, (PRESETS["digits_dense"],), asks("modes", 4.5, 9.5), latent("walk"), "arXiv:1609.04468", BETWEEN, "walk"
    ),
    "uses": Lesson(
        6, (PRESETS["grid_5x5"],), asks("modes", 12.5, 23.5), learn("beside"), "arXiv:2105.05233", extra="uses"
    ),
}
"""By name, in the order of the path."""
PATHS: dict[str, tuple[str, ...]] = {
    "30": ("roles", "game", "equilibrium", "collapse", "cures"),
    "90": tuple(LESSONS),
}
"""Minutes -> the lessons of a path."""
STYLES: dict[str, tuple[str, ...]] = {
    "see": ("run", "idea", "question", "task", "deeper"),
    "do": ("question", "run", "task", "idea", "deeper"),
    "read": ("idea", "deeper", "run", "question", "task"),
}
"""What comes first, by style of learning; all have the same parts."""
