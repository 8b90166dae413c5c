"""The sheet of letter codes to print and cut: eight a page, each with its link as a QR code."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.units import inch
from reportlab.pdfgen.canvas import Canvas

if TYPE_CHECKING:
    from datetime import date

COLUMNS, ROWS = 2, 4
_MARGIN = 0.5 * inch
_WIDTH = (LETTER[0] - 2 * _MARGIN) / COLUMNS
_HEIGHT = (LETTER[1] - 2 * _MARGIN) / ROWS
_QR = 1.5 * inch
_LINE = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What one slip says."""

    city_name: str
    origin: str
    code: str
    good_until: date

    @property
    def link(self) -> str:
        """Return the page that takes the code; what follows ``#`` is sent to no server."""
        return f"{self.origin}/join#{self.code}"


def sheet_of(letters: tuple[Letter, ...]) -> bytes:
    """Return the PDF, the same bytes for the same letters. It takes seconds for many: call it in a thread."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=LETTER, invariant=1)
    for number, letter in enumerate(letters):
        place = number % (COLUMNS * ROWS)
        if number and not place:
            canvas.showPage()
        row, column = divmod(place, COLUMNS)
        _draw(canvas, letter, _MARGIN + column * _WIDTH, LETTER[1] - _MARGIN - (row + 1) * _HEIGHT)
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, letter: Letter, left: float, bottom: float) -> None:
    """Draw one slip with its lower left corner there."""
    canvas.rect(left, bottom, _WIDTH, _HEIGHT)
    drawing = Drawing(_QR, _QR)
    drawing.add(QrCodeWidget(letter.link, barWidth=_QR, barHeight=_QR, barLevel="M"))
    renderPDF.draw(drawing, canvas, left + 6, bottom + _HEIGHT - _QR - 6)
    lines = (
        f"{letter.city_name}: camera registry",
        f"{letter.city_name}: registro de cámaras",
        "",
        letter.origin.partition("://")[2],
        letter.code,
        f"One time, until {letter.good_until:%m/%d/%Y}",
        f"Una sola vez, hasta el {letter.good_until:%d/%m/%Y}",
    )
    text = canvas.beginText(left + _QR + 12, bottom + _HEIGHT - 2 * _LINE)
    text.setFont("Helvetica", 9, leading=_LINE)
    for line in lines:
        text.textLine(line)
    canvas.drawText(text)
