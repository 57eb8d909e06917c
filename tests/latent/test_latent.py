"""Geometry of latent space, held to what is known of it: shells, exact ends, constant speed of a linear G.

docs/science.md#latent-space
"""

import math
from itertools import product

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganlab.gan.rng import NOISES, stream
from ganlab.latent import paths
from ganlab.latent.paths import PATHS, bend, bilinear, lerp, principal, slerp, times, truncate, variance_preserving

DIMS = (1, 2, 16, 100, 512)


def pairs(n, d, name="pairs"):
    return torch.randn(2, n, d, generator=stream(0, name))


def halfway(path, d, n=2000):
    a, b = pairs(n, d)
    return path(a, b, torch.full((n,), 0.5)).norm(dim=1).mean() / math.sqrt(d)


def test_only_the_straight_line_leaves_the_shell_and_only_where_there_are_many_dimensions():
    assert halfway(lerp, 100) == pytest.approx(math.sqrt(0.5), abs=0.01)
    assert halfway(slerp, 100) == pytest.approx(1.0, abs=0.01)
    assert halfway(variance_preserving, 100) == pytest.approx(1.0, abs=0.01)
    assert halfway(lerp, 512) == pytest.approx(math.sqrt(0.5), abs=0.01)


def test_the_shell_is_the_root_of_d_and_as_thick_for_every_d():
    for noise, d in product(NOISES, (2, 100, 512)):
        z, found = NOISES[noise].sample(4000, d, generator=stream(0, "other")), paths.shell(d, noise)
        assert found.radius == pytest.approx(float(z.norm(dim=1).square().mean().sqrt()), rel=0.02)
        assert float((z.norm(dim=1) < found.low).float().mean()) == pytest.approx(0.05, abs=0.02)
    assert paths.shell(100).high - paths.shell(100).low == pytest.approx(2 * 1.645 * math.sqrt(0.5), abs=0.1)
    assert paths.shell(2).low < 0.4  # no shell to leave: the disc is full
    assert paths.shell(3, "uniform").radius == pytest.approx(1.0)


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("d", DIMS)
def test_the_ends_are_exact(name, d):
    a, b = pairs(1, d)[:, 0]
    walk = PATHS[name](a, b, times(9))
    assert torch.equal(walk[0], a)
    assert torch.equal(walk[-1], b)


def test_the_end_of_a_half_turn_is_exact_to_the_last_bit():
    a = torch.tensor([3.0, 0.0, 0.0])
    assert torch.equal(slerp(a, -a, times(5))[-1], -a)


@pytest.mark.parametrize("d", [2, 100])
def test_slerp_is_the_textbooks_between_points_of_one_length(d):
    a, b = torch.nn.functional.normalize(pairs(1, d)[:, 0].double(), dim=1) * 3
    omega, t = torch.arccos(a @ b / 9), times(11)
    expected = [(torch.sin((1 - s) * omega) * a + torch.sin(s * omega) * b) / torch.sin(omega) for s in t]
    assert slerp(a, b, t) == pytest.approx(torch.stack(expected), abs=1e-9)


def test_slerp_turns_evenly_and_its_length_goes_evenly():
    a, b = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 3.0])
    walk = slerp(a, b, times(4))
    assert torch.atan2(walk[:, 1], walk[:, 0]) == pytest.approx(torch.linspace(0, math.pi / 2, 4), abs=1e-6)
    assert walk.norm(dim=1) == pytest.approx(torch.linspace(1, 3, 4), abs=1e-6)


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("d", DIMS)
def test_identical_ends_stand_still(name, d):
    a = paths.point(3, d)
    walk = PATHS[name](a, a, times(9))
    assert walk.isfinite().all()
    if name != "variance_preserving":
        assert walk == pytest.approx(a.expand(9, -1), abs=1e-6)
    assert bend(a, a.clone()) == "same"


@pytest.mark.parametrize("d", DIMS)
def test_opposite_ends_have_a_way_around_where_there_is_room(d):
    a = paths.point(3, d)
    walk = slerp(a, -a, times(65))
    assert walk.isfinite().all()
    assert torch.equal(walk[-1], -a)
    if d == 1:
        assert bend(a, -a) == "line"
        assert walk[32] == pytest.approx(torch.zeros(1), abs=1e-6)
    else:
        assert bend(a, -a) == "opposite"
        assert walk.norm(dim=1) == pytest.approx(a.norm().expand(65), rel=1e-5)
        assert paths.step_lengths(walk) == pytest.approx(a.norm().expand(64) * math.pi / 64, rel=1e-3)


def test_nearly_opposite_ends_of_other_lengths_do_not_fly_away():
    turn = torch.tensor(math.pi - 1e-3)
    walk = slerp(torch.tensor([1.0, 0.0]), 2 * torch.stack([turn.cos(), turn.sin()]), times())
    assert walk.norm(dim=1).max() <= 2.0001


@pytest.mark.parametrize("name", PATHS)
def test_zero_is_an_end_like_another(name):
    a = paths.point(3, 5)
    walk = PATHS[name](a, torch.zeros(5), times(9))
    assert walk.isfinite().all()
    assert not walk[-1].any()
    assert bend(a, torch.zeros(5)) == "zero"
    assert bend(a, paths.point(4, 5)) == ""


@given(st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1), st.sampled_from(DIMS), st.sampled_from(sorted(PATHS)))
def test_no_walk_has_holes(one, other, d, name):
    walk = PATHS[name](paths.point(one, d), paths.point(other, d), times(9))
    assert walk.isfinite().all()


def test_a_seed_names_one_point_of_the_prior():
    assert torch.equal(paths.point(7, 100), paths.point(7, 100))
    assert not torch.equal(paths.point(7, 100), paths.point(8, 100))
    assert paths.point(7, 64, "uniform").abs().max() <= 1


def test_a_square_has_its_corners_and_its_middle():
    corners = torch.randn(4, 100, generator=stream(0, "corners"))
    square = bilinear(corners, 5).view(5, 5, 100)
    for i, (row, column) in enumerate([(0, 0), (0, -1), (-1, 0), (-1, -1)]):
        assert torch.equal(square[row, column], corners[i])
    assert square[2, 2] == pytest.approx(corners.mean(0), abs=1e-6)
    assert square[2, 2].norm() == pytest.approx(5, rel=0.15)  # half of √d
    kept = bilinear(corners, 5, on_shell=True).view(5, 5, 100)
    assert kept[2, 2].norm() == pytest.approx(10, rel=0.15)
    assert torch.equal(kept[0, 0], corners[0])


def test_the_plane_is_read_like_a_picture():
    square = paths.plane(3, 2.0).view(3, 3, 2)
    assert square[0, 0].tolist() == [-2, 2]
    assert square[0, 2].tolist() == [2, 2]
    assert square[1, 1].tolist() == [0, 0]


def test_principal_directions_are_those_of_the_first_layers_output():
    weight = torch.randn(7, 30, generator=stream(0, "weight"), dtype=torch.float64) * torch.arange(1, 8)[:, None]
    found = principal(weight, 7)
    output = torch.randn(200_000, 7, generator=stream(0, "z"), dtype=torch.float64) @ weight
    variance = torch.linalg.eigvalsh(output.T.cov()).flip(0)[:7]
    assert found.shares == pytest.approx((variance / variance.sum()).float(), abs=0.01)
    assert found.axes @ found.axes.T == pytest.approx(torch.eye(7), abs=1e-6)
    assert (found.axes.double() @ weight).norm(dim=1).diff().max() < 0
    assert principal(torch.zeros(3, 4)).shares.isfinite().all()


def test_class_means_leave_out_who_has_no_class():
    z = torch.tensor([[1.0, 0.0], [3.0, 0.0], [9.0, 9.0]])
    means, counts = paths.class_means(z, torch.tensor([1, 1, -1]), 3)
    assert counts.tolist() == [0, 2, 0]
    assert means.tolist() == [[0, 0], [2, 0], [0, 0]]


def test_truncation_shrinks_towards_one_picture():
    z = pairs(5, 4)[0]
    assert torch.equal(truncate(z, 1.0), z)
    assert not truncate(z, 0.0).any()
    assert truncate(z, 0.5).norm() == pytest.approx(z.norm() / 2)


def test_a_linear_generator_has_one_path_length_along_a_line():
    a, b = pairs(50, 8)
    weight = torch.randn(8, 20, generator=stream(0, "linear"))
    steps = paths.step_lengths(lerp(a[0], b[0], times()) @ weight)
    assert steps == pytest.approx(steps.mean().expand(63), rel=1e-4)
    assert float(steps.sum()) == pytest.approx(float(((b[0] - a[0]) @ weight).norm()), rel=1e-5)
    t = torch.rand(50, generator=stream(0, "t")) * 0.99
    lengths = paths.perceptual_path_length(lambda z: z @ weight, a, b, t, lerp)
    assert lengths == pytest.approx(((b - a) @ weight).square().sum(1).double(), rel=1e-3)


def test_a_great_circle_has_one_path_length_in_its_own_space():
    a, b = torch.nn.functional.normalize(pairs(50, 8), dim=2)
    omega = torch.arccos((a * b).sum(1))
    for moment in (0.0, 0.3, 0.99):
        found = paths.perceptual_path_length(lambda z: z, a, b, torch.full((50,), moment), slerp)
        assert found == pytest.approx(omega.double() ** 2, rel=1e-3)


def test_a_mean_without_the_wild_ones():
    values = torch.cat([torch.full((98,), 2.0), torch.tensor([1e9, -1e9])])
    assert paths.trimmed_mean(values) == pytest.approx(2.0)
    assert paths.trimmed_mean(torch.empty(0)) == 0
