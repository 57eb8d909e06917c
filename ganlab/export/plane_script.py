"""A run on the plane as a script: its template, and what the template is filled with.

The template has the form of the simplest script; what depends on the config is in `{% … %}` and `{{ … }}`. The entries
of the registries contribute their own parts (`script` of a loss, a constraint, a data set, …), with the config's fields
in braces.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from ganlab.export import by_hand
from ganlab.export.by_hand import Gap
from ganlab.export.data_part import data_part
from ganlab.export.gan_parts import d_value, g_value, parts
from ganlab.export.gan_template import AVERAGE, G_LOSS, HEAD, OBJECTIVES, TRAIN
from ganlab.export.plan import Plan, plan
from ganlab.export.template import IMPORTS, filled, finished
from ganlab.gan.nets import ACTIVATIONS
from ganlab.gan.rng import block_rows
from ganlab.plane.config import PlaneConfig

__all__ = ["gaps", "script"]
COVERED = (
    *("dataset", "loss", "d_steps", "g_steps", "regularizer", "gamma", "gp_lambda", "clip_bound", "spectral_norm"),
    *("packing", "g_lr", "d_lr", "g_depth", "g_width", "d_depth", "d_width", "activation", "latent_dim", "noise"),
    *("optimizer", "d_optimizer", "beta1", "beta2", "update", "batch_size", "members", "steps", "seed", "mistake"),
    *("minibatch", "feature_matching", "unroll", "label_smoothing", "instance_noise", "noise_until", "ema"),
)
"""Fields that a script has; of all others it says that they are left."""


def gaps(config: PlaneConfig) -> list[Gap]:
    """What the script of a run leaves to be written by hand."""
    made = plan(config)
    found = [
        *by_hand.of_points(made),
        *by_hand.of_players(made),
        *by_hand.unknown(made, COVERED),
    ]
    return list(dict.fromkeys(found))


def script(config: PlaneConfig, member: int = 0) -> str:
    """The run of one member as a Python program."""
    made = plan(config)
    notes = by_hand.notes(gaps(config), made)
    return finished(
        filled(
            SCRIPT, **parts(made, numbered=False), **facts(config, made), notes=notes, member=member, key=config.key()
        )
    )


def facts(config: PlaneConfig, made: Plan) -> dict[str, Any]:
    """The values of the template that are the plane's."""
    packing, lines = config.packing, d_value(made, "D({})", made.base["minibatch"] != "none")
    hidden = "D[:-2]" if made.base["minibatch"] != "none" else "D[:-1]"
    ahead, packed = made.ever("unroll"), f".reshape(-1, {config.dim * packing})" if packing > 1 else ""
    judge, features = (
        ("judge(weights, {})", f"judge(weights, {{}}, {hidden})") if ahead else ("D({})", f"{hidden}({{}})")
    )
    return {
        "imports": IMPORTS,
        "size": "size" if made.ever("instance_noise") else "BATCH",
        "shown": "average" if made.ever("ema") else "G",
        "d_layers": layers(config),
        "by_hand_part": by_hand.BY_HAND.strip("\n"),
        "g_sizes": ", ".join(map(str, config.g_sizes)),
        "d_sizes": ", ".join(map(str, config.d_sizes)),
        "rows": partial(block_rows, config.batch_size),
        "blur_rows": block_rows(2 * config.batch_size, config.dim),
        "dim": config.dim,
        "place": "the plane" if config.dim == 2 else "a line",
        "judged": "a point" if packing == 1 else f"{packing} points",
        "packed": packed,
        "packed_at_once": "" if made.ever("instance_noise") else packed,
        "data_part": data_part(config.dataset, config.dim),
        "activation_part": ACTIVATIONS[config.activation].script or 'by_hand("an activation")',
        "at_slopes": "D(x)",
        "unrolled_lines": [line.replace("D(", "judge(weights, ") for line in lines],
        "d_loss_lines": lines,
        "g_loss_lines": g_value(made, judge, features),
    }


def layers(config: PlaneConfig) -> str:
    """The arguments of D's network behind its sizes."""
    last = config.d_sizes[-2]
    own = ", layer_type=SpectralLinear" if config.spectral_norm else ""
    return own + (f", batch_layer=BatchLayer({last})" if config.minibatch != "none" else "")


SCRIPT = (
    '''\
"""A GAN on {{ place }}, as the GAN Arena trains it: run {{ key }}, member {{ member }}. Only PyTorch is needed.

Every draw comes from a stream with a name: the numbers and the operations are those of the arena, in the same order.
"""
'''
    + HEAD
    + '''\
{{ data_part }}


def latent(n, rng):
    """The noise z that G starts from, (n, {{ latent_dim }})."""
    return {{ noise_part }}


{% if noisy %}
def gaussian(n, rng):
    """The noise that is added to what D sees, before its level."""
    return torch.randn(n, {{ dim }}, generator=rng)


{% endif %}
def batches(name, sample, width, rows{{ ", size=BATCH" if noisy }}):
    """One fresh batch ({{ "size" if noisy else "BATCH" }}, width) after another, drawn in blocks of so many batches."""
    block = 0
    while True:
        yield from sample(rows * {{ size }}, stream(name, MEMBER, block)).view(rows, {{ size }}, width)
        block += 1


{% if batch_layer %}
{{ batch_layer }}


{% endif %}
def network(name, *sizes{{ ", layer_type=nn.Linear" if spectral_norm }}{{ ", batch_layer=None" if batch_layer }}):
    """Linear layers with an activation between them; weights start in U(±1/√inputs), as PyTorch's own."""
    rng, layers = stream(name, MEMBER), []
    for n, m in zip(sizes, sizes[1:]):
{% if batch_layer %}
        if batch_layer and len(layers) == 2 * len(sizes) - 4:  # before the last
            n, layers = n + batch_layer.columns, [*layers, batch_layer]
{% endif %}
        layer, bound = {{ "layer_type" if spectral_norm else "nn.Linear" }}(n, m), n**-0.5
        layer.weight.data = torch.empty(n, m).uniform_(-bound, bound, generator=rng).T
        layer.bias.data = torch.empty(m).uniform_(-bound, bound, generator=rng)
        layers += [layer, {{ activation_part }}]
{% if batch_layer %}
    if batch_layer:
        bound = sizes[-2] ** -0.5
        batch_layer.start(lambda weight: weight.data.uniform_(-bound, bound, generator=rng))
{% endif %}
    return nn.Sequential(*layers[:-1])


{% if spectral_norm %}
class SpectralLinear(nn.Linear):
    """Its weight is divided by its largest singular value, as power iteration estimates it (arXiv:1802.05957)."""

    def start(self, rng):
        sizes = (self.in_features, self.out_features)
        self.v, self.u = (torch.randn({{ members }}, 1, size, generator=rng)[MEMBER] for size in sizes)
        self.iterate(15)

    @torch.no_grad()
    def iterate(self, times=1):
        for _ in range(times):
            self.v = nn.functional.normalize(self.u @ self.weight, dim=-1)
            self.u = nn.functional.normalize(self.v @ self.weight.T, dim=-1)

    def forward(self, x):
        return nn.functional.linear(x, self.weight / (self.v @ self.weight.T @ self.u.T), self.bias)


{% endif %}
G = network("g", {{ g_sizes }})  # from noise to points
D = network("d", {{ d_sizes }}{{ d_layers }})  # from {{ judged }} to a number: the larger, the more real
{% if spectral_norm %}
linear, power = [layer for layer in D if isinstance(layer, SpectralLinear)], stream("d", "power")
for layer in linear:
    layer.start(power)
{% endif %}
d_optimizer = {{ d_optimizer }}
g_optimizer = {{ g_optimizer }}


'''
    + AVERAGE
    + OBJECTIVES
    + '''\
d_real = batches("d_real", real_points, {{ dim }}, {{ rows(dim) }})
d_z = batches("d_z", latent, {{ latent_dim }}, {{ rows(latent_dim) }})
g_z = batches("g_z", latent, {{ latent_dim }}, {{ rows(latent_dim) }})
{% if meets_real %}
g_real = batches("g_real", real_points, {{ dim }}, {{ rows(dim) }})
{% endif %}
{% if noisy %}
d_noise, g_noise = (batches(name, gaussian, {{ dim }}, {{ blur_rows }}, 2 * BATCH) for name in ("d_blur", "g_blur"))
{% endif %}


def d_backward():
    """The gradient of D's loss at fresh real points and fresh noise; the loss."""
{% if mistake_of.leaks == "d" %}
    real, fake = next(d_real), G(next(d_z))  # MISTAKE: right is G(next(d_z)).detach()
{% else %}
    with torch.no_grad():
        real, fake = next(d_real), G(next(d_z))
{% endif %}
{% if spectral_norm %}
    for layer in linear:
        layer.iterate()
{% endif %}
{% if noisy %}
    real, fake = (x + level * e for x, e in zip((real, fake), next(d_noise).chunk(2)))
{% endif %}
{% if packing > 1 %}
    real, fake = (points{{ packed }} for points in (real, fake))  # D judges {{ packing }} at once
{% endif %}
{% for line in d_loss_lines + d_lines %}
    {{ line }}
{% endfor %}
    return loss.item()


def g_backward():
    """The gradient of G's loss at fresh noise; the loss."""
{% if mistake_of.detaches %}
    fake = G(next(g_z)).detach(){{ packed_at_once }}  # MISTAKE: right without .detach(), as nothing reaches G so
{% else %}
    fake = G(next(g_z)){{ packed_at_once }}
{% endif %}
{% if meets_real %}
    real = next(g_real){{ packed_at_once }}
{% endif %}
{% if noisy and meets_real %}
    fake, real = (x + level * e for x, e in zip((fake, real), next(g_noise).chunk(2)))
{% elif noisy %}
    fake = fake + level * next(g_noise)[:BATCH]
{% endif %}
{% if packing > 1 and noisy %}
    fake = fake{{ packed }}
{% if meets_real %}
    real = real{{ packed }}
{% endif %}
{% endif %}
{% if ahead_part %}
    weights = unrolled(real, fake)
{% endif %}
'''
    + G_LOSS
    + TRAIN
    + """\
    # {{ shown }}(latent(512, stream("look"))) are 512 generated points (512, {{ dim }}): plot them as you like.
"""
)
