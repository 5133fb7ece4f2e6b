"""Expressions to values: NumPy for numbers, SymPy for closed forms of small sizes."""
