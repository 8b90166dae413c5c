"""What somebody reads whose device is not let in: why, and what to do, in words that tell nobody else anything.

Nothing else is answered to such a device, no script and no style either, so the page stands alone and has a policy of
its own. It does not say whether a certificate was ever enrolled here, whose it was, or that it was revoked.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ASK = (
    "Ask the people who look after the agency's devices. They need no detail from this page, only which device it is."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """One such page."""

    heading: str
    why: str
    steps: tuple[str, ...]


_NOT_ADMITTED = Outside(
    heading="This device is not let in",
    why="These pages open on devices that the agency has enrolled. This one's certificate does not open them.",
    steps=(
        "If the browser offered several certificates: close its windows, open this page again, choose the agency's.",
        "Use another device of the agency until this one is enrolled.",
        _ASK,
    ),
)
PAGES: Mapping[str, Outside] = MappingProxyType(
    {
        "certificate_needed": Outside(
            heading="This device showed no certificate",
            why="These pages open on devices that the agency has enrolled, and on no other.",
            steps=(
                "On a device of the agency: close the browser's windows, open this page again, choose its certificate.",
                "On a device of your own: use one of the agency's. Yours can't be let in.",
                _ASK,
            ),
        ),
        "certificate_unknown": _NOT_ADMITTED,
        "certificate_revoked": _NOT_ADMITTED,
        "certificate_expired": Outside(
            heading="This device's certificate has run out",
            why="A device is enrolled for two years. Nothing is lost: what you did is on the hub.",
            steps=("Use another device of the agency until this one has a new certificate.", _ASK),
        ),
    }
)


def policy(nonce: str) -> str:
    """Return the content security policy of such a page: its own style, and nothing else."""
    return (
        f"default-src 'none'; style-src 'nonce-{nonce}'; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
