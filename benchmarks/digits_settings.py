"""The settings that `benchmarks.digits_search` tries, in the order of the search: each round builds on what won before.

`g` and `g_args` are the generator's shape, `d_args` the discriminator's, `decay` the share of the steps from which on
the rates fall; everything else are fields of `DigitsConfig`.
"""

BATCH = {"batch_size": 64, "ema": 0.998}
BETAS = {"batch_size": 32, "ema": 0.998, "beta1": 0.0, "beta2": 0.99}
SMALL_Z = BETAS | {"latent_dim": 16, "g_lr": 2e-3, "d_lr": 2e-3}
DENSE_D = SMALL_Z | {"d_args": {"last": [128]}}
DENSE_G = DENSE_D | {"g_args": {"hidden": [256]}}
HALF = DENSE_D | {"g_args": {"hidden": [256, 64], "width": 16}, "d_args": {"width": 16, "last": [128]}}

SETTINGS = {
    "1 defaults": {},
    "1 batch 64": BATCH,
    "1 batch 64, β (0, .99)": BATCH | {"beta1": 0.0, "beta2": 0.99},
    "1 batch 64, R1 .1": BATCH | {"regularizer": "r1", "gamma": 0.1},
    "1 batch 64, relativistic, R1 + R2 .1": BATCH | {"loss": "relativistic", "regularizer": "r1_r2", "gamma": 0.1},
    "2 β (0, .99)": BETAS,
    "2 batch 16": BETAS | {"batch_size": 16},
    "2 latent 16": BETAS | {"latent_dim": 16},
    "2 rates 2e-3": BETAS | {"g_lr": 2e-3, "d_lr": 2e-3},
    "2 G's dense layer 256": BETAS | {"g_args": {"hidden": [256]}},
    "2 pixel shuffle": BETAS | {"g": "shuffled", "g_args": {"width": 64}},
    "2 D's third convolution": BETAS | {"d_args": {"middle": "down"}},
    "2 β₂ .9": BETAS | {"beta2": 0.9},
    "2 decay": BETAS | {"decay": 0.3},
    "2 D's dense layer 128": BETAS | {"d_args": {"last": [128]}},
    "2 relativistic": BETAS | {"loss": "relativistic"},
    "2 hinge": BETAS | {"loss": "hinge"},
    "2 minibatch stddev": BETAS | {"minibatch": "stddev"},
    "2 hinge, spectral norm": BETAS | {"loss": "hinge", "spectral_norm": True},
    "2 D's rate 5e-4": BETAS | {"d_lr": 5e-4},
    "2 DiffAugment": BETAS | {"augment": "diffaugment"},
    "2 resize-convolution": BETAS | {"g": "resized"},
    "2 G's rate 2e-3": BETAS | {"g_lr": 2e-3},
    "2 half the width": BETAS | {"g_args": {"width": 16}, "d_args": {"width": 16}},
    "3 latent 16, rates 2e-3": SMALL_Z,
    "3 pixel shuffle": SMALL_Z | {"g": "shuffled", "g_args": {"width": 64}},
    "3 D's dense layer 128": DENSE_D,
    "3 β₂ .9": SMALL_Z | {"beta2": 0.9},
    "3 rates 4e-3": SMALL_Z | {"g_lr": 4e-3, "d_lr": 4e-3},
    "3 latent 8": SMALL_Z | {"latent_dim": 8},
    "3 D's third convolution": SMALL_Z | {"d_args": {"middle": "down"}},
    "3 batch 16": SMALL_Z | {"batch_size": 16},
    "4 D's dense layer 512": DENSE_D | {"d_args": {"last": [512]}},
    "4 pixel shuffle": DENSE_D | {"g": "shuffled", "g_args": {"width": 64}},
    "4 latent 8": DENSE_D | {"latent_dim": 8},
    "4 latent 32": DENSE_D | {"latent_dim": 32},
    "4 β₂ .9": DENSE_D | {"beta2": 0.9},
    "4 G's dense layer 256": DENSE_G,
    "5 G's dense layer 512": DENSE_D | {"g_args": {"hidden": [512]}},
    "5 latent 64": DENSE_G | {"latent_dim": 64},
    "5 latent 8": DENSE_G | {"latent_dim": 8},
    "5 half the width": DENSE_G | {"g_args": {"hidden": [256], "width": 16}, "d_args": {"width": 16, "last": [128]}},
    "5 pixel shuffle": DENSE_G | {"g": "shuffled", "g_args": {"hidden": [256], "width": 64}},
    "5 minibatch stddev": DENSE_G | {"minibatch": "stddev"},
    "5 batch 16": DENSE_G | {"batch_size": 16},
    "5 decay": DENSE_G | {"decay": 0.3},
    "5 D's dense layer 256": DENSE_G | {"d_args": {"last": [256]}},
    "5 R1 .1": DENSE_G | {"regularizer": "r1", "gamma": 0.1},
    "5 D's rate 1e-3": DENSE_G | {"d_lr": 1e-3},
    "5 hinge": DENSE_G | {"loss": "hinge"},
    "6 G's dense layers 256, 64": DENSE_D | {"g_args": {"hidden": [256, 64]}},
    "6 G's dense layer 64": DENSE_D | {"g_args": {"hidden": [64]}},
    "6 G's dense layers 256, 128, half the width": DENSE_D | {"g_args": {"hidden": [256, 128], "width": 16}},
    "6 three quarters of the width": DENSE_D
    | {"g_args": {"hidden": [128], "width": 24}, "d_args": {"width": 24, "last": [128]}},
    "6 half the width, decay": HALF | {"decay": 0.3},
    "6 half the width, minibatch stddev": HALF | {"minibatch": "stddev"},
    "6 half the width, stddev, D's 64": HALF | {"d_args": {"width": 16, "last": [64]}, "minibatch": "stddev"},
    "6 half the width, stddev, group norm": HALF
    | {"g_args": {"hidden": [256, 64], "width": 16, "norm": "group"}, "minibatch": "stddev"},
    "6 half the width, stddev, third dense layers": HALF
    | {
        "g_args": {"hidden": [256, 256, 64], "width": 16},
        "d_args": {"width": 16, "last": [64]},
        "minibatch": "stddev",
    },
    "6 three quarters of the width, stddev, D's 64": HALF
    | {
        "g_args": {"hidden": [256, 64], "width": 24},
        "d_args": {"width": 24, "last": [64]},
        "minibatch": "stddev",
    },
}
