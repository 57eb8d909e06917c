"""The one command line: each command explains itself and gives the shell a status; scripts need a checkout."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from ganlab import __main__ as line
from ganlab.host import command

ROOT = Path(__file__).parents[2]
ALL = line.COMMANDS | line.SCRIPTS


def status(*arguments):
    """What the shell is told."""
    try:
        return line.main(arguments)
    except SystemExit as end:
        return end.code


def test_the_help_lists_every_command_and_needs_no_torch():
    program = """
import atexit, sys
from ganlab import __main__
atexit.register(lambda: print("torch" in sys.modules))
__main__.main(["--help"])
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for name, entry in ALL.items():
        assert f"  {name} " in done.stdout
        assert entry.about in done.stdout
    assert "example:" in done.stdout
    assert done.stdout.endswith("False\n")


@pytest.mark.parametrize("name", ALL)
def test_every_command_has_a_help_with_an_example(name, capsys):
    assert status(name, "--help") == 0
    said = capsys.readouterr().out
    assert said.startswith(f"usage: python -m ganlab {name} ")
    *_, example = said.strip().splitlines()
    assert shlex.split(example)[:4] == ["python", "-m", "ganlab", name]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nothing"],
        ["script"],
        ["study", "nothing"],
        ["study", "--slots", "two"],
        ["record", "nothing"],
        ["judge"],
        ["generators", "nothing"],
        ["subset", "one", "two"],
        ["bundle", "one"],
        ["page"],
        ["site"],
    ],
    ids=" ".join,
)
def test_what_is_not_understood_is_said_and_ends_with_2(arguments, capsys):
    assert status(*arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("usage: python -m ganlab")


@pytest.mark.whole
def test_a_setting_that_cannot_be_used_ends_with_2_and_one_line():
    done = subprocess.run(
        [sys.executable, "-m", "ganlab", "study"],
        cwd=ROOT,
        env={"GANLAB_PROFILE": "lokal", "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (2, "GANLAB_PROFILE=lokal: expected shared or local\n")


def test_a_command_passes_its_arguments_on(capsys):
    assert status("script", "a.preset=ring_r1", "0") == 0
    assert "torch" in capsys.readouterr().out
    assert status("script", "a.loss=nothing") == 2


def test_scripts_are_offered_in_a_checkout_only(monkeypatch, tmp_path, capsys):
    assert line.available() == ALL
    monkeypatch.setattr(line, "ROOT", tmp_path)
    assert line.available() == line.COMMANDS
    assert status("record") == 2
    assert "invalid choice: 'record'" in capsys.readouterr().err


def test_names_that_are_known_pass():
    command.expect(command.parser("some", "About.", ""), ["a", "b"], {"a", "b", "c"})
