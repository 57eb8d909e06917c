"""A device to test with where there is no accelerator: it computes as the processor does, in a memory of its own.

Its tensors say that they are on `meta` and hold their numbers out of reach: whoever mixes them with the processor's, or
wants their numbers without bringing them over, fails as on a graphics processor.
"""

from functools import partial

import torch
from torch.utils._mode_utils import no_dispatch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map

NAME = "meta"
COPIES = (torch.ops.aten.copy_.default, torch.ops.aten._to_copy.default)
STRICT = (torch.ops.aten._fused_adam_.default,)
"""What takes no single number of the processor's either."""


class Far(torch.Tensor):
    """A tensor in the second memory."""

    @staticmethod
    def __new__(cls, held):
        return torch.Tensor._make_wrapper_subclass(
            cls, held.shape, held.stride(), held.storage_offset(), dtype=held.dtype, device=NAME
        )

    def __init__(self, held):
        self.held = held

    def __repr__(self):
        return f"Far({tuple(self.shape)})"

    __torch_function__ = torch._C._disabled_torch_function_impl

    @classmethod
    def __torch_dispatch__(cls, op, types, args=(), kwargs=None):
        return compute(op, args, kwargs or {})


class SecondMemory(TorchDispatchMode):
    """While it is entered, `meta` is the second memory. broken: operations that it has of its own, (op, ...) -> ..."""

    def __init__(self):
        super().__init__()
        self.broken = {}

    def __torch_dispatch__(self, op, types, args=(), kwargs=None):
        return compute(op, args, kwargs or {}, self.broken)


def compute(op, args, kwargs, broken=None):
    """An operation where its tensors are. Raises RuntimeError where they are in two memories."""
    tensors = [x for x in tree_flatten((args, kwargs))[0] if isinstance(x, torch.Tensor)]
    far = [x for x in tensors if isinstance(x, Far)]
    near = [x for x in tensors if not isinstance(x, Far) and (x.dim() or op in STRICT)]
    if far and near and op not in COPIES:
        raise RuntimeError(f"{op}: expected all tensors in one memory")
    where = kwargs.get("device")
    there = bool(far) if where is None else torch.device(where).type == NAME
    if not far and not there:
        return op(*args, **kwargs)
    if where is not None and there:
        kwargs = kwargs | {"device": "cpu"}
    known = {id(held(x)): x for x in tensors}
    act = partial(broken[op], op) if far and op in (broken or {}) else op
    out = act(*tree_map(held, args), **tree_map(held, kwargs))
    if torch.Tag.inplace_view in op.tags and far:  # squeezed in place, say
        with no_dispatch():
            op(*args, **kwargs)
    return tree_map(lambda x: brought(x, known, there), out)


def brought(x, known, there):
    """A result as its caller has it: what it gave, in place, or something new in one of the memories."""
    if not isinstance(x, torch.Tensor):
        return x
    return known[id(x)] if id(x) in known else Far(x) if there else x


def held(x):
    """What a far tensor holds; anything else as it is."""
    return x.held if isinstance(x, Far) else x
