"""How the screens that all kinds share show a run on digits."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

import numpy as np
from PIL import Image

from ganlab.data.images import SIDE, subset
from ganlab.digits.config import DigitsConfig
from ganlab.digits.diagnosis import covers
from ganlab.digits.frame import DigitsFrame, tiled, unpack
from ganlab.export.settings import digits_csv
from ganlab.ui.digits import playback, webpage
from ganlab.ui.run.export import numbers_button, packed, script_button, settings_button
from ganlab.ui.run.view import Findings, Opening, View
from ganlab.ui.text import number, text
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


def findings(config: DigitsConfig, member: int, lang: str) -> Findings | None:
    """The newest images, the verdict on the run, and the newest numbers."""
    blobs = packed(config, member)
    if not blobs:
        return None
    frame, film = unpack(blobs[-1]), playback.film_of(config.key(), config)
    film.grow(member, config.steps)
    said = playback.describe(film.verdict(frame.step), lang)
    values = {name: value for one in film.upto(frame.step) for name, value in scores(one).items()}
    told = [("epoch", number(config.epoch(frame.step), lang, ".4g"))]
    told += [(name, number(values[name], lang, spec)) for name, spec in SHEET.items() if name in values]
    named = [(text(f"sheet.number.{name}", lang), value) for name, value in told]
    return Findings(
        enlarged(frame), text("sheet.page.images", lang, step=frame.step), said["title"], said["sentence"], named
    )


def enlarged(frame: DigitsFrame) -> bytes:
    """All images of a frame at twice their size, as a PNG."""
    picture, file = Image.fromarray(tiled(frame.sheet)), io.BytesIO()
    picture.resize((2 * picture.width, 2 * picture.height), Image.Resampling.NEAREST).save(file, "PNG")
    return file.getvalue()


def scores(frame: DigitsFrame) -> dict[str, float]:
    """The finite numbers of a frame that a lab sheet has."""
    values = {**frame.metrics, "d_loss": float(frame.d_loss[0]), "g_loss": float(frame.g_loss[0])}
    return {name: value for name, value in values.items() if name in SHEET and math.isfinite(value)}


SHEET = {"digits_covered": "", "accepted": ".0%", "digit_tv": ".2f", "fid": ".1f", "d_loss": ".2f", "g_loss": ".2f"}
"""The numbers of a lab sheet, in order, and how they are written."""
ROW, FEW = 6, 5
"""Images in a row of the first picture, and of a thumbnail."""
VIEW = View(
    read=read,
    table=table,
    pair=pair,
    files=(page_button, numbers_button, settings_button, script_button),
    played=webpage.played,
    room=2_000_000,
    lamps=lamps,
    thumbnail=thumbnail,
    findings=findings,
    first=first,
)
