"""How the screens that all kinds share show a run on digits."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from ganlab.data.images import SIDE, subset
from ganlab.digits.config import DigitsConfig
from ganlab.digits.diagnosis import covers
from ganlab.digits.frame import DigitsFrame, tiled, unpack
from ganlab.export.settings import digits_csv
from ganlab.ui.digits import playback, webpage
from ganlab.ui.run.export import numbers_button, settings_button
from ganlab.ui.run.view import Opening, View
from ganlab.ui.text import text
from ganlab.ui.webpage.page import page_button


def read(config: DigitsConfig, blob: bytes) -> DigitsFrame:
    """A stored frame without its images."""
    return unpack(blob, with_sheet=False)


def table(config: DigitsConfig, blobs: Sequence[bytes]) -> str:
    """The curves as CSV."""
    return digits_csv(read(config, blob) for blob in blobs)


def pair(
    both: tuple[DigitsConfig, DigitsConfig], live: bool, lang: str, key: str, view: Opening, names: tuple[str, str]
) -> None:
    """Two runs side by side."""
    playback.show(both[0], live, lang, key, view, beside=both[1], names=names)


def first(config: DigitsConfig, lang: str) -> tuple[bytes, str]:
    """Images of the subset in rows, one class after the other, and what they are."""
    images = subset()[0].reshape(10, -1, 28, 28)[:, :ROW].transpose(0, 1).reshape(-1, 28, 28)[: ROW * ROW].numpy()
    rows, file = [np.concatenate(list(images[i : i + ROW]), axis=1) for i in range(0, ROW * ROW, ROW)], io.BytesIO()
    Image.fromarray(np.concatenate(rows).astype(np.uint8)).resize((336, 336), Image.Resampling.NEAREST).save(
        file, "PNG"
    )
    return file.getvalue(), text("run.first.images", lang)


def lamps(config: DigitsConfig, frame: DigitsFrame) -> list[bool]:
    """Whether each digit of the training data is covered; none where the images were not classified."""
    return [bool(share) for share in covers(frame, config)] if len(frame.shares) else []


def thumbnail(config: DigitsConfig, blob: bytes) -> bytes:
    """The first images of a stored frame, side by side."""
    side, file = FEW * SIDE, io.BytesIO()
    Image.fromarray(tiled(unpack(blob).sheet)[:side, :side]).save(file, "PNG")
    return file.getvalue()


ROW, FEW = 6, 5
"""Images in a row of the first picture, and of a thumbnail."""
VIEW = View(
    read=read,
    table=table,
    pair=pair,
    files=(page_button, numbers_button, settings_button),
    played=webpage.played,
    room=2_000_000,
    lamps=lamps,
    thumbnail=thumbnail,
    first=first,
)
