"""The MNIST page by AppTest: links, knobs, epochs, the run beside, what is refused; no worker is started."""

import dataclasses
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from visits import captions, enter, held, notice, opened, quiet_server, record, sound  # noqa: F401

from ganlab.data.images import IMAGE_SETS
from ganlab.digits.config import DigitsConfig
from ganlab.kind.fields import ConfigError, knobs
from ganlab.links import differences, to_query
from ganlab.presets import PRESETS, opening
from ganlab.service.runs import Runs
from ganlab.ui.digits import mnist
from ganlab.ui.run import compare, controls, server, training
from ganlab.ui.run.differences import titles
from ganlab.ui.run.experiment import BESIDE, MNIST
from ganlab.ui.run.share import from_link

SCRIPT = "pages/lab/mnist.py"
SMALL = DigitsConfig(batch_size=4, latent_dim=2, classes="01", steps=4)
START = PRESETS[opening("digits")]


def page(link: dict[str, str] | None = None, lang: str = "en") -> AppTest:
    return opened(SCRIPT, link, lang)


def config(app: AppTest) -> DigitsConfig:
    return held(app, MNIST)


def claimed(store):
    """The waiting run, given to a worker that does nothing; the page hears of it at once."""
    server.service()._statuses.clear()
    return store.claim("elsewhere/0/1")


def key(name: str) -> str:
    return controls.widget_key(MNIST, name)


@pytest.mark.parametrize(("lang", "title"), [("en", "Digits from noise"), ("es", "Dígitos que salen del ruido")])
def test_the_page_opens_on_its_preset_and_says_so_in_the_link(lang, title):
    app = page(lang=lang)
    assert app.title[0].value == title
    assert config(app) == START
    assert app.query_params["m.preset"] == opening("digits")
    assert not app.warning
    assert app.button(key="m.train")


def test_a_link_survives_exactly():
    odd = DigitsConfig(g_lr=0.00037, classes="137", batch_size=100, steps=777, seed=12, ema=0.5, augment="diffaugment")
    app = page(to_query(odd, "m.") | {"m.preset": "digits"})
    assert config(app) == odd
    assert config(sound(app.run())) == odd
    assert not app.warning
    assert config(page(dict(app.query_params))) == odd


def test_a_link_holds_two_runs():
    one, other = DigitsConfig(d_steps=2, seed=4), DigitsConfig(d_steps=50, seed=4)
    app = page(to_query(one, "m.") | to_query(other, "n.") | {"m.preset": "digits", "n.preset": "digits_k50"})
    assert (config(app), held(app, BESIDE)) == (one, other)
    link = dict(app.query_params)
    assert link == {"lang": "en", "m.preset": "digits", "n.preset": "digits_k50", **link}
    again = page(link)
    assert (config(again), held(again, BESIDE)) == (one, other)
    assert "k 2 against 50" in captions(app)
    assert "seed" not in captions(app)


def test_a_run_beside_that_is_the_default_stands_in_the_link_too():
    app = page(to_query(DigitsConfig(seed=1), "m.") | {"n.preset": "digits", "v": "1"})
    assert held(app, BESIDE) == DigitsConfig()
    assert app.query_params["n.preset"] == "digits"


def test_a_link_without_a_run_beside_takes_the_one_there_away():
    app = page({"m.preset": "digits", "n.preset": "digits_k50"})
    assert app.get_by_key("n.train")
    app.query_params.clear()
    app.query_params["m.preset"] = "digits"
    sound(app.run())
    assert BESIDE.name("config") not in app.session_state
    assert not [name for name in app.query_params if name.startswith("n.")]


@pytest.mark.parametrize(
    "link",
    [
        {"m.classes": "12x"},
        {"m.classes": ""},
        {"m.architecture": "<script>"},
        {"m.precision": "int4"},
        {"m.nonsense": "1"},
        {"m.member": "3"},
        {"m.members": "3"},
        {"m.preset": "ring"},
        {"m.edits": "5:classes=1"},
        {"n.loss": "`no`"},
        {"n.preset": "nothing"},
        {"m.batch_size": "512", "m.architecture": "classic", "m.d_steps": "50", "m.regularizer": "r1_r2"},
    ],
)
def test_a_bad_link_gives_defaults_and_a_notice(link):
    app = page(link)
    place = MNIST if any(name.startswith("m.") for name in link) else BESIDE
    assert [warning.value for warning in app.warning] == [notice(link, place)]


def test_what_two_runs_get_wrong_is_told_and_leaves_the_link():
    app = page({"m.classes": "abc", "m.architecture": "<script>alert(1)</script>", "n.seed": "-1"})
    told = "\n".join(warning.value for warning in app.warning)
    assert "alert(1)" in told
    assert "Seed" in told
    assert not {"m.classes", "m.architecture", "n.seed"} & dict(app.query_params).keys()


def test_the_planes_presets_are_none_of_this_pages():
    found, preset, _, notices = from_link({"m.preset": "ring_k50"}, MNIST)
    assert (found, preset, [said.reason for said in notices]) == (START, opening("digits"), ["preset"])


CHANGES = {
    **{name: spec.choices[-1] for name, spec in knobs(DigitsConfig).items() if spec.kind == "choice"},
    **dict(dataset="mnist", architecture="deep", classes=list("137"), d_steps=3, g_steps=2, gamma="0.37"),
    **dict(gp_lambda="0,5", clip_bound="0.02", spectral_norm=True, g_lr="4.1e-4", d_lr="0.002", latent_dim=5),
    **dict(beta1="0.9", beta2="0.99", batch_size="100", ema="0.9", steps="1 234", seed=42, loss="hinge"),
}


BUSY = {"gp_lambda": "wgan_gp", "pixels": "wgan_gp", "clip_bound": "clip", "d_norm": "clip"}
"""Fields that are changed under another constraint than both penalties: they would do nothing there, or a field that is
changed before excludes them."""


@pytest.mark.whole
@pytest.mark.parametrize("busy", ["r1_r2", *dict.fromkeys(BUSY.values())])
def test_changing_a_field_changes_no_other(busy):
    """Neither when it is changed nor at the next run, in which the next field is changed."""
    before = DigitsConfig(regularizer=busy, g_lr=0.00037, seed=99, steps=4321, gamma=0.07, classes="0123456")
    app = page(to_query(before, "m."))
    for name in [name for name in reversed(CHANGES) if BUSY.get(name, "r1_r2") == busy]:  # what idles others comes last
        typed = isinstance(CHANGES[name], str) and knobs(DigitsConfig)[name].kind != "choice"
        after = config(enter(app, key(name), CHANGES[name], typed))
        assert {*differences(after, before)} == {name}
        before = after
    assert config(sound(app.run())) == before


def test_every_field_has_a_widget_and_idle_ones_are_greyed():
    app = page(to_query(DigitsConfig(optimizer="sgd"), "m."))
    fields = [f.name for f in dataclasses.fields(DigitsConfig) if f.name != "edits"]
    greyed = {name for name in fields if app.get_by_key(key(name)).proto.disabled}
    assert greyed == set(DigitsConfig(optimizer="sgd").inactive())


@pytest.mark.parametrize(("lang", "said"), [("en", "At least one class"), ("es", "al menos una clase")])
def test_the_last_class_stays(lang, said):
    app = page(to_query(DigitsConfig(classes="7"), "m."), lang)
    app.get_by_key(key("classes")).set_value([]).run()
    assert said in sound(app).warning[0].value
    assert config(app).classes == "7"
    assert app.get_by_key(key("classes")).value == ["7"]


def test_a_chip_undoes_its_own_field_only():
    app = page(to_query(START.replace(classes="01", seed=3), "m.") | {"m.preset": opening("digits")})
    chips = {button.key: button.label for button in app.button if button.key.startswith("m.chip")}
    assert chips == {"m.chip.classes": "classes 0 1", "m.chip.seed": "seed 3"}
    app.button(key="m.chip.classes").click().run()
    assert config(sound(app)) == START.replace(seed=3)


def test_steps_are_told_in_epochs_and_a_full_set_in_megabytes(monkeypatch, tmp_path):
    monkeypatch.setenv("GANLAB_DATA", str(tmp_path))
    app = page(to_query(DigitsConfig(batch_size=50, steps=250), "m."))
    assert "= 2.5 epochs of 5\u202f000 images" in captions(app)
    app.selectbox(key=key("dataset")).select("fashion_mnist").run()
    assert "30.9 MB" in captions(sound(app))
    raw = tmp_path / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    (raw / "train-images-idx3-ubyte").write_bytes(b"")
    assert "30.9 MB" not in captions(sound(app.run()))


def test_a_download_under_way_shows_how_far_it_is(monkeypatch, tmp_path):
    monkeypatch.setenv("GANLAB_DATA", str(tmp_path))
    run = START.replace(dataset="mnist")
    app = page(to_query(run, "m."))
    app.button(key="m.train").click().run()
    store = server.service().store
    claimed(store)
    raw = tmp_path / ".draft-1" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    (raw / "train-images-idx3-ubyte.gz").write_bytes(b"x" * (IMAGE_SETS["mnist"].download // 4))
    (bar,) = sound(app.run()).get("progress")
    assert bar.proto.value == 24
    assert "2.9 of 11.6 MB" in bar.proto.text


@pytest.mark.parametrize(("lang", "said"), [("en", "no network"), ("es", "no hay red")])
def test_data_that_cannot_be_had_are_a_sentence_and_train_tries_again(lang, said):
    run = START.replace(dataset="mnist")
    app = page(to_query(run, "m."), lang)
    app.button(key="m.train").click().run()
    store = server.service().store
    store.release(claimed(store), "failed", "data", {"dataset": "mnist", "reason": "no_network"})
    app.run()
    assert said in captions(sound(app))
    app.button(key="m.train").click().run()
    assert store.run(run.key()).state == "queued"


def test_train_and_stop_are_wishes_and_two_runs_are_trained_apart():
    app = page({"m.preset": "digits", "n.preset": "digits_k50"})
    app.button(key="m.train").click().run()
    sound(app).button(key="n.train").click().run()
    store, viewer = server.service().store, sound(app).session_state["viewer"]
    one, other = PRESETS["digits"].key(), PRESETS["digits_k50"].key()
    assert [store.wishes(run, viewer) for run in (one, other)] == [True, True]
    app.button(key="m.stop").click().run()
    assert [store.wishes(run, viewer) for run in (one, other)] == [False, True]
    assert sound(app).button(key="n.stop")


@pytest.mark.whole
def test_training_another_run_leaves_the_one_beside_alone_and_ends_what_is_shown_no_more():
    app = page({"m.preset": "digits"})
    app.button(key="m.train").click().run()
    app.get_by_key(key("d_steps")).set_value(2).run()
    app.selectbox(key="n.w.preset").select("digits").run()
    sound(app).button(key="m.train").click().run()
    store, viewer = server.service().store, app.session_state["viewer"]
    assert store.wishes(PRESETS["digits"].key(), viewer)
    app.get_by_key(key("d_steps")).set_value(3).run()
    sound(app).button(key="m.train").click().run()
    assert not store.wishes(PRESETS["digits"].replace(d_steps=2).key(), viewer)
    assert store.wishes(PRESETS["digits"].replace(d_steps=3).key(), viewer)


@pytest.mark.whole
def test_five_more_epochs_raise_the_target_of_the_same_run():
    record(SMALL, seconds=75.0)
    app = page(to_query(SMALL, "m."))
    assert "Trained: 0.02 epochs, 4 steps. Computing took 75" in captions(app)
    app.button(key="m.more").click().run()
    assert config(sound(app)) == SMALL.replace(steps=1250)
    assert config(app).epoch(1250) == 5
    assert app.query_params["m.steps"] == "1250"
    assert server.service().store.run(SMALL.key()).target == 1250
    app.button(key="m.more").click().run()
    assert config(sound(app)).epoch(config(app).steps) == 10


@pytest.mark.whole
@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "On this server's accelerator (mps)."), ("es", "En el acelerador de este servidor (mps).")],
)
def test_a_run_says_where_it_was_computed_unless_on_the_processor(lang, said):
    record(SMALL, device="mps")
    assert said in captions(page(to_query(SMALL, "m."), lang=lang))
    other = SMALL.replace(seed=3)
    record(other)
    st.cache_resource.clear()
    assert "mps" not in captions(page(to_query(other, "m."), lang=lang))


def test_no_more_epochs_than_a_run_may_have():
    longest = DigitsConfig(classes="0", steps=200_000)
    app = page(to_query(longest, "m."))
    app.button(key="m.train").click().run()
    assert sound(app).button(key="m.more").disabled


@pytest.mark.whole
def test_the_run_before_the_last_change_can_stand_beside():
    app = page({"m.preset": "digits"})
    assert "before" not in app.selectbox(key="n.w.preset").options
    app.get_by_key(key("d_steps")).set_value(50).run()
    app.selectbox(key="n.w.preset").select(compare.BEFORE).run()
    assert held(sound(app), BESIDE) == PRESETS["digits"]
    assert "k 50 against 1" in captions(app)
    app.get_by_key(key("seed")).set_value(8).run()
    assert held(sound(app), BESIDE) == PRESETS["digits"]
    assert "k 50 against 1, seed 8 against 0" in captions(app)
    app.selectbox(key="n.w.preset").select(compare.NOTHING).run()
    assert "n.train" not in {button.key for button in sound(app).button}


def test_a_target_alone_is_no_other_run():
    app = page({"m.preset": "digits"})
    app.selectbox(key=key("steps")).select(5000).run()
    assert config(sound(app)).steps == 5000
    assert MNIST.name("before") not in app.session_state


@pytest.mark.parametrize(
    ("one", "other", "names"),
    [
        ({"d_steps": 1}, {"d_steps": 50}, ("k 1", "k 50")),
        ({"d_steps": 1, "steps": 100}, {"d_steps": 50}, ("k 1", "k 50")),
        ({"gamma": 1.0, "seed": 1}, {"gamma": 2.0, "seed": 2}, ("seed 1", "seed 2")),
        ({"seed": 1, "g_lr": 0.1}, {"seed": 2}, ("this run", "the other")),
        ({"classes": "01"}, {}, ("classes 0 1", "classes all")),
    ],
)
def test_two_runs_are_called_by_what_alone_differs(one, other, names):
    assert titles(DigitsConfig(**one), DigitsConfig(**other), "en") == names


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_run_that_the_server_refuses_is_a_sentence_and_nothing_is_lost(monkeypatch, lang):
    def refuse(*_):
        raise ConfigError("architecture", "classic", "small_memory", mb=690.0, least=1200.0)

    classic = START.replace(architecture="classic")
    app = page(to_query(classic, "m."), lang)
    monkeypatch.setattr(Runs, "submit", refuse)
    app.button(key="m.train").click().run()
    (said,) = sound(app).warning
    assert "690" in said.value
    assert config(app) == classic
    assert not sound(app.run()).warning


def test_weights_of_every_kept_moment_are_offered():
    record(SMALL)
    app = page(to_query(SMALL, "m."))
    store = server.service().store
    for step in (2, 4, 9):
        store.checkpoints.save(SMALL.key(), step, b"", lambda _: True)
    app.session_state["m.drawers.en"] = "This run's weights"
    menu = next(box for box in sound(app.run()).selectbox if box.label == "Weights of")
    assert [option for option in menu.options] == ["epoch 0.0, step 4", "epoch 0.0, step 2"]


def test_switching_the_language_keeps_both_runs():
    app = page({"m.preset": "digits", "m.seed": "5", "n.preset": "digits_k50"})
    link = dict(app.query_params)
    app.get_by_key("language").set_value("es").run()
    assert "Dígitos" in sound(app).title[0].value
    assert dict(app.query_params) == link | {"lang": "es"}
    assert "k 1 frente a 50" in captions(app)


def test_the_arenas_experiment_and_this_pages_are_two():
    app = page(to_query(DigitsConfig(seed=5), "m."))
    app.switch_page("pages/lab/arena.py")
    app.query_params.clear()
    sound(app.run())
    assert not [name for name in app.query_params if name.startswith("m.")]
    app.switch_page(SCRIPT)
    app.query_params.clear()
    assert config(sound(app.run())) == DigitsConfig(seed=5)


def test_a_stored_run_is_shown_at_once():
    record(SMALL)
    app = page(to_query(SMALL, "m."))
    sent = app.get("bidi_component")[0].proto.bytes
    assert SMALL.key().encode() in sent
    assert b"PNG" in sent
    assert training.phase(server.service().status(SMALL.key()), SMALL) == "done"


def test_the_page_says_of_its_judge_what_was_measured():
    paper = Path(__file__).parents[2] / "docs" / "judge.md"
    assert f"**{mnist.RIGHT * 100:.2f} %** right" in paper.read_text()
