"""Gradients checked against complex step on random cases, with the smallest counterexample.

Nothing is imported here: lessons need the complex step alone, and Hypothesis takes its time to load.
"""
