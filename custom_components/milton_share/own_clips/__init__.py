"""Clips that residents cut for themselves; nothing of them leaves the home."""
