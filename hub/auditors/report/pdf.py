"""Write a report as a PDF: tables of text, the same bytes for the same report."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.units import inch
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

    from hub.auditors.report.report import Report

_WIDTHS = (4.7 * inch, 1.8 * inch)


def pdf_of(report: Report, agency_name: str) -> bytes:
    """Return the PDF. It takes a good part of a second: call it in a thread."""
    styles = getSampleStyleSheet()
    title = f"{agency_name}: footage requests, {report.quarter.name}"
    flow: list[Flowable] = [Paragraph(escape(title), styles["Title"]), Paragraph(escape(report.note), styles["Normal"])]
    look = TableStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.4, colors.grey),
            ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ]
    )
    for section in report.sections:
        head = [Paragraph(escape(section.title), styles["Heading4"]), Paragraph("Figure", styles["Heading4"])]
        lines = [[Paragraph(escape(word), styles["Normal"]) for word in line] for line in section.lines]
        table = Table([head, *lines], colWidths=_WIDTHS, repeatRows=1)
        table.setStyle(look)
        flow += [Spacer(1, 0.2 * inch), table]
    out = BytesIO()
    SimpleDocTemplate(out, pagesize=LETTER, title=title, author=agency_name, lang="en-US", invariant=1).build(flow)
    return out.getvalue()
