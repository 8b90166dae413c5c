"""The owner's own line, for what a fault looks like on the page."""

from tests.milton_share.panel.conftest import connect, line

__all__ = ["connect", "line"]
