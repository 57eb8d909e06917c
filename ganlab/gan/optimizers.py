"""First-order optimisers on one flat vector: PyTorch's own arithmetic through its functional interface."""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.optim.rmsprop import rmsprop as torch_rmsprop


@dataclass
class Slots:
    """An optimiser's state for one flat vector."""

    first: Tensor
    """Mean of the gradients, as long as the vector."""
    second: Tensor
    """Mean of their squares, as long as the vector."""
    count: Tensor = field(default_factory=lambda: torch.zeros(()))
    """Updates so far."""


def slots(flat: Tensor) -> Slots:
    """The initial state for a vector."""
    return Slots(torch.zeros_like(flat), torch.zeros_like(flat))


def adam(flat: Tensor, grad: Tensor, memory: Slots, lr: float, beta1: float, beta2: float) -> None:
    """Adam with bias correction, ε = 1e-8 (arXiv:1412.6980 alg. 1), in place."""
    memory.count += 1
    # torch.optim.adam.adam(fused=True) calls this after checks that take as long as a small network's step.
    torch._fused_adam_(
        [flat],
        [grad],
        [memory.first],
        [memory.second],
        [],
        [memory.count],
        lr=lr,
        beta1=beta1,
        beta2=beta2,
        eps=1e-8,
        weight_decay=0.0,
        amsgrad=False,
        maximize=False,
    )


def rmsprop(flat: Tensor, grad: Tensor, memory: Slots, lr: float, beta1: float, beta2: float) -> None:
    """RMSProp with smoothing constant β2, no momentum, ε = 1e-8 (Tieleman and Hinton 2012), in place."""
    torch_rmsprop(
        [flat],
        [grad],
        [memory.second],
        [],
        [],
        [memory.count],
        foreach=False,
        lr=lr,
        alpha=beta2,
        eps=1e-8,
        weight_decay=0.0,
        momentum=0.0,
        centered=False,
    )


def sgd(flat: Tensor, grad: Tensor, memory: Slots, lr: float, beta1: float, beta2: float) -> None:
    """Plain gradient descent, in place."""
    flat.sub_(grad, alpha=lr)


Ahead = Callable[[Tensor, Tensor, Tensor, float, float, float], tuple[Tensor, Tensor, Tensor]]
"""(gradient, first, second, updates with this one, beta1, beta2) -> (direction, first, second), differentiable."""


def adam_ahead(
    grad: Tensor, first: Tensor, second: Tensor, count: float, beta1: float, beta2: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Adam's direction as a function of the gradient."""
    first, second = torch.lerp(grad, first, beta1), torch.lerp(grad.square(), second, beta2)
    scale = (second / (1 - beta2**count) + 1e-16).sqrt() + 1e-8  # keeps the slope at 0 finite
    return first / (1 - beta1**count) / scale, first, second


def sgd_ahead(
    grad: Tensor, first: Tensor, second: Tensor, count: float, beta1: float, beta2: float
) -> tuple[Tensor, Tensor, Tensor]:
    """The gradient itself."""
    return grad, first, second


@dataclass(frozen=True)
class Optimizer:
    """A rule for one step, as data."""

    step: Callable[[Tensor, Tensor, Slots, float, float, float], None]
    """(weights, gradient, memory, lr, beta1, beta2) -> None, in place."""
    uses: tuple[str, ...] = ()
    """Those of beta1 and beta2 that it reads."""
    ahead: Ahead | None = None
    """Its differentiable step, to unroll D; None if there is none."""
    tex: str = ""
    """The direction that lr multiplies, in LaTeX: g is the gradient, m and v are moving averages of g and g². "": slow
    motion shows the numbers alone."""
    script: str = ""
    """The optimiser of network {{ net }} with learning rate {{ lr }} in the exported script, where other fields of the
    config stand in braces as well; "": it is left to be written by hand."""
    ahead_script: str = ""
    """ahead(weight, gradient, memory) -> the next weight, in the exported script, where memory is a copy of the
    optimiser's state of this weight; "": left to be written by hand."""


ADAM_AHEAD_SCRIPT = '''
def ahead(weight, gradient, memory):
    """Adam's step as a function of the gradient; `memory` is a copy of the optimiser's own."""
    count, zero = float(memory.get("step", 0)) + 1, torch.zeros_like(weight)
    mean = torch.lerp(gradient, memory.get("exp_avg", zero), {{ beta1 }})
    square = torch.lerp(gradient.square(), memory.get("exp_avg_sq", zero), {{ beta2 }})
    memory.update(step=count, exp_avg=mean, exp_avg_sq=square)
    scale = (square / (1 - {{ beta2 }}**count) + 1e-16).sqrt() + 1e-8
    return weight - {{ d_lr }} * (mean / (1 - {{ beta1 }}**count) / scale)
'''
SGD_AHEAD_SCRIPT = '''
def ahead(weight, gradient, memory):
    """A step of gradient descent; `memory` is not needed."""
    return weight - {{ d_lr }} * gradient
'''
OPTIMIZERS = {
    "adam": Optimizer(
        adam,
        ("beta1", "beta2"),
        adam_ahead,
        r"\hat m / (\sqrt{\hat v} + \epsilon)",
        "torch.optim.Adam({{ net }}.parameters(), lr={{ lr }}, betas=({{ beta1 }}, {{ beta2 }}), fused=True)",
        ADAM_AHEAD_SCRIPT,
    ),
    "rmsprop": Optimizer(
        rmsprop,
        ("beta2",),
        None,
        r"g / (\sqrt{v} + \epsilon)",
        "torch.optim.RMSprop({{ net }}.parameters(), lr={{ lr }}, alpha={{ beta2 }})",
    ),
    "sgd": Optimizer(sgd, (), sgd_ahead, "g", "torch.optim.SGD({{ net }}.parameters(), lr={{ lr }})", SGD_AHEAD_SCRIPT),
}
