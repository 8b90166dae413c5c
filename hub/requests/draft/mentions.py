"""The plates and addresses that a reason names, as keyed digests: enough to find them again, no word of them.

Invariants: what is kept is a digest under the hub's own key, so a copy of the database says neither what was named nor
whether a plate that one thinks of was; the words themselves stand in the request's payload alone.

Words can be written around a reader like this. It is for who asks for the same again in good faith, and for the
oversight of those who do not trouble to hide it; letters that only look like others, or nobody sees, hide nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from enum import StrEnum

from hub.policy.likeness import as_read

_LABEL = b"milton mentions v1\0"


class Alike(StrEnum):
    """What two requests may have in common."""

    PLATE = "plate"
    ADDRESS = "address"
    AREA = "area"


# Letters then figures or the other way around, in capitals where there is a gap: RXK 4821, 4ABC12, tbn1234.
_PLATE = re.compile(
    r"\b(?:[A-Z]{1,4}[ -]?[0-9]{2,5}[ -]?[A-Z]{0,3}|[0-9]{1,4}[ -]?[A-Z]{2,4}[ -]?[0-9]{0,4}"
    r"|[A-Za-z]{1,4}[0-9]{2,5}[A-Za-z]{0,3}|[0-9]{1,4}[A-Za-z]{2,4}[0-9]{1,4})\b"
)
PLATE_MIN_CHARS, PLATE_MAX_CHARS = 5, 8
_NO_PLATE = frozenset(
    {"AM", "BMW", "EDT", "EST", "GA", "GMC", "HWY", "MPH", "OCGA", "PM", "SR", "SUV", "US", "UTC", "VAN"}
)
_LETTERS = re.compile(r"[A-Z]+")

_WAYS = {
    "st": "street", "rd": "road", "ave": "avenue", "av": "avenue", "dr": "drive", "ln": "lane", "ct": "court",
    "cir": "circle", "blvd": "boulevard", "hwy": "highway", "pl": "place", "pkwy": "parkway", "ter": "terrace",
    "trl": "trail", "xing": "crossing",
}  # fmt: skip
_PLAIN = ("Walk", "Way", "Run", "Trace", "Loop", "Row", "Square", "Path", "Ridge", "Point", "Cove", "Pass", "Bend")
_NUMBER = r"\b(?P<number>[0-9]{1,5}[A-Za-z]?)\s+"
_NAME = r"(?P<name>[A-Za-z][A-Za-z'.]*(?:\s+[A-Za-z][A-Za-z'.]*){0,2}?)\s+"
_ADDRESS = re.compile(rf"{_NUMBER}{_NAME}(?P<way>{'|'.join({*_WAYS, *_WAYS.values()})})\b", re.IGNORECASE)
# These are also common words, so that only with a capital letter they are a street's.
_NAMED = re.compile(rf"{_NUMBER}{_NAME}(?P<way>{'|'.join(_PLAIN)})\b")
_SIDES = {"n": "north", "s": "south", "e": "east", "w": "west"}


def key_of(secret: bytes) -> bytes:
    """Return the key of the digests, derived from the hub's own secret."""
    return hmac.new(secret, _LABEL, hashlib.sha256).digest()


def mentions(key: bytes, text: str) -> dict[str, Alike]:
    """Return the digest (64 hex) of each plate and address in ``text``, with what it is of."""
    found = [(Alike.PLATE, plate) for plate in plates(text)]
    found += [(Alike.ADDRESS, address) for address in addresses(text)]
    return {hmac.new(key, f"{kind}\0{words}".encode(), hashlib.sha256).hexdigest(): kind for kind, words in found}


def plates(text: str) -> set[str]:
    """Return what reads like a licence plate, as capitals and figures alone."""
    found = {re.sub(r"[ -]", "", match[0]).upper() for match in _PLATE.finditer(as_read(text))}
    return {
        plate
        for plate in found
        if PLATE_MIN_CHARS <= len(plate) <= PLATE_MAX_CHARS and not _NO_PLATE & set(_LETTERS.findall(plate))
    }


def addresses(text: str) -> set[str]:
    """Return each house number with its street, in one spelling."""
    read = as_read(text)
    found = {match.start(): match for pattern in (_NAMED, _ADDRESS) for match in pattern.finditer(read)}
    return {_address(match) for match in found.values()}


def _address(match: re.Match[str]) -> str:
    names = [word.strip(".").casefold() for word in match["name"].split()]
    way = match["way"].casefold()
    return " ".join([match["number"].casefold(), *(_SIDES.get(each, each) for each in names), _WAYS.get(way, way)])
