"""A home, another site and a forged order, against the pages that officers look at."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from milton_protocol import canonical
from tests.browser.homes import Answer, film, share
from tests.browser.officers import SMALL, Wanted, publish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import BrowserContext, Page

    from tests.browser.conftest import City

HTML = '"><img src=x onerror=document.title=1>{{7*7}}</script>'
EVIL = "http://evil.localhost"


@pytest.fixture(scope="module")
def clip() -> bytes:
    """Film two seconds."""
    return film()


@pytest.fixture(scope="module")
def request_id(city: City, officer_profile: BrowserContext) -> str:
    """Publish a request that says hostile things."""
    page = officer_profile.new_page()
    wanted = Wanted(reason=f"Several cars were opened overnight by one person. {HTML}")
    published = publish(page, city, wanted)
    page.close()
    return published


def bent(change: Callable[[dict[str, Any]], None]) -> Callable[[bytes], bytes]:
    """Change a manifest's predicate; it stays canonical."""

    def bend(statement: bytes) -> bytes:
        value: Any = canonical.decode(statement)
        change(value["predicate"])
        return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode(
            "utf-8", "surrogatepass"
        )

    return bend


def opened(page: Page, city: City, token: str, request_id: str, answer: Answer) -> str:
    """Share, open on the officer's page, and return what the page says of it."""
    sealed = share(city, token, request_id, answer)
    page.goto(f"{city.officers}/shares/{sealed.share.share_id}")
    page.set_input_files("#identity-file", city.folder / "offline" / "officer.age")
    page.click("#open")
    page.wait_for_selector("body[data-clip=verified], body[data-clip=broken]")
    return page.inner_text("#provenance")


def untouched(page: Page) -> bool:
    """Say that nothing of the hostile text has become an element."""
    return page.locator("img").count() == 0 and page.title() != "1"


# A home


def test_a_cameras_name_is_only_text_in_the_officers_browser(
    city: City, officer: Page, home: str, request_id: str, clip: bytes
) -> None:
    """HTML in the label and in the names of programs is shown as it is."""

    def change(predicate: dict[str, Any]) -> None:
        predicate["camera"]["label"] = HTML
        predicate["software"] = {HTML: HTML, "__proto__": "1"}

    said = opened(officer, city, home, request_id, Answer(clip=clip, bend=bent(change)))
    assert "The bytes are those that the owner approved" in said
    assert officer.inner_text("#camera-label") == HTML
    assert untouched(officer)


def _set(*path: str, to: object) -> Callable[[dict[str, Any]], None]:
    def change(predicate: dict[str, Any]) -> None:
        for name in path[:-1]:
            predicate = predicate[name]
        predicate[path[-1]] = to

    return change


def _key(second: int, *corners: tuple[int, int]) -> dict[str, object]:
    return {"at": f"2026-11-10T07:00:{second:02}.000Z", "corners": [list(corner) for corner in corners]}


LEFT, RIGHT = ((0, 0), (100, 0), (0, 100)), ((9_900, 0), (10_000, 0), (9_900, 100))


def _masks(*masks: list[dict[str, object]]) -> Callable[[bytes], bytes]:
    return bent(_set("edits", "masks", to=[{"keys": keys} for keys in masks]))


def test_hidden_parts_are_told_and_how_many_of_them_move(
    city: City, officer: Page, home: str, request_id: str, clip: bytes
) -> None:
    """Two masks, one that moves."""
    bend = _masks([_key(0, *LEFT)], [_key(0, *LEFT), _key(5, *RIGHT)])
    said = opened(officer, city, home, request_id, Answer(clip=clip, bend=bend))
    assert "2 parts of the picture are hidden" in said
    assert "1 of them moves" in said
    assert "30 frames re-encoded" in said


def _range(from_h: int, until_h: int, **changes: object) -> dict[str, object]:
    begin, end = (f"2026-11-10T{hour:02}:00:00.000Z" for hour in (from_h, until_h))
    return {"from": begin, "until": end, "first_frame": begin, "stored_ms": 0} | changes


def _ranges(*ranges: dict[str, object]) -> Callable[[bytes], bytes]:
    return bent(_set("ranges", to=list(ranges)))


def test_several_ranges_are_told_and_where_each_is_in_the_clip(
    city: City, officer: Page, home: str, request_id: str, clip: bytes
) -> None:
    """Three, of which one has nothing."""
    nothing = {"first_frame": None, "stored_ms": None}
    bend = _ranges(_range(7, 8), _range(9, 10, **nothing), _range(11, 12, stored_ms=3_600_000))
    said = opened(officer, city, home, request_id, Answer(clip=clip, bend=bend))
    assert "Range 1 of 3" in said
    assert "Nothing was recorded" in said
    assert "From 60:00.0 in the clip" in said


def _card(predicate: dict[str, Any]) -> None:
    """Say all that a test card says."""
    predicate |= {"segments": [], "test_card": True, "edits": {"audio": "absent", "masks": []}}
    predicate["clock"] = {"method": "owner", "offset_ms": 0, "uncertainty_ms": 0, "was_put": False}


FRAME = {"first": 0, "count": 1, "kind": "encoded", "slices_sha256": None}
LIES: dict[str, Callable[[bytes], bytes]] = {
    "a name that reads backwards": bent(_set("camera", "label", to="\u202egnp.exe")),
    "a name with line ends": bent(_set("camera", "label", to="Front\r\ndoor")),
    "a name without end": bent(_set("camera", "label", to="x" * 100_000)),
    "a list for a name": bent(_set("camera", "label", to=["Front door"])),
    "a range that ends before it begins": _ranges(_range(8, 7)),
    "ranges that overlap": _ranges(_range(7, 9), _range(8, 10)),
    "no range": _ranges(),
    "a first frame before its range": _ranges(_range(8, 9, first_frame="2026-11-10T07:59:59.000Z")),
    "a first frame that is nowhere in the clip": _ranges(_range(8, 9, stored_ms=None)),
    "a time that is none": bent(_set("sources_kept_until", to="when pigs fly")),
    "a number for a time": bent(_set("sources_kept_until", to=7)),
    "a clock off by an age": bent(_set("clock", "offset_ms", to=2**53 - 1)),
    "an uncertainty below nothing": bent(_set("clock", "uncertainty_ms", to=-1)),
    "more frames than there are": bent(_set("frames", to=[FRAME | {"count": 2**53 - 1}] * 4)),
    "copied frames without a digest": bent(_set("frames", to=[FRAME | {"kind": "copied"}])),
    "too many gaps": bent(
        _set("gaps", to=[{"from": "2026-11-10T07:00:00.000Z", "until": "2026-11-10T07:00:01.000Z"}] * 1_001)
    ),
    "a mask of two corners": _masks([_key(0, (0, 0), (1, 1))]),
    "a mask that gains a corner": _masks([_key(0, *LEFT), _key(5, *RIGHT, (5, 5))]),
    "a mask outside of the picture": _masks([_key(0, (0, 0), (1, 1), (0, 10_001))]),
    "a mask that goes back in time": _masks([_key(5, *LEFT), _key(0, *RIGHT)]),
    "programs as a list": bent(_set("software", to=["a"])),
    "a version that is no text": bent(_set("software", to={"a": {"b": 1}})),
    "no word on whether it is a test card": bent(lambda predicate: predicate.pop("test_card")),
    "a test card for a request that is no exercise": bent(_card),
    "a test card that says what was recorded": bent(_set("test_card", to=True)),
    "a field more": bent(_set("further", to=1)),
    "another share": bent(_set("share_id", to="00" * 16)),
    "another request": bent(_set("request_id", to="00" * 32)),
    "other recipients": bent(_set("recipients_sha256", to="00" * 32)),
    "one name twice": lambda statement: statement.replace(b'"named":false', b'"named":true,"named":false'),
    "one name twice, the other way round": lambda statement: statement.replace(
        b'"audio":"removed"', b'"audio":"kept","audio":"removed"'
    ),
    "a space": lambda statement: statement.replace(b'"named":false', b'"named": false'),
    "depth without end": lambda statement: statement.replace(b'"gaps":[]', b'"gaps":' + b"[" * 30_000 + b"]" * 30_000),
    "no JSON": lambda _statement: b"\xff\xfe",
}


# One of each kind: what a name is, ranges, times, numbers, masks, test cards, fields, whose it is, how it is written.
OF_EACH_KIND = (
    "a name that reads backwards",
    "ranges that overlap",
    "a time that is none",
    "more frames than there are",
    "a mask that gains a corner",
    "a test card for a request that is no exercise",
    "a field more",
    "another share",
    "one name twice",
    "a space",
    "depth without end",
    "no JSON",
)


@pytest.fixture
def shows_it(city: City, officer: Page, home: str, request_id: str, clip: bytes) -> Callable[[str], bool]:
    """Return what tells whether a clip with such a manifest is shown."""

    def is_shown(name: str) -> bool:
        said = opened(officer, city, home, request_id, Answer(clip=clip, bend=LIES[name]))
        return "A check failed" not in said or officer.is_visible("#stage")

    return is_shown


def test_a_manifest_that_lies_or_can_be_read_in_two_ways_shows_no_clip(shows_it: Callable[[str], bool]) -> None:
    """Each is signed by the share's own key, and refused by name before anything plays."""
    assert [name for name in OF_EACH_KIND if shows_it(name)] == []


@pytest.mark.long
def test_no_other_manifest_that_lies_shows_a_clip(shows_it: Callable[[str], bool]) -> None:
    """The others of each kind."""
    assert [name for name in LIES if name not in OF_EACH_KIND and shows_it(name)] == []


# An officer's own words


def test_a_reason_is_only_text_on_the_page_and_on_the_signer(city: City, officer: Page, request_id: str) -> None:
    """The request's page and the list show it as it was written."""
    officer.goto(f"{city.officers}/requests/{request_id}")
    assert HTML in officer.inner_text("main")
    assert untouched(officer)
    officer.goto(f"{city.officers}/requests")
    assert untouched(officer)


# The signer


def order(**changes: object) -> str:
    """Return a signer's address fragment."""
    value = {
        "version": 1,
        "act": "sign",
        "payload": "e30",
        "role": "officer",
        "credential_ids": [],
        "time_zone": "UTC",
        "return_to": "",
        "state": "word",
    }
    return "#" + base64.urlsafe_b64encode(json.dumps(value | changes).encode()).rstrip(b"=").decode()


def payload_of(page: Page, city: City, request_id: str) -> dict[str, Any]:
    """Return a request's payload as the hub hands it to the signer."""
    page.goto(f"{city.officers}/requests/{request_id}")
    text = json.loads(
        page.inner_text("#page-data") or page.evaluate("() => document.querySelector('#page-data').textContent")
    )["signable"]["payload"]
    value: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return value


def b64_of(value: object) -> str:
    """Return canonical JSON as a signer's order has it."""
    data = json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def refused(page: Page, city: City, fragment: str) -> str:
    """Open the signer with an order; return the rule by which it is refused, nothing when it is not."""
    page.goto("about:blank")
    page.goto(f"{city.signer}/{fragment}")
    page.wait_for_selector("#refused:visible, #signing:visible, #registering:visible")
    assert page.url.startswith(city.signer)
    return page.inner_text("#refused-rule") if page.is_visible("#refused") else ""


def test_the_signer_answers_to_the_officers_pages_alone(city: City, officer: Page, request_id: str) -> None:
    """No other origin, path, scheme, user or look-alike gets an answer, not even that nothing was signed."""
    payload = b64_of(payload_of(officer, city, request_id))
    good = f"{city.officers}/sign-in/return"
    assert refused(officer, city, order(payload=payload, return_to=good)) == ""
    host = city.officers.removeprefix("http://")
    for address in (
        f"{EVIL}/sign-in/return",
        f"http://{host}.evil.localhost/sign-in/return",
        f"http://{host}@evil.localhost/sign-in/return",
        f"https://{host}/sign-in/return",
        f"{city.officers}/requests",
        f"{city.officers}/sign-in/return?next=//evil",
        f"{city.officers}/sign-in/return/../../requests",
        f"blob:{city.officers}/sign-in/return",
        f"javascript:alert(1)//{good}",
        "data:text/html,x",
        "//evil.localhost/sign-in/return",
        "null",
        "",
    ):
        assert refused(officer, city, order(payload=payload, return_to=address)) != "", address
        assert not officer.is_visible("#sign")


def test_the_signer_signs_nothing_that_it_can_not_show(city: City, officer: Page, request_id: str) -> None:
    """Bidirectional controls, a field more, a second reading, another type or part: no button."""
    request = payload_of(officer, city, request_id)
    good = f"{city.officers}/sign-in/return"
    for change in (
        {"reason": "Nothing \u202eserious happened on this street"},
        {"reason": ["x"]},
        {"further": 1},
        {"type": "milton/city-record"},
        {"version": 2},
        {"recipients": []},
        {"from": "2026-13-45T99:99:99Z"},
        {"area": {"kind": "everywhere"}},
        {"drill": "no"},
    ):
        assert refused(officer, city, order(payload=b64_of(request | change), return_to=good)) != "", change
    for text in (json.dumps(request), json.dumps(request, separators=(",", ":"))[:-1] + ',"drill":true}', "[" * 50_000):
        payload = base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
        assert refused(officer, city, order(payload=payload, return_to=good)) != ""
    payload = b64_of(request)
    for wrong in (
        {"role": "owner"},
        {"version": 2},
        {"act": "export"},
        {"act": "register", "options": {"rp": {"id": "evil.localhost"}}},
    ):
        assert refused(officer, city, order(payload=payload, return_to=good, **wrong)) != "", wrong


def test_what_the_signer_shows_does_not_change_under_the_reader(city: City, officer: Page, request_id: str) -> None:
    """A page that opened the signer can put another order into its address; what is on screen stays what is signed."""
    request, good = payload_of(officer, city, request_id), f"{city.officers}/sign-in/return"
    assert refused(officer, city, order(payload=b64_of(request), return_to=good)) == ""
    before = officer.inner_text("#facts"), officer.inner_text("#request-id")
    other = order(payload=b64_of(request | {"reason": "Something else altogether, on another day."}), return_to=good)
    officer.evaluate("fragment => { location.hash = fragment }", other)
    officer.wait_for_timeout(200)
    assert (officer.inner_text("#facts"), officer.inner_text("#request-id")) == before


def test_an_answer_that_this_tab_did_not_ask_for_is_thrown_away(city: City, officer: Page) -> None:
    """A signature or a key that somebody else puts into the return page's address goes nowhere."""
    posts: list[str] = []
    officer.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    for answer in (
        {"version": 1, "act": "sign", "state": "word", "assertion": {"id": "x"}, "registration": None, "error": None},
        {"version": 1, "act": "register", "state": "undefined", "assertion": None, "registration": {}, "error": None},
        {"version": 1, "act": "sign", "assertion": None, "registration": None, "error": HTML},
        {"version": 9},
    ):
        fragment = base64.urlsafe_b64encode(json.dumps(answer).encode()).rstrip(b"=").decode()
        officer.goto("about:blank")
        officer.goto(f"{city.officers}/sign-in/return#{fragment}")
        officer.wait_for_selector("#problem:not(:empty)")
        assert untouched(officer)
    assert posts == []


# Another site


@pytest.fixture
def evil(officer_profile: BrowserContext) -> Iterator[Page]:
    """Return a tab of the signed-in officer's browser, on another site."""
    tab = officer_profile.new_page()
    tab.route(f"{EVIL}/**", lambda route: route.fulfill(content_type="text/html", body="<!doctype html><body>"))
    tab.goto(f"{EVIL}/")
    yield tab
    tab.close()


def test_no_other_site_frames_the_officers_pages_or_the_signer(city: City, evil: Page, request_id: str) -> None:
    """Nobody puts a button of theirs under the officer's finger."""
    for url in (f"{city.officers}/requests/{request_id}", f"{city.officers}/sign-in", f"{city.signer}/"):
        evil.evaluate(
            """url => new Promise(done => {
                const frame = document.createElement("iframe");
                frame.onload = done; frame.src = url; document.body.replaceChildren(frame);
            })""",
            url,
        )
        frame = evil.frames[-1]
        assert frame.url.startswith("chrome-error:"), url


def test_no_other_site_acts_or_reads_with_the_officers_session(
    city: City, evil: Page, officer: Page, request_id: str
) -> None:
    """Forms, fetches with and without CORS, beacons and event streams: the request is as it was."""
    answers = evil.evaluate(
        """async ([base, id]) => {
            const tried = [];
            for (const [path, options] of [
                [`/api/requests/${id}/withdraw`, {method: "POST", mode: "no-cors", credentials: "include", body: "{}"}],
                [`/api/requests/${id}/resolve`, {method: "POST", credentials: "include", body: "{}"}],
                [`/api/requests/${id}`, {credentials: "include"}],
                [`/api/requests`, {credentials: "include"}],
                ["/sign-out", {method: "POST", mode: "no-cors", credentials: "include"}],
            ]) {
                try { tried.push((await fetch(base + path, options)).type); } catch (error) { tried.push("blocked"); }
            }
            navigator.sendBeacon(`${base}/api/requests/${id}/withdraw`, "{}");
            tried.push(await new Promise(done => {
                const stream = new EventSource(`${base}/requests/${id}/events`, {withCredentials: true});
                stream.onerror = () => done("blocked"); stream.onopen = () => done("open");
            }));
            return tried;
        }""",
        [city.officers, request_id],
    )
    assert set(answers) <= {"blocked", "opaque"}
    evil.evaluate(
        """([base, id]) => {
            const form = document.createElement("form");
            form.method = "post"; form.action = `${base}/api/requests/${id}/withdraw`;
            document.body.append(form); form.submit();
        }""",
        [city.officers, request_id],
    )
    evil.wait_for_url(re.compile("withdraw$"))
    assert "wrong_origin" in evil.inner_text("body") or "not_signed_in" in evil.inner_text("body")
    officer.goto(f"{city.officers}/requests/{request_id}")
    assert officer.get_attribute("#state", "data-state") == "published"


def test_a_drawn_area_is_read_as_numbers_alone(city: City, officer: Page) -> None:
    """Text among the points is a problem in words, and no element."""
    officer.goto(f"{city.officers}/requests/new")
    officer.click("#points-toggle")
    for text in (HTML, f"{SMALL}\n{HTML}", "1e999, 0", "NaN, NaN", "0x10, 1", "circle 0, 0 99999999999 m"):
        officer.fill("#points", text)
        officer.click("#points-apply")
        assert untouched(officer)
        assert officer.is_disabled("#submit")
