"""How a home joins and leaves: single-use codes bound to a cell, hashed tokens."""
