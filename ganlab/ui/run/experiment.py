"""A place on a page that holds an experiment: its config and preset in the session, and what may change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from ganlab.digits.config import DigitsConfig
from ganlab.kind.config import RunConfig
from ganlab.kind.fields import ConfigError, Knob, knobs
from ganlab.kinds import KINDS
from ganlab.plane.config import PlaneConfig
from ganlab.presets import of_kind, opening, prepared
from ganlab.ui import touched


@dataclass(frozen=True)
class Experiment:
    """A place for experiments of one kind. The session holds one config, the truth; widgets and links show it."""

    kind: str
    prefix: str
    """Of its names in the session and in the link."""
    words: str
    """The file of its sentences, and the name of its page's script."""
    peers: tuple[str, ...] = ()
    """Prefixes of the other places on its page."""

    def name(self, part: str) -> str:
        """The session's name of a part: config, preset, member, refusal, wished, before."""
        return self.prefix + part

    @property
    def script(self) -> str:
        """Its page."""
        return f"pages/{KINDS[self.kind].section}/{self.words}.py"

    @property
    def is_open(self) -> bool:
        """Whether there is an experiment here."""
        return self.name("config") in st.session_state

    @property
    def config(self) -> Any:
        """The visitor's config."""
        return st.session_state[self.name("config")]

    @property
    def preset(self) -> str:
        """The key of the preset that the config is compared with; '' where the kind has none."""
        key: str = st.session_state[self.name("preset")]
        return key

    @property
    def base(self) -> RunConfig:
        """What the config is compared with: the preset, or the kind's defaults."""
        return prepared(self.preset, self.kind)

    @property
    def member(self) -> int:
        """The run's member that is shown."""
        chosen: int = min(st.session_state.get(self.name("member"), 0), self.config.members - 1)
        return chosen

    @property
    def before(self) -> Any:
        """The config of the run that was here before this one; None where there was none."""
        return st.session_state.get(self.name("before"))

    @property
    def specs(self) -> dict[str, Knob]:
        """The kind's fields with their descriptions, in menu order."""
        return knobs(KINDS[self.kind].config)

    @property
    def presets(self) -> Mapping[str, RunConfig]:
        """The prepared experiments of this kind."""
        return of_kind(self.kind)

    @property
    def bound(self) -> Mapping[str, str]:
        """The settings that a teacher's task does not leave to the visitor, and whether each is locked or hidden."""
        states: Mapping[str, str] = st.session_state.get(self.name("bound"), {})
        return states

    def bind(self, config: RunConfig | None, states: Mapping[str, str]) -> None:
        """Keeps these settings as they are in a config, whatever opens here. Without any, all are free."""
        st.session_state.update({self.name("taught"): config, self.name("bound"): dict(states)})

    def kept(self, config: RunConfig) -> RunConfig:
        """The config with the settings that are bound; the teacher's own where they do not go together."""
        if not self.bound:
            return config
        taught: RunConfig = st.session_state[self.name("taught")]
        try:
            return config.replace(**{name: getattr(taught, name) for name in self.bound})
        except ConfigError:
            return taught

    def open(self, config: RunConfig | None = None, preset: str = "", member: int = 0) -> None:
        """Puts an experiment here; without one, the kind's first."""
        if config is None:
            preset = opening(self.kind)
            config = prepared(preset, self.kind)
        config = self.kept(config)
        if self.is_open and self.config.key() != config.key():
            st.session_state[self.name("before")] = self.config
        values = {"config": config, "preset": preset, "member": member}
        st.session_state.update({self.name(part): value for part, value in values.items()})

    def close(self) -> None:
        """Leaves no experiment here."""
        touched()
        st.session_state.pop(self.name("config"), None)

    def adopt(self, changes: Mapping[str, Any]) -> None:
        """Takes changes to the config whole, or not at all and notes why."""
        touched()
        try:
            self.open(self.config.replace(**changes), self.preset, self.member)
            st.session_state.pop(self.name("refusal"), None)
        except ConfigError as error:
            self.refuse(error)

    def refuse(self, error: ConfigError) -> None:
        """Notes why something the visitor wanted is not possible."""
        touched()
        st.session_state[self.name("refusal")] = error

    def choose_preset(self, name: str) -> None:
        """Takes a preset's whole config."""
        touched()
        st.session_state.pop(self.name("refusal"), None)
        self.open(prepared(name, self.kind), name)

    def undo(self, name: str) -> None:
        """Gives one field the preset's value."""
        self.adopt({name: getattr(self.base, name)})

    def peer_keys(self) -> set[str]:
        """The runs that the page shows in its other places."""
        configs = (st.session_state.get(f"{prefix}config") for prefix in self.peers)
        return {config.key() for config in configs if config is not None}


def places(kind: str) -> tuple[Experiment, Experiment]:
    """The experiment of a kind's page, and the one that is compared with it."""
    page, (first, second) = KINDS[kind].page, KINDS[kind].prefixes
    return Experiment(kind, first, page, peers=(second,)), Experiment(kind, second, page, peers=(first,))


ARENA, COMPARE = places(PlaneConfig.kind)
MNIST, BESIDE = places(DigitsConfig.kind)
