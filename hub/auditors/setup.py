"""Wire oversight into a hub."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hub.audit.watched import WATCH
from hub.auditors.flags.service import Flags
from hub.auditors.notice.delivery import Delivery
from hub.auditors.notice.mail import Mail
from hub.auditors.notice.webhook import Webhook
from hub.auditors.pages import OversightPages
from hub.auditors.settings import OversightSettings
from hub.kit.notices import About
from hub.web.expiring import watch as watch_certificate
from hub.web.routing import add_routes

if TYPE_CHECKING:
    from hub.auditors.notice.delivery import Channel
    from hub.db.engine import Database
    from hub.directory.service import DirectoryService
    from hub.kit.settings import Settings
    from hub.web.context import Hub
    from hub.web.pages.renderer import Pages

TELL_EVERY_S = 60


def read(settings: Settings) -> OversightSettings:
    """Return what is set; raise ValueError for what can't be."""
    return OversightSettings.of(settings.oversight, ZoneInfo(settings.time_zone), settings.folder)


def watch(database: Database, settings: OversightSettings) -> Flags:
    """Have flags raised in every transaction of ``database`` from now on."""
    flags = Flags(settings.bounds)
    database.hand(WATCH, flags)
    return flags


def setup(hub: Hub, pages: Pages, directory: DirectoryService) -> None:
    """Raise flags, show them to auditors, tell them outside of the chain of command."""
    settings = read(hub.settings)
    flags = watch(hub.database, settings)
    add_routes(hub.officers, OversightPages(hub, pages, directory, settings).handlers())
    channels: list[Channel] = []
    if settings.webhook is not None:
        channels.append(Webhook(settings.webhook))
    if settings.mail is not None:
        channels.append(Mail(settings.mail, hub.clock))
        watch_certificate(hub, About.MAIL_CERTIFICATE, settings.mail.certificate)
    if channels:
        delivery = Delivery(
            database=hub.database,
            clock=hub.clock,
            agency_id=hub.settings.agency_id,
            hub_key=hub.keys.hub_key,
            channels=channels,
        )
        flags.bell = hub.jobs.every("oversight", TELL_EVERY_S, delivery.run)
