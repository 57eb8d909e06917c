"""All shipped runs and cards as a static site: `python -m ganlab site out/`. Any host of files serves it.

An index in each language, and a page of its own for each run and for the two runs of each card.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ganlab.host import command
from ganlab.kind.config import RunConfig
from ganlab.links import identity
from ganlab.presets import PRESETS
from ganlab.store import recording
from ganlab.studies.cards import LESSONS, shipped
from ganlab.ui.mistakes.mistakes import arm_name, title
from ganlab.ui.players.webpage import hashed
from ganlab.ui.run.view import Told, view
from ganlab.ui.text import LANGUAGES, text
from ganlab.ui.webpage.page import page
from ganlab.ui.webpage.page import title as beside

HOME = Path(__file__).parent
TEMPLATES = Environment(loader=FileSystemLoader(HOME), autoescape=True, undefined=StrictUndefined)
INDEX = {lang: "index.html" if lang == LANGUAGES[0] else f"index-{lang}.html" for lang in LANGUAGES}
"""Language -> the file of its index."""


@dataclass(frozen=True)
class Exhibit:
    """One page of the site: a prepared run, or a card's two runs."""

    group: str
    """runs, or cards; the folder of its page and the heading in the index."""
    key: str
    configs: Sequence[RunConfig]

    @property
    def address(self) -> str:
        """Its page, from the index."""
        return f"{self.group}/{self.key}.html"

    def name(self, lang: str) -> str:
        """What it is called."""
        return text(f"preset.name.{self.key}", lang) if self.group == "runs" else title(self.key, lang)

    def about(self, lang: str) -> str:
        """What there is to see."""
        return text(f"preset.about.{self.key}", lang) if self.group == "runs" else beside(self.told, lang)

    @property
    def sides(self) -> list[dict[str, str]]:
        """What its runs are called, by language; {} for one that is called by what sets it apart."""
        if self.group == "runs" or LESSONS[self.key].seeds:
            return [{} for _ in self.configs]
        return [{lang: arm_name(self.key, arm, lang) for lang in LANGUAGES} for arm in ("broken", "fixed")]

    @cached_property
    def told(self) -> list[Told[Any]]:
        """Its runs, as they ship."""
        return [read(config, own) for config, own in zip(self.configs, self.sides, strict=True)]

    @property
    def picture(self) -> str:
        """The end of its first run, as the address of a picture that it holds itself; "" for a kind without one."""
        first = self.told[0]
        draw = view(first.config.kind).thumbnail
        if draw is None:
            return ""
        png = draw(first.config, first.frames[max(first.frames)])
        return f"data:image/png;base64,{b64encode(png).decode()}"


def read(config: RunConfig, names: dict[str, str]) -> Told[Any]:
    """A run that ships, up to its last step."""
    found = recording.read(shipped()[config.key()], identity)
    frames = {step: blob for step, member, blob in found.frames if member == 0 and step <= config.steps}
    return Told(config, frames, names=names)


def exhibits() -> Iterator[Exhibit]:
    """All that ships and has a player, in the order of the menus."""
    known = shipped()
    for key, config in PRESETS.items():
        if config.key() in known and view(config.kind).played:
            yield Exhibit("runs", key, [config])
    for key, card in LESSONS.items():
        if {card.broken.key(), card.fixed.key()} <= known.keys():
            yield Exhibit("cards", key, [card.broken, card.fixed])


def write(out: Path, chosen: Sequence[Exhibit]) -> None:
    """Writes the site into a folder."""
    for exhibit in chosen:
        file = out / exhibit.address
        file.parent.mkdir(parents=True, exist_ok=True)
        names = {lang: exhibit.name(lang) for lang in LANGUAGES}
        file.write_text(page(exhibit.told, LANGUAGES[0], names), encoding="utf-8")
    for lang, file_name in INDEX.items():
        (out / file_name).write_text(index(chosen, lang), encoding="utf-8")


def index(chosen: Sequence[Exhibit], lang: str) -> str:
    """The index in a language."""
    style = (HOME / "site.css").read_text(encoding="utf-8").strip()
    groups = {group: [one for one in chosen if one.group == group] for group in ("runs", "cards")}
    said = {name: text(f"webpage.site.{name}", lang) for name in ("title", "about", "runs", "cards")}
    policy = f"default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src {hashed(style)}"
    return TEMPLATES.get_template("index.html").render(
        lang=lang, indexes=INDEX, groups=groups, said=said, style=style, policy=policy
    )


def main(arguments: list[str]) -> int:
    """Writes the site; returns the exit status."""
    parser = command.parser("site", "All shipped runs and cards as a static site.", "out/")
    parser.add_argument("out", type=Path, help="the folder; files of the same name are replaced")
    asked = parser.parse_args(arguments)
    write(asked.out, list(exhibits()))
    return 0
