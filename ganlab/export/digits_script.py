"""A run on digits as a script: its template, and what the template is filled with; see plane_script.py."""

from __future__ import annotations

from functools import partial
from typing import Any

from ganlab.data.images import CLASSES, IMAGE_SETS, PIXELS
from ganlab.digits.config import DigitsConfig
from ganlab.export import by_hand
from ganlab.export.by_hand import Gap
from ganlab.export.gan_parts import d_value, g_value, parts, several
from ganlab.export.gan_template import AVERAGE, G_LOSS, HEAD, OBJECTIVES, TRAIN
from ganlab.export.layers import listed
from ganlab.export.plan import Plan, plan
from ganlab.export.template import IMPORTS, filled, finished
from ganlab.gan.architectures import ARCHITECTURES, ending_in
from ganlab.gan.augment import SCRIPTS
from ganlab.gan.layers import Dropout
from ganlab.gan.regularizers import REGULARIZERS
from ganlab.gan.rng import block_rows
from ganlab.kind.fields import knobs

__all__ = ["gaps", "script"]


def gaps(config: DigitsConfig) -> list[Gap]:
    """What the script of a run leaves to be written by hand."""
    made = plan(config)
    found = [*by_hand.of_players(made), *by_hand.unknown(made, COVERED)]
    texts = {"dataset": IMAGE_SETS[config.dataset].script, "architecture": ARCHITECTURES[config.architecture].script}
    found += [Gap(name) for name, text in texts.items() if not text]
    found += [Gap("augment") for key in made.values("augment") if key not in SCRIPTS]
    return list(dict.fromkeys([*found, *([Gap("g_from", "weights")] if config.g_from != "none" else [])]))


def script(config: DigitsConfig, member: int = 0) -> str:
    """The run as a Python program; there is one member."""
    made = plan(config)
    own = facts(config, made) | inputs(config, made)
    numbered = own["drops"] or own["augments"] or made.ever("instance_noise")
    values = parts(made, numbered) | own
    return finished(filled(SCRIPT, **values, notes=by_hand.notes(gaps(config), made), key=config.key()))


def facts(config: DigitsConfig, made: Plan) -> dict[str, Any]:
    """The values of the template that are the digits'."""
    both, lowered = ARCHITECTURES[config.architecture], config.precision == "bfloat16"
    d = both.d(config.packing)
    d = (d.normalised() if config.d_norm != "none" else d).with_minibatch_layer(config.minibatch_layer)
    judge, head = ("lowered({})", "lowered({}, {})") if lowered else ("D({})", "{1}({0})"), f"D[:-{d.head}]"
    lines = d_value(made, judge[0], config.batchwise and config.d_norm != "mixed")
    return {
        "imports": IMPORTS,
        "by_hand_part": by_hand.BY_HAND.strip("\n"),
        "g_layers": listed(ending_in(config.g_output, both.g(config.latent_dim))),
        "d_layers": listed(d),
        "drops": any(isinstance(layer, Dropout) for layer in d),
        "draw": both.script or 'by_hand("how a weight starts")',
        "lowered": lowered,
        "at_slopes": judge[0].format(f"x.view(-1, {config.packing}, 28, 28)"),
        "d_loss_lines": lines,
        "g_loss_lines": g_value(made, judge[0], judge[1].format("{}", head) + ".flatten(1)"),
    }


def inputs(config: DigitsConfig, made: Plan) -> dict[str, Any]:
    """The values of the template that are about images."""
    pixels, augments = PIXELS[config.pixels], made.values("augment") != ["none"]
    return {
        "load_part": (IMAGE_SETS[config.dataset].script or LOAD_BY_HAND).strip("\n"),
        "chosen": "" if config.classes == CLASSES else ", ".join(config.classes),
        "scale": 255 / (pixels.ink - pixels.paper),
        "shift": f" - {-pixels.paper}" if pixels.paper else "",
        "augment_part": several(made, "augment", lambda key: SCRIPTS.get(key) or AUGMENT_BY_HAND).strip("\n"),
        "augments": augments,
        "packed": f".reshape(-1, {config.packing}, 28, 28)" if config.packing > 1 else "",
        "rows": partial(block_rows, config.batch_size),
        "penalised": any(REGULARIZERS[key].penalty for key in made.values("regularizer")),
    }


COVERED = tuple(name for name in knobs(DigitsConfig) if name != "edits")
LOAD_BY_HAND = """
def load():
    return by_hand("images (n, 28, 28) uint8 and their labels (n,)")
"""
AUGMENT_BY_HAND = """
def augment(x, rng):
    return by_hand("images (n, 1, 28, 28), augmented")
"""
SCRIPT = (
    '''\
"""A GAN on images of digits, as the GAN Arena trains it: run {{ key }}. PyTorch and the images are needed.

Every draw comes from a stream with a name: the numbers and the operations are those of the arena, in the same order.
"""
'''
    + HEAD
    + '''\
{{ load_part }}


images, labels = load()
{% if chosen %}
images = images[torch.isin(labels, torch.tensor([{{ chosen }}]))]
{% endif %}


def image_batches(name):
    """One batch (BATCH, 1, 28, 28) of shuffled images after another; each epoch has its own order."""
    order, epoch = torch.empty(0, dtype=torch.int64), 0
    while True:
        while len(order) < BATCH:
            order, epoch = torch.cat([order, torch.randperm(len(images), generator=stream(name, epoch))]), epoch + 1
        yield images[order[:BATCH]][:, None] / {{ scale }}{{ shift }}
        order = order[BATCH:]


def latent(n, rng):
    """The noise z that G starts from, (n, {{ latent_dim }})."""
    return {{ noise_part }}


def batches(name, sample, width, rows):
    """One fresh batch (BATCH, width) after another, drawn in blocks of so many batches."""
    block = 0
    while True:
        yield from sample(rows * BATCH, stream(name, 0, block)).view(rows, BATCH, width)
        block += 1


{% if drops %}
class Dropout(nn.Module):
    """Dropout with masks from a generator of its own."""

    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, x):
        return x * torch.empty_like(x).bernoulli_(1 - self.p, generator=self.rng).div_(1 - self.p)


def drop(rng):
    """Takes the masks that follow from a generator."""
    for layer in D:
        layer.rng = rng


{% endif %}
{% if batch_layer %}
{{ batch_layer }}


{% endif %}
@torch.no_grad()
def start(net, rng):
    """Draws the weights; biases start at 0."""
    net.to(memory_format=torch.channels_last)
    for layer in net:
        if isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            draw(layer.weight, rng)
            if layer.bias is not None:
                layer.bias.zero_()
{% if batch_layer %}
        elif isinstance(layer, BatchLayer):
            layer.start(lambda weight: draw(weight, rng))
{% endif %}


def draw(weight, rng):
    """A weight before training."""
    {{ draw }}


{% if spectral_norm %}
class Spectral(nn.Module):
    """A weight divided by its largest singular value, as power iteration estimates it (arXiv:1802.05957)."""

    def __init__(self, weight, rng):
        super().__init__()
        self.v, self.u = (torch.randn(size, generator=rng) for size in reversed(weight.flatten(1).shape))

    @torch.no_grad()
    def iterate(self, weight, times=1):
        for _ in range(times):
            self.v = nn.functional.normalize(self.u @ weight.flatten(1), dim=0)
            self.u = nn.functional.normalize(weight.flatten(1) @ self.v, dim=0)

    def forward(self, weight):
        return weight / (self.u @ weight.flatten(1) @ self.v)


{% endif %}
G = nn.Sequential(  # from noise to images
{{ g_layers }}
)
D = nn.Sequential(  # from {{ "an image" if packing == 1 else packing ~ " images" }} to a number, large for real ones
{{ d_layers }}
)
start(G, stream("g"))
{% if g_from != "none" %}
G.load_state_dict(by_hand("the weights {{ g_from }} that G starts from"))
{% endif %}
{% if not spectral_norm %}
start(D, stream("d"))
{% else %}
rng, spectral = stream("d"), []
start(D, rng)
for layer in D:
    if getattr(layer, "weight", None) is not None and layer.weight.dim() > 1:
        one = Spectral(layer.weight, rng)
        one.iterate(layer.weight, 15)
        nn.utils.parametrize.register_parametrization(layer, "weight", one, unsafe=True)
        spectral.append((one, layer.parametrizations.weight.original))
{% endif %}
d_optimizer = {{ d_optimizer }}
g_optimizer = {{ g_optimizer }}


{% if lowered %}
def lowered(x, layers=D):
    """The outputs of layers that compute in bfloat16; the weights stay as they are."""
    with torch.autocast("cpu", torch.bfloat16):
        return layers(x).to(x.dtype)


{% endif %}
'''
    + AVERAGE
    + OBJECTIVES
    + '''\
{% if augments %}
{{ augment_part }}


{% endif %}
d_real, d_z = image_batches("d_real"), batches("d_z", latent, {{ latent_dim }}, {{ rows(latent_dim) }})
g_z = batches("g_z", latent, {{ latent_dim }}, {{ rows(latent_dim) }})
{% if meets_real %}
g_real = image_batches("g_real")
{% endif %}


def d_backward():
    """The gradient of D's loss at fresh real images and fresh noise; the loss."""
    with torch.no_grad():
        real, fake = next(d_real), {{ "lowered(next(d_z), G)" if lowered else "G(next(d_z))" }}
{% if spectral_norm %}
    for layer, weight in spectral:
        layer.iterate(weight)
{% endif %}
{% if augments %}
    real = augment(real, stream("d_augment_real", d_updates))
    fake = augment(fake, stream("d_augment_fake", d_updates))
{% endif %}
{% if noisy %}
    rng = stream("d_blur", d_updates)
    real, fake = (x + level * torch.randn(x.shape, generator=rng) for x in (real, fake))
{% endif %}
{% if packing > 1 %}
    real, fake = (x{{ packed }} for x in (real, fake))  # D judges {{ packing }} at once
{% endif %}
{% if drops %}
    drop(stream("d_masks", d_updates))
{% endif %}
{% for line in d_loss_lines %}
    {{ line }}
{% endfor %}
{% if penalised %}
    real, fake = real.flatten(1), fake.flatten(1)
{% endif %}
{% for line in d_lines %}
    {{ line }}
{% endfor %}
    return loss.item()


def g_backward():
    """The gradient of G's loss at fresh noise; the loss."""
    fake = {{ "lowered(next(g_z), G)" if lowered else "G(next(g_z))" }}
{% if augments %}
    fake = augment(fake, stream("g_augment_fake", g_updates))
{% endif %}
{% if meets_real %}
    real = {{ 'augment(next(g_real), stream("g_augment_real", g_updates))' if augments else "next(g_real)" }}
{% endif %}
{% if noisy %}
    rng = stream("g_blur", g_updates)
    fake = fake + level * torch.randn(fake.shape, generator=rng)
{% if meets_real %}
    real = real + level * torch.randn(real.shape, generator=rng)
{% endif %}
{% endif %}
{% if packing > 1 %}
    fake = fake{{ packed }}
{% if meets_real %}
    real = real{{ packed }}
{% endif %}
{% endif %}
{% if drops %}
    drop(stream("g_masks", g_updates))
{% endif %}
'''
    + G_LOSS
    + TRAIN
    + """\
    # {{ "average" if ema else "G" }}.eval()(latent(64, stream("look"))) are 64 images (64, 1, 28, 28).
"""
)
