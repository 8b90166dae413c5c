"""The values that approvers are shown: frozen, and never live objects."""
