"""The full screens: stepping and lessons."""
