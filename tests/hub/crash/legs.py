"""The journey of a hub, leg by leg: each can be walked again from its beginning, as people and homes do after a crash.

Whoever walks repeats calls with the same ids and goes on from what was acknowledged. A leg is written once, without a
word of kills: where a hub may die in it is found from the steps that it takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.hub.crash import governing, office, overseeing, recovering, witnessing
from tests.hub.crash.asking import end_two, expire, give_up, grow_old, publish, revoke_a_logged_officer, sign_officer_in
from tests.hub.crash.commands import leave_case, look_up, sit_together, turn_down, write
from tests.hub.crash.founding import change_directory, found
from tests.hub.crash.holds import keep, let_in, pass_on, sit_down, sort_out
from tests.hub.crash.homes import enrol
from tests.hub.crash.people import register
from tests.hub.crash.residents import come_and_go
from tests.hub.crash.sharing import a_day_passes, accept, agree, days_ago, look, seal_days, share, take_back

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.hub.crash.town import Town

type Walk = Callable[[Town], Awaitable[None]]


async def _nothing(_town: Town) -> None:
    pass


async def _revoke_without_witnesses(town: Town) -> None:
    await witnessing.leave(town)
    await revoke_a_logged_officer(town)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One part of the journey.

    ``prepare`` is what happened before, while nothing could go wrong. ``again`` names further points at which the hub
    dies, beside those that are found: a step, and the so-many-eth time that one process takes it. Where nobody listens
    to the broker, ``broker`` is False and the hub that dies has none.
    """

    name: str
    walk: Walk
    prepare: Walk = _nothing
    again: tuple[tuple[str, int], ...] = ()
    broker: bool = False


LEGS = (
    Leg(name="founding", walk=found, again=(("city.moved_in", 2), *(("file.written", each) for each in (3, 6, 9)))),
    Leg(name="directory", walk=change_directory),
    Leg(name="enrolment", walk=enrol, again=(("broker.file_written", 2), ("topic.published", 3)), broker=True),
    Leg(name="people", walk=register),
    Leg(name="residents", walk=come_and_go),
    Leg(name="publication", walk=publish, prepare=sign_officer_in, broker=True),
    Leg(name="writing", walk=write),
    Leg(name="looking up", walk=look_up, again=(("registry.looked_up", 2),)),
    Leg(name="turning down", walk=turn_down, prepare=sit_together),
    Leg(name="sharing", walk=share, again=(("share.part_stored", 2), ("blob.stored", 2), ("upload.piece_kept", 3))),
    Leg(name="looking", walk=look),
    Leg(name="sorting out", walk=sort_out, prepare=sit_down),
    Leg(name="agreeing", walk=agree),
    Leg(name="accepting", walk=accept, prepare=a_day_passes),
    Leg(name="letting in", walk=let_in, prepare=sit_down),
    Leg(name="passing on", walk=pass_on, prepare=sit_down),
    Leg(name="keeping", walk=keep, prepare=sit_down),
    Leg(name="taking back", walk=take_back),
    Leg(name="days", walk=seal_days, prepare=days_ago),
    Leg(name="ending", walk=end_two),
    Leg(name="case", walk=leave_case, prepare=sign_officer_in),
    Leg(name="expiry", walk=expire, prepare=grow_old, again=(("requests.expired", 1),), broker=True),
    Leg(name="witnessing", walk=witnessing.publish, prepare=witnessing.sit_down, again=(("log.cosigned", 2),)),
    Leg(name="giving up", walk=give_up, prepare=_revoke_without_witnesses),
    Leg(name="governing", walk=governing.govern, prepare=governing.sit_down),
    Leg(name="office", walk=office.let_in_and_put_out, prepare=office.sit_down),
    Leg(name="overseeing", walk=overseeing.oversee, prepare=overseeing.sit_down),
    Leg(name="recovering", walk=recovering.recover),
)
