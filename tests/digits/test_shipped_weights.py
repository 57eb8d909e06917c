"""The generators that ship: what the repository says of them is what they are, and their script makes such files."""

import json

import pytest
import torch

from ganlab.digits.config import DigitsConfig
from ganlab.digits.metrics import DIGIT_METRICS
from ganlab.digits.pretrained import PRETRAINED, Shape
from ganlab.digits.reference import fid_floor
from ganlab.digits.state import start
from ganlab.digits.weights import FOLDER, SHIPPED, TABLE, code, decode, encode, halves, shipped, table
from ganlab.store.checkpoints import Checkpoints
from scripts import train_generators
from scripts.train_generators import DOCUMENT, GLANCE, RECIPES, SAMPLES, config_of, document, judged, marks, resumed

ROWS = {row["name"]: row for row in table()}
TINY = {"dataset": "mnist_5k", "batch_size": 4, "classes": "01", "latent_dim": 2, "steps": 7}


def test_they_are_all_there_and_small():
    assert list(ROWS) == list(SHIPPED) == list(PRETRAINED)
    assert {path.name for path in FOLDER.iterdir()} == {path.name for path in SHIPPED.values()} | {TABLE.name}
    assert sum(path.stat().st_size for path in FOLDER.parent.rglob("*") if path.is_file()) <= 15e6
    assert RECIPES.keys() == PRETRAINED.keys()


@pytest.mark.parametrize("name", PRETRAINED)
def test_a_file_is_what_its_row_and_its_recipe_say(name):
    blob = SHIPPED[name].read_bytes()
    generator = decode(blob)
    assert (code(blob), len(blob)) == (ROWS[name]["code"], ROWS[name]["bytes"])
    assert Shape(generator.config.architecture, generator.config.latent_dim) == generator.shape == PRETRAINED[name]
    assert generator.config == config_of(name)
    assert ROWS[name]["steps"] == generator.config.steps
    last, floors = ROWS[name]["fid_by_epoch"][-1], [fid_floor(samples) for samples in (SAMPLES, GLANCE)]
    assert ROWS[name]["fid"] - floors[0] == pytest.approx(last - floors[1], rel=0.12), "fewer samples, higher floor"


@pytest.mark.parametrize(
    "name", ["collapsed", *(pytest.param(n, marks=pytest.mark.whole) for n in ("light", "light_2"))]
)
def test_the_numbers_are_those_of_the_files(name):
    """2000 samples against the 10 000 of the table: a share is right to 1.1 %, the FID of few is a little higher."""
    metrics, shares = judged(shipped(name), 2000)
    row = ROWS[name]
    assert metrics["accepted"] == pytest.approx(row["accepted"], abs=0.05)
    assert metrics["diversity"] == pytest.approx(row["diversity"], abs=0.08)
    assert metrics["precision"] == pytest.approx(row["precision"], abs=0.1)
    assert row["fid"] * 0.9 < metrics["fid"] < row["fid"] * 1.1 + 6
    assert shares == pytest.approx(row["shares"], abs=0.05)


def test_the_good_ones_are_good_and_the_collapsed_one_has_collapsed():
    for name in ("light", "light_16", "classic", "deep"):
        assert ROWS[name]["digits_covered"] == 10
        assert ROWS[name]["accepted"] > 0.6
    assert ROWS["collapsed"]["digits_covered"] <= 4
    assert max(ROWS["collapsed"]["shares"]) > 0.5


def test_the_document_says_what_the_table_says():
    assert DOCUMENT.read_text(encoding="utf-8") == document(table())
    assert ROWS["light"].keys() >= DIGIT_METRICS.keys()


# The script that makes them


@pytest.fixture
def tiny(monkeypatch):
    """A recipe that takes no time."""
    monkeypatch.setitem(PRETRAINED, "light", Shape("light", 2))
    monkeypatch.setitem(RECIPES, "light", TINY)
    monkeypatch.setattr(train_generators, "config_of", lambda _: DigitsConfig(**TINY))
    monkeypatch.setattr(train_generators, "GLANCE", 30)
    monkeypatch.setattr(train_generators, "STRETCH", 12)
    return DigitsConfig(**TINY)


@pytest.mark.whole
def test_a_training_that_is_cut_off_ends_in_the_same_weights(tiny, tmp_path, monkeypatch):
    whole, history = train_generators.train("light", tmp_path / "whole")
    assert [row["step"] for row in history] == [7]
    saved, real = [], Checkpoints.save

    def die(kept, run, step, blob):
        real(kept, run, step, blob)
        saved.append(step)
        if len(saved) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(Checkpoints, "save", die)
    with pytest.raises(KeyboardInterrupt):
        train_generators.train("light", tmp_path / "cut")
    state, spent = resumed(tiny, f"light-{tiny.key()}", Checkpoints(tmp_path / "cut"))
    assert (state.step, saved) == (6, [3, 6])
    assert spent > 0
    assert encode(train_generators.train("light", tmp_path / "cut")[0]) == encode(whole)
    assert len((tmp_path / "cut" / f"light-{tiny.key()}.jsonl").read_text().splitlines()) == 1


def test_what_ships_is_what_viewers_see_rounded(tiny, tmp_path):
    state, _ = resumed(tiny, "light", Checkpoints(tmp_path))
    assert torch.equal(state.g.net.flat, start(tiny).g.net.flat)
    train_generators.stretch(state, 7)
    ready = train_generators.displayed(state)
    assert ready.config == tiny
    for name, tensor in halves(state.g_ema).items():
        assert torch.equal(halves(ready.net)[name], tensor)
    assert not torch.equal(state.g_ema.flat, state.g.net.flat)


def test_an_epochs_end_is_a_mark_and_so_is_the_last_step():
    config = DigitsConfig(batch_size=500, steps=25)
    assert marks(config) == [10, 20, 25]
    assert marks(config.replace(steps=20)) == [10, 20]
    assert marks(config.replace(steps=3)) == [3]


def test_a_recipe_is_told_in_the_document():
    told = train_generators.recipe(DigitsConfig(batch_size=64, edits=((5, "g_steps", 10),)))
    assert told == "`batch_size=64`, `edits=5:g_steps=10`"
    assert json.loads(TABLE.read_text())[0]["name"] == next(iter(PRETRAINED))
