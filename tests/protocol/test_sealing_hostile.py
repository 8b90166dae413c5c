"""Whatever comes as a sealed file or a key of age is refused by rule or read exactly; nothing crashes."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from milton_protocol.errors import ProtocolError
from milton_protocol.sealing.age import Identity, format_recipient, open_sealed, parse_recipient, seal
from milton_protocol.sealing.header import header_size_bytes, parse_header

OWNER = Identity.generate()
FILE = seal(b"what the owner sent", [Identity.generate().recipient, OWNER.recipient])
HEADER = FILE[: header_size_bytes(FILE)]


@st.composite
def altered(draw: st.DrawFn, data: bytes) -> bytes:
    """Replace a stretch of good bytes by anything."""
    start = draw(st.integers(0, len(data)))
    end = draw(st.integers(start, min(len(data), start + 5)))
    return data[:start] + draw(st.binary(max_size=60)) + data[end:]


@settings(deadline=None)  # a loaded machine is not a fault
@given(st.binary(max_size=200) | altered(FILE))
def test_an_altered_file_opens_to_what_was_sealed_or_not_at_all(file: bytes) -> None:
    """No alteration gives other bytes."""
    with suppress(ProtocolError):
        assert open_sealed(file, OWNER) == b"what the owner sent"


@settings(deadline=None)  # a loaded machine is not a fault
@given(altered(HEADER))
def test_a_header_is_refused_by_rule_or_read_exactly(header: bytes) -> None:
    """Its stanzas format back to what the MAC covers."""
    with suppress(ProtocolError):
        stanzas, covered, _ = parse_header(header)
        assert b"age-encryption.org/v1\n" + b"".join(stanza.format() for stanza in stanzas) + b"---" == covered


@settings(deadline=None)  # a loaded machine is not a fault
@given(st.text(max_size=80) | altered(OWNER.recipient.encode()).map(lambda data: data.decode("latin-1")))
def test_a_recipient_is_refused_by_rule_or_read_exactly(text: str) -> None:
    """One text, one key."""
    with suppress(ProtocolError):
        assert format_recipient(parse_recipient(text)) == text
