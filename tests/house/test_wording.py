"""How the texts are written: one term for one thing, short sentences, explained terms, and no measured number."""

import html
import re
from collections import Counter

import pytest

from ganlab.studies.cards import LESSONS
from ganlab.ui.text import LANGUAGES, THIN_SPACE, named, sentences, text
from ganlab.ui.text.glossary import LABELS, TERMS, explained, forms, meaning

NEVER = {
    "en": {
        "accuracy": r"\bD right\b|\bD is right\b|rate of success",
        "spectral normalisation": r"spectral norm\b(?!\.)|normalization",
        "countermeasure": r"\bno cure\b|without a cure",
        "judge": r"\breferee\b|\bjury\b",
        "unrolled": r"\bunfold",
        "violet": r"\bpurple\b",
        "setting": r"\bknobs?\b",
        "update": r"\bturns? of [DG]\b",
        "during training": r"mid-run",
        "expected": r"\bowed\b|\bits due\b|\btheir due\b",
        "a metaphor": r"fades|forg(?:es|eries)|\bcome to rest\b|blew up|running away|kindly|lottery|\bdice\b",
        "the course": r"\b[Tt]he course (?:says|names|warns|calls)|Keras tutorial|Keras' tutorial",
    },
    "es": {
        "exactitud": r"\baciertos?\b|\bD acierta|\bacertaba\b|precisión de D\b",
        "normalización espectral": r"norma espectral",
        "actualización": r"\bturnos?\b",
        "desenrollado": r"despleg|turnos previstos",
        "exhaustividad": r"\brecall\b",
        "característica": r"\brasgos?\b",
        "la FID": r"\b[Ee]l FID\b|\b[Ll]os FID\b|\bun FID\b",
        "violeta": r"\bmorad[oa]s?\b",
        "entrenamiento": r"\bejecuci(?:ón|ones)\b|\bcorridas?\b",
        "plano": r"\bllan[oa]s?\b",
        "lámpara": r"\bluz\b|\bluces\b",
        "mancha difusa": r"\bborr[oó]n|\bmanchas\b",
        "adversaria": r"antag[oó]nic",
        "equipo": r"\bordenador|\bcomputador",
        "saturante": r"pérdida saturada",
        "esperado": r"\bdebid[oa]s\b",
        "ligera": r"\blight\b",
        "resultado": r"hallazgo",
        "ajuste": r"\bmandos?\b",
        "contramedida": r"sin remedio|ningún remedio",
        "media móvil": r"[Pp]romedio de G",
        "puntuación": r"\bnotas?\b",
        "par": r"\bparejas?\b",
        "función no lineal": r"\bquiebre\b",
        "rotando": r"\brotan?\b",
        "tú": r"\busted(?:es)?\b|\bvosotros\b|\bhaga\b|\bpulse\b",
    },
}
"""What the texts do not say, by the term that they use instead."""
LONGEST = 32
"""Words of the longest sentence; a placeholder is one word, and what stands after a colon or a semicolon is new."""
MEASURED = re.compile(r"\d[.,]\d|\d\s?%")
"""A decimal number or a percentage."""
STATED = {
    "about.licences.body": "a licence's version",
    "choice.pixels.half": "settings",
    "choice.pixels_about.standardised": "settings",
    "field.help.beta1": "settings",
    "tries.ask.rates": "settings",
    "mistakes.page.seeds_about": "the threshold",
    "mistakes.longer.verdict": "the threshold",
    "mistakes.too_little_d.folklore": "theory: the accuracy at equilibrium",
    "mistakes.pixels.a": "an answer's limit",
    "mistakes.pixels.b": "an answer's limit",
    "mistakes.pixels.c": "an answer's limit",
    "mistakes.pixels.cure": "code",
    "mistakes.pixels.what": "settings",
    "mistakes.pixels.arm_half": "settings",
    "mistakes.pixels.verdict": "settings",
    "mistakes.pixels.folklore": "settings",
    "mistakes.few_images.a": "an answer's limit",
    "mistakes.few_images.b": "an answer's limit",
    "mistakes.few_images.c": "an answer's limit",
    "mistakes.log_clipped.folklore": "quoted; what theory gives stands beside it",
    "verdict.also.coin": "theory: pure chance",
    "player.player.coin": "theory: pure chance",
    "player.player.cells_covered_note": "what a perfect sampler scores",
    "digits_stage.chart.claim": "quoted, with its source",
    "digits_stage.chart.claim_early": "quoted, with its source",
    "latent.pair.note": "the threshold",
    "mnist.about.body": "thresholds",
    "glossary.covered.says": "the threshold",
    "glossary.accepted.says": "the threshold",
    "glossary.accuracy.says": "theory: pure chance",
    "glossary.equilibrium.says": "theory: the accuracy at equilibrium",
    "lessons.roles.a": "an answer's limit",
    "lessons.roles.b": "an answer's limit",
    "lessons.roles.c": "an answer's limit",
    "lessons.game.question": "theory: the loss of a D at one half",
    "lessons.game.a": "an answer's limit",
    "lessons.game.b": "an answer's limit",
    "lessons.game.c": "an answer's limit",
    "lessons.collapse.idea": "the threshold",
    "lessons.collapse.why": "theory: one of eight modes",
    "lessons.images.a": "an answer's limit",
    "lessons.images.b": "an answer's limit",
    "lessons.images.c": "an answer's limit",
    "lessons.latent.deeper": "theory: one over the root of two",
}
"""Numbers that are no measurements: key -> what they are."""
NAMES = re.compile(r"k = \d+|\bR[12]\b|−1 (?:to|a) 1|−0[.,]5 (?:to|a) 0[.,]5|\b0 (?:to|a) (?:1|255)\b|\b1\s%")
"""Numbers in a verdict that name a case or a threshold."""
CARD = ("verdict", "folklore", "cure")
FREE = {"n", "of", "price", "speed", "steps", "d_steps", "g_steps", "d_lr", "g_lr", "batch_size", "epochs", "seed"}
"""Values of an arm that do not depend on how long it was trained, or say it."""
EXPLAINED_LOSSES = "saturating", "nonsaturating", "least_squares", "hinge", "wasserstein", "relativistic"
EXPLAINED_REGULARIZERS = "none", "r1", "r2", "r1_r2", "wgan_gp", "clip"
"""What ships. Another loss or constraint may have a sentence; without one the help has none of it."""
ABOUT_GANS = (
    *("gan", "unsupervised", "zero_sum", "nash", "wasserstein", "hyperparameter", "oscillation", "divergence", "dcgan"),
    *("convolution", "interpolation", "diffusion", "flow", "deepfake", "super_resolution", "inpainting"),
)
"""Terms that the glossary explains although the lab may not use all of their forms."""


def plain(sentence: str) -> str:
    """A text with its placeholders as one word each."""
    return re.sub(r"\{[^}]*\}", "X", sentence)


def parts(sentence: str) -> list[str]:
    """The sentences of a text."""
    return re.split(r"(?<=[.!?:;…])[\s*”»)]+|\n+", re.sub(r"arXiv:[\d.]*\d", "source", plain(sentence)))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_thing_has_one_term(lang):
    found = {
        f"{key}: not {hit[0]!r} but {term}"
        for key, sentence in sentences(lang).items()
        for term, pattern in NEVER[lang].items()
        if (hit := re.search(pattern, plain(sentence))) and not key.startswith("choice.dataset")
    }
    assert sorted(found) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sentences_are_short(lang):
    long = {
        key: len(part.split()) for key, s in sentences(lang).items() for part in parts(s) if len(part.split()) > LONGEST
    }
    assert long == {}


def test_numbers_are_divided_as_each_language_does():
    assert [key for key, s in sentences("en").items() if re.search(r"\d,\d{3}\b|\d \d{3}\b", s)] == []
    assert [k for k, s in sentences("es").items() if re.search(r"(?<!\d)\d[\s.]\d{3}(?!\d)", s)] == []
    points = {k: found[0] for k, s in sentences("es").items() if (found := re.search(r"\d\.\d", plain(s)))}
    sources = re.compile(r"arXiv|arxiv\.org|doi:|BY-SA|127\.5|float|\bv\d")
    assert [key for key in points if not sources.search(sentences("es")[key])] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_line_ends_between_a_number_and_its_sign(lang):
    assert [key for key, s in sentences(lang).items() if re.search(r"\d %", s)] == []
    assert f"1{THIN_SPACE}%" in text("mistakes.longer.verdict", lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_measured_number_is_written_into_a_text(lang):
    bare = {key: re.sub(r"arXiv:[\d.]+|(?:doi:|https:)\S+", "", plain(s)) for key, s in sentences(lang).items()}
    assert sorted(key for key, s in bare.items() if MEASURED.search(s) and key not in STATED) == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", LESSONS)
def test_a_verdict_has_no_number_but_names_and_thresholds(name, lang):
    said = NAMES.sub("", plain(text(f"mistakes.{name}.verdict", lang)))
    assert re.findall(r"\d+", said) == []


def test_what_is_no_measurement_is_there():
    spoken = {key: " ".join(plain(sentences(lang)[key]) for lang in LANGUAGES) for key in STATED}
    assert [key for key, s in spoken.items() if not MEASURED.search(s)] == []


# Cards


def mentioned(sentence: str, name: str) -> dict[str, set[str]]:
    """Arm -> the names of its values in a card's text."""
    arms = sorted(dict(LESSONS[name].arms), key=len, reverse=True)
    found: dict[str, set[str]] = {}
    for value in re.findall(r"\{(\w+)", sentence):
        arm = next((arm for arm in arms if value.startswith(f"{arm}_")), None)
        if arm:
            found.setdefault(arm, set()).add(value.removeprefix(f"{arm}_"))
    return found


@pytest.mark.parametrize("name", LESSONS)
def test_a_card_that_compares_cases_states_their_updates(name):
    """Each measured case has its updates, or there is one number for all because they are equal."""
    budgets = {arm: (c.d_steps * c.steps, c.g_steps * c.steps, c.edits) for arm, c in LESSONS[name].arms}
    told = mentioned(" ".join(text(f"mistakes.{name}.{part}", "en") for part in CARD), name)
    measured = {arm for arm, values in told.items() if values - FREE - {"g_updates", "d_updates"}}
    stated = {arm for arm, values in told.items() if values & {"g_updates", "d_updates"}}
    known = {budgets[arm] for arm in stated}
    if len({budgets[arm] for arm in measured}) > 1:
        assert [arm for arm in measured if budgets[arm] not in known] == []
    elif len(measured) > 1:
        assert stated


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", LESSONS)
def test_a_count_of_modes_is_a_median_or_an_end_and_a_price_a_ratio(name, lang):
    for part in CARD:
        sentence = text(f"mistakes.{name}.{part}", lang)
        assert [spec for spec in re.findall(r"_modes(:[^}]*)\}", sentence) if spec != ":median"] == []
        assert part == "cure" or "_price" not in sentence
        assert name == "one_seed" or "_speed" not in sentence


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_folklore_of_the_first_card_has_at_most_60_words(lang):
    assert len(plain(text(f"mistakes.{next(iter(LESSONS))}.folklore", lang)).split()) <= 60


# Losses and constraints


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_shipped_loss_and_constraint_has_one_short_explanation(lang):
    kinds = {"loss": EXPLAINED_LOSSES, "regularizer": EXPLAINED_REGULARIZERS}
    for field, keys in kinds.items():
        for key in keys:
            assert len(parts(text(f"choice.{field}_about.{key}", lang))) <= 3
            assert named(field, key, lang)


# Glossary


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_term_is_written_as_the_texts_write_it(lang):
    texts = " ".join(s for key, s in sentences(lang).items() if not key.startswith("glossary.")).casefold()
    for term in TERMS:
        assert text(f"glossary.{term}.term", lang) == forms(term, lang)[0]
        unused = [form for form in forms(term, lang) if not re.search(rf"\b{re.escape(form.casefold())}\b", texts)]
        assert unused == [] or term in ABOUT_GANS
    owned = Counter(form.casefold() for term in TERMS for form in forms(term, lang))
    assert [form for form, n in owned.items() if n > 1] == []
    assert {key.split(".")[1] for key in sentences(lang) if key.startswith("glossary.")} == set(TERMS)


def test_a_term_is_explained_once_where_it_is_first_used():
    said, seen = "A mode, two modes and a lamp. `mode` and arXiv:2006.10738", set[str]()
    marked = explained(said, "en", seen)
    assert re.sub("<[^>]*>", "", marked) == said
    assert marked.count("<abbr") == 2
    assert seen == {"mode", "lamp"}
    says = html.escape(meaning("mode", "en"))
    assert marked.startswith(f'A <span class="term"><abbr title="{says}" tabindex="0">mode</abbr><a href="glossary?')
    assert explained(said, "en", seen) == said


def test_the_longest_form_is_explained():
    assert ">gradiente que se desvanece<" in explained("Un gradiente que se desvanece.", "es")
    assert ">D's accuracy<" in explained("D's accuracy is 50 %.", "en")
    assert "abbr" not in explained("modern models", "en")


def test_players_define_their_numbers_by_the_glossary():
    assert {term for labels in LABELS.values() for term in labels.values()} <= set(TERMS)
