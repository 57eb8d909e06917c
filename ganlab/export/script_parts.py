"""The exported PyTorch script as a Jinja2 template.

The template has the form of the simplest script; what depends on the config is in `{% … %}` and `{{ … }}`. The entries
of the registries contribute their own parts (`script` of a loss, a constraint, a data set, …), with the config's fields
in braces.
"""

from __future__ import annotations

from jinja2 import Environment, StrictUndefined

SCRIPT = '''\
"""A GAN on {{ place }}, as the GAN Arena trains it: run {{ key }}, member {{ member }}. Only PyTorch is needed.

Every draw comes from a stream with a name: the numbers and the operations are those of the arena, in the same order.
"""

{{ imports }}

SEED = {{ seed }}
MEMBER = {{ member }}  # of {{ members }} in this run; each has its own draws
BATCH = {{ batch_size }}
STEPS = {{ steps }}  # rounds: so many updates of D, then so many of G
D_STEPS, G_STEPS = {{ d_steps }}, {{ g_steps }}


def stream(*names):
    """A random generator for one purpose: equal names give equal numbers."""
    digest = hashlib.sha256("/".join(map(str, (SEED, *names))).encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "little") >> 1)


{{ part.dataset.strip("\n") }}


def latent(n, rng):
    """The noise z that G starts from, (n, {{ latent_dim }})."""
    return {{ part.noise }}


def batches(name, sample, width, rows):
    """One fresh batch (BATCH, width) after another, drawn in blocks of so many batches."""
    block = 0
    while True:
        yield from sample(rows * BATCH, stream(name, MEMBER, block)).view(rows, BATCH, width)
        block += 1


def network(name, *sizes{{ ", layer_type=nn.Linear" if spectral_norm }}):
    """Linear layers with an activation between them; weights start in U(±1/√inputs), as PyTorch's own."""
    rng, layers = stream(name, MEMBER), []
    for n, m in zip(sizes, sizes[1:]):
        layer, bound = {{ "layer_type" if spectral_norm else "nn.Linear" }}(n, m), n**-0.5
        layer.weight.data = torch.empty(n, m).uniform_(-bound, bound, generator=rng).T
        layer.bias.data = torch.empty(m).uniform_(-bound, bound, generator=rng)
        layers += [layer, {{ part.activation }}]
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
power = stream("d", "power")
for layer in D[::2]:
    layer.start(power)
{% endif %}
d_optimizer = {{ part.d_optimizer }}
g_optimizer = {{ part.g_optimizer }}


{{ part.loss.strip("\n") }}


{% if part.penalty %}
{% if "slopes(" in part.penalty %}
def slopes(x):
    """The gradient of D's output at each input, itself differentiable in D's weights."""
    x = x.detach().requires_grad_()
    return torch.autograd.grad(D(x).sum(), x, create_graph=True)[0]
{% endif %}
{{ part.penalty.rstrip("\n") }}


{% endif %}
d_real = batches("d_real", real_points, {{ dim }}, {{ rows(dim) }})
d_z = batches("d_z", latent, {{ latent_dim }}, {{ rows(latent_dim) }})
g_z = batches("g_z", latent, {{ latent_dim }}, {{ rows(latent_dim) }})
{% if compares %}
g_real = batches("g_real", real_points, {{ dim }}, {{ rows(dim) }})
{% endif %}
{% if "updates" in part.penalty %}
updates = itertools.count()
{% endif %}


def d_backward():
    """The gradient of D's loss at fresh real points and fresh noise; the loss."""
    with torch.no_grad():
        real, fake = next(d_real), G(next(d_z))
{% if spectral_norm %}
    for layer in D[::2]:
        layer.iterate()
{% endif %}
{% if packing > 1 %}
    real, fake = (points.reshape(-1, {{ dim * packing }}) for points in (real, fake))  # D judges {{ packing }} at once
{% endif %}
    loss = d_loss(*D(torch.cat([real, fake])).squeeze(-1).chunk(2))
    D.zero_grad()
    ({{ "loss + penalty(real, fake)" if part.penalty else "loss" }}).backward(inputs=list(D.parameters()))
    return loss.item()


def g_backward():
    """The gradient of G's loss at fresh noise; the loss."""
    fake = D(G(next(g_z)){{ packed }}).squeeze(-1)
{% if compares %}
    with torch.no_grad():
        real = D(next(g_real){{ packed }}).squeeze(-1)
{% endif %}
    loss = g_loss({{ "real, fake" if compares else "fake" }})
    G.zero_grad()
    loss.backward(inputs=list(G.parameters()))
    return loss.item()


{% if part.after_step %}
{{ part.after_step.strip("\n") }}


{% endif %}
def train():
{% if simultaneous %}
    """Yields (step, D's loss, G's loss) after every round, until a loss blows up."""
    for step in range(1, STEPS + 1):
        for update in range(D_STEPS):
            d_value = d_backward()
            if update == D_STEPS - 1:
                g_value = g_backward()  # both at the same weights
            d_optimizer.step()
{% if part.after_step %}
            clip()
{% endif %}
        g_optimizer.step()
        for _ in range(G_STEPS - 1):
            g_value = g_backward()
            g_optimizer.step()
{% else %}
    """Yields (step, D's loss, G's loss) after every round, until a loss blows up; 0 for a player that rests."""
    d_value = g_value = 0.0
    for step in range(1, STEPS + 1):
        for _ in range(D_STEPS):
            d_value = d_backward()
            d_optimizer.step()
{% if part.after_step %}
            clip()
{% endif %}
        for _ in range(G_STEPS):
            g_value = g_backward()
            g_optimizer.step()
{% endif %}
        yield step, d_value, g_value
        if not (abs(d_value) <= 1e6 and abs(g_value) <= 1e6):
            break


if __name__ == "__main__":
    for step, d_value, g_value in train():
        if step % 100 == 0 or step == STEPS:
            print(f"step {step:6}   L_D {d_value:8.4f}   L_G {g_value:8.4f}")
    # G(latent(512, stream("look"))) are 512 generated points (512, {{ dim }}): plot them with whatever you like.
'''
TEMPLATES = Environment(  # noqa: S701 - the result is a program, not a page
    undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
)


def filled(template: str, **values: object) -> str:
    """A template filled with values. Raises jinja2.UndefinedError for a name without a value."""
    return TEMPLATES.from_string(template).render(values)
