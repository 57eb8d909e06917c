"""Visits to the pages by AppTest, for the tests of every page; no worker is started."""

from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.caching.cache_resource_api import clear_session_cache
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import AppTest, app_test, local_script_runner
from waiting import GUARD

from ganlab.host import machine
from ganlab.kind.config import RunConfig
from ganlab.kinds import KINDS
from ganlab.service.runs import Runs
from ganlab.store import packing, recording
from ganlab.ui.run import film, server, share, training
from ganlab.ui.run.experiment import Experiment
from ganlab.ui.text import LANGUAGES, text

manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
"""A server looks once for packages that bring components, an AppTest at every run: that is half of its time."""
COMPILED = ScriptCache()
app_test.ScriptCache = local_script_runner.ScriptCache = lambda: COMPILED
"""A server compiles a page once, an AppTest at every run."""
HERE = cache(machine.found)
"""The machine stays the same: each service that is made would read its control groups again."""
SESSION = "test session id"
"""That of every AppTest."""
ROUTER = Path(__file__).parents[2] / "streamlit_app.py"


@pytest.fixture(autouse=True)
def quiet_server(monkeypatch, tmp_path):
    """A run service of the test's own that never starts a worker."""
    made, make = [], Runs.__init__

    def noted(service, *args, **options):
        made.append(service)
        make(service, *args, **options)

    monkeypatch.setattr(Runs, "__init__", noted)
    monkeypatch.setattr(Runs, "_start", lambda *_: None)
    monkeypatch.setattr(machine, "found", HERE)
    monkeypatch.setattr(training, "HEAD_START", 0)
    monkeypatch.setattr(film, "HEAD_START", 0)
    monkeypatch.setattr(packing, "PRESET", 0)
    monkeypatch.setattr(server, "RECORDED", tmp_path / "recorded")
    server.RECORDED.mkdir()
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    clear_session_cache(SESSION)  # who leaves tells the service, which would else be made again for that
    st.cache_resource.clear()
    for service in made:  # a test without a visit has none
        service.close()


@lru_cache(32)
def trained(config: RunConfig) -> list[tuple[int, int, bytes]]:
    """The frames of a run, computed once for all tests of a process."""
    engine = import_module(KINDS[config.kind].engine)
    packed = ((frame.step, engine.encode(config, frame)) for frame in engine.train(config))
    return [(step, member, blob) for step, blobs in packed for member, blob in enumerate(blobs)]


def record(config: RunConfig, seconds: float = 0.0, device: str = "cpu") -> None:
    """Ships a run with the product."""
    facts = {
        "key": config.key(),
        "config": config.to_json(),
        "step": config.steps,
        "frames": trained(config),
    }
    computing = {"threads": 1, "precision": "highest", "steps_per_s": 100.0, "seconds": seconds, "device": device}
    whole = recording.Recording(config.engine, **facts, **computing, checkpoint=None)
    recording.write(whole, server.RECORDED / f"{config.key()}.zip")


def opened(script: str, link: dict[str, str] | None = None, lang: str = "en") -> AppTest:
    """A page opened by a link; its address is its script's name."""
    app = AppTest.from_file(str(ROUTER), default_timeout=GUARD)
    app.context = {"locale": "en-GB"}
    app.switch_page(script)
    for name, value in {"lang": lang, **(link or {})}.items():
        app.query_params[name] = value
    return sound(app.run())


def sound(app: AppTest) -> AppTest:
    """The same app, without an exception."""
    assert [error.message for error in app.exception] == []
    return app


def enter(app: AppTest, key: str, value, typed: bool = False) -> AppTest:
    """The app after a visitor has set a widget, or typed what its menu does not offer."""
    widget = app.get_by_key(key)
    if typed:
        widget.options.append(value)
    widget.set_value(value).run()
    return sound(app)


def held(app: AppTest, place: Experiment):
    """The config that a place holds."""
    return app.session_state[place.name("config")]


def captions(app: AppTest) -> str:
    return "\n".join(caption.value for caption in app.caption)


def notice(link: dict[str, str], place: Experiment) -> str:
    """What the English page says of a link that it cannot use; in Spanish as many sentences, none of them the same."""
    config, _, _, notices = share.from_link(link, place)
    english, spanish = ([share.explain(said, config, lang) for said in notices] for lang in LANGUAGES)
    assert all(one != other for one, other in zip(english, spanish, strict=True))
    return "\n".join([text("notice.link.title", "en"), *(f"- {sentence}" for sentence in english)])
