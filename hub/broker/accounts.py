"""Who may speak to the hub's own broker: its dynamic-security document and the commands that change it.

Invariants: whoever is not listed is refused; a home reads its agency's topics by the one wildcard subscription that
every home makes (so a subscription says nothing about what it looks for) and publishes nothing; its client id is its
user name; the publisher can't change accounts and the account keeper can't publish to homes.

The document is derived from the database each time the broker starts, so a lost or restored file brings nobody back.
Its form is that of mosquitto's dynamic-security plugin (mosquitto.org/documentation/dynamic-security).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from milton_protocol.topics import every_topic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from milton_protocol.canonical import JsonValue

PUBLISHER = "hub-publisher"
ACCOUNT_KEEPER = "hub-accounts"
HOME_ROLE = "home"
PUBLISHER_ROLE = "publisher"
ACCOUNT_KEEPER_ROLE = "account-keeper"

CONTROL_TOPIC = "$CONTROL/dynamic-security/v1"
CONTROL_RESPONSE_TOPIC = f"{CONTROL_TOPIC}/response"

# mosquitto's own number: the passwords are 256 random bits, so stretching them adds nothing.
PBKDF2_ITERATIONS = 101
SALT_BYTES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttCredentials:
    """What a client signs in with; the client id is the user name."""

    username: str
    password: str = field(repr=False)


def credentials_for(secret: bytes, username: str) -> MqttCredentials:
    """Derive the password of ``username``: the same again for a repeated enrollment, and kept nowhere."""
    digest = hmac.digest(secret, b"milton mqtt password v1\0" + username.encode(), hashlib.sha256)
    return MqttCredentials(username=username, password=base64.urlsafe_b64encode(digest).rstrip(b"=").decode())


def security_document(
    agency_id: str, hub: Sequence[tuple[MqttCredentials, str]], homes: Sequence[MqttCredentials]
) -> dict[str, JsonValue]:
    """Return the plugin's whole document: nothing is allowed but what the three roles say.

    ``hub`` pairs each of the hub's own clients with its role.
    """
    denied: dict[str, JsonValue] = {
        "publishClientSend": False,
        "publishClientReceive": False,
        "subscribe": False,
        "unsubscribe": False,
    }
    clients: list[JsonValue] = [_client(who, role) for who, role in hub]
    clients.extend(_client(home, HOME_ROLE) for home in homes)
    return {"defaultACLAccess": denied, "roles": _roles(agency_id), "clients": clients}


def account_changes(secret: bytes, known: frozenset[str], wanted: frozenset[str]) -> tuple[dict[str, JsonValue], ...]:
    """Return the plugin's commands that turn the ``known`` homes into the ``wanted`` ones."""
    gone: tuple[dict[str, JsonValue], ...] = tuple(
        {"command": "deleteClient", "username": username} for username in sorted(known - wanted)
    )
    new: tuple[dict[str, JsonValue], ...] = tuple(
        {
            "command": "createClient",
            "username": username,
            "clientid": username,
            "password": credentials_for(secret, username).password,
            "roles": [{"rolename": HOME_ROLE}],
        }
        for username in sorted(wanted - known)
    )
    return gone + new


def _client(who: MqttCredentials, role: str) -> dict[str, JsonValue]:
    salt = secrets.token_bytes(SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", who.password.encode(), salt, PBKDF2_ITERATIONS)
    return {
        "username": who.username,
        "clientid": who.username,
        "password": base64.b64encode(digest).decode(),
        "salt": base64.b64encode(salt).decode(),
        "iterations": PBKDF2_ITERATIONS,
        "roles": [{"rolename": role}],
    }


def _roles(agency_id: str) -> list[JsonValue]:
    everything = every_topic(agency_id)
    grants: Mapping[str, tuple[tuple[str, str], ...]] = {
        HOME_ROLE: (
            ("subscribeLiteral", everything),
            ("unsubscribeLiteral", everything),
            ("publishClientReceive", everything),
        ),
        PUBLISHER_ROLE: (
            ("subscribeLiteral", everything),
            ("publishClientSend", everything),
            ("publishClientReceive", everything),
        ),
        ACCOUNT_KEEPER_ROLE: (
            ("publishClientSend", f"{CONTROL_TOPIC}/#"),
            ("publishClientReceive", f"{CONTROL_TOPIC}/#"),
            ("subscribePattern", f"{CONTROL_TOPIC}/#"),
        ),
    }
    return [
        {"rolename": role, "acls": [{"acltype": kind, "topic": topic, "allow": True} for kind, topic in acls]}
        for role, acls in grants.items()
    ]
