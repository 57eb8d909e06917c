"""The stops of slow motion as formulas in the papers' notation, for the run's loss and constraint.

x is a real point, x̃ = G(z) a generated one, n the number of inputs of D (packs with packing). The numbers are those of
the traced update. Colours are names; the browser replaces them by the theme's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from string import Template
from typing import Any

from ganlab.gan.countermeasures import noise_level
from ganlab.gan.losses import LOSSES
from ganlab.gan.optimizers import OPTIMIZERS
from ganlab.gan.regularizers import REGULARIZERS
from ganlab.gan.rng import NOISES
from ganlab.plane.config import PlaneConfig
from ganlab.ui.text import number

REAL, FAKE = "green", "purple"
COORDINATES = 3
"""Coordinates of a point that are written out."""


@dataclass(frozen=True)
class Moment:
    """One stop of a trace with the values for its formula."""

    key: str
    numbers: Mapping[str, float | None]
    arrays: Mapping[str, Sequence[Any]]
    now: PlaneConfig
    """The config in force."""
    step: int
    lang: str

    @property
    def packs(self) -> int:
        """Number of D's inputs of each kind, real and generated."""
        return self.now.batch_size // self.now.packing

    def value(self, name: str, digits: int = 3) -> str:
        """One of the stop's numbers in LaTeX."""
        return tex(self.numbers[name], self.lang, digits)

    def say(self, value: float | None) -> str:
        """Any number in LaTeX."""
        return tex(value, self.lang)

    def exact(self, value: float) -> str:
        """A setting in LaTeX, without trailing zeros."""
        return tex(value, self.lang, exact=True)

    def first(self, name: str) -> str:
        """The first point or number of an array."""
        entry = self.arrays[name][0]
        return vector(entry, self.lang) if isinstance(entry, list | tuple) else tex(entry, self.lang)


def formula(moment: Moment) -> str:
    """The formula of a stop: one or more lines of LaTeX."""
    return lines(*FORMULAS[moment.key](moment))


# Numbers and lines


def tex(value: float | None, lang: str, digits: int = 3, exact: bool = False) -> str:
    """A number in LaTeX: 0.652, 1.2·10⁻⁵, in the language's notation; – without a value."""
    if value is None or not math.isfinite(value):
        return r"\text{–}"
    if value and not 1e-3 <= abs(value) < 1e4:
        head, power = f"{value:.{digits - 2}e}".split("e")
        return rf"{number(float(head), lang).replace(',', '{,}')}\cdot 10^{{{int(power)}}}".replace("−", "-")
    spec = f".{max(0, digits - 1 - math.floor(math.log10(abs(value))))}f" if value else ".0f"
    spec = ".6g" if exact else spec
    return number(float(value), lang, spec).replace(",", "{,}").replace("−", "-")


def vector(values: Sequence[float | None], lang: str) -> str:
    """A point, (0.34; -0.65); at most COORDINATES coordinates."""
    parts = [tex(value, lang) for value in values[:COORDINATES]]
    if len(values) > COORDINATES:
        parts.append(r"\dots")
    return "(" + r",\ ".join(parts) + ")"


def lines(*rows: str) -> str:
    """Rows aligned at &."""
    return r"\begin{aligned}" + r" \\[4pt] ".join(rows) + r"\end{aligned}"


def coloured(colour: str, what: str) -> str:
    """A part of a formula in colour."""
    return rf"\textcolor{{{colour}}}{{{what}}}"


def mean(moment: Moment, what: str = "") -> str:
    """The mean over the batch."""
    return rf"\tfrac{{1}}{{{moment.packs}}}\textstyle\sum_i {what}".rstrip()


def filled(template: str, moment: Moment, **more: str) -> str:
    """A registry's template with $mean, $real, $fake and further names replaced."""
    inputs = {name: f"{given(name, moment.now)}_i" for name in ("real", "fake")}
    return Template(template).safe_substitute({"mean": mean(moment)} | inputs | more)


def written(moment: Moment) -> bool:
    """Whether a stop has a formula. Without one, only its numbers are shown."""
    now, (player, kind) = moment.now, moment.key.split("_")
    constraint, matched = REGULARIZERS[now.regularizer], player == "g" and now.feature_matching
    silent = player == "d" and constraint.after_step and not constraint.after_tex
    texts = {
        "noise": NOISES[now.noise].tex,
        "loss": LOSSES[now.loss].tex or matched,
        "penalty": constraint.tex,
        "step": OPTIMIZERS[now.rule(player)].tex and not silent,
    }
    return bool(texts.get(kind, True))


# Points


def noise(moment: Moment) -> list[str]:
    """The distribution of z, and the first sample."""
    law = Template(NOISES[moment.now.noise].tex).safe_substitute(dim=moment.now.latent_dim)
    row = rf"z_i &\sim {law}, \quad i = 1, \dots, {moment.now.batch_size}"
    return [*([row] if law else []), rf"z_1 &= {moment.first('z')}"]


def made(moment: Moment) -> list[str]:
    """G's output for the first z."""
    return [rf"{coloured(FAKE, X_FAKE + '_1')} &= G(z_1) = {moment.first('fake')}"]


def seen_by_d(moment: Moment) -> list[str]:
    """D's first real and generated input."""
    level = noise_level(moment.now, moment.step)
    blur = r" + \sigma\varepsilon" if level else ""
    rows = [
        rf"{coloured(REAL, 'x_1' + blur)} &= {moment.first('seen_real')}",
        rf"{coloured(FAKE, X_FAKE + '_1' + blur)} &= {moment.first('seen_fake')}",
    ]
    return [*rows, *([rf"\sigma &= {moment.say(level)}"] if level else [])]


# D's outputs


def outputs(moment: Moment) -> list[str]:
    """D's outputs for the first inputs, and the mean outputs."""
    kinds = [name for name in ("real", "fake") if name in moment.arrays]
    one = probable if output(moment) == LOGIT else scored
    means = [
        f"{mean(moment, f'{output(moment)}({given(name, moment.now)}_i)')} &= {moment.value(name)}" for name in kinds
    ]
    return [*(one(moment, name, f"{given(name, moment.now)}_1") for name in kinds), *means]


def output(moment: Moment) -> str:
    """The symbol for D's last layer: f if D is a probability, else D."""
    return LOGIT if LOSSES[moment.now.loss].probability else "D"


def probable(moment: Moment, name: str, point: str) -> str:
    """D's probability: σ of the last layer's output."""
    logit = moment.arrays[name][0]
    chance = None if logit is None else 1 / (1 + math.exp(-max(-700.0, min(700.0, logit))))
    return rf"D({point}) &= \sigma({moment.say(logit)}) = {moment.say(chance)}"


def scored(moment: Moment, name: str, point: str) -> str:
    """D's score."""
    return rf"D({point}) &= {moment.first(name)}"


def given(name: str, now: PlaneConfig) -> str:
    """The symbol for an input of D: a point, or a pack of points."""
    letter = "x" if name == "real" else X_FAKE
    return coloured(REAL if name == "real" else FAKE, rf"\mathbf{{{letter}}}" if now.packing > 1 else letter)


# Losses


def d_loss(moment: Moment) -> list[str]:
    """D's loss: its formula, the values of its terms, its value."""
    loss, total = LOSSES[moment.now.loss], moment.value("d_loss")
    if loss.terms:
        real, fake = (coloured(c, signed(moment, name)) for name, c in (("real", REAL), ("fake", FAKE)))
        total = f"{real} + {fake} = {total}"
    if loss.tex is None:
        return [f"L_D &= {total}"]
    alpha, (first, *others) = moment.now.label_smoothing, loss.tex.discriminator
    if alpha and loss.tex.smoothed:
        first = loss.tex.smoothed
    labels = {"label": moment.exact(1 - alpha), "rest": moment.exact(alpha)}
    rows = [filled(part, moment, D="D", **labels) for part in (first, *others)]
    return [f"L_D &= {rows[0]}", *(rf"&\quad {row}" for row in rows[1:]), f"&= {total}"]


def signed(moment: Moment, name: str) -> str:
    """A term's value, in parentheses if negative."""
    value = moment.value(name)
    return rf"({value})" if value.startswith("-") else value


def g_loss(moment: Moment) -> list[str]:
    """G's loss and its value."""
    now = moment.now
    if now.feature_matching:
        real, fake = (f"{given(name, now)}_i" for name in ("real", "fake"))
        gap = rf"\Bigl\| {mean(moment, f'h({real})')} - {mean(moment, f'h({fake})')} \Bigr\|^2"
        return [rf"L_G &= {gap}", rf"&= {moment.value('g_loss')}"]
    tex = LOSSES[now.loss].tex
    if tex is None:
        return [rf"L_G &= {moment.value('g_loss')}"]
    network = rf"D_{{+{now.unroll}}}" if now.unroll else "D"
    return [rf"L_G &= {filled(tex.generator, moment, D=network)}", rf"&= {moment.value('g_loss')}"]


def penalty(moment: Moment) -> list[str]:
    """The penalty with its weight, and D's total loss."""
    constraint, total = REGULARIZERS[moment.now.regularizer], rf"L_D + R &= {moment.value('total')}"
    if not constraint.tex:
        return [rf"R &= {moment.value('penalty')}", total]
    what = filled(constraint.tex, moment, D=output(moment), weight=weight(moment))
    return [rf"R &= {what}", rf"&= {moment.value('penalty')}", total]


def weight(moment: Moment) -> str:
    """The value of the constraint's weight."""
    knob = REGULARIZERS[moment.now.regularizer].knob
    return moment.exact(getattr(moment.now, knob)) if knob else "1"


# Updates


def gradient(moment: Moment) -> list[str]:
    """The gradient, and its norm from those of the layers."""
    player = moment.key[0].upper()
    penalised = player == "D" and moment.now.penalised()
    loss = "(L_D + R)" if penalised else f"L_{player}"
    how = (
        "= -" + mean(moment, r"\Bigl(\tfrac{\partial G(z_i)}{\partial\theta_G}\Bigr)^{\!\top} p_i")
        if player == "G"
        else ""
    )
    rows = [rf"g &= \nabla_{{\!\theta_{player}}} {loss} {how}"]
    return [*rows, rf"\|g\| &= \sqrt{{\textstyle\sum_l \|g_l\|^2}} = {moment.value('norm')}"]


def update(moment: Moment) -> list[str]:
    """The optimiser's rule, and the norm of the change of the weights."""
    player, now = moment.key[0].upper(), moment.now
    rate = rf"\eta &= {moment.exact(now.d_lr if player == 'D' else now.g_lr)}"
    weights = rf"\theta_{player}"
    rule = OPTIMIZERS[now.rule(player.lower())].tex
    rows = [rf"{weights} &\leftarrow {weights} - \eta\, {rule}"] if rule else []
    rows.append(rate)
    if player == "D":
        after = REGULARIZERS[now.regularizer].after_tex
        rows += [filled(row, moment, theta=weights, weight=weight(moment)) for row in after]
    rows.append(rf"\|\Delta{weights}\| &= {moment.value('norm')}")
    if "moved" in moment.arrays:
        rows.append(rf"G(z_1) &= {moment.first('moved')}")
    return rows


def push(moment: Moment) -> list[str]:
    """The push on the first point, and the mean length of the pushes."""
    to_point = rf"-{moment.packs}\,\nabla_{{\!{X_FAKE}_1}} L_G"
    return [rf"p_1 &= {to_point}", rf"&= {moment.first('push')}", rf"\overline{{\|p_i\|}} &= {moment.value('mean')}"]


X_FAKE, LOGIT = r"\tilde x", "f"
FORMULAS: dict[str, Callable[[Moment], list[str]]] = {
    "d_noise": noise,
    "d_fake": made,
    "d_real": seen_by_d,
    "d_judge": outputs,
    "d_loss": d_loss,
    "d_penalty": penalty,
    "d_gradient": gradient,
    "d_step": update,
    "g_noise": noise,
    "g_fake": made,
    "g_judge": outputs,
    "g_loss": g_loss,
    "g_push": push,
    "g_gradient": gradient,
    "g_step": update,
}
"""Formulas by stop."""
