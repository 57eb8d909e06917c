"""What a visitor takes along of a run and brings back: numbers, a film, a script, settings as files."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from ganlab.data.plane import DATASETS
from ganlab.digits import frame as digits_frame
from ganlab.export import script
from ganlab.export.settings import LARGEST, SettingsError, digits_csv, metrics_csv, read_settings
from ganlab.kind.config import RunConfig
from ganlab.links import at_hand
from ganlab.plane.config import PlaneConfig
from ganlab.plane.frame import Frame, spread, unpack
from ganlab.presets import nearest
from ganlab.ui import touched
from ganlab.ui.arena import gif, stage
from ganlab.ui.run import share
from ganlab.ui.run.experiment import Experiment
from ganlab.ui.run.server import service
from ganlab.ui.text import text

NEWS = "export.news"
"""What the last file of settings came to: the key of the run then shown, the sentences, whether it was refused."""


def export(place: Experiment, other: Experiment, lang: str) -> None:
    """The Export button and what unfolds from it; of two runs side by side it says which it takes."""
    config, member = place.config, place.member
    with st.popover(text("export.page.button", lang), icon=":material/download:", key=place.name("export")):
        st.markdown(f"**{text('export.page.title_beside' if other.is_open else 'export.page.title', lang)}**")
        with st.container(horizontal=True):
            numbers_button(place, config, member, lang)
            if config.kind == "plane":
                film_button(place, config, member, lang)
            settings_button(place, config, lang)
            if config.kind == "plane":
                script_button(place, config, member, lang)
        st.divider()
        bring(place, lang)


def stem(config: RunConfig, member: int = 0) -> str:
    """A file's name without its ending: the run's key, and the member where there are several."""
    several = isinstance(config, PlaneConfig) and config.members > 1
    return f"gan-arena-{config.key()}" + (f"-member-{member}" if several else "")


def button(place: Experiment, name: str, file: str, data: str | Callable[[], Any], lang: str, **look: Any) -> None:
    """One file to take along, made when it is asked for."""
    label, help = text(f"export.{name}.button", lang), text(f"export.{name}.help", lang)
    look = {"help": help, "icon": ICONS[name], "on_click": "ignore", "key": place.name(f"export.{name}")} | look
    st.download_button(label, data, file, MIME[name], **look)


# Of a run


def numbers_button(place: Experiment, config: RunConfig, member: int, lang: str) -> None:
    """The curves as a table."""
    make = partial(numbers, config, member)
    button(place, "numbers", f"{stem(config, member)}.csv", make, lang, disabled=not trained(config))


def film_button(place: Experiment, config: PlaneConfig, member: int, lang: str) -> None:
    """The run as an animated picture."""
    make = partial(film, config, member, lang)
    button(place, "film", f"{stem(config, member)}.gif", make, lang, disabled=not trained(config))


def settings_button(place: Experiment, config: RunConfig, lang: str) -> None:
    """The settings."""
    button(place, "settings_file", f"{stem(config)}.json", json.dumps(config.to_json(), indent=1), lang)


def script_button(place: Experiment, config: PlaneConfig, member: int, lang: str) -> None:
    """The run as a program, or why there is none."""
    said = unscripted(config, member, lang)
    make = partial(script.script, config, member)
    button(place, "program", f"{stem(config, member)}.py", make, lang, disabled=bool(said))
    if said:
        st.caption(said)


def unscripted(config: PlaneConfig, member: int, lang: str) -> str:
    """Why there is no script of a run; "" where there is one."""
    try:
        script.check(config, member)
        return ""
    except script.ScriptError as error:
        label = text(f"field.label.{error.field}", lang) if error.reason in ("not_covered", "unwritten") else ""
        return text(f"export.script.{error.reason}", lang, label=label)


def trained(config: RunConfig) -> bool:
    """Whether a run has frames."""
    return bool(service().tail(config.key()).steps())


def frames(config: PlaneConfig, member: int, most: int | None = None) -> list[Frame]:
    """A member's frames up to the run's target, all or at most so many."""
    blobs, extent = packed(config, member, most), DATASETS[config.dataset].extent
    return [unpack(blob, extent) for blob in blobs]


def packed(config: RunConfig, member: int, most: int | None = None) -> list[bytes]:
    """The same as the store has them."""
    tail = service().tail(config.key())
    steps = [step for step in tail.steps() if step <= config.steps]
    return list(tail.blobs(member, spread(steps, most) if most else steps).values())


def numbers(config: RunConfig, member: int) -> str:
    """The curves as CSV."""
    if isinstance(config, PlaneConfig):
        return metrics_csv(frames(config, member))
    return digits_csv(digits_frame.unpack(blob, with_sheet=False) for blob in packed(config, member))


def film(config: PlaneConfig, member: int, lang: str) -> bytes:
    """The run as a GIF."""
    extent, real = DATASETS[config.dataset].extent, stage.real(config.key(), config)
    shown, say = frames(config, member, gif.FRAMES), partial(words, config, lang)
    return gif.gif(shown, real, extent, stage.threshold(config), say)


def words(config: PlaneConfig, lang: str, frame: Frame) -> str:
    """What stands below a frame of the film."""
    modes = DATASETS[config.dataset].modes is not None
    found = frame.metrics["modes_covered" if modes else "cells_covered"][0]
    facts = {"step": frame.step, "n": int(found) if found == found else 0, "of": frame.shares.shape[1]}
    return text("export.film.modes" if modes else "export.film.cells", lang, **facts)


# Back again


def bring(place: Experiment, lang: str) -> None:
    """The place for a file of settings, and what became of the last one."""
    counter = place.name("export.files")
    key = place.name(f"export.file.{st.session_state.get(counter, 0)}")
    label, help = text("export.bring.label", lang), text("export.bring.help", lang, kb=LARGEST / 2**10)
    st.file_uploader(label, key=key, help=help, on_change=take, args=(place, key, counter, lang))
    shown, sentences, refused = st.session_state.get(place.name(NEWS), ("", [], False))
    if sentences and shown == place.config.key():
        (st.error if refused else st.success)("\n".join(sentences))


def take(place: Experiment, key: str, counter: str, lang: str) -> None:
    """Opens the settings of an uploaded file, or notes why not; then the place is free for the next."""
    touched()
    file = st.session_state.get(key)
    if file is None:
        return
    try:
        sentences, refused = opened(place, file.getvalue(), lang), False
    except SettingsError as error:
        sentences, refused = [text(f"export.settings.{error.reason}", lang, **error.facts)], True
    st.session_state[place.name(NEWS)] = (place.config.key(), sentences, refused)
    st.session_state[counter] = st.session_state.get(counter, 0) + 1


def opened(place: Experiment, blob: bytes, lang: str) -> list[str]:
    """Puts a file's settings on the page; what is to be said of them. Raises SettingsError."""
    config, notices = at_hand(*read_settings(blob))
    if config.kind != place.kind:
        raise SettingsError(f"only_{config.kind}")
    place.open(config, nearest(config))
    told = [share.notice(said, config, lang) for said in share.briefly(notices)]
    return [text("export.bring.done", lang), *(f"- {sentence}" for sentence in told)]


ICONS = {
    "numbers": ":material/table:",
    "film": ":material/gif_box:",
    "settings_file": ":material/data_object:",
    "program": ":material/code:",
}
MIME = {"numbers": "text/csv", "film": "image/gif", "settings_file": "application/json", "program": "text/x-python"}
"""By the file's name in the texts."""
