"""What a small container refuses, and what it still does; what a worker does not load."""

import subprocess
import sys

import pytest

from ganlab.digits.config import DigitsConfig
from ganlab.kind.fields import ConfigError
from ganlab.plane.config import PlaneConfig
from ganlab.service.runs import Runs
from ganlab.store.runs import Store

CLASSIC, DEEP = DigitsConfig(architecture="classic"), DigitsConfig(architecture="deep")


@pytest.fixture
def service(tmp_path, monkeypatch):
    """A run service that never starts a worker."""
    monkeypatch.setattr(Runs, "_start", lambda *_: None)
    with Store(tmp_path / "runs") as store, Runs(store) as service:
        yield service


@pytest.mark.parametrize("config", [CLASSIC, DEEP], ids=["classic", "deep"])
def test_big_networks_are_not_trained_where_memory_is_small(service, monkeypatch, config):
    monkeypatch.setenv("GANLAB_MEMORY_MB", "1199")
    with pytest.raises(ConfigError) as error:
        service.submit(config, "me")
    assert (error.value.field, error.value.reason) == ("architecture", "small_memory")
    assert error.value.facts == {"mb": 1199, "least": 1200}
    assert service.status(config.key()).state == "absent"
    monkeypatch.setenv("GANLAB_MEMORY_MB", "1200")
    assert service.status(service.submit(config, "me")).state == "queued"


@pytest.mark.parametrize("config", [DigitsConfig(), PlaneConfig()], ids=["light", "plane"])
def test_small_networks_are_trained_everywhere(service, monkeypatch, config):
    monkeypatch.setenv("GANLAB_MEMORY_MB", "690")
    assert service.status(service.submit(config, "me")).state == "queued"


def test_what_the_store_has_can_be_wished_everywhere(service, monkeypatch):
    monkeypatch.setenv("GANLAB_MEMORY_MB", "690")
    monkeypatch.setattr(service, "reached", lambda _: CLASSIC.steps)
    assert service.submit(CLASSIC, "me") == CLASSIC.key()
    with pytest.raises(ConfigError):
        service.submit(CLASSIC.replace(steps=CLASSIC.steps + 1), "me")


@pytest.mark.whole
def test_a_ready_worker_has_not_loaded_pytorch_s_compiler():
    """It is as large as everything else together."""
    script = "import sys; from ganlab import kinds; from ganlab.service import worker; worker.warm(kinds.engines())"
    script += "; print('torch._inductor' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["False"]
