"""Named random streams: every random number of a run comes from a generator for one named purpose."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import torch


def stream(seed: int, *names: str | int) -> torch.Generator:
    """An independent CPU generator for one purpose, the same for the same seed and names.

    >>> torch.equal(torch.rand(3, generator=stream(0, "z")), torch.rand(3, generator=stream(0, "z")))
    True
    """
    digest = hashlib.sha256("/".join(map(str, (seed, *names))).encode()).digest()
    generator = torch.Generator()
    generator.manual_seed(int.from_bytes(digest[:8], "little") >> 1)
    return generator


BLOCK = 1 << 17
"""Most numbers in a block of one member (half a megabyte), unless a single row is larger."""


def block_rows(n: int, d: int) -> int:
    """Rows (n, d) in a block, one for each update."""
    return max(1, min(64, BLOCK // (n * d)))


Sampler = Callable[[int, torch.Generator], torch.Tensor]
"""(n, rng) -> (n, d)."""


class Draws:
    """One row of random numbers per update, shape (members, *row), drawn in blocks.

    Row i is in block i // rows. A block depends only on the seed, the name, the member and its own number. A run can
    therefore be resumed at any update, and 1000 steps are exactly the first half of 2000.
    """

    def __init__(self, sample: Sampler, shape: tuple[int, int], members: int, seed: int, name: str):
        self.sample, self.shape, self.members, self.seed, self.name = sample, shape, members, seed, name
        self.rows = block_rows(*shape)
        self.block = -1

    def row(self, index: int) -> torch.Tensor:
        """The numbers of update `index`: (members, n, d)."""
        block, row = divmod(index, self.rows)
        if block != self.block:
            self._fill(block)
        return self.buffer[row]

    def _fill(self, block: int) -> None:
        """Overwrites the buffer with a block; rows that were returned before are no longer in use."""
        if self.block < 0:
            self.buffer = torch.empty(self.rows, self.members, *self.shape)
        for member in range(self.members):
            draws = self.sample(self.rows * self.shape[0], stream(self.seed, self.name, member, block))
            self.buffer[:, member] = draws.view(self.rows, *self.shape)
        self.block = block


@dataclass(frozen=True)
class Noise:
    """A prior of z, the same in every coordinate."""

    sample: Callable[..., torch.Tensor]
    """(*shape, generator=) -> shape."""
    quantile: Callable[[torch.Tensor], torch.Tensor]
    """Probabilities in (0, 1) -> values, elementwise."""
    variance: float
    """Of one coordinate."""
    reach: float
    """Half-width of a map of a whole two-dimensional latent space."""
    view: float
    """Half-width of a picture of samples."""
    tex: str = ""
    """The law of z in LaTeX, with $dim coordinates; "": slow motion shows the numbers alone."""
    script: str = ""
    """n draws (n, latent_dim) from rng in the exported script, the config's fields in braces; "": left by hand."""


def uniform(*shape: int, generator: torch.Generator) -> torch.Tensor:
    """U(-1, 1)."""
    return torch.rand(*shape, generator=generator) * 2 - 1


NOISES = {
    "gaussian": Noise(
        torch.randn,
        torch.special.ndtri,
        variance=1.0,
        reach=3.0,
        view=3.2,
        tex=r"\mathcal N(0, I_{$dim})",
        script="torch.randn(n, {{ latent_dim }}, generator=rng)",
    ),
    "uniform": Noise(
        uniform,
        lambda p: 2 * p - 1,
        variance=1 / 3,
        reach=1.0,
        view=1.15,
        tex=r"\mathcal U(-1, 1)^{$dim}",
        script="torch.rand(n, {{ latent_dim }}, generator=rng) * 2 - 1",
    ),
}
