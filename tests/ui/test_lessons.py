"""The path of lessons: its registry, its sentences, the link, and each lesson as a page."""

import re

import numpy as np
import pytest
import streamlit as st
import torch
from visits import enter, opened, quiet_server, sound  # noqa: F401

from ganlab.data.plane import DATASETS
from ganlab.gan.architectures import ARCHITECTURES
from ganlab.plane.snapshot import field_cells
from ganlab.ui.lessons import extras, page
from ganlab.ui.lessons.lessons import LESSONS, PATHS, STYLES, facts, total
from ganlab.ui.lessons.link import NAMES, Place, from_link, to_link
from ganlab.ui.run import film, server
from ganlab.ui.text import LANGUAGES, exists, text
from ganlab.ui.text.glossary import explained, finder, owners

PAGE = "pages/learn/start.py"
SHIPPED = server.RECORDED


def words(sentence):
    return len(re.findall(r"\w+", sentence))


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """What the shipped runs measured at their ends, by lesson."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANLAB_STORE", str(tmp_path_factory.mktemp("store")))
        st.cache_resource.clear()
        st.cache_data.clear()
        found = {name: facts(lesson) for name, lesson in LESSONS.items()}
        server.service().close()
        st.cache_resource.clear()
    return found


@pytest.fixture
def collapsed():
    """A server that ships the run of the lesson on collapse."""
    (server.RECORDED / "ring_k50.zip").symlink_to(SHIPPED / "ring_k50.zip")


# The registry


def test_the_paths_take_the_minutes_of_their_names():
    assert {path: total(names, path != "30") for path, names in PATHS.items()} == {"30": 30, "90": 90}
    assert all(3 <= lesson.minutes <= 8 for lesson in LESSONS.values())


def test_every_style_has_every_part_once():
    assert {tuple(sorted(parts)) for parts in STYLES.values()} == {("deeper", "idea", "question", "run", "task")}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", LESSONS)
def test_little_stands_before_the_first_picture_whatever_the_style(name, lang):
    spoken = {"idea": ["idea"], "question": ["question", "a", "b", "c"], "deeper": ["deeper"], "run": ["watch"]}
    for order in STYLES.values():
        before = [part for first in order[: order.index("run") + 1] for part in spoken.get(first, [])]
        assert sum(words(text(f"lessons.{name}.{part}", lang)) for part in before) <= 180


def used(lesson, parts, lang):
    """The terms in some of a lesson's sentences."""
    keys = [f"lessons.{lesson}.{part}" for part in parts]
    said = " ".join(text(key, lang) for key in keys if exists(key, lang))
    return {owners(lang)[found[0].casefold()] for found in finder(lang).finditer(said)}


MARKED, BARE = {"run": ["watch"]}, {"run": ["run_a", "run_b"], "question": ["a", "b", "c"]}
"""The sentences of a part in which terms are explained where they stand, and those of players and buttons."""


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("path", PATHS)
def test_no_term_stands_on_a_button_or_a_run_before_it_is_explained(path, style, lang):
    known = set()
    for name in PATHS[path]:
        for part in STYLES[style]:
            known |= used(name, MARKED.get(part, [part]), lang)
            assert used(name, BARE.get(part, []), lang) <= known, (name, part)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_terms_are_explained_where_they_stand(lang):
    said = explained(text("lessons.roles.idea", lang), lang)
    assert said.count("<abbr") == len(used("roles", ["idea"], lang)) >= 2


ANSWERS = {
    "roles": 0,
    "game": 2,
    "equilibrium": 0,
    "dance": 1,
    "gradient": 0,
    "collapse": 1,
    "cures": 0,
    "images": 2,
    "latent": 2,
    "uses": 2,
}


def test_the_runs_ship_and_answer_what_the_sentences_explain(shipped):
    """A run made anew may answer otherwise; then `why` has to be read again."""
    assert {name: LESSONS[name].question.answer(found) for name, found in shipped.items()} == ANSWERS
    explained = [text(f"lessons.{name}.why", lang, **found) for name, found in shipped.items() for lang in LANGUAGES]
    assert not [sentence for sentence in explained if "{" in sentence]


# The link


@pytest.mark.parametrize(
    "place", [Place(), Place("cures", "do", "30", frozenset({"roles", "game"})), Place("uses", "read")]
)
def test_a_place_comes_back_from_its_link(place):
    assert from_link(to_link(place)) == (place, [])


def test_a_link_says_only_what_is_not_as_at_the_start():
    assert to_link(Place()) == {}
    assert to_link(Place("collapse")) == {"lesson": "6"}


@pytest.mark.parametrize(("name", "value"), [("lesson", "11"), ("lesson", "<b>"), ("style", "x"), ("done", "1.0")])
def test_an_invalid_part_is_named_and_the_start_stays(name, value):
    assert from_link({name: value}) == (Place(), [name])


def test_a_lesson_off_the_short_path_is_shown_on_it():
    assert Place("latent", path="30").lessons == ("roles", "game", "equilibrium", "collapse", "cures", "latent")


# What the lessons draw


def test_the_two_terms_are_those_of_a_known_field():
    """A field that is linear in x and y is interpolated exactly between the centres of its cells."""
    data, points = DATASETS["ring"], np.array([[0.5, -1.0], [1.25, 2.0]], np.float32)
    extent, cells = data.extent, field_cells(data).numpy()
    field = (2 * cells[:, 0] - cells[:, 1]).reshape(40, 40).astype("f4")
    assert extras.logits(field, points, extent) == pytest.approx(2 * points[:, 0] - points[:, 1], abs=1e-5)


def test_two_terms_of_an_undecided_d_are_minus_log_2():
    frame = type("F", (), {"field": np.zeros((1, 40, 40), "f4"), "fake": np.zeros((1, 5, 2), "f4")})
    assert extras.terms(frame, np.ones((3, 2), "f4"), 3.0) == pytest.approx((-np.log(2), -np.log(2)))


def test_the_drawn_layers_are_those_of_the_networks():
    found = extras.layers("classic", 100)
    g = ARCHITECTURES["classic"].generator(100, 0).module
    kernels = sum(p.numel() for name, p in g.named_parameters() if p.dim() > 1)
    assert sum(layer.weights for layer in found["g"]) == kernels
    assert [layer.shape for layer in found["d"]] == [(64, 14, 14), (128, 7, 7), (1,)]
    assert torch.is_grad_enabled()


def test_each_landmark_has_a_preprint_of_its_year():
    """An arXiv number begins with year and month."""
    assert {int(f"20{one.source[:2]}") - one.year for one in extras.USES.values()} == {0}


# The page


@pytest.mark.whole
@pytest.mark.parametrize("number", range(1, len(NAMES) + 1))
def test_each_lesson_opens_in_spanish(number):
    app = opened(PAGE, {"lesson": str(number)}, "es")
    assert app.title[0].value == text(f"lessons.{NAMES[number - 1]}.title", "es")


@pytest.mark.parametrize("style", STYLES)
def test_a_style_changes_what_comes_first_and_nothing_else(style):
    app = opened(PAGE, {"lesson": "2", "style": style})
    said = [re.sub("<[^>]+>", "", one.value) for one in app.markdown]
    words = {part: text(f"lessons.game.{part}", "en") for part in ("idea", "question", "task", "deeper")}
    shown = sorted(words, key=lambda part: said.index(words[part]))
    assert shown == [part for part in STYLES[style] if part in words]


def test_what_follows_the_picture_waits_for_it_once_a_visit_and_contents_come_last_then(monkeypatch):
    order = []

    def noted(name, draw):
        return lambda *asked: (order.append(name), draw(*asked))

    monkeypatch.setattr(film.PAGES, "sleep", lambda _: order.append("wait"))
    for name in ("played", "contents"):
        monkeypatch.setattr(page, name, noted(name, getattr(page, name)))
    for name, draw in page.PARTS.items():
        monkeypatch.setitem(page.PARTS, name, noted(name, draw))
    app, (shown, first, *rest) = opened(PAGE, {"lesson": "6", "style": "see"}), STYLES["see"]
    assert shown == "run"
    assert order == [first, "played", "wait", *rest, "contents"]
    order.clear()
    sound(app.run())
    assert order == ["contents", first, "played", *rest]


@pytest.mark.whole
def test_an_answer_is_judged_by_the_run_marks_the_lesson_and_stands_in_the_link(collapsed):
    app = opened(PAGE, {"lesson": "6"})
    enter(app, "s.w.answer.collapse", 2)
    assert text("lessons.collapse.b", "en") in app.info[0].value
    assert app.query_params["done"] == "6"
    enter(app, "s.w.answer.collapse", 1)
    assert app.success[0].value.startswith("**Right:**")


def test_the_way_on_leads_to_the_next_lesson_and_the_last_says_what_one_can_explain():
    app = opened(PAGE)
    sound(app.button(key="s.on").click().run())
    assert (app.title[0].value, app.query_params["lesson"]) == (text("lessons.game.title", "en"), "2")
    last = opened(PAGE, {"lesson": "10"})
    assert any(text("lessons.collapse.can", "en") in found.value for found in last.markdown)


def test_a_bad_link_says_so():
    assert "11" in opened(PAGE, {"lesson": "11"}).warning[0].value
