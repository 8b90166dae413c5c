"""Commands that read the hub's records: the audit trail, the clock, witnesses, shares, the report."""
