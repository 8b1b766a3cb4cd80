"""Asking the issuer, when the learner wants it: is it hosted, whose is the key, was it revoked.

Everything here goes through ``ple.web``: with deadlines and sizes, and never from a badge to this machine or its
network unless the badge itself came from there.
"""

import dataclasses
import zlib
from collections.abc import Collection
from typing import Any

from ple.lms.credentials import keys
from ple.lms.credentials.errors import CredentialError, Malformed
from ple.lms.credentials.reading import Form, Found, of_object, read
from ple.lms.credentials.signatures import Load, strict_json, token_holds
from ple.lms.credentials.verification import Fact, State, Verdict, host_of, recipient, tied, verify
from ple.web.client import Client, Limits, Response
from ple.web.errors import WebError
from ple.web.text import line

NOWHERE = "https://badge.invalid/"
"""Where a badge from a file is taken to come from: somewhere in the world."""

_LIMITS = Limits(total=20.0, size=5_000_000, redirects=5)
_LONGEST_LIST = 16_000_000
_ACCEPT = {"Accept": "application/ld+json, application/json, */*;q=0.5"}


class Gone(Exception):
    """The issuer says that something is no longer there, or was revoked."""


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """What the issuer said: the facts, and the credential with what was fetched put in."""

    verdict: Verdict
    found: Found


class Issuer:
    """Asks for what a credential names; ``origin`` is where the credential came from."""

    def __init__(self, client: Client, origin: str | None, load: Load) -> None:
        self._client = client
        self._origin = origin or NOWHERE
        self._load = load

    def ask(self, found: Found, verdict: Verdict, me: Collection[str]) -> Asked:
        """Return what is known once the issuer was asked. What stays unanswered stays not checked, with the reason."""
        verdict = dataclasses.replace(verdict, online=True)
        if found.form is Form.PDF:
            return Asked(verdict, found)
        if found.form is Form.OPEN_BADGE_2:
            return self._open_badge_2(found, verdict, me)
        verdict = self._key(found, verdict)
        if found.data.get("credentialStatus") and verdict.current.state is State.OPEN:
            verdict = dataclasses.replace(verdict, current=self._status(found, verdict))
        return Asked(verdict, found)

    def _open_badge_2(self, found: Found, verdict: Verdict, me: Collection[str]) -> Asked:
        try:
            if found.address and not found.data:
                fetched = read("assertion.json", self._get(found.address).body)
                verdict = verify(fetched, me=me, now=verdict.at, load=self._load)
                found = dataclasses.replace(fetched, url=found.url) if not fetched.url else fetched
            hosted = found.token is None
            if hosted:
                theirs = self._json(found.url or "")
                if theirs.get("revoked") is True:
                    raise Gone
                differs = _difference(found.data, theirs)
                if differs:
                    says = f"At {host_of(found.url)} it says something else ({differs})."
                    return Asked(dataclasses.replace(verdict, online=True, signature=Fact(State.FAILS, says)), found)
            badge = self._object(found.data["badge"])
            issuer = self._object(badge.get("issuer"))
            whole = {**found.data, "badge": {**badge, "issuer": issuer}}
            named = dataclasses.replace(of_object(whole), token=found.token, address=found.address, data=found.data)
        except Gone:
            gone = Fact(State.FAILS, "Its issuer says that it was revoked or is gone.")
            return Asked(dataclasses.replace(verdict, online=True, current=gone), found)
        except (WebError, CredentialError) as error:
            why = Fact(State.OPEN, f"The issuer could not be asked: {error}.")
            return Asked(dataclasses.replace(verdict, online=True, signature=why), found)
        if hosted:
            signature = Fact(State.HOLDS, f"Hosted at {host_of(found.url)}, with the same words.")
            bond = _in_place(found.url or "", issuer)
        else:
            signature, bond = self._signed(found, issuer)
        now = verdict.current
        if now.state is State.OPEN:
            now = self._revoked_2(found, issuer, now)
        kept = dataclasses.replace(
            verdict, signature=signature, issuer=bond, current=now, recipient=recipient(found, me), online=True
        )
        return Asked(kept, named)

    def _signed(self, found: Found, issuer: dict[str, Any]) -> tuple[Fact, Fact]:
        assert found.token is not None
        verification = found.data.get("verification")
        creator = verification.get("creator") if isinstance(verification, dict) else None
        creator = creator if isinstance(creator, str) else _first(issuer.get("publicKey"))
        open_ = Fact(State.OPEN, "Without a signature that holds, who issued it is a claim.")
        try:
            said = self._json(creator or "")
            holds = token_holds(found.token, keys.of_pem(said.get("publicKeyPem")))
        except Gone:
            return Fact(State.OPEN, "The key is no longer where the badge says."), open_
        except (WebError, CredentialError) as error:
            return Fact(State.OPEN, f"The key could not be fetched: {error}."), open_
        if not holds:
            return Fact(State.FAILS, "Its signature does not hold: it was changed, or never signed."), open_
        signature = Fact(State.HOLDS, f"Signed ({found.token.header['alg']}), and unchanged since.")
        owned = said.get("owner") == issuer.get("id") and creator in _strings(issuer.get("publicKey"))
        if owned:
            return signature, Fact(State.HOLDS, f"The issuer {line(str(issuer.get('id')))[:120]} names this key.")
        return signature, Fact(State.FAILS, "The issuer does not name the key that signed this.")

    def _revoked_2(self, found: Found, issuer: dict[str, Any], now: Fact) -> Fact:
        until = now.says.partition(" Whether")[0]
        where = issuer.get("revocationList")
        if found.token is None or not isinstance(where, str):
            return Fact(State.HOLDS, f"{until} Its issuer has not revoked it.")
        try:
            said = self._json(where).get("revokedAssertions", [])
        except (Gone, WebError, CredentialError) as error:
            return Fact(State.OPEN, f"{until} The list of revoked badges could not be read: {error}.")
        mine = {one for one in (found.data.get("id"), found.data.get("uid")) if isinstance(one, str)}
        for one in said if isinstance(said, list) else []:
            name = one.get("id") or one.get("uid") if isinstance(one, dict) else one
            if isinstance(name, str) and name in mine:
                reason = one.get("revocationReason") if isinstance(one, dict) else None
                return Fact(
                    State.FAILS, "Its issuer has revoked it" + (f": {line(str(reason))[:200]}" if reason else ".")
                )
        return Fact(State.HOLDS, f"{until} It is not on its issuer's list of revoked badges.")

    def _key(self, found: Found, verdict: Verdict) -> Verdict:
        """Ask the controller of the key, when the signature waits for a key or the key for its owner."""
        method = _method(found)
        where = keys.controller_address(method) if method else None
        if where is None or State.FAILS in (verdict.signature.state, verdict.issuer.state):
            return verdict
        try:
            document = self._json(where)
            key = _key_in(document, method)
        except Gone:
            return verdict
        except (WebError, CredentialError) as error:
            return dataclasses.replace(verdict, issuer=Fact(State.OPEN, f"The issuer could not be asked: {error}."))
        base = method.partition("#")[0]
        if verdict.signature.state is State.OPEN and key is not None and found.token is not None:
            try:
                good = token_holds(found.token, key)
            except CredentialError as error:
                return dataclasses.replace(verdict, signature=Fact(State.FAILS, f"It cannot be trusted: {error}."))
            says = "Signed ({}), and unchanged since.".format(found.token.header["alg"])
            bad = "Its signature does not hold: it was changed, or never signed."
            signature = Fact(State.HOLDS, says) if good else Fact(State.FAILS, bad)
            verdict = dataclasses.replace(verdict, signature=signature, issuer=tied(method, found.issuer_id))
        if verdict.signature.state is State.HOLDS:
            own = keys.of_method(method)
            named = key is not None and (own is None or _same_key(own, key))
            if named and base == found.issuer_id:
                fact = Fact(State.HOLDS, f"{host_of(base)} says that this is the issuer's key.")
            elif named:
                fact = Fact(State.OPEN, f"The key is of {line(base)[:120]}, which the issuer does not confirm.")
            else:
                fact = Fact(State.FAILS, f"{host_of(base)} does not know the key that signed this.")
            verdict = dataclasses.replace(verdict, issuer=fact)
        return verdict

    def _status(self, found: Found, verdict: Verdict) -> Fact:
        until = verdict.current.says.partition(" Whether")[0]
        said = found.data["credentialStatus"]
        for one in said if isinstance(said, list) else [said]:
            if not isinstance(one, dict):
                return Fact(State.OPEN, f"{until} It names a list of revoked ones that cannot be read.")
            if one.get("statusPurpose") not in (None, "revocation", "suspension"):
                continue
            try:
                revoked = self._on_list(one, found.issuer_id)
            except Gone:
                return Fact(State.OPEN, f"{until} The list of revoked ones is gone.")
            except (WebError, CredentialError) as error:
                return Fact(State.OPEN, f"{until} The list of revoked ones could not be read: {error}.")
            if revoked:
                word = "suspended" if one.get("statusPurpose") == "suspension" else "revoked"
                return Fact(State.FAILS, f"Its issuer has {word} it.")
        return Fact(State.HOLDS, f"{until} It is not on its issuer's list of revoked ones.")

    def _on_list(self, status: dict[str, Any], issuer_id: str | None) -> bool:
        where = status.get("statusListCredential")
        if not isinstance(where, str):
            raise Malformed(f"its kind ({line(str(status.get('type')))[:60]}) is not known here")
        raw = self._get(where).body
        listed = read("status.json", raw)
        verdict = verify(listed, me=(), now=listed.issued_at or _now(), load=self._load)
        if verdict.signature.state is not State.HOLDS:
            raise Malformed(verdict.signature.says.rstrip("."))
        if listed.issuer_id != issuer_id:
            raise Malformed("it is kept by somebody else than the issuer")
        subject = listed.data.get("credentialSubject")
        encoded = subject.get("encodedList") if isinstance(subject, dict) else None
        purpose = subject.get("statusPurpose") if isinstance(subject, dict) else None
        if not isinstance(encoded, str) or purpose != status.get("statusPurpose"):
            raise Malformed("it is of another purpose")
        try:
            index = int(status.get("statusListIndex", -1))
        except (TypeError, ValueError, OverflowError) as error:
            raise Malformed("its place on it is no number") from error
        bits = _unpacked(encoded)
        if not 0 <= index < len(bits) * 8:
            raise Malformed("its place is beyond its end")
        return bool(bits[index // 8] >> (7 - index % 8) & 1)

    def _object(self, said: Any) -> dict[str, Any]:
        if isinstance(said, dict):
            return said
        if isinstance(said, str) and said.startswith(("http://", "https://")):
            return self._json(said)
        raise Malformed("it does not lead to its badge and issuer")

    def _json(self, url: str) -> dict[str, Any]:
        said = strict_json(self._get(url).body)
        if not isinstance(said, dict):
            raise Malformed(f"{host_of(url)} answers something that is no object")
        return said

    def _get(self, url: str) -> Response:
        if not url.startswith(("http://", "https://")):
            raise Malformed("it names no web address")
        answer = self._client.get(url, headers=_ACCEPT, limits=_LIMITS, origin=self._origin)
        if answer.status in (404, 410):
            raise Gone
        if not answer.ok:
            raise Malformed(f"{host_of(url)} answers {answer.status}")
        return answer


def _now() -> Any:
    from ple.library.identity import utc_now

    return utc_now()


def _method(found: Found) -> str:
    if found.token is not None:
        return "" if "jwk" in found.token.header else str(found.token.header.get("kid") or "")
    proofs = found.data.get("proof")
    for proof in proofs if isinstance(proofs, list) else [proofs]:
        if isinstance(proof, dict) and isinstance(proof.get("verificationMethod"), str):
            return str(proof["verificationMethod"])
    return ""


def _key_in(document: dict[str, Any], method: str) -> Any:
    """Return the key that a controller document gives for ``method`` and allows to sign claims, or None."""
    base, _, fragment = method.partition("#")
    wanted = {method, f"#{fragment}"}
    listed = document.get("verificationMethod", [])
    methods = [one for one in (listed if isinstance(listed, list) else [listed]) if isinstance(one, dict)]
    allowed: set[str] = set()
    purposes = document.get("assertionMethod", [])
    for one in purposes if isinstance(purposes, list) else [purposes]:
        if isinstance(one, dict):
            methods.append(one)
            allowed.add(str(one.get("id")))
        else:
            allowed.add(str(one))
    if document.get("id") != base or not wanted & allowed:
        return None
    for one in methods:
        if str(one.get("id")) in wanted:
            if isinstance(one.get("publicKeyMultibase"), str):
                return keys.of_multikey(one["publicKeyMultibase"])
            return keys.of_jwk(one.get("publicKeyJwk"))
    return None


def _same_key(one: Any, other: Any) -> bool:
    return bool(one == other)


def _in_place(url: str, issuer: dict[str, Any]) -> Fact:
    """Return whether a hosted badge lies where its issuer says that its badges lie (Open Badges 2, section 4.4)."""
    name = line(str(issuer.get("id") or "an issuer without address"))[:120]
    scope = issuer.get("verification") if isinstance(issuer.get("verification"), dict) else {}
    starts = _strings(scope.get("startsWith")) if isinstance(scope, dict) else []
    origins = _strings(scope.get("allowedOrigins")) if isinstance(scope, dict) else []
    if starts:
        good = any(url.startswith(start) and _whole_host(url, start) for start in starts)
    else:
        good = host_of(url) in ([host.lower() for host in origins] or [host_of(str(issuer.get("id")))])
    if good:
        return Fact(State.HOLDS, f"It lies where the badges of {name} lie.")
    return Fact(State.FAILS, f"It lies at {host_of(url)}, where {name} keeps no badges.")


def _whole_host(url: str, start: str) -> bool:
    """Return whether both name the same host: ``https://a.example`` is no beginning of ``https://a.example.evil``."""
    return host_of(url) == host_of(start)


def _strings(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [one for one in listed if isinstance(one, str)]


def _first(value: Any) -> str | None:
    return next(iter(_strings(value)), None)


def _difference(ours: dict[str, Any], theirs: dict[str, Any]) -> str | None:
    """Return in what the hosted assertion differs from ours, or None."""

    def name(value: Any) -> Any:
        return value.get("id") if isinstance(value, dict) and value.get("id") else value

    for key in ("id", "recipient", "issuedOn", "expires", "badge", "verification"):
        if name(ours.get(key)) != name(theirs.get(key)):
            return key
    return None


def _unpacked(encoded: str) -> bytes:
    packed = keys.multibase(encoded) if encoded.startswith("u") else keys.base64url(encoded)
    unpacking = zlib.decompressobj(wbits=31)
    try:
        bits = unpacking.decompress(packed, _LONGEST_LIST)
    except zlib.error as error:
        raise Malformed("it is damaged") from error
    if unpacking.unconsumed_tail:
        raise Malformed("it is too large")
    return bits
