"""What the hub refuses: a stable rule, an HTTP status, one sentence."""

from __future__ import annotations

from aiohttp import web


class HubError(Exception):
    """A rule of the hub was broken; ``rule`` is stable, ``message`` is one sentence for a person."""

    def __init__(self, rule: str, status: int, message: str, *, headers: dict[str, str] | None = None) -> None:
        """Keep what :func:`hub.web.errors.translate_errors` needs to answer."""
        super().__init__(f"{rule}: {message}")
        self.rule = rule
        self.status = status
        self.message = message
        self.headers = headers or {}


def too_many(rule: str, message: str, *, wait_s: int | None = None) -> HubError:
    """Return the refusal of more than one may have (429); ``wait_s``: after so many seconds it may be tried again."""
    headers = None if wait_s is None else {"Retry-After": str(wait_s)}
    return HubError(rule, web.HTTPTooManyRequests.status_code, message, headers=headers)
