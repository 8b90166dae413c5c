"""What Home Assistant remembers of a camera in a time: rings, when something moved, what the owner named.

Read from its recorder, at home, when an approver looks; nothing of it is kept here, and nothing is sent anywhere.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.event import EventDeviceClass
from homeassistant.const import ATTR_DEVICE_CLASS, STATE_ON, Platform
from homeassistant.core import State
from homeassistant.helpers.recorder import DATA_INSTANCE, get_instance
from homeassistant.util import dt as dt_util

from ..const import LOGGER
from .device_entities import surroundings
from .triggers import entities_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from homeassistant.core import HomeAssistant

ENTITIES_MAX: Final = 12  # a device has a handful that tell of something; as many may be named
STATES_MAX: Final = 4_000  # of all entities: a sensor that flutters
MARKS_MAX: Final = 200  # more lie on top of each other
JOINED_WITHIN: Final = timedelta(seconds=2)  # of two sensors that saw the same
PATIENCE_S: Final = 20.0


class MarkKind(StrEnum):
    """What was noticed."""

    RING = "ring"
    MOTION = "motion"
    OTHER = "other"  # of what the owner named: a gate that opened, a button, a sound


MOVES: Final = frozenset(
    {
        BinarySensorDeviceClass.MOTION,
        BinarySensorDeviceClass.MOVING,
        BinarySensorDeviceClass.OCCUPANCY,
        BinarySensorDeviceClass.PRESENCE,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something that was noticed, from when to when; a ring has no length.

    ``name`` is that of an entity which the owner named; what the camera's own device noticed has none.
    """

    kind: MarkKind
    from_: datetime
    until: datetime
    name: str | None = None


async def marks_of(
    hass: HomeAssistant, camera_id: str, from_: datetime, until: datetime, also_told_by: Iterable[str] = ()
) -> tuple[Mark, ...] | None:
    """Return what was noticed, oldest first; None where Home Assistant can't say (no recorder, or it is too slow).

    ``also_told_by``: what the owner named to have the camera recorded, as it is kept.
    """
    around = surroundings(hass, camera_id)
    of_device = around.telling[:ENTITIES_MAX]
    named = tuple(one for one in entities_of(hass, also_told_by) if one not in of_device)[:ENTITIES_MAX]
    entity_ids = (*of_device, *named)
    if DATA_INSTANCE not in hass.data:
        return None
    if not entity_ids:
        return ()
    try:
        async with asyncio.timeout(PATIENCE_S):
            found = await get_instance(hass).async_add_executor_job(_remembered, hass, entity_ids, from_, until)
    except Exception as error:  # noqa: BLE001  its database is not ours: whatever breaks there, the page does without
        LOGGER.debug("Home Assistant's recorder was not asked: %s", type(error).__name__)
        return None
    return marks_in(found, from_, until, {entity_id: _name(hass, entity_id) for entity_id in named}, around.ringing)


def _name(hass: HomeAssistant, entity_id: str) -> str:
    state = hass.states.get(entity_id)
    return state.name if state else entity_id


def _remembered(
    hass: HomeAssistant, entity_ids: Sequence[str], from_: datetime, until: datetime
) -> Mapping[str, Sequence[State]]:
    from homeassistant.components.recorder import history  # noqa: PLC0415  it needs the recorder's own packages

    found = history.get_significant_states(
        hass, from_, until, list(entity_ids), include_start_time_state=True, significant_changes_only=False
    )
    return {
        entity_id: [state for state in states if isinstance(state, State)][: STATES_MAX // len(entity_ids)]
        for entity_id, states in found.items()
    }


def marks_in(
    remembered: Mapping[str, Sequence[State]],
    from_: datetime,
    until: datetime,
    names: Mapping[str, str] | None = None,
    ringing: Collection[str] = (),
) -> tuple[Mark, ...]:
    """Make marks of states, oldest first; what several entities say of the same is one. Pure.

    ``names`` are those of the entities that the owner named: each of these has marks of its own. ``ringing`` are the
    sensors that a doorbell's button switches on.
    """
    found: list[Mark] = []
    for entity_id, states in remembered.items():
        name = (names or {}).get(entity_id)
        if entity_id.startswith(f"{Platform.EVENT}."):
            found += _events(states, from_, until, name)
        elif entity_id in ringing:
            found += _pressed(states, from_, until)
        else:
            found += _spans(states, from_, until, name)
    kept: list[Mark] = []
    for mark in sorted(found, key=lambda one: (one.kind, one.name or "", one.from_)):
        last = kept[-1] if kept and (kept[-1].kind, kept[-1].name) == (mark.kind, mark.name) else None
        if last is not None and mark.from_ - last.until <= JOINED_WITHIN:
            kept[-1] = replace(last, until=max(last.until, mark.until))
        else:
            kept.append(mark)
    return tuple(sorted(kept, key=lambda one: (one.from_, one.kind))[:MARKS_MAX])


def _events(states: Sequence[State], from_: datetime, until: datetime, name: str | None) -> list[Mark]:
    """Read an event entity: its state is when its last event was."""
    found = []
    for state in states:
        at = dt_util.parse_datetime(state.state)
        if at is None or at.tzinfo is None or not from_ <= at < until:
            continue
        at = at.astimezone(UTC)
        found.append(Mark(kind=_kind_of_event(state, name), from_=at, until=at, name=name))
    return found


def _kind_of_event(state: State, name: str | None) -> MarkKind:
    kind = state.attributes.get(ATTR_DEVICE_CLASS)
    if kind == EventDeviceClass.MOTION:
        return MarkKind.MOTION
    return MarkKind.RING if name is None or kind == EventDeviceClass.DOORBELL else MarkKind.OTHER


def _pressed(states: Sequence[State], from_: datetime, until: datetime) -> list[Mark]:
    """Read the sensor of a doorbell's button: it stays on for a while after.

    One that is on as the time begins was pressed before: what is remembered of it has that moment.
    """
    moments = [state.last_changed.astimezone(UTC) for state in states if state.state == STATE_ON]
    return [Mark(kind=MarkKind.RING, from_=at, until=at) for at in moments if from_ < at < until]


def _spans(states: Sequence[State], from_: datetime, until: datetime, name: str | None) -> list[Mark]:
    """Read a sensor: it is on for as long as something moves, or is open."""
    found = []
    for state, after in zip(states, [*states[1:], None], strict=True):
        if state.state != STATE_ON:
            continue
        start = max(state.last_changed.astimezone(UTC), from_)
        end = until if after is None else min(after.last_changed.astimezone(UTC), until)
        if start < end:
            moves = name is None or state.attributes.get(ATTR_DEVICE_CLASS) in MOVES
            found.append(Mark(kind=MarkKind.MOTION if moves else MarkKind.OTHER, from_=start, until=end, name=name))
    return found
