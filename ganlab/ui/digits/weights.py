"""Generators as files on a page: the ones that ship, a run's own to take along, one that a visitor brings."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from ganlab import ui
from ganlab.data.images import IMAGE_SETS
from ganlab.digits.config import DigitsConfig
from ganlab.digits.frame import ROWS, png, tiled
from ganlab.digits.metrics import measure
from ganlab.digits.pretrained import PRETRAINED
from ganlab.digits.reference import fid_floor
from ganlab.digits.snapshot import to_bytes
from ganlab.digits.uploads import Uploads
from ganlab.digits.weights import (
    MAX_BYTES,
    MAX_CONFIG,
    Generator,
    WeightsError,
    encode,
    from_upload,
    of_run,
    shipped,
    table,
)
from ganlab.kinds import KINDS
from ganlab.store.checkpoints import Checkpoints
from ganlab.ui import code, touched
from ganlab.ui.run.controls import reason
from ganlab.ui.run.notices import uploads
from ganlab.ui.run.server import say_what_is_erased, service
from ganlab.ui.text import exists, text

SEEN = "w.seen"
"""Where the session keeps which files it has judged, and what came of them: a code or a WeightsError."""
JUDGED = 1000
"""Samples of an uploaded generator that the judge is shown."""
EPOCHS = 5
"""Passes over the images that ship, when a generator that ships is trained further."""
Further = Callable[[DigitsConfig], None]
"""Opens a config on the page; called inside a button's callback."""


# A run's own


def downloads(config: DigitsConfig, step: int, lang: str) -> None:
    """The generator of the newest checkpoint at or before the shown step, and its config, to take along."""
    kept = service().store.checkpoints
    found = next((there for there in kept.steps(config.key()) if there <= step), None)
    if found is None:
        st.caption(text("weights.download.none", lang))
        return
    name = f"gan-arena-{config.key()}-{found}"
    say = partial(text, lang=lang, step=found)
    button = partial(st.download_button, icon=":material/download:", on_click="ignore")
    with st.container(horizontal=True):
        look: dict[str, Any] = {"help": say("weights.download.weights_help"), "mime": "application/octet-stream"}
        blob = partial(weights_file, kept, config, found)
        button(say("weights.download.weights"), blob, f"{name}.safetensors", key="w.weights", **look)
        look = {"help": say("weights.download.config_help"), "mime": "application/json"}
        settings = json.dumps(config.replace(steps=max(1, found)).to_json(), indent=1)
        button(say("weights.download.config"), settings, f"{name}.json", key="w.config", **look)


def weights_file(kept: Checkpoints, config: DigitsConfig, step: int) -> bytes:
    """The file's bytes, made when it is asked for. Raises WeightsError where the checkpoint has gone meanwhile."""
    return encode(of_run(kept, config, step))


# The ones that ship


def gallery(lang: str, further: Further) -> None:
    """The generators that ship: what they make, what the judge says, and a button that trains them further."""
    st.markdown(text("weights.gallery.lead", lang))
    rows = table()
    with st.container(horizontal=True, key="w.gallery"):
        for row in rows:
            with st.container(width=212, gap="small", key=f"w.card.{row['name']}"):
                card(row, lang, further)
    with st.expander(text("weights.gallery.table", lang)):
        st.dataframe(numbers(rows, lang), hide_index=True)
        st.caption(text("weights.gallery.note", lang, n=rows[0]["samples"], floor=fid_floor(rows[0]["samples"])))


def card(row: dict[str, Any], lang: str, further: Further) -> None:
    """One generator that ships."""
    name, label = row["name"], text(f"choice.g_from.{row['name']}", lang)
    st.markdown(f"**{label}**")
    st.image(picture(name), width="stretch", alt=text("weights.gallery.alt", lang, n=ROWS**2, name=label))
    st.caption(text(f"weights.about.{name}", lang))
    facts = {"covered": row["digits_covered"], "accepted": row["accepted"], "fid": row["fid"]}
    st.caption(text("weights.gallery.numbers", lang, **facts))
    config = onward(shipped(name), name).replace(dataset="mnist_5k").for_epochs(EPOCHS)
    further_button(name, config, text("weights.further.help_subset", lang), lang, further)


def numbers(rows: Sequence[dict[str, Any]], lang: str) -> list[dict[str, Any]]:
    """The measured table, in the visitor's words."""
    named = {text("weights.column.name", lang): lambda row: text(f"choice.g_from.{row['name']}", lang)}
    shown = named | {text(f"weights.column.{key}", lang): partial(rounded, key) for key in COLUMNS}
    return [{label: cell(row) for label, cell in shown.items()} for row in rows]


def rounded(key: str, row: dict[str, Any]) -> float:
    """A number of a row with as many decimals as mean something."""
    value: float = round(row[key], COLUMNS[key])
    return value


def onward(generator: Generator, source: str) -> DigitsConfig:
    """The generator's own config, but G goes on from its weights, and no edits."""
    return generator.config.replace(g_from=source, edits=())


def further_button(source: str, config: DigitsConfig, help: str, lang: str, further: Further) -> None:
    """Opens a config that goes on from these weights."""
    look: dict[str, Any] = {"icon": ":material/model_training:", "help": help}
    look |= {"key": f"w.further.{source}", "on_click": open_further, "args": (config, further)}
    st.button(text("weights.further.button", lang), **look)


def open_further(config: DigitsConfig, further: Further) -> None:
    """Hands the config to the page."""
    touched()
    further(config)


# One that a visitor brings


def upload(lang: str, further: Further) -> str | None:
    """Takes a visitor's file and shows what it makes, or says in one sentence why it cannot; the code of a good one."""
    files = ui.uploader(
        text("weights.upload.label", lang),
        accept_multiple_files=True,
        key="w.file",
        on_change=touched,
    )
    st.caption(text("weights.upload.help", lang, mb=MAX_BYTES / 1e6))
    say_what_is_erased(lang)
    if not files or not (seen(files) or uploads.allowed()):
        return None
    found = judged(files)
    try:
        if isinstance(found, WeightsError):
            raise found
        welcome(found, lang, further)
    except WeightsError as error:
        st.error(refusal(error, lang), icon=":material/block:")
        return None
    return found


def judged(files: Sequence[UploadedFile]) -> str | WeightsError:
    """The code that these files are kept under, or why they are not; they are read once."""
    if not seen(files):
        st.session_state[SEEN] = ([file.file_id for file in files], taken(files))
    found: str | WeightsError = st.session_state[SEEN][1]
    return found


def seen(files: Sequence[UploadedFile]) -> bool:
    """Whether these files were read before."""
    return bool(st.session_state.get(SEEN, (None, None))[0] == [file.file_id for file in files])


def taken(files: Sequence[UploadedFile]) -> str | WeightsError:
    """Reads the files and keeps the generator; its code, or why there is none."""
    configs = [file for file in files if file.name.lower().endswith(".json")]
    weights = [file for file in files if file not in configs]
    try:
        if len(weights) != 1 or len(configs) > 1:
            raise WeightsError("files" if weights else "only_config")
        if weights[0].size > MAX_BYTES:
            raise WeightsError("too_big", mb=weights[0].size / 1e6, most=MAX_BYTES / 1e6)
        if configs and configs[0].size > MAX_CONFIG:
            raise WeightsError("config_unreadable")
        generator = from_upload(weights[0].getvalue(), configs[0].getvalue() if configs else None)
        return brought().save(generator)
    except WeightsError as error:
        return error
    except OSError:
        return WeightsError("storage")


def welcome(name: str, lang: str, further: Further) -> None:
    """What an uploaded generator makes, and what the judge says. Raises WeightsError where it is here no more."""
    generator = brought().load(name)
    st.success(text("weights.upload.good", lang, code=name, **about(generator)))
    with st.container(horizontal=True):
        st.image(picture(name), width=336, alt=text("weights.gallery.alt", lang, n=ROWS**2, name=name))
        with st.container(width=320):
            st.markdown(verdict(name, lang))
            further_button(name, onward(generator, name), text("weights.further.help", lang), lang, further)


def verdict(name: str, lang: str) -> str:
    """The judge's numbers of an uploaded generator, where there is a judge for its images."""
    seen = impression(name)
    if seen is None:
        return text("weights.upload.unjudged", lang)
    facts = {key: seen[key] for key in ("digits_covered", "accepted", "digit_tv", "diversity")}
    return text("weights.upload.numbers", lang, n=JUDGED, **facts)


def about(generator: Generator) -> dict[str, Any]:
    """What an uploaded file is."""
    return {"architecture": generator.config.architecture, "latent_dim": generator.config.latent_dim}


def refusal(error: WeightsError, lang: str) -> str:
    """Why a file was not taken, as a sentence."""
    facts = {key: code(value) if isinstance(value, str) else value for key, value in error.facts.items()}
    if error.reason == "config":
        if error.facts["field"] == "kind" and error.facts["value"] in map(repr, KINDS):
            return text("weights.refusal.kind", lang)
        label = f"field.label.{error.facts['field']}"
        name = text(label, lang) if exists(label) else facts["field"]
        why = reason(error.facts["why"], error.facts["facts"], lang)
        return text("weights.refusal.config", lang, field=name, value=facts["value"], why=why)
    return text(f"weights.refusal.{error.reason}", lang, **facts)


# What generators make


def brought() -> Uploads:
    """The generators that visitors of this server brought."""
    return Uploads(service().store.path)


def generator_of(name: str) -> Generator:
    """A generator by the name that it ships under, or by its code. Raises WeightsError."""
    return shipped(name) if name in PRETRAINED else brought().load(name)


@st.cache_data(max_entries=64, show_spinner=False)
def picture(name: str) -> bytes:
    """ROWS² samples side by side, a PNG. Raises WeightsError."""
    generator = generator_of(name)
    return png(tiled(to_bytes(generator.sample(generator.draw(ROWS**2, "picture"))[:, None])))


@st.cache_data(max_entries=64, show_spinner=False)
def impression(name: str) -> dict[str, float] | None:
    """The judge's cheap numbers of samples; None where it does not know such images. Raises WeightsError."""
    generator = generator_of(name)
    data = IMAGE_SETS[generator.config.dataset]
    if not data.handwritten:
        return None
    images = generator.sample(generator.draw(JUDGED, "judged")).numpy()
    return measure(images, due=data.shares(generator.config.classes), dear=False)[0]


COLUMNS = {
    **{"epochs": 2, "cpu_s": 0, "digits_covered": 0, "digit_tv": 3, "accepted": 3, "fid": 1, "precision": 3},
    **{"recall": 3, "density": 3, "coverage": 3, "diversity": 2},
}
"""The measured table's numbers, and their decimals."""
