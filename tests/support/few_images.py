"""Frames of digits by few images, for tests that hold frames to each other: no number in them has to be precise."""

from contextlib import contextmanager

import pytest

from ganlab.digits import frame, snapshot


@contextmanager
def judged_by_few(rows=frame.ROWS):
    """A sheet of so many rows, D's accuracy by as many images, the classifier's numbers by not many more.

    Only where all is computed and read in this process may there be fewer rows: others expect a sheet of full size.
    """
    with pytest.MonkeyPatch.context() as patch:
        for module in (frame, snapshot):
            patch.setattr(module, "ROWS", rows)
        patch.setattr(snapshot, "ACCURACY_SAMPLES", rows**2)
        patch.setattr(snapshot, "JUDGED", 160)
        snapshot.fixed_latents.cache_clear()
        yield
    snapshot.fixed_latents.cache_clear()


@pytest.fixture
def few_images():
    """The same for a test, with the smallest sheet that serves."""
    with judged_by_few(4):
        yield
