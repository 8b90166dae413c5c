"""Entries of the public log, and the custody day that one of them hashes."""
