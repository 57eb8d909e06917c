"""Frames of digits by few images, for tests that hold frames to each other: no number in them has to be precise."""

from contextlib import contextmanager

import pytest

from ganlab.digits import snapshot


@contextmanager
def judged_by_few():
    """D's accuracy by as many images as the sheet has, the classifier's numbers by not many more."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshot, "ACCURACY_SAMPLES", 64)
        patch.setattr(snapshot, "JUDGED", 160)
        snapshot.fixed_latents.cache_clear()
        yield
    snapshot.fixed_latents.cache_clear()


@pytest.fixture
def few_images():
    """The same for a test."""
    with judged_by_few():
        yield
