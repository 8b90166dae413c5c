"""Messages between a home and the hub when the home joins (sections 8 and 9)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Self

from ... import canonical
from ...base64_text import b64, standard_base64
from ...fields import Fields
from ...limits import (
    CODE_MAX_CHARS,
    RECEIPTS_KEEP_MAX_DAYS,
    RECORD_SIZE_MAX_BYTES,
    SHORT_ID_HEX_CHARS,
    TOKEN_MAX_CHARS,
    VERSION_MAX,
    VERSIONS_MAX,
)
from ...values import read_integer


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolRequest:
    """A home asks to join with a single-use code."""

    TYPE: ClassVar[str] = "milton/enrol"

    code: str = field(repr=False)
    home_id: str
    device_key: bytes

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read the body of ``POST /v1/enrol``."""
        fields = Fields.of(canonical.decode(payload))
        fields.header(cls.TYPE)
        request = cls(
            code=fields.text("code", CODE_MAX_CHARS),
            home_id=fields.hex("home_id", SHORT_ID_HEX_CHARS),
            device_key=fields.ed25519_key("device_key"),
        )
        fields.done()
        return request

    def to_bytes(self) -> bytes:
        """Return the canonical bytes."""
        return canonical.encode(
            {
                "type": self.TYPE,
                "version": 1,
                "code": self.code,
                "home_id": self.home_id,
                "device_key": b64(self.device_key),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttAccess:
    """A home's own name and password at the broker."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolAnswer:
    """What the hub gives a home that joined."""

    home_token: str = field(repr=False)
    mqtt: MqttAccess | None
    receipts_keep_days: int

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read the answer of ``POST /v1/enrol``."""
        fields = Fields.of(canonical.decode(payload))
        answer = cls(
            home_token=fields.text("home_token", TOKEN_MAX_CHARS),
            mqtt=fields.optional("mqtt", lambda name: _read_mqtt(fields.child(name))),
            receipts_keep_days=fields.integer("receipts_keep_days", 1, RECEIPTS_KEEP_MAX_DAYS),
        )
        fields.done()
        return answer

    def to_bytes(self) -> bytes:
        """Return the canonical bytes."""
        mqtt = None if self.mqtt is None else {"username": self.mqtt.username, "password": self.mqtt.password}
        return canonical.encode(
            {"home_token": self.home_token, "mqtt": mqtt, "receipts_keep_days": self.receipts_keep_days}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CityAnswer:
    """What a home that knows nothing yet needs to check a city: its root key and city record envelope."""

    root_public_key: bytes
    city_record: bytes
    versions: tuple[int, ...]

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read the answer of ``GET /v1/city``."""
        fields = Fields.of(canonical.decode(payload, max_bytes=2 * RECORD_SIZE_MAX_BYTES))
        answer = cls(
            root_public_key=fields.ed25519_key("root_public_key"),
            city_record=fields.base64("city_record", 1, RECORD_SIZE_MAX_BYTES),
            versions=tuple(
                read_integer(value, "versions", 1, VERSION_MAX) for value in fields.items("versions", 1, VERSIONS_MAX)
            ),
        )
        fields.done()
        return answer

    def to_bytes(self) -> bytes:
        """Return the canonical bytes."""
        return canonical.encode(
            {
                "root_public_key": b64(self.root_public_key),
                "city_record": standard_base64(self.city_record),
                "versions": self.versions,
            }
        )


def _read_mqtt(fields: Fields) -> MqttAccess:
    access = MqttAccess(
        username=fields.text("username", TOKEN_MAX_CHARS), password=fields.text("password", TOKEN_MAX_CHARS)
    )
    fields.done()
    return access
