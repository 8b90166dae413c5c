"""QR codes of printed sheets, as SVG in the page itself."""

from __future__ import annotations

import segno
from markupsafe import Markup

RECOVERS = "m"  # 15 % of it may be creased or torn


def qr_svg(text: str, title: str) -> Markup:
    """Return a QR code of ``text``, black on white in either color scheme; ``title`` is what it leads to."""
    code = segno.make(text, error=RECOVERS, micro=False)
    svg = code.svg_inline(border=4, omitsize=True, light="#fff", title=title, svgclass="qr", lineclass=None)
    return Markup(svg)  # noqa: S704 - segno escapes the title, and all else is its own
