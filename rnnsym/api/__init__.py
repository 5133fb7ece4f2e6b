"""The public objects: networks, runs, unrolled graphs and derivations."""
