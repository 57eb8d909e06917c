"""A teacher's task: what is one, its link, what a changed or hostile link comes to."""

import json
import random
import zlib
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganlab.kind.fields import knobs
from ganlab.kinds import KINDS
from ganlab.teach import link, task
from ganlab.teach.cleaning import clean, harmless, line
from ganlab.teach.link import COMMON, LARGEST, LONGEST, decode, encode, mark
from ganlab.teach.task import PAGES, STATES, Task, TaskError, Words
from ganlab.ui.text import LANGUAGES

SECRET = "a secret of the deployer"
WHOLE = Task(
    page="arena",
    query={"a.preset": "ring_k50", "a.gamma": "0.5"},
    rest="hidden",
    open=("d_steps",),
    locked=("loss", "regularizer"),
    without=("tries", "about"),
    words={
        "en": Words("A strong D", "Raise **k**.\n\n- look at the lamps", "How many modes?", ("one", "eight")),
        "es": Words("Un D fuerte", "Sube **k**.", "¿Cuántos modos?", ("uno", "ocho")),
    },
    hand_in=("verdict", "conclusion"),
)


def packed(said, secret=""):
    """The link of any JSON."""
    press = zlib.compressobj(9, wbits=-15, zdict=COMMON)
    plain = said if isinstance(said, bytes) else json.dumps(said).encode()
    data = urlsafe_b64encode(press.compress(plain) + press.flush()).decode().rstrip("=")
    return f"1.{data}.{mark(data, secret)}"


def test_languages_are_those_of_the_texts():
    assert task.LANGUAGES == LANGUAGES


def test_each_page_is_one_and_its_settings_are_those_of_its_kind():
    root = Path(__file__).parents[2]
    assert all((root / page.script).exists() for page in PAGES.values())
    for page in PAGES.values():
        assert bool(page.kind) == bool(Task(page=Path(page.script).stem).fields)
    assert Task(page="mnist").fields == tuple(knobs(KINDS["digits"].config))


@pytest.mark.parametrize("secret", ["", SECRET])
@pytest.mark.parametrize("made", [WHOLE, Task(page="latent"), Task(page="mistakes", query={"c.card": "no_cure"})])
def test_a_task_comes_back_from_its_link(made, secret):
    assert decode(encode(made, secret), secret) == (made, True)


words = st.text(max_size=60)


@given(st.builds(Words, words, words), st.lists(st.sampled_from(list(knobs(KINDS["plane"].config))), unique=True))
def test_any_text_and_any_settings_come_back(said, names):
    made = Task(page="arena", locked=tuple(names), words={"en": said})
    assert decode(encode(made, SECRET), SECRET) == (made, True)


def test_a_link_of_this_version_is_read_for_ever():
    kept = (Path(__file__).parents[1] / "keepsakes" / "task.txt").read_text(encoding="utf-8").strip()
    assert decode(kept, "") == (WHOLE, True)


def test_a_usual_task_makes_a_link_that_phones_can_scan():
    assert len(encode(WHOLE, SECRET)) < 400


def test_the_longest_text_fits_and_what_does_not_is_refused():
    prose = " ".join(random.Random(1).choices((Path(__file__).parents[2] / "README.md").read_text().split(), k=260))
    assert len(encode(Task(page="arena", words={"en": Words(body=prose[: task.BODY])}), "")) <= LONGEST
    noise = "".join(map(chr, random.Random(2).choices(range(0x4E00, 0x9FA5), k=task.BODY)))
    noisy = dict.fromkeys(LANGUAGES, Words(body=noise))
    with pytest.raises(TaskError) as error:
        encode(Task(page="arena", words=noisy), "")
    assert error.value.reason == "link_long"


# Changed links


def test_a_changed_task_is_noticed_with_a_secret_and_without():
    other = packed(json.loads(json.dumps(link.facts(WHOLE))) | {"locked": []})
    for secret in ("", SECRET):
        data, written = encode(WHOLE, secret).split(".")[1:]
        assert decode(f"1.{other.split('.')[1]}.{written}", secret)[1] is False
        assert decode(f"1.{data}.", secret)[1] is False


def test_a_signature_cannot_be_made_without_the_secret():
    assert decode(encode(WHOLE, ""), SECRET)[1] is False
    assert decode(encode(WHOLE, "another secret"), SECRET)[1] is False
    assert decode(encode(WHOLE, SECRET), "")[1] is False


@pytest.mark.parametrize(
    ("reason", "written"),
    [
        ("link", ""),
        ("link", "1.abc"),
        ("link", "1.%%%.x"),
        ("link", "1." + "A" * LONGEST + ".x"),
        ("link", packed(b"\xff\xfe")),
        ("link", packed(b"[" * 20_000)),
        ("link", packed(b'{"page": "arena", "query": {"a.x": "' + b"0" * LARGEST * 40 + b'"}}')),
        ("link", packed([])),
        ("link", packed({"page": "arena", "surprise": 1})),
        ("link", packed({"page": 5})),
        ("link", packed({})),
        ("link", packed({"page": "arena", "locked": "loss"})),
        ("link", packed({"page": "arena", "words": {"en": {"options": [1]}}})),
        ("link", packed({"page": "arena", "words": [1]})),
        ("version", "2.AAAA.x"),
        ("page", packed({"page": "../admin"})),
        ("setting", packed({"page": "latent", "locked": ["loss"]})),
        ("setting", packed({"page": "arena", "open": ["__class__"]})),
        ("state", packed({"page": "arena", "rest": "gone"})),
        ("part", packed({"page": "arena", "without": ["contents"]})),
        ("query", packed({"page": "arena", "query": {"task": "x"}})),
        ("query", packed({"page": "arena", "query": {"m.loss": "hinge"}})),
        ("too_long", packed({"page": "arena", "query": {"a.dataset": "x" * 5000}})),
        ("language", packed({"page": "arena", "words": {"de": {}}})),
        ("options", packed({"page": "arena", "words": {"en": {"question": "?", "options": ["a"]}}})),
        ("options", packed({"page": "arena", "words": {"en": {"options": ["a", "b"]}}})),
        ("options", packed({"page": "arena", "words": {"en": {"question": "?", "options": ["a", "a "]}}})),
        ("too_long", packed({"page": "arena", "words": {"en": {"title": "x" * 121}}})),
        ("hand_in", packed({"page": "arena", "hand_in": ["name"]})),
    ],
)
def test_what_is_no_task_is_refused_with_its_reason(reason, written):
    with pytest.raises(TaskError) as error:
        decode(written, "")
    assert error.value.reason == reason


@given(st.text(max_size=200), st.binary(max_size=200))
def test_no_link_is_an_accident(text, blob):
    for written in (text, f"1.{text}.{text}", f"1.{urlsafe_b64encode(blob).decode()}.x", packed(blob)):
        with pytest.raises(TaskError):
            decode(written, "")


def test_questions_in_both_languages_have_as_many_answers():
    with pytest.raises(TaskError, match="unequal"):
        Task(
            page="arena",
            words={"en": Words(question="?", options=("a", "b")), "es": Words(question="?", options="abc")},
        )


# Settings


def test_each_setting_has_one_state():
    assert [WHOLE.state(name) for name in ("d_steps", "loss", "gamma")] == ["open", "locked", "hidden"]
    assert "d_steps" not in WHOLE.bound()
    assert WHOLE.bound()["loss"] == "locked"
    assert set(WHOLE.bound().values()) <= set(STATES)


def test_words_are_those_of_the_reader_or_the_only_ones():
    assert WHOLE.said("es").title == "Un D fuerte"
    assert Task(page="arena", words={"en": Words("Only")}).said("es").title == "Only"
    assert Task(page="arena").said("en") == Words()


# Strangers' texts


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a\u202eb\u2066c\u200bd\ufeff", "abcd"),
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("e\u0301", "é"),
        ("z" + "\u0335" * 50, "z\u0335\u0335"),
        ("\ud800x\ue000y", "xy"),
        ("one\r\ntwo\u2028three", "one\ntwothree"),
        ("  ñandú 😀 ≥  ", "ñandú 😀 ≥"),
    ],
)
def test_invisible_characters_go_and_letters_stay(written, shown):
    assert clean(written) == shown


def test_a_line_has_no_second_one():
    assert line("a\n\n# b \t c") == "a # b c"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<script>alert(1)</script>", "< script>alert(1)< /script>"),
        ("<img src=x onerror=alert(1)>", "< img src=x onerror=alert(1)>"),
        ("<javascript:alert(1)>", "< javascript:alert(1)>"),
        ("[in](javascript:alert(1))", "[in] (javascript:alert(1))"),
        ("![](https://elsewhere.example/spy.png)", "![] (https://elsewhere.example/spy.png)"),
        ("[a][b]\n\n[b]: https://elsewhere.example", "[a] [b]\n\n[b] : https://elsewhere.example"),
        ("<!-- x --><?y?>", "< !-- x -->< ?y?>"),
        ("**bold**, 1 < 2, $x_1 < y$, `a[0]`", "**bold**, 1 < 2, $x_1 < y$, `a[0]`"),
    ],
)
def test_html_links_and_pictures_stay_text(written, shown):
    assert harmless(written) == shown
