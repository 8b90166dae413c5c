"""What go2rtc answers to `/api/streams`: each stream's name, and where it gets it from. Pure; nothing is believed.

The form is that of its `internal/streams` (1.9): `{name: {"producers": [{"url": …}], "consumers": …}}`. Frigate passes
the same on as `/api/go2rtc/streams`, with logins blanked.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..recorder_clients.connection.json_answers import from_json
from ..recorder_clients.errors import CopyError, CopyRule

STREAMS_MAX = 1_000
"""Two for each of 500 cameras."""
NAME_MAX_CHARS = 255
"""Home Assistant's own bound of an entity id, by which it names its streams."""
URL_MAX_CHARS = 2_048

type Streams = Mapping[str, str]
"""By name, the address that the first producer of a stream was given."""


def read_streams(body: bytes) -> Streams:
    """Read which streams there are and what each is made of; raises CopyError `source_answer`.

    A stream without a producer whose address can be read is passed over: it is made of something else. So is one of a
    name that no address can have in it.
    """
    streams = from_json(body)
    if not isinstance(streams, dict) or len(streams) > STREAMS_MAX:
        raise CopyError(CopyRule.WRONG_ANSWER, "no list of streams")
    found = {}
    for name, stream in streams.items():
        address = _first_address(stream)
        if address is not None and len(name) <= NAME_MAX_CHARS and name.isprintable():
            found[name] = address
    return found


def _first_address(stream: object) -> str | None:
    """Where a stream comes from: go2rtc passes on the first producer that has what is asked for."""
    producers = stream.get("producers") if isinstance(stream, dict) else None
    first = producers[0] if isinstance(producers, list) and producers else None
    address = first.get("url") if isinstance(first, dict) else None
    return address if isinstance(address, str) and len(address) <= URL_MAX_CHARS else None
