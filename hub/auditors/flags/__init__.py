"""Flags on how the hub is used: the rules, and what they read."""
