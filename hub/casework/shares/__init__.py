"""Pages of shares: one alone, and several by one clock."""
