"""The packing of recordings."""

import lzma
import os

import numpy as np
import pytest

from ganlab.store import packing

MOST = 10_000


@pytest.mark.parametrize(("word", "row", "count"), [(2, 0, 9), (2, 6, 3), (4, 0, 7), (4, 8, 5), (2, 6, 0), (2, 6, 5)])
def test_what_is_packed_comes_back(word, row, count):
    blob = os.urandom(count * (row or word)) + (b"" if row or count % 2 else b"x")
    assert packing.unpack(packing.pack(blob, word, row), word, row, MOST) == blob
    assert packing.unpack(packing.pack(blob + b"x", word, row), word, row, MOST) == blob + b"x", "no whole numbers"


def test_numbers_that_change_little_take_little():
    steps = np.cumsum(np.random.default_rng(0).integers(-3, 4, (100, 500)), axis=0).astype(np.uint16)
    blob = steps.tobytes()
    assert len(packing.pack(blob, 2, 1000)) < len(lzma.compress(blob)) / 1.5


def test_a_bomb_and_damage_are_refused():
    whole = packing.pack(bytes(MOST + 2), 2)
    with pytest.raises(ValueError, match="at most"):
        packing.unpack(whole, 2, 0, MOST)
    for bad in (whole[:-5], b"", b"no xz"):
        with pytest.raises(ValueError, match=r"\S"):
            packing.unpack(bad, 2, 0, MOST + 2)


def test_little_is_unpacked_in_little_memory():
    """A dictionary of xz is no longer than what it is for; that of the preset alone has 64 MiB."""
    reader = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=1 << 20)
    assert reader.decompress(packing.pack(bytes(1000), 2)) == bytes(1000)
