"""Expressions, names, dimensions, systems and layout trees: the data that everything else works on."""
