"""Derivatives of states: the step Jacobian, its paths, and the gradients written with it."""
