"""The entry point for Streamlit Community Cloud: the same app and pins; pages say what the host erases."""

import os
import runpy
import sys
import tomllib
from pathlib import Path

import pytest
from streamlit.web.server.app_discovery import discover_asgi_app
from visits import captions, opened, quiet_server  # noqa: F401

import streamlit_app
from ganlab.ui.text import text

CLOUD = Path(__file__).parents[2] / "cloud"


def test_the_requirements_are_those_of_the_product_and_an_index():
    lines = [line for line in (CLOUD / "requirements.txt").read_text().splitlines() if not line.startswith("#")]
    assert [line.split()[0] for line in lines] == ["--extra-index-url", "-r"]
    assert (CLOUD / lines[1].split()[1]).resolve() == CLOUD.parent / "requirements.txt"


def test_uv_takes_each_package_from_the_index_that_has_its_version():
    """By default uv finds an old jinja2 and numpy at PyTorch's index, and then no solution."""
    assert tomllib.loads((CLOUD.parent / "pyproject.toml").read_text())["tool"]["uv"]["index-strategy"] == (
        "unsafe-best-match"
    )


def test_the_entry_point_is_the_same_app_on_a_host_that_erases(monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(os, "environ", dict(os.environ))
    assert discover_asgi_app(CLOUD / "app.py").is_asgi_app
    ours, theirs = vars(streamlit_app.app), vars(runpy.run_path(str(CLOUD / "app.py"))["app"])
    same = ("_resolved_script_path", "_user_lifespan", "_user_middleware", "_user_routes")
    assert {name: theirs[name] for name in same} == {name: ours[name] for name in same}
    assert os.environ["GANLAB_EPHEMERAL"] == "on"


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_page_says_what_is_erased_only_where_it_is(lang, monkeypatch):
    sentence = text("notice.host.erases", lang)
    assert sentence not in captions(opened("pages/learn/glossary.py", lang=lang))
    monkeypatch.setenv("GANLAB_EPHEMERAL", "on")
    assert sentence in captions(opened("pages/learn/glossary.py", lang=lang))
