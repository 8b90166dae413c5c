"""The audit trail: one row for every use of power, in the transaction of the act."""
