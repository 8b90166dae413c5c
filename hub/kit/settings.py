"""What one hub is set to, read once from ``hub.toml`` in its data folder."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import TYPE_CHECKING, Self
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.kit.settings_table import SETTINGS_NAME, Table, read_tables, typed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DATABASE_NAME = "hub.sqlite"
ATTESTATIONS = ("none", "self", "verified")
STANDARD_TIME_ZONE = "America/New_York"


class BrokerKind(StrEnum):
    """Who runs the MQTT broker."""

    MOSQUITTO = "mosquitto"  # the hub's own child
    EXTERNAL = "external"  # the city's
    NONE = "none"  # homes use the HTTPS feed


class ClientCertificate(StrEnum):
    """Who asks an officer's device for its certificate."""

    NONE = "none"  # nobody: a demonstration
    TLS = "tls"  # the hub, which speaks TLS itself
    HEADER = "header"  # a web server on the same machine, which tells it


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a server listens."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``host:port``; raise ValueError on anything else."""
        host, _, port = text.rpartition(":")
        if not host or not port.isdigit():
            message = f"not an address (host:port): {text!r}"
            raise ValueError(message)
        return cls(host=host, port=int(port))

    @property
    def is_local(self) -> bool:
        """Whether only this machine reaches it; a name other than ``localhost`` may be anybody's."""
        with suppress(ValueError):
            return ip_address(self.host).is_loopback
        return self.host == "localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """The three hostnames of the hub: residents' homes, officers, the signer."""

    homes: Address
    officers: Address
    signer: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficersTls:
    """The certificate (with its chain) and the key of the officers' hostname, PEM."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeySettings:
    """Which authenticators register: :mod:`hub.kit.passkeys.attestation` says what each means."""

    attestation: str = "none"
    allowed_aaguids: tuple[str, ...] = ()
    synced: bool = False
    roots: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """The broker: ``listen`` (and a certificate with its key: TLS) for the hub's own child; for the city's, ``url``.

    The city's broker is signed in to as ``username`` with what ``password_file`` holds; ``ca_file`` is for a
    certificate that the system does not know.
    """

    kind: BrokerKind
    listen: Address
    url: str | None = None
    certificate: Path | None = None
    key: Path | None = None
    username: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that is set for one hub. ``folder`` holds its database, keys, blobs and staging."""

    folder: Path
    demo: bool
    agency_id: str
    officers_origin: str
    time_zone: str  # the agency's, by its IANA name
    signer_origin: str
    signer_rp_id: str
    log_origin: str
    database_url: str
    blobs_url: str
    policy: Mapping[str, object]
    oversight: Mapping[str, object]
    listen: Listen
    broker: BrokerSettings
    client_certificate: ClientCertificate
    passkeys: PasskeySettings = PasskeySettings()
    officers_tls: OfficersTls | None = None  # there when the hub speaks TLS to officers itself
    witnesses: tuple[Mapping[str, object], ...] = ()  # [[witness]], which hub.witnesses.settings reads
    community: Mapping[str, object] | None = None  # [community], which hub.community.settings reads; None: no house
    announce_on: tuple[str, ...] = ()  # the hub's own addresses on which mDNS says where it is; none: quiet

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the settings of the hub in ``folder`` (its data folder, or the folder that ``init`` was given).

        Raises ValueError that names what is missing or is not what it should be.
        """
        folder = data_folder(folder)
        values = tomllib.loads((folder / SETTINGS_NAME).read_text(encoding="utf-8"))
        listen, signer = Table.of(values, "listen"), Table.of(values, "signer")
        database, blobs = Table.of(values, "database", {}), Table.of(values, "blobs", {})
        officers = Table.of(values, "officers")
        demo = typed(values, "demo", bool)
        client_certificate = _asked_of_devices(officers, demo=demo)
        officers_origin = _officers_origin(officers.text("origin"), client_certificate)
        return cls(
            folder=folder,
            demo=demo,
            agency_id=typed(values, "agency_id", str),
            officers_origin=officers_origin,
            time_zone=read_time_zone(officers.text("time_zone", STANDARD_TIME_ZONE)),
            signer_origin=signer.text("origin"),
            signer_rp_id=signer.text("rp_id"),
            log_origin=Table.of(values, "log").text("origin"),
            database_url=database.text("url", f"sqlite+aiosqlite:///{folder / DATABASE_NAME}"),
            blobs_url=blobs.text("url", (folder / "blobs").as_uri()),
            policy=Table.of(values, "policy", {}).values,
            oversight=Table.of(values, "oversight", {}).values,
            listen=Listen(
                homes=Address.parse(listen.text("homes")),
                officers=_officers_address(Address.parse(listen.text("officers")), client_certificate),
                signer=Address.parse(listen.text("signer")),
            ),
            broker=_broker(folder, Table.of(values, "broker"), demo=demo),
            client_certificate=client_certificate,
            passkeys=_passkeys(folder, officers),
            officers_tls=_officers_tls(folder, officers) if client_certificate is ClientCertificate.TLS else None,
            witnesses=read_tables(values, "witness"),
            community=Table.of(values, "community").values if "community" in values else None,
            announce_on=Table.of(values, "zeroconf", {}).texts("interfaces"),
        )

    @property
    def keys_folder(self) -> Path:
        """Where the log key and the hub key lie (mode 0700)."""
        return self.folder / "keys"

    @property
    def staging_folder(self) -> Path:
        """Where uploads are gathered on local disk before they are put into the blob store."""
        return self.folder / "staging"

    @property
    def broker_folder(self) -> Path:
        """Where the hub's own broker keeps its state."""
        return self.folder / "broker"


def read_time_zone(name: str) -> str:
    """Return ``name`` when it is a time zone of the IANA's that this machine knows; raise ValueError."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = f"not a time zone that this machine knows (America/New_York is one; Debian: tzdata): {name!r}"
        raise ValueError(message) from error
    return name


def _asked_of_devices(officers: Table, *, demo: bool) -> ClientCertificate:
    """Read who asks officers' devices for their certificates; only a demonstration lets nobody ask."""
    asks = ClientCertificate(officers.text("client_certificate", ClientCertificate.NONE))
    if asks is ClientCertificate.NONE and not demo:
        message = (
            f'{SETTINGS_NAME}: [officers] client_certificate has to be "tls" or "header": officers act at enrolled '
            "devices alone, and only a demonstration asks them for no certificate"
        )
        raise ValueError(message)
    return asks


def _officers_address(address: Address, asks: ClientCertificate) -> Address:
    """Refuse an address that other machines reach, unless the hub itself asks each for a device's certificate."""
    if asks is not ClientCertificate.TLS and not address.is_local:
        message = f"the officers' pages listen on this machine only, not on {address.host}"
        raise ValueError(message)
    return address


def _officers_origin(origin: str, asks: ClientCertificate) -> str:
    """Refuse a plain address of what the hub speaks TLS at: passkeys and cookies would be bound to the wrong one."""
    if asks is ClientCertificate.TLS and not origin.startswith("https://"):
        message = f'{SETTINGS_NAME}: with client_certificate = "tls" the origin begins with https://, not {origin}'
        raise ValueError(message)
    return origin


def _officers_tls(folder: Path, officers: Table) -> OfficersTls:
    """Read where the officers' certificate and key are; paths are relative to the data folder."""
    return OfficersTls(certificate=folder / officers.text("certificate"), key=folder / officers.text("key"))


def _passkeys(folder: Path, officers: Table) -> PasskeySettings:
    """Read which authenticators are taken; an AAGUID as makers write it, the roots' paths relative to the folder."""
    attestation = officers.text("attestation", "none")
    if attestation not in ATTESTATIONS:
        message = f"{SETTINGS_NAME}: [officers] attestation is none of {', '.join(ATTESTATIONS)}"
        raise ValueError(message)
    return PasskeySettings(
        attestation=attestation,
        allowed_aaguids=tuple(UUID(each).hex for each in officers.texts("allowed_aaguids")),
        synced=officers.flag("synced_passkeys"),
        roots=tuple(folder / each for each in officers.texts("attestation_roots")),
    )


def _broker(folder: Path, table: Table, *, demo: bool) -> BrokerSettings:
    """Read the broker's table; paths are relative to the data folder. Refuse an own broker that speaks plainly."""

    def path(name: str) -> Path | None:
        return folder / table.text(name) if name in table.values else None

    def text(name: str) -> str | None:
        return table.text(name) if name in table.values else None

    kind, listen = BrokerKind(table.text("kind")), Address.parse(table.text("listen"))
    certificate, key = path("certificate"), path("key")
    may_be_plain = demo and listen.is_local and certificate is key is None
    if kind is BrokerKind.MOSQUITTO and None in {certificate, key} and not may_be_plain:
        message = (
            f"{SETTINGS_NAME}: [broker] certificate and key have to name the broker's TLS files: homes' passwords and "
            "receipts would cross the network unencrypted"
        )
        raise ValueError(message)
    return BrokerSettings(
        kind=kind,
        listen=listen,
        certificate=certificate,
        key=key,
        url=text("url"),
        username=text("username"),
        password_file=path("password_file"),
        ca_file=path("ca_file"),
    )


def data_folder(folder: Path) -> Path:
    """Return the folder with ``hub.toml``: ``folder/hub`` as ``init`` makes it, or ``folder`` itself."""
    inner = (folder / "hub").resolve()
    return inner if (inner / SETTINGS_NAME).exists() else folder.resolve()
