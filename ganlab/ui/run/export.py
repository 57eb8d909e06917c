"""What a visitor takes along of a run and brings back: numbers, a film, a script, settings as files."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.export import script
from ganlab.export.settings import LARGEST, SettingsError, read_settings
from ganlab.kind.config import RunConfig
from ganlab.links import at_hand
from ganlab.plane.frame import spread
from ganlab.presets import nearest
from ganlab.ui import touched
from ganlab.ui.run import share
from ganlab.ui.run.experiment import Experiment
from ganlab.ui.run.notices import uploads
from ganlab.ui.run.server import service
from ganlab.ui.run.view import view
from ganlab.ui.text import exists, text

TASK = ("task", "answer")
"""What a link has of a teacher's task."""
NEWS = "export.news"
"""What the last file of settings came to: the key of the run then shown, the sentences, whether it was refused."""


def export(experiment: Experiment, other: Experiment, lang: str) -> None:
    """The Export button and what unfolds from it; of two runs side by side it says which it takes."""
    config, member = experiment.config, experiment.member
    with st.popover(text("export.page.button", lang), icon=":material/download:", key=experiment.name("export")):
        st.markdown(f"**{text('export.page.title_beside' if other.is_open else 'export.page.title', lang)}**")
        sheet_link(experiment, lang)
        with st.container(horizontal=True):
            for file in view(experiment.kind).files:
                file(experiment, config, member, lang)
        st.divider()
        bring(experiment, lang)


def sheet_link(experiment: Experiment, lang: str) -> None:
    """The way to the lab sheet of a run, with the page's task if it has one."""
    if view(experiment.kind).findings is None:
        return
    task = {name: value for name, value in st.query_params.to_dict().items() if name in TASK}
    query = {"lang": lang, "page": experiment.words, **share.to_link(experiment), **task}
    label, help = text("sheet.page.open", lang), text("sheet.page.open_help", lang)
    st.page_link("pages/teach/sheet.py", label=label, help=help, icon=":material/lab_profile:", query_params=query)


def stem(config: RunConfig, member: int = 0) -> str:
    """A file's name without its ending: the run's key, and the member where there are several."""
    return f"gan-arena-{config.key()}" + (f"-member-{member}" if config.members > 1 else "")


def button(experiment: Experiment, name: str, file: str, data: str | Callable[[], Any], lang: str, **look: Any) -> None:
    """One file to take along, made when it is asked for."""
    label, help = text(f"export.{name}.button", lang), text(f"export.{name}.help", lang)
    look = {"help": help, "icon": ICONS[name], "on_click": "ignore", "key": experiment.name(f"export.{name}")} | look
    st.download_button(label, data, file, MIME[name], **look)


# Of a run


def numbers_button(experiment: Experiment, config: RunConfig, member: int, lang: str) -> None:
    """The curves as a table."""
    make = partial(numbers, config, member)
    button(experiment, "numbers", f"{stem(config, member)}.csv", make, lang, disabled=not trained(config))


def settings_button(experiment: Experiment, config: RunConfig, member: int, lang: str) -> None:
    """The settings."""
    button(experiment, "settings_file", f"{stem(config)}.json", json.dumps(config.to_json(), indent=1), lang)


def script_button(experiment: Experiment, config: RunConfig, member: int, lang: str) -> None:
    """The run as a program, and what it leaves to be written by hand."""
    make = partial(script.script, config, member)
    button(experiment, "program", f"{stem(config, member)}.py", make, lang)
    for sentence in left(config, lang):
        st.caption(sentence)


def left(config: RunConfig, lang: str) -> list[str]:
    """What the script of a run leaves to be written by hand, a sentence for each."""
    gaps = script.gaps(config)
    return [text(f"export.script.{gap.reason}", lang, label=text(f"field.label.{gap.field}", lang)) for gap in gaps]


def trained(config: RunConfig) -> bool:
    """Whether a run has frames."""
    return bool(service().frame_cache(config.key()).steps())


def packed(config: RunConfig, member: int, most: int | None = None) -> list[bytes]:
    """A member's frames up to the run's target as the store has them, all or at most so many."""
    cache = service().frame_cache(config.key())
    steps = [step for step in cache.steps() if step <= config.steps]
    return list(cache.blobs(member, spread(steps, most) if most else steps).values())


def numbers(config: RunConfig, member: int) -> str:
    """The curves as CSV."""
    return view(config.kind).table(config, packed(config, member))


# Back again


def bring(experiment: Experiment, lang: str) -> None:
    """The place for a file of settings, and what became of the last one."""
    counter = experiment.name("export.files")
    key = experiment.name(f"export.file.{st.session_state.get(counter, 0)}")
    label, help = text("export.bring.label", lang), text("export.bring.help", lang, kb=LARGEST / 2**10)
    ui.uploader(label, key=key, help=help, on_change=take, args=(experiment, key, counter, lang))
    shown, sentences, refused = st.session_state.get(experiment.name(NEWS), ("", [], False))
    if sentences and shown == experiment.config.key():
        (st.error if refused else st.success)("\n".join(sentences))


def take(experiment: Experiment, key: str, counter: str, lang: str) -> None:
    """Opens the settings of an uploaded file, or notes why not; then the place is free for the next."""
    touched()
    file = st.session_state.get(key)
    if file is None or not uploads.allowed():
        return
    try:
        sentences, refused = opened(experiment, file.getvalue(), lang), False
    except SettingsError as error:
        sentences, refused = [text(f"export.settings.{error.reason}", lang, **error.facts)], True
    st.session_state[experiment.name(NEWS)] = (experiment.config.key(), sentences, refused)
    st.session_state[counter] = st.session_state.get(counter, 0) + 1


def opened(experiment: Experiment, blob: bytes, lang: str) -> list[str]:
    """Puts a file's settings on the page; what is to be said of them. Raises SettingsError."""
    config, notices = at_hand(*read_settings(blob))
    if config.kind != experiment.kind:
        raise SettingsError(own if exists(f"export.settings.{(own := f'only_{config.kind}')}") else "only_other")
    experiment.open(config, nearest(config))
    explained = [share.explain(notice, config, lang) for notice in share.briefly(notices)]
    return [text("export.bring.done", lang), *(f"- {sentence}" for sentence in explained)]


ICONS = {
    "webpage": ":material/web:",
    "numbers": ":material/table:",
    "film": ":material/gif_box:",
    "settings_file": ":material/data_object:",
    "program": ":material/code:",
}
MIME = {
    "webpage": "text/html",
    "numbers": "text/csv",
    "film": "image/gif",
    "settings_file": "application/json",
    "program": "text/x-python",
}
"""By the file's name in the texts."""
