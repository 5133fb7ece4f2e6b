"""The panels that the screens are made of."""
