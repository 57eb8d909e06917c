"""The hyperparameters that losses, constraints and countermeasures read; each kind's config has them."""

from __future__ import annotations

from typing import Protocol


class Weights(Protocol):
    """The weights of the constraints on D."""

    @property
    def gamma(self) -> float:
        """γ of R1 and R2."""

    @property
    def gp_lambda(self) -> float:
        """λ of the gradient penalty of WGAN-GP."""

    @property
    def clip_bound(self) -> float:
        """c of weight clipping."""


class Objective(Protocol):
    """What decides what G minimises."""

    @property
    def loss(self) -> str:
        """A key of LOSSES."""

    @property
    def feature_matching(self) -> bool:
        """Whether G matches the mean of D's features instead."""


class InstanceNoise(Protocol):
    """The noise on everything that D sees."""

    @property
    def instance_noise(self) -> float:
        """σ at step 0."""

    @property
    def noise_until(self) -> int:
        """The step at which σ reaches 0."""


class Unrolling(Protocol):
    """How D is unrolled."""

    @property
    def unroll(self) -> int:
        """Steps of D ahead."""

    def rule(self, player: str) -> str:
        """The optimiser of "d" or "g", a key of OPTIMIZERS."""

    @property
    def d_lr(self) -> float:
        """D's learning rate."""

    @property
    def beta1(self) -> float:
        """Decay rate of the mean of the gradients."""

    @property
    def beta2(self) -> float:
        """Decay rate of the mean of their squares."""
