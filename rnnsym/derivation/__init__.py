"""From a System to its adjoint System, and to the lines of a derivation."""
