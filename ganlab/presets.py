"""Named experiments to start from. Keys are stable: links carry them."""

from ganlab.config import PlaneConfig, differences

OPENING = "ring_r1"
"""The experiment that the arena opens with."""

PUBLISHED = PlaneConfig(latent_dim=16, g_width=128, d_width=128, g_lr=2e-4, d_lr=2e-4, steps=10_000)
"""The nets and the optimiser of github.com/brycesandlund/paired-discriminator, whose ring and grids are ours."""

PRESETS: dict[str, PlaneConfig] = {
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
}


def nearest(config: PlaneConfig) -> str:
    """The key of the preset that shares most settings with `config`; the first of equals."""
    return min(PRESETS, key=lambda name: len(differences(config, PRESETS[name])))
