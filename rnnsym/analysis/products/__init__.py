"""Products of step Jacobians in log scale, with their norms and singular values. Arrays in, arrays out."""
