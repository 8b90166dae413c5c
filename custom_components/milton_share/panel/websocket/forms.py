"""Bounded schemas of message fields."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import voluptuous as vol
from homeassistant.helpers import config_validation as cv

from ...shared.milton_protocol.errors import ProtocolError
from ...shared.milton_protocol.geometry import Point
from ...shared.milton_protocol.geometry.places import LATITUDE_MAX_E7, LONGITUDE_MAX_E7
from ...shared.milton_protocol.limits import (
    MASK_CORNERS_MAX,
    MASK_CORNERS_MIN,
    MASK_KEYS_MAX,
    MASK_UNIT,
    MASKS_MAX,
    RANGES_MAX,
)
from ...shared.milton_protocol.messages.shares.manifest_parts import Period
from ...shared.milton_protocol.messages.shares.masks import Mask, MaskKey

_TIME_FORMATS = ("%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%dT%H:%M:%SZ")
_TIME_MAX_CHARS = 27
_SECRET_MAX_CHARS = 64  # longer than any PIN or spaced-out door code: `pin_form`, `door_code_form` say the rest
_ID_MAX_CHARS = 255  # Home Assistant's own for entities; its users' ids are shorter
_POINT_LENGTH = 2

DIGEST = vol.All(cv.string, vol.Match(r"^[0-9a-f]{64}\Z"))
SHORT_ID = vol.All(cv.string, vol.Match(r"^[0-9a-f]{32}\Z"))
TEXT_ID = vol.All(str, vol.Length(min=1, max=_ID_MAX_CHARS))
PIN = vol.All(str, vol.Length(max=_SECRET_MAX_CHARS))
DOOR_CODE = vol.All(str, vol.Length(max=_SECRET_MAX_CHARS))


def time(value: object) -> datetime:
    """Read a UTC time, with or without a fraction of a second."""
    if isinstance(value, str) and len(value) <= _TIME_MAX_CHARS:
        for form in _TIME_FORMATS:
            try:
                return datetime.strptime(value, form).replace(tzinfo=UTC)
            except ValueError:
                continue
    message = "expected a time such as 2026-11-10T07:10:00.000Z"
    raise vol.Invalid(message)


def point(value: object) -> Point:
    """Read a place as `[lat_e7, lon_e7]`."""
    if isinstance(value, list) and len(value) == _POINT_LENGTH and all(type(number) is int for number in value):
        place = Point(*value)
        if abs(place.lat_e7) <= LATITUDE_MAX_E7 and abs(place.lon_e7) <= LONGITUDE_MAX_E7:
            return place
    message = "expected [lat_e7, lon_e7]"
    raise vol.Invalid(message)


def _corner(value: object) -> tuple[int, int]:
    if isinstance(value, list) and len(value) == _POINT_LENGTH and all(type(number) is int for number in value):
        x, y = value
        if min(value) >= 0 and max(value) <= MASK_UNIT:
            return x, y
    message = "expected [x, y] in ten-thousandths of the picture"
    raise vol.Invalid(message)


def _mask(value: dict[str, list[dict[str, Any]]]) -> Mask:
    keys = (
        MaskKey(at=key["at"].replace(microsecond=key["at"].microsecond // 1_000 * 1_000), corners=tuple(key["corners"]))
        for key in value["keys"]
    )
    try:
        return Mask(keys=tuple(keys))
    except ProtocolError as error:
        raise vol.Invalid(str(error)) from error


def _period(value: dict[str, datetime]) -> Period:
    return Period(from_=value["from"], until=value["until"])


FURTHER = vol.All(
    [vol.All({vol.Required("from"): time, vol.Required("until"): time}, _period)], vol.Length(max=RANGES_MAX - 1)
)
_KEY = {
    vol.Required("at"): time,
    vol.Required("corners"): vol.All([_corner], vol.Length(min=MASK_CORNERS_MIN, max=MASK_CORNERS_MAX)),
}
MASKS = vol.All(
    [vol.All({vol.Required("keys"): vol.All([_KEY], vol.Length(min=1, max=MASK_KEYS_MAX))}, _mask)],
    vol.Length(max=MASKS_MAX),
)


def whole(lo: int, hi: int) -> vol.All:
    """Return the schema of a whole number within bounds."""
    return vol.All(_int, vol.Range(min=lo, max=hi))


def _int(value: object) -> int:
    if type(value) is not int:
        message = "expected a whole number"
        raise vol.Invalid(message)
    return value
