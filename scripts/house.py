"""What a checkout is made of: its modules, its rooms, what they import of each other, the floor that each stands on.

A room is a folder, or a module to which the import law of pyproject.toml gives a floor of its own. A folder that the
law names has its subfolders in it, unless the law names them, too.
"""

from __future__ import annotations

import ast
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SOURCES = ("streamlit_app.py", "pages", "ganlab")


@dataclass(frozen=True)
class House:
    """The modules of a checkout that have lines, by their dotted names."""

    lines: dict[str, int]
    folders: dict[str, list[str]]
    """Each folder's modules."""
    rooms: dict[str, list[str]]
    """Each room's modules."""
    arrows: Counter[tuple[str, str]]
    """Imports between files of different rooms, by (room, imported room)."""
    inside: int = 0
    """Imports between files of one room."""

    @cached_property
    def reach(self) -> dict[str, set[str]]:
        """The rooms that each room imports, directly or not."""
        reach = {room: {to for at, to in self.arrows if at == room} for room in self.rooms}
        for middle in reach:
            for room in reach:
                if middle in reach[room]:
                    reach[room] = reach[room] | reach[middle]
        return reach

    @cached_property
    def floors(self) -> list[list[str]]:
        """Rooms by floor, the ground first: each one above the highest that it imports; circles share a floor."""
        height: dict[str, int] = {}
        for room in sorted(self.rooms, key=lambda name: (len(self.reach[name]), name)):
            below = [height[other] + (not self.tied(room, other)) for other in self.reach[room] if other in height]
            height[room] = max(below, default=0)
        return [[name for name in self.rooms if height[name] == floor] for floor in range(max(height.values()) + 1)]

    @property
    def needed(self) -> list[tuple[str, str]]:
        """The arrows that no others imply."""
        return [one for one in sorted(self.arrows) if not self.implied(*one)]

    @property
    def circles(self) -> set[frozenset[str]]:
        """The sets of rooms that import each other, directly or not."""
        return {
            frozenset(other for other in self.rooms if self.tied(room, other))
            for room in self.rooms
            if self.tied(room, room)
        }

    def implied(self, room: str, other: str) -> bool:
        """Whether a room that the first imports, and is not tied to, imports the other one, too."""
        direct = {to for at, to in self.arrows if at == room and to != other and not self.tied(to, room)}
        return any(other in self.reach[middle] for middle in direct)

    def tied(self, room: str, other: str) -> bool:
        """Whether two rooms import each other, directly or not."""
        return other in self.reach[room] and room in self.reach[other]

    def facts(self) -> str:
        """The house in numbers."""
        most = max(len(names) for names in self.folders.values())
        files = f"{len(self.lines)} files in {len(self.folders)} folders, at most {most} in one"
        drawn = f"{len(self.rooms)} rooms on {len(self.floors)} floors, {len(self.arrows)} arrows between rooms"
        return f"{files}; {drawn}, {len(self.needed)} not implied by others; circles: {len(self.circles)}"


def read(root: Path) -> House:
    """The house of a checkout."""
    modules = {module(path.relative_to(root)): path for path in sources(root)}
    lines = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in modules.items()}
    modules = {name: path for name, path in modules.items() if lines[name]}
    law, folders = named(root), {name: folder(name, path) for name, path in modules.items()}
    rooms = {name: next((unit for unit in above(name) if unit in law), folders[name] or name) for name in modules}
    pairs = [(rooms[name], rooms[used]) for name, path in modules.items() for used in imported(path, modules)]
    arrows = Counter((room, other) for room, other in pairs if room != other)
    inside = len(pairs) - arrows.total()
    return House({name: lines[name] for name in modules}, grouped(folders), grouped(rooms), arrows, inside)


def sources(root: Path) -> list[Path]:
    """The product's Python files."""
    files = [path for source in SOURCES for path in sorted((root / source).rglob("*.py")) or [root / source]]
    return [path for path in files if path.is_file()]


def module(path: Path) -> str:
    """The dotted name of a file."""
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def folder(name: str, path: Path) -> str:
    """The folder that a module stands in; "" is the checkout itself."""
    return name if path.name == "__init__.py" else name.rpartition(".")[0]


def above(name: str) -> Iterator[str]:
    """A module and all that it is inside of, from the inside out."""
    while name:
        yield name
        name = name.rpartition(".")[0]


def named(root: Path) -> set[str]:
    """What the import law gives a floor to."""
    tools = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8")).get("tool", {})
    laws = [law for law in tools.get("importlinter", {}).get("contracts", []) if law["type"] == "layers"]
    return {
        f"{container}.{name.strip()}"
        for law in laws
        for container in law["containers"]
        for layer in law["layers"]
        for name in layer.split("|")
    }


def grouped(places: dict[str, str]) -> dict[str, list[str]]:
    """Modules by their place."""
    groups: dict[str, list[str]] = {}
    for name, place in places.items():
        groups.setdefault(place, []).append(name)
    return groups


def imported(path: Path, modules: dict[str, Path]) -> list[str]:
    """The modules of the house that a file imports, each once."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in modules else node.module for name in names}
    return sorted(found & set(modules))
