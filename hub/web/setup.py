"""Wire the pages' common parts and the signer into a hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.web import pages, signer
from hub.web.headers import add_plain_headers
from hub.web.naming import Naming

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.directory.service import DirectoryService
    from hub.web.pages import Pages


def setup(hub: Hub, directory: DirectoryService) -> Pages:
    """Serve assets and the signer; return what renders the officers' pages. Comes after the door (accounts)."""
    hub.homes.on_response_prepare.append(add_plain_headers)
    naming = Naming(hub, directory)
    hub.lifetimes.append(naming.running)
    signer.setup(hub, naming)
    return pages.setup(hub, naming)
