"""Step Jacobians in numbers: the generated program of a chain, and its slopes in exact digits."""
