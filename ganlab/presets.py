"""Named experiments to start from, and the runs that a link, a name or settings describe.

Keys are stable: links carry them.
"""

import json
from collections.abc import Mapping
from urllib.parse import parse_qsl

from ganlab.digits.config import DigitsConfig
from ganlab.flow.config import FlowConfig
from ganlab.kind.config import RunConfig
from ganlab.kinds import KINDS
from ganlab.links import differences, from_json, from_query, to_query
from ganlab.plane.config import PlaneConfig

PUBLISHED = PlaneConfig(latent_dim=16, g_width=128, d_width=128, g_lr=2e-4, d_lr=2e-4, steps=10_000)
"""The nets and the optimiser of github.com/brycesandlund/paired-discriminator, whose ring and grids are ours."""

SMALL = PlaneConfig(latent_dim=16, batch_size=128)
"""Small nets that are quick to train; on the ring, all eight modes within some thousand steps."""

HOPS = SMALL.replace(g_lr=1e-3, d_lr=1e-4, steps=4000)
"""The rates of the unrolled GAN's own demonstration (github.com/poolio/unrolled_gan): G learns faster than D."""

PLANE_PRESETS: dict[str, PlaneConfig] = {
    "ring_r1": PlaneConfig(regularizer="r1"),
    "ring": PlaneConfig(),
    "ring_k50": PUBLISHED.replace(d_steps=50, steps=1000),
    "ring_wgan_gp": PlaneConfig(loss="wasserstein", regularizer="wgan_gp", d_steps=5, beta2=0.9),
    "grid": PUBLISHED.replace(dataset="grid_3x3"),
    "grid_packing": PUBLISHED.replace(dataset="grid_3x3", packing=2),
    "grid_5x5": PlaneConfig(
        dataset="grid_5x5",
        loss="relativistic",
        regularizer="r1_r2",
        gamma=0.02,
        g_lr=1e-3,
        d_lr=1e-3,
        g_width=128,
        d_width=128,
        steps=13_000,
    ),
    "two_gaussians": PlaneConfig(dataset="two_gaussians", regularizer="r1", steps=3000),
    "swiss_roll": PlaneConfig(dataset="swiss_roll", regularizer="r1"),
    "ring_seeds": SMALL.replace(g_lr=2e-4, d_lr=2e-4, g_width=128, d_width=128, members=16, steps=4000),
    "ring_hops": HOPS,
    "ring_unrolled": HOPS.replace(unroll=5),
    "ring_minibatch": HOPS.replace(minibatch="stddev", steps=8000),
    "ring_features": HOPS.replace(feature_matching=True, steps=8000),
    "ring_vanishing": SMALL.replace(loss="saturating", d_steps=20, d_lr=2e-3, g_lr=1e-4, steps=800),
    "ring_weak_d": SMALL.replace(d_lr=5e-6, steps=3000),
    "ring_diverges": SMALL.replace(loss="wasserstein", optimizer="sgd", d_steps=5, g_lr=1e-3, d_lr=1e-2, steps=1000),
    "two_hops": SMALL.replace(dataset="two_gaussians", g_steps=5, g_lr=2e-3, steps=2000),
    "one_dimension": PlaneConfig(dataset="gaussian_1d", latent_dim=1, g_width=32, d_width=32, steps=1000),
}

DENSE = DigitsConfig(
    architecture="dense",
    minibatch="stddev",
    latent_dim=16,
    g_lr=2e-3,
    d_lr=2e-3,
    beta1=0.0,
    beta2=0.99,
    ema=0.998,
    steps=6250,
)
"""The best of some sixty settings in docs/digits.md, for 40 passes over the images that ship."""

DIGITS_PRESETS: dict[str, DigitsConfig] = {
    "digits_dense": DENSE,
    "digits": DigitsConfig(),
    "digits_augmented": DigitsConfig(augment="diffaugment", steps=12_500),
    "digits_k50": DigitsConfig(d_steps=50, steps=300),
    "digits_classic": DigitsConfig(
        dataset="mnist",
        architecture="classic",
        precision="bfloat16",
        latent_dim=100,
        batch_size=256,
        g_lr=1e-4,
        d_lr=1e-4,
        beta1=0.9,
        ema=0.0,
        steps=1641,
    ),
}
FLOW_PRESETS: dict[str, FlowConfig] = {"flow_ring": FlowConfig(seed=2)}
PRESETS: dict[str, RunConfig] = {**PLANE_PRESETS, **DIGITS_PRESETS, **FLOW_PRESETS}


def of_kind(kind: str) -> dict[str, RunConfig]:
    """The experiments of one kind, in the order of their menu."""
    return {name: config for name, config in PRESETS.items() if config.kind == kind}


def nearest(config: RunConfig) -> str:
    """The key of the preset of its kind that shares most settings with `config`; the first of equals, '' if none is."""
    presets = of_kind(config.kind)
    return min(presets, key=lambda name: len(differences(config, presets[name])), default="")


def prepared(name: str, kind: str) -> RunConfig:
    """The preset of a key; of a kind that has none, its defaults."""
    return PRESETS[name] if name in PRESETS else KINDS[kind].config()


def opening(kind: str) -> str:
    """The key of the preset that a kind's page opens with: the first of its menu, '' if there is none."""
    return next(iter(of_kind(kind)), "")


# From text


class Elsewhere(ValueError):
    """A link of a page that trains no run."""


def described(text: str) -> list[tuple[RunConfig, int]]:
    """(config, member) of the run of a link, of its query, of a preset's name, or of settings as JSON.

    Two where the link compares two. Raises ConfigError or ValueError for other text.
    """
    if text.lstrip().startswith("{"):
        return [(from_json(json.loads(text)), 0)]
    if text in PRESETS:
        return [(PRESETS[text], 0)]
    link = parameters(text)
    kind = meant(link)
    first, second = KINDS[kind].prefixes
    compared = [second] if any(name.startswith(second) for name in link) else []
    own = {name.removeprefix(first): value for name, value in link.items() if name.startswith(first) or "." not in name}
    others = ({name.removeprefix(at): link[name] for name in link if name.startswith(at)} for at in compared)
    return [one(query, kind) for query in (own, *others)]


def meant(link: Mapping[str, str]) -> str:
    """The kind of run that a link is of, by the prefix of its names. Raises ValueError where it is of none."""
    foreign = next((name for name in link if "." in name), "")
    found = [key for key, kind in KINDS.items() if any(name.startswith(kind.prefixes[0]) for name in link)]
    if foreign and not found:
        raise Elsewhere(f"{foreign}: expected the link of a page that trains runs")
    return found[0] if found else prepared(link.get("preset", ""), PlaneConfig.kind).kind


def one(query: Mapping[str, str], kind: str) -> tuple[RunConfig, int]:
    """(config, member) of one run's part of a link. Raises ValueError."""
    settings = dict(query)
    preset, member = PRESETS.get(settings.pop("preset", "")), settings.pop("member", "0")
    base = to_query(preset) if preset is not None and preset.kind == kind and "v" not in settings else {}
    config, notices = from_query(base | settings, kind)
    if notices:
        raise ValueError("; ".join(map(str, notices)))
    if member not in map(str, range(config.members)):
        raise ValueError(f"member={member}: expected 0 to {config.members - 1}")
    return config, int(member)


def parameters(text: str) -> dict[str, str]:
    """The parameters of a link, or of its query alone. Raises ValueError for a part that is no NAME=VALUE."""
    query = text.rpartition("?")[2] if "?" in text or "://" not in text else ""
    stray = next((part for part in query.split("&") if part and "=" not in part), None)
    if stray is not None:
        raise ValueError(f"{stray}: expected NAME=VALUE, as in a link, or settings as JSON")
    return dict(parse_qsl(query, keep_blank_values=True))
