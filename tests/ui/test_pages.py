"""Every page through the router, in both languages, by AppTest; no worker is started."""

import dataclasses
import json
import re
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.testing.v1 import AppTest
from visits import ROUTER, captions, enter, held, notice, opened, quiet_server, record, sound  # noqa: F401
from waiting import GUARD, until

from ganlab import ui
from ganlab.game.verdict import Verdict
from ganlab.kind.fields import knobs
from ganlab.kinds import KINDS
from ganlab.links import differences, to_query
from ganlab.plane.config import PlaneConfig
from ganlab.plane.frame import spread
from ganlab.presets import PLANE_PRESETS, PRESETS, opening
from ganlab.ui.arena import playback
from ganlab.ui.lessons.lessons import LESSONS
from ganlab.ui.run import controls, experiment, server, share
from ganlab.ui.run.experiment import ARENA
from ganlab.ui.run.film import FEW
from ganlab.ui.run.share import from_link
from ganlab.ui.text import LANGUAGES, text

PAGE = "pages/lab/arena.py"
SMALL = PlaneConfig(g_width=4, d_width=4, batch_size=16, steps=12)


def arena(link: dict[str, str] | None = None, lang: str = "en") -> AppTest:
    """The arena opened by a link."""
    return opened(PAGE, link, lang)


def config(app: AppTest) -> PlaneConfig:
    return held(app, ARENA)


def widget_key(name: str) -> str:
    return controls.widget_key(ARENA, name)


def test_the_script_of_a_visit_is_not_taken_for_markup():
    """Streamlit leaves out a whole script that has what could be a tag, in a comment too."""
    assert not re.search(r"<[/!\w]", ui.SCRIPT)


@pytest.mark.parametrize(
    ("lang", "start", "battle"), [("en", "Two networks", "battle"), ("es", "Dos redes", "batalla")]
)
def test_every_page_in_both_languages(lang, start, battle):
    app = AppTest.from_file(str(ROUTER), default_timeout=GUARD)
    app.query_params["lang"] = lang
    assert start in sound(app.run()).title[0].value
    assert battle in arena(lang=lang).title[0].value


def test_the_browsers_language_is_the_default():
    app = AppTest.from_file(str(ROUTER), default_timeout=GUARD)
    app.context = {"locale": "es-AR"}
    assert "Dos redes" in sound(app.run()).title[0].value


def test_start_shows_the_run_that_ships(monkeypatch):
    monkeypatch.setitem(LESSONS, "roles", dataclasses.replace(LESSONS["roles"], runs=(SMALL,)))
    record(SMALL)
    app = sound(AppTest.from_file(str(ROUTER), default_timeout=GUARD).run())
    assert any(b'"view":{"at":0,"playing":true}' in found.proto.bytes for found in app.get("bidi_component"))


def test_the_arena_opens_on_the_preset_and_says_so_in_the_link():
    app = arena()
    assert config(app) == PRESETS[opening("plane")]
    assert app.query_params["a.preset"] == opening("plane")
    assert dict(app.query_params) == {"lang": "en", "a.preset": opening("plane")}
    assert "Not trained yet" in captions(app)


def test_a_link_survives_exactly():
    odd = PlaneConfig(g_lr=0.00037, gamma=0.123456789, batch_size=100, steps=777, seed=123456, d_steps=7, packing=2)
    app = arena(to_query(odd, "a.") | {"a.preset": "ring"})
    assert config(app) == odd
    assert config(sound(app.run())) == odd
    assert not app.warning
    assert config(arena(dict(app.query_params))) == odd


def test_a_written_link_holds_the_preset_and_what_differs_from_it():
    changed = PRESETS["ring_wgan_gp"].replace(regularizer="none", seed=3)  # one of them to the kind's default
    app = arena(to_query(changed, "a.") | {"a.preset": "ring_wgan_gp"})
    wanted = {"a.preset": "ring_wgan_gp", "a.regularizer": "none", "a.seed": "3", "lang": "en"}
    assert dict(app.query_params) == wanted
    assert config(arena(wanted)) == changed


def test_a_link_with_a_preset_alone_opens_it():
    assert config(arena({"a.preset": "ring_k50"})) == PRESETS["ring_k50"]
    assert config(arena({"a.preset": "ring_r1", "v": "1"})) == PlaneConfig()


def test_a_link_changes_its_preset_and_one_with_a_version_is_complete():
    by_hand = {"a.preset": "ring_r1", "a.seed": "5"}
    assert config(arena(by_hand)) == PRESETS["ring_r1"].replace(seed=5)
    assert config(arena(by_hand | {"v": "1"})) == PlaneConfig(seed=5)
    assert config(arena({"a.seed": "5"})) == PlaneConfig(seed=5)


def test_what_a_link_by_hand_gets_wrong_stays_the_presets():
    found, preset, _, notices = from_link({"a.preset": "grid_5x5", "a.gamma": "-1", "a.seed": "5", "a.x": "1"}, ARENA)
    assert (found, preset) == (PRESETS["grid_5x5"].replace(seed=5), "grid_5x5")
    assert [said.field for said in notices] == ["gamma", "x"]


@pytest.mark.parametrize("lang", ["en", "es"])
def test_many_bad_settings_are_told_in_four_lines(lang):
    bad = ["gamma", "g_lr", "d_lr", "seed", "loss", "packing", "nonsense", "steps", "members"]
    said = arena({f"a.{name}": "-1" for name in bad}, lang).warning[0].value
    assert said.count("\n- ") == 4
    assert "6" in said.rsplit("\n- ", 1)[1]
    assert "`nonsense`" in said
    assert arena({f"a.{name}": "-1" for name in bad[:4]}, lang).warning[0].value.count("\n- ") == 4


@pytest.mark.parametrize("n", [6, 9])
def test_many_chips_are_folded_away_and_still_undo(n):
    many = {
        name: CHANGES[name]
        for name in ("d_steps", "g_steps", "packing", "g_depth", "g_width", "d_depth", "d_width", "members", "seed")
    }
    names = list(many)[:n]
    app = arena(to_query(PlaneConfig(**{name: many[name] for name in names}), "a.") | {"a.preset": "ring"})
    assert [f"a.chip.{name}" for name in names] == [b.key for b in app.button if b.key.startswith("a.chip")]
    assert [fold.proto.popover.label for fold in app.get("popover")] == ["Share", "Export", "+3"][: 2 + (n > 6)]
    app.button(key=f"a.chip.{names[-1]}").click().run()
    assert config(sound(app)) == PlaneConfig(**{name: many[name] for name in names[:-1]})


@pytest.mark.parametrize(("url", "told"), [("http://localhost:8501/arena", True), ("https://gan.example/arena", False)])
def test_a_link_to_this_computer_says_so(monkeypatch, url, told):
    monkeypatch.setattr(share, "address", lambda query: url)
    app = arena()
    assert ["only on this computer" in warning.value for warning in app.warning] == [True] * told
    app.button(key="share.qr").click().run()
    assert ["only on this computer" in warning.value for warning in sound(app).warning] == [True, True] * told


def test_too_many_single_updates_are_refused_in_words():
    many = PlaneConfig(edits=tuple((step, "g_steps", step % 2) for step in range(100, 132)))
    app = arena(to_query(many, "a."))
    app.button(key="a.alone.d").click().run()
    assert sound(app).warning[0].value == "Too many single updates: undo the changes first."
    assert config(app) == many


@pytest.mark.parametrize(
    "link",
    [
        {"a.gamma": "-1"},
        {"a.gamma": "nan"},
        {"a.g_lr": "<script>alert(1)</script>"},
        {"a.loss": "`no`"},
        {"a.steps": "1e99"},
        {"a.nonsense": "1"},
        {"a.preset": "nothing"},
        {"a.member": "7"},
        {"a.member": "-1"},
        {"a.edits": "5:seed=1"},
        {"a.packing": "3"},
        {"a.batch_size": "1024", "a.d_steps": "100", "a.d_width": "128", "a.d_depth": "5", "a.members": "16"},
        {"v": "99", "a.loss": "hinge"},
    ],
)
def test_a_bad_link_gives_defaults_and_a_notice(link):
    app = arena(link)
    assert [warning.value for warning in app.warning] == [notice(link, ARENA)]


def test_a_notice_is_given_once():
    app = arena({"a.gamma": "-1"})
    assert app.warning
    assert not sound(app.run()).warning


def test_an_unknown_language_gives_a_notice():
    app = AppTest.from_file(str(ROUTER), default_timeout=GUARD)
    app.query_params["lang"] = "xx"
    assert "xx" in sound(app.run()).warning[0].value


def test_choosing_a_preset_writes_the_whole_config():
    app = arena({"a.preset": "ring_k50"})
    app.selectbox(key="a.w.preset").select("swiss_roll").run()
    assert config(sound(app)) == PRESETS["swiss_roll"]
    assert app.session_state[ARENA.name("preset")] == "swiss_roll"
    assert not [button for button in app.button if button.key.startswith("a.chip")]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_changed_preset_says_so_and_its_description_is_gone(lang):
    name, about = (text(f"preset.{part}.ring_k50", lang) for part in ("name", "about"))
    changed = text("run.preset.changed", lang, name=name)
    whole, other = (arena({"a.preset": "ring_k50"} | more, lang) for more in ({}, {"a.d_steps": "1"}))
    read = [re.sub("<[^>]*>", "", " ".join(one.value for one in app.caption)) for app in (whole, other)]
    assert [[line in said for line in (about, changed)] for said in read] == [[True, False], [False, True]]


def test_a_chip_undoes_its_own_field_only():
    app = arena(to_query(PlaneConfig(regularizer="r1", gamma=0.2, seed=3), "a.") | {"a.preset": "ring_r1"})
    assert {b.key for b in app.button if b.key.startswith("a.chip")} == {"a.chip.gamma", "a.chip.seed"}
    app.button(key="a.chip.gamma").click().run()
    assert config(sound(app)) == PlaneConfig(regularizer="r1", seed=3)
    app.selectbox(key="a.w.loss").select("hinge").run()
    app.button(key="a.undo_all").click().run()
    assert config(sound(app)) == PRESETS["ring_r1"]


CHANGES = {
    **{name: spec.choices[1] for name, spec in knobs(PlaneConfig).items() if spec.choices},
    **dict(d_steps=3, g_steps=2, gamma="0.37", gp_lambda="0,5", clip_bound="0.02", spectral_norm=True, packing=2),
    **dict(g_lr="4.1e-4", d_lr="0.002", g_depth=3, g_width=17, d_depth=1, d_width=19, latent_dim=5, beta1="0.9"),
    **dict(loss="hinge", dataset="moons", beta2="0.99", batch_size="100", members=3, steps="1 234", seed=42),
    **dict(feature_matching=True, unroll=2, label_smoothing="0.1", instance_noise="0.3", noise_until="700", ema="0.9"),
}


BUSY = {
    **{"gp_lambda": "wgan_gp", "label_smoothing": "wgan_gp", "clip_bound": "clip", "update": "clip"},
    "unroll": "none",
}
"""Fields that are changed under another constraint than both penalties: they would do nothing there, or a field that is
changed before excludes them."""


@pytest.mark.whole
@pytest.mark.parametrize("busy", ["r1_r2", *dict.fromkeys(BUSY.values())])
def test_changing_a_field_changes_no_other(busy):
    """Neither when it is changed nor at the next run, in which the next field is changed."""
    before = PlaneConfig(regularizer=busy, g_lr=0.00037, d_lr=0.00123, seed=99, steps=4321, gamma=0.07)
    app = arena(to_query(before, "a."))
    for name in [name for name in knobs(PlaneConfig) if name != "edits" and BUSY.get(name, "r1_r2") == busy]:
        typed = isinstance(CHANGES[name], str) and knobs(PlaneConfig)[name].kind != "choice"
        after = config(enter(app, widget_key(name), CHANGES[name], typed))
        assert {*differences(after, before)} == {name}
        before = after
    assert config(sound(app.run())) == before


def test_every_field_has_a_widget_and_idle_ones_are_greyed():
    app = arena(to_query(PlaneConfig(optimizer="sgd"), "a."))
    greyed = {
        name for name in knobs(PlaneConfig) if name != "edits" and app.get_by_key(widget_key(name)).proto.disabled
    }
    assert greyed == set(PlaneConfig(optimizer="sgd").inactive())
    assert "Does nothing now" in app.get_by_key(widget_key("gamma")).help


@pytest.mark.parametrize("lang", ["en", "es"])
def test_what_makes_no_sense_is_refused_and_nothing_is_lost(lang):
    app = arena(to_query(PlaneConfig(batch_size=100), "a."), lang)
    app.number_input(key=widget_key("packing")).set_value(3).run()
    assert config(sound(app)) == PlaneConfig(batch_size=100)
    assert "100" in app.warning[0].value
    assert app.number_input(key=widget_key("packing")).value == 1
    assert config(enter(app, widget_key("g_lr"), "fast", typed=True)) == PlaneConfig(batch_size=100)
    assert "fast" in app.warning[0].value
    assert not sound(app.run()).warning


def test_switching_the_language_keeps_everything_else():
    app = arena(to_query(PlaneConfig(gamma=0.37, regularizer="r2"), "a."))
    link = dict(app.query_params)
    app.get_by_key("language").set_value("es").run()
    assert "batalla" in sound(app).title[0].value
    assert dict(app.query_params) == link | {"lang": "es"}
    assert config(app) == PlaneConfig(gamma=0.37, regularizer="r2")


@pytest.mark.whole
def test_a_stale_link_does_not_take_a_change_back():
    app = arena()
    app.selectbox(key=widget_key("loss")).select("hinge").run()
    app.query_params.clear()
    app.selectbox(key=widget_key("dataset")).select("moons").run()
    assert (config(sound(app)).loss, config(app).dataset) == ("hinge", "moons")


def test_a_stored_run_is_shown_at_once():
    record(SMALL)
    app = arena(to_query(SMALL, "a."))
    assert "Trained: 12 steps" in captions(app)
    sent = app.get("bidi_component")[0].proto.bytes
    assert f'"run":"{SMALL.key()}"'.encode() in sent
    assert FEW * 7000 < len(sent) < 12 * 7000
    assert app.button(key="a.further").label.startswith("Train on to 24")
    assert len(app.get("vega_lite_chart")) == 1


def test_a_target_hides_later_frames():
    record(SMALL)
    app = arena(to_query(SMALL.replace(steps=5), "a."))
    assert "Trained: 5 steps" in captions(app)
    assert b'"known":[0,1,2,3,4,5]' in app.get("bidi_component")[0].proto.bytes


def test_train_and_stop_are_wishes():
    app = arena(to_query(SMALL, "a."))
    app.button(key="a.train").click().run()
    assert sound(app).button(key="a.stop")
    assert server.service().store.run(SMALL.key()).state == "queued"
    assert config(app) == SMALL
    app.button(key="a.stop").click().run()
    assert sound(app).button(key="a.train")


@pytest.mark.whole
@pytest.mark.parametrize(
    ("lang", "others", "wait"),
    [("en", "Others are", "Others have"), ("es", "Otras personas lo están", "Otras personas lo han")],
)
def test_who_stops_what_others_still_request_is_told_so_without_place_or_estimate(lang, others, wait):
    app, store = arena(to_query(SMALL, "a."), lang), server.service().store
    app.button(key="a.train").click().run()
    store.wish(SMALL.key(), SMALL.to_json(), SMALL.steps, "somebody else")
    app.button(key="a.stop").click().run()
    assert wait in captions(sound(app))
    store.claim("test/0/0")
    until(lambda: others in captions(sound(app.run())))
    store.withdraw(SMALL.key(), "somebody else")
    assert text("run.status.part", lang, step=0, target=SMALL.steps) in captions(app.run())


def test_training_another_run_ends_the_pages_wish_for_the_one_before():
    app = arena(to_query(SMALL, "a."))
    app.button(key="a.train").click().run()
    app.get_by_key("a.w.d_steps").set_value(2).run()
    sound(app).button(key="a.train").click().run()
    viewer, store = app.session_state["viewer"], server.service().store
    assert config(sound(app)) == SMALL.replace(d_steps=2)
    assert store.wishes(SMALL.replace(d_steps=2).key(), viewer)
    assert not store.wishes(SMALL.key(), viewer)
    assert store.run(SMALL.key()).state == "stopped"


def test_training_further_raises_the_target_and_nothing_else():
    record(SMALL)
    app = arena(to_query(SMALL, "a."))
    app.button(key="a.further").click().run()
    assert config(sound(app)) == SMALL.replace(steps=24)
    assert app.query_params["a.steps"] == "24"


def opens(app):
    """How the player's message says that the picture opens."""
    blob = next(found.proto.bytes for found in app.get("bidi_component") if b'"key_frames"' in found.proto.bytes)
    return opened_message(blob)["view"]


def opened_message(blob):
    """The JSON of a player's message."""
    return json.loads(blob[4 : 4 + int.from_bytes(blob[:4], "little")])


def test_a_link_may_hold_the_step():
    record(SMALL)
    app = arena(to_query(SMALL, "a.") | {"a.step": "5"})
    assert not app.warning
    assert opens(app) == {"keeps": True, "at": 5, "playing": False}
    assert opens(arena(to_query(SMALL, "a."))) == {"keeps": True}
    assert "`step`" in arena(to_query(SMALL, "a.") | {"a.step": "five"}).warning[0].value


HERE = {"run": SMALL.key(), "member": 0, "step": 5}


@pytest.mark.parametrize(
    ("said", "query"),
    [
        (HERE, {"a.step": "5"}),
        (None, {}),
        (HERE | {"run": "another"}, {}),
        (HERE | {"member": 1}, {}),
        (HERE | {"step": "5"}, {}),
        ([5], {}),
    ],
)
def test_a_shared_link_has_the_step_at_which_the_visitor_has_stopped(monkeypatch, said, query):
    """The first thing that the picture of another run, or of another member, tells is its own."""
    state = {"a.config": SMALL, "a.player": {"held": said}}
    for module in (share, experiment):
        monkeypatch.setattr(module, "st", SimpleNamespace(session_state=state))
    assert share.held(ARENA, "a.player") == query


def test_a_member_can_be_shown():
    app = arena(to_query(SMALL.replace(members=3), "a.") | {"a.member": "2"})
    assert app.session_state[ARENA.name("member")] == 2
    app.selectbox(key="a.w.member").select(1).run()
    assert sound(app).query_params["a.member"] == "1"
    app.number_input(key=widget_key("members")).set_value(1).run()
    assert "a.member" not in sound(app).query_params


def test_the_way_to_start_and_back_keeps_the_experiment():
    app = arena(to_query(PlaneConfig(seed=5), "a."))
    app.switch_page("pages/learn/start.py")
    app.query_params.clear()
    sound(app.run())
    app.switch_page(PAGE)
    app.query_params.clear()
    assert config(sound(app.run())) == PlaneConfig(seed=5)


def test_presets_differ_and_train_within_bounds():
    assert all(PRESETS[opening(name)].kind == name for name, kind in KINDS.items() if kind.page)
    assert len({preset.key() for preset in PRESETS.values()}) == len(PRESETS) >= 5
    assert all(dataclasses.is_dataclass(preset) and preset.steps <= 20_000 for preset in PRESETS.values())
    assert PLANE_PRESETS.items() <= PRESETS.items()


FOUND = [
    Verdict("near_equilibrium", {"step": 9.0, "on_data": 0.86, "valid": 0.86, "d_accuracy": 0.51}, 8, 8),
    Verdict("near_equilibrium", {"step": 9.0, "on_data": 0.86}, 31, 32),
    Verdict("collapse", {"step": 9.0, "on_data": 0.9, "valid": 0.9, "most": 5.0}, 2, 8, "regularizer"),
    Verdict("collapse", {"step": 9.0, "on_data": 0.9}, 12, 32),
    Verdict("holes", {"step": 9.0, "on_data": 0.9, "holes": 1.0}, 29, 32, regions=(((0.0, 1.0),),)),
    Verdict("holes", {"step": 9.0, "on_data": 0.9, "holes": 3.0}, 29, 32, regions=(((0.0, 1.0),),) * 3),
    Verdict("collapse", {"step": 9.0, "on_data": 0.9, "holes": 1.0}, 12, 32, regions=(((0.0, 1.0),),)),
    Verdict("smear", {"step": 9.0, "on_data": 0.1, "valid": 0.1}, 3, 8, "steps"),
    Verdict("no_finding", {"step": 9.0, "on_data": 0.7, "valid": 0.7}, 8, 8),
    Verdict("no_finding", {"step": 9.0, "on_data": 0.7}, 30, 32),
    Verdict("diverged", {"step": 9.0}, knob="d_lr"),
    Verdict("cannot_fill", {"step": 9.0, "on_data": 0.9, "flat": 0.01, "flat_data": 0.7}, 8, 32, "latent_dim"),
    Verdict("cannot_fill", {"step": 9.0, "on_data": 0.1, "affine_js": 0.55, "js_floor": 0.01}, 8, 8, "g_depth"),
    Verdict("no_finding", {"step": 9.0, "on_data": 0.7, "valid": 0.7, "d_late": 1.43}, 8, 8, "mistake"),
]
CLOSED = {"d_loss": 0.6, "g_loss": 1.7, "d_loss_collapse": 0.63, "g_loss_collapse": 1.61, "d_accuracy_collapse": 0.875}


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("found", FOUND)
def test_every_verdict_is_said_with_its_numbers(found, lang):
    said = playback.describe(found, lang)
    assert said["key"] == found.key
    assert "{" not in said["title"] + said["sentence"]
    assert "None" not in said["title"] + said["sentence"]


@pytest.mark.parametrize(("lang", "said"), [("en", "seed 5, one of 16"), ("es", "semilla 5, una de las 16")])
def test_the_verdict_on_one_of_several_seeds_says_so(lang, said):
    assert said in playback.describe(FOUND[2], lang, 5, 16)["sentence"]
    assert said.split()[0] not in playback.describe(FOUND[2], lang)["sentence"]


def test_missing_regions_are_counted_and_outlined():
    one, three, collapsed = (playback.describe(found, "en") for found in FOUND if found.regions)
    assert one["title"] == "One region is missing."
    assert three["title"] == "Regions are missing: 3."
    assert three["regions"] == [[0.0, 1.0]] * 3
    assert "outline" in collapsed["sentence"]
    assert "regions" not in playback.describe(FOUND[0], "en")


@pytest.mark.parametrize(("accuracy", "told"), [(0.51, True), (0.6, True), (0.4, True), (0.63, False), (0.3, False)])
def test_a_coin_is_spoken_of_only_where_the_shown_number_is_one(accuracy, told):
    found = Verdict("near_equilibrium", FOUND[0].evidence | {"d_accuracy": accuracy}, 8, 8)
    assert ("chance" in playback.describe(found, "en")["sentence"]) == told
    assert "coin" not in playback.describe(FOUND[1], "en")["sentence"]


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_smear_that_has_just_come_together_is_not_called_few(lang):
    said = playback.describe(Verdict("smear", {"step": 9.0, "on_data": 0.62, "valid": 0.62}, 3, 8), lang)
    assert "62" in said["sentence"]
    assert "Only" not in said["sentence"]
    assert "Solo" not in said["sentence"]


def test_the_field_is_scored_where_the_loss_changes_to_one_without_a_threshold():
    assert playback.threshold(PlaneConfig()) == 0.0
    assert playback.threshold(PlaneConfig(loss="least_squares")) == 0.5
    assert playback.threshold(PlaneConfig(edits=((100, "loss", "saturating"),))) == 0.0
    assert playback.threshold(PlaneConfig(edits=((100, "loss", "wasserstein"),))) is None
    assert playback.threshold(PlaneConfig(edits=((100, "loss", "least_squares"),))) is None


def test_a_collapse_says_how_finite_its_losses_are():
    said = playback.describe(Verdict("collapse", FOUND[2].evidence | CLOSED, 2, 8), "es")
    assert said["title"] == "Colapso a 2 de 8 modos."
    assert "0,63 y 1,61" in said["sentence"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"packing": 2}, {"caption_belief": "packed with real", "caption_grid": "grid of noise"}),
        ({"latent_dim": 1}, {"caption_belief": "green real", "caption_grid": "line of noise"}),
        ({"latent_dim": 9}, {"caption_grid": "slice of the noise"}),
    ],
)
def test_the_caption_is_true_of_the_config(changes, words):
    said = playback.captions(PlaneConfig(**changes), "en")
    assert all(part in said[key] for key, part in words.items())
    assert "packed" not in playback.captions(PlaneConfig(), "en")["caption_belief"]


def test_live_messages_overlap_and_the_first_is_an_opening(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    run = ("player", "en", "key", 0)
    assert playback.carried(run, list(range(100)), True)[1]
    assert playback.carried(run, list(range(110)), True) == (list(range(100, 110)), False)
    assert playback.carried(run, list(range(115)), True) == (list(range(100, 115)), False)
    assert playback.carried(run, list(range(115)), True) == (list(range(110, 115)), False)
    assert playback.carried(run, list(range(115)), False)[1]
    assert playback.carried(("player", "es", "key", 0), list(range(115)), True)[1]


def test_a_players_wish_is_answered_three_times(monkeypatch):
    want = {"run": "key", "member": 0, "from": 10, "to": 20, "n": 5}
    monkeypatch.setattr(st, "session_state", {"p": {"want": want}})
    answers = [playback.wanted("p", ("key", 0), list(range(100))) for _ in range(4)]
    assert answers == [spread(list(range(10, 21)), 5)] * 3 + [[]]
    assert playback.wanted("p", ("other", 0), list(range(100))) == []


@pytest.mark.parametrize("script", ["pages/lab/arena.py", "pages/lab/mnist.py", "pages/learn/beside.py"])
def test_settings_follow_the_picture_as_a_page_opens_and_precede_it_later(script, monkeypatch):
    """Later a browser that had the picture first might answer it with the old settings, as if they were a change."""
    order, enqueue = [], ScriptRunContext.enqueue

    def noted(context, message):
        kind = message.delta.new_element.WhichOneof("type") if message.WhichOneof("type") == "delta" else None
        setting = kind == "selectbox" and message.metadata.delta_path[0] == 1
        order.extend(["setting"] * setting + ["picture"] * (kind == "bidi_component"))
        return enqueue(context, message)

    monkeypatch.setattr(ScriptRunContext, "enqueue", noted)
    app = opened(script)
    assert (order[0], order[-1]) == ("picture", "setting")
    order.clear()
    sound(app.run())
    assert (order[0], order[-1]) == ("setting", "picture")
