"""The player's message read back by an independent reader, its labels, and what travels on the wire."""

import itertools
import json
import re
import struct
from pathlib import Path
from string import Formatter
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from ganlab.plane import frame, line, snapshot
from ganlab.plane.config import PlaneConfig
from ganlab.ui.arena import arena, playback
from ganlab.ui.players import player
from ganlab.ui.players.player import duel
from ganlab.ui.text import text

SCRIPTS = "\n".join(path.read_text(encoding="utf-8") for path in sorted(player.WEB.glob("*.js")))
REAL = np.random.default_rng(0).uniform(-3, 3, (512, 2)).astype(np.float32)
OPTIMA = ("arena.line.optimal", "arena.line.optimal_smoothed", "arena.line.no_optimal")
FRAMES = {0: b"\0" * 40, 7: bytes(range(44)), 3: b"\3" * 4}


def built(**changes) -> bytes:
    given_ = dict(run="r", extent=3.0, real=REAL, known=[0, 3, 7], frames=FRAMES, text=player.labels("es"))
    return player.message(**(given_ | changes))


def read(data: bytes) -> tuple[dict, np.ndarray, dict[int, bytes]]:
    (size,) = struct.unpack_from("<I", data)
    head = json.loads(data[4 : 4 + size])
    at = 4 + size + 2048
    real = np.frombuffer(data[4 + size : at], "<i2").reshape(512, 2) / 32767 * 2 * head["extent"]
    if "noise" in head:
        z = np.frombuffer(data[at : at + 2048], "<i2").reshape(512, 2)
        head["noise"]["points"] = z / 32767 * 2 * head["noise"]["extent"]
        at += 2048
    frames = {}
    for step, length in head["frames"]:
        frames[step] = data[at : at + length]
        at += length
    assert at == len(data)
    return head, real, frames


def test_everything_comes_back():
    head, real, frames = read(
        built(threshold=None, verdicts={3: {"key": "collapse", "title": "¡Colapso!", "sentence": "…"}})
    )
    assert frames == FRAMES
    assert real == pytest.approx(REAL, abs=6 / 65534 + 1e-6)
    assert (head["run"], head["member"], head["known"], head["threshold"]) == ("r", 0, [0, 3, 7], None)
    assert head["verdicts"]["3"]["title"] == "¡Colapso!"
    assert head["text"] == player.labels("es")


@pytest.mark.whole
@given(run=st.text(max_size=9))
def test_what_follows_the_json_is_aligned(run):
    data = built(run=run)
    assert struct.unpack_from("<I", data)[0] % 4 == 0
    assert read(data)[0]["run"] == run


def test_numpy_steps_and_modes_are_written_as_plain_numbers():
    head, _, _ = read(built(known=np.array([0, 3, 7]), modes=np.eye(2, dtype=np.float32), std=0.1))
    assert head["known"] == [0, 3, 7]
    assert head["modes"] == [[1.0, 0.0], [0.0, 1.0]]


def test_real_points_of_another_number_are_refused():
    with pytest.raises(ValueError, match=r"expected \(512, 2\)"):
        built(real=REAL[:500])


def test_the_noise_travels_with_its_own_view():
    z = np.random.default_rng(1).normal(size=(512, 2)).astype(np.float32)
    head, real, frames = read(built(noise=z, axis=[-2.0, 0.0, 2.0]))
    assert head["noise"]["axis"] == [-2.0, 0.0, 2.0]
    assert 2.0 < head["noise"]["extent"] < 3.5
    assert head["noise"]["points"] == pytest.approx(z, abs=1e-3)
    assert real == pytest.approx(REAL, abs=6 / 65534 + 1e-6)
    assert frames == FRAMES
    assert "noise" not in read(built())[0]


@pytest.mark.parametrize("law", ["gaussian", "uniform"])
@pytest.mark.parametrize("dim", [1, 2, 5])
def test_the_player_shows_the_noise_that_frames_are_made_of(law, dim):
    config = PlaneConfig(noise=law, latent_dim=dim, seed=3)
    shown = playback.noise(config.key(), config)
    z = snapshot.fixed_points(config)[0].numpy()
    assert np.array_equal(shown["noise"][:, : min(2, dim)], z[:, :2])
    assert not shown["noise"][:, dim:].any()
    sides = [(u,) for u in shown["axis"]] if dim == 1 else list(itertools.product(shown["axis"], repeat=2))
    assert np.array_equal(sides, snapshot.latent_grid(config).numpy()[:, :2])


def test_what_a_browser_asks_is_heard_only_if_it_makes_sense(monkeypatch):
    known = SimpleNamespace(grow=lambda member, limit: [0, 1, 2, 40])
    monkeypatch.setattr(arena.playback, "film_of", lambda key, member, config: known)
    config = PlaneConfig(members=2)
    good = {"name": "slow", "run": config.key(), "member": 1, "step": 40}
    assert arena.sound(good, config, 1)
    bad = [
        {"name": "drop"},
        {"name": ["slow"]},
        {"run": "0"},
        {"member": 0},
        {"step": 39},
        {"step": "40"},
        {"step": True},
    ]
    bad += [{"step": 40.0}, {"step": None}, {"member": "1"}]
    for change in bad:
        assert not arena.sound(good | change, config, 1), change
    assert not arena.sound({}, config, 1)


def test_only_the_arenas_player_has_the_buttons_that_ask():
    assert read(built())[0]["asks"] == []
    assert read(built(asks=player.ASKS))[0]["asks"] == ["slow", "fork"]
    assert 'data-part="tools"' in player.PLAYERS.html("player.html")
    assert 'data-part="tools"' not in player.PLAYERS.html("digits.html")


def test_a_message_is_little_more_than_its_frames():
    assert len(built()) - sum(map(len, FRAMES.values())) < 2048 + 8000


def test_scalars_stand_in_the_order_of_the_packed_frame():
    (listed,) = re.findall(r"const SCALARS = \[(.*?)\]", SCRIPTS, re.DOTALL)
    names = tuple(re.findall(r'"(\w+)"', listed))
    assert names == frame.SCALARS[: len(names)]


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_both_languages_have_the_same_labels_and_placeholders():
    english, spanish = player.labels("en"), player.labels("es")
    assert english.keys() == spanish.keys()
    for key, sentence in english.items():
        assert placeholders(sentence) == placeholders(spanish[key]), key


def test_every_label_that_the_scripts_say_exists_and_none_is_idle():
    labels = set(player.labels("en"))
    ours = {"player", "viewer", "controls", "caption", "board", "scores", "film", "message", "canvas", "words"}
    ours |= {"overlay", "tools", "pipeline"}
    scripts = "\n".join((player.WEB / f"{name}.js").read_text(encoding="utf-8") for name in ours)
    said = set(re.findall(r'(?:\bsay|#say)\("(\w+)"', scripts))
    assert said <= labels | set(duel.duel_labels("en"))
    built_of_names = ("word_", "tool_", "tip_", "stop_", "key_")
    assert not {key for key in labels if f'"{key}"' not in scripts and not key.startswith(built_of_names)}


def test_every_button_and_every_stop_has_its_name_and_says_what_it_is():
    tools, pipeline = ((player.WEB / f"{name}.js").read_text(encoding="utf-8") for name in ("tools", "pipeline"))
    buttons = set(re.findall(r'^  (\w+): "M', tools, re.MULTILINE))
    lists = re.findall(r"^const (?:PICTURES|LOSSES|BACK) = \[(.*?)\]", pipeline, re.MULTILINE)
    stops = {f"stop_{name}" for name in re.findall(r'"(\w+)"', ",".join(lists))}
    assert buttons >= {"pipeline", "save", *player.ASKS}
    assert len(stops) == 10
    labels = set(player.labels("en"))
    assert {key for key in labels if key.startswith("tip_")} == {f"tip_{name}" for name in buttons | stops}
    assert {key for key in labels if key.startswith("tool_")} == {f"tool_{name}" for name in buttons}
    assert labels >= stops


def test_every_score_is_defined():
    defined = {key for key in player.labels("en") if key.startswith("define_")}
    scores = {"verdict", "d", "g", "modes", "cells", "valid", "mode_tv", "cells_covered", "js"}
    assert defined == {f"define_{name}" for name in scores}


def test_text_and_data_never_become_markup():
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", SCRIPTS)


def page() -> None:
    import numpy as np

    from ganlab.ui.players.player import labels, message, player

    data = message(run="r", extent=3.0, real=np.zeros((512, 2)), known=[], frames={}, text=labels("en"))
    player(data, key="p")


def test_the_page_sends_the_message_and_the_scripts_are_served():
    app = AppTest.from_function(page).run()
    assert not app.exception
    sent = app.get("bidi_component")[0].proto
    assert read(sent.bytes)[0]["run"] == "r"
    assert (sent.js_content, sent.css_content) == ("", "")
    assert (sent.js_source_path, sent.css_source_path) == ("built/player.js", "built/player.css")
    assert len(sent.html_content.encode()) < 4000
    assert not app.run().exception


def test_scripts_import_only_files_that_are_served():
    for name in re.findall(r'from "\./(.+?)"', SCRIPTS):
        assert (Path(player.WEB) / name).is_file(), name


def test_a_run_that_is_no_gan_names_its_numbers():
    (plain, *_), (own, *_) = read(built()), read(built(scalars=["loss", "js"]))
    assert own == plain | {"scalars": ["loss", "js"]}
    assert "scalars" not in plain


# Data on a line


def test_the_picture_of_a_line_has_the_data_and_the_axis_of_d():
    config = PlaneConfig(dataset="two_gaussians_1d", latent_dim=1)
    head, _, _ = read(built(**playback.line_of(config)))
    assert sum(head["line"]["p"]) * 6 / line.BINS == pytest.approx(1, abs=1e-3)
    assert head["line"]["scale"] == [0, 1]
    assert playback.line_of(config.replace(loss="wasserstein"))["line"]["scale"] is None
    assert playback.line_of(config.replace(edits=((5, "loss", "hinge"),)))["line"]["scale"] is None
    assert "line" not in read(built(**playback.line_of(PlaneConfig())))[0]
    assert np.array_equal(playback.scenery(config, 0, "en")["modes"], np.array([[-1.2, 0], [1.2, 0]], np.float32))


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_caption_of_a_line_says_what_is_drawn(lang):
    config = PlaneConfig(dataset="uniform_1d", latent_dim=1)

    def said(**changes):
        return playback.captions(config.replace(**changes), lang)

    cases = [{}, {"label_smoothing": 0.1}, {"loss": "hinge"}, {"edits": ((9, "loss", "wasserstein"),)}]
    ends = [next(k for k in OPTIMA if said(**case)["caption_belief"].endswith(text(k, lang))) for case in cases]
    assert ends == [OPTIMA[0], OPTIMA[1], OPTIMA[2], OPTIMA[2]]
    assert said()["caption_points"] != said(latent_dim=2)["caption_points"]
    assert said()["caption_grid"] != said(latent_dim=2)["caption_grid"]
    assert said()["caption_belief"] != said(packing=2)["caption_belief"]
    for key, sentence in playback.on_a_line(config, lang).items():
        names = {name for _, name, _, _ in Formatter().parse(sentence) if name}
        assert names <= {"real", "fake", "field", "grid", "modes"}, key
