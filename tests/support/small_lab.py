"""The server, for browser tests: one card of the mistakes lab made small, the evidence in the folder LAB_EVIDENCE."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from ganlab.plane.config import PlaneConfig  # noqa: E402
from ganlab.studies import cards, tables  # noqa: E402

NAME = "too_much_d"
RIGHT = PlaneConfig(g_width=4, d_width=4, batch_size=16, steps=60)
CARD = cards.Card(RIGHT.replace(d_steps=2, steps=40), RIGHT, dict.fromkeys(cards.LESSONS[NAME].others, RIGHT))


def main() -> None:
    from streamlit.web.cli import main

    cards.LESSONS[NAME] = CARD
    tables.EVIDENCE = Path(os.environ["LAB_EVIDENCE"])
    main()


if __name__ == "__main__":
    main()
