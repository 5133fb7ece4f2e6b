"""What a gradient is made of: bounds, paths, the direct line, losses, saturation, clipping."""
