"""Writes the lesson plans of the app as documents: docs/plans.en.md and docs/plans.es.md.

    python -m scripts.write_plans

Their links open the app where `streamlit run streamlit_app.py` serves it.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

from ganlab.teach.link import encode
from ganlab.teach.task import Task
from ganlab.ui.teach.plans import PLANS, markdown
from ganlab.ui.text import LANGUAGES, text

DOCS = Path(__file__).parents[1] / "docs"
HOST = "http://localhost:8501"


def document(lang: str) -> str:
    """All plans in a language."""

    def task(made: Task) -> str:
        return f"{HOST}/{made.page}?{urlencode({'task': encode(made, '')})}"

    def card(name: str) -> str:
        return f"{HOST}/mistakes?c.card={name}"

    plans = (f"## {text(f'plans.plan.{name}.name', lang)}\n\n{markdown(name, lang, task, card)}" for name in PLANS)
    return "\n\n".join([f"# {text('plans.page.title', lang)}", *plans]) + "\n"


def write() -> None:
    """Writes each document."""
    for lang in LANGUAGES:
        (DOCS / f"plans.{lang}.md").write_text(document(lang), encoding="utf-8")


if __name__ == "__main__":
    write()
