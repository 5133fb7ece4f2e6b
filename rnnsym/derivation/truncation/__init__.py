"""Truncated backpropagation through time: what is kept, and what is dropped."""
