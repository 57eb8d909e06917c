"""What else fights collapse, beside the loss and the constraint on D."""

from torch import Tensor


def pack(points: Tensor, size: int) -> Tensor:
    """Joins `size` points into one input of D: (M, B, d) -> (M, B/size, size·d) (PacGAN, arXiv:1712.04086)."""
    members, n, d = points.shape
    return points.reshape(members, n // size, size * d)
