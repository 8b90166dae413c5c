"""Passkeys: what is asked of them, what they answer, and the proof that is asked for again."""
