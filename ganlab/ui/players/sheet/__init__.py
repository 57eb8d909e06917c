"""A lab sheet in the browser: what is known of a run, and what a student writes, which only the browser keeps.

A message is JSON; `types/messages.d.ts` says what is in it. Nothing comes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ganlab.ui import component
from ganlab.ui.component import Components
from ganlab.ui.players import player

SHEET = Components("ganlab_sheet", Path(__file__).parent / "web", ("sheet",), base=player.PLAYERS)


def labels(lang: str) -> dict[str, str]:
    """Every label of the component in `lang`, by key."""
    return component.labels("sheet.player.", lang)


def sheet(facts: Mapping[str, Any], lang: str, key: str) -> None:
    """Mounts the sheet with the facts of a run."""
    SHEET.mount("sheet", key=key, data={**facts, "text": labels(lang)})
