"""Many steps: Lyapunov exponents, and the mean-field theory of random networks."""
