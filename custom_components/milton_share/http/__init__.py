"""How this home asks a device on its own network: one kind of session, and XML that can't do harm."""
