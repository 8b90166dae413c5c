"""Residents: accounts without a name, opened by a letter's code and a printed key."""
