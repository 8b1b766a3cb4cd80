"""From a file to the credentials in it, whatever form they came in. Pure; reading is not believing.

Forms: JSON (Open Badges 2, Open Badges 3, other verifiable credentials, CLR with the credentials inside), a token
(JWS/JWT), PNG and SVG pictures that carry one of these, a PDF certificate, and a zip of all that.
"""

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ple.lms.credentials.baked import PNG, from_png, from_svg
from ple.lms.credentials.errors import CredentialError, Malformed, NoCredential
from ple.lms.credentials.signatures import Token, read_token, strict_json
from ple.web import addresses
from ple.web.errors import BadAddress
from ple.web.text import block, line, plain

LARGEST = 20_000_000
_MOST_FILES = 300
_VC1, _VC2 = "https://www.w3.org/2018/credentials/v1", "https://www.w3.org/ns/credentials/v2"
_OB2 = "https://w3id.org/openbadges/v2"
_ADDRESS = re.compile(r"https?://\S+")


class Form(StrEnum):
    """What kind of credential it is."""

    OPEN_BADGE_2 = "open-badge-2"
    OPEN_BADGE_3 = "open-badge-3"
    CREDENTIAL = "credential"
    CLR = "clr"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class Skill:
    """What a badge says that it shows: a competence of some framework."""

    name: str
    url: str | None
    framework: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """A credential in a file, as it says itself. Texts are safe for a terminal; ``data`` is what was signed."""

    form: Form
    data: dict[str, Any] = field(repr=False)
    token: Token | None = field(default=None, repr=False)
    address: str | None = None
    """Only an address was there (Open Badges 2): the assertion has to be fetched."""
    title: str = ""
    description: str = ""
    criteria: str = ""
    issuer: str = ""
    issuer_id: str | None = None
    url: str | None = None
    image: str | None = None
    issued_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None
    skills: tuple[Skill, ...] = ()
    evidence: tuple[str, ...] = ()
    inside: tuple["Found | Unread", ...] = ()
    """The credentials that a CLR holds."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A part that is no credential that can be read, and why."""

    name: str
    problem: CredentialError


def files_in(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the file itself, or what a zip holds.

    Raises:
        Malformed: it is too large, or the zip is damaged or too large when unpacked.
    """
    if len(data) > LARGEST:
        raise Malformed(f"{line(name)} is too large for a credential")
    if not data.startswith(b"PK\x03\x04"):
        yield name, data
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            members = [member for member in packed.infolist() if not member.is_dir()]
            if len(members) > _MOST_FILES:
                raise Malformed(f"{line(name)} holds more than {_MOST_FILES} files")
            left = 3 * LARGEST
            for member in members:
                if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise Malformed(f"{line(name)} is packed in a way that is not known here")
                with packed.open(member) as file:
                    content = file.read(min(left, LARGEST) + 1)
                left -= len(content)
                if left < 0 or len(content) > LARGEST:
                    raise Malformed(f"{line(name)} is too large when it is unpacked")
                yield f"{name}/{member.filename}", content
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise Malformed(f"{line(name)} is a damaged or locked zip") from error


def read(name: str, data: bytes) -> Found:
    """Return the credential of a file.

    Raises:
        NoCredential: there is none in it.
        Malformed: there is one that breaks the rules of its format.
    """
    if data.startswith(b"%PDF-"):
        title = re.sub(r"[-_]+", " ", name.rsplit("/", 1)[-1].rpartition(".")[0]).strip() or "Certificate"
        return Found(Form.PDF, {}, title=line(title)[:300])
    if data.startswith(PNG):
        return read_text(from_png(data))
    head = data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<"):
        if b"<svg" not in data[:5000]:
            raise NoCredential("this is a page, not a badge")
        return read_text(from_svg(data))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NoCredential("this is no picture, JSON, token or PDF") from error
    return read_text(text)


def read_text(text: str) -> Found:
    """Return the credential of a text: JSON, a token, or (Open Badges 2) an address.

    Raises:
        NoCredential: it is none.
        Malformed: it breaks the rules of its format.
    """
    text = text.strip()
    if _ADDRESS.fullmatch(text) and len(text) < 2000:
        return Found(Form.OPEN_BADGE_2, {}, address=text, title="A badge at an address", url=_web(text))
    if re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]*", text):
        return _of_token(read_token(text))
    if not text.startswith(("{", "[")):
        raise NoCredential("this is no picture, JSON, token or PDF")
    said = strict_json(text)
    if not isinstance(said, dict):
        raise NoCredential("this JSON is a list, not a credential")
    return of_object(said)


def of_object(said: dict[str, Any], token: Token | None = None) -> Found:
    """Return the credential that a JSON object is.

    Raises:
        NoCredential: it is something else.
        Malformed: it breaks the rules of its format.
    """
    types = _types(said)
    contexts = [url for url in _list(said.get("@context")) if isinstance(url, str)]
    if "VerifiableCredential" in types or _VC1 in contexts or _VC2 in contexts:
        return _verifiable(said, token, types, contexts)
    if _OB2 in contexts and isinstance(said.get("badge"), str | dict):
        if "Assertion" not in types:
            raise Malformed("it is an Open Badge, but not of the type Assertion")
        return _open_badge_2(said, token)
    if "Assertion" in types:
        raise Malformed("it calls itself a badge, but not by the vocabulary of Open Badges 2")
    if token is not None and types:
        raise Malformed("the token holds something that is no badge")
    kind = next((name for name in types if name in _OTHERS), None)
    if kind:
        raise NoCredential(f"this describes {_OTHERS[kind]}; nobody has earned it")
    if "achievement" in said.get("credentialSubject", {}) if isinstance(said.get("credentialSubject"), dict) else False:
        raise Malformed("it looks like a badge, but does not say that it is a verifiable credential")
    raise NoCredential("this JSON is no badge or credential")


_OTHERS = {
    "BadgeClass": "a badge",
    "Issuer": "an issuer",
    "Profile": "an issuer",
    "Endorsement": "an endorsement",
    "CryptographicKey": "a key",
    "RevocationList": "a list of what was revoked",
    "DataIntegrityProof": "a signature",
}


def _of_token(token: Token) -> Found:
    claims = token.claims
    inner = claims.get("vc")
    if inner is not None and not isinstance(inner, dict):
        raise Malformed("the token's credential is no object")
    said = dict(inner) if inner is not None else {k: v for k, v in claims.items() if k not in _REGISTERED}
    if inner is not None:
        # VC-JWT 1.1, section 6.3.1: where claim and credential both say it, they must say the same
        subject = said.get("credentialSubject")
        pairs = [("iss", _id(said.get("issuer"))), ("jti", said.get("id"))]
        if isinstance(subject, dict):
            pairs.append(("sub", subject.get("id")))
        for claim, value in pairs:
            if claims.get(claim) is not None and value is not None and claims[claim] != value:
                raise Malformed(f"the token contradicts its credential ({claim})")
        if claims.get("iss") and not said.get("issuer"):
            said["issuer"] = claims["iss"]
    found = of_object(said, token)
    if "exp" in claims:
        try:
            ends = dt.datetime.fromtimestamp(float(claims["exp"]), dt.UTC)
        except (TypeError, ValueError, OverflowError, OSError) as error:
            raise Malformed("the token ends at no time") from error
        if found.expires_at is None or ends < found.expires_at:
            import dataclasses

            found = dataclasses.replace(found, expires_at=ends)
    return found


_REGISTERED = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf"})


def _verifiable(said: dict[str, Any], token: Token | None, types: list[str], contexts: list[str]) -> Found:
    if not contexts or contexts[0] not in (_VC1, _VC2) or _list(said.get("@context"))[0] != contexts[0]:
        raise Malformed("its first vocabulary is not that of verifiable credentials")
    if "VerifiableCredential" not in types:
        raise Malformed("it does not say that it is a verifiable credential")
    if any("Presentation" in name for name in types):
        raise NoCredential("this is a presentation, not a credential")
    issuer = said.get("issuer")
    issuer_id = _id(issuer)
    if not issuer_id or ":" not in issuer_id:
        raise Malformed("it does not say who issued it")
    first, last = ("issuanceDate", "expirationDate") if contexts[0] == _VC1 else ("validFrom", "validUntil")
    if contexts[0] == _VC1 and first not in said and "validFrom" not in said and (token is None):
        raise Malformed("it does not say when it was issued")
    issued = _time(said.get(first, said.get("validFrom")), "it was issued at")
    expires = _time(said.get(last, said.get("validUntil")), "it ends at")
    subject = said.get("credentialSubject")
    subjects = _list(subject)
    if not subjects or not all(isinstance(one, dict) and one for one in subjects):
        raise Malformed("it does not say of whom it speaks")
    first_subject: dict[str, Any] = subjects[0]
    badge = bool({"OpenBadgeCredential", "AchievementCredential"} & set(types))
    form = Form.CLR if "ClrCredential" in types else Form.OPEN_BADGE_3 if badge else Form.CREDENTIAL
    achievement = first_subject.get("achievement")
    if isinstance(achievement, list):
        achievement = achievement[0] if achievement else None
    achievement = achievement if isinstance(achievement, dict) else {}
    wanted = "AchievementSubject" if form is Form.OPEN_BADGE_3 else "ClrSubject" if form is Form.CLR else None
    if wanted and wanted not in _types(first_subject):
        raise Malformed(f"its subject is no {wanted}, as a badge's has to be")
    if isinstance(issuer, dict) and badge and issuer.get("type") and "Profile" not in _types(issuer):
        raise Malformed("its issuer is no Profile, as a badge's has to be")
    criteria = achievement.get("criteria")
    return Found(
        form,
        said,
        token,
        title=_line(achievement.get("name") or said.get("name") or _kind_of(types)),
        description=_prose(achievement.get("description") or said.get("description")),
        criteria=_prose(criteria.get("narrative") or criteria.get("id") if isinstance(criteria, dict) else criteria),
        issuer=_line(issuer.get("name") if isinstance(issuer, dict) else "") or line(issuer_id)[:300],
        issuer_id=line(issuer_id)[:2000],
        url=_web(said.get("id")),
        image=_picture(achievement.get("image") or said.get("image")),
        issued_at=issued,
        expires_at=expires,
        skills=_skills(achievement.get("alignment"), "targetName", "targetUrl", "targetFramework"),
        evidence=_evidence(said.get("evidence")),
        inside=_inside(first_subject) if form is Form.CLR else (),
    )


def _inside(subject: Mapping[str, Any]) -> tuple[Found | Unread, ...]:
    made: list[Found | Unread] = []
    for number, one in enumerate(_list(subject.get("verifiableCredential"))[:200], 1):
        try:
            inner = read_text(one) if isinstance(one, str) else of_object(one) if isinstance(one, dict) else None
            if inner is None or inner.form is Form.CLR:
                raise Malformed("a record inside a record is not taken")
            made.append(inner)
        except CredentialError as error:
            made.append(Unread(f"credential {number}", error))
    return tuple(made)


def _open_badge_2(said: dict[str, Any], token: Token | None) -> Found:
    recipient, verification = said.get("recipient"), said.get("verification") or said.get("verify")
    if not isinstance(recipient, dict) or not recipient.get("identity"):
        raise Malformed("it does not say who earned it")
    if not isinstance(verification, dict) or not verification.get("type"):
        raise Malformed("it does not say how it can be checked")
    issued = _time(said.get("issuedOn"), "it was issued at")
    if issued is None:
        raise Malformed("it does not say when it was issued")
    expires = _time(said.get("expires"), "it ends at")
    badge = said["badge"] if isinstance(said["badge"], dict) else {}
    issuer = badge.get("issuer")
    criteria = badge.get("criteria")
    issuer_id = _id(issuer) or None
    return Found(
        Form.OPEN_BADGE_2,
        said,
        token,
        title=_line(badge.get("name")) or "A badge",
        description=_prose(badge.get("description")),
        criteria=_prose(criteria.get("narrative") or criteria.get("id") if isinstance(criteria, dict) else criteria),
        issuer=_line(issuer.get("name") if isinstance(issuer, dict) else "") or line(issuer_id or "")[:300],
        issuer_id=line(issuer_id)[:2000] if issuer_id else None,
        url=_web(said.get("id")),
        image=_picture(said.get("image") or badge.get("image")),
        issued_at=issued,
        expires_at=expires,
        skills=_skills(badge.get("alignment"), "targetName", "targetUrl", "targetFramework"),
        evidence=_evidence(said.get("evidence")),
    )


def time_of(said: Any) -> dt.datetime | None:
    """Return a moment with its zone in UTC, or None if it is none."""
    if not isinstance(said, str):
        return None
    try:
        at = dt.datetime.fromisoformat(said.strip())
        return at.astimezone(dt.UTC) if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _time(said: Any, what: str) -> dt.datetime | None:
    if said is None:
        return None
    at = time_of(said)
    if at is None:
        raise Malformed(f"{what} “{line(str(said))[:40]}”, which is no moment with a time zone")
    return (
        at if 1 < at.year < 9999 else None
    )  # "never": at the ends of the calendar not all time zones have a day for it


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _types(said: Mapping[str, Any]) -> list[str]:
    return [name for name in _list(said.get("type")) if isinstance(name, str)]


def _id(value: Any) -> str:
    found = value.get("id") if isinstance(value, dict) else value
    return found.strip() if isinstance(found, str) else ""


def _kind_of(types: list[str]) -> str:
    names = [name for name in types if name != "VerifiableCredential"] or ["Credential"]
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", names[0])


def _line(value: Any) -> str:
    if isinstance(value, dict):  # in several languages
        value = value.get("@value") or next((one for one in value.values() if isinstance(one, str)), "")
    return line(str(value)[:2000])[:300] if isinstance(value, str | int | float) else ""


def _prose(value: Any) -> str:
    return block(plain(value[:50_000])) if isinstance(value, str) else _line(value)


def _web(value: Any) -> str | None:
    try:
        return addresses.clean(value) if isinstance(value, str) and value.startswith(("http://", "https://")) else None
    except BadAddress:
        return None


def _picture(value: Any) -> str | None:
    value = value.get("id") if isinstance(value, dict) else value
    return _web(value)


def _skills(value: Any, name: str, url: str, framework: str) -> tuple[Skill, ...]:
    return tuple(
        Skill(_line(one.get(name)), _web(one.get(url)), _line(one.get(framework)) or None)
        for one in _list(value)[:50]
        if isinstance(one, dict) and _line(one.get(name))
    )


def _evidence(value: Any) -> tuple[str, ...]:
    said = (_web(one.get("id") if isinstance(one, dict) else one) for one in _list(value)[:50])
    return tuple(url for url in said if url)
