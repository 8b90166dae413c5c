"""``milton-hub serve``: run the three applications, and the community house where there is one, until a signal."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from hub.app import build_city, utc_now
from hub.cli.says import say
from hub.identity.devices.authority import Authority
from hub.identity.devices.presented import server_context
from hub.kit.logs import begin_log
from hub.kit.settings import ClientCertificate, Settings
from hub.web.server.patience import KEEPALIVE_S
from hub.web.server.serving import NamelessRunner

if TYPE_CHECKING:
    import argparse
    import ssl
    from collections.abc import AsyncIterator

    from hub.community.context import Community
    from hub.kit.settings import Address
    from hub.web.context import Hub

SHUTDOWN_S = 5


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("serve", help="run the hub")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--verbose", action="store_true", help="log what the hub does, not only what goes wrong")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    level = logging.INFO if args.verbose else logging.WARNING
    begin_log(level)
    asyncio.run(_serve(Settings.load(args.folder)))
    return 0


async def _serve(settings: Settings) -> None:
    stop = until_signal()
    hub, community = build_city(settings)
    device_tls = await asyncio.to_thread(officers_tls, settings)
    async with hub.running(), AsyncExitStack() as sites:
        for name, application, address in _applications(hub):
            tls = device_tls if application is hub.officers else None  # residents are asked for no certificate
            await sites.enter_async_context(open_site(application, address, tls))
            say(f"{name}: {address.host}:{address.port}")
        if community is not None and not community.settings.apart:
            await sites.enter_async_context(serving_community(community))
        say("The hub is ready.")
        await stop.wait()


def until_signal() -> asyncio.Event:
    """Return what SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    return stop


@asynccontextmanager
async def serving_community(community: Community) -> AsyncIterator[None]:
    """Run the community house and serve it until the block ends."""
    address = community.settings.listen
    async with community.running(), open_site(community.application, address, None):
        say(f"residents: {address.host}:{address.port}")
        yield


def _applications(hub: Hub) -> tuple[tuple[str, web.Application, Address], ...]:
    listen = hub.settings.listen
    return (
        ("homes", hub.homes, listen.homes),
        ("officers", hub.officers, listen.officers),
        ("signer", hub.signer, listen.signer),
    )


def officers_tls(settings: Settings) -> ssl.SSLContext | None:
    """Return the TLS of the officers' hostname, None where a web server in front speaks it."""
    if settings.client_certificate is ClientCertificate.NONE:
        return None
    authority = Authority.of(settings.keys_folder, utc_now())  # of a hub that was founded before there was one
    tls = settings.officers_tls
    return None if tls is None else server_context(tls.certificate, tls.key, authority.pem)


def runner_of(application: web.Application) -> web.AppRunner:
    """Return what runs one application.

    No access log: a line would join an address with what a home sends. No body is unpacked: what was sent is what is
    judged, and a small one can't become a large one. Nobody is waited for without end.
    """
    return NamelessRunner(
        application,
        access_log=None,
        shutdown_timeout=SHUTDOWN_S,
        auto_decompress=False,
        keepalive_timeout=KEEPALIVE_S,
    )


@asynccontextmanager
async def open_site(application: web.Application, address: Address, tls: ssl.SSLContext | None) -> AsyncIterator[int]:
    """Serve one application on one port until the block ends; yield the port."""
    runner = runner_of(application)
    await runner.setup()
    try:
        await web.TCPSite(runner, address.host, address.port, ssl_context=tls).start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
