"""Signatures that Chromium made elsewhere, of something else or with another key: judged as a home judges them.

The pages have the names of a real city, the signer its real files with the headers that are asked of the city's server;
the passkeys are the browser's own. Whatever the browser lets through, a home refuses.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from hub.web.headers import SIGNER_POLICY
from hub.web.signer import INDEX, signer_files
from milton_protocol.messages.city.directory import Algorithm, Attestation, SigningCredential
from milton_protocol.messages.requests.assertion import Assertion, AssertionRole
from milton_protocol.messages.requests.request import request_id
from milton_protocol.verification import Refusal
from tests.browser.security_keys import SecurityKeys
from tests.simulators.city import OFFICER, ORIGIN, RP_ID, City

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import BrowserContext, Page, Route

    from milton_protocol.messages.requests.request import Request

HUB, PARENT = "https://hub.milton.example", "https://milton.example"
HEADERS = {"Content-Security-Policy": SIGNER_POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
TYPES = {"html": "text/html", "js": "text/javascript", "css": "text/css", "json": "application/json"}
ENCODE = "bytes => btoa(String.fromCharCode(...new Uint8Array(bytes)))"
CREATE = f"""async (rpId) => {{
  const encode = {ENCODE};
  const made = await navigator.credentials.create({{ publicKey: {{
    rp: {{ id: rpId, name: rpId }}, user: {{ id: new Uint8Array(8), name: "o", displayName: "o" }},
    challenge: new Uint8Array(32), pubKeyCredParams: [{{ type: "public-key", alg: -7 }}],
    authenticatorSelection: {{ residentKey: "required", userVerification: "required" }},
  }} }});
  return [encode(made.rawId), encode(made.response.getPublicKey())];
}}"""
GET = f"""async ([rpId, id, challenge]) => {{
  const [encode, decode] = [{ENCODE}, (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0))];
  const made = await navigator.credentials.get({{ publicKey: {{
    rpId, challenge: decode(challenge), allowCredentials: [{{ type: "public-key", id: decode(id) }}],
    userVerification: "required",
  }} }});
  return [made.response.clientDataJSON, made.response.authenticatorData, made.response.signature].map(encode);
}}"""


@pytest.fixture
def signers_files() -> Mapping[str, bytes]:
    """Return the files as the root has signed them."""
    return signer_files(agency_name="Milton Police", rp_id=RP_ID, officers_origin=HUB, demo=False)


def serve(context: BrowserContext, origin: str, files: Mapping[str, bytes]) -> None:
    """Answer for ``origin``: with these files, and with an empty page."""

    def answer(files: Mapping[str, bytes], route: Route) -> None:
        name = urlsplit(route.request.url).path[1:] or INDEX
        kind = TYPES.get(name.rpartition(".")[2], "text/html")
        route.fulfill(body=files.get(name, b"<!doctype html>"), content_type=kind, headers=HEADERS)

    context.route(f"{origin}/**", partial(answer, files))


@pytest.fixture
def tab(context: BrowserContext, signers_files: Mapping[str, bytes]) -> Page:
    """Return a tab with a passkey of the device's own, in a world that has these three names."""
    for origin, files in ((ORIGIN, signers_files), (HUB, {}), (PARENT, {})):
        serve(context, origin, files)
    return with_key(context.new_page())


def with_key(page: Page) -> Page:
    """Give a tab an authenticator that answers by itself."""
    keys = SecurityKeys.of(page)
    keys.add("own", has_prf=False, built_in=True)
    keys.touch("own")
    return page


def made(page: Page, origin: str, rp_id: str) -> SigningCredential:
    """Make a passkey on a page of ``origin``."""
    page.goto(f"{origin}/")
    raw_id, key = (base64.b64decode(each) for each in page.evaluate(CREATE, rp_id))
    point = load_der_public_key(key).public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return SigningCredential(
        credential_id=raw_id,
        algorithm=Algorithm.ES256,
        public_key=point,
        rp_id=rp_id,
        origin=origin,
        device_bound=True,
        aaguid="0" * 32,
        attestation=Attestation.NONE,
    )


def assertion(credential: SigningCredential, client_data: bytes, data: bytes, signature: bytes) -> Assertion:
    """Put together what a browser answered."""
    return Assertion(
        role=AssertionRole.OFFICER,
        person_id=OFFICER,
        credential_id=credential.credential_id,
        client_data=client_data,
        authenticator_data=data,
        signature=signature,
    )


def asked_for(page: Page, credential: SigningCredential, asked: Request) -> Assertion:
    """Have a page ask for a request's hash to be signed, as nothing but a signer should."""
    words = [base64.b64encode(each).decode() for each in (credential.credential_id, hashed(asked))]
    return assertion(credential, *map(base64.b64decode, page.evaluate(GET, [credential.rp_id, *words])))


def hashed(asked: Request) -> bytes:
    """Return the challenge that a signature of a request has."""
    return bytes.fromhex(request_id(asked.to_bytes()))


def judged(city: City, listed: tuple[SigningCredential, ...], asked: Request, signed: Assertion) -> str | None:
    """Let the directory list the officer's credentials; return the rule by which a home refuses the request."""
    people = (
        replace(each, credentials=listed) if each.person_id == OFFICER else each for each in city.directory.people
    )
    city.directory = replace(city.directory, people=tuple(people))
    verdict = city.verify(city.publish_signed(asked, signed))
    return verdict.rule if isinstance(verdict, Refusal) else None


def b64(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def order(asked: Request, credential: SigningCredential) -> str:
    """Return the signer's address with what the officers' page wants signed."""
    value = {
        "version": 1,
        "act": "sign",
        "payload": b64(asked.to_bytes()),
        "role": "officer",
        "credential_ids": [b64(credential.credential_id)],
        "time_zone": "America/New_York",
        "return_to": f"{HUB}/sign-in/return",
        "state": "word",
    }
    return f"/?#{b64(json.dumps(value).encode())}"


def signed_on(page: Page, credential: SigningCredential) -> Assertion:
    """Press the signer's button; return what it brings to the officers' page."""
    page.click("#sign")
    page.wait_for_url(f"{HUB}/sign-in/return#*")
    text = page.url.partition("#")[2]
    said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))["assertion"]["response"]
    parts = [said[name] for name in ("clientDataJSON", "authenticatorData", "signature")]
    return assertion(credential, *(base64.urlsafe_b64decode(each + "=" * (-len(each) % 4)) for each in parts))


def test_what_is_signed_on_the_signer_is_believed(tab: Page) -> None:
    """The tools of these attacks are good."""
    city, credential = City(), made(tab, ORIGIN, RP_ID)
    asked = city.draft()
    tab.goto(f"{ORIGIN}{order(asked, credential)}")
    assert judged(city, (credential,), asked, signed_on(tab, credential)) is None


@pytest.mark.parametrize(
    ("made_on", "used_on", "rule"), [(PARENT, ORIGIN, "rp_id_wrong"), (HUB, HUB, "client_data_wrong")]
)
def test_a_passkey_of_the_parent_hostname_or_of_the_sign_in_signs_nothing(
    tab: Page, made_on: str, used_on: str, rule: str
) -> None:
    """The signer asks for none but its own; asked by a page of its origin all the same, each way to list it fails."""
    city, credential = City(), made(tab, made_on, urlsplit(made_on).hostname or "")
    asked = city.draft()
    tab.goto(f"{ORIGIN}{order(asked, credential)}")
    tab.click("#sign")
    tab.wait_for_selector("#problem:has-text('Nothing was signed')")
    tab.goto(f"{used_on}/")
    signed = asked_for(tab, credential, asked)
    assert judged(city, (replace(credential, rp_id=RP_ID, origin=ORIGIN),), asked, signed) == rule
    assert judged(city, (credential,), asked, signed) == "signer_differs"
    assert judged(city, (), asked, signed) == "credential_unknown"


def test_a_signer_that_the_hub_altered_and_serves_itself_signs_nothing(
    tab: Page, signers_files: Mapping[str, bytes]
) -> None:
    """It can't ask for the officer's signing key at all; what it signs with another is none of the signer's."""
    city, credential = City(), made(tab, ORIGIN, RP_ID)
    asked = city.draft()
    serve(tab.context, HUB, signers_files)
    tab.goto(f"{HUB}{order(asked, credential)}")
    tab.click("#sign")
    tab.wait_for_selector("#problem:has-text('Nothing was signed')")
    for name in (urlsplit(HUB).hostname or "", urlsplit(PARENT).hostname or ""):
        config = json.dumps(json.loads(signers_files["config.json"]) | {"rp_id": name}).encode()
        serve(tab.context, HUB, {**signers_files, "config.json": config})
        other = made(tab, HUB, name)
        tab.goto(f"{HUB}{order(asked, other)}")
        signed = signed_on(tab, other)
        assert judged(city, (credential,), asked, signed) == "credential_unknown"
        as_officers = replace(signed, credential_id=credential.credential_id)
        assert judged(city, (credential,), asked, as_officers) == "client_data_wrong"
        assert judged(city, (replace(other, rp_id=RP_ID, origin=ORIGIN),), asked, signed) == "client_data_wrong"


def test_a_payload_that_is_swapped_after_it_was_shown_is_not_what_is_signed(tab: Page) -> None:
    """The officers' page opened the signer and holds its window: the signature is over the words that were read."""
    tab.goto(f"{HUB}/")
    with tab.context.expect_page() as opened:
        tab.evaluate("url => { globalThis.signer = open(url); }", f"{ORIGIN}/")
    signer = with_key(opened.value)
    city, credential = City(), made(signer, ORIGIN, RP_ID)
    shown, swapped = city.draft(), city.draft(reason="Whoever marched past the town hall, and with whom they spoke.")
    tab.evaluate("url => { signer.location = url; }", f"{ORIGIN}{order(shown, credential)}")
    signer.wait_for_selector("#signing:visible")
    words = signer.inner_text("#facts")
    tab.evaluate("url => { signer.location = url; }", f"{ORIGIN}{order(swapped, credential)}")
    signer.wait_for_url(f"{ORIGIN}{order(swapped, credential)}")
    assert (signer.inner_text("#facts"), shown.reason in words) == (words, True)
    assert signer.inner_text("#request-id") == hashlib.sha256(shown.to_bytes()).hexdigest()
    signed = signed_on(signer, credential)
    assert judged(city, (credential,), swapped, signed) == "client_data_wrong"
    assert judged(city, (credential,), shown, signed) is None
