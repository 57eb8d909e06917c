"""The parts of a script that all GANs share: losses, constraints, edits, what an update computes and what follows."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from ganlab.export.plan import Plan, literal, table
from ganlab.export.template import filled
from ganlab.gan.countermeasures import MINIBATCH
from ganlab.gan.losses import LOSSES
from ganlab.gan.mistakes import MISTAKES, Mistake
from ganlab.gan.optimizers import OPTIMIZERS
from ganlab.gan.regularizers import REGULARIZERS
from ganlab.gan.rng import NOISES

FUNCTIONS = {"loss": ("d_loss", "g_loss"), "regularizer": ("penalty", "clip"), "augment": ("augment",)}
"""Functions of the script by the field that chooses them; an edit puts others in their place."""


def mistake_of(plan: Plan) -> Mistake:
    """The mistake in the script's code."""
    return MISTAKES[plan.base.get("mistake", "none")]


def rule(plan: Plan, player: str) -> str:
    """The optimiser of "d" or "g"."""
    own: str = plan.base["d_optimizer"] if player == "d" else "same"
    return own if own != "same" else str(plan.base["optimizer"])


def sees_real(plan: Plan) -> bool:
    """Whether a loss of G in the course of the run compares with real points."""
    return any(LOSSES[key].generator_sees_real for key in plan.values("loss"))


def meets_real(plan: Plan) -> bool:
    """Whether an update of G draws real points."""
    return plan.ever("unroll", "feature_matching") or sees_real(plan)


# Functions of choices


def several(plan: Plan, field: str, write: Callable[[str], str]) -> str:
    """The functions of a choice; where it changes, each with its key in its name, then those at the start."""
    keys = plan.values(field)
    if len(keys) == 1:
        return write(keys[0])
    texts = [renamed(write(key), FUNCTIONS[field], key) for key in keys]
    names = [name for name in FUNCTIONS[field] if any(f"def {name}_" in text for text in texts)]
    start = ", ".join(f"{name}_{keys[0]}" for name in names)
    return "\n\n\n".join([*(text.strip("\n") for text in texts), f"{', '.join(names)} = {start}"])


def renamed(text: str, names: tuple[str, ...], key: str) -> str:
    """Functions with a key in their names."""
    return re.sub(rf"\bdef ({'|'.join(names)})\(", rf"def \1_{key}(", text)


def softly(plan: Plan, text: str) -> str:
    """A text with α for {0}; "" without label smoothing."""
    return text.format(plan.written("label_smoothing")) if plan.ever("label_smoothing") else ""


def loss(plan: Plan, key: str) -> str:
    """d_loss and g_loss; without g_loss where G matches features all the time."""
    text = LOSSES[key].script or LOSS_BY_HAND
    made = filled(text, **plan.fields(), key=key, softly=partial(softly, plan))
    if plan.values("feature_matching") == [True]:
        made = made.partition("\n\n\ndef g_loss")[0]
    return made.replace("def g_loss(fake)", "def g_loss(real, fake)") if sees_real(plan) else made


def constraint(plan: Plan, key: str) -> str:
    """penalty and clip, those of a constraint that has none doing nothing where the run has others."""
    entry, all_of = REGULARIZERS[key], [REGULARIZERS[other] for other in plan.values("regularizer")]
    texts = []
    if any(other.penalty for other in all_of):
        texts.append((entry.script or PENALTY_BY_HAND) if entry.penalty else NO_PENALTY)
    if any(other.after_step for other in all_of):
        texts.append((entry.after_script or CLIP_BY_HAND) if entry.after_step else NO_CLIP)
    values = {"members": 1} | plan.fields() | {"key": key}
    made = "\n\n\n".join(filled(text, **values).strip("\n") for text in texts)
    return made if "members" in plan.base else made.replace("[MEMBER]", "[0]")


def optimizer(plan: Plan, player: str) -> str:
    """The optimiser of "d" or "g"."""
    values = plan.fields() | {"net": player.upper(), "lr": plan.written(f"{player}_lr")}
    return filled(OPTIMIZERS[rule(plan, player)].script or 'by_hand("the optimiser of {{ net }}")', **values)


def ahead(plan: Plan) -> str:
    """A step of D's optimiser that can be differentiated; "" without unrolling."""
    if not plan.ever("unroll"):
        return ""
    return filled(OPTIMIZERS[rule(plan, "d")].ahead_script or AHEAD_BY_HAND, **plan.fields()).strip("\n")


def batch_layer(plan: Plan) -> str:
    """The layer of D that compares a point with its batch; "" without one."""
    layer = MINIBATCH[plan.base["minibatch"]]
    return (getattr(layer, "script", "") or LAYER_BY_HAND).strip("\n") if layer else ""


# What an update computes


def d_value(plan: Plan, judge: str, apart: bool) -> list[str]:
    """The lines that compute D's loss at real and fake. judge: D's outputs at {}, a column; apart: in two batches."""
    mistake = mistake_of(plan)
    both = ", ".join(f"{judge.format(name)}.squeeze(-1)" for name in ("real", "fake"))
    seen = both if apart else f"*{judge.format('torch.cat([real, fake])')}.squeeze(-1).chunk(2)"
    if not (mistake.reads or mistake.swaps):
        return [f"loss = d_loss({seen})"]
    lines = [f"at_real, at_fake = {seen.lstrip('*')}"]
    if mistake.reads:
        lines.append(f"at_real, at_fake = {reads(mistake, 'at_real')}, {reads(mistake, 'at_fake')}  {LEAVE_OUT}")
    right = "d_loss(at_real, at_fake)"
    return [
        *lines,
        f"loss = d_loss(at_fake, at_real)  # MISTAKE: right is {right}" if mistake.swaps else f"loss = {right}",
    ]


def reads(mistake: Mistake, output: str) -> str:
    """What a mistake makes of an output of D."""
    return (mistake.reads_script or 'by_hand("what the mistake makes of {}")').format(output)


def g_value(plan: Plan, judge: str, features: str) -> list[str]:
    """The lines that compute G's loss at fake, and at real if G's objective compares."""
    matched, plain = matching(plan, features), adversarial(plan, judge)
    if plan.changes("feature_matching"):
        return ["if FEATURE_MATCHING:", *indented(matched), "else:", *indented(plain)]
    return matched if plan.ever("feature_matching") else plain


def matching(plan: Plan, features: str) -> list[str]:
    """Feature matching (arXiv:1606.03498)."""
    lines = [f"at_fake = {features.format('fake')}.mean(0)  # D's last features"]
    return [*lines, *at_real(plan, f"{features.format('real')}.mean(0)"), "loss = (at_real - at_fake).square().sum()"]


def adversarial(plan: Plan, judge: str) -> list[str]:
    """The loss of the game."""
    mistake, at_fake = mistake_of(plan), f"{judge.format('fake')}.squeeze(-1)"
    if not (mistake.reads or sees_real(plan)):
        return [f"loss = g_loss({at_fake})"]
    lines = [f"at_fake = {at_fake}"]
    if sees_real(plan):
        lines += at_real(plan, f"{judge.format('real')}.squeeze(-1)")
    names = ["at_real", "at_fake"] if sees_real(plan) else ["at_fake"]
    if mistake.reads:
        lines.append(f"{', '.join(names)} = {', '.join(reads(mistake, name) for name in names)}  {LEAVE_OUT}")
    return [*lines, f"loss = g_loss({', '.join(names)})"]


def at_real(plan: Plan, value: str) -> list[str]:
    """What D makes of real points, which does not depend on G but where D is unrolled."""
    if plan.ever("unroll"):
        return [f"at_real = {value}"]
    return ["with torch.no_grad():", f"    at_real = {value}"]


def indented(lines: list[str]) -> list[str]:
    """Lines in a block."""
    return [f"    {line}" for line in lines]


def backward(plan: Plan, player: str) -> list[str]:
    """The lines that clear a player's gradient and compute it."""
    mistake, net = mistake_of(plan), player.upper()
    penalised = player == "d" and any(REGULARIZERS[key].penalty for key in plan.values("regularizer"))
    total, right = "(loss + penalty(real, fake))" if penalised else "loss", f"backward(inputs=list({net}.parameters()))"
    if mistake.detaches and player == "g":
        return ["G.zero_grad()", "loss.backward()  # reaches no weight of G"]
    if mistake.leaks == player:
        other = "G" if player == "d" else "D"
        return [f"{total}.backward()  # MISTAKE: right is {right}; {other} gets a gradient, too"]
    return [*([] if clears_later(plan) else [f"{net}.zero_grad()"]), f"{total}.{right}"]


def clears_later(plan: Plan) -> bool:
    """Whether a gradient is not cleared before it is computed: it holds what a mistake left."""
    mistake = mistake_of(plan)
    return bool(mistake.leaks or mistake.keeps)


def after(plan: Plan, player: str, counts: bool) -> list[str]:
    """The lines that follow a player's gradient in the loop; with `counts`, its updates are counted."""
    mistake, clear = mistake_of(plan), f"{player.upper()}.zero_grad()"
    lines = [f"{player}_optimizer.step()", *([f"{player}_updates += 1"] if counts else [])]
    if mistake.keeps:
        lines.append(f"# MISTAKE: {clear} belongs here; without it gradients add up")
    elif mistake.leaks:
        lines.append(clear)
    if player == "d" and any(REGULARIZERS[key].after_step for key in plan.values("regularizer")):
        lines.append("clip()")
    if player == "g" and plan.ever("ema"):
        lines.append("follow()")
    return lines


# Edits


def edits(plan: Plan) -> str:
    """EDITS; "" for a run without any."""
    rows: dict[int, dict[str, str]] = {}
    for step, field, value in plan.edits:
        rows.setdefault(step, {}).update(change(plan, field, value))
    return table(rows) if rows else ""


def change(plan: Plan, field: str, value: Any) -> dict[str, str]:
    """The names that an edit gives another value."""
    if field not in FUNCTIONS:
        return {field.upper(): literal(value)}
    kept = {
        "g_loss": plan.values("feature_matching") != [True],
        "penalty": any(REGULARIZERS[key].penalty for key in plan.values("regularizer")),
        "clip": any(REGULARIZERS[key].after_step for key in plan.values("regularizer")),
    }
    return {name: f"{name}_{value}" for name in FUNCTIONS[field] if kept.get(name, True)}


def constants(plan: Plan, named: tuple[str, ...]) -> list[str]:
    """Values that EDITS change and that the script does not name anyway."""
    edited = dict.fromkeys(name for _, name, _ in plan.edits if name not in (*named, *FUNCTIONS))
    return [f"{name.upper()} = {literal(plan.base[name])}  # at first, see EDITS" for name in edited]


def parts(plan: Plan, numbered: bool) -> dict[str, Any]:
    """The values of a template that follow from the plan, whatever the networks are.

    numbered: whether draws are named by the numbers of both players' updates.
    """
    fields, constraints = plan.fields(), several(plan, "regularizer", partial(constraint, plan)).strip("\n")
    counts = {"d": numbered or "d_updates" in constraints, "g": numbered or plan.ever("ema")}
    return fields | {
        "plan": plan,
        "changing": bool(plan.edits),
        "changed": {name for _, name, _ in plan.edits},
        "constants": constants(plan, ("d_steps", "g_steps")),
        "edits": edits(plan),
        "loss_part": several(plan, "loss", partial(loss, plan)).strip("\n"),
        "constraint_part": constraints,
        "counted": [f"{player}_updates" for player in "dg" if counts[player]] + ["level"] * plan.ever("instance_noise"),
        "noise_part": filled(NOISES[plan.base["noise"]].script or 'by_hand("n draws of z")', **fields),
        "d_optimizer": optimizer(plan, "d"),
        "g_optimizer": optimizer(plan, "g"),
        "ahead_part": ahead(plan),
        "batch_layer": batch_layer(plan),
        "meets_real": meets_real(plan),
        "noisy": plan.ever("instance_noise"),
        "mistake_of": mistake_of(plan),
        "d_lines": backward(plan, "d"),
        "g_lines": backward(plan, "g"),
        "after_d": after(plan, "d", counts["d"]),
        "after_g": after(plan, "g", counts["g"]),
        "order": order(plan),
    }


def order(plan: Plan) -> str:
    """Whether updates alternate, meet, or one after the other in the course of the run."""
    if plan.values("update") == ["alternating"]:
        return "alternating"
    if plan.changes("update", "d_steps", "g_steps"):
        return "changing"
    return "simultaneous" if plan.ever("d_steps") and plan.ever("g_steps") else "alternating"


LEAVE_OUT = "# MISTAKE: right without this line"
LOSS_BY_HAND = """
def d_loss(real, fake):
    return by_hand("D's loss {{ key }} at its outputs")


def g_loss(fake):
    return by_hand("G's loss {{ key }} at D's outputs")
"""
PENALTY_BY_HAND = """
def penalty(real, fake):
    return by_hand("the penalty {{ key }}, with its weight")
"""
CLIP_BY_HAND = """
def clip():
    return by_hand("what {{ key }} does after D's step")
"""
AHEAD_BY_HAND = """
def ahead(weight, gradient, memory):
    return by_hand("a step of D's optimiser that can be differentiated")
"""
LAYER_BY_HAND = """
class BatchLayer(nn.Module):
    columns = 1

    def __init__(self, width):
        by_hand("the layer that compares a point with its batch")
"""
NO_PENALTY = """
def penalty(real, fake):
    return 0.0
"""
NO_CLIP = '''
def clip():
    """Leaves D's weights as they are."""
'''
