"""Change the accounts of a running mosquitto through its dynamic-security plugin."""

from __future__ import annotations

import asyncio
import json
from itertools import batched
from typing import TYPE_CHECKING

import aiomqtt

from hub.broker.accounts import CONTROL_RESPONSE_TOPIC, CONTROL_TOPIC
from hub.broker.endpoint import CALL_TIMEOUT_S
from hub.broker.errors import BrokerError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.broker.accounts import MqttCredentials
    from hub.broker.endpoint import Endpoint
    from milton_protocol.canonical import JsonValue

COMMANDS_PER_MESSAGE = 100  # keeps a message far below mosquitto's packet limit
# Answers that say that the state asked for is there already; a repeat is no failure.
ALREADY_SO = frozenset({"Client already exists", "Client not found"})


async def run_commands(endpoint: Endpoint, who: MqttCredentials, commands: Sequence[dict[str, JsonValue]]) -> None:
    """Run ``commands`` in order; raise BrokerError ``broker_unreachable`` or ``broker_refused``."""
    try:
        async with asyncio.timeout(CALL_TIMEOUT_S), endpoint.client(who) as client:
            await client.subscribe(CONTROL_RESPONSE_TOPIC, qos=1)
            for batch in batched(commands, COMMANDS_PER_MESSAGE, strict=False):
                await client.publish(CONTROL_TOPIC, json.dumps({"commands": batch}), qos=1)
                _check(await anext(aiter(client.messages)))
    except (aiomqtt.MqttError, TimeoutError) as error:
        rule = "broker_unreachable"
        raise BrokerError(rule, type(error).__name__) from error


def _check(message: aiomqtt.Message) -> None:
    """Raise BrokerError ``broker_refused`` when a command failed."""
    responses = json.loads(message.payload)["responses"]
    errors = [entry["error"] for entry in responses if entry.get("error", "") not in {"", *ALREADY_SO}]
    if errors:
        rule = "broker_refused"
        raise BrokerError(rule, errors[0])
