"""Sessions, and the guard of the officers' application."""
