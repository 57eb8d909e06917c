"""Frames of digits by few images, for tests that hold frames to each other: no number in them has to be precise."""

import pytest

from ganlab.digits import snapshot


@pytest.fixture
def few_images(monkeypatch):
    """D's accuracy by as many images as the sheet has, the classifier's numbers by not many more."""
    snapshot.fixed_latents.cache_clear()
    monkeypatch.setattr(snapshot, "ACCURACY_SAMPLES", 64)
    monkeypatch.setattr(snapshot, "JUDGED", 160)
    yield
    snapshot.fixed_latents.cache_clear()
