"""What an officer signs, with a hub that was altered for it, to be read otherwise than it is, or not at all."""

from __future__ import annotations

import pytest

from tests.simulators.city import City

BLANK = "\u200b" * 20


TEXTS = (
    (BLANK, "forbidden_character"),
    ("\u3164" * 20, "forbidden_character"),
    ("\u2800" * 20, "forbidden_character"),
    ("\U000e0041" * 20, "forbidden_character"),
    ("26-1120-07\u200b and more", "forbidden_character"),
    ("26-1120-07\u200f and more", "forbidden_character"),
    ("26-1120-07\u2028 and more", "forbidden_character"),
    ("26-1120\u00ad-07 and more", "forbidden_character"),
    ("26-1120-07\u00a0and more", "forbidden_character"),
    ("26-1120-07\u202fand more", "forbidden_character"),
    ("26-1120-07\u3000and more", "forbidden_character"),
    ("26-1120-07 and more ", "forbidden_character"),
    (" 26-1120-07 and more", "forbidden_character"),
    ("26-1120-07\uffff and more", "forbidden_character"),
    ("26-1120-07\ufdd0 and more", "forbidden_character"),
    ("26-1120-07\ue000 and more", "forbidden_character"),
    ("26-1120-07\U0001fffe and more", "forbidden_character"),
    ("26-1120-07\U00050000 and more", "forbidden_character"),
    ("26-1120-07\U0010fffd and more", "forbidden_character"),
    ("\u00a0\u3000" * 10, "forbidden_character"),
    (" " * 20, "forbidden_character"),
    ("- - - - - - - - - -", "out_of_bounds"),
    ("\u30fb" * 20, "out_of_bounds"),
    ("\u00d7" * 20, "out_of_bounds"),
)


@pytest.mark.parametrize("field", ["reason", "offence_name"])
def test_a_text_that_nobody_can_read_is_no_request(field: str) -> None:
    """No share button: a reason must be seen, and what looks the same must be the same."""
    city = City()
    for text, rule in TEXTS:
        refusal = city.verify(city.publish(**{field: text}))
        assert getattr(refusal, "rule", None) == rule, text
