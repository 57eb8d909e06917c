"""The terms of the product: what each means, and the marks in a text that say so on a hover."""

from __future__ import annotations

import html
import re
from functools import cache

from ganlab.ui.text import text

BETWEEN = " | "
"""What stands between the forms of a term."""
APART = re.compile(r"`[^`]*`|\[[^\]]*\]\([^)]*\)|<[^>]*>|arXiv:\S+")
"""Code, links, marks and sources: nothing is marked in them."""


def meaning(term: str, lang: str) -> str:
    """What a term means, in short."""
    return text(f"glossary.{term}.says", lang)


def forms(term: str, lang: str) -> list[str]:
    """How a term is written in texts."""
    return text(f"glossary.{term}.forms", lang).split(BETWEEN)


def explained(sentence: str, lang: str, seen: set[str] | None = None) -> str:
    """Markdown in which the first use of each term has its meaning as a hover, on touch and by keyboard too.

    `seen`: terms that stay without a mark; those marked here are added to it.
    """
    seen = set() if seen is None else seen
    places = [(found.start(), found.end()) for found in APART.finditer(sentence)]
    marked, at = list[str](), 0
    for found in finder(lang).finditer(sentence):
        term = owners(lang)[found[0].casefold()]
        if term in seen or any(start <= found.start() < end for start, end in places):
            continue
        seen.add(term)
        marked += [sentence[at : found.start()], mark(found[0], term, lang)]
        at = found.end()
    return "".join([*marked, sentence[at:]])


def mark(word: str, term: str, lang: str) -> str:
    """A word with its meaning as a hover. The link to its entry appears beside it when it has the focus."""
    says, label = (html.escape(said) for said in (meaning(term, lang), text("words.glossary.entry", lang)))
    link = f'<a href="{entry(term, lang)}" aria-label="{label}"></a>'
    return f'<span class="term"><abbr title="{says}" tabindex="0">{word}</abbr>{link}</span>'


def entry(term: str, lang: str) -> str:
    """The address of a term's entry, relative to a page's."""
    return f"glossary?lang={lang}&amp;term={term}"


@cache
def owners(lang: str) -> dict[str, str]:
    """Form in small letters -> term."""
    return {form.casefold(): term for term in TERMS for form in forms(term, lang)}


@cache
def finder(lang: str) -> re.Pattern[str]:
    """Finds the forms of all terms, the longest first."""
    longest = sorted(owners(lang), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)", re.IGNORECASE)


TERMS = (
    *("generator", "discriminator", "prior", "latent_space", "mode", "collapse", "covered", "lamp", "valid", "tv"),
    *("digit_tv", "smear", "judge", "accepted", "accuracy", "fools", "update", "seed", "equilibrium"),
    *("gradient_norm", "vanishing", "constraint", "critic", "gradient_penalty", "spectral_norm", "packing"),
    *("minibatch", "feature_matching", "unrolling", "moving_average", "features", "fid", "precision", "recall"),
    *("density", "coverage", "diversity", "ppl", "slerp", "truncation", "checkpoint", "overlap"),
    *("gan", "unsupervised", "zero_sum", "minimax", "nash", "optimal_d", "js", "loss", "saturating", "wasserstein"),
    *("relativistic", "gradient", "learning_rate", "batch", "epoch", "hyperparameter", "oscillation", "rotation"),
    *("divergence", "instance_noise", "augmentation", "dcgan", "convolution", "interpolation", "diffusion", "flow"),
    *("deepfake", "super_resolution", "inpainting", "dirac"),
)
"""All terms."""
BOTH = {"define_d": "accuracy", "define_g": "fools"}
LABELS = {
    "player.player.": BOTH | {"define_modes": "covered", "define_valid": "valid", "define_mode_tv": "tv"},
    "digits_stage.player.": BOTH
    | {
        "define_digits": "covered",
        "define_accepted": "accepted",
        "define_diversity": "diversity",
        "define_digit_tv": "digit_tv",
        "define_fid": "fid",
        "define_precision": "precision",
        "define_recall": "recall",
        "define_density": "density",
        "define_coverage": "coverage",
    },
}
"""Labels of the players that are a term's meaning, by the prefix of the player's labels."""
