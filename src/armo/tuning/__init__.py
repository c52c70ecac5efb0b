"""Training the language model itself: what the paper's rivals do, and what may come before stage 1."""
