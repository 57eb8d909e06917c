"""Compresses the numbers of a recording: bytes that resemble each other come first next to each other, then xz."""

from __future__ import annotations

import lzma

import numpy as np

WORDS = {2: np.uint16, 4: np.uint32}
"""Unsigned numbers by their bytes."""
PRESET = 9
"""How hard xz tries: what is packed once is sent many times."""


def pack(blob: bytes, word: int, row: int = 0) -> bytes:
    """The bytes as xz. They are taken as numbers of `word` bytes, in rows of `row` bytes if that is not 0."""
    blob = woven(blob, word, row) if fits(blob, word, row) else blob
    dictionary = min(max(len(blob), 4096), 64 << 20)  # preset 9 has 64 MiB, whose tables take 0.1 s and 64 MB
    return lzma.compress(blob, filters=[{"id": lzma.FILTER_LZMA2, "preset": PRESET, "dict_size": dictionary}])


def unpack(packed: bytes, word: int, row: int, most: int) -> bytes:
    """The bytes again. Raises ValueError if they are damaged or more than `most`."""
    stream = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=128 << 20)
    try:
        blob = stream.decompress(packed, most + 1)
    except (lzma.LZMAError, EOFError) as error:
        raise ValueError(str(error)) from None
    if len(blob) > most:
        raise ValueError(f"expected at most {most} bytes")
    if not stream.eof:
        raise ValueError("cut off")
    return unwoven(blob, word, row) if fits(blob, word, row) else blob


def fits(blob: bytes, word: int, row: int) -> bool:
    """Whether the bytes are whole rows of whole numbers."""
    return len(blob) > 0 and not len(blob) % (row or word) and not row % word


def woven(blob: bytes, word: int, row: int) -> bytes:
    """Each number less the one above it, column by column; the lowest bytes of all numbers first, then the next."""
    numbers = np.frombuffer(blob, WORDS[word])
    if row:
        rows = numbers.reshape(-1, row // word)
        numbers = np.diff(rows, axis=0, prepend=np.zeros_like(rows[:1])).T.ravel()
    return numbers.view(np.uint8).reshape(-1, word).T.tobytes()


def unwoven(blob: bytes, word: int, row: int) -> bytes:
    """The inverse of `woven`."""
    numbers = np.frombuffer(blob, np.uint8).reshape(word, -1).T.copy().view(WORDS[word]).ravel()
    if row:
        numbers = np.cumsum(numbers.reshape(row // word, -1).T, axis=0, dtype=numbers.dtype)
    return numbers.tobytes()
