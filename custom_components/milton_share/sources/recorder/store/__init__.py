"""Recordings on disk and their index, what is held, and how much room there is."""
