"""GAN Arena's computation: generative adversarial networks on the plane, as values in and frames out."""
