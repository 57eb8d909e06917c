"""What a script leaves to be written by hand: choices whose registry entry has no text, and what no text can hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ganlab.data import points
from ganlab.export.data_part import text_of
from ganlab.export.plan import Plan
from ganlab.gan.countermeasures import MINIBATCH
from ganlab.gan.losses import LOSSES
from ganlab.gan.mistakes import MISTAKES
from ganlab.gan.nets import ACTIVATIONS
from ganlab.gan.optimizers import OPTIMIZERS
from ganlab.gan.regularizers import REGULARIZERS
from ganlab.gan.rng import NOISES


@dataclass(frozen=True)
class Gap:
    """Something that a script does not have: the field, and the key of the reason."""

    field: str
    reason: str = "unwritten"


def of_players(plan: Plan) -> Iterator[Gap]:
    """What is missing of the registries that all GANs share."""
    for key in plan.values("loss"):
        if not LOSSES[key].script:
            yield Gap("loss")
        elif plan.ever("label_smoothing") and LOSSES[key].smoothing and "softly" not in LOSSES[key].script:
            yield Gap("label_smoothing")
    for key in plan.values("regularizer"):
        constraint = REGULARIZERS[key]
        if (constraint.penalty and not constraint.script) or (constraint.after_step and not constraint.after_script):
            yield Gap("regularizer")
    yield from optimizers(plan)
    layer, mistake = MINIBATCH[plan.base["minibatch"]], MISTAKES[plan.base.get("mistake", "none")]
    if layer and not getattr(layer, "script", ""):
        yield Gap("minibatch")
    if mistake.reads and not mistake.reads_script:
        yield Gap("mistake")
    if not NOISES[plan.base["noise"]].script:
        yield Gap("noise")


def optimizers(plan: Plan) -> Iterator[Gap]:
    """What is missing of the optimisers."""
    rule = plan.base["optimizer"] if plan.base["d_optimizer"] == "same" else plan.base["d_optimizer"]
    if not OPTIMIZERS[plan.base["optimizer"]].script:
        yield Gap("optimizer")
    if rule != plan.base["optimizer"] and not OPTIMIZERS[rule].script:
        yield Gap("d_optimizer")
    if plan.ever("unroll") and not OPTIMIZERS[rule].ahead_script:
        yield Gap("unroll")


def of_points(plan: Plan) -> Iterator[Gap]:
    """What is missing of data on the plane, and of networks of points."""
    name = plan.base["dataset"]
    if name.startswith(points.PREFIX) and not name.startswith(points.PREFIX + points.INSIDE):
        yield Gap("dataset", "points")
    elif not text_of(name):
        yield Gap("dataset")
    if not ACTIVATIONS[plan.base["activation"]].script:
        yield Gap("activation")


def unknown(plan: Plan, covered: Iterable[str]) -> Iterator[Gap]:
    """Fields that scripts do not know and that are not as usual."""
    plain = type(plan.config)()
    for name in sorted(plan.base.keys() - {*covered}):
        if plan.values(name) != [getattr(plain, name)]:
            yield Gap(name, "not_covered")


def notes(gaps: Iterable[Gap], plan: Plan) -> list[str]:
    """A line of the script's head for each gap."""
    said = {"not_covered": "this script does not do {0} = {1}", "unwritten": "{0} = {1}, where by_hand(…) is called"}
    said |= {"points": "PLACES, your own points", "weights": "the weights that G starts from ({1})"}
    return [said[gap.reason].format(gap.field, plan.written(gap.field)) for gap in gaps]


BY_HAND = '''
def by_hand(what):
    """What calls this is left to you."""
    raise NotImplementedError(f"write by hand: {what}")
'''
