"""Messages as Python writes them, and what they say, for the tests of the JavaScript.

`python -m tests.support.make_js_fixtures` writes the files. The frames are those of the kept store, so that
the messages are alike on every machine.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from ganlab.data import points
from ganlab.data.plane import DATASETS
from ganlab.digits import frame as digits_frame
from ganlab.gan.dirac import METHODS, flow_eigenvalues, round_eigenvalues, trajectory
from ganlab.plane import frame
from ganlab.store.runs import Store
from ganlab.ui.component import packed
from ganlab.ui.players import dirac, draw, player, seed_strip
from ganlab.ui.players.player import digits, duel

HOME = Path(__file__).parents[1] / "js" / "fixtures"
KEPT = Path(__file__).parents[1] / "keepsakes"
TEXT = {"decimal": ",", "step": "Paso"}
EXTENT = DATASETS["grid_3x3"].extent
STEPS = (12, 24)
MODES = 9
SOME = slice(None, None, 37)
"""Of the numbers of an array: enough to notice any other reading of it."""


def kept() -> tuple[dict[int, dict[int, bytes]], dict[int, bytes]]:
    """The frames of the kept store: on the plane by member and step, on digits by step."""
    plane_key, digits_key = (key for _, key in json.loads((KEPT / "links.json").read_text()).values())
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(KEPT / "store.zip") as file:
            file.extractall(folder)
        with Store(Path(folder) / "store") as store:
            return {member: store.frames(plane_key, member, STEPS) for member in (0, 1)}, store.frames(
                digits_key, 0, [2]
            )


def lattice(reach: float) -> np.ndarray:
    """512 points, (512, 2), whose coordinates are exact in binary."""
    along = np.arange(512)
    return np.stack([along % 32 / 16 - 1, along // 32 / 8 - 1], -1) * reach


def plane_message(frames: dict[int, bytes], run: str = "ring") -> bytes:
    """The arena's player: two frames, real points, noise."""
    real, noise = lattice(EXTENT), lattice(2.0)
    verdicts = {12: {"key": "collapse", "title": "¡Colapso!", "sentence": "…"}}
    given: dict[str, Any] = dict(real=real, known=[0, 5, *STEPS], frames=frames, text=TEXT, modes=real[:3], std=0.25)
    return player.message(run=run, extent=EXTENT, noise=noise, axis=[-2.0, 0.0, 2.0], verdicts=verdicts, **given)


def curves() -> np.ndarray:
    """D, p_g and the optimal D over four bins, exact in binary."""
    return np.array([[0.5, 0.25, 0.75, 1], [0, 1, 0.5, 0], [np.nan, 0.5, 0.25, 1]])


def line_message(blob: bytes) -> bytes:
    """Data on a line: a frame with curves."""
    facts: dict[str, Any] = dict(real=lattice(EXTENT), known=[24], text=TEXT, line={"p": [0, 1, 1, 0], "scale": None})
    return player.message(run="line", extent=EXTENT, frames={24: blob + curves().astype("<f4").tobytes()}, **facts)


def digits_message(frames: dict[int, bytes]) -> bytes:
    """Two runs on digits, one without frames, and the strip of a closer look, which need not be an image here."""
    facts: dict[str, Any] = dict(owed=[0.1] * 10, judge=True, compares=False, real={}, target=2, live=False)
    one = digits.Shown(run="one", name="A", known=[0, 2], epochs=[0.0, 0.5], frames=frames, **facts)
    other = digits.Shown(run="other", name="B", known=[], epochs=[], **facts)
    return digits.message([one, other], TEXT, strip=b"strip")


def seeds_message(frames: dict[int, dict[int, bytes]]) -> bytes:
    """The seed strip: two members at two moments."""
    records = {
        step: [seed_strip.record(frame.unpack(frames[m][step], EXTENT), "collapse", EXTENT) for m in (0, 1)]
        for step in STEPS
    }
    facts: dict[str, Any] = dict(shown=1, members=2, modes=MODES, real=lattice(EXTENT), live=False, lang="en")
    return shortened(seed_strip.message(run="ring", extent=EXTENT, records=records, **facts))


def shortened(message: bytes, **instead: Any) -> bytes:
    """A message with other labels: sentences may change, and the layout stays."""
    end = 4 + int.from_bytes(message[:4], "little")
    return packed(json.loads(message[4:end]) | {"text": TEXT} | instead, [message[end:]])


def belief(seen: frame.Frame) -> np.ndarray:
    """D's field as the picture shades it, -1 to 1: full colour from 4 in logits on, and never below a half."""
    field = seen.field[0].astype(float)
    full = np.clip(np.abs(field).max(), 0.5, 4)
    return np.sign(field) * np.sqrt(np.minimum(1, np.abs(field) / full))


def dirac_numbers(method: str) -> np.ndarray:
    """Of a method of the Dirac-GAN: the eigenvalues of a flow and a round, and every 37th number of a path."""
    strength = 0.6 if METHODS[method].strength else 0.0
    how: tuple[Any, ...] = (method, strength, 0.2, 3, True)
    values = (flow_eigenvalues(method, strength) or ()) + (round_eigenvalues(*how) or ())
    path = trajectory(method, (1.2, -0.7), strength, 0.2, 3, True, 60)
    together = trajectory(method, (0.4, 1.1), strength, 0.1, 1, False, 60)
    parts = [part for value in values for part in (value.real, value.imag)]
    return np.concatenate([parts, path.ravel()[SOME], together.ravel()[SOME]])


def fixtures() -> dict[str, bytes]:
    """Every message, by its file."""
    plane, images = kept()
    sides = [plane_message({24: plane[m][24]}, f"ring{m}") for m in (0, 1)]
    drawn = points.pack(lattice(2.0)[:64])
    return {
        "plane.bin": plane_message(plane[0]),
        "line.bin": line_message(plane[0][24]),
        "duel.bin": duel.message("both", sides, ["A", "B"], TEXT),
        "digits.bin": digits_message(images),
        "seeds.bin": seeds_message(plane),
        "dirac.bin": shortened(dirac.message(dict(method="r1"), "1", "en", {}), methods={}, updates={}),
        "draw.bin": shortened(draw.message("own", drawn, "en")),
    }


def expected() -> dict[str, list[float]]:
    """What Python reads in those messages, some numbers of each array; nan is -999."""
    plane, images = kept()
    seen = frame.unpack(plane[0][24], EXTENT)
    strip = [frame.unpack(plane[m][24], EXTENT) for m in (0, 1)]
    scalars = {name: getattr(seen, name) for name in ("d_loss", "g_loss", "d_accuracy", "fools")}
    facts = digits_frame.unpack(images[2], with_sheet=False)
    said = {
        "plane.real": lattice(EXTENT).ravel()[SOME],
        "plane.noise": lattice(2.0).ravel()[SOME],
        "plane.fake": seen.fake.ravel()[SOME],
        "plane.grid": seen.grid.ravel()[SOME],
        "plane.push": seen.push.ravel()[SOME],
        "plane.rise": seen.rise.ravel()[SOME],
        "plane.belief": belief(seen).ravel()[SOME],
        "line.curves": frame.unpack(plane[0][24] + curves().astype("<f4").tobytes(), EXTENT).curves.ravel(),
        "plane.shares": seen.shares.ravel(),
        "seeds.points": strip[1].fake[0, : seed_strip.POINTS].ravel()[SOME],
        "seeds.fill": np.clip(strip[1].shares.ravel() * MODES / 2, 0, 1),
        "seeds.lit": strip[1].shares.ravel() >= seed_strip.COVERED,
        "draw.points": points.unpack(points.pack(lattice(2.0)[:64])).ravel()[SOME],
        "digits.step": np.array([facts.step]),
    }
    said |= {f"dirac.{name}": dirac_numbers(name) for name in METHODS}
    said |= {f"plane.{name}": value for name, value in scalars.items()}
    return {name: np.nan_to_num(np.asarray(values, float), nan=-999).round(5).tolist() for name, values in said.items()}


if __name__ == "__main__":
    HOME.mkdir(parents=True, exist_ok=True)
    for name, content in fixtures().items():
        (HOME / name).write_bytes(content)
    (HOME / "expected.json").write_text(json.dumps(expected(), indent=1) + "\n")
