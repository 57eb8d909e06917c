"""What tests of exported scripts share."""

import pytest
import torch


@pytest.fixture
def in_float64():
    """Both sides compute in double precision: neither names a precision."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)
