"""JSON schemas of the fields that bodies have, in the words of ``milton_protocol.fields``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from milton_protocol.limits import AGE_RECIPIENT_CHARS, DIGEST_HEX_CHARS, ID_MAX_CHARS, SIGNATURES_MAX
from milton_protocol.values import CODE

if TYPE_CHECKING:
    from enum import StrEnum

    from milton_protocol.canonical import JsonValue

type Schema = dict[str, JsonValue]

BOOLEAN: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", "description": "UTC, whole seconds"}
PERSON: Schema = {"type": "string", "pattern": f"^[a-z0-9-]{{1,{ID_MAX_CHARS}}}$"}
RECIPIENT: Schema = {"type": "string", "pattern": f"^age1[02-9ac-hj-np-z]{{{AGE_RECIPIENT_CHARS - 4}}}$"}
_BASE64 = "([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"
ANYTHING: Schema = {"type": "string"}
# As `milton_protocol.values` forbids them, but for those beyond the sixteenth bit: no escape says them to all readers.
_UNSEEN = (
    r"\u0000-\u001f\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f"
    r"\u205f-\u206f\u2800\u3000\u3164\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
)
_PLAIN = f"^([^ {_UNSEEN}]([^{_UNSEEN}]*[^ {_UNSEEN}])?)?$"


def text(most: int, *, least: int = 1) -> Schema:
    """Return the schema of words: ``least`` to ``most`` characters that are seen, without a space at an end."""
    return {"type": "string", "minLength": least, "maxLength": most, "pattern": _PLAIN}


def code(most: int) -> Schema:
    """Return the schema of a case number."""
    return {"type": "string", "minLength": 1, "maxLength": most, "pattern": f"^{CODE}$"}


def digits(characters: int) -> Schema:
    """Return the schema of an id: so many hexadecimal digits in lower case."""
    return {"type": "string", "pattern": f"^[0-9a-f]{{{characters}}}$"}


def base64url(what: str) -> Schema:
    """Return the schema of bytes, base64url without padding."""
    return {"type": "string", "pattern": "^[A-Za-z0-9_-]*$", "description": what}


def matching(pattern: str, what: str) -> Schema:
    """Return the schema of text that is wholly of a pattern."""
    return {"type": "string", "pattern": f"^(?:{pattern})$", "description": what}


def up_to(most: int) -> Schema:
    """Return the schema of any text of so many characters at most."""
    return {"type": "string", "maxLength": most}


def integer(least: int, most: int) -> Schema:
    """Return the schema of a whole number between two, both included."""
    return {"type": "integer", "minimum": least, "maximum": most}


def choice(words: type[StrEnum]) -> Schema:
    """Return the schema of one of some words."""
    return {"type": "string", "enum": [each.value for each in words]}


def or_null(schema: Schema) -> Schema:
    """Return the schema of a field that may be null."""
    return {"anyOf": [schema, {"type": "null"}]}


def list_of(schema: Schema, least: int, most: int) -> Schema:
    """Return the schema of ``least`` to ``most`` such things."""
    return {"type": "array", "items": schema, "minItems": least, "maxItems": most}


def fields(**named: Schema) -> Schema:
    """Return the schema of an object that has these fields, all of them and no other."""
    return {
        "type": "object",
        "properties": {name.removesuffix("_"): schema for name, schema in named.items()},
        "required": [name.removesuffix("_") for name in named],
        "additionalProperties": False,
    }


def envelope(payload_type: str) -> Schema:
    """Return the schema of a DSSE envelope around a payload of this type (protocol section 1)."""
    signature = fields(keyid=digits(DIGEST_HEX_CHARS), sig=matching(_BASE64, "Ed25519, base64"))
    return fields(
        payload=matching(_BASE64, "canonical JSON, base64"),
        payloadType={"const": payload_type},
        signatures=list_of(signature, 1, SIGNATURES_MAX),
    )
