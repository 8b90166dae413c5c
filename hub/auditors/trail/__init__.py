"""The audit trail as auditors search it."""
