"""torchvision is importable wherever it is installed, and its other troubles are not hidden."""

import subprocess
import sys
from importlib.util import find_spec

import pytest

from ganlab.data import torchvision


@pytest.mark.whole
@pytest.mark.skipif(find_spec("torchvision") is None, reason="torchvision is not installed")
def test_torchvision_imports_in_a_fresh_process_whatever_build_it_is():
    code = """
from ganlab.data import torchvision
torchvision.prepare_torchvision()
torchvision.prepare_torchvision()
from torchvision.transforms import v2
print(torchvision.datasets().MNIST.__name__)
"""
    run = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "MNIST"


def test_other_errors_are_not_hidden(monkeypatch):
    def broken(name):
        raise RuntimeError("out of luck")

    monkeypatch.setattr(torchvision, "find_spec", lambda name: True)
    monkeypatch.setattr(torchvision.importlib, "import_module", broken)
    with pytest.raises(RuntimeError, match="out of luck"):
        torchvision.prepare_torchvision.__wrapped__()


def test_without_torchvision_nothing_happens(monkeypatch):
    monkeypatch.setattr(torchvision, "find_spec", lambda name: None)
    assert torchvision.prepare_torchvision.__wrapped__() is None
