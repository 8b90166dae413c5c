"""What scanners type into every field: one list for texts, one for what JSON can hold beside them.

``MARK`` is in each text that may come back, so that it is told from what the hub itself writes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

MARK: Final = "zq7x"
HEADER: Final = f"X-{MARK}"  # what a split answer would have
LONG_CHARS: Final = 5_000  # a request line has at most 8,190
FILE_MARKS: Final = ("root:x:0:", "[officers]", "PRIVATE KEY-----")  # of files that a path could lead to


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """One text; ``never`` may stand in no page. In an address it is sent as ``address``, percent-encoded by default."""

    name: str
    text: str
    never: tuple[str, ...] = ()
    address: str = field(default="")

    @property
    def in_address(self) -> str:
        """Return it as a part of an address."""
        return self.address or quote(self.text, safe="")


def _text(name: str, text: str, *never: str) -> Payload:
    return Payload(name=name, text=text, never=never)


def _sent(name: str, address: str) -> Payload:
    return Payload(name=name, text=address, address=address)


def payloads(canary: str) -> tuple[Payload, ...]:
    """Return all texts; ``canary`` is the address of a server that nobody should ask (``127.0.0.1:PORT``)."""
    return (
        _text("tag", f"<{MARK}>", f"<{MARK}"),
        _text("script", f"</script><script>{MARK}()</script>", f"<script>{MARK}"),
        _text("attribute", f'"on{MARK}="1', f'"on{MARK}="'),
        _text("attribute in single quotes", f"'on{MARK}='1", f"'on{MARK}='"),
        _text("image", f"<img src=x onerror={MARK}()>", f"<img src=x onerror={MARK}"),
        _text("comment", f"--><svg/onload={MARK}()>", f"<svg/onload={MARK}"),
        _text("script's address", f"javascript:{MARK}()", f'href="javascript:{MARK}', f'src="javascript:{MARK}'),
        _text("template", f"{MARK}{{{{7*7}}}}${{7*7}}#{{7*7}}<%=7*7%>{MARK}", f"{MARK}49", f"49{MARK}"),
        _text("format", f"{MARK}{{0.__class__}}%s%n%(a)s{MARK}", f"{MARK}<class", f"{MARK}&lt;class"),
        _text("statement", "%{#context['a']}" + MARK, f"context{MARK}"),
        _text("SQL or", f"{MARK}' OR '1'='1"),
        _text("SQL end", f"{MARK}'; DROP TABLE person; --"),
        _text("SQL union", "zq' UNION SELECT sql FROM sqlite_master --", "CREATE TABLE"),
        _text("SQL number", "1 OR 1=1"),
        _text("SQL pattern", "%_%"),
        _text("SQL escape", "\\"),
        _text("line end", f"a\r\n{HEADER}: 1\r\n\r\n<{MARK}>", f"<{MARK}"),
        _sent("line end, twice encoded", f"a%250d%250a{HEADER}:%201"),
        _sent("line end, as another letter", f"%E5%98%8A%E5%98%8D{HEADER}:%201"),
        _text("traversal", "../../../../../../etc/passwd"),
        _sent("traversal as it is", "../../../../../../etc/passwd"),
        _sent("traversal, twice encoded", "..%252f..%252f..%252fhub.toml"),
        _sent("traversal, back", "..%5c..%5chub.toml"),
        _text("a file", "/etc/passwd"),
        _text("a file's address", "file:///etc/passwd"),
        _text("another server", f"http://{canary}/{MARK}"),
        _text("another server without a scheme", f"//{canary}/{MARK}"),
        _text("another server, hidden", f"http://officers.example@{canary}/{MARK}"),
        _text("another site", f"https://evil.example/{MARK}"),
        _text("another site, by slashes", f"/\\evil.example/{MARK}"),
        _text("a command", f"$(touch /tmp/{MARK});`touch /tmp/{MARK}`|touch /tmp/{MARK}"),
        _text("long", MARK + "A" * LONG_CHARS),
        _text("digits", "9" * 400),
        _text("NUL", "a\0b"),
        _sent("no UTF-8", "%ff%fe"),
        _sent("a surrogate", "%ed%a0%80"),
        _sent("a percent sign", "%"),
        _text("turned", f"\u202e{MARK}\u2066"),
        _text("digits of others", "\u0661\u0662\u0663"),
        _text("no digit", "\u00b2"),
        _text("beyond the plane", "\U0001f4a5" * 8),
        _text("empty", ""),
        _text("blank", " "),
        _text("negative", "-1"),
        _text("zero", "0"),
        _text("beyond 64 bits", "18446744073709551616"),
        _text("exponent", "1e999"),
        _text("not a number", "NaN"),
        _text("a list", "[]"),
        _text("an object", '{"$gt": ""}'),
        _text("no time", "2026-02-31T25:61:61Z"),
        _text("the last day", "9999-12-31"),
        _text("the first day", "0001-01-01"),
    )


# What a body's field may be instead of what it is.
OTHER_TYPES: Final[tuple[object, ...]] = (
    None,
    True,
    0,
    -1,
    2**53,
    2**63,
    1.5,
    "",
    [],
    {},
    ["a"],
    {"$gt": ""},
    {"__proto__": {"is": "admin"}},
    [[[[[[[[[[[[[[[1]]]]]]]]]]]]]]],
    "\ud800",
    "A" * 200_000,
)
HEADERS_TRIED: Final = (
    "Accept",
    "Accept-Language",
    "Cookie",
    "Forwarded",
    "If-None-Match",
    "Range",
    "Referer",
    "User-Agent",
    "X-Forwarded-Host",
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Original-URL",
    "X-Real-IP",
)
