"""Distributions on the plane that the generator learns, and the registry of all data sets that are points.

All random numbers come from the generator that is passed in; nothing here uses global random state.
"""

import math
from functools import lru_cache

import torch
from torch import Generator, Tensor

from ganlab.data import points
from ganlab.data.dataset import Dataset, Sampler
from ganlab.data.line import ON_A_LINE


def mixture(modes: Tensor, std: float, extent: float) -> Dataset:
    """Equally likely isotropic Gaussians N(mode_k, std^2 I); modes (K, 2)."""

    def density(x: Tensor) -> Tensor:
        squared = torch.cdist(x, modes.to(x), compute_mode="donot_use_mm_for_euclid_dist").square()
        return squared.mul(-0.5 / std**2).exp().mean(-1) / (2 * math.pi * std**2)

    return Dataset(blurred(modes, std), extent, modes, std, density, mixture_script(modes, std))


def blurred(places: Tensor, std: float) -> Sampler:
    """One of the places (n, 2), equally likely, plus N(0, std^2 I)."""

    def sample(n: int, rng: Generator) -> Tensor:
        which = torch.randint(len(places), (n,), generator=rng)
        return torch.randn(n, 2, generator=rng).mul_(std).add_(places[which])

    return sample


def mixture_script(modes: Tensor, std: float) -> str:
    """A mixture in the exported script, its numbers to the last digit of a float32."""
    pairs = [f"[{x!s}, {y!s}]," for x, y in modes.numpy()]
    many = WIDE // max(map(len, pairs))
    rows = "\n".join("    " + " ".join(pairs[i : i + many]) for i in range(0, len(pairs), many))
    return MIXTURE_SCRIPT.format(modes=rows, std=std)


def circle(count: int, radius: float) -> Tensor:
    """(count, 2) points at the angles 2 pi i / count; all distinct, the first at (radius, 0)."""
    angle = torch.arange(count, dtype=torch.float64) * (2 * math.pi / count)
    return _polar(radius, angle).float()


def lattice(side: int, spacing: float) -> Tensor:
    """(side^2, 2) points of a square lattice centred on the origin, row by row from the lowest y."""
    ticks = (torch.arange(side) - (side - 1) / 2) * spacing
    y, x = torch.meshgrid(ticks, ticks, indexing="ij")
    return torch.stack([x, y], -1).reshape(-1, 2)


def segment(length: float, angle: float, std: float, extent: float, script: str) -> Dataset:
    """A uniform point of a segment through the origin plus Gaussian noise N(0, std^2 I)."""
    along = torch.tensor([math.cos(angle), math.sin(angle)])
    across = torch.tensor([-math.sin(angle), math.cos(angle)])

    def sample(n: int, rng: Generator) -> Tensor:
        position = (torch.rand(n, 1, generator=rng) - 0.5) * length
        return _blur(position * along, std, rng)

    def density(x: Tensor) -> Tensor:
        t, s = x @ along.to(x), x @ across.to(x)
        reached: Tensor = torch.special.ndtr((t + length / 2) / std) - torch.special.ndtr((t - length / 2) / std)
        return reached / length * torch.exp(-0.5 * (s / std) ** 2) / (std * math.sqrt(2 * math.pi))

    return Dataset(sample, extent, density=density, script=script)


def annulus(inner: float, outer: float, extent: float, script: str) -> Dataset:
    """Uniform on the annulus inner <= r <= outer."""

    def sample(n: int, rng: Generator) -> Tensor:
        u, v = torch.rand(2, n, generator=rng)
        return _polar(_radius(u, inner, outer), v * (2 * math.pi))

    def density(x: Tensor) -> Tensor:
        radius: Tensor = x.norm(dim=-1)
        return ((radius >= inner) & (radius <= outer)).to(x) / (math.pi * (outer**2 - inner**2))

    return Dataset(sample, extent, density=density, script=script)


def two_spirals(n: int, rng: Generator) -> Tensor:
    """Two interleaved Archimedean arms, 1.25 turns each, radius 0.3 to 2, noise 0.07."""
    u, v = torch.rand(2, n, generator=rng)
    radius = _radius(u, 0.3, 2.0)
    turns = (radius - 0.3) / 1.7 * 1.25 + (v < 0.5) * 0.5
    return _blur(_polar(radius, turns * (2 * math.pi)), 0.07, rng)


def swiss_roll(n: int, rng: Generator) -> Tensor:
    """The roll t (cos t, sin t), t uniform in [1.5 pi, 4.5 pi], scaled to radius 2, noise 0.05."""
    t = torch.rand(n, generator=rng).mul_(3 * math.pi).add_(1.5 * math.pi)
    return _blur(_polar(t * (2 / (4.5 * math.pi)), t), 0.05, rng)


def moons(n: int, rng: Generator) -> Tensor:
    """Two interleaved half circles of radius 1.4 about the origin, noise 0.1."""
    t, which = torch.rand(2, n, generator=rng)
    x, y = torch.cos(t * math.pi), torch.sin(t * math.pi)
    upper = torch.stack([x - 0.5, y - 0.25], -1)  # the lower moon is the upper one turned by half a turn
    return _blur(torch.where(which[:, None] < 0.5, upper, -upper) * 1.4, 0.1, rng)


def checkerboard(extent: float) -> Dataset:
    """Uniform on the eight squares of a 4 x 4 board over [-2, 2]^2 whose column and row have an even sum."""

    def sample(n: int, rng: Generator) -> Tensor:
        column = torch.randint(4, (n,), generator=rng)
        row = 2 * torch.randint(2, (n,), generator=rng) + column % 2
        return torch.rand(n, 2, generator=rng) + torch.stack([column, row], -1) - 2

    def density(x: Tensor) -> Tensor:
        on_board = (x >= -2).all(-1) & (x < 2).all(-1)
        return (on_board & (x.floor().sum(-1) % 2 == 0)).to(x) / 8

    return Dataset(sample, extent, density=density, script=CHECKERBOARD_SCRIPT)


def gaussian(std: float, extent: float) -> Dataset:
    """One Gaussian N(0, std^2 I), measured like data without modes: a generator can only miss its width."""
    one = mixture(torch.zeros(1, 2), std, extent)
    return Dataset(one.sample, extent, density=one.density, script=one.script)


def scattered(places: Tensor, std: float, extent: float, script: str = "") -> Dataset:
    """A smoothed bootstrap: one of the points (n, 2), equally likely, plus N(0, std^2 I) (Efron 1979, sec. 2).

    It has no defined modes; cells of equal mass are measured instead.
    """
    return Dataset(blurred(places, std), extent, script=script)


class Catalogue(dict[str, Dataset]):
    """Distributions by name, and a visitor's own points by the names of points.py."""

    def __missing__(self, name: str) -> Dataset:
        """Raises PointsError if the points are not available, KeyError if the name is not one of points."""
        if not name.startswith(points.PREFIX):
            raise KeyError(name)
        return own(name)


@lru_cache(64)
def own(name: str) -> Dataset:
    """A visitor's own points. Raises PointsError."""
    return scattered(torch.from_numpy(points.read(name)), points.JITTER, points.EXTENT, points_script(name))


def dimension(name: str) -> int:
    """The dimension of the points of a data set, whether or not a visitor's own are available."""
    return ON_A_LINE[name].dim if name in ON_A_LINE else 2


def points_script(name: str) -> str:
    """Points in the exported script; those that their name does not hold are left to be written by hand."""
    code = name.removeprefix(points.PREFIX)
    if not code.startswith(points.INSIDE):
        return FILE_SCRIPT + PLACES_SCRIPT.format(std=points.JITTER)
    code = code.removeprefix(points.INSIDE)
    padded = code + "=" * (-len(code) % 4)
    return POINTS_SCRIPT.format(code=padded, unit=points.UNIT) + PLACES_SCRIPT.format(std=points.JITTER)


def _polar(radius: float | Tensor, angle: Tensor) -> Tensor:
    return torch.stack([torch.cos(angle), torch.sin(angle)], -1) * torch.as_tensor(radius)[..., None]


def _radius(u: Tensor, inner: float, outer: float) -> Tensor:
    """Radii whose points are uniform in area, from uniform u in [0, 1)."""
    return (u * (outer**2 - inner**2) + inner**2).sqrt()


def _blur(points: Tensor, std: float, rng: Generator) -> Tensor:
    return torch.randn(points.shape, generator=rng).mul_(std).add_(points)


WIDE = 112
"""Characters of numbers in a line of the exported script."""
MIXTURE_SCRIPT = '''
MODES = torch.tensor([
{modes}
], dtype=torch.float32)


def real_points(n, rng):
    """The data: one of MODES, each as likely, with noise."""
    which = torch.randint(len(MODES), (n,), generator=rng)
    return torch.randn(n, 2, generator=rng) * {std} + MODES[which]
'''
POINTS_SCRIPT = """
CODE = bytearray(base64.urlsafe_b64decode("{code}"))
PLACES = torch.frombuffer(CODE, dtype=torch.int16).view(-1, 2).float() * {unit}
"""
FILE_SCRIPT = """
PLACES = by_hand("a tensor (n, 2) of your own points, as they were fitted into the view")
"""
PLACES_SCRIPT = '''

def real_points(n, rng):
    """The data: one of PLACES, each as likely, with noise."""
    which = torch.randint(len(PLACES), (n,), generator=rng)
    return torch.randn(n, 2, generator=rng) * {std} + PLACES[which]
'''
LINE_SCRIPT = '''
def real_points(n, rng):
    """The data: a segment of length 4 through the origin, with noise."""
    along = torch.tensor([math.cos(math.pi / 6), math.sin(math.pi / 6)], dtype=torch.float32)
    points = (torch.rand(n, 1, generator=rng) - 0.5) * 4.0 * along
    return torch.randn(n, 2, generator=rng) * 0.1 + points
'''
ANNULUS_SCRIPT = '''
def real_points(n, rng):
    """The data: even on the ring between the radii 1.2 and 2."""
    u, v = torch.rand(2, n, generator=rng)
    radius, angle = (u * (2.0**2 - 1.2**2) + 1.2**2).sqrt(), v * (2 * math.pi)
    return torch.stack([angle.cos(), angle.sin()], -1) * radius[:, None]
'''
SPIRAL_SCRIPT = '''
def real_points(n, rng):
    """The data: two interleaved spiral arms, 1.25 turns each, with noise."""
    u, v = torch.rand(2, n, generator=rng)
    radius = (u * (2.0**2 - 0.3**2) + 0.3**2).sqrt()
    angle = ((radius - 0.3) / 1.7 * 1.25 + (v < 0.5) * 0.5) * (2 * math.pi)
    points = torch.stack([angle.cos(), angle.sin()], -1) * radius[:, None]
    return torch.randn(n, 2, generator=rng) * 0.07 + points
'''
SWISS_ROLL_SCRIPT = '''
def real_points(n, rng):
    """The data: a rolled-up line, with noise."""
    t = torch.rand(n, generator=rng) * (3 * math.pi) + 1.5 * math.pi
    points = torch.stack([t.cos(), t.sin()], -1) * (t * (2 / (4.5 * math.pi)))[:, None]
    return torch.randn(n, 2, generator=rng) * 0.05 + points
'''
MOONS_SCRIPT = '''
def real_points(n, rng):
    """The data: two interleaved half circles, with noise."""
    t, which = torch.rand(2, n, generator=rng)
    upper = torch.stack([(t * math.pi).cos() - 0.5, (t * math.pi).sin() - 0.25], -1)
    points = torch.where(which[:, None] < 0.5, upper, -upper) * 1.4
    return torch.randn(n, 2, generator=rng) * 0.1 + points
'''
CHECKERBOARD_SCRIPT = '''
def real_points(n, rng):
    """The data: even on the black squares of a 4 x 4 board."""
    column = torch.randint(4, (n,), generator=rng)
    row = 2 * torch.randint(2, (n,), generator=rng) + column % 2
    return torch.rand(n, 2, generator=rng) + torch.stack([column, row], -1) - 2
'''

# One half-width for almost all, so that lengths and arrows compare between data sets.
ON_THE_PLANE: dict[str, Dataset] = Catalogue(
    {
        "two_gaussians": mixture(torch.tensor([[-1.2, -0.6], [1.2, 0.6]]), std=0.35, extent=3.0),
        "ring": mixture(circle(8, radius=2.0), std=0.1, extent=3.0),
        "blobs": mixture(torch.tensor([[-1.4, -1.0], [1.4, -0.8], [0.1, 1.4]]), std=0.3, extent=3.0),
        "grid_3x3": mixture(lattice(3, spacing=1.5), std=0.1, extent=3.0),
        "grid_5x5": mixture(lattice(5, spacing=1.5), std=0.1, extent=4.0),
        "line": segment(length=4.0, angle=math.pi / 6, std=0.1, extent=3.0, script=LINE_SCRIPT),
        "annulus": annulus(inner=1.2, outer=2.0, extent=3.0, script=ANNULUS_SCRIPT),
        "spiral": Dataset(two_spirals, extent=3.0, script=SPIRAL_SCRIPT),
        "swiss_roll": Dataset(swiss_roll, extent=3.0, script=SWISS_ROLL_SCRIPT),
        "moons": Dataset(moons, extent=3.0, script=MOONS_SCRIPT),
        "checkerboard": checkerboard(extent=3.0),
        "gaussian": gaussian(std=0.7, extent=3.0),
    }
)
DATASETS: dict[str, Dataset] = Catalogue({**ON_THE_PLANE, **ON_A_LINE})
