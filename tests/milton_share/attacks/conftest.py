"""Home Assistant's own WebSocket and HTTP, as the panel's tests have them."""

from tests.milton_share.panel.conftest import administrator, connect, line, provider

__all__ = ["administrator", "connect", "line", "provider"]
