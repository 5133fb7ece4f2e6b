"""Passes: System in, System out, equal values, and nothing about a particular cell."""
