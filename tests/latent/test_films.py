"""What the latent page asks for, of small generators: alike ends, no holes, classes in order, sources that are gone."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageSequence

from ganlab.data.plane import DATASETS
from ganlab.digits.config import DigitsConfig
from ganlab.digits.uploads import Uploads
from ganlab.digits.weights import Generator, WeightsError
from ganlab.gan.architectures import ARCHITECTURES
from ganlab.gan.rng import stream
from ganlab.latent import measures, walks
from ganlab.latent.generators import Opened, Source, opened
from ganlab.latent.paths import FRAMES, PATHS
from ganlab.latent.walks import Scene, Strip
from ganlab.plane import train
from ganlab.plane.config import PlaneConfig
from ganlab.store import checkpoints
from ganlab.store.checkpoints import Checkpoints
from ganlab.ui.latent.gif import PAUSE, gif


@pytest.fixture(autouse=True)
def forget():
    opened.cache_clear()
    walks.survey.cache_clear()


def digits(place: Path, dim: int = 8, architecture: str = "light", **fields) -> Source:
    """An untrained generator of images, uploaded."""
    config = DigitsConfig(architecture=architecture, latent_dim=dim, **fields)
    net = ARCHITECTURES[architecture].generator(dim, 0)
    net.flat.mul_(20)  # enough contrast for the judge to have opinions
    return Source(Uploads(place).save(Generator(config, net)))


def small(**fields) -> PlaneConfig:
    return PlaneConfig(**({"g_width": 8, "d_width": 8, "batch_size": 16, "steps": 3} | fields))


def plane(place: Path, **fields) -> Source:
    """A run on the plane that has taken a few steps."""
    config = small(**fields)
    *_, last = states(config)
    blob = checkpoints.encode(config.key(), last.step, train.checkpoint(last))
    Checkpoints(place / "checkpoints").save(config.key(), last.step, blob)
    return Source(config.key(), last.step, fields.get("members", 1) - 1, json.dumps(config.to_json()))


def states(config):
    state = train.start(config)
    for _ in range(config.steps):
        train.advance(state)
    yield state


def images(strip: Strip) -> np.ndarray:
    picture = np.asarray(Image.open(io.BytesIO(strip.sheet)))
    rows = picture.shape[0] // 28
    return picture.reshape(rows, 28, 8, 28).swapaxes(1, 2).reshape(-1, 28, 28)[: len(strip.norms)]


def whole(strip: Strip) -> bool:
    """Whether every number is one."""
    numbers = [*strip.norms, *strip.sure, *strip.steps, *(x for point in strip.points for x in point)]
    return bool(np.isfinite(numbers).all())


@pytest.mark.parametrize("kind", [digits, plane])
def test_a_walk_has_three_films_with_the_same_ends(tmp_path, kind):
    source = kind(tmp_path)
    film = walks.walk(tmp_path, source, 1, 2)
    assert list(film.strips) == list(PATHS)
    ends = set()
    for strip in film.strips.values():
        shown = images(strip) if kind is digits else np.array(strip.points)
        assert (len(shown), len(strip.norms), len(strip.steps)) == (FRAMES, FRAMES, FRAMES - 1)
        ends.add((shown[0].tobytes(), shown[-1].tobytes()))
        assert strip.length == pytest.approx(sum(strip.steps))
        assert whole(strip)
    assert len(ends) == 1
    assert film.bend == ""


def test_a_film_shows_what_the_generator_makes(tmp_path):
    source = digits(tmp_path)
    generator = opened(tmp_path, source)
    shown = images(walks.walk(tmp_path, source, 5, -6).strips["slerp"])
    made = generator.make(torch.stack([generator.point(5), -generator.point(6)]))
    assert shown[[0, -1]] / 127.5 - 1 == pytest.approx(made.numpy(), abs=0.005)


@pytest.mark.parametrize("dim", [1, 2, 512])
@pytest.mark.parametrize(("a", "b"), [(1, 1), (1, -1), (0, 2)])
def test_odd_walks_have_no_holes(tmp_path, dim, a, b):
    source = plane(tmp_path, latent_dim=1) if dim == 1 else digits(tmp_path, dim)
    film = walks.walk(tmp_path, source, a, b)
    assert all(whole(strip) for strip in film.strips.values())
    assert film.bend == ("same" if a == b else "line" if dim == 1 else "opposite" if a == -b else "")


@pytest.mark.whole
@pytest.mark.parametrize("kind", [digits, plane])
def test_at_psi_0_all_are_alike_and_nothing_breaks(tmp_path, kind):
    source = kind(tmp_path)
    strip = walks.samples(tmp_path, source, 1, 5, 0.0)
    assert len({str(thing) for thing in (images(strip) if kind is digits else strip.points)}) == 1
    measured = measures.truncation(tmp_path, source, 0.0)
    assert np.isfinite(measured).all()
    assert measured[1] == 0


def test_the_census_knows_who_is_who(tmp_path):
    source = plane(tmp_path, dataset="ring", g_depth=0, latent_dim=2)
    _, labels, sure, _ = walks.survey(tmp_path, source)
    found = walks.census(tmp_path, source)
    assert found
    for label, seeds in found.items():
        assert 0 < len(seeds) <= walks.BEST
        assert all(int(labels[seed]) == label and float(sure[seed]) >= walks.SURE for seed in seeds)
    assert set(found) == {int(label) for label in labels[sure >= walks.SURE]}


def test_points_are_named_by_their_mode_only_within_three_sigma():
    ring = DATASETS["ring"]
    offsets = torch.tensor([[0.0, 0.0], [0.29, 0.0], [0.31, 0.0]])
    labels, sure = walks.nearest_modes("ring", ring.modes[2] + offsets)
    assert labels.tolist() == [2, 2, 2]
    assert sure.tolist() == [1, 1, 0]
    labels, sure = walks.nearest_modes("annulus", torch.tensor([[1.6, 0.0], [0.0, 0.0]]))
    assert labels.tolist() == [-1, -1]
    assert sure.tolist() == [1, 0]


@pytest.mark.whole
def test_a_sum_starts_at_its_point_and_goes_straight(tmp_path):
    source = digits(tmp_path)
    strip = walks.arithmetic(tmp_path, source, 7, 3, 8, 3.0)
    assert images(strip)[0] == pytest.approx(images(walks.samples(tmp_path, source, 7, 1))[0], abs=1)
    assert len(strip.norms) == walks.STRENGTHS


def test_a_square_has_its_corners_in_reading_order(tmp_path):
    source = plane(tmp_path)
    strip = walks.square(tmp_path, source, (1, 2, 3, 4), 5, False)
    corners = [walks.samples(tmp_path, source, seed, 1).points[0] for seed in (1, 2, 3, 4)]
    assert [strip.points[i] for i in (0, 4, 20, 24)] == corners


def test_a_map_of_all_is_for_two_numbers_only(tmp_path):
    assert whole(walks.atlas(tmp_path, plane(tmp_path), 5))
    with pytest.raises(ValueError, match="latent_dim=3"):
        walks.atlas(tmp_path, plane(tmp_path, latent_dim=3), 5)


@pytest.mark.parametrize("source", [digits, plane])
def test_directions_pass_through_the_point_that_they_start_from(tmp_path, source):
    answer = walks.moved_along(tmp_path, source(tmp_path), 1, (0.5, 0, -1, 0, 0), 4.0)
    assert len(answer.strips) == min(5, 8 if source is digits else 2)
    middle = walks.STRENGTHS // 2
    assert all(strip.norms[middle] == pytest.approx(answer.now.norms[0], abs=1e-3) for strip in answer.strips)
    assert sum(answer.shares) <= 1.001


@pytest.mark.parametrize("architecture", ["light", "classic", "deep"])
def test_the_first_layer_is_found_in_every_architecture(tmp_path, architecture):
    generator = opened(tmp_path, digits(tmp_path, 6, architecture))
    assert generator.first.shape[0] == 6


def test_a_linear_generator_on_the_plane_has_the_path_length_of_its_matrix(tmp_path):
    source = plane(tmp_path, g_depth=0)
    generator: Opened = opened(tmp_path, source)
    ends = generator.points(range(2 * measures.WALKS))
    squares = ((ends[1::2] - ends[::2]) @ generator.first).square().sum(1)
    mean, error = measures.path_length(tmp_path, source, "lerp")
    assert mean == pytest.approx(float(squares.mean()), rel=0.08)
    assert 0 < error < mean


def test_likeness_knows_a_perfect_sampler_from_a_collapsed_one(tmp_path):
    generator, ring = opened(tmp_path, plane(tmp_path)), DATASETS["ring"]
    perfect = ring.sample(1000, stream(1, "perfect"))
    one = ring.modes[0] + ring.std * torch.randn(1000, 2, generator=stream(1, "one"))
    assert min(measures.likeness(generator, perfect)) > 0.9
    precision, recall, coverage = measures.likeness(generator, one)
    assert precision > 0.9
    assert max(recall, coverage) < 0.25


def test_members_of_a_run_are_generators_of_their_own(tmp_path):
    both = plane(tmp_path, members=2)
    one = Source(both.name, both.step, 0, both.config)
    assert walks.samples(tmp_path, both, 1, 3).points != walks.samples(tmp_path, one, 1, 3).points


def test_a_generator_that_has_gone_is_told(tmp_path):
    source = plane(tmp_path)
    with pytest.raises(WeightsError):
        walks.samples(tmp_path, Source(source.name, 99, 0, source.config), 1, 1)
    with pytest.raises(WeightsError):
        walks.samples(tmp_path, Source("0" * 16), 1, 1)
    (path,) = (tmp_path / "checkpoints" / source.name).glob("*.safetensors")
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(WeightsError):
        walks.samples(tmp_path, source, 1, 1)


def lasts(blob: bytes) -> int:
    """Milliseconds; equal frames in a row may have been made one."""
    picture = Image.open(io.BytesIO(blob))
    return sum(frame.info["duration"] for frame in ImageSequence.Iterator(picture))


@pytest.mark.whole
def test_a_gif_runs_there_and_back_for_ever(tmp_path):
    film = walks.walk(tmp_path, digits(tmp_path), 1, 2)
    picture = Image.open(io.BytesIO(gif(film.strips["slerp"])))
    assert (picture.info["loop"], picture.size) == (0, (168, 168))
    assert lasts(gif(film.strips["slerp"])) == (2 * FRAMES - 2) * PAUSE
    scene: Scene = walks.scene(tmp_path, plane(tmp_path))
    film = walks.walk(tmp_path, plane(tmp_path), 1, 2)
    assert lasts(gif(film.strips["lerp"], scene)) == (2 * FRAMES - 2) * PAUSE
