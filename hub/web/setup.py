"""Wire the pages' common parts and the signer into a hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.kit.errors import HubError
from hub.kit.notices import About
from hub.web import signer
from hub.web.expiring import watch
from hub.web.headers import add_plain_headers
from hub.web.pages import renderer
from hub.web.pages.naming import Naming
from hub.web.server.hosts import fixed_names, known_host, name_of

if TYPE_CHECKING:
    from datetime import timedelta

    from hub.web.context import Hub
    from hub.web.pages.naming import CurrentRecord
    from hub.web.pages.renderer import Filters, Pages


def setup(hub: Hub, city_record: CurrentRecord, filters: Filters, *, locks_after: timedelta) -> Pages:
    """Serve assets and the signer; return what renders the officers' pages. Comes after the guard (identity).

    ``filters`` are what templates know of other rooms' words, ``locks_after`` is how long a session may idle.
    """

    async def homes_names() -> frozenset[str]:
        async with hub.database.reading() as session:
            try:
                record = await city_record(session)
            except HubError:
                return frozenset()  # not founded: no name is its own yet
        return frozenset({name_of(record.hub.home_url)})

    settings = hub.settings
    hub.homes.middlewares.insert(1, known_host(homes_names))
    hub.officers.middlewares.insert(1, known_host(fixed_names(settings.officers_origin)))
    hub.signer.middlewares.insert(1, known_host(fixed_names(settings.signer_origin)))
    naming = Naming(hub, city_record)
    hub.homes.on_response_prepare.append(add_plain_headers(lambda: naming.homes_are_secure))
    hub.lifetimes.append(naming.running)
    if settings.officers_tls is not None:
        watch(hub, About.OFFICERS_CERTIFICATE, settings.officers_tls.certificate)
    signer.setup(hub, naming)
    return renderer.setup(hub, naming, filters, locks_after=locks_after)
