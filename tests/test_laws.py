"""The house's own laws: imports go down only, pages stay small, the core never sees the screen or the global dice."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
FLOORS = [
    {
        *("__main__", "command", "settings", "folders", "atomic", "user_files"),
        *("rng", "nets", "layers", "convnets", "devices", "pace", "optimizers", "augment", "vision", "pretrained"),
    },
    {
        *("datasets", "digits", "losses", "regularizers", "countermeasures", "judge"),
        *("points", "point_files", "code_mistakes"),
    },
    {
        *(
            "knobs",
            "run_config",
            "run_frame",
            "gan_config",
            "gan_frame",
            "digits_config",
            "plane_config",
            "metrics",
            "frame",
            "digits_frame",
        ),
        *("digit_reference", "digit_metrics", "lookalikes"),
    },
    {
        *("run_state", "gan_state", "gan_snapshot", "gan_verdict", "engine"),
        *("theory", "state", "rounds", "objectives", "snapshot", "train"),
        *("digits_state", "digits_snapshot", "train_digits"),
        *("database", "checkpoints", "recording", "store", "tail", "upkeep", "weights", "uploads"),
        *("replay", "witness", "trace", "slow_motion"),
    },
    {
        *("remedies", "diagnosis", "digits_diagnosis"),
        *("kinds", "links", "presets", "cards"),
        "worker",
        "slot",
        "runs",
        *("evaluation", "gan_evaluation", "plane_evaluation", "digits_evaluation"),
        "tables",
        "grids",
        "study",
        *("latent", "generators", "films", "latent_measures", "errands"),
        *("script_parts", "script", "export", "library"),
    },
    {"ui"},
]
"""From the ground up; a module may import from its own floor and below."""
CORE = sorted(path for path in (ROOT / "ganlab").glob("*.py") if path.stem != "__init__")
SOURCES = [*CORE, *(ROOT / "scripts").glob("*.py"), *(ROOT / "ganlab" / "ui").rglob("*.py")]
KINDS_NAMED = ("plane", "digits")
PAGES = sorted((ROOT / "pages").rglob("*.py"))


def imported(path):
    """Every dotted name that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def floor(module):
    return next(i for i, floor in enumerate(FLOORS) if module in floor)


def test_every_module_has_its_floor():
    assert {path.stem for path in CORE} == set().union(*FLOORS) - {"ui"}


def test_imports_go_down():
    ours = [(path, name) for path in CORE for name in imported(path) if name.startswith("ganlab.")]
    up = [f"{path.stem}: {name}" for path, name in ours if floor(name.split(".")[1]) > floor(path.stem)]
    assert up == []


def test_the_core_never_sees_the_screen():
    screen = ("streamlit", "altair", "pages", "scripts")
    assert [f"{path.stem}: {n}" for path in CORE for n in imported(path) if n.split(".")[0] in screen] == []


def test_kinds_are_named_in_their_rooms_and_their_record_alone():
    """Everything else derives from KINDS. "digits" is also a preset's key, and a unit."""
    rooms = ("kinds", "plane_config", "digits_config", "presets", "digit_metrics")
    nodes = [(path, node) for path in CORE if path.stem not in rooms for node in ast.walk(ast.parse(path.read_text()))]
    assert [(p.stem, n.lineno) for p, n in nodes if isinstance(n, ast.Constant) and n.value in KINDS_NAMED] == []


def test_no_global_random_state_and_no_pickles():
    wrong = r"torch\.manual_seed|np\.random\.(?:seed|rand|normal|uniform)\(|pickle\.load|torch\.load\("
    draw = r"torch\.(?:rand|randn|randint|randperm|bernoulli|multinomial)\((?![^\n]*generator=)"
    found = {path.stem: re.findall(f"{wrong}|{draw}", path.read_text()) for path in SOURCES}
    assert {name: calls for name, calls in found.items() if calls} == {}


def test_pages_and_router_stay_small():
    assert len((ROOT / "streamlit_app.py").read_text().splitlines()) <= 60
    for page in PAGES:
        assert len(page.read_text().splitlines()) <= 120, page
        assert page.parent.parent.name == "pages", "a script directly in pages/ breaks deep links"


def test_files_hold_one_idea():
    assert [path.name for path in SOURCES if len(path.read_text().splitlines()) > 350] == []
