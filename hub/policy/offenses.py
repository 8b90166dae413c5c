"""The offences that footage may be asked for; a reason in free text alone is never enough.

``urgent`` marks those for which a request may be urgent (docs/domain.md): somebody is in danger now. One that is
``retired`` can be asked for no more, and its name stays for what was asked before. A city begins with ``OFFENSES``, and
its administrators change their list (:mod:`hub.policy.service`). Traffic violations are not in it on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Offense:
    """One entry: the code in requests and in the public log, the name that residents read."""

    code: str
    name: str
    urgent: bool = False
    retired: bool = False


_ALL = (
    Offense(code="16-5-1", name="Murder or manslaughter, O.C.G.A. 16-5-1", urgent=True),
    Offense(code="16-5-21", name="Aggravated assault, O.C.G.A. 16-5-21", urgent=True),
    Offense(code="16-5-40", name="Kidnapping, O.C.G.A. 16-5-40", urgent=True),
    Offense(code="16-6-1", name="Rape or sexual assault, O.C.G.A. 16-6-1", urgent=True),
    Offense(code="16-7-1", name="Burglary, O.C.G.A. 16-7-1"),
    Offense(code="16-7-23", name="Criminal damage to property, O.C.G.A. 16-7-23"),
    Offense(code="16-7-60", name="Arson, O.C.G.A. 16-7-60"),
    Offense(code="16-8-2", name="Theft by taking, O.C.G.A. 16-8-2"),
    Offense(code="16-8-18", name="Entering automobile, O.C.G.A. 16-8-18"),
    Offense(code="16-8-40", name="Robbery, O.C.G.A. 16-8-40", urgent=True),
    Offense(code="40-6-270", name="Hit and run with injury, O.C.G.A. 40-6-270"),
    Offense(code="missing-person", name="Missing person", urgent=True),
)
OFFENSES: Mapping[str, Offense] = MappingProxyType({offence.code: offence for offence in _ALL})
