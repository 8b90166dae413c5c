"""Wire the witnesses of the public log into a hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.kit.keys import raw_public
from hub.witnesses.line import Line
from hub.witnesses.service import Witnesses
from hub.witnesses.settings import read_witnesses

if TYPE_CHECKING:
    from hub.kit.keys import HubKeys
    from hub.kit.settings import Settings
    from hub.publiclog.service import PublicLog
    from hub.web.context import Hub
    from hub.witnesses.settings import Witness

LOOK_EVERY_S = 60
JITTER_S = 30


def read(settings: Settings, keys: HubKeys) -> tuple[Witness, ...]:
    """Return the witnesses that are set; raise ValueError for what can be none."""
    own_keys = (raw_public(keys.log_key), raw_public(keys.hub_key))
    return read_witnesses(settings.witnesses, demo=settings.demo, origin=settings.log_origin, own_keys=own_keys)


def setup(hub: Hub, log: PublicLog) -> Witnesses:
    """Keep the newest checkpoint cosigned and say when it is not; return who is asked for a request's."""
    line = Line()
    witnesses = Witnesses(
        witnesses=read(hub.settings, hub.keys), line=line, database=hub.database, log=log, clock=hub.clock
    )
    if witnesses.all:
        hub.lifetimes.append(line.running)
        hub.notices.add(witnesses.denial_notice)
        hub.notices.add(witnesses.trouble_notice)
        hub.jobs.every("witnesses", LOOK_EVERY_S, witnesses.look, in_each_worker=True, jitter_s=JITTER_S)
    return witnesses
