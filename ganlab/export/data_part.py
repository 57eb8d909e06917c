"""real_points(n, rng) of a script: draws of data on the plane or on a line."""

from __future__ import annotations

from ganlab.data import points
from ganlab.data.plane import DATASETS, points_script
from ganlab.export.template import filled


def text_of(dataset: str) -> str:
    """The text of a data set; "" if there is none."""
    return points_script(dataset) if dataset.startswith(points.PREFIX) else DATASETS[dataset].script


def data_part(dataset: str, dim: int) -> str:
    """The function, or one that is left to be written by hand."""
    return filled(text_of(dataset) or BY_HAND, dim=dim).strip("\n")


BY_HAND = """
def real_points(n, rng):
    return by_hand("n points (n, {{ dim }}) of the data, drawn from rng")
"""
