"""What some lessons draw beside their run: the two terms, the cures' worth, the networks, a walk, the uses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import streamlit as st
import torch
from torch import nn
from torch.nn.functional import grid_sample

from ganlab import ui
from ganlab.data.plane import DATASETS
from ganlab.gan.architectures import ARCHITECTURES
from ganlab.latent import walks
from ganlab.plane.config import PlaneConfig
from ganlab.plane.frame import Frame, spread, unpack
from ganlab.plane.train import real_points
from ganlab.presets import PRESETS
from ganlab.service.short_jobs import Busy
from ganlab.studies.grids import STUDIES
from ganlab.studies.tables import grid
from ganlab.ui.arena import playback
from ganlab.ui.latent import walk as latent_walk
from ganlab.ui.latent.sources import ask, offer
from ganlab.ui.mistakes import evidence
from ganlab.ui.mistakes.mistakes import price
from ganlab.ui.players import latent as latent_player
from ganlab.ui.run.server import service
from ganlab.ui.text import number, text

MOMENTS = 4
"""Frames of the table of the two terms."""
STUDY = "cures_grid"
KINDS = {"Linear": "linear", "Conv2d": "conv2d", "ConvTranspose2d": "transposed"}
"""The kinds of layers that are drawn, and their names in the texts."""
ENDS = (3, 8)
"""Seeds of the walk's two ends."""


def table(head: list[str], rows: list[list[str]]) -> None:
    """A table; its terms are explained."""
    ui.markdown("\n".join(grid(head, rows)))


# The two terms of the game


def terms(frame: Frame, real: np.ndarray, extent: float) -> tuple[float, float]:
    """(E log D(x), E log(1 - D(G(z)))) of one member at the shown points, from D's field between its cells."""
    at_real, at_fake = (logits(frame.field[0], points, extent) for points in (real, frame.fake[0]))
    return float(-np.logaddexp(0, -at_real).mean()), float(-np.logaddexp(0, at_fake).mean())


def logits(field: np.ndarray, points: np.ndarray, extent: float) -> np.ndarray:
    """D's outputs at points (n, 2) by bilinear interpolation of its field; at the border those of the outer cells."""
    values, at = torch.from_numpy(field)[None, None], torch.from_numpy(points / extent).float()[None, None]
    found: np.ndarray = grid_sample(values, at, padding_mode="border", align_corners=False).flatten().numpy()
    return found


def two_terms(lang: str) -> None:
    """The two terms of V at some steps of the run, and at equilibrium."""
    config = PRESETS["ring_r1"]
    assert isinstance(config, PlaneConfig)
    rows = [[number(step, lang, ",d"), *(number(one, lang, ".2f") for one in both)] for step, both in measured(config)]
    if rows:
        st.header(text("lessons.terms.title", lang), anchor=False)
        half = -float(np.log(2))
        last = [text("lessons.terms.equilibrium", lang), *(number(one, lang, ".2f") for one in (half, half, 2 * half))]
        table([text(f"lessons.terms.{name}", lang) for name in ("step", "real", "fake", "value")], [*rows, last])
        ui.caption(text("lessons.terms.about", lang))


@st.cache_data(show_spinner=False)
def measured(_config: PlaneConfig) -> list[tuple[int, tuple[float, float, float]]]:
    """(step, (E log D(x), E log(1 - D(G(z))), V)) at some of a run's frames, the first and the last among them."""
    frames, extent, real = service().frame_cache(_config.key()), DATASETS[_config.dataset].extent, real_points(_config)
    found = []
    for step, blob in frames.blobs(0, spread(frames.steps(), MOMENTS)).items():
        one, other = terms(unpack(blob, extent), real, extent)
        found.append((step, (one, other, one + other)))
    return found


# The optimal D of the moment


def line(lang: str) -> None:
    """A run on a line: both densities, D and the optimal D of the moment as curves."""
    config = PRESETS["one_dimension"]
    assert isinstance(config, PlaneConfig)
    st.subheader(text("lessons.line.title", lang), anchor=False)
    ui.markdown(text("lessons.line.about", lang))
    picture, _ = st.columns([5, 4], gap="large")
    with picture:
        playback.picture(config, lang, "s.line")


# What the cures are worth


def cures(lang: str) -> None:
    """Each cure alone on the grid of nine: seeds that cover all modes, TV, and what a step costs."""
    arms = evidence.shipped(STUDIES[STUDY].arms, STUDY)
    if not arms:
        return
    st.header(text("lessons.cures_table.title", lang), anchor=False)
    head = [text(f"lessons.cures_table.{name}", lang) for name in ("cure", "full", "tv", "price")]
    paid = arms["none"].steps_per_s
    rows = [[text(f"lessons.cure.{name}", lang), *worth(arm, paid, lang)] for name, arm in arms.items()]
    table(head, rows)
    facts = arms["none"].facts("x")
    ui.caption(text("lessons.cures_table.about", lang, n=facts["x_n"], updates=facts["x_g_updates"]))


def worth(arm: evidence.Arm, paid: float, lang: str) -> list[str]:
    """The cells of one cure."""
    facts = arm.facts("x")
    full = text("lessons.cures_table.seeds", lang, full=facts["x_full"], n=facts["x_n"])
    tv = number(facts["x_tv"], lang, ".2f")
    return [full, tv, price(paid / arm.steps_per_s, lang) if arm.steps_per_s != paid else "–"]


# The networks


@dataclass(frozen=True)
class Layer:
    """A layer that has weights: its kind, kernel, the shape of its output and the number of its weights."""

    kind: str
    kernel: str
    shape: tuple[int, ...]
    weights: int


@cache
def layers(architecture: str, latent_dim: int) -> dict[str, list[Layer]]:
    """The layers of G and D with weights, in order, with those of the normalisation that follows counted apart."""
    both = ARCHITECTURES[architecture]
    g, d = both.generator(latent_dim, 0), both.discriminator(0)
    return {"g": seen(g.module, torch.zeros(2, latent_dim)), "d": seen(d.module, torch.zeros(2, 1, 28, 28))}


@torch.no_grad()
def seen(module: nn.Module, x: torch.Tensor) -> list[Layer]:
    """What a forward pass meets of a module."""
    found: list[Layer] = []

    def note(layer: nn.Module, _: Any, y: torch.Tensor) -> None:
        kernel = "×".join(map(str, layer.kernel_size)) if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d) else "–"
        weights = sum(p.numel() for p in layer.parameters())
        found.append(Layer(type(layer).__name__, kernel, tuple(y.shape[1:]), weights))

    hooks = [layer.register_forward_hook(note) for layer in module.modules() if type(layer).__name__ in KINDS]
    module.eval()(x)
    for hook in hooks:
        hook.remove()
    return found


def networks(lang: str) -> None:
    """The DCGAN of the tutorials, layer by layer, from the networks themselves."""
    st.header(text("lessons.layers.title", lang), anchor=False)
    for column, (player, found) in zip(st.columns(2, gap="large"), layers("classic", 100).items(), strict=True):
        with column:
            ui.markdown(text(f"lessons.layers.{player}", lang, weights=sum(one.weights for one in found)))
            st.html(drawn(found, lang))
    ui.caption(text("lessons.layers.about", lang))


def drawn(found: list[Layer], lang: str) -> str:
    """The layers as blocks: as high as their images, as wide as their number of maps, on logarithmic scales."""
    blocks = "".join(f"<div class='layer'>{block(one)}<small>{note(one, lang)}</small></div>" for one in found)
    return f"<div class='layers'>{blocks}</div>"


def block(layer: Layer) -> str:
    """One layer's block."""
    maps, side = (layer.shape[0], layer.shape[-1]) if len(layer.shape) == 3 else (1, layer.shape[0])
    high, wide = (24 * np.log2(max(side, 2)), 5 * np.log2(max(maps, 2))) if len(layer.shape) == 3 else (96, 6)
    return f"<i style='height:{high:.0f}px;width:{wide + 4:.0f}px'></i>"


def note(layer: Layer, lang: str) -> str:
    """What stands below a block."""
    shape = "×".join(map(str, layer.shape))
    kind = text(f"lessons.layers.{KINDS[layer.kind]}", lang)
    kernel = "" if layer.kernel == "–" else f" {layer.kernel}"
    return f"{kind}{kernel}<br><b>{shape}</b><br>{number(layer.weights, lang, ',d')}"


# A walk through latent space


def walk(lang: str) -> None:
    """From one digit to another along the straight line and along the sphere."""
    found = offer("dense")
    if found is None:
        return
    st.header(text("lessons.walk.title", lang), anchor=False)
    try:
        film = ask(walks.walk, found, *ENDS)
    except Busy:
        st.warning(text("latent.notice.busy", lang))
        return
    data = latent_walk.message(found, film, "s.walk", lang)
    latent_player.show("walk", data, "s.walk", ui.touched)
    ui.caption(text("lessons.walk.about", lang, dim=found.config.latent_dim))


# What GANs are for


@dataclass(frozen=True)
class Landmark:
    """A paper that stands for a use."""

    name: str
    year: int
    source: str

    @property
    def link(self) -> str:
        """The paper as a link in Markdown."""
        return f"[{self.name}, {self.year}](https://arxiv.org/abs/{self.source})"


def uses(lang: str) -> None:
    """Each use with its landmark paper, whether a GAN still does it best, and what harm it does."""
    st.header(text("lessons.uses_table.title", lang), anchor=False)
    head = [text(f"lessons.uses_table.{name}", lang) for name in ("use", "paper", "still")]
    rows = [[text(f"lessons.use.{name}", lang), USES[name].link, text(f"lessons.still.{name}", lang)] for name in USES]
    table(head, rows)
    ui.markdown(text("lessons.uses_table.harm", lang))
    ui.markdown(text("lessons.uses_table.after", lang))


USES: dict[str, Landmark] = {
    "faces": Landmark("StyleGAN2", 2019, "1912.04958"),
    "avatars": Landmark("EG3D", 2021, "2112.07945"),
    "games": Landmark("Mario levels by a DCGAN", 2018, "1805.00728"),
    "medicine": Landmark("Frid-Adar et al.", 2018, "1803.01229"),
    "resolution": Landmark("SRGAN", 2016, "1609.04802"),
    "video": Landmark("TecoGAN", 2018, "1811.09393"),
    "inpainting": Landmark("Context Encoders", 2016, "1604.07379"),
    "style": Landmark("CycleGAN", 2017, "1703.10593"),
    "animation": Landmark("Talking heads", 2019, "1905.08233"),
    "text": Landmark("SeqGAN", 2016, "1609.05473"),
    "translation": Landmark("Lample et al.", 2017, "1711.00043"),
    "speech": Landmark("HiFi-GAN", 2020, "2010.05646"),
    "music": Landmark("MuseGAN", 2017, "1709.06298"),
    "worlds": Landmark("GameGAN", 2020, "2005.12126"),
}
"""By use: its landmark, with the year of the preprint."""
EXTRAS: dict[str, Callable[[str], None]] = {
    "terms": two_terms,
    "line": line,
    "cures": cures,
    "layers": networks,
    "walk": walk,
    "uses": uses,
}
"""What draws beside a lesson, by the name of `Lesson.extra`."""
