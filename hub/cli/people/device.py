"""``milton-hub device``: who signs in with what and where; revoke a passkey or a whole device that was lost."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from hub.cli.context import opened
from hub.cli.says import say, say_wrapped
from hub.identity.accounts.devices import devices, remove_device
from hub.identity.devices.authority import Authority
from hub.identity.devices.registry import Enrollment, enrol, listed, revoke
from hub.identity.devices.signing_request import REQUEST_MAX_BYTES, read_signing_request
from hub.kit.access import OPERATOR
from hub.kit.disk import write_new

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from datetime import datetime

    from hub.identity.devices.model import Device
    from hub.identity.model import SignInCredential

ID_SHOWN_CHARS = 16  # of base64url: no two devices begin with the same


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommands."""
    parser = commands.add_parser("device", help="the devices that people sign in with")
    actions = parser.add_subparsers(dest="action", required=True)
    shown = actions.add_parser("list", help="show them")
    shown.add_argument("folder", type=Path, metavar="DIR")
    shown.add_argument("person_id", nargs="?", metavar="PERSON", help="only those of this person")
    shown.set_defaults(run=run_list)
    remove = actions.add_parser("remove", help="put one out: it can't sign in, and its sessions end at once")
    remove.add_argument("folder", type=Path, metavar="DIR")
    remove.add_argument(
        "credential",
        metavar="CREDENTIAL_ID_PREFIX",
        help="the beginning of its credential's id, as the list shows it; write -- before one that begins with -",
    )
    remove.set_defaults(run=run_remove)
    enrolled = actions.add_parser("enrol", help="issue a certificate for a key that was made on a device")
    enrolled.add_argument("folder", type=Path, metavar="DIR")
    enrolled.add_argument("request", type=Path, metavar="CSR", help="what the device asks with (PKCS 10, PEM)")
    enrolled.add_argument("--label", required=True, help="what the device is called, as on its sticker")
    enrolled.add_argument("--person", metavar="PERSON", help="nobody else signs in there; none: the station's")
    enrolled.add_argument("--out", type=Path, metavar="FILE", help="the certificate; default: beside CSR, .crt")
    enrolled.set_defaults(run=run_enrol)
    revoked = actions.add_parser("revoke", help="put out a device's certificate: its sessions end at once")
    revoked.add_argument("folder", type=Path, metavar="DIR")
    revoked.add_argument("device", metavar="DEVICE_ID_PREFIX", help="the beginning of its id, as the list shows it")
    revoked.set_defaults(run=run_revoke)


def run_list(args: argparse.Namespace) -> int:
    """Show the passkeys, then the certificates, a line each."""
    passkeys, certified = asyncio.run(_list(args.folder, args.person_id))
    if not passkeys and not certified:
        say("No devices.")
    for each in passkeys:
        used = "never used again" if each.last_used_at is None else f"last used {_day(each.last_used_at)}"
        removed = "" if each.removed_at is None else f"; removed {_day(each.removed_at)}"
        say(f"{_short(each)}  {each.person_id}: {each.device}, since {_day(each.created_at)}, {used}{removed}")
    for device in certified:
        revoked = "" if device.revoked_at is None else f"; revoked {_day(device.revoked_at)}"
        dates = f"since {_day(device.issued_at)}, until {_day(device.expires_at)}"
        say(f"{_name(device)} has a certificate, {dates}{revoked}")
    return 0


def run_enrol(args: argparse.Namespace) -> int:
    """Issue a certificate and write it; again, it is the same one."""
    with args.request.open("rb") as file:
        asked = file.read(REQUEST_MAX_BYTES + 1)
    device = asyncio.run(_enrol(args.folder, asked, args.label, args.person))
    out: Path = args.out or args.request.with_suffix(".crt")
    pem = ssl.DER_cert_to_PEM_cert(device.certificate).encode()
    if not out.exists() or out.read_bytes() != pem:
        write_new(out, pem)
    say(f"Enrolled: {_name(device)}, until {_day(device.expires_at)}.", f"Its certificate: {out}")
    return 0


def run_revoke(args: argparse.Namespace) -> int:
    """Put one out, and say what this does not do."""
    gone = asyncio.run(_revoke(args.folder, args.device))
    say(f"Revoked: {_name(gone)}. It gets in nowhere; its sessions have ended.")
    say_wrapped("Passkeys that were used there work at other devices of their persons: milton-hub device remove.")
    return 0


def run_remove(args: argparse.Namespace) -> int:
    """Put one out, and say what this does not do."""
    gone = asyncio.run(_remove(args.folder, args.credential))
    say(f"Removed: {_short(gone)}  {gone.person_id}: {gone.device}. It can't sign in; its sessions have ended.")
    say_wrapped(
        "A signing key or an opening key on the device stays in the directory: an administrator revokes it "
        "(milton-hub endorse, milton-hub take)."
    )
    return 0


async def _list(folder: Path, person_id: str | None) -> tuple[Sequence[SignInCredential], Sequence[Device]]:
    async with opened(folder) as context, context.database.reading() as session:
        return await devices(session, person_id), await listed(session, person_id)


async def _enrol(folder: Path, asked: bytes, label: str, person_id: str | None) -> Device:
    enrollment = Enrollment(key=read_signing_request(asked), label=label, person_id=person_id)
    async with opened(folder) as context:
        authority = Authority.of(context.settings.keys_folder, context.now)
        async with context.database.session("device.enrolled") as session:
            if person_id is not None:
                await context.directory.person(session, person_id, context.now)
            return await enrol(session, OPERATOR, authority, enrollment, context.now)


async def _revoke(folder: Path, id_prefix: str) -> Device:
    async with opened(folder) as context, context.database.session("device.revoked") as session:
        return await revoke(session, OPERATOR, id_prefix, context.now)


async def _remove(folder: Path, id_prefix: str) -> SignInCredential:
    async with opened(folder) as context, context.database.session("device.removed") as session:
        return await remove_device(session, OPERATOR, id_prefix, context.now)


def _short(device: SignInCredential) -> str:
    return device.credential_id[:ID_SHOWN_CHARS]


def _name(device: Device) -> str:
    owner = "anybody" if device.person_id is None else device.person_id
    return f"{device.device_id[:ID_SHOWN_CHARS]}  {device.label} ({owner})"


def _day(moment: datetime) -> str:
    return f"{moment:%d %B %Y %H:%M} UTC"
