"""Oversight: flags on how the hub is used, told outside of the chain of command, and the quarter's figures."""
