"""The names of an agency's topics (docs/protocol.md section 8)."""

from __future__ import annotations


def topic_prefix(agency_id: str) -> str:
    """Return what every topic of an agency begins with."""
    return f"milton/v1/{agency_id}/"


def every_topic(agency_id: str) -> str:
    """Return the one subscription that a home makes at a broker: the same for all, so it says nothing of any."""
    return f"{topic_prefix(agency_id)}#"
