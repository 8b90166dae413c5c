"""Routes of oversight, for auditors."""

from __future__ import annotations

from hub.kit.access import Action
from hub.web.routing import get

_QUARTER = "{quarter:[0-9]{4}-Q[1-4]}"
PAGE = get("/oversight", Action.FLAG_READ)
FLAGS = get("/api/flags", Action.FLAG_READ)
ASKED = (PAGE, FLAGS)
REPORTS_PAGE = get("/oversight/reports", Action.REPORT_READ)
REPORT_PAGE = get(f"/oversight/reports/{_QUARTER}", Action.REPORT_READ)
REPORT_PDF = get(f"/oversight/reports/{_QUARTER}/pdf", Action.REPORT_READ)
