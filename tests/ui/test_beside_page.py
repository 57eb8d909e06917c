"""Flow matching beside a GAN, through the router, by AppTest: what is shown, what is trained, what was measured."""

import json
import struct

import pytest
from visits import captions, enter, opened, quiet_server, record, sound  # noqa: F401

from ganlab.flow.config import FlowConfig
from ganlab.flow.frame import SCALARS
from ganlab.links import to_query
from ganlab.plane.config import PlaneConfig
from ganlab.presets import PRESETS
from ganlab.store.recording import RECORDED
from ganlab.studies import tables
from ganlab.studies.cards import LAB
from ganlab.ui.beside import evidence, stage
from ganlab.ui.beside.beside import CHOSEN, FLOW, GAN
from ganlab.ui.run import export, server
from ganlab.ui.text import LANGUAGES, number, text

PAGE = "pages/learn/beside.py"
RUN = FlowConfig(width=4, batch_size=16, steps=36, ode_steps=3, seed=1)


def heads(app):
    """The JSON of the player's message, and of each run in it."""
    [blob] = [found.proto.bytes for found in app.get("bidi_component")]
    end = 4 + struct.unpack_from("<I", blob)[0]
    head, runs = json.loads(blob[4:end]), []
    for size in head["sizes"]:
        runs.append(json.loads(blob[end + 4 : end + 4 + struct.unpack_from("<I", blob, end)[0]]))
        end += size
    return head, runs


def said(app):
    return "\n".join(one.value for one in app.markdown)


def test_the_gan_has_the_data_the_size_and_the_time_of_the_flow():
    gan = stage.partner(RUN.replace(dataset="moons", depth=3))
    assert (gan.dataset, gan.seed, gan.batch_size, gan.steps) == ("moons", 1, 16, 12)
    assert {gan.g_width, gan.d_width} == {4}
    assert {gan.g_depth, gan.d_depth} == {3}
    assert stage.partner(PRESETS["flow_ring"]) == LAB
    times = [evidence.pace()[name] * steps for name, steps in (("gan", LAB.steps), ("flow", FlowConfig().steps))]
    assert times[1] == pytest.approx(times[0], rel=0.15)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_both_runs_are_shown_on_one_time(lang):
    record(RUN)
    record(stage.partner(RUN))
    app = opened(PAGE, to_query(RUN, "f."), lang)
    assert app.session_state[FLOW.name("config")] == RUN
    assert app.session_state[GAN.name("config")] == stage.partner(RUN)
    head, (gan, flow) = heads(app)
    assert head["titles"] == [text("beside.title.gan", lang), text("beside.title.flow", lang)]
    assert (gan["scale"], gan["known"][-1]) == (stage.ROUND, 12)
    assert (flow["paths"], flow["scalars"], flow["known"]) == (True, list(SCALARS), [0, 2, 4, 8, 16, 32])
    assert head["clock"] * stage.ROUND == pytest.approx(gan["pace"])
    assert [len(run["frames"]) > 3 for run in (gan, flow)] == [True, True]
    assert flow["verdicts"]["32"]["title"] == text("beside.verdict.smear", lang)
    assert head["differences"][1][1:] == [number(12, lang), number(36, lang)]
    assert captions(app).count(text("run.status.done", lang, step=36)) == 1


def test_each_run_is_trained_by_its_own_button():
    app = opened(PAGE, to_query(RUN, "f."))
    for place in (FLOW, GAN):
        app.button(key=place.name("train")).click().run()
        sound(app)
    visitor, service = app.session_state["viewer"], server.service()
    assert service.wishes(RUN.key(), visitor)
    assert service.wishes(stage.partner(RUN).key(), visitor)
    assert service.store.run(RUN.key()).kind == FlowConfig.kind


def test_its_files_are_taken_along():
    record(RUN)
    app = opened(PAGE, to_query(RUN, "f."))
    files = ("webpage", "numbers", "settings_file", "program")
    assert [b.key for b in app.get("download_button")] == [f"f.export.{name}" for name in files]
    assert not [b.key for b in app.get("download_button") if b.proto.disabled]
    lines = export.numbers(RUN, 0).splitlines()
    assert lines[0].split(",")[:3] == ["step", "loss", "died"]
    assert [line.split(",")[0] for line in lines[1:]] == ["0", "2", "4", "8", "16", "32"]


def test_a_setting_changes_both():
    app = enter(opened(PAGE, to_query(RUN, "f.")), "f.w.seed", 7)
    assert app.session_state[FLOW.name("config")].seed == app.session_state[GAN.name("config")].seed == 7
    assert app.query_params["f.seed"] == "7"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_was_measured_is_said_for_each_data_set(lang):
    app = opened(PAGE, lang=lang)
    for data in evidence.MEASURED:
        app.get_by_key(CHOSEN).set_value(data).run()
        sound(app)
        for part in (evidence.table(data, lang), evidence.fewer(data, lang)):
            assert part in said(app)
        assert f"{evidence.facts(data)['flow_full']} " in said(app)


def test_what_the_words_claim_is_what_was_measured():
    for data in evidence.MEASURED:
        facts = evidence.facts(data)
        assert (facts["n"], facts["flow_full"]) == (16, 16)
        assert facts["flow_full"] >= facts["none_full"]
        assert facts["flow_valid"] > facts["none_valid"] + 0.03
        assert facts["valid_at_5"] < facts["flow_valid"] - 0.1
    ring = evidence.arms("ring")["flow"]
    assert ring["valid_at_1_10k"].max() < 0.01
    grid = evidence.arms("grid_3x3")["flow"]
    assert grid["modes_covered_at_1_10k"].max() <= 1
    assert len(evidence.table("ring", "en").splitlines()) == 5


def test_the_tables_are_of_the_runs_that_the_page_shows():
    none = tables.finals(tables.load("cures_ring"))
    keys = {*none[none["arm"] == "none"]["key"]}
    assert keys == {LAB.replace(members=16, seed=0).key()}
    assert isinstance(LAB, PlaneConfig)


def test_the_recording_of_the_first_view_is_small():
    assert (RECORDED / "flow_ring.zip").stat().st_size < 1e6
