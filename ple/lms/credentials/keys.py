"""Public keys as credentials name them: Multikey and ``did:key``, ``did:jwk``, JSON Web Keys, PEM. Pure.

Only keys that say themselves what they are; of a key at an address somebody has to fetch the bytes first.
"""

import base64
import binascii
import json
from typing import Any

from ple.lms.credentials.errors import Malformed

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519, _P256 = b"\xed\x01", b"\x80\x24"  # multicodec prefixes (Controlled Identifiers 1.0, section 2.2.2)
_SMALLEST_RSA = 2048


class UnknownKey(Malformed):
    """A key of a kind that we do not read."""


def base58(text: str) -> bytes:
    """Return the bytes of a base58btc text.

    Raises:
        Malformed: it is none.
    """
    if len(text) > 1000:
        raise Malformed("a value in base58 is too long")
    number = 0
    for letter in text:
        digit = _ALPHABET.find(letter)
        if digit < 0:
            raise Malformed("a value is no base58")
        number = number * 58 + digit
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def base64url(text: str) -> bytes:
    """Return the bytes of an unpadded base64url text.

    Raises:
        Malformed: it is none.
    """
    try:
        if "=" in text or not text.isascii():
            raise ValueError
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise Malformed("a value is no base64url") from error


def multibase(text: str) -> bytes:
    """Return the bytes of a multibase text: ``z`` base58btc or ``u`` base64url."""
    if text.startswith("z"):
        return base58(text[1:])
    if text.startswith("u"):
        return base64url(text[1:])
    raise Malformed("a value is in a base that is not known")


def of_multikey(text: str) -> Any:
    """Return the public key of a Multikey (``z6Mk…``, ``zDn…``).

    Raises:
        Malformed: it is none, or of a kind that we do not read.
    """
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    raw = multibase(text)
    kind, value = raw[:2], raw[2:]
    try:
        if kind == _ED25519:
            return ed25519.Ed25519PublicKey.from_public_bytes(value)
        if kind == _P256:
            return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), value)
    except ValueError as error:
        raise Malformed("the key is damaged") from error
    raise UnknownKey("the key is of a kind that is not known here")


def of_jwk(jwk: Any) -> Any:
    """Return the public key of a JSON Web Key (RFC 7517): Ed25519, P-256, P-384 or RSA from 2048 bits.

    Raises:
        Malformed: it is none, holds a secret, or is of a kind that we do not read.
    """
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if not isinstance(jwk, dict):
        raise Malformed("the key is no JSON Web Key")
    if "d" in jwk or jwk.get("kty") == "oct":
        raise Malformed("the key holds a secret, so anybody could have signed with it")

    def number(name: str) -> int:
        return int.from_bytes(base64url(str(jwk.get(name, ""))), "big")

    try:
        kty, crv = jwk.get("kty"), jwk.get("crv")
        if (kty, crv) == ("OKP", "Ed25519"):
            return ed25519.Ed25519PublicKey.from_public_bytes(base64url(str(jwk.get("x", ""))))
        if kty == "EC" and crv in ("P-256", "P-384"):
            curve: ec.EllipticCurve = ec.SECP256R1() if crv == "P-256" else ec.SECP384R1()
            return ec.EllipticCurvePublicNumbers(number("x"), number("y"), curve).public_key()
        if kty == "RSA":
            modulus = number("n")
            if modulus.bit_length() < _SMALLEST_RSA or modulus.bit_length() > 16384:
                raise Malformed(f"a key of {modulus.bit_length()} bits proves nothing")
            return rsa.RSAPublicNumbers(number("e"), modulus).public_key()
    except ValueError as error:
        raise Malformed("the key is damaged") from error
    raise UnknownKey("the key is of a kind that is not known here")


def of_pem(text: Any) -> Any:
    """Return the public key of a PEM text.

    Raises:
        Malformed: it is none.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        return load_pem_public_key(str(text).encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Malformed("the key is no public key in PEM") from error


def of_method(method: str) -> Any | None:
    """Return the key that a verification method says itself, or None if somebody would have to fetch it.

    ``did:key:z…``, ``did:jwk:…``, and, as Open Badges 3 does it, an address with a Multikey behind ``#``.

    Raises:
        Malformed: it says a key that cannot be read.
    """
    base, _, fragment = method.partition("#")
    if base.startswith("did:key:"):
        said = base.removeprefix("did:key:")
        if fragment and fragment != said:
            raise Malformed("the key's name and the key differ")
        return of_multikey(said)
    if base.startswith("did:jwk:"):
        try:
            return of_jwk(json.loads(base64url(base.removeprefix("did:jwk:"))))
        except (ValueError, RecursionError) as error:
            raise Malformed("the key is no JSON Web Key") from error
    if fragment.startswith(("z6Mk", "zDn")):
        return of_multikey(fragment)
    return None


def controller_address(method: str) -> str | None:
    """Return where the document of a method's controller lies: of ``did:web`` and web addresses; else None."""
    base = method.partition("#")[0]
    if base.startswith("did:web:"):
        from urllib.parse import unquote

        host, *path = base.removeprefix("did:web:").split(":")
        local = unquote(host).partition(":")[0] in ("localhost", "127.0.0.1")
        where = "/".join(path) if path else ".well-known"
        return f"{'http' if local else 'https'}://{unquote(host)}/{where}/did.json"
    return base if base.startswith(("https://", "http://")) else None
