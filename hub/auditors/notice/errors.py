"""What goes wrong on the way out."""

from __future__ import annotations


class NotToldError(Exception):
    """A notice was not taken; the text names the kind of the failure and nothing of what the peer said."""
