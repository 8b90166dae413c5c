"""What this home remembers, in one SQLite database of its own: never footage, never anything that a hub made up."""
