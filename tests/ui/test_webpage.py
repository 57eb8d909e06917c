"""A run as one html file: what stands in it is what the app shows, nothing in it can act, and it is small."""

import base64
import math
import re
import shutil
import zlib
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest
from webpages import Page, opened, shipped

from ganlab.data.plane import DATASETS
from ganlab.digits import diagnosis as digits_diagnosis
from ganlab.digits import frame as digits_frame
from ganlab.plane import diagnosis, frame
from ganlab.plane.config import PlaneConfig
from ganlab.ui.arena import charts, playback
from ganlab.ui.arena.view import VIEW
from ganlab.ui.digits import playback as digits_playback
from ganlab.ui.players import webpage
from ganlab.ui.players.player import PLAYERS
from ganlab.ui.run.view import Told
from ganlab.ui.text import LANGUAGES, text
from ganlab.ui.webpage.page import NoPage, brief, page, thinned
from scripts import bundle

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)> {{ 7 * 7 }} \u2028"


def hashed(said):
    return f"'sha256-{base64.b64encode(sha256(said.encode()).digest()).decode()}'"


def upto(frames, step):
    return [one for one in frames if one.step <= step]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_has_the_frames_verdicts_and_curves_of_the_app(lang):
    ring = shipped("ring")
    found, config = Page(page([ring], "es")), ring.config
    head, rest = found.message(lang)
    assert rest.endswith(b"".join(ring.frames.values()))
    assert head["known"] == [step for step, _ in head["frames"]] == sorted(ring.frames)
    read = [frame.unpack(blob, DATASETS["ring"].extent) for blob in ring.frames.values()]
    said = {str(one.step): diagnosis.verdict(upto(read, one.step), config) for one in read}
    assert head["verdicts"] == {step: playback.describe(verdict, lang) for step, verdict in said.items()}
    assert head["text"] == playback.captions(config, lang)
    (chart,) = found.book["languages"][lang]["charts"]
    drawn = charts.curves(ring.frames)
    assert chart["steps"] == [*ring.frames]
    for scalar, values in chart["values"].items():
        assert np.allclose(np.array(values, float), drawn[scalar], rtol=1e-4, equal_nan=True), scalar
    assert chart["alt"] == charts.alt(drawn, config, lang)
    assert text("preset.name.ring", lang) == found.book["languages"][lang]["words"]["title"]


def test_two_runs_stand_side_by_side_each_with_its_own():
    broken, fixed = shipped("no_cure.broken", names={"en": "A", "es": "B"}), shipped("no_cure.fixed")
    found = Page(page([broken, fixed]))
    assert found.book["component"] == "duel"
    head, rest = found.message("en")
    assert head["titles"][0] == "A"
    assert found.message("es")[0]["titles"][0] == "B"
    for size, run in zip(head["sizes"], (broken, fixed), strict=True):
        inner, frames = opened(rest[:size])
        rest = rest[size:]
        assert inner["run"] == run.config.key()
        assert frames.endswith(b"".join(run.frames.values()))
        assert len(inner["verdicts"]) == len(run.frames)
    assert [chart["title"] for chart in found.book["languages"]["en"]["charts"]] == head["titles"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_digits_have_their_images_and_every_evaluation(lang):
    run = shipped("digits_dense")
    head, rest = Page(page([run], lang)).message(lang)
    (shown,) = head["runs"]
    assert rest == b"".join(run.frames.values())
    read = [digits_frame.unpack(blob, with_sheet=False) for blob in run.frames.values()]
    judged = [one.step for one in read if one.metrics]
    assert [int(step) for step in shown["verdicts"]] == judged
    assert len(judged) > 5
    last = digits_playback.describe(digits_diagnosis.verdict(read, run.config), lang)
    assert last.items() <= shown["verdicts"][str(judged[-1])].items()


@pytest.mark.whole
def test_a_page_is_small_and_says_everything_in_both_languages():
    for name, most in (("ring", 1_500_000), ("one_dimension", 1_500_000), ("digits_dense", 3_000_000)):
        source = page([shipped(name)])
        assert len(source.encode()) <= most, name
        book = Page(source).book
        assert {*book["languages"]} == {*LANGUAGES}
        asked = set(re.findall(r'data-say="(\w+)"', source)) | {"theme"}
        for told in book["languages"].values():
            assert {*told["words"]} == asked
            assert all(told["words"].values())


def test_a_long_run_keeps_as_many_frames_as_fit():
    ring = shipped("ring")
    blobs = list(ring.frames.values())
    long = replace(ring, frames={step: blobs[step % 26] for step in range(400)})
    assert thinned(long, 10**9).kept == [*range(400)]
    kept = thinned(long, 800_000).kept
    assert (kept[0], kept[-1]) == (0, 399)
    assert 100 < len(kept) < 200
    assert sum(len(zlib.compress(long.frames[step])) for step in kept) <= 800_000
    assert thinned(long, 1).kept == [0, 399]


def test_the_policy_allows_this_script_and_these_styles_and_nothing_else():
    found = Page(page([shipped("ring")]))
    (policy,) = [facts["content"] for tag, facts in found.tags if facts.get("http-equiv") == "Content-Security-Policy"]
    rules = {name: values for name, *values in map(str.split, policy.split(";"))}
    active = [(tag, "".join(said)) for tag, facts, said in found.blocks if "type" not in facts]
    for kind, rule in (("script", "script-src"), ("style", "style-src")):
        assert rules.pop(rule) == [hashed(said) for tag, said in active if tag == kind]
    assert rules == {name: ["'none'"] for name in ("default-src", "base-uri", "form-action")}
    assert [len([1 for tag, _ in active if tag == kind]) for kind in ("script", "style")] == [1, 2]
    handlers = [name for _, facts in found.tags for name in facts if name.startswith("on") or name in ("style", "src")]
    assert handlers == []
    addresses = {address for address in re.findall(r"https?://[\w./]+", found.source)}
    assert addresses == {"http://www.w3.org/2000/svg"}, "names a format; nothing is loaded"


@pytest.mark.whole
def test_a_hostile_name_stays_text():
    names = dict.fromkeys(LANGUAGES, HOSTILE)
    source = page([shipped("ring")], names=names)
    plain = page([shipped("ring")])
    assert [tag for tag, _ in Page(source).tags] == [tag for tag, _ in Page(plain).tags]
    assert Page(source).book["languages"]["es"]["words"]["title"] == HOSTILE
    assert HOSTILE in Page(source).said
    beside = page([replace(shipped(name), names=names) for name in ("rates.broken", "too_much_d.fixed")])
    assert [tag for tag, _ in Page(beside).tags].count("script") == 3
    assert Page(beside).message("en")[0]["titles"] == [HOSTILE, HOSTILE]


def test_what_has_no_frames_or_no_player_has_no_page(monkeypatch):
    with pytest.raises(NoPage, match="kind=plane: expected a run that is trained"):
        page([Told(PlaneConfig(), {})])
    monkeypatch.setattr("ganlab.ui.arena.view.VIEW", replace(VIEW, played=None))
    with pytest.raises(NoPage):
        page([shipped("ring")])


def test_a_run_of_ones_own_says_what_differs_and_which_network_it_is():
    ring = shipped("ring_seeds")
    own = replace(ring, config=ring.config.replace(seed=5), member=2)
    told = Page(page([own])).book["languages"]
    assert "3" in told["en"]["words"]["title"]
    assert "16" in told["en"]["words"]["title"]
    assert text("field.short.seed", "en") in told["en"]["words"]["about"]
    assert text("field.short.seed", "es") in told["es"]["words"]["about"]


def test_numbers_are_written_briefly():
    values = (1 / 3, np.float32(12345678), math.nan, "js", 0)
    assert [brief(value) for value in values] == [0.33333, 12346000.0, None, "js", 0.0]


def test_flow_matching_has_a_page_without_a_d():
    flow = shipped("flow_ring")
    found = Page(page([flow]))
    head, rest = found.message("es")
    assert rest.endswith(b"".join(flow.frames.values()))
    assert "d_accuracy" not in head["scalars"]
    assert head["verdicts"][str(max(flow.frames))]["title"] == text(
        "beside.verdict.covered", "es", what=text("beside.what.modes", "es")
    )
    assert text("beside.caption.paths", "es") == head["text"]["caption_grid"]
    with pytest.raises(NoPage, match="kind=flow: expected one run"):
        page([flow, flow])


# What is built


def test_the_built_files_are_of_todays_sources():
    for file in bundle.PARTS:
        assert webpage.built(file).startswith(bundle.stamp()), "python -m ganlab bundle"
    assert {file for folder in (webpage.BUILT, PLAYERS.built) for file in folder.iterdir()} == {*bundle.PARTS}
    assert "</" not in webpage.built(webpage.BUILT / "host.js").replace("</g", "")


def test_the_player_and_the_strip_of_seeds_share_the_moment_that_is_shown():
    """One module, though the player's other files are joined: each copy would have a moment of its own."""
    assert 'from"../moment.js"' in webpage.built(PLAYERS.built / "player.js")


@pytest.mark.skipif(not (bundle.ESBUILD.exists() and shutil.which("node")), reason="npm ci installs esbuild")
def test_building_them_again_gives_the_same(capsys):
    assert bundle.main(["--check"]) == 0, capsys.readouterr().out
