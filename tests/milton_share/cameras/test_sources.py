"""Which source a camera's footage is taken from: what the owner picked, else the first that it has."""

from __future__ import annotations

import pytest

from custom_components.milton_share.cameras.model import FootageFrom, Source
from custom_components.milton_share.cameras.sources import ORDER, asks_here_first, in_order, linked_to_ask

HERE, FRIGATE, PROTECT, REOLINK, FOLDER, NEST = (
    Source.HERE,
    Source.FRIGATE,
    Source.UNIFI_PROTECT,
    Source.REOLINK,
    Source.MEDIA_FOLDER,
    Source.NEST,
)


@pytest.mark.parametrize(
    ("has", "picked", "first", "second"),
    [
        ({HERE}, None, HERE, None),
        ({FRIGATE, HERE}, None, FRIGATE, HERE),
        ({PROTECT, HERE}, None, PROTECT, HERE),
        ({REOLINK, HERE}, None, REOLINK, HERE),
        ({FOLDER, HERE}, None, FOLDER, HERE),
        ({NEST, HERE}, None, HERE, NEST),
        ({NEST, FOLDER, HERE}, None, FOLDER, HERE),
        ({REOLINK, FOLDER, HERE}, None, FOLDER, HERE),
        ({REOLINK, FOLDER, HERE}, REOLINK, REOLINK, HERE),
        ({REOLINK, FOLDER, HERE}, HERE, HERE, FOLDER),
        ({FRIGATE, HERE}, HERE, HERE, FRIGATE),
        ({NEST, HERE}, NEST, NEST, HERE),
        ({FRIGATE, HERE}, PROTECT, FRIGATE, HERE),
        ({NEST, HERE}, FOLDER, HERE, NEST),
    ],
)
def test_the_owner_s_pick_comes_first_and_else_the_order_does(
    has: set[Source], picked: Source | None, first: Source, second: Source | None
) -> None:
    """The fallback is this home's own recorder, or the linked one; a pick that a camera lost is none."""
    asked = linked_to_ask(picked, has)
    order = (HERE, asked) if asks_here_first(picked, asked) else (asked, HERE)
    assert order == (first, second)
    assert picked is not None or in_order(has)[0] is first, "the page shows the default first"


def test_each_source_has_its_place_and_its_word_on_the_page() -> None:
    """None that a camera may have is left out."""
    assert sorted(ORDER) == sorted(Source)
    assert {*Source} < {*FootageFrom}
