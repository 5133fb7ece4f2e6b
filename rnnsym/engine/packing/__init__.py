"""Packing: which operations of a loop become one call, and where their operands live so that they can."""
