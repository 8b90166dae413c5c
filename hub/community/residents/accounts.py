"""Opening an account, finding it by its key, and erasing it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from aiohttp import web
from sqlalchemy import delete, select

from hub.community.residents.model import Account
from hub.kit.codes import ALPHABET
from hub.kit.digests import secret_digest
from hub.kit.errors import HubError
from milton_protocol.limits import CODE_MAX_CHARS, SHORT_ID_HEX_CHARS

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from milton_protocol.fields import Fields

KEY_CHARS = 26  # 128 bits in base32
SHA256_HEX_CHARS = 64


class Language(StrEnum):
    """The languages of the pages."""

    ENGLISH = "en"
    SPANISH = "es"


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """What a browser sends to open an account."""

    code: str
    account_id: str
    key_sha256: str
    language: Language

    @classmethod
    def of(cls, fields: Fields) -> Self:
        """Read it strictly; raise ProtocolError."""
        joining = cls(
            code=fields.text("code", CODE_MAX_CHARS),
            account_id=fields.hex("account_id", SHORT_ID_HEX_CHARS),
            key_sha256=fields.hex("key_sha256", SHA256_HEX_CHARS),
            language=fields.choice("language", Language),
        )
        fields.done()
        return joining


def read_key(fields: Fields) -> str:
    """Return the 26 characters of a printed key; raise ProtocolError, or ``key_unknown`` for what can't be one."""
    key = fields.text("key", KEY_CHARS)
    fields.done()
    if len(key) != KEY_CHARS or set(key) - set(ALPHABET):
        raise key_unknown()
    return key


async def open_account(session: AsyncSession, joining: Joining, *, repeated: bool) -> None:
    """Make the account, or find it as it was made; raise ``account_taken`` (409) where it is another's."""
    same = (Account.account_id == joining.account_id) | (Account.key_sha256 == joining.key_sha256)
    found = (await session.scalars(select(Account).where(same))).all()
    if not found:
        session.add(
            Account(account_id=joining.account_id, key_sha256=joining.key_sha256, language=joining.language.value)
        )
        await session.flush()
        return
    is_same = all((each.account_id, each.key_sha256) == (joining.account_id, joining.key_sha256) for each in found)
    if not (repeated and is_same):
        rule = "account_taken"
        raise HubError(rule, web.HTTPConflict.status_code, "There is such an account already. Load the page again.")


async def find_account(session: AsyncSession, key: str) -> str:
    """Return the account that a printed key opens; raise ``key_unknown`` (404)."""
    found = await session.scalar(select(Account.account_id).where(Account.key_sha256 == secret_digest(key)))
    if found is None:
        raise key_unknown()
    return found


async def erase_account(session: AsyncSession, account_id: str) -> None:
    """Delete an account; every row that is its own goes with it (``ON DELETE CASCADE``)."""
    await session.execute(delete(Account).where(Account.account_id == account_id))


def key_unknown() -> HubError:
    """Return the refusal of a key that opens no account."""
    rule = "key_unknown"
    return HubError(rule, web.HTTPNotFound.status_code, "That key opens no account.")
