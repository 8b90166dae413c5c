"""What the community house is set to: the table ``[community]`` of ``hub.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from hub.kit.settings import Address
from hub.kit.settings_table import SETTINGS_NAME, Table

if TYPE_CHECKING:
    from pathlib import Path

    from hub.kit.settings import Settings

DATABASE_NAME = "community.sqlite"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunitySettings:
    """Everything that is set for one community house; ``origin`` is its pages'.

    ``apart``: ``milton-hub serve`` doesn't run it, ``milton-hub community serve`` does.
    """

    folder: Path
    keys_folder: Path
    demo: bool
    agency_id: str
    time_zone: str
    listen: Address
    origin: str
    database_url: str
    apart: bool = False

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """Return what ``settings`` say of the house, None where the city has none; raise ValueError."""
        if settings.community is None:
            return None
        table = Table(name="community", values=settings.community)
        database_url = table.text("database", f"sqlite+aiosqlite:///{settings.folder / DATABASE_NAME}")
        if database_url == settings.database_url:
            message = f"{SETTINGS_NAME}: [community] database has to be another one than the police's"
            raise ValueError(message)
        return cls(
            folder=settings.folder,
            keys_folder=settings.keys_folder,
            demo=settings.demo,
            agency_id=settings.agency_id,
            time_zone=settings.time_zone,
            listen=Address.parse(table.text("listen")),
            origin=_origin(table.text("origin"), settings),
            database_url=database_url,
            apart=table.flag("apart"),
        )

    @property
    def is_secure(self) -> bool:
        """Whether residents reach the pages over https."""
        return self.origin.startswith("https://")


def _origin(origin: str, settings: Settings) -> str:
    """Refuse an origin whose cookies or keys others would share, and a plain one outside of a demonstration."""
    others = {urlsplit(each).hostname for each in (settings.officers_origin, settings.signer_origin)}
    name = urlsplit(origin).hostname
    if name is None or name in others:
        message = f"{SETTINGS_NAME}: [community] origin needs a hostname of its own"
        raise ValueError(message)
    if not (origin.startswith("https://") or (settings.demo and origin.startswith("http://"))):
        message = f"{SETTINGS_NAME}: [community] origin begins with https://, not {origin}"
        raise ValueError(message)
    return origin
