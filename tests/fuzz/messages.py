"""The messages of the protocol, the encoding below them, and what is judged of a request by itself."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from milton_protocol import canonical
from milton_protocol.door_code import code_sha256, new_door_code, read_door_code
from milton_protocol.errors import ProtocolError
from milton_protocol.fields import Fields
from milton_protocol.geometry import Point, area_m2, diameter_m, hull_share, inside, is_simple, view_touches
from milton_protocol.geometry.cells import cell_at, cell_text, cells_touching, read_cell
from milton_protocol.geometry.places import middle
from milton_protocol.limits import DIGEST_HEX_CHARS
from milton_protocol.messages.areas import area_value, read_area
from milton_protocol.messages.city.map_pack import check_map_pack
from milton_protocol.messages.log.leaf import cell_of, leaf_of
from milton_protocol.messages.requests.request import Request, recipients_hash, request_id
from milton_protocol.policy_shape import check_area, check_hard_limits, needs_approver
from milton_protocol.topics import every_topic, topic_prefix
from milton_protocol.words import fingerprint_words
from tests.fuzz.floods import floods
from tests.fuzz.seeds import city, real, samples
from tests.fuzz.target import Shape, Target
from tests.protocol.message_strategies import MESSAGES
from tests.simulators.city import AREA, BORDER

HERE = Point(341_320_000, -843_000_000)


def _message(name: str) -> Target:
    kind: Any = type(samples(name)[0])

    def run(data: bytes) -> object:
        read = kind.from_bytes(data)
        assert read.to_bytes() == data, "what was read is written in another way"
        return read

    return Target(
        name=f"message.{name}",
        run=run,
        refusals=(ProtocolError,),
        seeds=lambda: (*(one.to_bytes() for one in samples(name)), *real().get(name, ()), *floods()),
        shape=Shape.JSON,
        size_max_bytes=8_192,
    )


def _canonical(data: bytes) -> object:
    value = canonical.decode(data)
    assert canonical.encode(value) == data
    return canonical.decode_object(data)


def _any_json(data: bytes) -> object:
    value = canonical.read(data)
    assert canonical.decode(canonical.encode(value)) == value
    return value


def _area(data: bytes) -> object:
    area = read_area(Fields.of(canonical.decode(data)))
    assert canonical.encode(area_value(area)) == data
    found = (is_simple(area), area_m2(area), diameter_m(area), hull_share(area), inside(area, BORDER), middle(area))
    seen = view_touches(HERE, 90, 120, 50, area)
    try:
        cells = cells_touching(area)  # by whoever hasn't judged the area yet
    except ProtocolError:
        cells = ()
    check_area(area, BORDER)
    return found, seen, cells


def _cell(data: bytes) -> object:
    cell = read_cell(data.decode("latin-1"))
    assert cell_text(cell).encode() == data, "a cell with two names"
    return cell


def _request(data: bytes) -> object:
    request = Request.from_bytes(data)
    needs = needs_approver(request)
    leaf = leaf_of(request, request_id(data))
    assert leaf.from_bytes(leaf.to_bytes()) == leaf, "a request whose leaf can't be written"
    check_hard_limits(request, BORDER)
    return needs, cell_of(request.area), recipients_hash(request.recipients)


def _map(data: bytes) -> object:
    """As a home takes it whose city record names these very bytes."""
    pack = check_map_pack(data, hashlib.sha256(data).hexdigest(), "milton-pd")
    assert pack.to_bytes() == data
    return pack


def _door_code(data: bytes) -> object:
    code = read_door_code(data.decode("latin-1"))
    if code is not None:
        assert read_door_code(code) == code, "a code that means another one when it is typed as it is shown"
        assert len(code_sha256(code)) == DIGEST_HEX_CHARS
    return code


def _names(data: bytes) -> object:
    words = fingerprint_words(data)
    agency = Fields({"agency_id": data.decode("latin-1")}).id("agency_id")
    assert every_topic(agency) == topic_prefix(agency) + "#"
    assert "/" not in agency
    return words


TARGETS = (
    *map(_message, MESSAGES),
    Target(
        name="canonical.decode",
        run=_canonical,
        refusals=(ProtocolError,),
        seeds=lambda: (*(data for found in real().values() for data in found), *floods()),
        shape=Shape.JSON,
    ),
    Target(
        name="canonical.read",
        run=_any_json,
        refusals=(ProtocolError,),
        seeds=lambda: (b'{ "b" : [1, 2, -3], "a": "\\u00e9\\ud83d\\ude00" }', b'{"a":[[[[]]]],"":null}', *floods()),
        shape=Shape.JSON,
    ),
    Target(
        name="geometry.area",
        run=_area,
        refusals=(ProtocolError,),
        seeds=lambda: (canonical.encode(area_value(AREA)), canonical.encode(area_value(BORDER)), *_areas()),
        shape=Shape.JSON,
    ),
    Target(
        name="code.door",
        run=_door_code,
        refusals=(),
        seeds=lambda: (new_door_code(bytes(range(10))).encode(), b"mdmdmd1100zzzz7k3p", b" MD 0o1i-lL00 zzzz 7k3p "),
        shape=Shape.TEXT,
    ),
    Target(
        name="geometry.cell",
        run=_cell,
        refusals=(ProtocolError,),
        seeds=lambda: (cell_text(cell_at(HERE)).encode(), b"-1.-1", b"0.0", b"-0.1", b"01.1", b"31999.120600"),
        shape=Shape.TEXT,
    ),
    Target(
        name="policy.request",
        run=_request,
        refusals=(ProtocolError,),
        seeds=lambda: (*(one.to_bytes() for one in samples("request")), *real()["request"]),
        shape=Shape.JSON,
    ),
    Target(
        name="map.check",
        run=_map,
        refusals=(ProtocolError,),
        seeds=lambda: (
            *(replace(one, agency_id="milton-pd").to_bytes() for one in samples("map_pack")),
            *(one.to_bytes() for one in samples("map_pack")),
        ),
        shape=Shape.JSON,
    ),
    Target(
        name="words.and.topics",
        run=_names,
        refusals=(ProtocolError,),
        seeds=lambda: (b"milton-pd", b"", bytes(32), city().root_public_key, b"a/b", b"+", b"#"),
        shape=Shape.BYTES,
    ),
)


def _areas() -> tuple[bytes, ...]:
    return tuple(canonical.encode(area_value(one.area)) for one in samples("request"))
