"""A run's frames on the server, and the choice of frames for the next message to a player."""

import math
import threading
from bisect import bisect_right
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from time import monotonic
from typing import Any, Generic, Protocol, TypeVar

import streamlit as st

from ganlab.game.verdict import Verdict
from ganlab.kind.config import RunConfig
from ganlab.plane.frame import spread
from ganlab.ui import alone
from ganlab.ui.component import told
from ganlab.ui.run.server import PAGES, service

KEY_FRAMES = 48
"""Most frames in the first message, and in the answer to a request."""
FEW = 5
"""Frames that open a film which stands still: others come when somebody reaches for it."""
LATELY = 2.3
"""Seconds that a message to all who watch a run looks back: two refreshes of the slowest."""
CURVES_PACE = 2.0
"""Seconds between two updates of the curves: all who watch a run get the same ones meanwhile, made once."""
SHARED = 4
"""Most messages of one film that are kept."""
SENT, ANSWERS = "stage.sent", "stage.answers"
"""Session keys: the last message to the player, and the last request with its number of answers."""
HEAD_START = 1.2
"""Seconds by which what follows the first picture of a visit is delayed, so that the browser draws that first."""


def head_start(following: str) -> None:
    """Waits, before what follows is sent for the first time in a visit, until the browser has drawn the picture.

    Else the picture waits until the scripts of other widgets, of formulas or of charts are loaded.
    """
    key = f"stage.{following}"
    if key not in st.session_state:
        st.session_state[key] = True
        PAGES.sleep(HEAD_START)


class Stepped(Protocol):
    """Any kind of frame."""

    @property
    def step(self) -> int:
        """Its step."""

    @property
    def outcome(self) -> str:
        """How the run has ended with it; "diverged" of one that shows nothing."""


F = TypeVar("F", bound=Stepped)


class Film(Generic[F]):
    """The frames of one member for verdicts and curves. All visitors share it; it grows during training."""

    def __init__(self, config: RunConfig, read: Callable[[bytes], F], diagnose: Callable[[Sequence[F]], Verdict]):
        self.config, self.read, self.diagnose = config, read, diagnose
        self.frames: list[F] = []
        self.verdicts: dict[int, Verdict] = {}
        self.lock, self.making = threading.Lock(), threading.Lock()
        self.arrivals: list[tuple[float, int]] = []
        """When frames came lately, beside those that the film began with, and the last step before them."""
        self.made: dict[Hashable, bytes] = {}
        self.drawn = (-math.inf, -1)
        """When curves were last made anew for those who watch, and their last step."""

    def grow(self, member: int, limit: int) -> list[int]:
        """Reads new frames from the store. Returns the steps up to `limit`."""
        cache = service().frame_cache(self.config.key())
        with self.lock:
            last = self.frames[-1].step if self.frames else -1
            blobs = cache.blobs(member, [step for step in cache.steps() if step > last])
            self.frames += [self.read(blobs[step]) for step in sorted(blobs)]
            if blobs and last >= 0:
                now = monotonic()
                self.arrivals = [come for come in self.arrivals if come[0] >= now - LATELY] + [(now, last)]
            return [frame.step for frame in self.frames if frame.step <= limit]

    def curves_until(self, last: int) -> int:
        """The last step of the curves: a whole page has all of them, one that is updated those of all who watch."""
        if not alone():
            return last
        with self.lock:
            when, step = self.drawn
            if monotonic() - when >= CURVES_PACE or step > last:
                self.drawn = (monotonic(), last)
            return self.drawn[1]

    def common(self, mine: Collection[int], most: int = KEY_FRAMES) -> list[int]:
        """The steps that came lately if all of `mine` are among them, so that one message serves all who watch a run.

        Else `mine`. What came lately changes only as frames come.
        """
        with self.lock:
            before = self.arrivals[0][1] if self.arrivals else math.inf
            lately = [frame.step for frame in self.frames if frame.step > before]
        return lately if len(lately) <= most and {*mine} <= {*lately} else [*mine]

    def once(self, name: Hashable, make: Callable[[], bytes]) -> bytes:
        """What is made once for all visitors, by a name that says all it depends on. The last few are kept."""
        with self.making:
            found = self.made.pop(name, None)
            self.made[name] = make() if found is None else found
            while len(self.made) > SHARED:
                del self.made[next(iter(self.made))]
            return self.made[name]

    def hold(self, blobs: Mapping[int, bytes]) -> list[int]:
        """Takes all frames of a run that is in no store here; their steps."""
        self.frames = [self.read(blobs[step]) for step in sorted(blobs)]
        return [frame.step for frame in self.frames]

    def upto(self, step: int) -> list[F]:
        """The frames up to a step."""
        with self.lock:
            return [frame for frame in self.frames if frame.step <= step]

    def seen(self, named: Collection[int]) -> list[int]:
        """These steps in order, with those of the frames that are shown in the place of diverged ones: the last ones
        before them that are finite."""
        with self.lock:
            frames = {frame.step: frame.outcome for frame in self.frames}
        finite = [step for step, outcome in frames.items() if outcome != "diverged"]
        lost = [step for step in named if frames.get(step) == "diverged"]
        return sorted({*named}.union(*(finite[:place][-1:] for place in (bisect_right(finite, step) for step in lost))))

    def verdict(self, step: int) -> Verdict:
        """The verdict on the frames up to a step."""
        with self.lock:
            if step not in self.verdicts:
                self.verdicts[step] = self.diagnose([frame for frame in self.frames if frame.step <= step])
            return self.verdicts[step]


def opening(steps: Sequence[int], view: Mapping[str, Any] | None, most: int = KEY_FRAMES, key: str = "") -> list[int]:
    """The steps of the frames that open a film: `most` of one that plays, else FEW and the one that is shown.

    `key`: the player's, where it may show the moment at which the visitor has stopped another seed of the run.
    """
    view = view or {}
    if view.get("playing"):
        return spread(steps, most)
    moments = [view.get("at", math.inf), told(key, "held").get("step") if key else None]
    shown = [steps[: bisect_right(steps, at)][-1:] for at in moments if isinstance(at, int | float)]
    return sorted({*spread(steps, FEW)}.union(*shown))


def carried(
    run: tuple[Any, ...],
    steps: Sequence[int],
    live: bool,
    most: int = KEY_FRAMES,
    slot: str = SENT,
    opens: Sequence[int] | None = None,
) -> tuple[list[int], bool]:
    """The steps of the frames in the next message, and whether it is the first one.

    The browser may miss a message, so each message repeats the new frames of the one before.
    `slot`: the session key for what was sent. `opens`: the steps of the first message, by default `most` of all.
    """
    before = st.session_state.get(slot)
    if not live or before is None or before["run"] != run:
        opening = spread(steps, most) if opens is None else [*opens]
        st.session_state[slot] = {"run": run, "last": steps[-1] if steps else -1, "fresh": []}
        return opening, True
    fresh = spread([step for step in steps if step > before["last"]], most // 2)
    st.session_state[slot] = {"run": run, "last": steps[-1] if steps else -1, "fresh": fresh}
    return [*before["fresh"], *fresh], False


def wanted(player_key: str, run: tuple[str, int], steps: Sequence[int], most: int = KEY_FRAMES) -> list[int]:
    """The steps that the player requested. Each request is answered in three messages, because one may be lost."""
    want = told(player_key, "want")
    sound = all(type(want.get(part)) is int for part in ("from", "to", "n"))
    if not sound or (want.get("run"), want.get("member")) != run:
        return []
    given, times = st.session_state.get(ANSWERS, (None, 0))
    times = times + 1 if given == want else 1
    st.session_state[ANSWERS] = (want, times)
    between = [step for step in steps if want["from"] <= step <= want["to"]]
    return spread(between, max(1, min(want["n"], most))) if times <= 3 else []
