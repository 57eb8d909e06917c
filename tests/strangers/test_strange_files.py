"""Any file in any place that takes one: what it holds, or a sentence why not; bounded work, never an exception."""

import json
import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strange import HOSTILE, TEXTS, VALUES, attempt, printable

from ganlab.data.point_files import LARGEST as LARGEST_CSV
from ganlab.data.point_files import parse_csv
from ganlab.data.points import LIMIT, PointsError
from ganlab.digits.config import DigitsConfig
from ganlab.digits.weights import MAX_BYTES, Generator, WeightsError, encode, from_upload
from ganlab.export.settings import LARGEST, SettingsError, read_settings
from ganlab.gan.architectures import ARCHITECTURES
from ganlab.kind.fields import knobs
from ganlab.kinds import KINDS
from ganlab.ui.arena import own_data
from ganlab.ui.digits import weights as weights_page
from ganlab.ui.run import share
from ganlab.ui.text import LANGUAGES, text

pytestmark = pytest.mark.whole

BOUND = 64 * 2**20
"""Bytes that reading one file may take at once, whatever is in it."""
SMALL = DigitsConfig(latent_dim=2, batch_size=4)
GOOD = encode(Generator(SMALL, ARCHITECTURES[SMALL.architecture].generator(2, 3)))
HEADER = json.loads(GOOD[8 : 8 + int.from_bytes(GOOD[:8], "little")])
DATA = GOOD[8 + int.from_bytes(GOOD[:8], "little") :]


def mutated(blob):
    """A file with some bytes replaced, cut somewhere, or with something behind it."""
    places = st.integers(0, min(len(blob), 6000) - 1)
    changes = st.lists(st.tuples(places, st.binary(min_size=1, max_size=8)), max_size=4)
    return st.builds(changed, st.just(blob), changes, st.none() | st.integers(0, len(blob)), st.binary(max_size=4))


def changed(blob, changes, end, behind):
    new = bytearray(blob)
    for place, piece in changes:
        new[place : place + len(piece)] = piece
    return bytes(new[:end]) + behind


def file(header, data=DATA):
    """A safetensors file with any header."""
    written = json.dumps(header).encode("utf-8", "replace")
    return len(written).to_bytes(8, "little") + written + data


HEADERS = st.builds(
    lambda entries, metadata: HEADER | entries | metadata,
    st.dictionaries(st.sampled_from([*HEADER]) | TEXTS, VALUES | st.sampled_from([*HEADER.values()]), max_size=3),
    st.just({}) | st.builds(lambda value: {"__metadata__": value}, VALUES),
)
CONFIGS = st.none() | st.builds(
    lambda facts: json.dumps(facts).encode("utf-8", "replace"),
    VALUES | st.dictionaries(st.sampled_from([*knobs(DigitsConfig)]) | TEXTS, VALUES, max_size=4),
)
MANY = "[" * 100_000 + "]" * 100_000


@given(st.binary(max_size=300) | mutated(GOOD) | HEADERS.map(file), CONFIGS)
@example(MANY.encode(), MANY.encode())
@example(file({"a": {"dtype": "F16", "shape": [10**400], "data_offsets": [0, 10**400]}}), None)
def test_any_file_of_weights_is_a_generator_or_a_sentence(blob, config):
    generator, why = attempt(WeightsError, from_upload, blob, config)
    if why:
        assert all(printable(weights_page.refusal(why, lang)) for lang in LANGUAGES)
    else:
        assert bool(generator.sample(generator.draw(2)).isfinite().all())


@given(st.lists(st.tuples(TEXTS, st.binary(max_size=40)), max_size=4))
def test_any_choice_of_files_is_read_or_refused(files):
    uploaded = [SimpleNamespace(name=name, size=len(blob), getvalue=lambda blob=blob: blob) for name, blob in files]
    if uploaded:
        assert isinstance(weights_page.taken(uploaded), WeightsError)


@given(
    st.sampled_from([*KINDS]),
    st.binary(max_size=60)
    | st.builds(lambda value: json.dumps(value).encode(), VALUES)
    | mutated(json.dumps(SMALL.to_json()).encode()),
    st.data(),
)
def test_any_settings_are_a_config_and_notices_or_a_sentence(kind, blob, data):
    fields = st.dictionaries(st.sampled_from([*knobs(KINDS[kind].config)]) | TEXTS, VALUES, max_size=6)
    for content in (blob, json.dumps(data.draw(fields) | {"kind": kind}).encode()):
        settled(content)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_settings(text):
    for kind in KINDS:
        names = [*knobs(KINDS[kind].config), text[:200]]
        settled(json.dumps({name: text[:1000] for name in names} | {"kind": kind}).encode()[:LARGEST])


def settled(blob):
    found, why = attempt(SettingsError, read_settings, blob)
    if why:
        assert printable(text(f"export.settings.{why.reason}", "en", **why.facts))
        return
    config, notices = found
    assert type(config).from_json(config.to_json()) == config
    for lang in LANGUAGES:
        said = [share.explain(notice, config, lang) for notice in share.briefly(notices)]
        assert all(map(printable, said))
        assert len("".join(said)) < 4000


CELLS = st.floats().map(str) | st.floats(-5, 5).map(str) | TEXTS
TABLES = st.lists(st.lists(CELLS, max_size=3), max_size=12)


@given(
    st.binary(max_size=200) | TEXTS.map(lambda text: text.encode("utf-8", "replace")),
    TABLES,
    st.sampled_from([",", ";", "\t", " "]),
)
def test_any_table_is_points_in_the_view_or_a_sentence(blob, table, mark):
    for content in (blob, "\n".join(mark.join(row) for row in table).encode("utf-8", "replace")):
        points, why = attempt(PointsError, parse_csv, content)
        if why:
            assert all(printable(own_data.refusal(why, lang)) for lang in LANGUAGES)
        else:
            assert np.abs(points).max() <= LIMIT


HUGE = {
    "a_header_of_lists": (from_upload, lambda: file({"a": [[]] * (MAX_BYTES // 5)}, b"")),
    "a_header_of_names": (from_upload, lambda: file(dict.fromkeys(map(str, range(MAX_BYTES // 20))), b"")),
    "a_header_without_end": (
        from_upload,
        lambda: MAX_BYTES.to_bytes(8, "little") + b'{"a":' + b"[" * (MAX_BYTES - 100),
    ),
    "zeros": (from_upload, lambda: bytes(MAX_BYTES)),
    "lines": (parse_csv, lambda: b"a\n" * (LARGEST_CSV // 2)),
    "points": (parse_csv, lambda: b"1,2\n" * (LARGEST_CSV // 4)),
    "commas": (parse_csv, lambda: b"," * LARGEST_CSV),
    "one_number": (parse_csv, lambda: b"9" * LARGEST_CSV),
    "blanks": (parse_csv, lambda: b" \n" * (LARGEST_CSV // 2)),
    "nested_settings": (read_settings, lambda: MANY.encode()[:LARGEST]),
    "lists_in_settings": (read_settings, lambda: b'{"kind":"plane","a":[' + b"[]," * 20_000 + b"[]]}"),
}
"""What reads a file, and what makes one: to make them all takes a second."""


@pytest.mark.parametrize("name", HUGE)
def test_the_largest_files_take_little_memory(name):
    read, made = HUGE[name]
    blob = made()
    tracemalloc.start()
    try:
        attempt((WeightsError, PointsError, SettingsError), read, blob)
        assert tracemalloc.get_traced_memory()[1] < BOUND
    finally:
        tracemalloc.stop()
