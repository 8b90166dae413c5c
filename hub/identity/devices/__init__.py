"""Authorised devices: the hub's own authority, who has one of its certificates, and how one is shown to the guard."""
