"""Cases: whose they are, who is in them, and who sees them."""
