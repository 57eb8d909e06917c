"""The kinds of run, each declared once: its config, the modules that train and measure it, and what it needs.

Light to import: modules are named here and imported where they are used.
"""

from __future__ import annotations

from dataclasses import dataclass

from ganlab.digits.config import DigitsConfig
from ganlab.flow.config import FlowConfig
from ganlab.kind.config import RunConfig
from ganlab.plane.config import PlaneConfig


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of run."""

    config: type[RunConfig]
    """Its configs, which know their kind's key."""
    engine: str
    """The module that trains it, see engine.py."""
    evaluation: str
    """The module that measures it, see evaluation.py."""
    diagnosis: str = ""
    """The module whose verdict(frames, config) says what its frames show; '' where there is none."""
    page: str = ""
    """The page that trains it: the name of its script, its address and its sentences; '' where there is none."""
    section: str = "lab"
    """The folder of that script."""
    prefixes: tuple[str, str] = ("r.", "s.")
    """In a link, of the page's run and of the one beside it."""
    view: str = "ganlab.ui.run.plain"
    """The module that shows it, see ganlab/ui/run/view.py."""
    script: str = ""
    """The module that writes its runs as scripts: script(config, member), gaps(config); '' where there is none."""
    threads: int = 1
    """Of one run, where there are so many cores."""
    single: tuple[str, ...] = ()
    """Architectures so small that one thread is faster than several."""
    accelerated: bool = False
    """Whether an accelerator is used for it; the plane's networks are too small to gain by one."""
    warm: bool = False
    """Whether the ready worker has imported it; more than one kind would not fit its memory budget."""
    big: tuple[str, ...] = ()
    """Architectures that are refused where memory is small."""
    recorded: int = 22
    """Frames of a recorded run that ship, of its first member before its last tenth, at most."""
    exhibited: int = 22
    """The same of a run in the mistakes lab."""
    slim: str = ""
    """The module whose slim(blob) makes a stored frame smaller before it ships; '' where it ships as it is."""


def engines() -> dict[str, str]:
    """The engine of every kind, for worker processes."""
    return {key: kind.engine for key, kind in KINDS.items()}


KINDS: dict[str, Kind] = {
    "plane": Kind(
        config=PlaneConfig,
        engine="ganlab.plane.train",
        evaluation="ganlab.plane.evaluation",
        diagnosis="ganlab.plane.diagnosis",
        page="arena",
        prefixes=("a.", "b."),
        view="ganlab.ui.arena.view",
        script="ganlab.export.plane_script",
        warm=True,
        slim="ganlab.plane.frame",
    ),
    "digits": Kind(
        config=DigitsConfig,
        engine="ganlab.digits.train",
        evaluation="ganlab.digits.evaluation",
        diagnosis="ganlab.digits.diagnosis",
        page="mnist",
        prefixes=("m.", "n."),
        view="ganlab.ui.digits.view",
        script="ganlab.export.digits_script",
        threads=2,
        accelerated=True,
        single=("dense",),
        big=("classic", "deep"),
        recorded=60,  # more, as few are judged
        exhibited=24,
        slim="ganlab.digits.frame",
    ),
    "flow": Kind(
        config=FlowConfig,
        engine="ganlab.flow.train",
        evaluation="ganlab.flow.evaluation",
        diagnosis="ganlab.flow.diagnosis",
        page="beside",
        section="learn",
        prefixes=("f.", "g."),
        view="ganlab.ui.beside.view",
        script="ganlab.export.flow_script",
        slim="ganlab.plane.frame",
    ),
}
"""By key; links and stored runs carry it."""
