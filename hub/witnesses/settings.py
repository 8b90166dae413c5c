"""The tables ``[[witness]]`` of ``hub.toml``: who watches the log, by which key, and where they are asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from hub.kit.outgoing import check_address
from milton_protocol.errors import ProtocolError
from milton_protocol.translog.verifier_key import VKEY_MAX_CHARS, SignatureType, VerifierKey
from milton_protocol.translog.witness import WITNESSES_MAX

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

URL_MAX_CHARS = 500
_KEYS = frozenset({"vkey", "url"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """One witness; ``url`` is its submission prefix (c2sp.org/tlog-witness), without a slash at its end."""

    key: VerifierKey
    url: str

    @property
    def vkey(self) -> str:
        """What its rows are kept by."""
        return self.key.format()

    @property
    def name(self) -> str:
        """What people call it."""
        return self.key.name


def read_witnesses(
    tables: Sequence[Mapping[str, object]], *, demo: bool, origin: str, own_keys: Collection[bytes]
) -> tuple[Witness, ...]:
    """Read them; raise ValueError for what can't be a witness, or would be counted twice.

    ``own_keys`` are the hub's: who signs the log is no witness of it, nor is who has its ``origin`` as a name. A key's
    id has four bytes, so that who makes keys finds one with another's: under the same name each line of the one would
    be a false one of the other, and homes refuse the proof. Plain HTTP is for a demonstration on this machine.
    """
    if len(tables) > WITNESSES_MAX:
        _refuse(f"is there more than {WITNESSES_MAX} times")
    witnesses = tuple(_read(each, demo=demo) for each in tables)
    public_keys = [each.key.public_key for each in witnesses]
    if len(set(public_keys)) != len(public_keys):
        _refuse("has one key twice")
    if len({(each.name, each.key.key_id) for each in witnesses}) != len(witnesses):
        _refuse("has one name and key id twice: nobody could tell apart whose line is whose")
    if origin in {each.name for each in witnesses}:
        _refuse("has the log's own name")
    if set(public_keys) & set(own_keys):
        _refuse("has a key of this hub: who signs the log is no witness of it")
    return witnesses


def _read(table: Mapping[str, object], *, demo: bool) -> Witness:
    if set(table) != _KEYS:
        _refuse("has vkey and url, and nothing else")
    vkey, url = _text(table, "vkey", VKEY_MAX_CHARS), _text(table, "url", URL_MAX_CHARS)
    try:
        key = VerifierKey.parse(vkey)
    except ProtocolError as error:
        message = f"hub.toml: [[witness]] vkey is no verifier key ({error.detail})"
        raise ValueError(message) from error
    if key.signature_type is not SignatureType.COSIGNATURE:
        _refuse("vkey is not that of a witness (a cosignature's, type 04)")
    checked = check_address(url, "[[witness]] url").rstrip("/")
    if "?" in checked:
        _refuse("url has a query in it")
    if checked.startswith("http:") and not demo:
        _refuse("url is plain http, which is for demonstrations")
    return Witness(key=key, url=checked)


def _text(table: Mapping[str, object], name: str, most: int) -> str:
    value = table[name]
    if not isinstance(value, str) or len(value) > most:
        _refuse(f"{name} is no text of at most {most} characters")
    return value


def _refuse(what: str) -> NoReturn:
    message = f"hub.toml: [[witness]] {what}"
    raise ValueError(message)
