"""Who outside of the city watches the public log, and how the hub asks them to cosign it."""
