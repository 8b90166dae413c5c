"""Inputs that are nearly good: a well-formed message with one thing in it that no writer would write."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

from tests.fuzz.target import Shape

if TYPE_CHECKING:
    from random import Random

NUMBERS = (-1, 0, 1, 2, 12, 255, 256, 65_535, 2**31 - 1, 2**31, 2**32 - 1, 2**53 - 1, 2**53, 2**63, 10**16, -(10**9))
TEXTS = ("", " ", "0", "-0", "é", "\u202e", "\ud800", "\x7f", "\0", "=", "٣", "age1")
LONG_TEXTS = ("é" * 90, "x" * 600, "2026-02-30T25:61:61Z")
VALUES: tuple[Any, ...] = (None, True, False, [], {}, [[]], {"": ""}, 0.5, 1e400, *NUMBERS, *TEXTS, *LONG_TEXTS)
BYTES = (b"\0", b"\xff", b"\n", b"\r\n", b" ", b"{", b'"', b"\\u0000", b"---", b"\xef\xbb\xbf", b"\xed\xa0\x80")
ITEMS_MAX = 10  # of a list that is made longer by far
LINES_MAX = 400


def bend(data: bytes, shape: Shape, random: Random) -> bytes:
    """Return ``data`` with one or two things changed, in the way of its shape."""
    for _ in range(random.choice((1, 1, 1, 2))):
        data = _bend_once(data, shape, random)
    return data


def _bend_once(data: bytes, shape: Shape, random: Random) -> bytes:
    if shape is Shape.JSON and random.random() < 0.8:
        bent = _bend_json(data, random)
        if bent is not None:
            return bent
    if shape is Shape.TEXT and random.random() < 0.7:
        return _bend_lines(data, random)
    return _bend_bytes(data, random)


# JSON


def _bend_json(data: bytes, random: Random) -> bytes | None:
    try:
        bent = _bend_value(json.loads(data), random)
        text = json.dumps(bent, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    except (ValueError, RecursionError):  # no JSON, or a number that Python does not write
        return None
    return text.encode(errors="surrogatepass")


def _bend_value(value: Any, random: Random) -> Any:  # noqa: ANN401 - any JSON
    """Change one place: walk down at random, and bend where the walk ends."""
    if isinstance(value, dict) and value and random.random() < 0.9:
        return _bend_object(dict(value), random)
    if isinstance(value, list) and value and random.random() < 0.9:
        return _bend_list(list(value), random)
    if isinstance(value, str) and random.random() < 0.8:
        return _bend_text(value, random)
    if type(value) is int and random.random() < 0.7:
        return random.choice((value + 1, value - 1, -value, value * 10, value ^ (1 << random.randrange(40))))
    return random.choice(VALUES)


def _bend_object(value: dict[str, Any], random: Random) -> dict[str, Any]:
    key = random.choice(sorted(value))
    way = random.random()
    if way < 0.06:
        del value[key]
    elif way < 0.12:
        value[random.choice((*TEXTS, "version", "type", key + "x"))] = random.choice(VALUES)
    elif way < 0.2:
        value[key] = value[random.choice(sorted(value))]
    else:
        value[key] = _bend_value(value[key], random)
    return value


def _bend_list(value: list[Any], random: Random) -> list[Any]:
    at = random.randrange(len(value))
    way = random.random()
    if way < 0.1:
        del value[at]
    elif way < 0.2:
        value.insert(random.randrange(len(value) + 1), value[at])
    elif way < 0.3:
        other = random.randrange(len(value))
        value[at], value[other] = value[other], value[at]
    elif way < 0.35:
        value *= random.choice((2, 9, 70)) if len(value) < ITEMS_MAX else 1
    else:
        value[at] = _bend_value(value[at], random)
    return value


def _bend_text(text: str, random: Random) -> str:
    way = random.random()
    if way < 0.5:
        inner = _bend_inside(text, random)
        if inner is not None:
            return inner
    if way < 0.6:
        return random.choice((*TEXTS, *LONG_TEXTS))
    at = random.randrange(len(text) + 1)
    if way < 0.8:
        return text[:at] + random.choice((*TEXTS, "a", "9", "-", "_")) + text[at + 1 :]
    if way < 0.9:
        return text[:at] + text[at + 1 :]
    return text * random.choice((2, 3))


def _bend_inside(text: str, random: Random) -> str | None:
    """Bend what a text carries as base64, an inner message above all."""
    is_url = "-" in text or "_" in text or len(text) % 4 != 0
    decode, encode = (
        (base64.urlsafe_b64decode, base64.urlsafe_b64encode) if is_url else (base64.b64decode, base64.b64encode)
    )
    try:
        data = decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    shape = Shape.JSON if data[:1] == b"{" else Shape.TEXT if data.isascii() else Shape.BYTES
    encoded = encode(_bend_once(data, shape, random)).decode()
    return encoded.rstrip("=") if is_url else encoded


# Lines and bytes


def _bend_lines(data: bytes, random: Random) -> bytes:
    lines = data.split(b"\n")
    at, other = random.randrange(len(lines)), random.randrange(len(lines))
    way = random.random()
    if way < 0.15:
        del lines[at]
    elif way < 0.3:
        lines.insert(at, lines[other])
    elif way < 0.4:
        lines[at], lines[other] = lines[other], lines[at]
    elif way < 0.45:
        lines[at : at + 1] = [lines[at]] * random.choice((2, 17, 70))
    else:
        words = lines[at].split(b" ")
        place = random.randrange(len(words))
        words[place] = _bend_word(words[place], random)
        lines[at] = b" ".join(words)
    return b"\n".join(lines[:LINES_MAX])


def _bend_word(word: bytes, random: Random) -> bytes:
    way = random.random()
    if way < 0.3:
        return str(random.choice(NUMBERS)).encode()
    if way < 0.5:
        inner = _bend_inside(word.decode("latin-1"), random) if word.isascii() else None
        return (inner or "").encode()
    return _bend_bytes(word, random)


def _bend_bytes(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data) + 1)
    way = random.random()
    if way < 0.25:
        return data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]
    if way < 0.4:
        return data[:at] + random.choice(BYTES) + data[at:]
    if way < 0.55:
        return data[:at] + data[at + random.choice((1, 2, 4, 30)) :]
    if way < 0.65:
        return data[:at]
    if way < 0.75:
        length = random.choice((1, 4, 40))
        return data[:at] + data[at : at + length] * random.choice((2, 9)) + data[at + length :]
    at -= at % 4
    return data[:at] + (random.choice(NUMBERS) % 2**32).to_bytes(4) + data[at + 4 :]
