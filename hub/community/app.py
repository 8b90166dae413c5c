"""The composition root of the community house: the only place that knows each of its rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.community import health, own_pages, pages
from hub.community.answering import setup as answering_setup
from hub.community.context import Community, CommunityKeys
from hub.community.database import database_at
from hub.community.notices import api as notices
from hub.community.registry import setup as registry_setup
from hub.community.residents import setup as residents_setup
from hub.jobs.supervisor import Jobs
from hub.web.headers import add_plain_headers
from hub.web.server.application import new_application
from hub.web.server.hosts import fixed_names, known_host
from hub.web.server.patience import Patience

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from hub.community.city import City
    from hub.community.settings import CommunitySettings


def build_community(
    settings: CommunitySettings, city: City, *, clock: Callable[[], datetime], patience: Patience | None = None
) -> Community:
    """Wire one community house; nothing runs before ``async with community.running()``."""
    database = database_at(settings.database_url)
    community = Community(
        settings=settings,
        database=database,
        clock=clock,
        keys=CommunityKeys.load(settings.keys_folder),
        city=city,
        jobs=Jobs(database, clock),
        application=new_application(patience or Patience()),
    )
    _wire(community)
    return community


def _wire(community: Community) -> None:
    """Call every room's ``setup``."""
    application, settings = community.application, community.settings
    application.middlewares.insert(1, known_host(fixed_names(settings.origin)))
    application.on_response_prepare.append(add_plain_headers(lambda: settings.is_secure))
    erased = residents_setup.setup(community)
    registry_setup.setup(community, erased)
    notices.setup(community)
    answering_setup.setup(community)
    health.setup(community)
    own_pages.setup(community, pages.setup(community))
