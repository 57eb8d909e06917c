"""Any value from a component in a browser, any typed text, any cookie: taken or ignored, never an exception."""

from types import SimpleNamespace
from unittest.mock import patch

import pytest
import streamlit
from hypothesis import example, given
from hypothesis import strategies as st
from strange import TEXTS, VALUES, attempt, printable, session

from ganlab import ui
from ganlab.data.points import PREFIX, PointsError
from ganlab.plane.config import PlaneConfig
from ganlab.ui.arena import arena, own_data, seeds
from ganlab.ui.board import deal
from ganlab.ui.digits import nearest_images
from ganlab.ui.latent import link as latent
from ganlab.ui.latent import walk
from ganlab.ui.lessons import link as lessons
from ganlab.ui.run import film
from ganlab.ui.run.experiment import ARENA, MNIST
from ganlab.ui.teach import draft
from ganlab.ui.text import LANGUAGES, language
from ganlab.ui.theory import link as theory
from ganlab.ui.words import glossary

pytestmark = pytest.mark.whole

KEY = PlaneConfig().key()
STEPS = st.sampled_from([0, 5, 9]) | VALUES
SENT = VALUES | st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("from", "to", "n", "step", "cell", "member", "a", "b"), STEPS),
        "run": st.just(KEY) | VALUES,
        "name": st.sampled_from(["slow", "fork"]) | VALUES,
    },
)
"""What a component's script sends, and what else a browser may."""


@given(SENT)
@example({"run": KEY, "member": 0, "from": float("nan"), "to": 5, "n": float("inf")})
def test_a_player_wants_frames_or_nothing(sent):
    with session({}) as state:
        state["p"] = {"want": sent}
        assert set(film.wanted("p", (KEY, 0), [0, 5, 9])) <= {0, 5, 9}


@given(SENT)
def test_a_player_asks_for_what_there_is_or_for_nothing(sent):
    shown = SimpleNamespace(grow=lambda *_: [0, 5, 9])
    with session({}) as state, patch.object(arena.playback, "film_of", lambda *_: shown):
        ARENA.open(PlaneConfig())
        state["a.player"] = {"ask": sent}
        arena.asked()
        assert state.get(arena.ASK, {"step": 5})["step"] in (0, 5, 9)


@given(SENT)
def test_a_strip_of_seeds_opens_a_member_or_nothing(sent):
    with session({}) as state:
        ARENA.open(PlaneConfig(members=2))
        state[seeds.KEY] = {"pick": sent}
        seeds.pick(ARENA)
        assert 0 <= ARENA.member < 2


@given(SENT)
def test_a_click_on_samples_gives_two_seeds_or_nothing(sent):
    with session({}) as state:
        latent.open_link("en")
        state["l.tiles"] = {"pick": sent}
        walk.take_pick("l.tiles")
        assert latent.from_link(latent.to_link(latent.tour())) == (latent.tour(), [])


@given(SENT)
def test_a_click_on_an_image_looks_at_it_or_nowhere(sent):
    with session({}) as state, patch.object(nearest_images, "closer", lambda *_: None):
        MNIST.open()
        state["m.player"] = {"pick": sent}
        assert nearest_images.looked("m.player", [MNIST.config], "en") == (None, b"")


@given(VALUES | st.fixed_dictionaries({"origin": st.just("1")}, optional=dict.fromkeys(["theta", "method"], VALUES)))
def test_the_theory_component_gives_a_state_or_nothing(sent):
    with session({}), patch.object(ui, "rerun", lambda: None):
        theory.open_link("en")
        theory.heard(sent)
        assert theory.from_link(theory.to_link(theory.game())) == (theory.game(), [])


@pytest.fixture(scope="module")
def beside(tmp_path_factory):
    """A store's path; many points are kept beside it, few are in their name."""
    return tmp_path_factory.mktemp("store") / "runs.sqlite"


@given(sent=VALUES | st.text("ABCDwxyz0189-_=", max_size=80))
@example(sent="A" * 400_000)
@example(sent="AAAA" * 2_000)
def test_a_drawing_is_points_or_a_sentence(sent, beside):
    with patch.object(own_data, "service", lambda: SimpleNamespace(store=SimpleNamespace(path=beside))):
        name, why = attempt(PointsError, own_data.kept, sent)
    if why:
        assert all(printable(own_data.refusal(why, lang)) for lang in LANGUAGES)
    else:
        assert name.startswith(PREFIX)


@given(VALUES | st.builds("&".join, st.lists(st.builds("{}={}".format, st.sampled_from(lessons.FIELDS), TEXTS))))
def test_the_place_that_a_browser_kept_is_a_place_or_none(kept):
    with session({}), patch.object(type(lessons.KEEP), "mount", lambda *_, **__: SimpleNamespace(kept=kept)):
        found = lessons.kept()
        assert found is None or lessons.from_link(lessons.to_link(found)) == (found, [])


@given(TEXTS, st.sampled_from(["en", "es"]))
def test_any_search_finds_terms_or_none(typed, lang):
    with session({}) as state:
        state["g.w.find"] = typed
        glossary.look_for()
        assert set(glossary.matching(glossary.chosen(glossary.FIND), lang)) <= set(glossary.TERMS)


@given(TEXTS | st.builds("http://x/arena?{}={}".format, TEXTS, TEXTS))
@example("http://[")
def test_any_typed_address_is_a_run_or_a_sentence(typed):
    with session({}):
        dealt, _, refused = deal.offered(typed, "es")
        assert (dealt is None) == bool(refused)
        assert all(map(printable, draft.paste(typed, "es")))


@given(TEXTS, st.none() | TEXTS)
def test_any_language_is_one_of_ours(wanted, locale):
    assert language(wanted, locale) in LANGUAGES


@given(TEXTS)
def test_any_cookie_is_a_visitor_or_a_new_one(cookie):
    context = SimpleNamespace(cookies={ui.COOKIE: cookie})
    with session({}), patch.object(streamlit, "context", context):
        assert len(ui.viewer()) == 32
        assert ui.viewer().isalnum()


@given(TEXTS)
def test_a_visitors_text_is_one_line_of_code(value):
    shown = ui.code(value)
    assert printable(shown)
    assert shown.count("`") == 2
    assert len(shown) <= 82
