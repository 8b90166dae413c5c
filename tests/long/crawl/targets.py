"""What is asked for: routes of a document, links and forms of pages, and each of them with one payload somewhere."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlsplit

from tests.long.crawl.payloads import HEADERS_TRIED, MARK, OTHER_TYPES, Payload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tests.long.crawl.pages import Form

ALIKE_MAX = 4  # addresses that differ in their ids or values alone
_ID = re.compile(r"[0-9a-f]{16,}|\d+|\d{4}-Q\d")
_PARAMETER = re.compile(r"\{(\w+)\}")


class Place(Enum):
    """Where a payload is put."""

    PATH = "path"
    QUERY = "query"
    BODY = "body"
    FORM = "form"
    HEADER = "header"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One thing to ask for. ``path`` may have ``{name}`` of ``ids``, which are percent-encoded already."""

    method: str
    path: str
    ids: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None  # of JSON
    form: Mapping[str, str] | None = None
    payload: Payload | None = None

    @property
    def address(self) -> str:
        """Return path and query as they are sent; the query's values are encoded already."""
        path = _PARAMETER.sub(lambda found: self.ids[found[1]], self.path)
        return path + ("?" + "&".join(f"{name}={value}" for name, value in self.query.items()) if self.query else "")

    @property
    def shape(self) -> tuple[str, str, tuple[str, ...]]:
        """Return what others that differ in ids and values alone have too."""
        return (self.method, _ID.sub("*", self.path), tuple(sorted(self.query)))


def documented(
    made: Mapping[str, Mapping[str, Mapping[str, Mapping[str, object]]]],
    own: Callable[[str, str, str], str],
    bodies: Callable[[str, str], object],
) -> Iterator[Target]:
    """Yield a target for each operation of a document.

    ``own`` returns an id that there is, for a method, path and name; ``bodies`` a body in form, None for none.
    """
    for path, operations in made["paths"].items():
        for method, operation in operations.items():
            described = json.loads(json.dumps(operation.get("parameters", [])))
            ids = {each["name"]: own(method.upper(), path, each["name"]) for each in described if each["in"] == "path"}
            yield Target(
                method=method.upper(),
                path=path,
                ids=ids,
                query={each["name"]: "" for each in described if each["in"] == "query"},
                body=bodies(method.upper(), path),
            )


def of_link(page: str, link: str) -> Target | None:
    """Return what a link of a page leads to, None where it stays on the page or leaves the hub."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or not (parts.path or parts.query):
        return None
    path = parts.path or urlsplit(page).path
    if not path.startswith("/"):
        path = urlsplit(page).path.rpartition("/")[0] + "/" + path.removeprefix("./")
    query = {name: quote(value, safe="") for name, value in parse_qsl(parts.query, keep_blank_values=True)}
    return Target(method="GET", path=path.replace("{", "%7B"), query=query)


def of_form(page: str, form: Form) -> Target | None:
    """Return what a form sends, None for one that a script sends."""
    if not form.action:
        return None
    action = of_link(page, form.action)
    if action is None:
        return None
    if form.method == "POST":
        return replace(action, method="POST", form=form.fields)
    return replace(action, query={name: quote(value, safe="") for name, value in form.fields.items()})


class Seen:
    """Remembers what was asked for, so that lists of many things alike are looked at a few times."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._addresses: set[tuple[str, str]] = set()
        self._alike: defaultdict[tuple[str, str, tuple[str, ...]], int] = defaultdict(int)

    def is_new(self, target: Target) -> bool:
        """Say whether a target is worth asking for, and remember it."""
        key = (target.method, target.address)
        if key in self._addresses or self._alike[target.shape] >= ALIKE_MAX:
            return False
        self._addresses.add(key)
        self._alike[target.shape] += 1
        return True


def trials(targets: Sequence[Target], texts: Sequence[Payload]) -> Iterator[Target]:
    """Yield every target with every payload in every place that it has, one at a time."""
    for target in targets:
        yield from _in_address(target, texts)
        if target.form is not None:
            yield from _in_form(target, texts)
        if target.body is not None:
            yield from _in_body(target, texts)
        yield from _in_headers(target, texts, target.headers)
    for target in _one_of_each(targets):
        yield from _in_headers(target, texts, HEADERS_TRIED)


def _one_of_each(targets: Sequence[Target]) -> Iterator[Target]:
    """Yield one page, one thing of an API, one without a session."""
    for path in ("/", "/api/requests", "/sign-in", "/enrol", "/v1/feed", "/v1/passed", "/passed/"):
        yield from (each for each in targets if each.path == path and each.method == "GET" and each.form is None)


def _in_address(target: Target, texts: Sequence[Payload]) -> Iterator[Target]:
    for payload in texts:
        for name in target.ids:
            yield replace(target, ids={**target.ids, name: payload.in_address}, payload=payload)
        if target.method == "GET":
            for name in (*target.query, MARK):
                yield replace(target, query={**target.query, name: payload.in_address}, payload=payload)
            yield replace(target, query={**target.query, payload.in_address: "1"}, payload=payload)


def _in_form(target: Target, texts: Sequence[Payload]) -> Iterator[Target]:
    for name in target.form or {}:
        for payload in texts:
            yield replace(target, form={**(target.form or {}), name: payload.text}, payload=payload)


def _in_body(target: Target, texts: Sequence[Payload]) -> Iterator[Target]:
    for way in _ways(target.body):
        for payload in texts:
            yield replace(target, body=_put(target.body, way, payload.text), payload=payload)
        for other in OTHER_TYPES:
            yield replace(target, body=_put(target.body, way, other))


def _in_headers(target: Target, texts: Sequence[Payload], names: Iterable[str]) -> Iterator[Target]:
    for payload in texts:
        if _is_header(payload.text):
            for name in names:
                yield replace(target, headers={**target.headers, name: payload.text}, payload=payload)


def _ways(body: object) -> Iterator[tuple[object, ...]]:
    """Yield the way to each value within a body, itself among them."""
    yield ()
    inner = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in inner:
        yield from ((key, *rest) for rest in _ways(value))


def _put(body: object, way: tuple[object, ...], value: object) -> object:
    """Return a body with one value of it replaced."""
    if not way:
        return value
    key, *rest = way
    if isinstance(body, dict):
        return {**body, key: _put(body[key], tuple(rest), value)}
    assert isinstance(body, list)
    return [_put(each, tuple(rest), value) if at == key else each for at, each in enumerate(body)]


def _is_header(text: str) -> bool:
    """Say whether a client sends this as a header at all."""
    return text.isprintable() and text.isascii()
