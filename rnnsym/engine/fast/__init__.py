"""The fast form: a System as NumPy calls on buffers that are bound once, for given sizes and any T."""
