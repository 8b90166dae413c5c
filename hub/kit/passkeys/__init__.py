"""WebAuthn for both houses: what is asked of a passkey, and how its answer is checked."""
