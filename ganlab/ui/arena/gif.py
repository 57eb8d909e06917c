"""A run on the plane as an animated GIF: D's field, real and generated points, and the step and modes in words."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ganlab.plane.frame import Frame


class Drawn(Protocol):
    """What a picture needs of a frame of one member."""

    @property
    def field(self) -> np.ndarray:
        """D's output on the plane, (1, n, n)."""

    @property
    def fake(self) -> np.ndarray:
        """Generated points, (1, P, 2)."""


FRAMES = 60
"""Most frames of a GIF."""
SIDE = 360
"""Pixels of the plane. Below it, LINE more pixels for the text."""
LINE = 26
FINE = 2
"""Factor of supersampling, for smooth edges."""
PACE, LAST = 90, 2000
"""Milliseconds of a frame, and of the last frame."""
SHADES = 12
"""Shades of D's field on each side of undecided."""
STRONG, SURE = 0.5, 4.0
"""As in the player: the scale is at least 0.5, and a logit of 4 has full colour."""
INK = {"ground": (247, 247, 247), "real": (27, 120, 55), "fake": (123, 45, 142), "words": (51, 65, 85)}
SAYS_FAKE, UNDECIDED, SAYS_REAL = (194, 165, 207), (247, 247, 247), (166, 219, 160)
"""The light palette's colours."""


def gif(
    frames: Sequence[Frame],
    real: np.ndarray,
    extent: float,
    threshold: float | None,
    words: Callable[[Frame], str],
) -> bytes:
    """A GIF of one member. real: (n, 2). words: the text below a frame. Raises ValueError without frames.

    threshold: D's output at which it is undecided; None: each field is shown around its own median.
    """
    if not frames:
        raise ValueError("no frames")
    rings, colours = scattered(real, extent), palette()
    pictures = [scene(frame, rings, extent, threshold, words(frame), colours) for frame in frames]
    pace, file = [PACE] * (len(pictures) - 1) + [LAST], io.BytesIO()
    pictures[0].save(file, "GIF", save_all=True, append_images=pictures[1:], duration=pace, loop=0, optimize=False)
    return file.getvalue()


def scene(
    frame: Drawn, rings: Image.Image, extent: float, threshold: float | None, sentence: str, colours: Image.Image
) -> Image.Image:
    """One frame in the palette's colours."""
    whole = Image.new("RGB", (FINE * SIDE, FINE * (SIDE + LINE)), INK["ground"])
    whole.paste(ground(belief(frame.field[0], threshold)).resize((FINE * SIDE, FINE * SIDE)), (0, 0))
    whole.paste(INK["real"], (0, 0), rings)
    pen = ImageDraw.Draw(whole)
    for x, y in placed(frame.fake[0], extent):
        dot = (x - 5, y - 5, x + 5, y + 5)
        pen.ellipse(dot, fill=INK["fake"], outline=INK["ground"])
    pen.rectangle((0, FINE * SIDE, FINE * SIDE, FINE * (SIDE + LINE)), fill=INK["ground"])
    small = whole.reduce(FINE)
    ImageDraw.Draw(small).text((10, SIDE + 5), plain(sentence), INK["words"], ImageFont.load_default(14))
    return small.quantize(palette=colours, dither=Image.Dither.NONE)


def still(frame: Drawn, real: np.ndarray, extent: float, threshold: float | None, side: int = SIDE) -> bytes:
    """A frame as a PNG of at most SIDE pixels, without a line of text below it."""
    picture = scene(frame, scattered(real, extent), extent, threshold, "", palette()).crop((0, 0, SIDE, SIDE))
    if side < SIDE:
        picture = picture.convert("RGB").resize((side, side), Image.Resampling.LANCZOS).quantize(palette=palette())
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def belief(field: np.ndarray, threshold: float | None) -> np.ndarray:
    """D's output (n, n) on the player's colour scale, from -1 (certainly generated) to 1 (certainly real)."""
    value = np.nan_to_num(field - (np.median(field) if threshold is None else threshold))
    top = float(np.abs(value).max()) or 1.0
    full = top if threshold is None else min(max(top, STRONG), SURE)
    shade: np.ndarray = np.sign(value) * np.sqrt(np.minimum(1, np.abs(value) / full))
    return shade


def ground(belief: np.ndarray) -> Image.Image:
    """The picture of D's output (n, n) in its colours, highest y first."""
    smooth = Image.fromarray(belief[::-1].astype("f4")).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    level = np.rint(np.clip(np.asarray(smooth), -1, 1) * SHADES).astype(int) + SHADES
    return Image.fromarray(shades()[level])


def shades() -> np.ndarray:
    """The colours from surely generated to surely real, (2 SHADES + 1, 3) uint8."""
    up = np.linspace(0, 1, SHADES + 1)[:, None]
    to_fake, to_real = (np.array(UNDECIDED) * (1 - up) + np.array(end) * up for end in (SAYS_FAKE, SAYS_REAL))
    colours: np.ndarray = np.rint(np.concatenate([to_fake[:0:-1], to_real])).astype(np.uint8)
    return colours


def palette() -> Image.Image:
    """All colours of the picture, and mixtures at the edges of points."""
    plain = [tuple(colour) for colour in shades()]
    mixed = [
        tuple(round(a + (b - a) * part) for a, b in zip(INK[name], UNDECIDED, strict=True))
        for name in ("real", "fake", "words")
        for part in (0, 0.25, 0.5, 0.75)
    ]
    colours = [*plain, *mixed]
    picture = Image.new("P", (1, 1))
    picture.putpalette([channel for colour in colours for channel in colour])
    return picture


def scattered(points: np.ndarray, extent: float) -> Image.Image:
    """A mask of rings at the real points."""
    mask = Image.new("L", (FINE * SIDE, FINE * (SIDE + LINE)))
    pen = ImageDraw.Draw(mask)
    for x, y in placed(points, extent):
        pen.ellipse((x - 4, y - 4, x + 4, y + 4), outline=190, width=2)
    return mask


def placed(points: np.ndarray, extent: float) -> list[tuple[float, float]]:
    """Positions of the finite points (n, 2) in the enlarged picture."""
    finite = points[np.isfinite(points).all(-1)]
    spots = (finite * (1, -1) / extent + 1) / 2 * (FINE * SIDE)
    return [(float(x), float(y)) for x, y in np.clip(spots, -50, FINE * SIDE + 50)]


def plain(words: str) -> str:
    """Text with only the characters of the built-in font."""
    return words.replace("\u202f", " ").replace("−", "-")
