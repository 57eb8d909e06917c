"""A walk as an animated GIF that plays forward and backward."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from ganlab.latent.walks import COLUMNS, Scene, Strip

ZOOM = 6
"""Pixels of the GIF per pixel of a digit."""
SIDE = 360
"""Pixels of the plane."""
PAUSE = 50
"""Milliseconds of a frame: 20 a second."""
INK = {"ground": (247, 247, 247), "real": (27, 120, 55), "fake": (194, 165, 207), "path": (33, 102, 172)}
"""The light palette's colours."""


def gif(strip: Strip, scene: Scene | None = None) -> bytes:
    """The GIF of a walk: enlarged digits, or a point moving on the plane."""
    frames = on_plane(strip.points, scene) if scene else digits(strip.sheet, len(strip.norms))
    whole = [*frames, *frames[-2:0:-1]] or frames
    file = io.BytesIO()
    whole[0].save(file, "GIF", save_all=True, append_images=whole[1:], duration=PAUSE, loop=0, optimize=False)
    return file.getvalue()


def digits(sheet: bytes, count: int) -> list[Image.Image]:
    """The images of a sheet, enlarged."""
    picture = np.asarray(Image.open(io.BytesIO(sheet)))
    rows = picture.shape[0] // 28
    tiles = picture.reshape(rows, 28, COLUMNS, 28).swapaxes(1, 2).reshape(-1, 28, 28)[:count]
    return [Image.fromarray(tile).resize((28 * ZOOM, 28 * ZOOM), Image.Resampling.NEAREST) for tile in tiles]


def on_plane(points: Sequence[Sequence[float]], scene: Scene) -> list[Image.Image]:
    """The plane with the line of the walk and the point at each frame."""
    ground = Image.new("RGB", (SIDE, SIDE), INK["ground"])
    pen, positions = ImageDraw.Draw(ground), [position(point, scene.extent) for point in points]
    for x, y in (position(point, scene.extent) for point in scene.fake):
        pen.ellipse((x - 2, y - 2, x + 2, y + 2), fill=INK["fake"])
    for x, y in (position(point, scene.extent) for point in scene.real):
        pen.ellipse((x - 2, y - 2, x + 2, y + 2), outline=INK["real"])
    pen.line(positions, fill=INK["path"], width=2)
    return [marked(ground, *spot) for spot in positions]


def position(point: Sequence[float], extent: float) -> tuple[float, float]:
    """Pixel coordinates of a point of the plane."""
    x, y = point
    return (x / extent + 1) / 2 * SIDE, (1 - y / extent) / 2 * SIDE


def marked(ground: Image.Image, x: float, y: float) -> Image.Image:
    """The picture with a disc."""
    picture = ground.copy()
    ImageDraw.Draw(picture).ellipse((x - 7, y - 7, x + 7, y + 7), fill=INK["path"], outline=(255, 255, 255), width=2)
    return picture.quantize(32)
