"""NAL units and parameter sets, good and hostile."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.clips.bitstream.nal import (
    RULES,
    annex_b,
    prefixed,
    read_extradata,
    set_ids,
    split,
    write_avcc,
    write_hvcc,
)
from custom_components.milton_share.clips.refusal import ClipRefused

SPS = b"\x67\x64\x00\x1f\xac\xd9\x40\x50\x05\xbb\x01\x10\x00\x00\x03\x00\x10\x00\x00\x03\x03\x00\xf1\x83\x19\x60"
PPS = b"\x68\xeb\xe3\xcb\x22\xc0"
UNITS = st.lists(st.binary(min_size=1, max_size=40).map(lambda data: data.replace(b"\0", b"\1")), max_size=8)


@given(units=UNITS)
def test_units_survive_both_framings(units: list[bytes]) -> None:
    """Length-prefixed and Annex B say the same."""
    assert split(prefixed(units), 4) == units
    assert split(annex_b(units), 0) == units


@given(units=UNITS)
def test_units_under_one_length_are_told_apart_by_their_start_codes(units: list[bytes]) -> None:
    """As phones store pictures of several layers; the first unit needs no code."""
    assert split(prefixed([annex_b(units)]), 4) == units
    assert split(prefixed([annex_b(units)[4:]]), 4) == units
    assert split(prefixed([b"\0\0\1".join(units)]), 4) == units


def test_avcc_is_read_as_it_is_written() -> None:
    """Two SPS and two PPS, the camera's and the encoder's."""
    sets = (SPS, PPS, b"\x67\x42\x00\x1e\x95", b"\x68\x4e")
    length_size, found = read_extradata(write_avcc(sets), RULES["h264"])
    assert length_size == 4
    assert sorted(found) == sorted(sets)


def test_the_ids_of_parameter_sets_are_read() -> None:
    """The camera uses 0 for both; x264 with `sps-id=1` uses 1."""
    assert set_ids((SPS, PPS)) == {0}
    assert set_ids((b"\x67\x64\x00\x1f\x40", b"\x68\x40")) == {1}


@pytest.mark.parametrize("data", [b"\0\0\0\x09abc", b"\xff\xff\xff\xff" + b"a" * 40])
def test_a_unit_longer_than_its_packet_is_refused(data: bytes) -> None:
    """A length that points past the end."""
    with pytest.raises(ClipRefused, match="unreadable_segment"):
        split(data, 4)


def test_a_stub_of_a_parameter_set_is_refused() -> None:
    """Two bytes are no SPS."""
    with pytest.raises(ClipRefused, match="unreadable_segment"):
        write_avcc((b"\x67\x64", PPS))
    with pytest.raises(ClipRefused, match="unreadable_segment"):
        set_ids((b"\x67\x64",))


@pytest.mark.parametrize("sets", [(SPS,) * 32 + (PPS,), (SPS,) + (PPS,) * 256, (SPS, PPS + bytes(0x10000))])
def test_parameter_sets_that_no_avcc_has_room_for_are_refused(sets: tuple[bytes, ...]) -> None:
    """More than five bits or a byte can count, or longer than two bytes say: never a count that says fewer."""
    with pytest.raises(ClipRefused, match="unreadable_segment"):
        write_avcc(sets)


def test_more_parameter_sets_than_an_hvcc_can_count_are_refused() -> None:
    """As it is for H.264."""
    vps, sps, pps = b"\x40\x01\x0c", b"\x42\x01\x01" + b"\x01\x60" + bytes(8) + b"\x5d\xa0" + bytes(8), b"\x44\x01\xc1"
    assert write_hvcc((vps, sps, pps), RULES["hevc"])
    with pytest.raises(ClipRefused, match="unreadable_segment"):
        write_hvcc((vps, sps) + (pps,) * 0x10000, RULES["hevc"])


@given(data=st.binary(max_size=64), codec=st.sampled_from(["h264", "hevc"]))
def test_hostile_configuration_is_read_or_refused(data: bytes, codec: str) -> None:
    """Nothing but a refusal."""
    try:
        _, sets = read_extradata(data, RULES[codec])
        set_ids(sets)
        write_avcc(sets)
    except ClipRefused:
        return
