"""A few steps of some runs are written down: if they change, ENGINE must change, so that stale results never show."""

import json

import numpy as np
import pytest
from golden_runs import DIGITS_RUNS, GOLDEN, PLANE_RUNS, computed, in_single

from ganlab.digits.config import ENGINE as DIGITS_ENGINE
from ganlab.plane.config import ENGINE

DOUBLE = 1e-9
"""Between processors results differ by at most 1e-11; a coefficient changed by 1e-4 moves them by 1e-7."""
SINGLE = 2e-5
"""Between processors by up to 1e-6; other draws are other numbers altogether."""
OLDER = {"ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "COMPATIBLE", "ONEDNN_MAX_CPU_ISA": "SSE41"}
"""What makes PyTorch and its libraries compute as on a processor without AVX."""
RUNS = [("plane", name) for name in PLANE_RUNS] + [("digits", name) for name in DIGITS_RUNS]


@pytest.fixture(scope="module")
def golden():
    return json.loads(GOLDEN.read_text())


@pytest.fixture(
    scope="module",
    params=[
        pytest.param({}, id="this processor"),
        pytest.param(OLDER, id="an older one", marks=pytest.mark.nightly),  # only new numbers can fail here
    ],
)
def double(request):
    return computed("double", **request.param)


def test_the_numbers_are_those_of_this_engine(golden):
    stated = golden["engine"], golden["digits_engine"]
    assert stated == (ENGINE, DIGITS_ENGINE), (
        "a new ENGINE: write the numbers anew, `python -m tests.support.golden_runs`; test them with `-m nightly`, too"
    )


@pytest.mark.whole
@pytest.mark.parametrize(("kind", "name"), RUNS)
def test_a_run_is_that_of_this_engine(golden, double, kind, name):
    agree(double[kind][name], golden["double"][kind][name], DOUBLE)


def test_draws_are_those_of_this_engine(golden):
    found = in_single()
    assert found.keys() == golden["single"].keys()
    for part, rows in golden["single"].items():
        agree(found[part], rows, SINGLE)


def agree(found, golden, tolerance):
    assert found.keys() == golden.keys()
    for key, values in golden.items():
        np.testing.assert_allclose(found[key], values, tolerance, tolerance, err_msg=f"{key} changed: raise ENGINE")
