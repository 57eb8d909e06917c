"""The parts of the exported PyTorch script, as text: for each choice of a config what it looks like written by hand."""

from __future__ import annotations

HEAD = '''"""A GAN on the plane, as the GAN Arena trains it: run $key, member $member. Only PyTorch is needed.

Every draw comes from a stream with a name: the numbers and the operations are those of the arena, in the same order.
"""

$imports

SEED = $seed
MEMBER = $member  # of $members in this run; each has its own draws
BATCH = $batch
STEPS = $steps  # rounds: so many updates of D, then so many of G
D_STEPS, G_STEPS = $d_steps, $g_steps


def stream(*names):
    """A random generator for one purpose: equal names give equal numbers."""
    digest = hashlib.sha256("/".join(map(str, (SEED, *names))).encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "little") >> 1)
'''
BATCHES = '''
def latent(n, rng):
    """The noise z that G starts from, (n, $latent_dim)."""
    return $noise


def batches(name, sample, width, rows):
    """One fresh batch (BATCH, width) after another, drawn in blocks of so many batches."""
    block = 0
    while True:
        yield from sample(rows * BATCH, stream(name, MEMBER, block)).view(rows, BATCH, width)
        block += 1
'''
NOISE = {
    "gaussian": "torch.randn(n, $latent_dim, generator=rng)",
    "uniform": "torch.rand(n, $latent_dim, generator=rng) * 2 - 1",
}

MIXTURE = '''
MODES = torch.tensor([
$modes
], dtype=torch.float32)


def real_points(n, rng):
    """The data: one of MODES, each as likely, with noise."""
    which = torch.randint(len(MODES), (n,), generator=rng)
    return torch.randn(n, 2, generator=rng) * $std + MODES[which]
'''
POINTS = '''
CODE = bytearray(base64.urlsafe_b64decode("$code"))
PLACES = torch.frombuffer(CODE, dtype=torch.int16).view(-1, 2).float() * $unit


def real_points(n, rng):
    """The data: one of PLACES, each as likely, with noise."""
    which = torch.randint(len(PLACES), (n,), generator=rng)
    return torch.randn(n, 2, generator=rng) * $std + PLACES[which]
'''
DATA = {
    "line": '''
def real_points(n, rng):
    """The data: a segment of length 4 through the origin, with noise."""
    along = torch.tensor([math.cos(math.pi / 6), math.sin(math.pi / 6)], dtype=torch.float32)
    points = (torch.rand(n, 1, generator=rng) - 0.5) * 4.0 * along
    return torch.randn(n, 2, generator=rng) * 0.1 + points
''',
    "annulus": '''
def real_points(n, rng):
    """The data: even on the ring between the radii 1.2 and 2."""
    u, v = torch.rand(2, n, generator=rng)
    radius, angle = (u * (2.0**2 - 1.2**2) + 1.2**2).sqrt(), v * (2 * math.pi)
    return torch.stack([angle.cos(), angle.sin()], -1) * radius[:, None]
''',
    "spiral": '''
def real_points(n, rng):
    """The data: two interleaved spiral arms, 1.25 turns each, with noise."""
    u, v = torch.rand(2, n, generator=rng)
    radius = (u * (2.0**2 - 0.3**2) + 0.3**2).sqrt()
    angle = ((radius - 0.3) / 1.7 * 1.25 + (v < 0.5) * 0.5) * (2 * math.pi)
    points = torch.stack([angle.cos(), angle.sin()], -1) * radius[:, None]
    return torch.randn(n, 2, generator=rng) * 0.07 + points
''',
    "swiss_roll": '''
def real_points(n, rng):
    """The data: a rolled-up line, with noise."""
    t = torch.rand(n, generator=rng) * (3 * math.pi) + 1.5 * math.pi
    points = torch.stack([t.cos(), t.sin()], -1) * (t * (2 / (4.5 * math.pi)))[:, None]
    return torch.randn(n, 2, generator=rng) * 0.05 + points
''',
    "moons": '''
def real_points(n, rng):
    """The data: two interleaved half circles, with noise."""
    t, which = torch.rand(2, n, generator=rng)
    upper = torch.stack([(t * math.pi).cos() - 0.5, (t * math.pi).sin() - 0.25], -1)
    points = torch.where(which[:, None] < 0.5, upper, -upper) * 1.4
    return torch.randn(n, 2, generator=rng) * 0.1 + points
''',
    "checkerboard": '''
def real_points(n, rng):
    """The data: even on the black squares of a 4 x 4 board."""
    column = torch.randint(4, (n,), generator=rng)
    row = 2 * torch.randint(2, (n,), generator=rng) + column % 2
    return torch.rand(n, 2, generator=rng) + torch.stack([column, row], -1) - 2
''',
}
"""Data sets that are no mixture of Gaussians."""

NETWORK = '''
def network(name, *sizes$layer_option):
    """Linear layers with an activation between them; weights start in U(±1/√inputs), as PyTorch's own."""
    rng, layers = stream(name, MEMBER), []
    for n, m in zip(sizes, sizes[1:]):
        layer, bound = $layer(n, m), n**-0.5
        layer.weight.data = torch.empty(n, m).uniform_(-bound, bound, generator=rng).T
        layer.bias.data = torch.empty(m).uniform_(-bound, bound, generator=rng)
        layers += [layer, $activation]
    return nn.Sequential(*layers[:-1])
'''
ACTIVATION = {"leaky_relu": "nn.LeakyReLU(0.2)", "relu": "nn.ReLU()", "tanh": "nn.Tanh()"}
SPECTRAL = '''
class SpectralLinear(nn.Linear):
    """Its weight is divided by its largest singular value, as power iteration estimates it (arXiv:1802.05957)."""

    def start(self, rng):
        sizes = (self.in_features, self.out_features)
        self.v, self.u = (torch.randn($members, 1, size, generator=rng)[MEMBER] for size in sizes)
        self.iterate(15)

    @torch.no_grad()
    def iterate(self, times=1):
        for _ in range(times):
            self.v = nn.functional.normalize(self.u @ self.weight, dim=-1)
            self.u = nn.functional.normalize(self.v @ self.weight.T, dim=-1)

    def forward(self, x):
        return nn.functional.linear(x, self.weight / (self.v @ self.weight.T @ self.u.T), self.bias)
'''
PLAYERS = """
G = network("g", $g_sizes)  # from noise to points
D = network("d", $d_sizes$layer_type)  # from $judged to a number: the larger, the more real
"""
POWER = """power = stream("d", "power")
for layer in D[::2]:
    layer.start(power)
"""
OPTIMIZER = {
    "adam": "torch.optim.Adam({net}.parameters(), lr={lr}, betas=($beta1, $beta2), fused=True)",
    "rmsprop": "torch.optim.RMSprop({net}.parameters(), lr={lr}, alpha=$beta2)",
    "sgd": "torch.optim.SGD({net}.parameters(), lr={lr})",
}

ENTROPY = '''
def d_loss(real, fake):
    """-E log D(x) - E log(1 - D(G(z))), where D is the sigmoid of its output; log 4 for a blind D."""
    return softplus(-real).mean() + softplus(fake).mean()
'''
CRITIC = '''

def g_loss(fake):
    """G wants D's output high."""
    return -fake.mean()
'''
LOSS = {
    "nonsaturating": ENTROPY
    + '''

def g_loss(fake):
    """-E log D(G(z)): strong gradients as long as D is not fooled; log 2 for a blind D."""
    return softplus(-fake).mean()
''',
    "saturating": ENTROPY
    + '''

def g_loss(fake):
    """E log(1 - D(G(z))), the minimax game: hardly a gradient while D is not fooled; -log 2 for a blind D."""
    return -softplus(fake).mean()
''',
    "least_squares": '''
def d_loss(real, fake):
    """D's output should be 1 for real points and 0 for generated ones (arXiv:1611.04076)."""
    return ((real - 1).square().mean() + fake.square().mean()) / 2


def g_loss(fake):
    """G wants D's output to be 1."""
    return (fake - 1).square().mean() / 2
''',
    "hinge": '''
def d_loss(real, fake):
    """D's output should be above 1 for real points and below -1 for generated ones; 2 for a blind D."""
    return relu(1 - real).mean() + relu(1 + fake).mean()
'''
    + CRITIC,
    "wasserstein": '''
def d_loss(real, fake):
    """Minus the critic's estimate of the distance between real and generated points (arXiv:1701.07875)."""
    return fake.mean() - real.mean()
'''
    + CRITIC,
    "relativistic": '''
def d_loss(real, fake):
    """A real point should get more than the generated one beside it (arXiv:2501.05441); log 2 for a blind D."""
    return softplus(fake - real).mean()


def g_loss(real, fake):
    """A generated point should get more than the real one beside it."""
    return softplus(real - fake).mean()
''',
}

SLOPES = '''
def slopes(x):
    """The gradient of D's output at each input, itself differentiable in D's weights."""
    x = x.detach().requires_grad_()
    return torch.autograd.grad(D(x).sum(), x, create_graph=True)[0]
'''
PENALTY = {
    "r1": '''

def penalty(real, fake):
    """R1: D should be flat at real points (arXiv:1801.04406)."""
    return $gamma * (slopes(real).square().sum(-1).mean() / 2)
''',
    "r2": '''

def penalty(real, fake):
    """R2: D should be flat at generated points (arXiv:1801.04406)."""
    return $gamma * (slopes(fake).square().sum(-1).mean() / 2)
''',
    "r1_r2": '''

def penalty(real, fake):
    """R1 and R2: D should be flat at real and at generated points (arXiv:2501.05441)."""
    at_real, at_fake = (slopes(points).square().sum(-1).mean() / 2 for points in (real, fake))
    return $gamma * at_real + $gamma * at_fake
''',
    "wgan_gp": '''


def penalty(real, fake):
    """D's slope should be 1 between real and generated points (arXiv:1704.00028)."""
    t = torch.rand($members, len(real), 1, generator=stream("penalty", next(updates)))[MEMBER]
    return $gp_lambda * (slopes(torch.lerp(real, fake, t)).norm(dim=-1) - 1).square().mean()
''',
}

D_BACKWARD = '''
def d_backward():
    """The gradient of D's loss at fresh real points and fresh noise; the loss."""
    with torch.no_grad():
        real, fake = next(d_real), G(next(d_z))
$power$pack    loss = d_loss(*D(torch.cat([real, fake])).squeeze(-1).chunk(2))
    D.zero_grad()
    ($total).backward(inputs=list(D.parameters()))
    return loss.item()
'''
POWER_STEP = """    for layer in D[::2]:
        layer.iterate()
"""
PACK = """    real, fake = (points.reshape(-1, $pack_width) for points in (real, fake))  # D judges $packing at once
"""
G_BACKWARD = '''
def g_backward():
    """The gradient of G's loss at fresh noise; the loss."""
    fake = D(G(next(g_z))$packed).squeeze(-1)
$compared    loss = g_loss($seen)
    G.zero_grad()
    loss.backward(inputs=list(G.parameters()))
    return loss.item()
'''
COMPARED = """    with torch.no_grad():
        real = D(next(g_real)$packed).squeeze(-1)
"""
CLIP = '''
@torch.no_grad()
def clip():
    """Keeps D's weights small (arXiv:1701.07875)."""
    for weights in D.parameters():
        weights.clamp_(-$clip_bound, $clip_bound)
'''
ALTERNATING = '''
def train():
    """Yields (step, D's loss, G's loss) after every round, until a loss blows up; 0 for a player that rests."""
    d_value = g_value = 0.0
    for step in range(1, STEPS + 1):
        for _ in range(D_STEPS):
            d_value = d_backward()
            d_optimizer.step()
$clip            #
        for _ in range(G_STEPS):
            g_value = g_backward()
            g_optimizer.step()
        yield step, d_value, g_value
        if not (abs(d_value) <= 1e6 and abs(g_value) <= 1e6):
            break
'''.replace("            #\n", "")
SIMULTANEOUS = '''
def train():
    """Yields (step, D's loss, G's loss) after every round, until a loss blows up."""
    for step in range(1, STEPS + 1):
        for update in range(D_STEPS):
            d_value = d_backward()
            if update == D_STEPS - 1:
                g_value = g_backward()  # both at the same weights
            d_optimizer.step()
$clip            #
        g_optimizer.step()
        for _ in range(G_STEPS - 1):
            g_value = g_backward()
            g_optimizer.step()
        yield step, d_value, g_value
        if not (abs(d_value) <= 1e6 and abs(g_value) <= 1e6):
            break
'''.replace("            #\n", "")
MAIN = """
if __name__ == "__main__":
    for step, d_value, g_value in train():
        if step % 100 == 0 or step == STEPS:
            print(f"step {step:6}   L_D {d_value:8.4f}   L_G {g_value:8.4f}")
    # G(latent(512, stream("look"))) are 512 generated points (512, 2): plot them with whatever you like.
"""
