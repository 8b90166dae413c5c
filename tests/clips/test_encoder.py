"""An encoder is set up by what a recording says of its pictures."""

from __future__ import annotations

from fractions import Fraction

import pytest

from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from custom_components.milton_share.clips.write.encoder import GroupEncoder, Shape, create


@pytest.mark.parametrize(("height", "interlaced"), [(90, True), (1, False)])
def test_pictures_of_a_form_that_is_none_are_refused_by_their_own_rule(height: int, *, interlaced: bool) -> None:
    """A description that lies is the recording's fault: no picture in fields has so many lines."""
    shape = Shape(
        codec="h264",
        width=160,
        height=height,
        pixel_format="yuv420p",
        colors=(0, 2, 2, 2),
        rate=Fraction(15),
        set_id=1,
        interlaced=interlaced,
    )
    with pytest.raises(ClipRefused) as refused:
        GroupEncoder(shape, create(shape))
    assert refused.value.rule is CutRule.UNDECODABLE
