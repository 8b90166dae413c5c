"""Everything that is read in the hub's environment: the protocol, and what reaches a hub."""

from __future__ import annotations

from tests.fuzz import hub_inputs, log, messages, page_inputs, resident_inputs, sealing, trust, witness_inputs
from tests.fuzz.target import table

PROTOCOL = table(messages.TARGETS, log.TARGETS, sealing.TARGETS, trust.TARGETS)
HUB = table(hub_inputs.TARGETS, page_inputs.TARGETS, resident_inputs.TARGETS, witness_inputs.TARGETS)
TARGETS = PROTOCOL | HUB
