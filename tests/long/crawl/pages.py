"""What a page offers and loads: links, forms, and what no page of the hub has."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self

_ADDRESSES = {
    "a": ("href",),
    "area": ("href",),
    "base": ("href",),
    "button": ("formaction",),
    "form": ("action",),
    "iframe": ("src", "srcdoc"),
    "img": ("src", "srcset"),
    "input": ("formaction", "src"),
    "link": ("href",),
    "object": ("data",),
    "script": ("src",),
    "source": ("src", "srcset"),
    "use": ("href", "xlink:href"),
    "video": ("poster", "src"),
}
_FIELDS = frozenset({"button", "input", "select", "textarea"})


@dataclass(kw_only=True)
class Form:
    """A form that works without a script: its fields that have a name."""

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class Page(HTMLParser):
    """One page, read."""

    links: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    addresses: list[tuple[str, str]] = field(default_factory=list)  # element, address
    nonces: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin to read."""
        super().__init__(convert_charrefs=True)

    @classmethod
    def of(cls, text: str) -> Self:
        """Read a page."""
        page = cls()
        page.feed(text)
        page.close()
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element offers, loads or runs."""
        given = {name: value or "" for name, value in attrs}
        self.faults += [f"<{tag}> has {name}" for name in given if name.startswith("on") or name == "style"]
        self.addresses += [(tag, given[name]) for name in _ADDRESSES.get(tag, ()) if name in given]
        if given.get("http-equiv", "").lower() in {"refresh", "set-cookie"}:
            self.faults.append(f"<{tag} http-equiv={given['http-equiv']}>")
        if tag in {"iframe", "object", "embed", "base"}:
            self.faults.append(f"<{tag}>")
        if tag in {"script", "style"}:
            self._note_nonce(tag, given)
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
            if given.get("target") == "_blank" and "noopener" not in given.get("rel", ""):
                self.faults.append("a link opens a window that can reach back")
        if tag == "form":
            self.forms.append(Form(method=given.get("method", "get").upper(), action=given.get("action", "")))
        elif tag in _FIELDS and self.forms and given.get("name"):
            self.forms[-1].fields[given["name"]] = given.get("value", "")

    def _note_nonce(self, tag: str, given: dict[str, str]) -> None:
        """Note by which nonce it may run; what comes from a file of the hub's own needs none."""
        if "nonce" in given:
            self.nonces.add(given["nonce"])
        elif given.get("type") == "application/json":
            return  # data, which nothing runs
        elif tag == "style" or not given.get("src"):  # a file's address is judged with all others
            self.faults.append(f"a <{tag}> without a nonce")
