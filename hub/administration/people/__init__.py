"""The agency's people as administrators see and change them: who is invited, who is in, who is revoked."""
