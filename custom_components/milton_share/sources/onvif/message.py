"""The question and the answer of ONVIF's GetSystemDateAndTime (Core Specification, section 8.2.1). Pure.

A device answers it without a login (section 5.9.4.2: access class PRE_AUTH), so none is sent, and no client library is
needed for one question; the published ones ask for whole service descriptions first. The answer is anybody's: its size
and nesting are bounded and a document type is refused.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from xml.parsers import expat

QUESTION: Final = (
    b'<?xml version="1.0" encoding="UTF-8"?>'
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
    b'<GetSystemDateAndTime xmlns="http://www.onvif.org/ver10/device/wsdl"/></s:Body></s:Envelope>'
)
ANSWER_MAX_BYTES: Final = 16 * 1024  # cameras answer with 1 to 2 KiB
DEPTH_MAX: Final = 16  # Envelope, Body, GetSystemDateAndTimeResponse, SystemDateAndTime, UTCDateTime, Time, Hour
DIGITS_MAX: Final = 4
LEAP_SECOND_MAX: Final = 61  # as the specification has it
_NAMESPACE: Final = "http://www.onvif.org/ver10/schema"
_SEPARATOR: Final = " "
_UTC: Final = f"{_NAMESPACE}{_SEPARATOR}UTCDateTime"
_PARTS: Final = {
    f"{_NAMESPACE}{_SEPARATOR}{name}": name for name in ("Year", "Month", "Day", "Hour", "Minute", "Second")
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
    path: list[str] = []

    def start(name: str, _attributes: dict[str, str]) -> None:
        path.append(name)
        if len(path) > DEPTH_MAX or (name == _UTC and texts):
            raise NoTimeError
        if name in _PARTS and _UTC in path:
            if _PARTS[name] in texts:
                raise NoTimeError
            texts[_PARTS[name]] = ""

    def text(data: str) -> None:
        if path and path[-1] in _PARTS and _UTC in path:
            texts[_PARTS[path[-1]]] += data

    def refuse(*_arguments: object) -> None:
        raise NoTimeError

    parser = expat.ParserCreate("utf-8", _SEPARATOR)  # whatever the answer says that it is written in
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _name: path.pop()
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(document, True)  # noqa: FBT003  the standard library's signature
    except expat.ExpatError as error:
        raise NoTimeError from error
    return {name: _number(value.strip()) for name, value in texts.items()}


def _number(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= DIGITS_MAX):
        raise NoTimeError
    return int(value)
