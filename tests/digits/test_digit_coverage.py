"""Whether training on digits makes digits: the short form of the coverage test; `digits_10k` is the long one."""

import pytest

from ganlab.digits import train
from ganlab.digits.evaluation import EVALUATION
from ganlab.presets import PRESETS, opening

UPDATES = 500


@pytest.mark.whole
def test_500_updates_of_the_opening_run_make_at_least_eight_digits():
    """Three seeds had 9 covered, 8 to 9 accepted, .36 to .38 of all images accepted, TV .29 to .32, FID 227 to 236.

    Digits are covered by a smear, too, after 64 updates: so accepted ones are counted, and FID has to be far below the
    330 of that smear.
    """
    state = train.start(PRESETS[opening("digits")])
    while state.step < UPDATES:
        train.update(state)
    found = {name: float(value[0]) for name, value in EVALUATION.final(state).items() if name != "shares"}
    assert found["digits_covered"] >= 8
    assert found["digits_accepted"] >= 7
    assert found["accepted"] > 0.28
    assert found["digit_tv"] < 0.42
    assert found["fid_floor"] < found["fid"] < 280
