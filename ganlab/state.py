"""The state of a run on the plane: its start, and the checkpoint that it resumes from exactly."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

import torch
from torch import Tensor

from ganlab.datasets import DATASETS
from ganlab.frame import BLAMED, QUANTITIES
from ganlab.nets import Network
from ganlab.optimizers import OPTIMIZERS, Slots, slots
from ganlab.plane_config import PlaneConfig
from ganlab.rng import NOISES, Draws


class Net(Protocol):
    """What a network of any kind offers to its trainer."""

    flat: Tensor
    """All weights."""
    power: list[Tensor]
    """Power vectors of spectral normalisation; none without it."""


N = TypeVar("N", bound=Net)


@dataclass
class Player(Generic[N]):
    """One side of the game: M networks, their optimiser's memory, and their last update."""

    net: N
    memory: Slots
    updates: int = 0
    loss: Tensor | None = None
    """(M,), None before the first update of the round."""
    grad: Tensor | None = None
    """Laid out as net.flat."""
    left: Tensor | None = None
    """What a mistake has left in the gradients for the next update to add to, laid out as net.flat."""

    def step(self, rule: str, lr: float, beta1: float, beta2: float) -> None:
        """One step of the optimiser along -grad."""
        assert self.grad is not None
        OPTIMIZERS[rule](self.net.flat, self.grad, self.memory, lr, beta1, beta2)
        self.updates += 1


@dataclass
class State:
    """Everything that the rest of a run depends on; made by `start` or `restore`, moved by `update`."""

    config: PlaneConfig
    """The whole run's, edits included."""
    now: PlaneConfig
    """In force at the current step."""
    g: Player[Network]
    d: Player[Network]
    shown: Network
    """The G that viewers see: the moving average of G, or G itself."""
    draws: dict[str, Draws]
    step: int = 0
    turn: int = 0
    """Updates of the current round that are done."""
    penalty: Tensor | None = None
    died: Tensor = field(default_factory=lambda: torch.empty(0))
    """Step at which a member diverged, -1 while it has not, (M,)."""
    facts: dict[str, Any] = field(default_factory=dict)
    """Of the first divergence."""

    marks: frozenset[int] = frozenset()
    """Steps that become frames because an edit starts there or has just acted."""

    @property
    def outcome(self) -> str:
        """'' while a member is alive, else 'diverged'."""
        return "diverged" if bool((self.died >= 0).all()) else ""


def start(config: PlaneConfig) -> State:
    """The untrained networks of a run."""
    now = config.at(0)
    nets = (config.activation, config.members, config.seed)
    g, d = (
        Network(config.g_sizes, *nets, "g"),
        Network(config.d_sizes, *nets, "d", config.spectral_norm, config.company),
    )
    shown = Network(config.g_sizes, *nets, "g") if config.ema else g
    z, real, both = (config.batch_size, config.latent_dim), (config.batch_size, 2), (2 * config.batch_size, 2)
    draw = partial(Draws, members=config.members, seed=config.seed)
    latent = partial(sample_latent, config)
    draws = {
        "d_real": draw(DATASETS[config.dataset].sample, real, name="d_real"),
        "g_real": draw(DATASETS[config.dataset].sample, real, name="g_real"),
        "d_z": draw(latent, z, name="d_z"),
        "g_z": draw(latent, z, name="g_z"),
        "d_blur": draw(blur, both, name="d_blur"),
        "g_blur": draw(blur, both, name="g_blur"),
    }
    died = torch.full((config.members,), -1, dtype=torch.int64)
    marks = frozenset(step + after for step, _, _ in config.edits for after in (0, 1))
    players = Player(g, slots(g.flat)), Player(d, slots(d.flat))
    return State(config, now, *players, shown, draws, died=died, marks=marks)


def sample_latent(config: PlaneConfig, n: int, rng: torch.Generator) -> Tensor:
    """n latent points, (n, latent_dim)."""
    return NOISES[config.noise].sample(n, config.latent_dim, generator=rng)


def blur(n: int, rng: torch.Generator) -> Tensor:
    """n draws of instance noise of size 1, (n, 2)."""
    return torch.randn(n, 2, generator=rng)


def judge(net: Network, packs: Tensor, params: list[Tensor] | None = None) -> Tensor:
    """D's logits (M, B) of packs (M, B, d), one batch; with weights `params` in the place of its own."""
    return net(packs, params).squeeze(-1)


def checkpoint(state: Any) -> dict[str, Tensor]:
    """Everything that `restore` needs, as copies, for safetensors; random draws follow from the counters."""
    tensors = {"counters": torch.tensor([state.step, state.turn, state.d.updates, state.g.updates]), "died": state.died}
    for name, player in (("g", state.g), ("d", state.d)):
        memory, net = player.memory, player.net
        tensors |= {f"{name}.flat": net.flat, f"{name}.first": memory.first, f"{name}.second": memory.second}
        tensors |= {f"{name}.count": memory.count} | {f"{name}.power.{i}": p for i, p in enumerate(net.power)}
        tensors |= {f"{name}.{key}": t for key in ("loss", "grad", "left") if (t := getattr(player, key)) is not None}
    if state.penalty is not None:
        tensors["penalty"] = state.penalty
    if state.shown is not state.g.net:
        tensors["shown.flat"] = state.shown.flat
    if state.facts:
        tensors["facts"] = torch.tensor(encode_facts(state.facts))
    return {name: tensor.to("cpu", copy=True) for name, tensor in tensors.items()}


def restore(config: PlaneConfig, tensors: dict[str, Tensor]) -> State:
    """The state of a checkpoint. Raises KeyError or RuntimeError where tensors are missing or of another shape."""
    state = start(config)
    fill(state, tensors)
    return state


def fill(state: Any, tensors: dict[str, Tensor]) -> None:
    """Brings a fresh state to a checkpoint's moment. Raises KeyError or RuntimeError."""
    state.step, state.turn, state.d.updates, state.g.updates = map(int, tensors["counters"])
    state.died.copy_(tensors["died"])
    state.now = state.config.at(state.step)
    for name, player in (("g", state.g), ("d", state.d)):
        memory, net = player.memory, player.net
        kept = {"flat": net.flat, "first": memory.first, "second": memory.second, "count": memory.count}
        for key, tensor in (kept | {f"power.{i}": p for i, p in enumerate(net.power)}).items():
            tensor.copy_(tensors[f"{name}.{key}"])
        player.loss, player.grad, player.left = (tensors.get(f"{name}.{key}") for key in ("loss", "grad", "left"))
    state.penalty = tensors.get("penalty")
    if state.shown is not state.g.net:
        state.shown.flat.copy_(tensors["shown.flat"])
    if "facts" in tensors:
        state.facts = decode_facts(tensors["facts"].tolist())


def encode_facts(facts: dict[str, Any]) -> list[int]:
    """A divergence as three integers."""
    return [facts["step"], QUANTITIES.index(facts["quantity"]), BLAMED.index(facts["knob"])]


def decode_facts(numbers: list[int]) -> dict[str, Any]:
    """The divergence of `encode_facts`."""
    return {"step": numbers[0], "quantity": QUANTITIES[numbers[1]], "knob": BLAMED[numbers[2]]}
