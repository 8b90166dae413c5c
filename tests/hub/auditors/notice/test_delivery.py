"""Flags leave the hub: by a webhook and by signed mail, in order, again until they are taken, bounded."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any, cast, override

import pytest
from aiohttp.abc import AbstractResolver
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from sqlalchemy import select

from hub.audit.trail import last_row
from hub.auditors.model import ChannelRow, FlagRow
from hub.auditors.notice import delivery as delivering
from hub.auditors.notice.delivery import HEARD_EVERY, NOTICES_MAX, RETRY_MAX, Delivery, is_due, retry_after
from hub.auditors.notice.errors import NotToldError
from hub.auditors.notice.mail import Mail
from hub.auditors.notice.notice import FLAGS_MAX, PAYLOAD_TYPE, OversightNotice, notice_of
from hub.auditors.notice.webhook import Webhook
from hub.auditors.settings import MailSettings
from hub.directory.model import PersonName
from hub.kit.keys import raw_public, write_key
from hub.kit.outgoing import CheckedResolver
from milton_protocol.dsse import open_envelope
from tests.simulators.certificates import self_signed
from tests.simulators.flagged import MIDNIGHT, act, flags
from tests.simulators.hub_bench import MovableClock
from tests.simulators.mail_server import mail_server
from tests.simulators.webhook_peer import webhook_peer

if TYPE_CHECKING:
    from pathlib import Path

    from aiohttp.abc import ResolveResult

    from hub.auditors.notice.delivery import Channel
    from hub.db.engine import Database
    from tests.simulators.agency import Agency

HUB_KEY = Ed25519PrivateKey.generate()
NOTICE = OversightNotice(envelope=b'{"payload":"e30="}', text="No new flags.\n", flags=0)


def deliverer(
    database: Database, clock: MovableClock, *channels: Channel, run_max_s: float = delivering.RUN_MAX_S
) -> Delivery:
    """Return what tells."""
    return Delivery(
        database=database,
        clock=clock,
        agency_id="milton-pd",
        hub_key=HUB_KEY,
        channels=channels,
        run_max_s=run_max_s,
    )


def opened(envelope: bytes) -> dict[str, Any]:
    """Return a notice, its signature checked by the hub's key."""
    value = json.loads(open_envelope(envelope, PAYLOAD_TYPE, [raw_public(HUB_KEY)], required=1))
    assert isinstance(value, dict)
    return value


def numbers(got: list[bytes]) -> list[list[int]]:
    """Return the flags' numbers of each notice."""
    return [[flag["number"] for flag in opened(each)["flags"]] for each in got]


async def test_a_webhook_hears_of_each_flag_and_once_a_day_that_there_is_none(database: Database) -> None:
    """Signed by the hub's key, with where the trail ends; nothing of the act's own words is in it."""
    clock = MovableClock()
    async with webhook_peer() as peer:
        delivery = deliverer(database, clock, Webhook(peer.url))
        await delivery.run()
        assert numbers(peer.got) == [[]]
        await act(database)
        await delivery.run()
        await delivery.run()
        assert numbers(peer.got) == [[], [1]]
        clock.ahead += HEARD_EVERY
        await delivery.run()
        assert numbers(peer.got) == [[], [1], []]
    notice = opened(peer.got[1])
    async with database.reading() as session:
        assert notice["trail"]["rows"] == await last_row(session)
    assert notice["flags"] == [
        {
            "number": 1,
            "at": "2026-11-26T05:00:00Z",
            "kind": "odd_hours",
            "person_id": "officer",
            "count": 1,
            "evidence": "trail 1",
        }
    ]
    assert not any(b"26-104417" in each for each in peer.got)
    assert peer.heads[0]["Content-Type"] == "application/json"
    assert "Cookie" not in peer.heads[0]


async def test_many_flags_go_in_order_a_bounded_notice_at_a_time(database: Database) -> None:
    """And no more notices in one run than its bound; the next one goes on."""
    all_of_a_run = FLAGS_MAX * NOTICES_MAX
    async with database.session("test") as session:
        session.add_all(
            FlagRow(
                number=number,
                at=MIDNIGHT,
                kind="odd_hours",
                person_id=f"p{number}",
                about="",
                day="2026-11-25",
                count=1,
                evidence="trail 1",
            )
            for number in range(1, all_of_a_run + 2)
        )
    async with webhook_peer() as peer:
        delivery = deliverer(database, MovableClock(), Webhook(peer.url))
        await delivery.run()
        told = numbers(peer.got)
        assert [len(each) for each in told] == [FLAGS_MAX] * NOTICES_MAX
        assert [number for each in told for number in each] == list(range(1, all_of_a_run + 1))
        await delivery.run()
        assert numbers(peer.got)[NOTICES_MAX:] == [[all_of_a_run + 1]]


async def test_what_is_not_taken_waits_longer_each_time_and_is_told_in_the_end(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """By one way out; the other has it at once. The log names neither address nor person."""
    clock = MovableClock()
    await act(database)
    async with webhook_peer() as good, webhook_peer() as bad:
        bad.status = 503
        other = Webhook(good.url)
        other.name = "mail"
        delivery = deliverer(database, clock, Webhook(bad.url), other)
        for ahead in (timedelta(), timedelta(seconds=59), timedelta(seconds=2), timedelta(seconds=118)):
            clock.ahead += ahead
            await delivery.run()
        assert (len(bad.got), numbers(good.got)) == (2, [[1]])
        clock.ahead += timedelta(seconds=3)
        bad.status = 200
        await delivery.run()
        assert numbers(bad.got) == [[1]] * 3
    async with database.reading() as session:
        row = await session.get(ChannelRow, "webhook")
    assert row is not None
    assert (row.told_flag, row.tries, row.next_at) == (1, 0, None)
    assert "webhook (503)" in caplog.text
    assert "127.0.0.1" not in caplog.text
    assert "officer" not in caplog.text


def test_waiting_grows_to_six_hours_and_a_clock_put_back_delays_nothing() -> None:
    """Whoever was told lately and has nothing new is told nothing."""
    assert [retry_after(tries) for tries in (0, 1, 99)] == [timedelta(minutes=1), timedelta(minutes=2), RETRY_MAX]
    row = ChannelRow(name="mail", told_flag=1, tries=0, told_at=MIDNIGHT)
    assert is_due(None, has_flags=False, now=MIDNIGHT)
    assert not is_due(row, has_flags=False, now=MIDNIGHT)
    assert is_due(row, has_flags=True, now=MIDNIGHT)
    assert is_due(row, has_flags=False, now=MIDNIGHT - timedelta(seconds=1))
    assert is_due(row, has_flags=False, now=MIDNIGHT + HEARD_EVERY)
    row.tries, row.next_at = 1, MIDNIGHT + timedelta(minutes=1)
    assert not is_due(row, has_flags=True, now=MIDNIGHT)
    assert is_due(row, has_flags=True, now=MIDNIGHT + timedelta(minutes=1))
    assert is_due(row, has_flags=True, now=MIDNIGHT - timedelta(days=400))


async def test_a_peer_that_hangs_holds_up_no_act_and_no_lease(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """An act is through while a notice is on its way; a run ends before its lease does."""
    clock = MovableClock()
    async with webhook_peer() as peer:
        peer.hangs = True
        telling = asyncio.create_task(deliverer(database, clock, Webhook(peer.url)).run())
        async with asyncio.timeout(30):
            await peer.called.wait()
            await act(database)
        assert not telling.done()
        telling.cancel()
        await deliverer(database, clock, Webhook(peer.url), run_max_s=0.01).run()
    assert "slow to be taken" in caplog.text
    assert len(await flags(database)) == 1


async def test_a_redirect_is_followed_nowhere(database: Database) -> None:
    """Neither to another host nor to this machine: it counts as not taken."""
    await act(database)
    async with webhook_peer() as peer, webhook_peer() as elsewhere:
        for status in (301, 302, 303, 307, 308):
            peer.status, peer.location = status, elsewhere.url
            with pytest.raises(NotToldError, match=str(status)):
                await Webhook(peer.url).tell(NOTICE)
    assert (len(peer.got), elsewhere.got) == (5, [])


class Names(AbstractResolver):
    """Names that somebody else gives addresses to."""

    def __init__(self, address: str) -> None:
        """Know one address for every name."""
        self.address = address

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        kind = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        return [
            {"hostname": host, "host": self.address, "port": port, "family": kind, "proto": 0, "flags": 0},
        ]

    @override
    async def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "169.254.169.254", str(IPv4Address(0)), "224.0.0.1", "::1", "fe80::1", "::ffff:127.0.0.1"]
)
async def test_a_name_that_leads_to_this_machine_or_its_wire_is_not_called(address: str) -> None:
    """Whatever its records say now."""
    async with webhook_peer() as peer:
        port = peer.url.rpartition(":")[2]
        with pytest.raises(NotToldError, match=r"ClientConnectorDNSError|ClientConnectorError"):
            await Webhook(f"https://siem.city.example:{port}", resolver=Names(address)).tell(NOTICE)
    assert peer.got == []


async def test_a_name_may_lead_into_the_citys_network() -> None:
    """Or to the internet; the name's own server is let go with the one that asks it."""
    for address in ("10.1.2.3", "93.184.216.34", "2606:2800:220:1::1", "fd00::1"):
        resolver = CheckedResolver(Names(address))
        assert [one["host"] for one in await resolver.resolve("siem.city.example", 443)] == [address]
        await resolver.close()


async def test_nobody_there_is_not_told() -> None:
    """A port that nobody listens on, by number; and a name that may be called."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(NotToldError, match="ClientConnectorError"):
            await Webhook(f"http://127.0.0.1:{port}/in").tell(NOTICE)
    with pytest.raises(NotToldError):
        await Webhook("https://siem.city.example/", resolver=Names("240.0.0.1")).tell(NOTICE)


def mail_settings(folder: Path, port: int, **more: object) -> MailSettings:
    """Return settings of a server on this machine, and make the certificate that mail is signed by."""
    certificate, key = self_signed(folder, "hub.city.example")
    made = MailSettings(
        to=("council@city.example", "press@city.example"),
        sender="hub@city.example",
        host="127.0.0.1",
        port=port,
        is_tls=False,
        certificate=certificate,
        key=key,
    )
    return replace(made, **cast("dict[str, Any]", more))


async def test_mail_is_signed_and_says_what_the_webhook_says(database: Database, tmp_path: Path) -> None:
    """OpenSSL, which is somebody else, finds the signature good and the notice whole; a changed mail it refuses."""
    clock = MovableClock()
    await act(database)
    async with mail_server() as server:
        await deliverer(database, clock, Mail(mail_settings(tmp_path, server.port), clock)).run()
    (mail,) = server.mails
    assert (mail.sender, mail.to) == ("hub@city.example", ("council@city.example", "press@city.example"))
    head = mail.body.split(b"\r\n\r\n")[0]
    assert b"Subject: Milton Share oversight, new flags: 1\r\n" in head
    assert b"\n" not in mail.body.replace(b"\r\n", b"")
    text, attached = message_from_bytes(_verified(tmp_path, mail.body), policy=SMTP).iter_parts()
    assert "odd hours, officer, 1 x, trail 1" in text.get_content()
    assert "mails of oversight expires on" in text.get_content()  # tomorrow
    assert numbers([attached.get_content()]) == [[1]]
    assert attached.get_filename() == "notice.dsse.json"
    assert "26-104417" not in text.get_content()
    with pytest.raises(subprocess.CalledProcessError):
        _verified(tmp_path, mail.body.replace(b"odd hours", b"no  hours"))


def _verified(folder: Path, mail: bytes) -> bytes:
    path = folder / "mail.eml"
    path.write_bytes(mail)
    command = ["openssl", "smime", "-verify", "-in", str(path), "-CAfile", str(folder / "certificate.pem")]
    return subprocess.run([*command, "-purpose", "any"], check=True, capture_output=True).stdout


async def test_mail_goes_over_tls_with_a_password_where_the_server_is_not_here(tmp_path: Path) -> None:
    """From the first byte; a wrong password, a server that is somebody else, and one that refuses are failures."""
    tls_folder = tmp_path / "tls"
    tls_folder.mkdir()
    pair = self_signed(tls_folder, "localhost")
    password = tmp_path / "password"
    password.write_text("open sesame\n")
    async with mail_server(pair, wraps=True) as server:
        server.password = "open sesame"
        settings = mail_settings(
            tmp_path,
            server.port,
            host="localhost",
            is_tls=True,
            username="hub",
            password_file=password,
            ca_file=pair[0],
        )
        mail = Mail(settings, MovableClock())
        await mail.tell(NOTICE)
        assert [each.tls for each in server.mails] == [True]
        server.refuses = True
        with pytest.raises(NotToldError, match="SMTPSenderRefused"):
            await mail.tell(NOTICE)
        password.write_text("wrong")
        with pytest.raises(NotToldError, match="SMTPAuthenticationError"):
            await mail.tell(NOTICE)
        with pytest.raises(NotToldError, match="SSLCertVerificationError"):
            await Mail(replace(settings, ca_file=None), MovableClock()).tell(NOTICE)
    assert len(server.mails) == 1


async def test_a_server_elsewhere_gets_nothing_without_tls(tmp_path: Path) -> None:
    """It is upgraded before anything is said; one that can't is told nothing."""
    tls_folder = tmp_path / "tls"
    tls_folder.mkdir()
    pair = self_signed(tls_folder, "localhost")
    async with mail_server(pair) as server:
        settings = mail_settings(tmp_path, server.port, host="localhost", ca_file=pair[0])
        await Mail(settings, MovableClock()).tell(NOTICE)
        assert [each.tls for each in server.mails] == [True]
    async with mail_server() as server:
        with pytest.raises(NotToldError, match="SMTPNotSupportedError"):
            await Mail(replace(settings, port=server.port), MovableClock()).tell(NOTICE)
        assert not any(line.startswith(b"MAIL") for line in server.heard)


async def test_no_word_of_a_flag_comes_into_a_mails_head(database: Database, tmp_path: Path) -> None:
    """Whatever a person's id would be: it stands in the body, with its lines' ends."""
    clock = MovableClock()
    evil = "x\r\nBcc: all@city.example\r\n\r\n.\r\nMAIL FROM:<evil@city.example>\r\n"
    await act(database, person_id=evil[:60])
    async with mail_server() as server:
        await deliverer(database, clock, Mail(mail_settings(tmp_path, server.port), clock)).run()
    (mail,) = server.mails
    assert mail.to == ("council@city.example", "press@city.example")
    head = mail.body.split(b"\r\n\r\n")[0]
    names = [line.split(b":")[0] for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    assert names == [b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Auto-Submitted", *names[6:]]
    assert b"Bcc" not in names
    assert len(server.mails) == 1


def test_a_key_that_can_not_sign_mail_is_refused_at_the_start(tmp_path: Path) -> None:
    """Another certificate's, one of a kind that mail programs don't know, one with a password, none at all."""
    settings = mail_settings(tmp_path, 25)
    other = tmp_path / "other"
    other.mkdir()
    _, other_key = self_signed(other, "else.city.example")
    with pytest.raises(ValueError, match="mail_key is not the certificate's"):
        Mail(replace(settings, key=other_key), MovableClock())
    write_key(other / "ed25519.key", HUB_KEY)
    with pytest.raises(ValueError, match="mail_key is not the certificate's"):
        Mail(replace(settings, key=other / "ed25519.key"), MovableClock())
    locked = HUB_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word"))
    (other / "locked.key").write_bytes(locked)
    with pytest.raises(ValueError, match="mail_key can't be read"):
        Mail(replace(settings, key=other / "locked.key"), MovableClock())
    with pytest.raises(FileNotFoundError):
        Mail(replace(settings, key=other / "none.key"), MovableClock())


async def test_a_notice_says_who_by_the_directorys_id_and_where_the_name_is_found(agency: Agency) -> None:
    """Mail stays where it was sent, readable: a name beside what is no verdict is on the auditors' pages alone."""
    await act(agency.hub.database, person_id="officer")
    flag, *_ = await flags(agency.hub.database)
    notice = notice_of([flag], delivering.Head(), agency_id="milton-pd", at=MIDNIGHT, hub_key=HUB_KEY)
    assert "odd hours, officer, 1 x" in notice.text
    assert "ids in the directory; the hub's pages for auditors say who that is" in notice.text
    async with agency.hub.database.reading() as session:
        names = (await session.scalars(select(PersonName.name))).all()
    assert "Dana Whitfield" in names
    said = notice.text + json.dumps(opened(notice.envelope))
    assert [each for name in names for each in name.split() if each in said] == []


def test_a_notice_of_none_says_so(database: Database) -> None:
    """Also before the trail has a row."""
    assert database is not None
    notice = notice_of([], delivering.Head(), agency_id="milton-pd", at=MIDNIGHT, hub_key=HUB_KEY)
    assert notice.text.startswith("No new flags.\n")
    assert opened(notice.envelope)["trail"] == {"rows": 0, "sha256": "0" * 64}
