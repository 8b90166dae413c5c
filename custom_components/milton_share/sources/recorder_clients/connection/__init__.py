"""Bounded HTTP to a recorder on the home network: login, answers, downloads."""
