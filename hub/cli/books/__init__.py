"""Commands that read the hub's books: the audit trail, the clock, witnesses, shares, the report."""
