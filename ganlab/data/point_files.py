"""Files of points: two columns of numbers, in the notations that spreadsheets write."""

from __future__ import annotations

import re

import numpy as np

from ganlab.data.points import LEAST, MOST, Array, PointsError, fitted

LARGEST = 2 * 2**20
"""Bytes of a file, at most; looked at before anything is read."""
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
NO_NUMBER = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
WIDEST = 100
"""Cells of a line that are looked at."""
SEPARATORS = ("\t", ";", ",", None)
"""In the order of the search; None: blanks. If the separator is no comma, a comma is a decimal point."""


def parse_csv(blob: bytes) -> Array:
    """The points (n, 2) of a CSV file, scaled into the view. A first line without numbers is a header.

    Raises PointsError: too_large, encoding, few, many, columns, number, finite, one_place; with the line as `row`.
    """
    if len(blob) > LARGEST:
        raise PointsError("too_large", mb=len(blob) / 2**20, most=LARGEST / 2**20)
    lines = decoded(blob).splitlines()
    filled = [line for line in lines if line.strip()]
    if not filled:
        raise PointsError("few", count=0, least=LEAST)
    separator = next(mark for mark in SEPARATORS if mark is None or mark in filled[-1])
    header = not any(map(numeric, cells(filled[0], separator)))
    if len(filled) - header > MOST:  # before the lines are cut into cells, which take a hundred times as much memory
        raise PointsError("many", count=len(filled) - header, most=MOST)
    rows = [(row, cells(line, separator)) for row, line in enumerate(lines, 1) if line.strip()][header:]
    return fitted(np.array([pair(row, found) for row, found in rows]).reshape(-1, 2))


def decoded(blob: bytes) -> str:
    """The text of UTF-8, with or without its mark. Raises PointsError: encoding."""
    try:
        return blob.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PointsError("encoding") from None


def cells(line: str, separator: str | None) -> list[str]:
    """A line's cells, without blanks and quotes around them."""
    found = [cell.strip().strip('"').strip() for cell in line.split(separator, WIDEST)]
    return found if separator == "," else [cell.replace(",", ".") for cell in found]


def pair(row: int, found: list[str]) -> tuple[float, float]:
    """A line's two numbers. Raises PointsError: columns, number, finite."""
    if len(found) != 2:
        raise PointsError("columns", row=row, count=len(found))
    return number(row, found[0]), number(row, found[1])


def number(row: int, cell: str) -> float:
    """A cell's number. Raises PointsError: number, finite."""
    if NO_NUMBER.fullmatch(cell) or (NUMBER.fullmatch(cell) and np.isinf(float(cell))):
        raise PointsError("finite", row=row)
    if not NUMBER.fullmatch(cell):
        raise PointsError("number", row=row, value=cell[:40])
    return float(cell)


def numeric(cell: str) -> bool:
    """Whether a cell contains a number, finite or not."""
    return bool(NUMBER.fullmatch(cell) or NO_NUMBER.fullmatch(cell))
