"""Where D judges points by their batch, all batches at once are what each of them is alone."""

import pytest
import torch

from ganlab.gan.countermeasures import batches, pack
from ganlab.gan.rng import stream
from ganlab.plane.config import PlaneConfig
from ganlab.plane.objectives import g_loss
from ganlab.plane.snapshot import arrows, logits
from ganlab.plane.state import d_logits, start

SMALL = PlaneConfig(g_width=6, d_width=5, batch_size=120, members=2)
WAYS = [
    {"minibatch": "discrimination"},
    {"minibatch": "stddev", "packing": 2, "loss": "relativistic"},
    {"minibatch": "stddev", "feature_matching": True},
    {"minibatch": "discrimination", "unroll": 1},
]


def points(name):
    return torch.randn(2, 512, 2, generator=stream(0, name))


@pytest.mark.parametrize("changes", WAYS, ids=str)
def test_batches_at_once_are_what_each_is_alone(changes):
    state = start(SMALL.replace(**changes))
    now, net, (fake, real) = state.now, state.d.net, (points("fake"), points("real"))
    (push, rise), told = arrows(state, fake, real), logits(state, fake)
    for some, own in batches(512, 120):
        x = fake[:, some].clone().requires_grad_()
        packs, seen = pack(x, now.packing), d_logits(net, pack(x, now.packing))
        value = g_loss(now, state.d, packs, pack(real[:, some], now.packing)).sum() * packs.shape[1]
        down, up = (torch.autograd.grad(each, x, retain_graph=True)[0] for each in (value, seen.sum()))
        judged = slice(some.start // now.packing, some.stop // now.packing), slice(own.start // now.packing, None)
        for ours, alone in ((push[:, some], -down), (rise[:, some], up)):
            torch.testing.assert_close(ours[:, own], alone[:, own], rtol=1e-4, atol=1e-6)
        torch.testing.assert_close(told[:, judged[0]][:, judged[1]], seen[:, judged[1]], rtol=1e-4, atol=1e-6)
