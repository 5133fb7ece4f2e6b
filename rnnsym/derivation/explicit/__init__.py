"""Any form written out for a number of steps."""
