"""Letter codes: each opens one account."""
