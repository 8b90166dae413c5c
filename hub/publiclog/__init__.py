"""The append-only public log of every request and every use of power."""
