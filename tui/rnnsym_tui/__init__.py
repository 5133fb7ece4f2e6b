"""The terminal app: step through a recurrent network that reads a text, forward and backward."""
