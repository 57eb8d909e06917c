"""What is installed is what runs: each import has its pin, and the wheel works far from the repository."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = [*(ROOT / "ganlab").rglob("*.py"), *(ROOT / "pages").rglob("*.py"), ROOT / "streamlit_app.py"]
BY_NAME = {
    "torchvision": "data/torchvision.py imports it on demand",
    "psycopg": "SQLAlchemy loads it for an address of PostgreSQL",
    "psycopg-binary": "psycopg loads it: its parts in C, with their library",
    "pyarrow": "pandas reads and writes Parquet with it",
}
"""Distributions that the product needs though no import statement names them, and why."""


def pins(file):
    """Distribution -> version of a requirements file, without those it includes."""
    return pinned((ROOT / file).read_text().splitlines())


def extras():
    """Distribution -> version of all extras of the package."""
    found = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    return pinned(line for lines in found.values() for line in lines)


def pinned(written):
    lines = [line.split("#")[0].strip() for line in written]
    return dict(re.fullmatch(r"([\w-]+)==([\w.]+)", line).groups() for line in lines if line and line[0] != "-")


def imported():
    """The top-level names that the product imports, its own and the standard library's apart."""
    names = set()
    for node in (node for path in PRODUCT for node in ast.walk(ast.parse(path.read_text()))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module.split(".")[0])
    return names - sys.stdlib_module_names - {"ganlab"}


@pytest.mark.whole
def test_what_the_product_imports_is_pinned_and_nothing_else():
    distributions = packages_distributions()
    needed = {distributions[name][0].lower() for name in imported()} | BY_NAME.keys()
    assert pins("requirements.txt").keys() | extras().keys() == needed
    assert not pins("requirements.txt").keys() & extras().keys()


def test_the_extras_are_what_the_tests_use():
    assert extras().items() <= pins("requirements-dev.txt").items()


def test_no_tool_for_development_is_a_requirement_of_the_product():
    assert not pins("requirements.txt").keys() & pins("requirements-dev.txt").keys()


def shipped(folder):
    """The files of the package, as paths in a wheel."""
    files = (path for path in (folder / "ganlab").rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in files}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy, so that no build folder is left here. Without the network: setuptools is there."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT / "ganlab", source / "ganlab", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "requirements.txt"):
        shutil.copy(ROOT / name, source)
    pip("wheel", source, "--no-deps", "--no-build-isolation", "--wheel-dir", out)
    (file,) = out.glob("*.whl")
    return file


def pip(*arguments):
    subprocess.run([sys.executable, "-m", "pip", *map(str, arguments), "--quiet"], check=True, timeout=600)


@pytest.mark.whole
def test_the_wheel_holds_every_file_of_the_package(wheel):
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == shipped(ROOT)


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """The interpreter of a fresh environment with the wheel; what it depends on is this environment's."""
    home = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    found = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip("--python", found, "install", "--no-deps", "--no-index", "--no-compile", wheel)
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    here, there = (subprocess.check_output([one, "-c", ask], text=True).strip() for one in (sys.executable, found))
    (Path(there) / "dependencies.pth").write_text(here)
    return found


def elsewhere():
    """This environment, in which nothing is imported from the repository."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


PROGRAM = """
from pathlib import Path
import ganlab
assert Path(ganlab.__file__).is_relative_to(PREFIX), ganlab.__file__

from ganlab.digits import weights
from ganlab.studies import tables
*_, last = ganlab.train(ganlab.PlaneConfig(steps=5, g_width=8, d_width=8, batch_size=16))
assert last.step == 5

run = ganlab.open(Path(ganlab.__file__).parent / "recorded" / "ring.zip")
assert len(run.frames) > 20 and run.frames[-1].step == run.step
assert run.verdict.key
assert len(run.page()) > 10**5

from ganlab.data.images import IMAGE_SETS
assert len(IMAGE_SETS["mnist_5k"].load()[0]) == 5000
assert tables.load("k")["arm"].nunique() > 1
image = weights.shipped("light")
assert image.sample(image.draw(2, "wheel")).shape == (2, 28, 28)

from ganlab.digits.judge import shipped_weights
assert shipped_weights()

from ganlab.ui.text import text
assert {text("app.nav.arena", lang) for lang in ("en", "es")} == {"Arena"}

from ganlab.ui.players import player
print("it works")
"""


@pytest.mark.whole
def test_the_installed_package_trains_opens_a_recording_reads_a_table_and_speaks(python, tmp_path):
    program = PROGRAM.replace("PREFIX", repr(str(python.parents[1])))
    done = subprocess.run(
        [python, "-c", program], cwd=tmp_path, env=elsewhere(), capture_output=True, text=True, timeout=600
    )
    assert done.stdout.endswith("it works\n"), done.stderr


@pytest.mark.whole
def test_the_installed_command_line_has_no_scripts(python, tmp_path):
    def status(*arguments):
        command = [python, "-m", "ganlab", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=elsewhere(), capture_output=True).returncode

    assert status("script", "a.preset=ring_r1") == 0
    assert status("record", "ring") == 2
