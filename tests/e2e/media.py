"""What is in a shared clip, by its pixels and its sound; edit lists are ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulators.doorbell.pixels import PITCHES, packet_counts, samples, sounds

from .evidence import Frame, need

if TYPE_CHECKING:
    from pathlib import Path

SECOND_MS = 1000


def frames_of(clip: Path) -> list[Frame]:
    """Return what every picture of the clip says, in order; raise EvidenceError when one can't be read."""
    frames = []
    for sample in samples(clip):
        need(sample.stamp is not None, f"the picture at {sample.pts_s:.3f} s can't be read")
        if sample.stamp is not None:
            frames.append(Frame(number=sample.stamp.frame, epoch_ms=sample.stamp.epoch_ms))
    need(len(frames) == packet_counts(clip)["video"], "a packet of the video track gave no picture")
    return frames


def check_sound(clip: Path, from_ms: int, until_ms: int, uncertainty_ms: int, *, approved: bool) -> int:
    """Check that only sound of the range is there, or none at all when it was not approved; return the blocks heard.

    The doorbell's pitch names the second (modulo 30).
    """
    if not approved:
        need(packet_counts(clip)["audio"] == 0, "there is sound that was not approved")
        return 0
    first, last = (from_ms - uncertainty_ms) // SECOND_MS, (until_ms + uncertainty_ms) // SECOND_MS
    allowed = {second % PITCHES for second in range(first, last + 1)}
    heard = [block.second for block in sounds(clip) if block.second is not None]
    need(heard, "the approved sound is not there")
    outside = [second for second in heard if second not in allowed]
    need(not outside, f"{len(outside)} blocks of sound are of other seconds: {sorted(set(outside))}")
    return len(heard)
