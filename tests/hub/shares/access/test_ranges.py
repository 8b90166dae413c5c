"""Byte ranges, read strictly."""

from __future__ import annotations

import pytest

from hub.kit.errors import HubError
from hub.shares.access.ranges import parse


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        (None, 0, 10),
        ("bytes=0-", 0, 10),
        ("bytes=0-99", 0, 10),
        ("bytes=9-9", 9, 10),
        ("bytes=2-4", 2, 5),
        ("bytes=-3", 7, 10),
        ("bytes=-30", 0, 10),
        ("bytes=-", 0, 10),
        ("bytes=0-1,3-4", 0, 10),
        ("items=0-1", 0, 10),
    ],
)
def test_a_range_is_clamped_and_a_foreign_form_means_everything(header: str | None, start: int, end: int) -> None:
    """RFC 9110: what isn't understood is ignored."""
    found = parse(header, 10)
    assert (found.start, found.end) == (start, end)


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=5-4", "bytes=-0", "bytes=9999999999999999-"])
def test_a_range_without_a_byte_in_it_is_refused(header: str) -> None:
    """416 with the size."""
    with pytest.raises(HubError) as refused:
        parse(header, 10)
    assert (refused.value.status, refused.value.headers["Content-Range"]) == (416, "bytes */10")
