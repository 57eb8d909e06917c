"""A run's film as the server keeps it, and which of its frames the next message to a player carries."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

import streamlit as st

from ganlab.game.verdict import Verdict
from ganlab.kind.config import RunConfig
from ganlab.plane.frame import spread
from ganlab.ui.run.server import service

KEY_FRAMES = 48
"""Frames of an opening message, and of the answer to a wish, at most."""
SENT, ANSWERS = "stage.sent", "stage.answers"
"""What the session's player was sent last, and which of its wishes was answered how often."""
HEAD_START = 1.2
"""Seconds by which a visit's first curves come after its player, as the browser draws them in the order they come."""


class Stepped(Protocol):
    """Any kind of frame."""

    @property
    def step(self) -> int:
        """Its step."""


F = TypeVar("F", bound=Stepped)


class Film(Generic[F]):
    """One member's frames as verdicts and curves need them, shared by all who watch; grows as the run does."""

    def __init__(self, config: RunConfig, read: Callable[[bytes], F], decide: Callable[[Sequence[F]], Verdict]):
        self.config, self.read, self.decide = config, read, decide
        self.frames: list[F] = []
        self.verdicts: dict[int, Verdict] = {}
        self.lock = threading.Lock()

    def grow(self, member: int, limit: int) -> list[int]:
        """Takes in what the store has come to have; the steps up to `limit`."""
        cache = service().frame_cache(self.config.key())
        with self.lock:
            last = self.frames[-1].step if self.frames else -1
            blobs = cache.blobs(member, [step for step in cache.steps() if step > last])
            self.frames += [self.read(blobs[step]) for step in sorted(blobs)]
            return [frame.step for frame in self.frames if frame.step <= limit]

    def upto(self, step: int) -> list[F]:
        """The frames up to a step."""
        with self.lock:
            return [frame for frame in self.frames if frame.step <= step]

    def verdict(self, step: int) -> Verdict:
        """What the frames up to a step show."""
        with self.lock:
            if step not in self.verdicts:
                self.verdicts[step] = self.decide([frame for frame in self.frames if frame.step <= step])
            return self.verdicts[step]


def carried(
    run: tuple[Any, ...], steps: Sequence[int], live: bool, most: int = KEY_FRAMES, slot: str = SENT
) -> tuple[list[int], bool]:
    """The frames that the coming message names, and whether they are the opening's.

    A message may replace one that the browser never saw, so each holds again what the one before held as new.
    `slot` is where the session notes what was sent.
    """
    before = st.session_state.get(slot)
    if not live or before is None or before["run"] != run:
        opening = spread(steps, most)
        st.session_state[slot] = {"run": run, "last": steps[-1] if steps else -1, "fresh": []}
        return opening, True
    fresh = spread([step for step in steps if step > before["last"]], most // 2)
    st.session_state[slot] = {"run": run, "last": steps[-1] if steps else -1, "fresh": fresh}
    return [*before["fresh"], *fresh], False


def wanted(player_key: str, run: tuple[str, int], steps: Sequence[int], most: int = KEY_FRAMES) -> list[int]:
    """The frames that the player asked for; each wish is answered in three messages, as one may get lost."""
    want = (st.session_state.get(player_key) or {}).get("want")
    if not want or (want.get("run"), want.get("member")) != run:
        return []
    given, times = st.session_state.get(ANSWERS, (None, 0))
    times = times + 1 if given == want else 1
    st.session_state[ANSWERS] = (want, times)
    between = [step for step in steps if want["from"] <= step <= want["to"]]
    return spread(between, max(1, min(int(want["n"]), most))) if times <= 3 else []
