"""The city record: the city's keys, borders and addresses, signed by the offline root (section 2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Final, Self

from ... import canonical
from ...base64_text import b64
from ...errors import ProtocolError, Rule
from ...fields import Fields, require_period, require_unique
from ...limits import (
    CITY_RECORD_VALID_MAX,
    DIGEST_HEX_CHARS,
    DIRECTORY_KEYS,
    INTEGER_MAX,
    JURISDICTION_POINTS_MAX,
    JURISDICTION_POINTS_MIN,
    NAME_MAX_CHARS,
    PATH_MAX_CHARS,
    RECORD_SIZE_MAX_BYTES,
    SIGNER_FILES_MAX,
    URL_MAX_CHARS,
    WITNESS_QUORUM_MAX,
)
from ...times import format_time
from ...values import HOST, PORT
from ..areas import polygon_value, read_polygon

if TYPE_CHECKING:
    from datetime import datetime

    from ...canonical import JsonValue
    from ...geometry import Polygon

_HOME_URL: Final = re.compile(rf"https://{HOST}(:{PORT})?")
_MQTT_URL: Final = re.compile(rf"mqtts://{HOST}:{PORT}")
_DEMO_HOME_URL: Final = re.compile(rf"http://(127\.0\.0\.1|localhost)(:{PORT})?")
_DEMO_MQTT_URL: Final = re.compile(rf"mqtt://(127\.0\.0\.1|localhost):{PORT}")


class ServedBy(StrEnum):
    """Who serves the signing page; ``hub`` is shown in amber."""

    CITY = "city"
    HUB = "hub"


@dataclass(frozen=True, slots=True, kw_only=True)
class HubAddresses:
    """Where homes reach the hub."""

    home_url: str
    mqtt_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerFile:
    """One file of the signing page and its digest."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """The signing page under whose rp id and origin requests are signed."""

    rp_id: str
    origin: str
    served_by: ServedBy
    files: tuple[SignerFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryKey:
    """One of the two keys that sign the directory."""

    public_key: bytes
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKey:
    """The public log's origin (its key's name) and key."""

    origin: str
    public_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CityRecord:
    """What the root says of the city."""

    TYPE: ClassVar[str] = "milton/city-record"
    PAYLOAD_TYPE: ClassVar[str] = "application/vnd.milton.city-record.v1+json"

    serial: int
    agency_id: str
    agency_name: str
    city_name: str
    demo: bool
    issued_at: datetime
    expires_at: datetime
    jurisdiction: Polygon
    hub: HubAddresses
    hub_key: bytes
    signer: Signer
    directory_keys: tuple[DirectoryKey, ...]
    log: LogKey
    witness_quorum: int
    map_sha256: str | None = None  # of the map pack that every home draws (section 13)

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a city record's payload."""
        fields = Fields.of(canonical.decode(payload, max_bytes=RECORD_SIZE_MAX_BYTES))
        fields.header(cls.TYPE)
        demo = fields.boolean("demo")
        record = cls(
            serial=fields.integer("serial", 1, INTEGER_MAX),
            agency_id=fields.id("agency_id"),
            agency_name=fields.text("agency_name", NAME_MAX_CHARS),
            city_name=fields.text("city_name", NAME_MAX_CHARS),
            demo=demo,
            issued_at=fields.time("issued_at"),
            expires_at=fields.time("expires_at"),
            jurisdiction=read_polygon(fields, "jurisdiction", JURISDICTION_POINTS_MIN, JURISDICTION_POINTS_MAX),
            hub=_read_hub(fields.child("hub"), demo=demo),
            hub_key=fields.ed25519_key("hub_key"),
            signer=_read_signer(fields.child("signer")),
            directory_keys=fields.objects("directory_keys", DIRECTORY_KEYS, DIRECTORY_KEYS, _read_directory_key),
            log=_read_log(fields.child("log")),
            witness_quorum=fields.integer("witness_quorum", 0, WITNESS_QUORUM_MAX),
            map_sha256=fields.optional("map_sha256", lambda name: fields.hex(name, DIGEST_HEX_CHARS)),
        )
        fields.done()
        require_period(record.issued_at, record.expires_at, "expires_at", CITY_RECORD_VALID_MAX)
        require_unique(tuple(key.public_key for key in record.directory_keys), "directory_keys")
        return record

    def to_bytes(self) -> bytes:
        """Return the canonical payload."""
        return canonical.encode(
            {
                "type": self.TYPE,
                "version": 1,
                "serial": self.serial,
                "agency_id": self.agency_id,
                "agency_name": self.agency_name,
                "city_name": self.city_name,
                "demo": self.demo,
                "issued_at": format_time(self.issued_at),
                "expires_at": format_time(self.expires_at),
                "jurisdiction": polygon_value(self.jurisdiction),
                "hub": {"home_url": self.hub.home_url, "mqtt_url": self.hub.mqtt_url},
                "hub_key": b64(self.hub_key),
                "signer": _signer_value(self.signer),
                "directory_keys": [
                    {"public_key": b64(key.public_key), "label": key.label} for key in self.directory_keys
                ],
                "log": {"origin": self.log.origin, "public_key": b64(self.log.public_key)},
                "witness_quorum": self.witness_quorum,
                "map_sha256": self.map_sha256,
            }
        )


def _read_hub(fields: Fields, *, demo: bool) -> HubAddresses:
    home = _address(fields.text("home_url", URL_MAX_CHARS), _HOME_URL, _DEMO_HOME_URL, demo=demo)
    mqtt = fields.optional("mqtt_url", lambda name: fields.text(name, URL_MAX_CHARS))
    fields.done()
    if mqtt is not None:
        _address(mqtt, _MQTT_URL, _DEMO_MQTT_URL, demo=demo)
    return HubAddresses(home_url=home, mqtt_url=mqtt)


def _address(url: str, form: re.Pattern[str], demo_form: re.Pattern[str], *, demo: bool) -> str:
    if form.fullmatch(url) or (demo and demo_form.fullmatch(url)):
        return url
    raise ProtocolError(Rule.NOT_AN_ADDRESS, url)


def _read_signer(fields: Fields) -> Signer:
    signer = Signer(
        rp_id=fields.rp_id("rp_id"),
        origin=fields.origin("origin"),
        served_by=fields.choice("served_by", ServedBy),
        files=fields.objects("files", 0, SIGNER_FILES_MAX, _read_file),
    )
    fields.done()
    require_unique(tuple(file.path for file in signer.files), "signer.files")
    return signer


def _read_file(fields: Fields) -> SignerFile:
    return SignerFile(path=fields.text("path", PATH_MAX_CHARS), sha256=fields.hex("sha256", DIGEST_HEX_CHARS))


def _read_directory_key(fields: Fields) -> DirectoryKey:
    return DirectoryKey(public_key=fields.ed25519_key("public_key"), label=fields.text("label", NAME_MAX_CHARS))


def _read_log(fields: Fields) -> LogKey:
    log = LogKey(origin=fields.text("origin", URL_MAX_CHARS), public_key=fields.ed25519_key("public_key"))
    fields.done()
    return log


def _signer_value(signer: Signer) -> JsonValue:
    return {
        "rp_id": signer.rp_id,
        "origin": signer.origin,
        "served_by": signer.served_by.value,
        "files": [{"path": file.path, "sha256": file.sha256} for file in signer.files],
    }
