"""All shipped runs and cards as a static site: `python -m ganlab site out/`."""

from __future__ import annotations

from ganlab.computed import screen


def main(arguments: list[str]) -> int:
    """Writes the site; returns the exit status."""
    with screen("site.site") as site:
        return int(site.main(arguments))
