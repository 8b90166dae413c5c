"""The witnesses of the public log that the owner of this home asks for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ..shared.milton_protocol.translog.verifier_key import VerifierKey
from ..shared.milton_protocol.translog.witness import WitnessPolicy

if TYPE_CHECKING:
    from sqlite3 import Connection

_NAME = "witnesses"
NONE = WitnessPolicy(quorum=0, witnesses=())


def policy(connection: Connection) -> WitnessPolicy:
    """Return what was kept; none at first."""
    row = connection.execute("SELECT value FROM facts WHERE name = ?", (_NAME,)).fetchone()
    if row is None:
        return NONE
    kept = json.loads(row["value"])
    return WitnessPolicy(quorum=kept["quorum"], witnesses=tuple(VerifierKey.parse(vkey) for vkey in kept["witnesses"]))


def save(connection: Connection, policy: WitnessPolicy) -> None:
    """Keep it, in place of what was kept."""
    value = {"quorum": policy.quorum, "witnesses": [witness.format() for witness in policy.witnesses]}
    connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (_NAME, json.dumps(value)))
