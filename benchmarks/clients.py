"""Visitors without a browser: websocket clients that speak Streamlit's messages, timers of fragments included."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState, ContextInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates

PICTURES = ("ganlab.player", "ganlab.digits")
"""The components whose message is the picture."""
LARGEST = 64 * 2**20
TICKS = 100
"""Of a second, in which Linux counts CPU time."""


@dataclass
class Visit:
    """One open page: what arrived, and how long things took, in seconds."""

    host: str
    page: str = "arena"
    query: str = "lang=en"
    pictured_page: bool = True
    """Whether the page has a picture to wait for."""
    cookie: str = ""
    """What the browser has kept."""
    reads: bool = True
    """Whether anything is read after the picture."""
    bytes: int = 0
    messages: int = 0
    picture_bytes: int = 0
    """Of the last message with a picture."""
    picture_s: float | None = None
    refreshes: list[float] = field(default_factory=list)
    early: int = 0
    """Runs of the whole page that gave way to a newer one before their end."""
    unsaid: int = 0
    """Runs of the whole page whose end Streamlit has not sent, as a fragment's timer fired just then (its #9921)."""
    exceptions: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    """The sentences that arrived."""

    async def open(self, patience=300):
        """Connects, runs the page once, and waits for the picture, or for the end of a page without one."""
        self._widgets, self._timers, self._asked, self._begun = {}, {}, {}, {}
        self._cached, self._pictures, self._script, self._whole = set(), set(), "", False
        self._picture, self._finished = asyncio.Event(), asyncio.Event()
        address = f"ws://{self.host}/_stcore/stream"
        origin = f"http://{self.host}"
        self._socket = await websockets.connect(
            address,
            subprotocols=["streamlit"],
            origin=origin,
            max_size=LARGEST,
            proxy=None,
            ping_timeout=None,  # with a tenth of a processor a server may not answer for long
            additional_headers={"Cookie": self.cookie} if self.cookie else None,
        )
        self._reader = asyncio.create_task(self._read())
        await self.go(self.query)
        await (self.pictured if self.pictured_page else self.finished)(patience)
        return self

    async def go(self, query=None, press=""):
        """Runs the whole page, with another link or with a button pressed; returns when it was sent."""
        self.query = self.query if query is None else query
        self._began, self._picture_seen, self._whole = time.perf_counter(), False, False
        self._picture.clear()
        self._finished.clear()
        self._forget_timers()
        pressed = [WidgetState(id=self._widgets[press], trigger_value=True)] if press else []
        await self._rerun(widget_states=WidgetStates(widgets=pressed))

    async def finished(self, patience=300):
        """Waits until the page has run to its end."""
        await self._wait(self._finished, patience)

    async def pictured(self, patience=300):
        """Waits for the next picture."""
        await self._wait(self._picture, patience)

    async def _wait(self, event, patience):
        """Waits for an event, or raises what ended the reading."""
        event = asyncio.ensure_future(event.wait())
        await asyncio.wait([event, self._reader], timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        if not event.done():
            event.cancel()
            if self._reader.done():
                self._reader.result()
            raise TimeoutError(f"{self.query}: nothing after {patience} s")

    async def close(self):
        """Leaves the page."""
        self._forget_timers()
        self._reader.cancel()
        await self._socket.close()
        with suppress(asyncio.CancelledError, websockets.ConnectionClosed):
            await self._reader

    def has(self, button):
        """Whether the page has a button with this key."""
        return button in self._widgets

    async def _rerun(self, **more):
        page = {"page_script_hash": self._script} if self._script else {"page_name": self.page}
        context = ContextInfo(locale="en-GB", url=f"http://{self.host}/{self.page}")
        known = {"query_string": self.query, "cached_message_hashes": self._cached, "context_info": context}
        await self._socket.send(BackMsg(rerun_script=ClientState(**page, **known, **more)).SerializeToString())

    async def _read(self):
        async for raw in self._socket:
            self.bytes, self.messages = self.bytes + len(raw), self.messages + 1
            message = ForwardMsg.FromString(raw)
            if message.metadata.cacheable:
                self._cached.add(message.hash)
            if handle := HANDLERS.get(message.WhichOneof("type")):
                handle(self, message)
            if not self.reads and self._picture.is_set():
                await asyncio.sleep(3600)

    def _on_delta(self, message):
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "bidi_component" and element.bidi_component.component_name in PICTURES:
            self._pictures.add(message.hash)
            self.picture_bytes = message.ByteSize()
            self._see_picture()
        elif kind == "button":
            self._widgets[element.button.id.rpartition("-")[2]] = element.button.id
        elif kind == "exception":
            self.exceptions.append(element.exception.message)
        elif kind == "alert":
            self.texts.append(element.alert.body)
        elif kind == "markdown":
            self.texts.append(element.markdown.body)

    def _on_ref_hash(self, message):
        """A message that the client has said it has."""
        if message.ref_hash in self._pictures:
            self._see_picture()

    def _see_picture(self):
        if not self._picture_seen:
            self._picture_seen, self.picture_s = True, time.perf_counter() - self._began
            self._picture.set()

    def _on_auto_rerun(self, message):
        timer = message.auto_rerun
        if old := self._timers.pop(timer.fragment_id, None):
            old.cancel()
        self._timers[timer.fragment_id] = asyncio.create_task(self._tick(timer.fragment_id, timer.interval))

    def _on_stop_auto_rerun(self, message):
        for name in message.stop_auto_rerun.fragment_ids:
            if timer := self._timers.pop(name, None):
                timer.cancel()

    def _on_script_finished(self, message):
        if fragments := set(message.metadata.run.fragment_ids):
            # one that ends as the next begins is said to have ended early, with all that it has sent
            ended = fragments & self._begun.keys()
            self.refreshes += [time.perf_counter() - self._begun.pop(name) for name in ended]
        elif message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            self.early += 1
        else:
            self._finished.set()

    def _on_new_session(self, message):
        """A run begins: of fragments, it answers what was asked since the one before."""
        if not (fragments := message.metadata.run.fragment_ids):
            self._whole = True
            self._forget_timers()
        elif self._whole and not self._finished.is_set():
            self.unsaid += 1
            self._finished.set()
        for name in self._asked.keys() & set(fragments):
            self._begun[name] = self._asked.pop(name)

    def _on_navigation(self, message):
        self._script = message.navigation.page_script_hash

    async def _tick(self, fragment, interval):
        while True:
            await asyncio.sleep(interval)
            self._asked.setdefault(fragment, time.perf_counter())
            await self._rerun(fragment_id=fragment, is_auto_rerun=True)

    def _forget_timers(self):
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._asked.clear()
        self._begun.clear()


HANDLERS = {
    "delta": Visit._on_delta,
    "ref_hash": Visit._on_ref_hash,
    "auto_rerun": Visit._on_auto_rerun,
    "stop_auto_rerun": Visit._on_stop_auto_rerun,
    "script_finished": Visit._on_script_finished,
    "new_session": Visit._on_new_session,
    "navigation": Visit._on_navigation,
}
"""What a visit does with a message, by its type; it ignores the others."""


def cpu_seconds(process):
    """CPU seconds of a process so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(process):
    """Resident megabytes of a process."""
    return int(Path(f"/proc/{process}/status").read_text().split("VmRSS:")[1].split()[0]) / 1024


def handles(process):
    """Open file handles of a process."""
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


def threads(process):
    """Threads of a process."""
    return len(list(Path(f"/proc/{process}/task").iterdir()))
