"""The whole check of one journey, from the files that it left behind and none of the project's code."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

from .evidence import (
    check_assertions,
    check_container,
    check_frames,
    check_logged,
    dsse_payload,
    need,
    sha256,
    unb64,
)
from .media import check_sound, frames_of

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from .journey import Found
    from .steps import Steps


def _milliseconds(at: datetime | None) -> int:
    if at is None:
        message = "the journey did not come so far"
        raise ValueError(message)
    return round(at.timestamp() * 1000)


KNOWN_TO_MS = 1_500
UNSET_MS = 3_600_000  # what a home adds whose own clock no time service sets (sources/home_clock.py)


def check_journey(found: Found, steps: Steps, *, audio: bool, known_to_ms: int = KNOWN_TO_MS) -> None:
    """Raise EvidenceError with the first difference between what was approved and what arrived."""
    with steps.step("check: root, city record, directory, passkey, public log"):
        record = check_request(found)
    with steps.step("check: share, manifest and receipt name the same bytes, from preview to download"):
        manifest = check_share(found, record)
    with steps.step("check: nothing hidden in the file; frames and sound are those approved, by pixels and pitch"):
        check_clip(found, manifest, audio=audio, known_to_ms=known_to_ms)


def check_request(found: Found) -> dict[str, Any]:
    """Check what the home was shown; return the city record."""
    folder = found.folder
    root = base64.b64decode(found.evidence["root_public_key"])
    record: dict[str, Any] = json.loads(dsse_payload((folder / "city-record.json").read_bytes(), [root]))
    need(record["map_sha256"] == sha256(folder / "map.json"), "the home draws another map than the root named")
    keys = [unb64(each["public_key"]) for each in record["directory_keys"]]
    directory = json.loads(dsse_payload((folder / "directory.json").read_bytes(), keys))
    live = json.loads(dsse_payload((folder / "live.json").read_bytes(), [unb64(record["hub_key"])]))
    need(live["directory_sha256"] == sha256(folder / "directory.json"), "the live statement names another directory")
    need(found.request_id in live["live"], "the request is not live")
    bundle = json.loads((folder / "bundle.json").read_bytes())
    payload = unb64(bundle["payload"])
    need(hashlib.sha256(payload).hexdigest() == found.request_id, "the bundle is of another request")
    check_assertions(bundle, directory)
    check_logged(payload, bundle["log_proof"], record["log"]["origin"], unb64(record["log"]["public_key"]))
    return record


def check_share(found: Found, record: dict[str, Any]) -> dict[str, Any]:
    """Check digests and signatures from preview to receipt; return the manifest's predicate."""
    manifest, share_sha256 = check_sealed(found, record)
    shown = sha256(found.folder / "preview.mp4")
    need(shown in {found.approved_sha256, manifest["preview_sha256"]}, "the preview was another")
    at_home = next(share for share in found.evidence["shares"] if share["share_id"] == found.share_id)["receipts"][0]
    need(at_home["share_sha256"] == share_sha256, "the home holds another receipt")
    return manifest


def check_sealed(found: Found, record: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Check what arrived against what was approved; return the manifest's predicate and the share's digest."""
    folder = found.folder
    envelope = json.loads((folder / "share.json").read_bytes())
    one_time_key = unb64(json.loads(base64.b64decode(envelope["payload"]))["one_time_key"])
    payload = dsse_payload((folder / "share.json").read_bytes(), [one_time_key])
    share = json.loads(payload)
    need(share["share_id"] == found.share_id, "the share has another id")
    need(share["request_id"] == found.request_id, "the share answers another request")
    for part in share["parts"]:
        need(
            part["body_sha256"] == sha256(folder / f"{part['name']}.body"), f"the {part['name']} is not what was sealed"
        )
    statement = json.loads(dsse_payload((folder / "manifest.json").read_bytes(), [one_time_key]))
    clip = sha256(folder / "clip.mp4")
    need(statement["subject"][0]["digest"]["sha256"] == clip, "the manifest is of another clip")
    need(clip == found.approved_sha256, "another clip was approved")
    share_sha256 = hashlib.sha256(payload).hexdigest()
    check_receipt(folder / "receipt-1.json", "received", share_sha256, record)
    return dict(statement["predicate"]), share_sha256


def check_receipt(path: Path, event: str, share_sha256: str, record: dict[str, Any]) -> None:
    """Check the hub's word on what became of a share."""
    receipt = json.loads(dsse_payload(path.read_bytes(), [unb64(record["hub_key"])]))
    need(receipt["event"] == event, f"the receipt is of {receipt['event']}, not of {event}")
    need(receipt["share_sha256"] == share_sha256, "the receipt is of another share")


def check_clip(found: Found, manifest: dict[str, Any], *, audio: bool, known_to_ms: int = KNOWN_TO_MS) -> None:
    """Check every picture and sound of the clip against the approved range."""
    clip = found.folder / "clip.mp4"
    check_container(clip.read_bytes())
    frames = frames_of(clip)
    from_ms, until_ms = _milliseconds(found.from_), _milliseconds(found.until)
    clock = manifest["clock"]
    stated_ms = clock["uncertainty_ms"]
    if stated_ms >= UNSET_MS:  # this machine's clock is set by nobody: the doorbell's pixels are by the same one
        stated_ms -= UNSET_MS
    uncertainty_ms = abs(clock["offset_ms"]) + stated_ms
    need(uncertainty_ms < known_to_ms, f"the home knows the time only to {uncertainty_ms} ms")
    check_frames(frames, from_ms, until_ms, uncertainty_ms, len(manifest["gaps"]))
    need(sum(run["count"] for run in manifest["frames"]) == len(frames), "the manifest counts other frames")
    need(manifest["edits"]["audio"] == ("kept" if audio else "removed"), "the manifest says other things of the sound")
    check_sound(clip, from_ms, until_ms, uncertainty_ms, approved=audio)
