"""Pictures of gradients in time as lines of text: arrays in, strings out, in Unicode or in ASCII."""
