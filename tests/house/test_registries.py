"""An entry that is added to a registry is everywhere at once: in the config, the link, the menu, training, slow motion
and the script. `FULL` carries all that an entry may carry, `BARE` the least: what it lacks is said in a sentence."""

import itertools
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch.nn.functional import softplus
from visits import captions, enter, held, opened, quiet_server, record, sound  # noqa: F401

from ganlab.data.dataset import Dataset
from ganlab.data.plane import DATASETS
from ganlab.digits import train as train_digits
from ganlab.digits.config import DigitsConfig
from ganlab.export import script
from ganlab.gan.countermeasures import COUNTERMEASURES, MINIBATCH
from ganlab.gan.losses import LOSSES, Loss, LossFormulas
from ganlab.gan.nets import ACTIVATIONS, Activation
from ganlab.gan.optimizers import OPTIMIZERS, Optimizer
from ganlab.gan.regularizers import REGULARIZERS, Regularizer, squared_gradient
from ganlab.gan.rng import NOISES, Noise
from ganlab.kind.fields import ConfigError, knobs
from ganlab.links import from_json, from_query, to_query
from ganlab.plane.config import PlaneConfig
from ganlab.plane.train import start, train, update
from ganlab.trace.trace import trace_of
from ganlab.ui.arena import slow_motion
from ganlab.ui.arena.formulas import Moment, formula, tex
from ganlab.ui.players import slow_motion as slow_player
from ganlab.ui.run import controls
from ganlab.ui.run.experiment import ARENA
from ganlab.ui.run.export import left
from ganlab.ui.text import LANGUAGES, text
from tests.export.test_script import assert_the_same

SMALL = PlaneConfig(g_width=4, d_width=4, batch_size=12, steps=2, g_lr=0.01, d_lr=0.01, clip_bound=0.3)


def high(real, fake):
    """-E D(G(z))."""
    return -fake.mean(-1)


def pair_g(real, fake):
    """E softplus(D(x) - D(G(z)))² over pairs."""
    return softplus(real - fake).square().mean(-1)


def flat_fake(discriminator, real, fake, config, rng):
    """γ times half the mean squared gradient at real and at generated points."""
    return config.gamma * (squared_gradient(discriminator, fake) + squared_gradient(discriminator, real))


def small_outputs(discriminator, real, fake, config, rng):
    """The mean squared output."""
    return discriminator(real).square().mean(-1)


def shrink(d, config):
    """Makes every weight of D smaller."""
    d.flat.mul_(0.999)


def momentum(flat, grad, memory, lr, beta1, beta2):
    """Gradient descent with momentum β1."""
    memory.first.mul_(beta1).add_(grad)
    flat.sub_(memory.first, alpha=lr)


def halved(flat, grad, memory, lr, beta1, beta2):
    """Gradient descent at half the rate."""
    flat.sub_(grad, alpha=lr / 2)


def square(n, rng):
    """Even on [-1, 1]²."""
    return torch.rand(n, 2, generator=rng) * 2 - 1


@dataclass(frozen=True)
class Centre:
    """How far each point is from its batch's mean."""

    columns: int = 1
    size: int = 0

    def __call__(self, features, weight, others=None):
        """(..., B, h) -> (..., B, 1)."""
        among = features if others is None else others
        return (features - among.mean(-2, keepdim=True)).square().mean(-1, keepdim=True)


SOFT_HINGE = '''
def d_loss(real, fake):
    """A hinge without a corner."""
    return softplus(1 - real).mean() + softplus(1 + fake).mean()


def g_loss(fake):
    """High outputs."""
    return -fake.mean()
'''
FLAT = '''

def penalty(real, fake):
    """D should be flat everywhere."""
    at_fake, at_real = (slopes(points).square().sum(-1).mean() / 2 for points in (fake, real))
    return {{ gamma }} * (at_fake + at_real)
'''
SHRINK = '''
@torch.no_grad()
def clip():
    """Makes D's weights smaller."""
    for weights in D.parameters():
        weights.mul_(0.999)
'''
SQUARE = '''
def real_points(n, rng):
    """The data: even on a square."""
    return torch.rand(n, 2, generator=rng) * 2 - 1
'''
FULL = {
    "loss": Loss(
        terms=(lambda real: softplus(1 - real), lambda fake: softplus(1 + fake)),
        generator=high,
        source="nowhere",
        threshold=0.0,
        tex=LossFormulas((r"$mean s(1 - D($real))", r"+ $mean s(1 + D($fake))"), "-$mean $D($fake)"),
        script=SOFT_HINGE,
    ),
    "regularizer": Regularizer(
        "nowhere",
        flat_fake,
        shrink,
        knob="gamma",
        tex=r"\tfrac{$weight}{2}\cdot(\|\nabla $D($fake)\|^2 + \|\nabla $D($real)\|^2)",
        after_tex=(r"$theta &\leftarrow 0.999\,$theta",),
        script=FLAT,
        after_script=SHRINK,
    ),
    "dataset": Dataset(square, 2.0, script=SQUARE),
    "optimizer": Optimizer(
        momentum,
        ("beta1",),
        tex="m",
        script="torch.optim.SGD({{ net }}.parameters(), lr={{ lr }}, momentum={{ beta1 }})",
    ),
    "activation": Activation(torch.nn.functional.elu, "nn.ELU()"),
    "noise": Noise(
        lambda *shape, generator: torch.randn(*shape, generator=generator) * 2,
        lambda p: torch.special.ndtri(p) * 2,
        4.0,
        6.0,
        6.4,
        r"\mathcal N(0, 4 I_{$dim})",
        "torch.randn(n, {{ latent_dim }}, generator=rng) * 2",
    ),
}
BARE = {
    "loss": Loss(
        pairs=lambda real, fake: softplus(fake - real).square(), generator=pair_g, source="", generator_sees_real=True
    ),
    "regularizer": Regularizer("", small_outputs, shrink),
    "dataset": Dataset(square, 2.0),
    "optimizer": Optimizer(halved),
    "activation": Activation(torch.nn.functional.elu),
    "noise": Noise(lambda *shape, generator: torch.rand(*shape, generator=generator), lambda p: p, 1 / 12, 1.0, 1.0),
    "minibatch": Centre(),
}
REGISTRIES = {
    "loss": LOSSES,
    "regularizer": REGULARIZERS,
    "dataset": DATASETS,
    "optimizer": OPTIMIZERS,
    "activation": ACTIVATIONS,
    "noise": NOISES,
    "minibatch": MINIBATCH,
}
CURES = [
    *({}, {"packing": 2}, {"feature_matching": True}, {"unroll": 1}, {"label_smoothing": 0.1}, {"instance_noise": 0.3}),
    *({"ema": 0.9}, {"minibatch": "discrimination"}),
]
NEW = "brand_new"
ENTRIES = [*(pytest.param(field, FULL[field], id=f"{field}-full") for field in FULL)]
ENTRIES += [pytest.param(field, BARE[field], id=f"{field}-bare") for field in BARE]
TRAINED = [entry for entry in ENTRIES if entry.values[0] not in ("activation", "noise") and entry.id != "dataset-bare"]
"""Those that are tried with everything else; the others train in the same way as an old entry does."""


@pytest.fixture
def added(monkeypatch):
    """Adds entries to their registries for the length of a test; the config that has them."""

    def add(entries, **changes):
        for field, entry in entries.items():
            monkeypatch.setitem(REGISTRIES[field], NEW, entry)
        return SMALL.replace(**dict.fromkeys(entries, NEW), **changes)

    return add


def test_every_countermeasure_is_among_those_that_an_entry_trains_with():
    assert {name for cure in CURES for name in cure} == {*COUNTERMEASURES}


@pytest.mark.parametrize(("field", "entry"), ENTRIES)
def test_the_config_takes_it_and_the_link_carries_it(added, field, entry):
    with pytest.raises(ConfigError):
        SMALL.replace(**{field: NEW})
    config = added({field: entry})
    assert from_query(to_query(config), config.kind) == (config, [])
    assert from_json(config.to_json()) == config
    assert config.key() != SMALL.key()
    if knobs(PlaneConfig)[field].live:
        edited = SMALL.replace(edits=((1, field, NEW),))
        assert from_query(to_query(edited), edited.kind) == (edited, [])


def test_what_is_no_entry_any_more_is_refused_again(added, monkeypatch):
    config = added({"loss": FULL["loss"]})
    monkeypatch.delitem(LOSSES, NEW)
    default, (said,) = from_query(to_query(config), config.kind)
    assert (default.loss, said.field, said.reason) == ("nonsaturating", "loss", "choice")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("field", REGISTRIES)
def test_it_has_a_readable_name(added, field, lang):
    added({field: BARE[field]})
    assert controls.show(knobs(PlaneConfig)[field], field, NEW, lang) == "Brand new"


def beside(field):
    """Every pair of present losses, constraints, optimisers and countermeasures, those of the field itself left out."""
    choices = {name: [{name: key} for key in REGISTRIES[name]] for name in ("loss", "regularizer", "optimizer")}
    choices["cure"] = [cure for cure in CURES if field not in cure]
    for one, two in itertools.combinations([found for name, found in choices.items() if name != field], 2):
        yield from (a | b for a, b in itertools.product(one, two))


def allowed(**changes):
    """The config, or None where it is refused for what the entries themselves say."""
    try:
        return SMALL.replace(**changes)
    except ConfigError as refused:
        if refused.reason in ("unroll_constraint", "unroll_optimizer", "no_label"):
            return None
        raise


@pytest.mark.whole
@pytest.mark.parametrize(("field", "entry"), TRAINED)
def test_it_trains_with_everything_else_or_is_refused_for_a_reason(added, field, entry):
    added({field: entry})
    trained = 0
    for changes in beside(field):
        config = allowed(**{field: NEW}, **changes)
        if config is None:
            continue
        state = start(config)
        before = state.g.net.flat.clone()
        while state.step < 1:
            update(state)
        assert not state.outcome
        assert state.g.net.flat.isfinite().all()
        assert not torch.equal(state.g.net.flat, before), changes
        trained += 1
    assert trained > 50


@pytest.mark.parametrize(("field", "entry"), ENTRIES)
def test_its_frames_are_whole(added, field, entry):
    *_, last = train(added({field: entry}))
    assert (last.step, last.outcome) == (2, "")
    for name in ("fake", "push", "field", "grid", "d_loss", "g_loss", "d_grad", "g_grad"):
        assert np.isfinite(getattr(last, name)).all(), name


def test_digits_train_with_it_too(added):
    names = [name for name in BARE if name in knobs(DigitsConfig) and name != "dataset"]
    added({name: BARE[name] for name in names})
    config = DigitsConfig(batch_size=8, latent_dim=3, steps=1, **dict.fromkeys(names, NEW))
    state = train_digits.start(config)
    before = state.g.net.flat.clone()
    assert train_digits.advance(state) is not None
    assert not torch.equal(state.g.net.flat, before)
    assert state.penalty is not None


# Slow motion


def moments(config, lang):
    """Every stop of the second step, and the message of the picture."""
    state = start(config)
    while state.step < 1:
        update(state)
    facts = trace_of(state).to_json()
    titles = {stop["key"]: text(f"slow.title.{stop['key']}", lang) for stop in facts["stops"]}
    assert slow_player.message(facts, config, titles, "key", lang)
    return {s["key"]: Moment(s["key"], s["numbers"], s["arrays"], config, 1, lang) for s in facts["stops"]}


FORMULAS_OF = {
    "loss": {"d_loss": "s(1 - D(", "g_loss": r"-\tfrac{1}{12}\textstyle\sum_i D("},
    "regularizer": {"d_penalty": r"\tfrac{0.1}{2}\cdot(\|\nabla f(", "d_step": r"0.999\,\theta_D"},
    "optimizer": {"d_step": r"\eta\, m", "g_step": r"\eta\, m"},
    "noise": {"d_noise": r"\mathcal N(0, 4 I_{2})", "g_noise": r"\mathcal N(0, 4 I_{2})"},
}
"""What the new entries write at their stops."""
NUMBERS_OF = {"d_loss": "d_loss", "g_loss": "g_loss", "d_penalty": "penalty", "d_step": "norm", "g_step": "norm"}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("field", FULL)
def test_slow_motion_shows_its_formula(added, field, lang):
    config, expected = added({field: FULL[field]}), FORMULAS_OF.get(field, {})
    for key, moment in moments(config, lang).items():
        assert text("slow.also.unwritten", lang) not in slow_motion.sentence(moment)
        assert expected.get(key, "").replace("0.1}", "0{,}1}" if lang == "es" else "0.1}") in formula(moment)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("field", BARE)
def test_slow_motion_says_where_a_formula_is_missing_and_shows_the_numbers(added, field, lang):
    config = added({field: BARE[field]})
    for key, moment in moments(config, lang).items():
        unwritten = text("slow.also.unwritten", lang) in slow_motion.sentence(moment)
        assert unwritten == (key in FORMULAS_OF.get(field, {}))
        if key in NUMBERS_OF:
            assert f"= {tex(moment.numbers[NUMBERS_OF[key]], lang)}" in formula(moment)


def test_a_loss_is_spoken_of_by_its_form(added):
    said = {key: slow_motion.main(moment) for key, moment in moments(added({"loss": BARE["loss"]}), "en").items()}
    assert said["d_loss"] == "slow.say.d_loss_pairs"
    assert (said["d_judge"], said["g_loss"]) == ("slow.say.d_judge", "slow.say.g_loss")
    said = {key: slow_motion.main(moment) for key, moment in moments(SMALL, "en").items()}
    assert said["d_judge"] == "slow.say.d_judge_probability"


# The script


@pytest.mark.parametrize("constraint", [*REGULARIZERS, NEW])
def test_a_script_prints_the_losses_of_training(added, constraint):
    added(FULL)
    fields = dict.fromkeys(FULL, NEW) | {"regularizer": constraint}
    assert_the_same(SMALL.replace(**fields, d_steps=2, steps=8), 8, 1e-5)


@pytest.mark.parametrize("loss", [*LOSSES, NEW])
@pytest.mark.parametrize("optimizer", [*OPTIMIZERS, NEW])
def test_a_script_of_each_new_entry_beside_the_old_ones(added, loss, optimizer, in_float64):
    """In float32 Adam makes full steps of gradients that are rounding alone."""
    added(FULL)
    fields = {"regularizer": NEW, "dataset": NEW, "loss": loss, "optimizer": optimizer}
    assert_the_same(SMALL.replace(**fields, steps=4), 4, 1e-9)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("field", BARE)
def test_a_script_says_what_it_leaves_to_be_written_by_hand(added, field, lang):
    config = added({field: BARE[field]})
    label = text(f"field.label.{field}", lang)
    assert left(config, lang) == [text("export.script.unwritten", lang, label=label)]
    program = script.script(config)
    assert f"# BY HAND: {field} = {NEW}, where by_hand(…) is called" in program
    assert "by_hand(" in program.partition("raise NotImplementedError")[2]
    compile(program, "script", "exec")


# On the page


@pytest.mark.whole
@pytest.mark.parametrize("field", REGISTRIES)
def test_the_menu_offers_it(added, field):
    added({field: BARE[field]})
    app = opened("pages/lab/arena.py")
    assert "Brand new" in app.selectbox(key=f"a.w.{field}").options
    enter(app, f"a.w.{field}", NEW)
    assert getattr(held(app, ARENA), field) == NEW


@pytest.mark.whole
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("entries", [FULL, BARE], ids=["full", "bare"])
def test_the_page_shows_a_run_with_all_of_them(added, entries, lang):
    config = added(entries)
    record(config)
    app = opened("pages/lab/arena.py", to_query(config, "a."), lang)
    assert held(app, ARENA) == config
    sentences = left(config, lang)
    assert len(sentences) == (len(BARE) if entries is BARE else 0)
    assert all(sentence in captions(app) for sentence in sentences)
    assert not [warning.value for warning in app.warning]
