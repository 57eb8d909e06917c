"""A flow-matching run as a script: its template, and what the template is filled with."""

from __future__ import annotations

from functools import partial

from ganlab.export import by_hand
from ganlab.export.by_hand import Gap
from ganlab.export.data_part import data_part
from ganlab.export.plan import literal, plan, table
from ganlab.export.template import IMPORTS, STREAM, filled, finished
from ganlab.flow.config import FlowConfig
from ganlab.gan.nets import ACTIVATIONS
from ganlab.gan.optimizers import OPTIMIZERS
from ganlab.gan.rng import block_rows
from ganlab.kind.fields import knobs

__all__ = ["gaps", "script"]


def gaps(config: FlowConfig) -> list[Gap]:
    """What the script of a run leaves to be written by hand."""
    made = plan(config)
    optimizer = [] if OPTIMIZERS[config.optimizer].script else [Gap("optimizer")]
    return [*by_hand.of_points(made), *optimizer, *by_hand.unknown(made, COVERED)]


def script(config: FlowConfig, member: int = 0) -> str:
    """The run of one member as a Python program."""
    made = plan(config)
    edits = {step: {name.upper(): literal(value)} for step, name, value in made.edits}
    values = made.fields() | {"net": "velocity"}
    text = filled(
        SCRIPT,
        **values,
        key=config.key(),
        member=member,
        imports=IMPORTS,
        notes=by_hand.notes(gaps(config), made),
        by_hand_part=by_hand.BY_HAND.strip("\n"),
        first_lr=config.lr,
        edits=table(edits) if edits else "",
        sizes=", ".join(map(str, config.sizes)),
        rows=partial(block_rows, config.batch_size),
        data_part=data_part(config.dataset, 2),
        activation_part=ACTIVATIONS[config.activation].script or 'by_hand("an activation")',
        optimizer_part=filled(OPTIMIZERS[config.optimizer].script or 'by_hand("the optimiser")', **values),
    )
    return finished(text)


COVERED = tuple(name for name in knobs(FlowConfig) if name != "edits")
SCRIPT = (
    '''\
"""Flow matching on the plane, as the GAN Arena trains it: run {{ key }}, member {{ member }}. Only PyTorch is needed.

A network learns the mean velocity (x - z) of straight lines from noise z to data x (arXiv:2210.02747). Every draw comes
from a stream with a name: the numbers and the operations are those of the arena, in the same order.
"""
{% for note in notes %}
# BY HAND: {{ note }}
{% endfor %}

{{ imports }}

SEED = {{ seed }}
MEMBER = {{ member }}  # of {{ members }} in this run; each has its own draws
BATCH = {{ batch_size }}
STEPS = {{ steps }}
{% if edits %}
LR = {{ first_lr }}  # at first, see EDITS
{% endif %}


{% if notes %}
{{ by_hand_part }}


{% endif %}
'''
    + STREAM
    + '''\
{{ data_part }}


def noise(n, rng):
    """Where the lines begin, (n, 2)."""
    return torch.randn(n, 2, generator=rng)


def times(n, rng):
    """Where on its line each point is, (n, 1): from 0, the noise, to 1, the data."""
    return torch.rand(n, 1, generator=rng)


def batches(name, sample, width, rows):
    """One fresh batch (BATCH, width) after another, drawn in blocks of so many batches."""
    block = 0
    while True:
        yield from sample(rows * BATCH, stream(name, MEMBER, block)).view(rows, BATCH, width)
        block += 1


def network(name, *sizes):
    """Linear layers with an activation between them; weights start in U(±1/√inputs), as PyTorch's own."""
    rng, layers = stream(name, MEMBER), []
    for n, m in zip(sizes, sizes[1:]):
        layer, bound = nn.Linear(n, m), n**-0.5
        layer.weight.data = torch.empty(n, m).uniform_(-bound, bound, generator=rng).T
        layer.bias.data = torch.empty(m).uniform_(-bound, bound, generator=rng)
        layers += [layer, {{ activation_part }}]
    return nn.Sequential(*layers[:-1])


velocity = network("flow", {{ sizes }})  # from a point and its time (x, y, t) to a velocity
optimizer = {{ optimizer_part }}

real = batches("flow_real", real_points, 2, {{ rows(2) }})
z = batches("flow_z", noise, 2, {{ rows(2) }})
t = batches("flow_t", times, 1, {{ rows(1) }})


def backward():
    """The gradient of E|v(x_t, t) - (x - z)|² at fresh lines; the loss."""
    x, start, time = next(real), next(z), next(t)
    there = torch.lerp(start, x, time)  # x_t = (1 - t) z + t x
    loss = (velocity(torch.cat([there, time], -1)) - (x - start)).square().sum(-1).mean()
    optimizer.zero_grad()
    loss.backward()
    return loss.item()


@torch.no_grad()
def generated(start, steps={{ ode_steps }}):
    """Points (n, 2) that the velocity carries from noise to data, in equal Euler steps."""
    x = start
    for step in range(steps):
        time = torch.full((len(x), 1), step / steps)
        x = x + velocity(torch.cat([x, time], -1)) / steps
    return x


{% if edits %}
{{ edits }}

{% endif %}
def train():
    """Yields (step, loss) after every step, until the loss blows up."""
    for step in range(1, STEPS + 1):
{% if edits %}
        for after, changes in EDITS:
            if after == step - 1:
                globals().update(changes)
        optimizer.param_groups[0]["lr"] = LR
{% endif %}
        value = backward()
        optimizer.step()
        yield step, value
        if not abs(value) <= 1e6:
            break


if __name__ == "__main__":
    for step, value in train():
        if step % 100 == 0 or step == STEPS:
            print(f"step {step:6}   loss {value:8.4f}")
    # generated(noise(512, stream("look"))) are 512 generated points (512, 2): plot them as you like.
'''
)
