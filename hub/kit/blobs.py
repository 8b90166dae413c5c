"""The blob store: what is put is durable, and never replaced.

Invariants: a put makes a new object or finds the one of that name; when :meth:`Blobs.put` returns, the object is whole
and durable (an object store's own word, or fsync of the file and of its folders); a name is built by the hub from ids
that were checked, never from what a client wrote.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore, S3Store

from hub.kit.disk import sync
from hub.kit.steps import durable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from obstore.store import ObjectStore

READ_CHUNK_BYTES = 262_144
LOCAL_READ_BYTES = 524_288  # at once from a local file: obstore's stream of one takes a thread for every 8 KiB
PUT_CHUNK_BYTES = 8 * 2**20
PUT_CONCURRENCY = 4
CONDITIONAL_MAX_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How long an object store is waited for: a home waits for the answer to its last piece, and asks again by itself.

    ``answer`` is for one request, of at most ``CONDITIONAL_MAX_BYTES``; a request is tried again ``retries`` times, for
    ``retrying`` at most.
    """

    connect: timedelta = timedelta(seconds=5)
    answer: timedelta = timedelta(seconds=60)
    retries: int = 2
    retrying: timedelta = timedelta(seconds=20)


class Blobs:
    """Objects by name."""

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        """Use ``store``; ``folder`` is where a local one keeps its files."""
        self._store = store
        self._folder = folder

    @classmethod
    def open(cls, url: str, waits: Waits | None = None) -> Self:
        """Open ``file:///folder`` or ``s3://bucket/prefix?endpoint=…&region=…`` (keys come from AWS_* variables).

        Raises ValueError on another scheme.
        """
        parts = urlsplit(url)
        if parts.scheme == "file":
            folder = Path(unquote(parts.path))
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return cls(LocalStore(folder, mkdir=True), folder)
        if parts.scheme == "s3":
            return cls(_object_store(parts.netloc, parts.path.strip("/"), parts.query, waits or Waits()))
        message = "the blob store is neither file:// nor s3://"
        raise ValueError(message)

    async def put(self, name: str, source: Path) -> None:
        """Store the file ``source`` under ``name``; an object of that name stays as it is.

        A conditional put holds the whole file in memory, so a large one is looked for first and then sent in parts;
        the caller sees to it that nobody else puts the same name at that moment.
        """
        if self._folder is None:  # an object store's answer is what makes it durable
            with durable("blob.stored"):
                await self._send(name, source)
            return
        await asyncio.to_thread(_remove_begun, self._folder, name)
        await self._send(name, source)
        with durable("blob.stored"):
            await asyncio.to_thread(_sync_path, self._folder, name)

    async def size_bytes(self, name: str) -> int:
        """Return the size of an object; raise FileNotFoundError when there is none."""
        return (await obstore.head_async(self._store, name))["size"]

    async def _send(self, name: str, source: Path) -> None:
        if await asyncio.to_thread(_is_small, source):
            with contextlib.suppress(AlreadyExistsError):
                await obstore.put_async(self._store, name, source, mode="create")
        elif not await self._has(name):
            await obstore.put_async(
                self._store,
                name,
                source,
                use_multipart=True,
                chunk_size=PUT_CHUNK_BYTES,
                max_concurrency=PUT_CONCURRENCY,
            )

    async def _has(self, name: str) -> bool:
        try:
            await self.size_bytes(name)
        except FileNotFoundError:
            return False
        return True

    async def read(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Yield the bytes from ``start`` to before ``end``; raise FileNotFoundError when there is no such object."""
        if self._folder is not None:
            for at in range(start, end, LOCAL_READ_BYTES):
                until = min(at + LOCAL_READ_BYTES, end)
                yield bytes(await obstore.get_range_async(self._store, name, start=at, end=until))
            return
        result = await obstore.get_async(self._store, name, options={"range": (start, end)})
        async for chunk in result.stream(min_chunk_size=READ_CHUNK_BYTES):
            yield bytes(chunk)

    async def delete(self, name: str) -> None:
        """Delete an object, for good also where the power fails next; nothing happens when there is none.

        Raises OSError when it is there afterwards.
        """
        with contextlib.suppress(FileNotFoundError):
            await obstore.delete_async(self._store, name)
        if await self._has(name):
            message = "the blob store says that it deleted an object that it still has"
            raise OSError(message)
        if self._folder is not None:
            await asyncio.to_thread(_remove_begun, self._folder, name)
            with durable("blob.deleted"):
                await asyncio.to_thread(_sync_path_without, self._folder, name)


def _object_store(bucket: str, prefix: str, query: str, waits: Waits) -> S3Store:
    options = dict(part.split("=", 1) for part in query.split("&") if "=" in part)
    endpoint = unquote(options.get("endpoint", "")) or None
    return S3Store(
        bucket,
        prefix=prefix or None,
        endpoint=endpoint,
        region=options.get("region", "us-east-1"),
        virtual_hosted_style_request=endpoint is None,
        disable_bulk_delete=True,  # not every S3-like has it
        client_options={
            "allow_http": endpoint is not None and endpoint.startswith("http://"),
            "connect_timeout": waits.connect,
            "timeout": waits.answer,
        },
        retry_config={"max_retries": waits.retries, "retry_timeout": waits.retrying},
    )


def _is_small(source: Path) -> bool:
    return source.stat().st_size <= CONDITIONAL_MAX_BYTES


def _remove_begun(folder: Path, name: str) -> None:
    """Remove what a killed put of the object left: obstore writes beside it, with a number behind its name."""
    path = folder / name
    for begun in path.parent.glob(f"{path.name}#*"):
        begun.unlink(missing_ok=True)


def _sync_path_without(folder: Path, name: str) -> None:
    """Make it durable that the object is not there."""
    path = (folder / name).parent
    while not path.exists():  # nothing was ever put into it
        path = path.parent
    _sync_path(folder, str(path.relative_to(folder)))


def _sync_path(folder: Path, name: str) -> None:
    """Make the object and every folder on its way durable."""
    path = folder / name
    while True:
        sync(path)
        if path == folder:
            return
        path = path.parent
