"""Stepping through a run, equation by equation: the model that command line, lessons and terminal app share."""
