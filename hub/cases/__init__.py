"""Cases: whose they are, what is in them, what people write beside it."""
