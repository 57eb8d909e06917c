"""The labels of the runs on digits on which the diagnosis is judged (benchmarks/diagnosis_digits.py)."""

import numpy as np
import pytest

from benchmarks.diagnosis_digits import BASE, CONFIGS, KINDS, LOOKS_DRAWN, SEEDS, label, right

EVEN, NINE = [0.1] * 10, [0.11] * 9 + [0.005]
ONE = [0.95] + [0.05 / 9] * 9
FINE = {"accepted": 0.95, "digit_tv": 0.05, "diversity": 0.95, "d_accuracy": 0.7, "gap": 0.0, "g_grad": 1.0}


def record(*shares, died=-1, **changes):
    """Looks of one run, one for each of the shares or five equal ones."""
    rows = np.array(shares if len(shares) > 1 else [*(shares or [EVEN])] * 5)
    return {name: np.full(len(rows), value) for name, value in (FINE | changes).items()} | {
        "shares": rows,
        "died": died,
    }


BLANK = {"accepted": 0.0}


@pytest.mark.parametrize(
    ("looks", "done", "truth"),
    [
        (record(), "healthy", "healthy"),
        (record(accepted=0.7), "healthy", "recognisable"),
        (record(accepted=0.55), "healthy", "between"),
        (record(accepted=0.55, gap=0.5), "few", "memorising"),
        (record(accepted=0.55, d_accuracy=0.98), "ahead", "d_ahead"),
        (record(diversity=0.4), "plain", "alike"),
        (record(NINE), "plain", "collapse"),
        (record(*[ONE, ONE[::-1]] * 2, ONE), "collapse", "rotating"),
        (record(**BLANK), "young", "smear"),
        (record(**BLANK), "weak", "d_too_weak"),
        (record(**BLANK, g_grad=0.001, d_accuracy=1.0), "vanishing", "vanishing"),
        (record(**BLANK, died=300), "critic", "diverged"),
    ],
)
def test_labels_ask_the_images_d_and_what_was_done(looks, done, truth):
    assert label(looks, done, BASE) == truth
    assert {"between": "no_finding"}.get(truth, truth) in right(looks, done, BASE)


def test_near_a_limit_either_is_right_and_what_d_shows_beside_a_smear_is_no_smear():
    assert right(record(accepted=0.86), "healthy", BASE) == {"healthy", "recognisable"}
    assert right(record(**BLANK, gap=0.5, d_accuracy=1.0), "few", BASE) == {"memorising", "d_ahead"}
    assert right(record(**BLANK, d_accuracy=0.7), "weak", BASE) == {"d_too_weak", "smear"}
    slower = BASE.replace(d_lr=BASE.g_lr / 2)
    assert right(record(**BLANK, d_accuracy=0.6), "plain", slower) == {"d_too_weak", "smear"}
    assert right(record(**BLANK, d_accuracy=0.7), "plain", slower) == {"smear"}


def test_each_look_has_eighty_runs_two_configs_of_each_kind():
    for configs in LOOKS_DRAWN.values():
        assert SEEDS * len(configs) == 80
        assert [done for done, _ in configs.values()] == [kind for kind in KINDS for _ in range(2)]
    assert len({config for _, config in CONFIGS.values()}) == 80 * len(LOOKS_DRAWN)
