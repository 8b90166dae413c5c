"""Fixtures: those of cases."""

from __future__ import annotations

from tests.hub.cases.conftest import colleague

__all__ = ["colleague"]
