"""Where a camera's sound belongs beside its pictures, before libav is given any of it. Pure.

Each track's stamps begin anywhere. libav takes the first packets of all tracks to be of one moment until the camera's
reports say otherwise, and then moves one track: the pictures, where the sound is reported first. So sound waits in
front of libav, and pictures don't, until one of these is known:

1. The server says at which stamps all begin (RTP-Info).
2. Both tracks were reported (RFC 3550 section 6.4.1).
3. For `HELD_S` neither came, in nothing of what came meanwhile: a busy machine looks late. Then the two are taken to
   begin together, as ever, where the moments at which they came allow that; else they lie as they came.

The sound's reports go to libav after the pictures' first one (`Track.after`), which so keep the zero that they have.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .track import BEGINS_MAX_S, HEAD_BYTES, REPORT_BYTES, SENDER_REPORT, TYPE_MASK, VERSION, VERSION_MASK
from .wrapping import HALF, ticks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .track import Track

HELD_S = 4.0
"""Most cameras report by then: half of the five seconds of RFC 3550 section 6.2, give or take half of that. What is
written so late lies in the first file of its run still."""
HELD_BYTES_MAX = 512 * 1024
"""A second of sound takes 40 kB at most."""
EARLIER_MAX_S, LATER_MAX_S = 0.5, 0.15
"""How much sooner sound may come than a picture of the same moment, for it is coded sooner, and how much later."""
NTP_S = 1 << 32
FOR_EVER_S = float("inf")


@dataclass(slots=True, kw_only=True)
class _Came:
    """A track's first stamp, and when a packet of it would have come, had it come as soon as the soonest."""

    stamp: int
    at_s: float


@dataclass(slots=True, kw_only=True)
class Beside:
    """Keeps a camera's sound. `channels` are those of pictures and sound; their reports come on the next ones."""

    channels: tuple[int, int]
    video: Track
    sound: Track
    waiting: list[tuple[int, bytes]] = field(default_factory=list)
    """By channel."""
    waiting_bytes: int = 0
    _both_s: float | None = None
    """Since when both come."""
    _came: dict[int, _Came] = field(default_factory=dict)
    _reports: dict[int, tuple[int, int]] = field(default_factory=dict)
    """The latest of each track, by its number: NTP time, and the stamp that is of that moment."""

    def keeps(self, channel: int, packet: bytes, now_s: float) -> bool:
        """Look at what came; say whether it is the sound's, or its report, and waits."""
        video, sound = self.channels
        if channel in {video + 1, sound + 1}:
            self._hear(self.video if channel == video + 1 else self.sound, packet)
        elif channel in {video, sound}:
            self._see(self.video if channel == video else self.sound, packet, now_s)
        if channel not in {sound, sound + 1}:
            return False
        self.waiting.append((channel, packet))
        self.waiting_bytes += len(packet)
        return True

    def is_over(self, now_s: float, *, more: bool = False, at_end: bool = False) -> bool:
        """Whether it is known where the sound belongs, or is waited for that no longer: then the track knows it too.

        ``more``: what came by now was not all looked at yet.
        """
        is_much = at_end or self.waiting_bytes > HELD_BYTES_MAX
        video, sound = self._came.get(self.video.number), self._came.get(self.sound.number)
        if video is None or sound is None or self.video.began is None:
            return is_much
        self._both_s = now_s if self._both_s is None else self._both_s
        is_late = is_much or (not more and now_s - self._both_s >= HELD_S)
        return self._place(self.video.began, video, sound, is_late=is_late)

    def _place(self, began: int, video: _Came, sound: _Came, *, is_late: bool) -> bool:
        """Find the sound's stamp of the moment at which the pictures begin; False where it isn't known yet."""
        if began == self.video.begins and self.sound.begins_near(sound.stamp):
            return True
        came_s = video.at_s + ticks(began, video.stamp) / self.video.rate_hz - sound.at_s
        reported_s = self._reported_s(began, sound)
        if reported_s is not None and abs(reported_s - came_s) <= BEGINS_MAX_S:
            self._begin(sound, reported_s)
        elif not is_late:
            return False
        elif -LATER_MAX_S <= came_s <= EARLIER_MAX_S:
            self.sound.begins = None
        else:
            self._begin(sound, came_s)
        return True

    def _reported_s(self, began: int, sound: _Came) -> float | None:
        """By how much the pictures begin later than the sound's first packet, by the reports of both."""
        if not {self.video.number, self.sound.number} <= self._reports.keys():
            return None
        (video_ntp, video_at), (sound_ntp, sound_at) = (
            self._reports[track.number] for track in (self.video, self.sound)
        )
        since_s = ticks(began, video_at) / self.video.rate_hz - ticks(sound.stamp, sound_at) / self.sound.rate_hz
        return (video_ntp - sound_ntp) / NTP_S + since_s

    def _begin(self, sound: _Came, later_s: float) -> None:
        self.sound.begins = (sound.stamp + round(later_s * self.sound.rate_hz)) % (2 * HALF)
        self.sound.begins_max_s = FOR_EVER_S

    def _see(self, track: Track, packet: bytes, now_s: float) -> None:
        if len(packet) <= HEAD_BYTES or packet[0] & VERSION_MASK != VERSION:
            return
        if packet[1] & TYPE_MASK != track.payload_type:
            return
        stamp = int.from_bytes(packet[4:8])
        came = self._came.setdefault(track.number, _Came(stamp=stamp, at_s=now_s))
        came.at_s = min(came.at_s, now_s - ticks(stamp, came.stamp) / track.rate_hz)

    def _hear(self, track: Track, packet: bytes) -> None:
        if len(packet) >= REPORT_BYTES and packet[0] & VERSION_MASK == VERSION and packet[1] == SENDER_REPORT:
            self._reports[track.number] = int.from_bytes(packet[8:16]), int.from_bytes(packet[16:20])


def beside_of(tracks: Mapping[int, Track]) -> Beside | None:
    """Keep the sound of a camera that has any, where libav knows enough of it before it has heard it.

    Its reports go on after the pictures' first one, which so keep their zero.
    """
    found = {one.number: (channel, one) for channel, one in tracks.items()}
    if len(found) != 2:  # noqa: PLR2004  pictures and sound
        return None
    (video_channel, video), (sound_channel, sound) = found[0], found[1]
    sound.after = video
    return Beside(channels=(video_channel, sound_channel), video=video, sound=sound) if sound.may_wait else None
