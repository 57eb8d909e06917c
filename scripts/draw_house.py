"""Draws the house from its imports: folders on floors, their files, arrows between folders; an SVG.

`python -m scripts.draw_house` writes docs/house.svg. `--root FOLDER --out FILE.svg` draws another checkout, for a
picture of before and after. A folder stands one floor above the highest one that it imports; folders that import each
other share a floor, and their arrows are red.
"""

from __future__ import annotations

import argparse
import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).parents[1]
SOURCES = ("streamlit_app.py", "pages", "ganlab")
WIDTH, COLUMN, LINE, ROWS, PAD, GAP = 1500, 148, 15, 10, 10, 46
LONGEST = 350
"""Lines of a file whose bar is full."""
STYLE = """
text { font: 11px system-ui, sans-serif; fill: #1b222d } .title { font-weight: 700; font-size: 12.5px }
.room { fill: #f3f5f8; stroke: #c3ccd8 } .bar { fill: #b9cfe8 } .down { stroke: #2166ac; fill: none; opacity: .7 }
.implied { stroke: #8ea3bd; fill: none; opacity: .28 }
.circle { stroke: #b2442f; fill: none; opacity: .85 } .small { fill: #5b6675; font-size: 10px } .paper { fill: #ffffff }
"""
LEGEND = "An arrow: imports; faint where others imply it, red in a circle. A bar: lines."
TIP = """<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"
 markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" fill="#2166ac"/></marker>"""


@dataclass(frozen=True)
class House:
    """A checkout's files and what they import of each other."""

    lines: dict[str, int]
    """Lines of each module, by its dotted name."""
    arrows: Counter[tuple[str, str]]
    """Imports between files of different folders, by (folder, imported folder)."""
    files: dict[str, list[str]]
    """Each folder's modules."""

    @cached_property
    def reach(self) -> dict[str, set[str]]:
        """The folders that each folder imports, directly or not."""
        reach = {folder: {to for at, to in self.arrows if at == folder} for folder in self.files}
        for middle in reach:
            for folder in reach:
                if middle in reach[folder]:
                    reach[folder] = reach[folder] | reach[middle]
        return reach

    @cached_property
    def floors(self) -> list[list[str]]:
        """Folders by floor, the ground first."""
        height: dict[str, int] = {}
        for folder in sorted(self.files, key=lambda name: len(self.reach[name])):
            below = [height[other] for other in self.reach[folder] if other in height and not self.tied(folder, other)]
            level = [height[other] for other in self.reach[folder] if other in height and self.tied(folder, other)]
            height[folder] = max([*(floor + 1 for floor in below), *level], default=0)
        return [[name for name in self.files if height[name] == floor] for floor in range(max(height.values()) + 1)]

    def implied(self, folder: str, other: str) -> bool:
        """Whether an arrow says no more than others do: a folder on its way imports the other one, too."""
        direct = {to for at, to in self.arrows if at == folder}
        return any(
            other in self.reach[middle] for middle in direct if not self.tied(middle, folder) and middle != other
        )

    def tied(self, folder: str, other: str) -> bool:
        """Whether two folders import each other, directly or not."""
        return other in self.reach[folder] and folder in self.reach[other]


def read(root: Path) -> House:
    """The house of a checkout."""
    paths = [path for source in SOURCES for path in sorted((root / source).rglob("*.py")) or [root / source]]
    modules = {module(path.relative_to(root)): path for path in paths if path.is_file()}
    lines = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in modules.items()}
    modules = {name: path for name, path in modules.items() if lines[name]}
    arrows = Counter(
        (folder(name, modules), folder(used, modules))
        for name, path in modules.items()
        for used in imported(path, modules)
        if folder(used, modules) != folder(name, modules)
    )
    files: dict[str, list[str]] = {}
    for name in modules:
        files.setdefault(folder(name, modules), []).append(name)
    return House({name: lines[name] for name in modules}, arrows, files)


def module(path: Path) -> str:
    """The dotted name of a file."""
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def folder(name: str, modules: dict[str, Path]) -> str:
    """The folder that a module stands in."""
    return ".".join(name.split(".")) if modules[name].name == "__init__.py" else name.rpartition(".")[0] or name


def imported(path: Path, modules: dict[str, Path]) -> Iterator[str]:
    """The modules of the house that a file imports, each once."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in modules else node.module for name in names}
    yield from sorted(found & set(modules))


@dataclass(frozen=True)
class Box:
    """A folder's place on the paper."""

    x: float
    y: float
    width: float
    height: float


def size(name: str, count: int) -> tuple[float, float]:
    """Width and height of a folder with so many files."""
    columns = -(-count // ROWS)
    return max(columns * COLUMN, 7.4 * len(name) + 30) + 2 * PAD, min(count, ROWS) * LINE + 24 + PAD


def places(house: House) -> tuple[dict[str, Box], float]:
    """Each folder's box, the top floor first, and the height of the paper."""
    boxes: dict[str, Box] = {}
    y = 30.0
    for floor in reversed(house.floors):
        for row in rows([(name, *size(name, len(house.files[name]))) for name in floor]):
            space = (WIDTH - sum(width for _, width, _ in row)) / (len(row) + 1)
            x = space
            for name, width, height in row:
                boxes[name] = Box(x, y, width, height)
                x += width + space
            y += max(height for _, _, height in row) + GAP
    return boxes, y


def rows(boxes: list[tuple[str, float, float]]) -> Iterator[list[tuple[str, float, float]]]:
    """The boxes of a floor in rows that fit the paper."""
    row: list[tuple[str, float, float]] = []
    for box in boxes:
        if row and sum(width + 16 for _, width, _ in [*row, box]) > WIDTH:
            yield row
            row = []
        row.append(box)
    yield row


def arrow(house: House, start: str, end: str, boxes: dict[str, Box]) -> str:
    """The curve from a folder to one that it imports, as wide as there are imports."""
    a, b = boxes[start], boxes[end]
    x1, y1, x2, y2 = a.x + a.width / 2, a.y + a.height, b.x + b.width / 2, b.y
    kind = "circle" if house.tied(start, end) else "implied" if house.implied(start, end) else "down"
    bend = max(24.0, (y2 - y1) / 2)
    path = f"M{x1:.0f} {y1:.0f}C{x1:.0f} {y1 + bend:.0f} {x2:.0f} {y2 - bend:.0f} {x2:.0f} {y2:.0f}"
    count = house.arrows[start, end]
    return f'<path class="{kind}" stroke-width="{1 + count**0.5 / 2:.1f}" marker-end="url(#tip)" d="{path}"/>'


def room(house: House, name: str, box: Box) -> str:
    """A folder: its name, its files, each with a bar as long as its lines."""
    files = sorted(house.files[name], key=lambda file: -house.lines[file])
    parts = [
        f'<rect class="room" rx="8" x="{box.x:.0f}" y="{box.y:.0f}" width="{box.width:.0f}" height="{box.height:.0f}"/>'
    ]
    title = f"{name.replace('.', '/')}  ({len(files)})" if len(files) > 1 or files[0] != name else name
    parts.append(f'<text class="title" x="{box.x + PAD:.0f}" y="{box.y + 17:.0f}">{escape(title)}</text>')
    for index, file in enumerate(files):
        x, y = box.x + PAD + index // ROWS * COLUMN, box.y + 24 + index % ROWS * LINE
        long = (COLUMN - 8) * min(1.0, house.lines[file] / LONGEST)
        parts.append(rectangle("bar", 2, Box(x, y, long, LINE - 2)))
        label = file.rpartition(".")[2] if file != name else "__init__"
        lines = f'<tspan class="small">{house.lines[file]}</tspan>'
        parts.append(f'<text x="{x + 3:.0f}" y="{y + 10.5:.1f}">{escape(label)} {lines}</text>')
    return "".join(parts)


def rectangle(kind: str, round: int, box: Box) -> str:
    """A rectangle with rounded corners."""
    place = f'x="{box.x:.0f}" y="{box.y:.0f}" width="{box.width:.0f}" height="{box.height:.0f}"'
    return f'<rect class="{kind}" rx="{round}" {place}/>'


def draw(house: House) -> str:
    """The picture."""
    boxes, height = places(house)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img">',
            f"<title>{facts(house)}</title>",
            f"<style>{STYLE}</style>",
            TIP,
            f'<rect class="paper" width="{WIDTH}" height="{height:.0f}"/>',
            f'<text x="12" y="18">{facts(house)}. {LEGEND}</text>',
            *(arrow(house, start, end, boxes) for start, end in sorted(house.arrows)),
            *(room(house, name, box) for name, box in boxes.items()),
            "</svg>\n",
        ]
    )


def facts(house: House) -> str:
    """The house in numbers."""
    most = max(len(names) for names in house.files.values())
    folders = f"{len(house.lines)} files in {len(house.files)} folders, at most {most} in one"
    return f"{folders}; {len(house.floors)} floors, {len(house.arrows)} arrows between folders"


def main() -> None:
    """Writes the picture."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], epilog="Example: python -m scripts.draw_house"
    )
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout to draw")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "house.svg", help="the file to write")
    chosen = parser.parse_args()
    chosen.out.write_text(draw(read(chosen.root)), encoding="utf-8")


if __name__ == "__main__":
    main()
