"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("milton", deadline=None)  # a machine under load is no fault
settings.load_profile("milton")
