"""The player of two runs on the plane, side by side, with one bar and one slider for both.

One message: u32 length of the JSON | JSON, padded to a multiple of 4 | for each run a whole message of the arena's
player (its `message`), back to back, `sizes` bytes each. The slider's moments are the steps of both runs.
Back come `want`, as the arena's, but `run` is the duel's name and its steps are moments: what both show then; and
`held`, as the arena's: run and member are the first one's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ganlab.ui import component
from ganlab.ui.component import ignore, packed
from ganlab.ui.players.player import PLAYERS, labels


def duel_labels(lang: str) -> dict[str, str]:
    """Every label of this player in `lang`, by key: the arena's, and its own."""
    return labels(lang) | {f"duel_{key}": sentence for key, sentence in component.labels("duel.player.", lang).items()}


def message(
    run: str,
    sides: Sequence[bytes],
    titles: Sequence[str],
    text: Mapping[str, str],
    differences: Sequence[tuple[str, str, str]] = (),
    live: bool = False,
    view: Mapping[str, Any] | None = None,
    clock: float | None = None,
) -> bytes:
    """What the player shows, as bytes.

    `run`: the duel's name; `sides`: each run's message; `differences`: (name, the one's, the other's) of every setting
    in which they differ; `view`, read at first sight only: at (step), playing, keeps, layers, arrows ("push" | "rise"),
    speed;
    `clock`: seconds of a moment, which are then shown in the place of steps.
    """
    head = dict(run=run, member=0, sizes=[len(side) for side in sides], titles=list(titles), text=dict(text))
    head |= dict(differences=[list(difference) for difference in differences], live=live, view=dict(view or {}))
    return packed(head | ({"clock": clock} if clock else {}), sides)


def player(data: bytes, key: str) -> None:
    """Mounts the player on the page; what it wants stands in the session under `key`."""
    PLAYERS.mount("duel", key=key, data=data, on_want_change=ignore, on_held_change=ignore)
