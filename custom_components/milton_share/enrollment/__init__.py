"""Joining a city, and leaving it."""
