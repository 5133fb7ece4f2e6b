"""Between which numbers the quantities of a system stay, by their equations, whatever is not given."""
