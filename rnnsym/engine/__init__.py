"""Equations in, a NumPy program out."""
