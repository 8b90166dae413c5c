"""Whose page a request comes from, by what the browser says of it.

Invariants: a change (any method but GET and HEAD) is taken only from a page of the application's own origin, by what
the browser says in ``Origin`` or ``Sec-Fetch-Site``: without either it is refused. No other site's page reads anything
either, nor shows these pages in a frame.
"""

from __future__ import annotations

from aiohttp import hdrs, web

from hub.kit.errors import HubError

SAFE_METHODS = frozenset({hdrs.METH_GET, hdrs.METH_HEAD})
API = "/api/"
_OWN = "same-origin"
_READERS = frozenset({None, _OWN, "none"})  # a client that is no browser; a page of ours; an address that was typed
_FRAMES = frozenset({"frame", "iframe", "fencedframe", "embed", "object"})  # of another page: ours have none


def check_origin(request: web.Request, origin: str) -> None:
    """Refuse what another site's page frames, changes or reads (``framed``, ``wrong_origin``: 403).

    To follow a link to a page is not to read it. Browsers show our pages in no frame anyway; here the try gets known.
    A client that is no browser may read without these headers; to change something it has to name the origin.
    """
    if request.headers.get("Sec-Fetch-Dest") in _FRAMES:
        rule = "framed"
        raise HubError(rule, web.HTTPForbidden.status_code, "These pages are shown in no frame.")
    sender, site = request.headers.get(hdrs.ORIGIN), request.headers.get("Sec-Fetch-Site")
    if request.method in SAFE_METHODS:
        is_link = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
        is_followed = is_link and not request.path.startswith(API)
        is_own = is_followed or (sender in {None, origin} and site in _READERS)
    else:
        is_own = (sender, site) in {(origin, _OWN), (origin, None), (None, _OWN)}
    if not is_own:
        rule = "wrong_origin"
        raise HubError(rule, web.HTTPForbidden.status_code, "This came from another site's page.")
