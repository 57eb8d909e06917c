"""The stops of slow motion as formulas, in the papers' letters, for the loss and the constraints that are in force.

x is a real point, x̃ = G(z) a generated one, n how many D judges (packs where it judges packs); the numbers are those of
the update at hand. Colours are by name, and become the theme's in the browser.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ganlab.countermeasures import noise_level
from ganlab.plane_config import PlaneConfig
from ganlab.ui.text import number

REAL, FAKE = "green", "purple"
COORDINATES = 3
"""Of a point, as many as are written out."""


@dataclass(frozen=True)
class Moment:
    """One stop of a trace, with what its formula needs."""

    key: str
    numbers: Mapping[str, float | None]
    arrays: Mapping[str, Sequence[Any]]
    now: PlaneConfig
    """The config in force."""
    step: int
    lang: str

    @property
    def packs(self) -> int:
        """How many inputs D judges of either kind."""
        return self.now.batch_size // self.now.packing

    def value(self, name: str, digits: int = 3) -> str:
        """One of its numbers."""
        return tex(self.numbers[name], self.lang, digits)

    def say(self, value: float | None) -> str:
        """Any number."""
        return tex(value, self.lang)

    def exact(self, value: float) -> str:
        """A setting: as it was chosen, without zeros behind it."""
        return tex(value, self.lang, exact=True)

    def first(self, name: str) -> str:
        """The first of an array's points or numbers."""
        entry = self.arrays[name][0]
        return vector(entry, self.lang) if isinstance(entry, list | tuple) else tex(entry, self.lang)


def formula(moment: Moment) -> str:
    """The formula of a stop, one or more lines of LaTeX."""
    return lines(*FORMULAS[moment.key](moment))


# Numbers and lines


def tex(value: float | None, lang: str, digits: int = 3, exact: bool = False) -> str:
    """A number in LaTeX: 0.652, 1.2·10⁻⁵, in the language's own notation; – where there is none."""
    if value is None or not math.isfinite(value):
        return r"\text{–}"
    if value and not 1e-3 <= abs(value) < 1e4:
        head, power = f"{value:.{digits - 2}e}".split("e")
        return rf"{number(float(head), lang).replace(',', '{,}')}\cdot 10^{{{int(power)}}}".replace("−", "-")
    spec = f".{max(0, digits - 1 - math.floor(math.log10(abs(value))))}f" if value else ".0f"
    spec = ".6g" if exact else spec
    return number(float(value), lang, spec).replace(",", "{,}").replace("−", "-")


def vector(values: Sequence[float | None], lang: str) -> str:
    """A point: (0.34; -0.65), the first few of its coordinates."""
    shown = [tex(value, lang) for value in values[:COORDINATES]]
    if len(values) > COORDINATES:
        shown.append(r"\dots")
    return "(" + r",\ ".join(shown) + ")"


def lines(*rows: str) -> str:
    """Lines below each other, aligned at their &."""
    return r"\begin{aligned}" + r" \\[4pt] ".join(rows) + r"\end{aligned}"


def coloured(colour: str, what: str) -> str:
    """A part of a formula in a colour of the palette."""
    return rf"\textcolor{{{colour}}}{{{what}}}"


def mean(moment: Moment, what: str) -> str:
    """The mean over the batch."""
    return rf"\tfrac{{1}}{{{moment.packs}}}\textstyle\sum_i {what}"


# Points


def noise(moment: Moment) -> list[str]:
    """Where z comes from, and the first of them."""
    dim = moment.now.latent_dim
    law = rf"\mathcal N(0, I_{{{dim}}})" if moment.now.noise == "gaussian" else rf"\mathcal U(-1, 1)^{{{dim}}}"
    return [rf"z_i &\sim {law}, \quad i = 1, \dots, {moment.now.batch_size}", rf"z_1 &= {moment.first('z')}"]


def made(moment: Moment) -> list[str]:
    """What G makes of the first z."""
    return [rf"{coloured(FAKE, X_FAKE + '_1')} &= G(z_1) = {moment.first('fake')}"]


def shown(moment: Moment) -> list[str]:
    """What D gets to see."""
    level = noise_level(moment.now, moment.step)
    blur = r" + \sigma\varepsilon" if level else ""
    rows = [
        rf"{coloured(REAL, 'x_1' + blur)} &= {moment.first('seen_real')}",
        rf"{coloured(FAKE, X_FAKE + '_1' + blur)} &= {moment.first('seen_fake')}",
    ]
    return [*rows, *([rf"\sigma &= {moment.say(level)}"] if level else [])]


# What D says


def judged(moment: Moment) -> list[str]:
    """What D makes of the first input of either kind, and its mean outputs."""
    kinds = [name for name in ("real", "fake") if name in moment.arrays]
    one = probable if output(moment) == LOGIT else scored
    means = [
        f"{mean(moment, f'{output(moment)}({given(name, moment.now)}_i)')} &= {moment.value(name)}" for name in kinds
    ]
    return [*(one(moment, name, f"{given(name, moment.now)}_1") for name in kinds), *means]


def output(moment: Moment) -> str:
    """The letter of what D's last layer says: f where D itself is a probability, else D."""
    return LOGIT if moment.now.loss in PROBABLE else "D"


def probable(moment: Moment, name: str, point: str) -> str:
    """D's probability, which is σ of what its last layer says."""
    logit = moment.arrays[name][0]
    chance = None if logit is None else 1 / (1 + math.exp(-max(-700.0, min(700.0, logit))))
    return rf"D({point}) &= \sigma({moment.say(logit)}) = {moment.say(chance)}"


def scored(moment: Moment, name: str, point: str) -> str:
    """D's score."""
    return rf"D({point}) &= {moment.first(name)}"


def given(name: str, now: PlaneConfig) -> str:
    """What D judges: points, or packs of them."""
    letter = "x" if name == "real" else X_FAKE
    return coloured(REAL if name == "real" else FAKE, rf"\mathbf{{{letter}}}" if now.packing > 1 else letter)


# What it costs


def d_loss(moment: Moment) -> list[str]:
    """D's loss: its two terms with their values, or the pairs that it compares."""
    now = moment.now
    real, fake = (f"{given(name, now)}_i" for name in ("real", "fake"))
    if now.loss == "relativistic":
        return [rf"L_D &= {mean(moment, pair(real, fake))}", rf"&= {moment.value('d_loss')}"]
    terms = D_TERMS[now.loss](moment, real, fake)
    values = [coloured(colour, signed(moment, name)) for name, colour in (("real", REAL), ("fake", FAKE))]
    return [
        rf"L_D &= {terms[0]}",
        rf"&\quad {terms[1]}",
        rf"&= {values[0]} {'+' if not values[1].startswith('-') else ''} {values[1]} = {moment.value('d_loss')}",
    ]


def signed(moment: Moment, name: str) -> str:
    """A term's value, in brackets where it is negative."""
    value = moment.value(name)
    return rf"({value})" if value.startswith("-") else value


def entropy_terms(moment: Moment, real: str, fake: str) -> tuple[str, str]:
    """-log D(x), with a smoothed label a mixture; -log(1 - D(x̃))."""
    alpha = moment.now.label_smoothing
    right = rf"\log D({real})"
    if alpha:
        soft, rest = moment.exact(1 - alpha), moment.exact(alpha)
        right = rf"\bigl[{soft}\log D({real}) \\ &\qquad + {rest}\log(1 - D({real}))\bigr]"
    wrong = rf"\log(1 - D({fake}))"
    return f"-{mean(moment, right)}", f"- {mean(moment, wrong)}"


def square_terms(moment: Moment, real: str, fake: str) -> tuple[str, str]:
    """½(D(x) - label)², ½D(x̃)²."""
    label = moment.exact(1 - moment.now.label_smoothing) if moment.now.label_smoothing else "1"
    halves = [rf"\tfrac12\bigl(D({real}) - {label}\bigr)^2", rf"\tfrac12 D({fake})^2"]
    return mean(moment, halves[0]), rf"+ {mean(moment, halves[1])}"


def hinge_terms(moment: Moment, real: str, fake: str) -> tuple[str, str]:
    """max(0, 1 - D(x)), max(0, 1 + D(x̃))."""
    halves = [rf"\max(0, 1 - D({real}))", rf"\max(0, 1 + D({fake}))"]
    return mean(moment, halves[0]), rf"+ {mean(moment, halves[1])}"


def critic_terms(moment: Moment, real: str, fake: str) -> tuple[str, str]:
    """-D(x), D(x̃)."""
    return f"-{mean(moment, f'D({real})')}", f"+ {mean(moment, f'D({fake})')}"


def g_loss(moment: Moment) -> list[str]:
    """G's loss and its value."""
    now = moment.now
    real, fake = (f"{given(name, now)}_i" for name in ("real", "fake"))
    if now.feature_matching:
        gap = rf"\Bigl\| {mean(moment, f'h({real})')} - {mean(moment, f'h({fake})')} \Bigr\|^2"
        return [rf"L_G &= {gap}", rf"&= {moment.value('g_loss')}"]
    sign, term = G_TERMS[now.loss]
    judge = rf"D_{{+{now.unroll}}}" if now.unroll else "D"
    body = term(real, fake).replace("D(", f"{judge}(")
    return [rf"L_G &= {sign}{mean(moment, body)}", rf"&= {moment.value('g_loss')}"]


def pair(more: str, less: str) -> str:
    """What a pair costs who wants the first to score higher than the other."""
    return rf"\log\bigl(1 + e^{{D({less}) - D({more})}}\bigr)"


def penalty(moment: Moment) -> list[str]:
    """The penalty with its weight, and what D minimises in all."""
    what = PENALTIES[moment.now.regularizer](moment)
    return [rf"R &= {what}", rf"&= {moment.value('penalty')}", rf"L_D + R &= {moment.value('total')}"]


def steepness(*names: str) -> Callable[[Moment], str]:
    """γ/2 times the mean squared gradient of D's output, at real points, at generated ones, or at both."""

    def said(moment: Moment) -> str:
        half = rf"\tfrac{{{moment.exact(moment.now.gamma)}}}{{2}}\cdot"
        at = [mean(moment, rf"\|\nabla {output(moment)}({given(name, moment.now)}_i)\|^2") for name in names]
        return r" \\ &\quad + ".join(f"{half} {where}" for where in at)

    return said


def slope_one(moment: Moment) -> str:
    """λ times the mean squared distance of the gradient's length from 1, somewhere between the pairs."""
    far = mean(moment, rf"\bigl(\|\nabla {output(moment)}(\hat x_i)\| - 1\bigr)^2")
    between = rf"\hat x_i = x_i + t_i\,({X_FAKE}_i - x_i) \\ &\quad t_i \sim \mathcal U(0, 1)"
    return rf"{moment.exact(moment.now.gp_lambda)} \cdot {far} \\ &\quad {between}"


# What moves


def gradient(moment: Moment) -> list[str]:
    """The gradient's norm, made up of the layers' own."""
    player = moment.key[0].upper()
    penalised = player == "D" and moment.now.penalised()
    loss = "(L_D + R)" if penalised else f"L_{player}"
    how = "= -" + mean(moment, r"J_G(z_i)^{\!\top} p_i") if player == "G" else ""
    rows = [rf"g &= \nabla_{{\!\theta_{player}}} {loss} {how}"]
    return [*rows, rf"\|g\| &= \sqrt{{\textstyle\sum_l \|g_l\|^2}} = {moment.value('norm')}"]


def update(moment: Moment) -> list[str]:
    """The optimiser's rule, and how far the weights have moved."""
    player, now = moment.key[0].upper(), moment.now
    rate = rf"\eta &= {moment.exact(now.d_lr if player == 'D' else now.g_lr)}"
    weights = rf"\theta_{player}"
    rule = RULES[now.optimizer]
    rows = [rf"{weights} &\leftarrow {weights} - \eta\, {rule}", rate]
    if player == "D" and now.regularizer == "clip":
        rows += [rf"{weights} &\leftarrow \min(\max({weights}, -c), c)", rf"c &= {moment.exact(now.clip_bound)}"]
    rows.append(rf"\|\Delta{weights}\| &= {moment.value('norm')}")
    if "moved" in moment.arrays:
        rows.append(rf"G(z_1) &= {moment.first('moved')}")
    return rows


def push(moment: Moment) -> list[str]:
    """Where the first point is sent, and how strongly the mean point is."""
    to_point = rf"-{moment.packs}\,\nabla_{{\!{X_FAKE}_1}} L_G"
    return [rf"p_1 &= {to_point}", rf"&= {moment.first('push')}", rf"\overline{{\|p_i\|}} &= {moment.value('mean')}"]


X_FAKE, LOGIT = r"\tilde x", "f"
PROBABLE = ("nonsaturating", "saturating")
"""Losses for which D is a probability."""
D_TERMS: dict[str, Callable[[Moment, str, str], tuple[str, str]]] = {
    "nonsaturating": entropy_terms,
    "saturating": entropy_terms,
    "least_squares": square_terms,
    "hinge": hinge_terms,
    "wasserstein": critic_terms,
}
"""The two terms of D's loss; none where it compares pairs."""
G_TERMS: dict[str, tuple[str, Callable[[str, str], str]]] = {
    "nonsaturating": ("-", lambda real, fake: rf"\log D({fake})"),
    "saturating": ("", lambda real, fake: rf"\log(1 - D({fake}))"),
    "least_squares": ("", lambda real, fake: rf"\tfrac12\bigl(D({fake}) - 1\bigr)^2"),
    "hinge": ("-", lambda real, fake: f"D({fake})"),
    "wasserstein": ("-", lambda real, fake: f"D({fake})"),
    "relativistic": ("", lambda real, fake: pair(fake, real)),
}
"""(sign, what each generated point, or pair, costs G)."""
PENALTIES: dict[str, Callable[[Moment], str]] = {
    "r1": steepness("real"),
    "r2": steepness("fake"),
    "r1_r2": steepness("real", "fake"),
    "wgan_gp": slope_one,
}
RULES = {
    "adam": r"\hat m / (\sqrt{\hat v} + \epsilon)",
    "rmsprop": r"g / (\sqrt{v} + \epsilon)",
    "sgd": "g",
}
"""What an optimiser makes of a gradient g, with its moving averages m of g and v of g²."""
FORMULAS: dict[str, Callable[[Moment], list[str]]] = {
    "d_noise": noise,
    "d_fake": made,
    "d_real": shown,
    "d_judge": judged,
    "d_loss": d_loss,
    "d_penalty": penalty,
    "d_gradient": gradient,
    "d_step": update,
    "g_noise": noise,
    "g_fake": made,
    "g_judge": judged,
    "g_loss": g_loss,
    "g_push": push,
    "g_gradient": gradient,
    "g_step": update,
}
"""By stop."""
