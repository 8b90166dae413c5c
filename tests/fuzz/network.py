"""What devices on the home's network announce of themselves, by DNS-SD. ONVIF's answers are in `home_inputs.py`."""

from __future__ import annotations

from zeroconf import BadTypeInNameException, ServiceInfo

from custom_components.milton_share.cameras.discovery.announced import KINDS, found_in
from custom_components.milton_share.cameras.discovery.found import NAME_MAX_CHARS, merged
from tests.fuzz.short import short_target
from tests.fuzz.target import Shape

ADDRESS = "192.0.2.7"


def _announcement(kind: str, name: str, *texts: bytes) -> bytes:
    """Write one down: the kind's number, the name, and its TXT record as RFC 6763 (section 6) has it."""
    record = b"".join(bytes((len(text),)) + text for text in texts)
    return bytes((list(KINDS).index(kind),)) + name.encode() + b"\n" + record


def _announced(data: bytes) -> object:
    """Read one: whatever it says, its words are one bounded line, and it is at the address that it came with."""
    kind = list(KINDS)[data[0] % len(KINDS)] if data else next(iter(KINDS))
    name, _, record = data[1:].partition(b"\n")
    try:
        info = ServiceInfo(
            kind, f"{name.decode(errors='replace')}.{kind}", parsed_addresses=[ADDRESS], properties=record
        )
    except BadTypeInNameException:  # passed over before it is asked
        return None
    camera = found_in(info)
    if camera is None:
        return None
    assert camera.address == ADDRESS
    assert camera.name.isprintable()
    assert len(camera.name) <= NAME_MAX_CHARS
    assert merged([camera], frozenset()) == (camera,)
    return camera


TARGETS = (
    short_target(
        "home.announced",
        _announced,
        _announcement("_axis-video._tcp.local.", "AXIS M1", b"macaddress=ACCC8E000001"),
        _announcement("_axis-video._tcp.local.", "Gate", b"macaddress=1C:CA:E3:00:00:01", b"flag"),
        _announcement("_hap._tcp.local.", "Porch Bell", b"CI=18", b"ci=5", b"=", b""),
        _announcement("_onvif._tcp.local.", "Yard\x1b[31m\u202e"),
        shape=Shape.BYTES,
    ),
)
