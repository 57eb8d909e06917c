"""How the screens that all kinds share show a run on digits."""

from __future__ import annotations

from collections.abc import Sequence

from ganlab.digits.config import DigitsConfig
from ganlab.digits.frame import DigitsFrame, unpack
from ganlab.export.settings import digits_csv
from ganlab.ui.digits import playback
from ganlab.ui.run.export import numbers_button, settings_button
from ganlab.ui.run.view import Opening, View


def read(config: DigitsConfig, blob: bytes) -> DigitsFrame:
    """A stored frame without its images."""
    return unpack(blob, with_sheet=False)


def table(config: DigitsConfig, blobs: Sequence[bytes]) -> str:
    """The curves as CSV."""
    return digits_csv(read(config, blob) for blob in blobs)


def pair(
    both: tuple[DigitsConfig, DigitsConfig], live: bool, lang: str, key: str, view: Opening, names: tuple[str, str]
) -> None:
    """Two runs side by side."""
    playback.show(both[0], live, lang, key, view, beside=both[1], names=names)


VIEW = View(read=read, table=table, pair=pair, files=(numbers_button, settings_button))
