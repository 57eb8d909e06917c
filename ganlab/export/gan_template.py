"""The pieces of the templates that scripts of all GANs share; see plane_script.py for a whole one."""

from ganlab.export.template import STREAM

HEAD = (
    """\
{% for note in notes %}
# BY HAND: {{ note }}
{% endfor %}

{{ imports }}

SEED = {{ seed }}
{% if members is defined %}
MEMBER = {{ member }}  # of {{ members }} in this run; each has its own draws
{% endif %}
BATCH = {{ batch_size }}
STEPS = {{ steps }}  # rounds: so many updates of D, then so many of G
D_STEPS, G_STEPS = {{ plan.base["d_steps"] }}, {{ plan.base["g_steps"] }}
{% for line in constants %}
{{ line }}
{% endfor %}


{% if notes %}
{{ by_hand_part }}


{% endif %}
"""
    + STREAM
)
AVERAGE = '''\
{% if ema %}
average = copy.deepcopy(G)  # its weights follow those of G; the arena shows its points


@torch.no_grad()
def follow():
    """One step of the moving average, faster at first."""
    kept = min({{ ema }}, (1 + g_updates) / (10 + g_updates))
    for mine, its in zip(average.state_dict().values(), G.state_dict().values()):
{% if members is defined %}
        mine.lerp_(its, 1 - kept)
{% else %}
        if mine.is_floating_point():  # batch statistics, too, but not their count
            mine.lerp_(its, 1 - kept)
{% endif %}


{% endif %}
'''
OBJECTIVES = '''\
{{ loss_part }}


{% if constraint_part %}
{% if "slopes(" in constraint_part %}
def slopes(x):
    """The gradient of D's output at each input, itself differentiable in D's weights."""
    x = x.detach().requires_grad_()
    return torch.autograd.grad({{ at_slopes }}.sum(), x, create_graph=True)[0]


{% endif %}
{{ constraint_part }}


{% endif %}
{% if ahead_part %}
{{ ahead_part }}


def judge(weights, points, layers=D):
    """The outputs of D's layers with other weights."""
    own = {name: weights[name] for name, _ in layers.named_parameters()}
    return torch.func.functional_call(layers, own, (points,))


def unrolled(real, fake):
    """D's weights some steps ahead on this batch, differentiable in G's points (arXiv:1611.02163)."""
    weights, memory = dict(D.named_parameters()), [dict(d_optimizer.state[w]) for w in D.parameters()]
    for _ in range({{ unroll }}):
{% for line in unrolled_lines %}
        {{ line }}
{% endfor %}
        gradients = torch.autograd.grad(loss, list(weights.values()), create_graph=True)
        weights = {name: ahead(*one) for name, *one in zip(weights, weights.values(), gradients, memory)}
    return weights


{% endif %}
{% if noisy %}
def noise_level(step):
    """How much noise D's inputs have after so many rounds (arXiv:1610.04490)."""
    return {{ instance_noise }} * max(0.0, 1 - step / {{ noise_until }})


{% endif %}
'''
G_LOSS = """\
{% for line in g_loss_lines + g_lines %}
    {{ line }}
{% endfor %}
    return loss.item()


"""
TRAIN = '''\
{% if edits %}
{{ edits }}

{% endif %}
{% if counted %}
{{ counted | join(" = ") }} = 0  # as they are now


{% endif %}
def train():
{% if order == "alternating" %}
    """Yields (step, D's loss, G's loss) after every round, until a loss blows up; 0 for a player that rests."""
{% else %}
    """Yields (step, D's loss, G's loss) after every round, until a loss blows up."""
{% endif %}
{% if counted %}
    global {{ counted | join(", ") }}
{% endif %}
{% if order == "alternating" and not changing %}
    d_value = g_value = 0.0
{% endif %}
    for step in range(1, STEPS + 1):
{% if changing %}
        for after, changes in EDITS:
            if after == step - 1:
                globals().update(changes)
{% for player in "dg" if player + "_lr" in changed %}
        {{ player }}_optimizer.param_groups[0]["lr"] = {{ player.upper() }}_LR
{% endfor %}
        d_value = g_value = 0.0
{% endif %}
{% if noisy %}
        level = noise_level(step - 1)
{% endif %}
{% if order == "changing" %}
        meet = {{ 'UPDATE == "simultaneous" and ' if "update" in changed }}D_STEPS > 0 and G_STEPS > 0
{% endif %}
{% if order == "alternating" %}
        for _ in range(D_STEPS):
            d_value = d_backward()
{% elif order == "simultaneous" %}
        for update in range(D_STEPS):
            d_value = d_backward()
            if update == D_STEPS - 1:
                g_value = g_backward()  # both at the same weights
{% else %}
        for update in range(D_STEPS):
            d_value = d_backward()
            if meet and update == D_STEPS - 1:
                g_value = g_backward()  # both at the same weights
{% endif %}
{% for line in after_d %}
            {{ line }}
{% endfor %}
{% if order == "alternating" %}
        for _ in range(G_STEPS):
            g_value = g_backward()
{% elif order == "simultaneous" %}
{% for line in after_g %}
        {{ line }}
{% endfor %}
        for _ in range(G_STEPS - 1):
            g_value = g_backward()
{% else %}
        for update in range(G_STEPS):
            if not meet or update > 0:
                g_value = g_backward()
{% endif %}
{% for line in after_g %}
            {{ line }}
{% endfor %}
        yield step, d_value, g_value
        if not (abs(d_value) <= 1e6 and abs(g_value) <= 1e6):
            break


if __name__ == "__main__":
    for step, d_value, g_value in train():
        if step % 100 == 0 or step == STEPS:
            print(f"step {step:6}   L_D {d_value:8.4f}   L_G {g_value:8.4f}")
'''
