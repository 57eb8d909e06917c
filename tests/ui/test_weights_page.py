"""Weights on a page by AppTest: every bad upload has its sentence in both languages, a good one is shown and kept."""

import json

import pytest
from streamlit.testing.v1 import AppTest
from visits import quiet_server, sound  # noqa: F401
from waiting import GUARD

from ganlab.digits.config import DigitsConfig
from ganlab.digits.state import checkpoint, start
from ganlab.digits.train import update
from ganlab.digits.weights import MAX_BYTES, SHIPPED, code, decode, encode, shipped
from ganlab.store import checkpoints
from ganlab.ui.digits import weights as page
from ganlab.ui.run import server
from ganlab.ui.text import LANGUAGES, sentences, text
from tests.digits.test_weights import BAD, GOOD, SMALL, changed, made


def uploading(lang):
    """A page with nothing but the uploader."""
    import streamlit as st

    from ganlab.ui.digits import weights

    st.session_state.setdefault("lang", lang)
    st.session_state["found"] = weights.upload(lang, lambda config: st.session_state.update(opened=config))


def showing(lang):
    """A page with nothing but the generators that ship."""
    import streamlit as st

    from ganlab.ui.digits import weights

    weights.gallery(lang, lambda config: st.session_state.update(opened=config))


def taking(config, step):
    """A page with nothing but a run's files."""
    from ganlab.ui.digits import weights

    weights.downloads(config, step, "en")


def uploaded(*files, lang="en"):
    """The page after a visitor has put files, (name, bytes)."""
    app = AppTest.from_function(uploading, default_timeout=GUARD, args=(lang,)).run()
    app.file_uploader(key="w.file").set_value([(name, blob, "application/octet-stream") for name, blob in files])
    return sound(app.run())


OWN = {"config_of_the_plane": "kind"}
"""Files whose sentence says more than their reason."""


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", BAD)
def test_every_bad_file_has_its_sentence(name, lang):
    blob, reason = BAD[name]
    app = uploaded(("g.safetensors", blob), lang=lang)
    [error] = app.error
    start = text(f"weights.refusal.{OWN.get(name, reason)}", lang).split("{")[0]
    assert error.value.startswith(start)
    assert len(start) > 5
    assert "{" not in error.value
    assert app.session_state["found"] is None
    assert app.session_state["touched"] is True


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ([("a.safetensors", GOOD), ("b.safetensors", GOOD)], "files"),
        ([("a.safetensors", GOOD), ("b.json", b"{}"), ("c.JSON", b"{}")], "files"),
        ([("a.json", json.dumps(SMALL.to_json()).encode())], "only_config"),
        ([("a.safetensors", GOOD), ("a.json", b"{" * 100_000)], "config_unreadable"),
        ([("a.safetensors", GOOD), ("a.json", json.dumps(SMALL.replace(seed=1).to_json()).encode())], "two_configs"),
        ([("a.safetensors", b"\0" * (MAX_BYTES + 1))], "too_big"),
    ],
)
def test_what_does_not_go_together_has_its_sentence(files, reason):
    [error] = uploaded(*files).error
    assert error.value.startswith(text(f"weights.refusal.{reason}", "en").split("{")[0])


def test_every_reason_has_a_sentence_and_every_sentence_a_reason():
    reasons = {reason for _, reason in BAD.values()} | {"files", "only_config", "two_configs", "too_big"}
    said = {key.removeprefix("weights.refusal.") for key in sentences("en") if key.startswith("weights.refusal.")}
    assert said == reasons | set(OWN.values()) | {"gone", "storage"}


def test_a_refusal_shows_a_strangers_text_as_text():
    app = uploaded(("g.safetensors", changed(**{"<b>`x": made().net.params[0].half().contiguous()})))
    assert "`<b>'x`" in app.error[0].value


@pytest.mark.whole
def test_a_good_file_is_shown_judged_and_kept():
    app = uploaded(("g.safetensors", GOOD))
    assert not app.error
    name = app.session_state["found"]
    assert name == code(GOOD)
    assert encode(page.brought().load(name)) == GOOD
    assert page.brought().files.folder.is_relative_to(server.service().store.path)
    assert name in app.success[0].value
    assert page.picture(name).startswith(b"\x89PNG")
    assert "digits covered" in "\n".join(words.value for words in app.markdown)
    del app.session_state["touched"]
    app.button(key=f"w.further.{name}").click().run()
    assert sound(app).session_state["opened"] == SMALL.replace(g_from=name)
    assert app.session_state["touched"] is True, "the link that comes along is older than what was opened"


@pytest.mark.whole
def test_the_settings_may_come_beside_the_weights():
    beside = json.dumps(SMALL.to_json()).encode()
    app = uploaded(("g.safetensors", changed(config="")), ("g.json", beside))
    assert not app.error
    assert app.session_state["found"] == code(GOOD)


def test_garments_are_not_judged_as_digits():
    blob = encode(made(SMALL.replace(dataset="fashion_mnist")))
    app = uploaded(("g.safetensors", blob))
    assert text("weights.upload.unjudged", "en") in [words.value for words in app.markdown]


@pytest.mark.whole
def test_an_upload_that_has_gone_says_so():
    app = uploaded(("g.safetensors", GOOD))
    page.brought().files.path(code(GOOD)).unlink()
    assert sound(app.run()).error[0].value == text("weights.refusal.gone", "en")
    assert app.session_state["found"] is None


@pytest.mark.whole
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_gallery_shows_all_that_ships(lang):
    app = sound(AppTest.from_function(showing, default_timeout=GUARD, args=(lang,)).run())
    names = [button.key.removeprefix("w.further.") for button in app.button]
    assert names == list(SHIPPED)
    assert len(app.dataframe[0].value) == len(SHIPPED)
    app.button(key="w.further.light_16").click().run()
    opened = sound(app).session_state["opened"]
    assert isinstance(opened, DigitsConfig)
    assert (opened.g_from, opened.dataset, opened.latent_dim) == ("light_16", "mnist_5k", 16)
    assert opened.replace(g_from="none", dataset="mnist", steps=1) == shipped("light_16").config.replace(steps=1)


def test_a_runs_files_are_those_of_its_newest_checkpoint_up_to_the_shown_step():
    config = SMALL.replace(steps=20)
    state, kept = start(config), server.service().store.checkpoints
    while state.step < 5:
        update(state)
    kept.save(config.key(), 5, checkpoints.encode(config.key(), 5, checkpoint(state)))
    early = sound(AppTest.from_function(taking, args=(config, 4)).run())
    assert not early.get("download_button")
    assert early.caption[0].value == text("weights.download.none", "en")
    app = sound(AppTest.from_function(taking, args=(config, 9)).run())
    assert [button.key for button in app.get("download_button")] == ["w.weights", "w.config"]
    blob = page.weights_file(kept, config, 5)
    assert decode(blob).config == config.replace(steps=5)
    assert encode(decode(blob)) == blob
