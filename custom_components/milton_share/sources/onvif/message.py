"""The question and the answer of ONVIF's GetSystemDateAndTime (Core Specification, section 8.2.1). Pure.

A device answers it without a login (section 5.9.4.2: access class PRE_AUTH), so none is sent, and no client library is
needed for one question; the published ones ask for whole service descriptions first. The answer is anybody's: its size
is bounded here, what else it may be in `plain_xml`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from ...http.xml import SEPARATOR, NotPlainXmlError, walk

QUESTION: Final = (
    b'<?xml version="1.0" encoding="UTF-8"?>'
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
    b'<GetSystemDateAndTime xmlns="http://www.onvif.org/ver10/device/wsdl"/></s:Body></s:Envelope>'
)
ANSWER_MAX_BYTES: Final = 16 * 1024  # cameras answer with 1 to 2 KiB
DIGITS_MAX: Final = 4
LEAP_SECOND_MAX: Final = 61  # as the specification has it
_NAMESPACE: Final = "http://www.onvif.org/ver10/schema"
_UTC: Final = f"{_NAMESPACE}{SEPARATOR}UTCDateTime"
_PARTS: Final = {
    f"{_NAMESPACE}{SEPARATOR}{name}": name for name in ("Year", "Month", "Day", "Hour", "Minute", "Second")
}


class NoTimeError(ValueError):
    """An answer that tells no time."""


def read_time(document: bytes) -> float:
    """Return the epoch time of the second that the device is in; raise NoTimeError."""
    parts = _parts(document)
    try:
        second = parts["Second"]
        if second > LEAP_SECOND_MAX:
            raise NoTimeError
        minute = datetime(parts["Year"], parts["Month"], parts["Day"], parts["Hour"], parts["Minute"], tzinfo=UTC)
        return (minute + timedelta(seconds=second)).timestamp()
    except (KeyError, ValueError, OverflowError) as error:
        raise NoTimeError from error


def _parts(document: bytes) -> dict[str, int]:
    """Read the numbers inside the first UTCDateTime."""
    if len(document) > ANSWER_MAX_BYTES:
        raise NoTimeError
    texts: dict[str, str] = {}

    def start(path: list[str]) -> None:
        name = path[-1]
        if name == _UTC and texts:
            raise NoTimeError
        if name in _PARTS and _UTC in path:
            if _PARTS[name] in texts:
                raise NoTimeError
            texts[_PARTS[name]] = ""

    def text(path: list[str], data: str) -> None:
        if path and path[-1] in _PARTS and _UTC in path:
            texts[_PARTS[path[-1]]] += data

    try:
        walk(document, start=start, text=text)
    except NotPlainXmlError as error:
        raise NoTimeError from error
    return {name: _number(value.strip()) for name, value in texts.items()}


def _number(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= DIGITS_MAX):
        raise NoTimeError
    return int(value)
