"""Draws the house from its imports: rooms on floors, their files, arrows between rooms; an SVG.

`python -m scripts.draw_house` writes docs/house.svg. `--root FOLDER --out FILE.svg` draws another checkout, for a
picture of before and after. What is a room is said in house.py. Arrows that others imply are left out; those that
end in one room join on their way. Arrows inside a circle are red.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, sqrt
from pathlib import Path
from xml.sax.saxutils import escape

from scripts.house import House, read

ROOT = Path(__file__).parents[1]
LEAST, COLUMN, LINE, PAD, GAP, APART, TOP = 1200, 138, 15, 10, 44, 22, 40
"""Width of the paper at least, of a column of files, height of a line, and spaces in and between rooms, in pixels."""
LONGEST = 350
"""Lines of a file whose bar is full."""
SWEEPS = 24
INKS = ("#2166ac", "#b8860b", "#3a7d44", "#7b4fa3", "#1b8a8f", "#c2603d", "#5b6675", "#a23e6c")
RED = "#d01c1c"
STYLE = """
text { font: 11px system-ui, sans-serif; fill: #1b222d } .title { font-weight: 700; font-size: 12.5px }
.room { fill: #f6f8fb; stroke: #b4c0d0 } .bar { fill: #cfdff1 } .way { fill: none; stroke-width: 1.6 }
.small { fill: #5b6675; font-size: 9.5px } .paper { fill: #ffffff }
"""
Item = tuple[str, int]
"""A room on its floor; or, on a floor between, the way of arrows to a room below."""


@dataclass(frozen=True)
class Drawing:
    """What is to be placed: items by floor, the ground first, and the ways between neighbouring floors."""

    house: House
    floors: list[list[Item]]
    ways: list[tuple[Item, Item]]
    """(upper, lower)."""

    def size(self, item: Item) -> tuple[float, float]:
        """Width and height of a room, or of a way."""
        room, floor = item
        if room not in self.house.floors[floor]:
            return 0.0, 0.0
        columns, rows = shape(len(self.house.rooms[room]))
        return max(columns * COLUMN, 7.6 * len(title(self.house, room))) + 2 * PAD, rows * LINE + 24 + PAD

    @property
    def width(self) -> float:
        """Of the paper."""
        return max(LEAST, *(sum(self.size(item)[0] + APART for item in floor) + APART for floor in self.floors))


def plan(house: House) -> Drawing:
    """Rooms and ways: an arrow passes each floor between its ends, and shares its way with others to the same room."""
    height = {room: floor for floor, rooms in enumerate(house.floors) for room in rooms}
    ways: dict[tuple[Item, Item], None] = {}
    for start, end in house.needed:
        for floor in range(height[start], height[end], -1):
            upper = (start, floor) if floor == height[start] else (end, floor)
            ways[upper, (end, floor - 1)] = None
    ways |= {((a, height[a]), (b, height[b])): None for a, b in house.arrows if house.tied(a, b)}
    floors = [[(room, floor) for room in rooms] for floor, rooms in enumerate(house.floors)]
    for item in dict.fromkeys(item for way in ways for item in way if item not in floors[item[1]]):
        floors[item[1]].append(item)
    return Drawing(house, floors, list(ways))


def shape(count: int) -> tuple[int, int]:
    """Columns and rows of so many files."""
    rows = min(count, max(5, ceil(1.4 * sqrt(count))))
    return ceil(count / rows), rows


def title(house: House, room: str) -> str:
    """What a room is called: a folder with the number of its files, or the file that it is."""
    name, alone = room.replace(".", "/"), house.rooms[room] == [room] and room not in house.folders
    return f"{name}.py" if alone else f"{name}  ({len(house.rooms[room])})"


def centres(drawing: Drawing) -> dict[Item, float]:
    """Where the middle of each item is: near those that it is joined to, above and below, and beside its neighbours."""
    middle: dict[Item, float] = {}
    for floor in drawing.floors:
        place(drawing, floor, {item: (index + 1) / (len(floor) + 1) for index, item in enumerate(floor)}, middle)
    for sweep in range(SWEEPS):
        side = sweep % 3 - 1
        for floor in drawing.floors if side < 0 else reversed(drawing.floors):
            wanted = {item: mean(joined(drawing, item, side, middle), middle[item]) for item in floor}
            place(drawing, floor, {item: x / drawing.width for item, x in wanted.items()}, middle)
    return middle


def joined(drawing: Drawing, item: Item, side: int, middle: dict[Item, float]) -> list[float]:
    """Where those are that an item is joined to: below it for side -1, above it for 1, both for 0."""
    below = [middle[low] for up, low in drawing.ways if up == item]
    above = [middle[up] for up, low in drawing.ways if low == item]
    return (below if side <= 0 else []) + (above if side >= 0 else [])


def mean(values: list[float], default: float) -> float:
    """The mean, or the default of none."""
    return sum(values) / len(values) if values else default


def place(drawing: Drawing, floor: list[Item], wanted: dict[Item, float], middle: dict[Item, float]) -> None:
    """Places the items of a floor as near to where they are wanted, as shares of the width, as their widths allow."""
    ordered = sorted(floor, key=lambda item: wanted[item])
    at = {item: wanted[item] * drawing.width for item in floor}
    right, left = pushed(drawing, ordered, at, 1), pushed(drawing, ordered[::-1], at, -1)
    at = pushed(drawing, ordered, {item: (right[item] + left[item]) / 2 for item in floor}, 1)
    middle.update(pushed(drawing, ordered[::-1], at, -1))


def pushed(drawing: Drawing, ordered: list[Item], at: dict[Item, float], way: int) -> dict[Item, float]:
    """The same places, moved to the right (1) or to the left (-1) as far as neighbours and the paper's edge push."""
    edge, found = 0.0 if way > 0 else -drawing.width, {}
    for item in ordered:
        half = drawing.size(item)[0] / 2
        found[item] = way * max(way * at[item], edge + APART + half)
        edge = way * found[item] + half
    return found


def levels(drawing: Drawing) -> tuple[list[tuple[float, float]], float]:
    """Top and bottom of each floor, the ground first, and the height of the paper."""
    y, found = float(TOP), []
    for floor in reversed(drawing.floors):
        high = max(drawing.size(item)[1] for item in floor)
        found.append((y, y + high))
        y += high + GAP
    return found[::-1], y - GAP + PAD


def paths(drawing: Drawing, middle: dict[Item, float], level: list[tuple[float, float]]) -> Iterator[str]:
    """The ways, in the colour of the room where they end."""
    ink = {room: INKS[index % len(INKS)] for index, room in enumerate(drawing.house.rooms)}
    for upper, lower in drawing.ways:
        (x1, y1), (x2, y2) = (middle[upper], foot(drawing, upper, level)), (middle[lower], level[lower[1]][0])
        bend, high = (y2 - y1) / 2, drawing.size(lower)[1]
        curve = f"M{x1:.0f} {y1:.0f}C{x1:.0f} {y1 + bend:.0f} {x2:.0f} {y2 - bend:.0f} {x2:.0f} {y2:.0f}"
        tail = "m-4 -7l4 7l4 -7" if high else f"V{level[lower[1]][1]:.0f}"
        color = RED if drawing.house.tied(upper[0], lower[0]) else ink[lower[0]]
        yield f'<path class="way" stroke="{color}" d="{curve}{tail}"/>'


def foot(drawing: Drawing, item: Item, level: list[tuple[float, float]]) -> float:
    """Where ways leave an item: a room at its own bottom, a way at that of its floor."""
    top, bottom = level[item[1]]
    return top + drawing.size(item)[1] if drawing.size(item)[1] else bottom


def room(house: House, name: str, x: float, y: float, size: tuple[float, float]) -> str:
    """A room: its name, its files, each with a bar as long as its lines."""
    files = sorted(house.rooms[name])
    rows = shape(len(files))[1]
    parts = [rectangle("room", 8, x, y, *size), f'<text class="title" x="{x + PAD:.0f}" y="{y + 17:.0f}">']
    parts.append(f"{escape(title(house, name))}</text>")
    for index, file in enumerate(files):
        left, top = x + PAD + index // rows * COLUMN, y + 24 + index % rows * LINE
        parts.append(rectangle("bar", 2, left, top, (COLUMN - 8) * min(1.0, house.lines[file] / LONGEST), LINE - 2))
        label = label_of(house, file, name)
        lines = f'<tspan class="small">{house.lines[file]}</tspan>'
        parts.append(f'<text x="{left + 3:.0f}" y="{top + 10.5:.1f}">{escape(label)} {lines}</text>')
    return "".join(parts)


def label_of(house: House, file: str, room: str) -> str:
    """What a file is called in its room."""
    if file == room:
        return "__init__" if file in house.folders else file.rpartition(".")[2]
    return file.removeprefix(f"{room}.").replace(".", "/")


def rectangle(kind: str, round: int, x: float, y: float, width: float, height: float) -> str:
    """A rectangle with rounded corners."""
    return f'<rect class="{kind}" rx="{round}" x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}"/>'


def draw(house: House) -> str:
    """The picture."""
    drawing = plan(house)
    middle, (level, height) = centres(drawing), levels(drawing)
    rooms = [(item, drawing.size(item)) for floor in drawing.floors for item in floor if drawing.size(item)[1]]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {drawing.width:.0f} {height:.0f}" role="img">',
            f"<title>{house.facts()}</title>",
            f"<style>{STYLE}</style>",
            f'<rect class="paper" width="{drawing.width:.0f}" height="{height:.0f}"/>',
            f'<text x="{APART}" y="20">{house.facts()}. An arrow: imports. A bar: lines.</text>',
            *paths(drawing, middle, level),
            *(room(house, item[0], middle[item] - size[0] / 2, level[item[1]][0], size) for item, size in rooms),
            "</svg>\n",
        ]
    )


def main() -> None:
    """Writes the picture."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").splitlines()[0], epilog="Example: python -m scripts.draw_house"
    )
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout to draw")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "house.svg", help="the file to write")
    chosen = parser.parse_args()
    house = read(chosen.root)
    chosen.out.write_text(draw(house), encoding="utf-8")
    print(f"{house.facts()}; {house.inside} of {house.inside + house.arrows.total()} imports stay inside a room")


if __name__ == "__main__":
    main()
