"""Telling readers outside of the chain of command of new flags."""
