"""Links from words to runs: a preset, a card of the mistakes, a view of the latent space."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ganlab.kinds import KINDS
from ganlab.presets import PRESETS
from ganlab.ui.latent.link import PREFIX
from ganlab.ui.mistakes.mistakes import CHOSEN
from ganlab.ui.run.experiment import places
from ganlab.ui.text import text


@dataclass(frozen=True)
class Shown:
    """A place of the product that a link opens."""

    page: str
    """The name of a page."""
    query: Mapping[str, str]
    title: str
    """The key of its name; "" for a page without a choice."""
    section: str = "lab"

    @property
    def script(self) -> str:
        """The script of its page."""
        return f"pages/{self.section}/{self.page}.py"

    def name(self, lang: str) -> str:
        """What the link is called: the run, and its page."""
        page = text(f"app.nav.{self.page}", lang)
        return text("words.see.run", lang, name=text(self.title, lang), page=page) if self.title else page


def preset(name: str) -> Shown:
    """A preset on its page."""
    here, _ = places(PRESETS[name].kind)
    return Shown(KINDS[here.kind].page, {here.name("preset"): name}, f"preset.name.{name}")


def card(name: str) -> Shown:
    """A card of the mistakes."""
    return Shown("mistakes", {CHOSEN: name}, f"mistakes.{name}.title")


def latent(view: str, **values: str) -> Shown:
    """A view of the latent space."""
    query = {PREFIX + name: value for name, value in {"view": view, **values}.items()}
    return Shown("latent", query, f"latent.view.{view}")


def learn(name: str) -> Shown:
    """A page that shows one thing."""
    return Shown(name, {}, "", "learn")
