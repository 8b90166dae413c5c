"""Every table, imported so that ``Base.metadata`` is whole for alembic and for the schema's test.

A slice with a new table adds its model here and a file under ``hub/db/migrations/versions`` (whose ``down_revision`` is
the newest one there).
"""

from __future__ import annotations

from hub.audit.model import AuditRow
from hub.db.base import Base
from hub.db.counters import Counter
from hub.feed.model import FeedState, Topic
from hub.jobs.model import JobLease

MODELS: tuple[type[Base], ...] = (AuditRow, Counter, FeedState, JobLease, Topic)
METADATA = Base.metadata
