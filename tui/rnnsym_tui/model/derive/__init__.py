"""Reading a derivation: the outline of its lines, what stands behind each of them, and its numbers. No terminal."""
