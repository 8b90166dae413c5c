"""The independent pass over a finished clip."""
