"""Any link to any page: a valid state and a short sentence about the rest, never an exception."""

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strange import HOSTILE, TEXTS, VALUES, links, printable, session

from ganlab.kind.fields import knobs
from ganlab.kinds import KINDS
from ganlab.teach import link as teach_link
from ganlab.teach import task
from ganlab.ui.beside import beside
from ganlab.ui.latent import link as latent
from ganlab.ui.lessons import link as lessons
from ganlab.ui.mistakes import mistakes
from ganlab.ui.run import compare, share
from ganlab.ui.run.experiment import ARENA, BESIDE, COMPARE, MNIST
from ganlab.ui.teach import draft, sheet
from ganlab.ui.theory import link as theory
from ganlab.ui.words import about, glossary, quiz

pytestmark = pytest.mark.whole

LONGEST = 4000
"""Signs of all sentences about one link."""


@dataclass(frozen=True)
class Codec:
    """How a page reads a link into the session, how it writes its state, and the links that it is tried with."""

    read: Callable[[str], Any]
    write: Callable[[], dict[str, str]]
    links: Any


def of_runs(first, second=None):
    """The codec of a page with one or two runs."""
    own = st.dictionaries(st.sampled_from(["preset", "member", "step", "v"]), TEXTS).map(
        lambda parts: {name if name == "v" else first.prefix + name: text for name, text in parts.items()}
    )
    tried = st.builds(dict.__or__, links(first.specs, first.prefix), own)
    if second is None:
        return Codec(lambda lang: share.open_link(first, lang), lambda: share.to_link(first), tried)
    both = st.builds(dict.__or__, tried, st.just({}) | links(second.specs, second.prefix))
    return Codec(lambda lang: compare.open_link(first, second, lang), lambda: compare.to_link(first, second), both)


def named(*names):
    """Links with these names."""
    return st.dictionaries(st.sampled_from(names) | TEXTS, TEXTS, max_size=5)


def tasks():
    """Links of the builder: addresses, and tasks whose data are any JSON under the right mark."""
    words = st.fixed_dictionaries({}, optional=dict.fromkeys(draft.SPOKEN, VALUES))
    near = st.fixed_dictionaries(
        {"page": st.sampled_from([*task.PAGES]) | VALUES},
        optional={
            "words": st.dictionaries(st.sampled_from(["en", "es"]) | TEXTS, words | VALUES, max_size=2) | VALUES,
            "query": st.dictionaries(st.sampled_from(["a.preset", "a.loss", "v"]) | TEXTS, TEXTS, max_size=3) | VALUES,
            **dict.fromkeys(("open", "locked", "hidden", "without", "hand_in"), st.lists(TEXTS, max_size=2) | VALUES),
            "rest": st.sampled_from(task.STATES) | VALUES,
        },
    )
    written = TEXTS | (near | VALUES).map(lambda said: in_link(json.dumps(said).encode())) | st.binary().map(in_link)
    address = TEXTS | st.builds("{}/{}?{}={}".format, TEXTS, st.sampled_from([*task.PAGES]) | TEXTS, TEXTS, TEXTS)
    own = st.fixed_dictionaries({}, optional={teach_link.TASK: written, draft.FROM: address})
    return st.builds(dict.__or__, named(teach_link.TASK + "s", draft.FROM), own)


def in_link(plain):
    """Bytes as the data of a task's link, with the mark that they need."""
    press = zlib.compressobj(9, wbits=-15, zdict=teach_link.COMMON)
    data = teach_link.base64(press.compress(plain) + press.flush())
    return f"{teach_link.VERSION}.{data}.{teach_link.mark(data, '')}"


CODECS = {
    "arena": of_runs(ARENA, COMPARE),
    "mnist": of_runs(MNIST, BESIDE),
    "beside": of_runs(beside.FLOW),
    "latent": Codec(latent.open_link, lambda: latent.to_link(latent.tour()), links(knobs(latent.Tour), latent.PREFIX)),
    "theory": Codec(theory.open_link, lambda: theory.to_link(theory.game()), links(knobs(theory.Game), theory.PREFIX)),
    "mistakes": Codec(
        mistakes.open_link, lambda: {mistakes.CHOSEN: mistakes.chosen()}, named(mistakes.CHOSEN, mistakes.PREFIX + "x")
    ),
    "start": Codec(lessons.open_link, lambda: lessons.to_link(lessons.place()), named(*lessons.FIELDS)),
    "glossary": Codec(glossary.open_link, glossary.to_link, named(glossary.TERM, glossary.FIND)),
    "quiz": Codec(quiz.open_link, quiz.to_link, named(quiz.AT, quiz.ANSWERS)),
    "about": Codec(about.open_link, lambda: {about.STUDY: about.chosen()}, named(about.STUDY)),
    "teach": Codec(draft.open_link, draft.to_link, tasks()),
    "sheet": Codec(
        lambda lang: sheet.open_link(lang)[1], dict, st.builds(dict.__or__, tasks(), named("page", "a.loss"))
    ),
}
"""By page. The board's own link is a key, which is only compared: see its tests. That of the server has no part."""


def visited(codec, link, lang):
    """What a page says of a link, and the link that it writes then."""
    with session(link):
        return codec.read(lang), codec.write()


def test_every_page_is_tried():
    assert {path.stem for path in Path("pages").glob("*/*.py")} == CODECS.keys() | {"board", "host"}
    assert {kind.page for kind in KINDS.values()} <= CODECS.keys()


@pytest.mark.parametrize("page", CODECS)
@given(data=st.data(), lang=st.sampled_from(["en", "es"]))
def test_any_link_gives_a_valid_state_and_a_short_sentence_about_the_rest(page, data, lang):
    opened(page, data.draw(CODECS[page].links), lang)


@pytest.mark.parametrize("page", CODECS)
def test_a_hostile_text_in_every_field_is_no_exception(page):
    names = {*lessons.FIELDS, *NAMES, *written_by(page), *(f"a.{name}" for name in ARENA.specs)}
    for text in HOSTILE:
        opened(page, dict.fromkeys([*names, text[:60]], text), "es")


NAMES = (
    teach_link.TASK,
    teach_link.TASK + "s",
    draft.FROM,
    quiz.AT,
    quiz.ANSWERS,
    glossary.TERM,
    glossary.FIND,
    about.STUDY,
    mistakes.CHOSEN,
    "a.preset",
    "m.edits",
)


def written_by(page):
    """The names in the link of a page that was opened without one."""
    return visited(CODECS[page], {}, "en")[1]


def opened(page, link, lang):
    sentences, written = visited(CODECS[page], link, lang)
    assert all(map(printable, sentences))
    assert len("".join(sentences)) < LONGEST
    assert visited(CODECS[page], written, lang) == ([], written), "what a page writes it reads"
