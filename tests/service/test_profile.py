"""What the machine offers, read from hand-made trees of control groups, and what the server chooses from it."""

import math
import platform
import subprocess
import sys

import pytest

from ganlab.host import machine
from ganlab.host.machine import Machine, found
from ganlab.service import profile
from ganlab.service.profile import SMALL_CAP, chosen
from ganlab.store.frame_cache import CAP

GB = 1e9
POD = "kubepods/burstable/pod1"
V1 = f"12:memory:/{POD}\n4:cpu,cpuacct:/{POD}\n1:name=systemd:/{POD}\n"


@pytest.fixture(autouse=True)
def large(monkeypatch):
    """A machine of 16 processors and 64 GB around the containers."""
    monkeypatch.setattr(machine, "processors", lambda: 16)
    monkeypatch.setattr(machine, "physical_memory", lambda: 64 * GB)
    monkeypatch.delenv("GANLAB_MEMORY_MB", raising=False)
    monkeypatch.delenv("GANLAB_SLOTS", raising=False)


def tree(folder, own, files):
    """The machine that a tree of control groups describes. own: /proc/self/cgroup; files: text by path."""
    groups = folder / "cgroup"
    for path, text in files.items():
        (groups / path).parent.mkdir(parents=True, exist_ok=True)
        (groups / path).write_text(text)
    (folder / "own").write_text(own)
    return found(groups, folder / "own")


CASES = {
    "version 2": ("0::/\n", {"memory.max": "1073741824\n", "cpu.max": "50000 100000\n"}, (1073741824, 0.5)),
    "version 2 without limits": ("0::/\n", {"memory.max": "max\n", "cpu.max": "max 100000\n"}, (64 * GB, 16)),
    "the innermost group is the narrowest": (
        "0::/a/b\n",
        {"memory.max": "max", "a/memory.max": "900000000", "a/b/memory.max": "700000000", "a/b/cpu.max": "max 100000"},
        (7e8, 16),
    ),
    "a group around it is the narrowest": (
        "0::/a/b\n",
        {
            "a/memory.max": "600000000",
            "a/b/memory.max": "max",
            "a/cpu.max": "20000 100000",
            "a/b/cpu.max": "200000 100000",
        },
        (6e8, 0.2),
    ),
    "what slows down counts, too": ("0::/\n", {"memory.max": "2000000000", "memory.high": "800000000"}, (8e8, 16)),
    "inside a container the host's path is not there": ("0::/docker/123\n", {"memory.max": "690000000"}, (6.9e8, 16)),
    "version 1": (
        V1,
        {
            f"memory/{POD}/memory.limit_in_bytes": "524288000\n",
            f"cpu,cpuacct/{POD}/cpu.cfs_quota_us": "150000\n",
            f"cpu,cpuacct/{POD}/cpu.cfs_period_us": "100000\n",
        },
        (524288000, 1.5),
    ),
    "version 1 without limits": (
        V1,
        {
            "memory/memory.limit_in_bytes": "9223372036854771712\n",
            "cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
            "cpu,cpuacct/cpu.cfs_period_us": "100000\n",
        },
        (64 * GB, 16),
    ),
    "both versions, nested": (
        "4:memory:/a\n0::/\n",
        {"memory/memory.limit_in_bytes": "5000000000", "memory/a/memory.limit_in_bytes": "1000000000"},
        (GB, 16),
    ),
    "nonsense": ("0::/\n", {"memory.max": "much", "cpu.max": "often"}, (64 * GB, 16)),
    "nothing": ("", {}, (64 * GB, 16)),
}


@pytest.mark.parametrize("case", CASES)
def test_the_narrowest_limit_of_all_groups_counts(case, tmp_path):
    own, files, (memory, cpus) = CASES[case]
    assert tree(tmp_path, own, files) == Machine(memory, cpus)


def test_without_control_groups_the_machine_counts(tmp_path):
    assert found(tmp_path / "none", tmp_path / "none") == Machine(64 * GB, 16)


@pytest.mark.parametrize(
    ("memory", "cpus", "slots", "threads", "is_small"),
    [
        (0.69, 0.1, 1, 1, True),
        (0.69, 2, 1, 2, True),
        (1.0, 8, 1, 2, True),
        (1.2, 2, 1, 2, False),
        (2.0, 0.5, 1, 1, False),
        (2.0, 2, 1, 2, False),
        (2.0, 8, 2, 2, False),
        (2.7, 3, 2, 2, False),
        (16, 8, 7, 2, False),
        (math.inf, 1.5, 1, 1, False),
        (math.inf, 2.5, 2, 2, False),
    ],
)
def test_slots_threads_and_caches_fit_the_machine(memory, cpus, slots, threads, is_small):
    found = chosen(Machine(memory * GB, cpus))
    assert (found.slots, found.threads, found.is_small) == (slots, threads, is_small)
    assert found.frames == (SMALL_CAP if is_small else CAP)


@pytest.mark.parametrize(
    ("memory", "cpus", "slots", "seats"),
    [
        (0.69, 2, 1, 0),
        (1.0, 2, 1, 33),
        (1.0, 0.5, 1, 13),
        (1.0, 0.1, 1, 2),
        (1.4, 2, 1, 33),
        (1.36, 16, 1, 20),
        (4, 16, 8, 0),
        (4, 16, 1, 33),
    ],
)
def test_seats_need_memory_and_processor_time(memory, cpus, slots, seats):
    assert profile.seats(Machine(memory * GB, cpus), slots) == seats


def test_the_variables_win(monkeypatch):
    monkeypatch.setattr(machine, "found", lambda: Machine(8 * GB, 8))
    assert (profile.slots(), profile.profile().is_small) == (7, False)
    monkeypatch.setenv("GANLAB_MEMORY_MB", "1000")
    assert (profile.slots(), profile.profile().is_small) == (1, True)
    monkeypatch.setenv("GANLAB_SLOTS", "3")
    assert profile.slots() == 3


def test_the_doctor_says_what_was_found_and_chosen(monkeypatch, capsys):
    monkeypatch.setattr(machine, "found", lambda: Machine(8 * GB, 0.5))
    monkeypatch.setenv("GANLAB_MEMORY_MB", "690")
    monkeypatch.setenv("GANLAB_SLOTS", "2")
    assert profile.main([]) == 0
    said = capsys.readouterr().out
    for part in (
        "8,000 MB",
        "690 MB",
        "0.5",
        "2 (GANLAB_SLOTS; 1 without it)",
        "refused",
        "in the server",
        "25 MB",
        "seats                  0",
    ):
        assert part in said
    assert said.endswith("seats                  0\n")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="a setting of glibc")
def test_the_threads_of_a_server_take_memory_from_a_few_places():
    script = "import sys, ganlab.host.machine as machine; sys.exit(not machine.few_arenas())"
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0
