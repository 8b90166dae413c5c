"""Dispatches messages: finds the session and the enrollment, and sends refusals by their rule's name."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from homeassistant.components.websocket_api.decorators import async_response
from homeassistant.components.websocket_api.messages import BASE_COMMAND_MESSAGE_SCHEMA
from homeassistant.helpers.translation import async_get_exception_message

from ...approvers.session import session_of
from ...cases.state import ConsentError
from ...const import DOMAIN, LOGGER, STORAGE_FAILED
from ...errors import MiltonShareError
from ...sources.errors import SourceError
from ..lookup import running_home
from .encode import to_json

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    import voluptuous as vol
    from homeassistant.components.websocket_api.connection import ActiveConnection
    from homeassistant.components.websocket_api.const import WebSocketCommandHandler
    from homeassistant.core import HomeAssistant

    from ...approvers.rules import Session
    from ..service import PanelService

type Message = Mapping[str, Any]  # what the command's schema let through


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One caller's message, checked against its schema."""

    hass: HomeAssistant
    panel: PanelService
    session: Session
    refresh_token_id: str | None
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command: its name, its fields, and what it does."""

    name: str
    run: Callable[[Call], Awaitable[object]]
    fields: Mapping[str | vol.Marker, object] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """Return its name on the wire."""
        return f"{DOMAIN}/{self.name}"

    def message_schema(self) -> vol.Schema:
        """Return a message's schema, without its id."""
        form: dict[str | vol.Marker, object] = {"type": self.type, **self.fields}
        return BASE_COMMAND_MESSAGE_SCHEMA.extend(form)


def send_refusal(connection: ActiveConnection, message_id: int, rule: str) -> None:
    """Answer with the broken rule's name and its sentence."""
    sentence = async_get_exception_message(DOMAIN, rule)
    connection.send_error(message_id, rule, sentence, translation_key=rule, translation_domain=DOMAIN)


async def _judged(command: Command, call: Call, user_name: str | None) -> object:
    """Run a command; record a refusal for the approvers before responding."""
    try:
        return await command.run(call)
    except (MiltonShareError, ConsentError) as refusal:
        await call.panel.note_refused(call.session, user_name or "", command.name, refusal.rule)
        raise


def handler_of(command: Command) -> WebSocketCommandHandler:
    """Return the handler that Home Assistant calls for a command's messages."""
    failing: set[str] = set()  # kinds of failure that were logged since the command last worked

    @async_response
    async def handle(hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]) -> None:
        try:
            call = Call(
                hass=hass,
                panel=running_home(hass).panel,
                session=session_of(hass, connection.user, connection.refresh_token_id),
                refresh_token_id=connection.refresh_token_id,
                message=message,
            )
            result = await _judged(command, call, connection.user.name)
        except (MiltonShareError, ConsentError) as refusal:
            send_refusal(connection, message["id"], refusal.rule)
        except (OSError, sqlite3.Error, SourceError) as error:
            kind = type(error).__name__  # and no more: its words can hold a path
            if kind not in failing:
                failing.add(kind)
                LOGGER.warning("This home's own storage failed at %s: %s", command.type, kind)
            send_refusal(connection, message["id"], STORAGE_FAILED)
        else:
            failing.clear()
            connection.send_result(message["id"], to_json(result))

    return handle
