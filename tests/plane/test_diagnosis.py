"""Verdicts on generators whose faults are known because they were put there."""

import math

import numpy as np
import pytest
import torch

from benchmarks.diagnosis_runs import FRESH, SEEN, halves, label, latest, right, thinned
from ganlab.data.dataset import on_plane
from ganlab.data.plane import DATASETS
from ganlab.game.verdict import TOLD, TOLD_BEHIND, TURNED, Verdict
from ganlab.gan.rng import stream
from ganlab.gan.theory import collapse
from ganlab.plane.config import PlaneConfig
from ganlab.plane.diagnosis import APART, LAPSED, OFF_DATA, RELAPSED, VERDICTS, off_data, verdict
from ganlab.plane.frame import POINTS, Frame, pack, unpack
from ganlab.plane.metrics import EVAL_POINTS, measure
from ganlab.plane.remedies import REMEDIES, outmatched
from ganlab.plane.train import encode, train

RING, MOONS = PlaneConfig(), PlaneConfig(dataset="moons")


def rng() -> torch.Generator:
    return stream(0, "test")


def perfect(dataset: str = "ring") -> np.ndarray:
    return DATASETS[dataset].sample(EVAL_POINTS, rng()).numpy()


def some_modes(m: int, std: float = 0.1) -> np.ndarray:
    """The ring, but only so many of its modes."""
    draw = rng()
    which = torch.randint(m, (EVAL_POINTS,), generator=draw)
    return (DATASETS["ring"].modes[which] + std * torch.randn(EVAL_POINTS, 2, generator=draw)).numpy()


def smear() -> np.ndarray:
    """A wide band over the whole ring: covers every mode, and few of its points are valid."""
    draw = rng()
    angle = torch.rand(EVAL_POINTS, generator=draw) * 2 * math.pi
    radius = 2 + 0.6 * torch.randn(EVAL_POINTS, generator=draw)
    return torch.stack([radius * angle.cos(), radius * angle.sin()], -1).numpy()


def frame(*members: np.ndarray, step: int = 1000, accuracy: float = 0.5, loss: float = 1.0, **changes) -> Frame:
    """The frame that generators with these points (EVAL_POINTS, 2) would give."""
    points, dataset = np.stack(members), changes.pop("dataset", "ring")
    metrics, shares = measure(points, DATASETS[dataset])
    zeros, ones = np.zeros((len(points), POINTS, 2), np.float32), np.ones(len(points), np.float32)
    return Frame(
        **dict.fromkeys(("step", "d_updates", "g_updates"), step),
        fake=on_plane(torch.from_numpy(points[:, :POINTS])).numpy(),
        push=zeros,
        rise=zeros,
        field=np.zeros((len(points), 40, 40), np.float32),
        grid=np.zeros((len(points), 21, 21, 2), np.float32),
        **dict.fromkeys(("d_loss", "g_loss", "penalty", "d_grad", "fools"), ones * loss),
        g_grad=ones * changes.pop("g_grad", 1.0),
        d_accuracy=ones * accuracy,
        shares=shares,
        metrics=metrics,
        **({"diverged_at": np.full(len(points), -1)} | changes),
    )


def dead(step: int = 300) -> Frame:
    facts = {"step": step, "quantity": "g_loss", "knob": "d_lr"}
    return frame(perfect(), step=step, diverged_at=np.array([step]), outcome="diverged", facts=facts)


def test_diverged_comes_first_and_names_the_step_and_the_knob():
    found = verdict([frame(some_modes(1)), dead()], RING)
    assert (found.key, found.evidence, found.knob) == ("diverged", {"step": 300}, "d_lr")


@pytest.mark.parametrize("m", [1, 2, 4, 7])
def test_collapse_to_m_of_eight(m):
    level = collapse(m, 8)
    found = verdict([frame(some_modes(m), accuracy=level.accuracy)], RING)
    assert (found.key, found.m, found.of, found.knob) == ("collapse", m, 8, "regularizer")
    assert found.evidence["d_loss_collapse"] == level.d_loss
    assert found.evidence["g_loss_collapse"] == level.g_loss
    assert found.evidence["d_accuracy_collapse"] == level.accuracy
    assert found.evidence["mode_tv"] == pytest.approx(1 - m / 8, abs=0.03)
    assert found.evidence["reverse_kl"] == pytest.approx(level.reverse_kl, abs=0.01)


def test_collapse_of_a_constrained_discriminator_points_to_packing():
    assert verdict([frame(some_modes(2))], RING.replace(regularizer="r1")).knob == "packing"
    assert verdict([frame(some_modes(2))], RING.replace(spectral_norm=True)).knob == "packing"
    assert verdict([frame(some_modes(2))], RING.replace(regularizer="r1", packing=2)).knob is None


def test_closed_form_is_given_only_where_it_holds():
    saturating = verdict([frame(some_modes(1))], RING.replace(loss="saturating")).evidence
    assert saturating["g_loss_collapse"] == pytest.approx(-0.118, abs=5e-4)
    for other in ({"loss": "wasserstein"}, {"loss": "hinge"}, {"packing": 2}):
        assert "d_loss_collapse" not in verdict([frame(some_modes(1))], RING.replace(**other)).evidence
    edited = RING.replace(edits=((500, "loss", "hinge"),))
    assert "d_loss_collapse" not in verdict([frame(some_modes(1), step=600)], edited).evidence
    assert "d_loss_collapse" in verdict([frame(some_modes(1), step=400)], edited).evidence


@pytest.mark.parametrize(("heavier", "key"), [(0.5, "near_equilibrium"), (0.95, "no_finding")])
def test_on_a_line_the_densities_must_agree_more_closely_than_on_the_plane(heavier, key):
    draw = rng()
    side = torch.rand(EVAL_POINTS, 1, generator=draw) < heavier
    points = torch.where(side, 1.2, -1.2) + 0.35 * torch.randn(EVAL_POINTS, 1, generator=draw)
    found = verdict([frame(points.numpy(), dataset="two_gaussians_1d")], PlaneConfig(dataset="two_gaussians_1d"))
    assert found.key == key
    assert found.evidence["js"] < found.evidence["js_floor"] + 0.2, "near enough on the plane"


def test_a_smear_over_all_modes_is_neither_coverage_nor_collapse():
    found = verdict([frame(smear())], RING)
    assert (found.key, found.m, found.knob) == ("smear", 8, None)
    assert found.evidence["valid"] < 0.15


def test_a_smear_that_still_improves_needs_steps():
    frames = [frame(smear() * 3, step=500), frame(smear() * 2, step=800), frame(smear(), step=1000)]
    at_its_end = RING.replace(steps=1000)
    assert verdict(frames, at_its_end).knob == "steps"
    assert verdict(frames[::-1], at_its_end).knob is None
    assert verdict(frames, RING).knob is None, "a run under way has its steps before it"


def test_wide_modes_must_have_their_shape():
    wide, narrow = PlaneConfig(dataset="two_gaussians"), perfect("two_gaussians")
    modes = DATASETS["two_gaussians"].modes.numpy()
    centre = modes[np.linalg.norm(narrow[:, None] - modes, axis=-1).argmin(1)]
    thin = centre + (narrow - centre) * np.array([0.2, 1.0])
    assert verdict([frame(narrow, dataset="two_gaussians")], wide).key == "near_equilibrium"
    assert verdict([frame(thin, dataset="two_gaussians")], wide).key == "no_finding"


def test_losses_decide_nothing():
    for points, key in ((some_modes(1), "collapse"), (smear(), "smear"), (perfect(), "near_equilibrium")):
        for loss in (0.0, 0.392, 1.386, 1e5, math.nan):
            assert verdict([frame(points, loss=loss)], RING).key == key


@pytest.mark.whole
@pytest.mark.parametrize("dataset", DATASETS)
def test_a_perfect_sampler_before_a_blind_discriminator_is_near_equilibrium(dataset):
    config = PlaneConfig(dataset=dataset)
    found = verdict([frame(perfect(dataset), dataset=dataset)], config)
    assert (found.key, found.knob) == ("near_equilibrium", None)
    assert found.m == found.of == (32 if DATASETS[dataset].modes is None else len(DATASETS[dataset].modes))
    assert found.evidence["js"] < found.evidence["js_floor"] + 0.01


@pytest.mark.parametrize("accuracy", [0.35, 0.62, 0.94])
def test_no_equilibrium_while_the_discriminator_still_tells(accuracy):
    assert verdict([frame(perfect(), accuracy=accuracy)], RING).key == "no_finding"


def test_a_critic_without_a_threshold_cannot_object():
    found = verdict([frame(perfect(), accuracy=math.nan)], RING.replace(loss="wasserstein"))
    assert found.key == "near_equilibrium"
    assert "d_accuracy" not in found.evidence


@pytest.mark.parametrize("points", [some_modes(8, std=0.0), some_modes(8, std=0.17)], ids=["dots", "too wide"])
def test_all_modes_in_the_wrong_shape_are_no_equilibrium(points):
    found = verdict([frame(points)], RING)
    assert (found.key, found.m) == ("no_finding", 8)


def test_uneven_modes_are_no_equilibrium():
    points = np.concatenate([some_modes(8)[:1500], some_modes(1)[:1000]])
    found = verdict([frame(points)], RING)
    assert (found.key, found.m) == ("no_finding", 8)


def test_one_of_two_moons():
    draw = rng()
    angle = torch.rand(EVAL_POINTS, generator=draw) * math.pi
    moon = torch.stack([angle.cos() - 0.5, angle.sin() - 0.25], -1) * 1.4
    points = (moon + 0.1 * torch.randn(EVAL_POINTS, 2, generator=draw)).numpy()
    found = verdict([frame(points, dataset="moons")], MOONS)
    assert (found.key, found.of) == ("collapse", 32)
    assert 14 <= found.m <= 20
    assert found.evidence["on_data"] > 0.95


def moon_without_its_tip() -> np.ndarray:
    """Both moons but for the right end of one."""
    points = DATASETS["moons"].sample(2 * EVAL_POINTS, rng()).numpy()
    return points[np.hypot(*(points - [0.6, -0.3]).T) > 0.7][:EVAL_POINTS]


def test_a_part_of_a_moon():
    found = verdict([frame(moon_without_its_tip(), dataset="moons")], MOONS)
    assert (found.key, found.evidence["holes"], found.knob) == ("holes", 1, "regularizer")
    assert found.m > 24
    assert np.hypot(*(np.array(found.regions[0]) - [0.6, -0.3]).T).max() < 1.1


def test_a_smear_without_modes():
    points = torch.rand(EVAL_POINTS, 2, generator=rng()).mul(6).sub(3).numpy()
    found = verdict([frame(points, dataset="moons")], MOONS)
    assert found.key == "smear"
    assert found.evidence["on_data"] < 0.5
    assert "valid" not in found.evidence


def test_a_compact_cloud_on_a_mode_is_not_a_collapse_before_training():
    centre = torch.randn(EVAL_POINTS, 2, generator=rng()).mul(0.1).numpy()
    config = PlaneConfig(dataset="grid_3x3")
    assert verdict([frame(centre, step=10, dataset="grid_3x3")], config).key == "no_finding"
    assert verdict([frame(centre, step=500, dataset="grid_3x3")], config).key == "collapse"


def test_one_odd_frame_changes_no_verdict():
    steady = [frame(perfect(), step=step) for step in (940, 960, 980)]
    assert verdict([*steady, frame(perfect(), step=1000, accuracy=0.65)], RING).key == "near_equilibrium"
    assert verdict([*steady, frame(some_modes(7), step=1000)], RING).key == "no_finding"
    collapsed = [frame(some_modes(2), step=step) for step in (940, 960, 980)]
    assert verdict([*collapsed, frame(perfect(), step=1000)], RING).key == "no_finding"


@pytest.mark.parametrize(("valid", "key"), [(0.05, "smear"), (0.5, "collapse")])
def test_points_between_two_modes_are_no_collapse(valid, key):
    """The median of two frames has half of the points on the data; the last of them has as many as stated."""
    points = some_modes(2)
    points[int(valid * len(points)) :] = 0
    found = verdict([frame(some_modes(2), step=990), frame(points, step=1000)], RING)
    assert found.key == key
    assert found.evidence["on_data"] == pytest.approx(valid, abs=0.02)


def test_what_was_is_evidence_if_it_was_more_than_a_smear():
    assert verdict([frame(perfect(), step=500), frame(some_modes(3))], RING).evidence["most"] == 8
    assert "most" not in verdict([frame(smear(), step=500), frame(some_modes(3))], RING).evidence


def test_each_member_has_its_own_verdict():
    many = frame(perfect(), some_modes(2), smear(), perfect(), diverged_at=np.array([-1, -1, -1, 77]))
    found = [verdict([many], RING, member) for member in range(4)]
    assert [v.key for v in found] == ["near_equilibrium", "collapse", "smear", "diverged"]
    assert found[3].evidence == {"step": 77}


@pytest.mark.parametrize("points", [perfect(), some_modes(3), smear()], ids=["perfect", "collapsed", "smear"])
def test_packing_a_frame_changes_no_verdict(points):
    whole = frame(points)
    stored = unpack(pack(whole, 3.0)[0], 3.0)
    mine, theirs = verdict([whole], RING), verdict([stored], RING)
    assert (mine.key, mine.m, mine.of, mine.knob) == (theirs.key, theirs.m, theirs.of, theirs.knob)
    assert mine.evidence == pytest.approx(theirs.evidence, abs=1e-6)


def test_points_that_are_no_numbers_are_a_smear():
    found = verdict([frame(np.full((EVAL_POINTS, 2), np.nan, np.float32))], RING)
    assert (found.key, found.m) == ("smear", 0)
    assert all(math.isfinite(value) for value in found.evidence.values())


# What a run's history tells


def story(*points: np.ndarray, **changes) -> list[Frame]:
    """Frames of one member 20 steps apart, the last at step 1000; a change that is a list is one value a frame."""
    steps = range(1000 - 20 * (len(points) - 1), 1001, 20)
    single = [{name: v[i] if isinstance(v, list) else v for name, v in changes.items()} for i in range(len(points))]
    return [frame(one, step=step, **more) for one, step, more in zip(points, steps, single, strict=True)]


def mode(which: int, std: float = 0.1) -> np.ndarray:
    """One mode of the ring."""
    draw = torch.randn(EVAL_POINTS, 2, generator=rng()) * std
    return (DATASETS["ring"].modes[which] + draw).numpy()


def nowhere(shift: float = 0.0) -> np.ndarray:
    """A cloud at the ring's centre."""
    return mode(0) - [2 + shift, 0]


def test_modes_that_come_and_go_rotate():
    found = verdict(story(*(mode(i % 3) for i in range(8))), RING)
    assert (found.key, found.m, found.knob) == ("rotating", 1, "regularizer")
    assert found.evidence["turn"] == pytest.approx(1, abs=0.02)
    assert verdict(story(*(mode(1) for _ in range(8))), RING).key == "collapse"
    fast = RING.replace(g_lr=5e-3)
    assert verdict(story(*(mode(i % 3) for i in range(8))), fast).knob == "d_lr"


def test_a_rotation_that_is_between_two_modes_still_rotates():
    clouds = [*(mode(i % 3) for i in range(8)), nowhere()]
    assert verdict(story(*clouds), RING).key == "rotating"


def sector(turn: float, width: float) -> np.ndarray:
    """Points of the annulus between two angles, in turns."""
    points = DATASETS["annulus"].sample(4 * EVAL_POINTS, rng()).numpy()
    angle = np.arctan2(*points.T) / (2 * math.pi)
    return points[(angle - turn) % 1 < width][:EVAL_POINTS]


def annulus(*points: np.ndarray, **changes) -> str:
    """The verdict on frames of the annulus."""
    return verdict(story(*points, dataset="annulus"), PlaneConfig(dataset="annulus", **changes)).key


@pytest.mark.whole
def test_data_without_modes_are_circled_too():
    assert annulus(*(sector(i / 3, 0.5) for i in range(8))) == "rotating"
    assert annulus(*[sector(0, 0.5)] * 8) == "collapse", "what stays does not rotate"
    scattered = np.random.default_rng(0).uniform(-3, 3, (EVAL_POINTS, 2))
    even = np.arange(EVAL_POINTS)[:, None] % 2 == 0
    half = [np.where(even, scattered, sector(i / 3, 0.5)) for i in range(8)]
    assert annulus(*half) == "smear"


def test_modes_that_are_lost_again_are_an_oscillation_if_that_is_no_single_moment():
    def told(lost: int) -> Verdict:
        return verdict(story(perfect(), *[some_modes(7)] * lost, *[perfect()] * (19 - lost)), RING)

    assert told(6).evidence["relapse"] < RELAPSED, "one mode of eight alone is no relapse"
    assert [told(lost).key for lost in (5, 6)] == ["near_equilibrium", "oscillating"]
    assert told(5).evidence["lapses"] < LAPSED <= told(6).evidence["lapses"]


def test_cells_that_are_lost_again_are_an_oscillation_but_those_found_at_last_are_none():
    whole, less = sector(0, 1), sector(0, 0.85)
    assert annulus(*[whole, whole, less, whole] * 2) == "oscillating"
    assert annulus(*[less] * 4, *[whole] * 4) == "near_equilibrium"
    assert annulus(whole, *[less] * 7) == "holes", "what stays missing does not oscillate"


def test_a_good_state_that_does_not_last_is_circled():
    uneven = np.concatenate([some_modes(8)[:1500], some_modes(1)[:1000]])
    found = verdict(story(perfect(), perfect(), uneven, perfect(), uneven, perfect(), perfect()), RING)
    assert (found.key, found.knob) == ("oscillating", "regularizer")
    assert found.evidence["relapse"] == pytest.approx(0.35, abs=0.05)
    constrained = RING.replace(regularizer="r1", g_lr=1e-3)
    assert verdict(story(*[perfect(), uneven] * 4), constrained).knob == "g_lr"


def test_a_run_that_only_gets_better_circles_nothing():
    uneven = np.concatenate([some_modes(8)[:1500], some_modes(1)[:1000]])
    assert verdict(story(smear(), uneven, uneven, uneven, perfect(), perfect(), perfect()), RING).key != "oscillating"


SURE = {"accuracy": 1.0, "loss": 1e-4, "g_grad": 1e-5}


def test_a_g_that_gets_no_gradient_from_a_sure_d_has_lost_it():
    frames = story(*[nowhere()] * 8, **SURE)
    found = verdict(frames, RING.replace(loss="saturating"))
    assert (found.key, found.knob) == ("vanishing", "loss")
    assert found.evidence["g_grad"] == pytest.approx(1e-5)
    assert verdict(frames, RING).knob == "instance_noise"


@pytest.mark.parametrize(
    ("points", "changes"),
    [
        ([nowhere()] * 8, SURE | {"g_grad": 0.5}),
        ([nowhere()] * 8, SURE | {"accuracy": 0.8}),
        ([nowhere(0.1 * i) for i in range(8)], SURE),
    ],
    ids=["gradient", "unsure", "moving"],
)
def test_what_still_moves_or_gets_a_gradient_is_a_smear(points, changes):
    assert verdict(story(*points, **changes), RING).key == "smear"


@pytest.mark.parametrize(
    ("changes", "knob"),
    [
        ({}, "d_steps"),
        ({"g_steps": 5}, "g_steps"),
        ({"d_lr": 1e-5}, "d_lr"),
        ({"regularizer": "clip"}, "clip_bound"),
        ({"regularizer": "r1", "gamma": 100.0}, "gamma"),
        ({"d_width": 4}, "d_width"),
        ({"d_depth": 0}, "d_depth"),
        ({"mistake": "d_not_frozen"}, "mistake"),
    ],
)
def test_a_d_at_a_coins_level_before_points_off_the_data_is_too_weak(changes, knob):
    found = verdict(story(*[nowhere()] * 8, accuracy=[0.3, 0.7] * 4), RING.replace(**changes))
    assert (found.key, found.knob) == ("d_too_weak", knob)
    assert found.evidence["accuracy"] == pytest.approx(0.5)
    assert found.evidence["best_accuracy"] == pytest.approx(1.0), "no point is where the data are"


def test_a_d_at_a_coins_level_before_points_near_the_data_may_be_as_good_as_can_be():
    found = verdict(story(*[smear()] * 8, accuracy=0.5), RING)
    assert found.key == "smear"
    assert found.evidence["apart"] < APART
    assert verdict(story(*[nowhere()] * 8, accuracy=0.7), RING).key == "smear", "D tells"


def test_points_less_far_off_show_a_weak_d_only_where_the_settings_put_it_behind():
    far = {"late_on": 0.0, "turn": TURNED, "on_data": 0.0, "d_rests": 0, "away": 0, "size": 1, "growth": 1, "path": 1}
    seen = far | {"g_grad": 1.0, "accuracy": 0.5, "apart": APART - 0.01, "best_accuracy": 0.9}
    assert off_data(seen | {"outmatched": 1}) == "d_too_weak"
    assert off_data(seen | {"outmatched": 0}) == "smear"
    assert off_data(seen | {"outmatched": 0, "apart": APART}) == "d_too_weak"


@pytest.mark.parametrize(("outmatched", "apart"), [(1, 0.3), (1, APART), (0, APART), (0, math.log(2))])
def test_a_weak_d_has_little_of_an_optimal_ones_lead_and_one_that_is_outrun_may_be_wrong(outmatched, apart):
    far = {"d_rests": 0, "away": 0, "size": 1, "growth": 1, "path": 1, "g_grad": 1.0}
    best = apart / (2 * math.log(2))
    seen = far | {"apart": apart, "best_accuracy": 0.5 + best, "outmatched": outmatched}
    lead = best * (TOLD_BEHIND if outmatched else TOLD)
    told = [off_data(seen | {"accuracy": 0.5 + share * lead}) for share in (0.9, 1.1, -0.9, -1.1)]
    assert told == ["d_too_weak", "smear", "d_too_weak", "d_too_weak" if outmatched else "smear"]


@pytest.mark.parametrize(
    ("changes", "behind"),
    [
        ({}, False),
        ({"d_lr": 1e-3}, False),
        ({"d_lr": 1e-4}, True),
        ({"d_lr": 1e-4, "d_steps": 5}, False),
        ({"g_steps": 5}, True),
        ({"d_depth": 0}, True),
        ({"d_width": 4}, True),
    ],
)
def test_a_d_with_fewer_or_smaller_steps_or_a_small_network_is_put_behind(changes, behind):
    assert outmatched(RING.replace(**changes)) == behind


def test_points_that_leave_and_losses_that_grow_run_away():
    gone = verdict(story(*(nowhere(i) for i in range(8))), RING)
    assert (gone.key, gone.evidence["away"]) == ("diverging", 1)
    losses = [2.0**i for i in range(8)]
    critic = RING.replace(loss="wasserstein")
    found = verdict(story(*[smear()] * 8, loss=losses, accuracy=math.nan), critic)
    assert (found.key, found.knob) == ("diverging", "regularizer")
    assert verdict(story(*[smear()] * 8, loss=50.0, accuracy=math.nan), critic).key == "smear", "large, not growing"
    assert verdict(story(*[perfect()] * 8, loss=losses), RING).key == "near_equilibrium", "losses alone decide nothing"


def test_a_few_frames_are_no_history():
    assert verdict(story(*[smear()] * 4, accuracy=0.5), RING).key == "smear"
    assert "turn" not in verdict(story(mode(0), mode(1)), RING).evidence


def test_every_finding_is_in_the_list():
    assert set(REMEDIES) < set(VERDICTS)
    assert set(OFF_DATA) < set(VERDICTS)


def test_no_frames_is_an_error():
    with pytest.raises(ValueError, match="at least one frame"):
        verdict([], RING)


# The runs on which it is judged (benchmarks/diagnosis_runs.py)


def record(*clouds: np.ndarray, accuracy: float = 0.5, **changes: float) -> dict[str, np.ndarray]:
    """The looks of one run on the ring, a cloud each; what is not given is of a run that moves."""
    metrics, shares = measure(np.stack(clouds), DATASETS["ring"])
    looks = {name: values[:, None] for name, values in metrics.items()} | {"shares": shares[:, None]}
    outside = np.array([[(np.abs(cloud).max(-1) > 3).mean()] for cloud in clouds])
    given = {"d_accuracy": accuracy, "g_grad": 1.0, "moved": 1.0, "g_loss": 1.0} | changes
    filled = {name: np.full((len(clouds), 1), value) for name, value in given.items()}
    return (
        looks
        | {"on": looks["valid"], "outside": outside, "died": np.array([-1]), "at": np.arange(len(clouds))}
        | filled
    )


@pytest.mark.parametrize(
    ("looks", "done", "truth"),
    [
        (record(*[perfect()] * 8), "healthy", "near_equilibrium"),
        (record(*[perfect()] * 8, accuracy=0.8), "healthy", "between"),
        (record(*[some_modes(3)] * 8), "healthy", "collapse"),
        (record(*[mode(i % 3) for i in range(8)]), "healthy", "rotating"),
        (record(*[perfect(), some_modes(7), perfect(), perfect()] * 2), "healthy", "oscillating"),
        (record(*[nowhere()] * 8), "young", "smear"),
        (record(*[nowhere()] * 8), "weak", "d_too_weak"),
        (record(*[nowhere(9)] * 8), "young", "diverging"),
        (record(*[nowhere()] * 8, accuracy=1.0, g_grad=0.001, moved=0.01), "young", "vanishing"),
        (record(*[nowhere()] * 8), "narrow", "cannot_fill"),
        (record(*[some_modes(3)] * 8), "narrow", "collapse"),
        (record(*[perfect()] * 8, least=0.2), "healthy", "holes"),
        (record(*[perfect()] * 8, least=0.3), "healthy", "near_equilibrium"),
    ],
)
def test_labels_ask_the_samples_and_what_was_done(looks, done, truth):
    assert label(looks, 0, done, RING) == truth
    assert truth in right(looks, 0, done, RING) or truth == "between"


def test_what_happens_once_in_many_looks_is_no_oscillation():
    def seen(often: int) -> str:
        return label(record(*[perfect()] * 10, *[some_modes(7)] * often, *[perfect()] * (19 - often)), 0, "", RING)

    assert [seen(often) for often in (1, 3, 4)] == ["near_equilibrium", "near_equilibrium", "oscillating"]


def test_fewer_looks_span_as_much_of_a_run():
    many = record(*[perfect()] * 20, *[some_modes(3)] * 9, moved=0.01)
    for every in (2, 4):
        few = thinned(many, 0, every)
        assert (latest(many), latest(few)) == (9, 8 // every + 1)
        assert label(few, 0, "", RING) == label(many, 0, "", RING) == "collapse"
        assert few["moved"][1:] == pytest.approx(0.01), "the way from one of all looks to the next"


def test_what_is_near_to_a_limit_may_be_called_either():
    accurate = {
        accuracy: right(record(*[perfect()] * 8, accuracy=accuracy), 0, "healthy", RING) for accuracy in ACCURATE
    }
    assert list(accurate.values()) == [{"near_equilibrium"}, {"near_equilibrium", "no_finding"}, {"no_finding"}]


ACCURATE = (0.55, 0.61, 0.7)


def test_a_smear_may_be_called_by_a_d_that_the_settings_put_behind_if_that_does_not_tell():
    behind, level = RING.replace(d_lr=1e-4), {"smear", "d_too_weak"}
    assert right(record(*[nowhere()] * 8), 0, "high_rates", behind) == level
    assert right(record(*[nowhere()] * 8), 0, "high_rates", RING) == {"smear"}
    assert right(record(*[nowhere()] * 8, accuracy=0.7), 0, "high_rates", behind) == {"smear"}


def test_a_g_that_cannot_fill_the_data_may_be_called_a_smear_while_it_improves():
    assert right(record(*[nowhere()] * 8), 0, "narrow", RING) == {"cannot_fill"}
    assert right(record(nowhere(), *[smear()] * 7), 0, "narrow", RING) == {"cannot_fill", "smear"}


def test_a_g_that_turns_on_data_without_modes_which_it_cannot_fill_may_be_called_either():
    turning = record(*[mode(i % 3) for i in range(8)], on=1.0, cells_covered=0.5)
    wide, modes = PlaneConfig(dataset="annulus"), {"rotating", "collapse"}
    assert label(turning, 0, "narrow", wide) == "rotating"
    assert right(turning, 0, "narrow", wide) >= modes | {"cannot_fill"}
    assert "cannot_fill" not in right(turning, 0, "healthy", wide) | right(turning, 0, "narrow", RING)


def test_regions_may_be_said_to_be_missing_where_a_ball_gets_less_than_half_of_its_due():
    seen = {least: right(record(*[perfect()] * 8, least=least), 0, "", RING) for least in (0.28, 0.4, 0.6)}
    assert [*seen.values()] == [{"holes", "near_equilibrium"}, {"holes", "near_equilibrium"}, {"near_equilibrium"}]


def test_every_kind_has_configs_in_both_halves_and_what_was_seen_sets_thresholds():
    drawn = halves()
    assert {drawn[name] for name in SEEN} == {"fit"}
    for kind in {kind for kind, _ in FRESH.values()}:
        assert {drawn[name] for name in FRESH if FRESH[name][0] == kind} == {"fit", "first", "second"}


# A loss of D that its own steps cannot explain


def losses(d_loss: float | list[float]) -> list[Frame]:
    """Eight frames of a healthy run but for these losses of D."""
    return story(*[perfect()] * 8, loss=d_loss)


def test_a_d_loss_above_log_4_is_told_with_its_value():
    found = verdict(losses(1.45), RING)
    assert (found.key, found.knob) == ("near_equilibrium", None)
    assert found.evidence["d_late"] == pytest.approx(1.45)
    assert verdict(losses(1.45), RING.replace(mistake="d_not_frozen")).knob == "mistake"
    scattered = [1.45, 1.45, 1.45, 1.38, 1.45, 1.45, 1.36, 1.45]
    assert verdict(losses(scattered), RING).evidence["d_late"] == pytest.approx(1.45)


@pytest.mark.parametrize(
    ("d_loss", "changes"),
    [
        (math.log(4), {}),
        (1.39, {}),
        ([1.45, 1.3] * 4, {}),
        (1.45, {"label_smoothing": 0.1}),
        (1.45, {"edits": ((500, "label_smoothing", 0.1),)}),
        (1.45, {"loss": "hinge"}),
        (1.45, {"loss": "relativistic"}),
    ],
    ids=["blind", "noise", "swinging", "smoothed", "smoothed later", "hinge", "pairs"],
)
def test_a_d_loss_that_its_own_steps_explain_is_no_sign(d_loss, changes):
    assert "d_late" not in verdict(losses(d_loss), RING.replace(**changes)).evidence


@pytest.mark.whole
@pytest.mark.parametrize(("mistake", "told"), [("d_not_frozen", True), ("none", False)])
def test_a_real_d_that_g_also_trains_is_found(mistake, told):
    config = PlaneConfig(dataset="two_gaussians", batch_size=128, latent_dim=16, steps=800, mistake=mistake)
    found = verdict([unpack(encode(config, seen)[0], 3.0) for seen in train(config)], config)
    assert ("d_late" in found.evidence, found.knob == "mistake") == (told, told)


@pytest.mark.parametrize("clouds", [[perfect()], [smear()], [smear() * 3, smear()], [some_modes(2)], [nowhere(9)]])
@pytest.mark.parametrize("accuracy", [0.5, math.nan])
def test_many_updates_of_a_penalised_critic_are_no_fault(clouds, accuracy):
    config = RING.replace(loss="wasserstein", regularizer="wgan_gp", d_steps=50, d_lr=1e-4, g_lr=1e-4, steps=1000)
    frames = story(*[cloud for cloud in clouds for _ in range(8 // len(clouds))], accuracy=accuracy)
    assert verdict(frames, config).knob not in ("d_steps", "g_steps")


def test_more_updates_of_d_are_proposed_only_where_there_are_few():
    frames = story(*[nowhere()] * 8, accuracy=[0.3, 0.7] * 4)
    assert verdict(frames, RING.replace(d_steps=4)).knob == "d_steps"
    assert verdict(frames, RING.replace(d_steps=50)).knob is None
