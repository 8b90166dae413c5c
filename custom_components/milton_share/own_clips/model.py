"""What a page is told of clips for the owner's own use: to the person alone who had them cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ..cases.model import ClipView, Gap
    from ..shared.milton_protocol.messages.shares.manifest_parts import Period
    from ..shared.milton_protocol.messages.shares.masks import Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCamera:
    """A camera of which something may be recorded, and what is of the time that was asked about."""

    camera_id: str
    name: str
    recorded: tuple[Gap, ...]
    trouble: str | None  # the rule by which its recorder can't say


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnClip:
    """What became of one camera: a clip, or the rule by which there is none; neither while it is to be cut."""

    clip_id: str
    camera_id: str
    camera_name: str
    name: str  # of the file, by camera and the home's time
    clip: ClipView | None = None
    refused: str | None = None
    saved_as: str | None = None  # in Home Assistant's media folder


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnView:
    """What a person had cut last, for own use."""

    from_: datetime
    until: datetime
    audio: bool
    cutting: float | None  # how far all of it is, 0 to 1; None when it is over
    kept_until: datetime | None  # when what nobody saved is wiped; None while it is cut
    clips: tuple[OwnClip, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWish:
    """What a person wants cut: a range of some cameras, by name, each with its own masks."""

    cameras: Mapping[str, str]  # names by camera id, in order
    range: Period
    audio: bool
    masks: Mapping[str, tuple[Mask, ...]]
