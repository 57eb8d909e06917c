"""The nearest training images of a generated image that the visitor picked."""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image

from ganlab.data.images import IMAGE_SETS, DataError, is_here
from ganlab.digits.config import DigitsConfig
from ganlab.digits.frame import ROWS, unpack
from ganlab.digits.metrics import ACCEPT
from ganlab.digits.neighbours import lookalikes
from ganlab.ui.component import told
from ganlab.ui.run.server import service
from ganlab.ui.text import text


def looked(key: str, configs: Sequence[DigitsConfig], lang: str) -> tuple[dict[str, Any] | None, bytes]:
    """The facts about the picked image, and its PNG strip; (None, b"") without a valid pick."""
    pick = told(key, "pick")
    config = next((config for config in configs if config.key() == pick.get("run")), None)
    step, cell = pick.get("step"), pick.get("cell")
    if config is None or type(step) is not int or type(cell) is not int or not 0 <= cell < ROWS**2:
        return None, b""
    set_name = IMAGE_SETS[config.dataset].name
    if not (found := closer(config.key(), step, cell, not set_name or is_here(set_name), config)):
        return None, b""
    facts, strip = found
    named = {"run": config.key(), "step": step, "cell": cell}
    return {**named, **facts, "sentence": opinion(facts, config, lang)}, strip


@st.cache_data(max_entries=256, show_spinner=False)
def closer(
    run: str, step: int, cell: int, data_here: bool, _config: DigitsConfig
) -> tuple[dict[str, Any], bytes] | None:
    """An image's nearest training images and the classifier's probabilities; None if the run has no such frame.

    It downloads nothing: without the training images on this machine, the list is empty.
    """
    if not (blob := service().frame_cache(run).blobs(0, [step]).get(step)):
        return None
    image = unpack(blob).sheet[cell]
    try:
        found = lookalikes(image, _config) if data_here else None
    except DataError:
        found = None
    if found is None:
        return {"near": [], "opinion": [], "typical": None}, side_by_side([image])
    pairs = zip(found.distances, found.labels, strict=True)
    near = [{"distance": round(float(distance), 3), "label": int(label)} for distance, label in pairs]
    facts = {"near": near, "opinion": [round(float(p), 4) for p in found.opinion], "typical": found.typical}
    return facts, side_by_side([image, *found.images])


def side_by_side(images: Iterable[np.ndarray]) -> bytes:
    """Images (28, 28) uint8 side by side, a PNG."""
    file = io.BytesIO()
    Image.fromarray(np.concatenate(list(images), axis=1)).save(file, "PNG")
    return file.getvalue()


def opinion(facts: Mapping[str, Any], config: DigitsConfig, lang: str) -> str:
    """Sentences with the classifier's digit and the distance of the nearest training image."""
    if not facts["near"]:
        return text("digits_stage.look.absent", lang)
    values: dict[str, Any] = {"distance": facts["near"][0]["distance"], "count": config.count}
    if not facts["opinion"]:
        return text("digits_stage.look.plain", lang, **values)
    p = max(facts["opinion"])
    values |= {"p": p, "digit": facts["opinion"].index(p)}
    sentences = [text(f"digits_stage.look.{'sure' if p >= ACCEPT else 'unsure'}", lang, **values)]
    if not facts["typical"]:
        return " ".join([*sentences, text("digits_stage.look.plain", lang, **values)])
    typical, least = facts["typical"]
    kind = "suspicious" if values["distance"] < least else "nearest"
    return " ".join([*sentences, text(f"digits_stage.look.{kind}", lang, typical=typical, **values)])
