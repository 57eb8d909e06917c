"""What a run will take: from the run computed here whose work is most like it."""

import pytest

from ganlab.plane.config import PlaneConfig
from ganlab.service import forecast
from ganlab.service.forecast import Paces, step_seconds, work

SMALL = PlaneConfig(g_width=16, d_width=16, g_depth=1, d_depth=1)


def test_without_measurements_nothing_is_said():
    assert step_seconds(SMALL, []) is None


def test_an_equal_run_takes_as_long():
    assert step_seconds(SMALL, [(SMALL.replace(seed=3), 250.0)]) == pytest.approx(1 / 250)


def test_the_most_similar_run_counts():
    many = SMALL.replace(d_steps=50)
    assert step_seconds(many, [(SMALL, 1000.0), (many.replace(seed=1), 20.0)]) == pytest.approx(1 / 20)
    alone = step_seconds(many, [(SMALL, 1000.0)])
    assert alone == pytest.approx(work(many) / work(SMALL) / 1000)
    assert 20 < alone * 1000 < 60, "fifty updates of D against one"


def test_more_members_and_wider_networks_are_more_work():
    assert work(SMALL.replace(members=16)) > 1.5 * work(SMALL.replace(members=1))
    assert work(PlaneConfig(d_width=128)) > work(PlaneConfig())


def test_a_class_that_asks_at_one_moment_reads_the_store_once(monkeypatch):
    class Asked:
        """A store that counts."""

        count = 0

        def paces(self, kind):
            self.count += 1
            return [(SMALL.to_json(), 100.0 * self.count)]

    store, now = Asked(), [0.0]
    monkeypatch.setattr(forecast, "monotonic", lambda: now[0])
    paces = Paces(store)
    assert [paces.of("plane") for _ in range(50)] == [[(SMALL, 100.0)]] * 50
    now[0] = 6.0
    assert paces.of("plane") == [(SMALL, 200.0)]
