"""Badges made for tests, with keys of the tests' own."""

import base64
import hashlib
import json
import struct
import zlib
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58(raw: bytes) -> str:
    number, text = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = _ALPHABET[digit] + text
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + text


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Issuer:
    """Somebody with a key, who gives badges."""

    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"a test").digest())
        raw = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.multikey = "z" + base58(b"\xed\x01" + raw)
        self.did = f"did:key:{self.multikey}"
        self.method = f"{self.did}#{self.multikey}"
        self.jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64url(raw)}

    def badge(self, **more: Any) -> dict[str, Any]:
        return {
            "@context": [
                "https://www.w3.org/ns/credentials/v2",
                "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
            ],
            "id": "urn:uuid:0191d3a4-0000-7000-8000-000000000001",
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "issuer": {"id": self.did, "type": ["Profile"], "name": "The Night School"},
            "validFrom": "2026-01-01T00:00:00Z",
            "credentialSubject": {
                "type": ["AchievementSubject"],
                "id": "did:example:me",
                "achievement": {
                    "id": "urn:uuid:0191d3a4-0000-7000-8000-000000000002",
                    "type": ["Achievement"],
                    "name": "Reading the sky",
                    "description": "Names forty stars.",
                    "criteria": {"narrative": "Find them on a clear night."},
                    "alignment": [
                        {
                            "type": ["Alignment"],
                            "targetName": "Observation",
                            "targetUrl": "https://skills.example/observation",
                        }
                    ],
                },
            },
            **more,
        }

    def signed(self, badge: dict[str, Any] | None = None, method: str | None = None) -> dict[str, Any]:
        badge = badge or self.badge()
        options = {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-jcs-2022",
            "created": "2026-01-02T00:00:00Z",
            "verificationMethod": method or self.method,
            "proofPurpose": "assertionMethod",
            "@context": badge["@context"],
        }
        over = hashlib.sha256(rfc8785.dumps(options)).digest() + hashlib.sha256(rfc8785.dumps(badge)).digest()
        return {**badge, "proof": {**options, "proofValue": "z" + base58(self.key.sign(over))}}

    def token(self, claims: dict[str, Any], **header: Any) -> str:
        parts = [base64url(json.dumps(one).encode()) for one in ({"alg": "EdDSA", "typ": "JWT", **header}, claims)]
        return ".".join([*parts, base64url(self.key.sign(".".join(parts).encode()))])


def png(
    text: str | None, *, keyword: bytes = b"openbadgecredential", packed: bool = False, crc: int | None = None
) -> bytes:
    def chunk(kind: bytes, body: bytes, crc: int | None = None) -> bytes:
        return (
            struct.pack(">I", len(body))
            + kind
            + body
            + struct.pack(">I", zlib.crc32(kind + body) if crc is None else crc)
        )

    raw = (text or "").encode()
    body = keyword + b"\0" + bytes([packed, 0]) + b"\0\0" + (zlib.compress(raw) if packed else raw)
    made = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    if text is not None:
        made += chunk(b"iTXt", body, crc)
    return made + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def svg(text: str) -> bytes:
    return (
        '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0">'
        f"<openbadges:credential><![CDATA[{text}]]></openbadges:credential><circle r='9'/></svg>"
    ).encode()


def hosted(url: str, **more: Any) -> dict[str, Any]:
    return {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "Assertion",
        "id": f"{url}/assertion",
        "recipient": {
            "type": "email",
            "hashed": True,
            "salt": "sea",
            "identity": "sha256$" + hashlib.sha256(b"me@example.orgsea").hexdigest(),
        },
        "issuedOn": "2026-01-01T00:00:00Z",
        "badge": f"{url}/badge",
        "verification": {"type": "hosted"},
        **more,
    }
