"""Each field type has one form, and bounds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milton_protocol.base64_text import b64, read_b64, read_base64, standard_base64
from milton_protocol.errors import ProtocolError
from milton_protocol.fields import Fields, require_period, require_sorted, require_unique
from milton_protocol.geometry import Point
from milton_protocol.sealing.keys import Identity, format_recipient
from milton_protocol.times import format_time, format_time_ms

if TYPE_CHECKING:
    from collections.abc import Callable

MOMENT = datetime(2026, 3, 8, 6, 59, 59, 987_654, tzinfo=UTC)


class Color(StrEnum):
    """A closed list."""

    RED = "red"


def rule_of(act: Callable[[], object]) -> str:
    """Return the rule that an act breaks."""
    with pytest.raises(ProtocolError) as caught:
        act()
    return caught.value.rule


RECIPIENT = Identity.generate().recipient


def of(value: object) -> Fields:
    """Return a reader of an object with the one field x."""
    return Fields.of({"x": value})


def test_good_values_are_read() -> None:
    """One of each type."""
    assert of("a b").text("x", 3) == "a b"
    assert of("a\nb").raw_text("x", 3) == "a\nb"
    assert of("milton-pd").id("x") == "milton-pd"
    assert of("Íñigo Peña \u2013 ½ 5° “a”").text("x", 30) == "Íñigo Peña \u2013 ½ 5° “a”"
    assert of("¡Ñ!").words("x", 3) == "¡Ñ!"
    assert of("MPD #26/1.0_7-A b").code("x", 17) == "MPD #26/1.0_7-A b"
    assert of("-").code_or_none("x", 9) == "-"
    assert of("+1 (678) 242.2500").phone_number("x", 40) == "+1 (678) 242.2500"
    assert of(-7).integer("x", -7, 7) == -7
    assert of(value=False).boolean("x") is False
    assert of("_-8").b64("x", 2, 2) == b"\xff\xef"
    assert of("/+8=").base64("x", 2, 2) == b"\xff\xef"
    assert of("00ff").hex("x", 4) == "00ff"
    assert of("2026-02-28T23:59:59Z").time("x") == datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC)
    assert of("2026-02-28T23:59:59.010Z").time_ms("x") == datetime(2026, 2, 28, 23, 59, 59, 10_000, tzinfo=UTC)
    assert of("2026-02-28").day("x") == date(2026, 2, 28)
    assert of([900_000_000, -1_800_000_000]).point("x") == Point(900_000_000, -1_800_000_000)
    assert of("sign.milton.example").rp_id("x") == "sign.milton.example"
    for origin in ("http://localhost:8443", "https://a:80", "http://a:443", "https://a:1", "https://a:65535"):
        assert of(origin).origin("x") == origin
    assert of("age1" + "q" * 58).age_recipient("x") == "age1" + "q" * 58
    assert of(RECIPIENT).usable_recipient("x") == RECIPIENT
    assert of("red").choice("x", Color) is Color.RED
    assert of(None).optional("x", lambda _: pytest.fail("null is not read")) is None
    assert of([1, 2]).items("x", 2, 2) == (1, 2)
    assert of([1, 2]).value("x") == [1, 2]
    assert of({"y": 1}).child("x").names() == ("y",)


@pytest.mark.parametrize(
    ("read", "value", "rule"),
    [
        (lambda f: f.text("x", 3), 1, "wrong_type"),
        (lambda f: f.text("x", 3), "", "out_of_bounds"),
        (lambda f: f.text("x", 3), "abcd", "out_of_bounds"),
        (lambda f: f.text("x", 9, min_chars=3), "ab", "out_of_bounds"),
        *[
            (lambda f: f.text("x", 9), f"a{char}b", "forbidden_character")
            for char in "\x00\n\x1f\x7f\x80\x9f\u202a\u202e\u2066\u2069"
            "\xad\u034f\u061c\u115f\u180e\u200b\u200d\u200f\u2028\u2029\u2060\u2064\u2800\u3164\ufe0f\ufeff\ufffb\U000e0041"
            "\xa0\u1680\u2000\u200a\u202f\u205f\u3000\ue000\uf8ff\ufdd0\ufdef\ufffe\uffff"
            "\U0001fffe\U0002ffff\U0003fffe\U00040000\U000dfffd\U000f0000\U0010ffff"
        ],
        *[(lambda f: f.text("x", 9), text, "forbidden_character") for text in (" ", " a", "a ")],
        *[
            (lambda f: f.words("x", 20), text, "out_of_bounds")
            for text in ("-" * 20, "?!", "\u0660", "\u4e2d", "\u00d7", "")
        ],
        *[
            (lambda f: f.code("x", 9), text, "not_a_code")
            for text in ("a  b", "- .", "-", "é", "\uff11", "a\u2010b", "a:b", "a(b)", "a\\b", '"a"', "a\u0301")
        ],
        (lambda f: f.code("x", 9), "a ", "forbidden_character"),
        (lambda f: f.code("x", 9), "1234567890", "out_of_bounds"),
        (lambda f: f.code("x", 9), 1, "wrong_type"),
        (lambda f: f.code_or_none("x", 9), "--", "not_a_code"),
        *[
            (lambda f: f.phone_number("x", 40), text, "not_a_phone_number")
            for text in ("911", "(678) 242-2500", "678-242-250x", "678-242-250\u0660", "++1 555 0100", "1" + "2" * 39)
        ],
        (lambda f: f.phone_number("x", 40), "1" * 41, "out_of_bounds"),
        (lambda f: f.raw_text("x", 3), "abcd", "out_of_bounds"),
        (lambda f: f.id("x"), "", "not_an_id"),
        (lambda f: f.id("x"), "Milton", "not_an_id"),
        (lambda f: f.id("x"), "a" * 65, "not_an_id"),
        (lambda f: f.id("x"), "a/b", "not_an_id"),
        (lambda f: f.id("x"), "a\n", "not_an_id"),
        (lambda f: f.id("x"), None, "wrong_type"),
        (lambda f: f.integer("x", 0, 5), 6, "out_of_bounds"),
        (lambda f: f.integer("x", 0, 5), -1, "out_of_bounds"),
        (lambda f: f.integer("x", 0, 5), True, "wrong_type"),
        (lambda f: f.integer("x", 0, 5), "1", "wrong_type"),
        (lambda f: f.boolean("x"), 0, "wrong_type"),
        (lambda f: f.b64("x", 0, 9), "a", "not_b64"),
        (lambda f: f.b64("x", 0, 9), "a===", "not_b64"),
        (lambda f: f.b64("x", 0, 9), "_-8=", "not_b64"),
        (lambda f: f.b64("x", 0, 9), "/+8", "not_b64"),
        (lambda f: f.b64("x", 0, 9), "_-9", "not_b64"),  # unused bits that are not zero
        (lambda f: f.b64("x", 0, 9), "_-8\n", "not_b64"),
        (lambda f: f.b64("x", 0, 9), 1, "wrong_type"),
        (lambda f: f.b64("x", 3, 9), "_-8", "out_of_bounds"),
        (lambda f: f.base64("x", 0, 9), "_-8=", "not_b64"),
        (lambda f: f.base64("x", 0, 9), "/+8", "not_b64"),
        (lambda f: f.base64("x", 0, 9), "/+9=", "not_b64"),
        (lambda f: f.base64("x", 0, 9), "/+8=\n", "not_b64"),
        (lambda f: f.base64("x", 0, 9), "é", "not_b64"),
        (lambda f: f.base64("x", 3, 9), "/+8=", "out_of_bounds"),
        (lambda f: f.hex("x", 4), "00FF", "not_hex"),
        (lambda f: f.hex("x", 4), "00f", "not_hex"),
        (lambda f: f.hex("x", 4), "00fg", "not_hex"),
        (lambda f: f.hex("x", 4), 0, "wrong_type"),
        (lambda f: f.time("x"), "2026-02-29T00:00:00Z", "not_a_time"),
        (lambda f: f.time("x"), "2026-02-28T24:00:00Z", "not_a_time"),
        (lambda f: f.time("x"), "2026-02-28T23:59:60Z", "not_a_time"),
        (lambda f: f.time("x"), "2026-02-28T23:59:61Z", "not_a_time"),
        (lambda f: f.time("x"), "2026-02-28T23:59:59+00:00", "not_a_time"),
        (lambda f: f.time("x"), "2026-02-28T23:59:59.000Z", "not_a_time"),
        (lambda f: f.time("x"), "2026-02-28 23:59:59Z", "not_a_time"),
        (lambda f: f.time("x"), "२०२६-02-28T23:59:59Z", "not_a_time"),
        (lambda f: f.time("x"), "0000-02-28T23:59:59Z", "not_a_time"),
        (lambda f: f.time("x"), 0, "wrong_type"),
        (lambda f: f.time_ms("x"), "2026-02-28T23:59:59Z", "not_a_time"),
        (lambda f: f.time_ms("x"), "2026-02-28T23:59:59.0100Z", "not_a_time"),
        (lambda f: f.day("x"), "2026-2-28", "not_a_time"),
        (lambda f: f.point("x"), [1], "wrong_type"),
        (lambda f: f.point("x"), [1, 2, 3], "wrong_type"),
        (lambda f: f.point("x"), "12", "wrong_type"),
        (lambda f: f.point("x"), [900_000_001, 0], "out_of_bounds"),
        (lambda f: f.point("x"), [0, -1_800_000_001], "out_of_bounds"),
        (lambda f: f.rp_id("x"), "https://a", "not_an_address"),
        (lambda f: f.origin("x"), "https://a/", "not_an_address"),
        (lambda f: f.origin("x"), "ftp://a", "not_an_address"),
        *[
            (lambda f: f.origin("x"), f"https://a:{port}", "not_an_address")
            for port in ("", "0", "00", "0443", "443", "65536", "99999", "-1", "100000", "\u0668")
        ],
        (lambda f: f.origin("x"), "http://a:80", "not_an_address"),
        (lambda f: f.origin("x"), 'https://a","', "not_an_address"),
        (lambda f: f.age_recipient("x"), "age1", "not_an_age_recipient"),
        (lambda f: f.age_recipient("x"), "age1" + "b" * 58, "not_an_age_recipient"),
        (lambda f: f.age_recipient("x"), "AGE1" + "Q" * 58, "not_an_age_recipient"),
        (lambda f: f.usable_recipient("x"), "age1", "not_an_age_recipient"),
        (lambda f: f.usable_recipient("x"), "age1" + "q" * 58, "age_key_malformed"),
        (lambda f: f.usable_recipient("x"), format_recipient(bytes(32)), "age_key_malformed"),
        (lambda f: f.choice("x", Color), "blue", "unknown_choice"),
        (lambda f: f.choice("x", Color), 1, "wrong_type"),
        (lambda f: f.items("x", 0, 1), {}, "wrong_type"),
        (lambda f: f.items("x", 0, 1), [1, 2], "out_of_bounds"),
        (lambda f: f.items("x", 1, 1), [], "out_of_bounds"),
        (lambda f: f.child("x"), [], "wrong_type"),
        (lambda f: f.objects("x", 0, 9, lambda one: one.id("y")), [{"y": "a", "z": 1}], "unknown_field"),
        (lambda f: f.objects("x", 0, 9, lambda one: one.id("y")), [1], "wrong_type"),
        (lambda f: f.constant("x", "a"), "b", "unknown_type"),
        *[(lambda f: f.constant("x", "a"), value, "wrong_type") for value in (1, None, True, ["a"])],
        (lambda f: f.text("y", 9), 1, "missing_field"),
        (lambda f: f.done(), 1, "unknown_field"),
    ],
)
def test_a_wrong_value_is_refused_by_the_rule_it_breaks(
    read: Callable[[Fields], object], value: object, rule: str
) -> None:
    """Wrong type, form, bounds and name."""
    assert rule_of(lambda: read(of(value))) == rule


def test_a_message_names_its_type_and_version() -> None:
    """Another of either is refused."""
    Fields.of({"type": "milton/x", "version": 1}).header("milton/x")
    assert rule_of(lambda: Fields.of({"type": "milton/y", "version": 1}).header("milton/x")) == "unknown_type"
    assert rule_of(lambda: Fields.of({"type": "milton/x", "version": 2}).header("milton/x")) == "unknown_version"
    for version in (0, -1, 2**53 - 1, -(2**53 - 1)):
        other = Fields.of({"type": "milton/x", "version": version})
        assert rule_of(lambda other=other: other.header("milton/x")) == "unknown_version"
    for wrong in ("1", True, None):
        assert rule_of(lambda wrong=wrong: Fields.of({"type": "x", "version": wrong}).header("x")) == "wrong_type"
        assert rule_of(lambda wrong=wrong: Fields.of({"type": not wrong, "version": 1}).header("x")) == "wrong_type"
    assert rule_of(lambda: Fields.of([])) == "wrong_type"


def test_a_refusal_says_where() -> None:
    """The path to the field."""
    with pytest.raises(ProtocolError) as caught:
        Fields.of({"people": [{"name": 1}]}).objects("people", 0, 9, lambda one: one.text("name", 9))
    assert str(caught.value) == "wrong_type: people[0].name"


@given(st.binary(max_size=40))
def test_bytes_come_back_from_both_base64_forms(data: bytes) -> None:
    """Whatever they are."""
    assert read_b64(b64(data), "x") == data
    assert read_base64(standard_base64(data), "x") == data


@given(st.text(max_size=12))
def test_a_text_is_base64_in_one_form_or_refused(text: str) -> None:
    """Two texts never mean the same bytes."""
    for read, write in ((read_b64, b64), (read_base64, standard_base64)):
        try:
            data = read(text, "x")
        except ProtocolError:
            continue
        assert write(data) == text


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)))  # noqa: DTZ001 - st adds the zone
def test_a_time_is_read_as_it_was_written(moment: datetime) -> None:
    """To the second, and to the millisecond."""
    aware = moment.replace(tzinfo=UTC)
    assert of(format_time(aware)).time("x") == aware.replace(microsecond=0)
    assert of(format_time_ms(aware)).time_ms("x") == aware.replace(microsecond=aware.microsecond // 1000 * 1000)


def test_times_are_written_in_utc() -> None:
    """Whatever zone they come in; one without a zone is a mistake."""
    eastern = timezone(timedelta(hours=-5))
    assert format_time(MOMENT.astimezone(eastern)) == "2026-03-08T06:59:59Z"
    assert format_time_ms(MOMENT.astimezone(eastern)) == "2026-03-08T06:59:59.987Z"
    with pytest.raises(ValueError, match="without a zone"):
        format_time(MOMENT.replace(tzinfo=None))


def test_lists_are_sorted_without_repetition() -> None:
    """So that a set has one form."""
    require_sorted(("a", "b"), "x")
    require_unique((b"1", b"2"), "x")
    assert rule_of(lambda: require_sorted(("b", "a"), "x")) == "not_sorted"
    assert rule_of(lambda: require_sorted(("a", "a"), "x")) == "duplicate_item"


def test_a_period_ends_after_it_begins_and_within_its_bound() -> None:
    """The bound itself is allowed."""
    day = timedelta(days=1)
    require_period(MOMENT, MOMENT + day, "x", day)
    require_period(MOMENT, MOMENT + 9 * day, "x")
    assert rule_of(lambda: require_period(MOMENT, MOMENT, "x")) == "wrong_period"
    assert rule_of(lambda: require_period(MOMENT, MOMENT + day + timedelta(seconds=1), "x", day)) == "wrong_period"
