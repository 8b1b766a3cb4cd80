"""Is what was signed what we read? Data Integrity proofs and tokens, checked without a network. Pure.

* ``eddsa-rdfc-2022`` (and its earlier name ``eddsa-2022``), ``Ed25519Signature2020``: over the meaning, as RDF
* ``eddsa-jcs-2022``: over the canonical JSON (RFC 8785)
* JWS in compact form: RS256, ES256, ES384, EdDSA; never ``none``, never a shared secret

W3C Data Integrity EdDSA Cryptosuites 1.0; Open Badges 3.0 section 8. What JSON-LD would drop before signing could be
added by anybody without breaking the signature; where something would be dropped, the credential is refused.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ple.lms.credentials.errors import Malformed, MissingExtra
from ple.lms.credentials.keys import base64url, multibase

RDFC = frozenset({"eddsa-rdfc-2022", "eddsa-2022"})
JCS = "eddsa-jcs-2022"
OLD = "Ed25519Signature2020"
ALGORITHMS = ("RS256", "ES256", "ES384", "EdDSA")
_MOST_STEPS = 500
"""Steps of naming blank nodes: a credential takes a few; a graph made to hang us takes as many as there are orders."""
_MOST_DEPTH = 60
_KEYWORDS = frozenset({"@context", "@value", "@language", "@direction"})

Load = Callable[[str], Any]
"""What returns the context of an address, or None if it is not here."""


class NotHere(Exception):
    """A context that the credential uses is not here; ``url`` says which."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


@dataclass(frozen=True, slots=True)
class Hashed:
    """What a Data Integrity signature is over: the hash of the proof's options, then that of the document."""

    canonical_document: bytes
    canonical_options: bytes

    @property
    def document_hash(self) -> bytes:
        """SHA-256 of the document in canonical form."""
        return hashlib.sha256(self.canonical_document).digest()

    @property
    def options_hash(self) -> bytes:
        """SHA-256 of the proof's options in canonical form."""
        return hashlib.sha256(self.canonical_options).digest()

    @property
    def signed(self) -> bytes:
        """The 64 bytes that the signature is over."""
        return self.options_hash + self.document_hash


def suite_of(proof: Mapping[str, Any]) -> str:
    """Return the name of what made a proof: its cryptosuite, or its type where that says it."""
    if proof.get("type") == "DataIntegrityProof":
        return str(proof.get("cryptosuite") or "DataIntegrityProof")
    return str(proof.get("type") or "a proof without a type")


def proofs_of(credential: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the proofs of a credential.

    Raises:
        Malformed: one is no object.
    """
    said = credential.get("proof", [])
    proofs = said if isinstance(said, list) else [said]
    if not all(isinstance(proof, dict) for proof in proofs) or len(proofs) > 20:
        raise Malformed("the signature is no signature")
    return proofs


def hashed(credential: Mapping[str, Any], proof: Mapping[str, Any], load: Load) -> Hashed:
    """Return what ``proof`` has signed of ``credential``.

    Raises:
        Malformed: the credential says something that the signature would not cover, or is built to hang us.
        NotHere: a context is not here.
    """
    document = {name: value for name, value in credential.items() if name != "proof"}
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    before = _before(credential, proof)
    if suite_of(proof) == JCS:
        import rfc8785

        if before:
            document["proof"] = before
        if "@context" in options:
            mine, whole = _listed(options["@context"]), _listed(document.get("@context"))
            if whole[: len(mine)] != mine:
                raise Malformed("the signature speaks of another vocabulary than the credential")
            document["@context"] = options["@context"]
        try:
            return Hashed(rfc8785.dumps(document), rfc8785.dumps(options))
        except (rfc8785.CanonicalizationError, RecursionError, ValueError) as error:
            raise Malformed("the credential has no canonical form") from error
    options["@context"] = document.get("@context")
    if before:
        document["proof"] = before
    meaning = Meaning(load)
    return Hashed(meaning.canonical(document), meaning.canonical(options))


def holds(what: Hashed, proof: Mapping[str, Any], key: Any) -> bool:
    """Return whether the key of ``proof`` has signed ``what``.

    Raises:
        Malformed: the key is of the wrong kind, or the signature is no signature.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if not isinstance(key, Ed25519PublicKey):
        raise Malformed("the key is not of the kind that this signature needs")
    value = proof.get("proofValue")
    if not isinstance(value, str) or not value.startswith("z"):
        raise Malformed("the signature is missing or is none")
    signature = multibase(value)
    if len(signature) != 64:
        raise Malformed("the signature has the wrong length")
    try:
        key.verify(signature, what.signed)
    except InvalidSignature:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Token:
    """A JWS in compact form, read and not yet believed."""

    header: dict[str, Any]
    claims: dict[str, Any]
    text: str


def read_token(text: str) -> Token:
    """Read a token.

    Raises:
        Malformed: it is none, or wants an algorithm that proves nothing.
    """
    parts = text.strip().split(".")
    if len(parts) != 3:
        raise Malformed("it is no token of three parts")
    header, claims = (strict_json(base64url(part)) for part in parts[:2])
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise Malformed("the token holds no object")
    if header.get("alg") not in ALGORITHMS:
        raise Malformed(f"the token is signed with “{str(header.get('alg'))[:20]}”, which proves nothing here")
    if header.get("crit"):
        raise Malformed("the token wants extensions that are not known here")
    return Token(header, claims, text.strip())


def token_holds(token: Token, key: Any) -> bool:
    """Return whether ``key`` has signed the token.

    Raises:
        Malformed: the key does not fit the token's algorithm.
    """
    import jwt
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    kinds = {"RS256": rsa.RSAPublicKey, "EdDSA": ed25519.Ed25519PublicKey}
    algorithm = str(token.header["alg"])
    wanted: Any = kinds.get(algorithm, ec.EllipticCurvePublicKey)
    if not isinstance(key, wanted):
        raise Malformed("the key is not of the kind that the token's algorithm needs")
    try:
        jwt.api_jws.decode(token.text, key, algorithms=[algorithm])
    except jwt.InvalidSignatureError:
        return False
    except (jwt.PyJWTError, TypeError, ValueError) as error:
        raise Malformed("the token cannot be read") from error
    return True


def strict_json(data: bytes | str) -> Any:
    """Read JSON that everybody reads alike: no name twice in an object, no NaN, no lone surrogates.

    Raises:
        Malformed: it is not.
    """

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            raise Malformed("the file says the same name twice, so that two readers may read two things")
        return made

    def never(what: str) -> Any:
        raise Malformed(f"the file has a number that JSON has not: {what}")

    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        value = json.loads(text, object_pairs_hook=once, parse_constant=never)
        json.dumps(value, ensure_ascii=False).encode()
        return value
    except (ValueError, RecursionError) as error:
        raise Malformed("the file is no JSON") from error


def check_extra() -> None:
    """Make sure that signatures can be checked.

    Raises:
        MissingExtra: what is needed is not installed.
    """
    from importlib.util import find_spec

    missing = [name for name in ("cryptography", "jwt", "pyld", "rfc8785") if find_spec(name) is None]
    if missing:
        raise MissingExtra("signatures cannot be checked here: " + ", ".join(missing) + " is missing")


class Meaning:
    """JSON-LD read strictly: nothing may be dropped, no vocabulary of the document's own, none from the network."""

    def __init__(self, load: Load) -> None:
        self._load = load

    def canonical(self, document: Mapping[str, Any]) -> bytes:
        """Return what ``document`` means as canonical N-Quads.

        Raises:
            Malformed: something of it would be dropped, or it is built to hang us.
            NotHere: a context is not here.
        """
        from pyld import jsonld
        from pyld.canon import URDNA2015
        from pyld.context_resolver import ContextResolver

        self._look(document, 0)

        class Bounded(URDNA2015):  # type: ignore[misc]
            steps = 0

            def hash_n_degree_quads(self, id_: Any, issuer: Any) -> Any:
                self.steps += 1
                if self.steps > _MOST_STEPS:
                    raise Malformed("the credential is built so that reading it would never end")
                return super().hash_n_degree_quads(id_, issuer)

        def loader(url: str, _options: Any) -> dict[str, Any]:
            context = self._load(url)
            if context is None:
                raise NotHere(url)
            return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": context}

        dropped: list[object] = []
        options = {"documentLoader": loader, "base": "", "processingMode": "json-ld-1.1"}
        options["contextResolver"] = ContextResolver({}, loader)
        try:
            expanded = jsonld.expand(dict(document), options, on_property_dropped=dropped.append)
            if dropped:
                names = ", ".join(f"“{str(name)[:40]}”" for name in dropped[:3])
                raise Malformed(f"it says {names}, which no vocabulary knows and no signature covers")
            for name in _relative(expanded):
                raise Malformed(f"it says “{name[:40]}”, which no vocabulary knows and no signature covers")
            dataset = jsonld.to_rdf(expanded, {**options, "produceGeneralizedRdf": False})
            quads = Bounded().main(dataset, {"format": "application/n-quads"})
        except jsonld.JsonLdError as error:
            missing = _cause(error)
            if missing is not None:
                raise missing from error
            raise Malformed("its words do not make sense together (JSON-LD)") from error
        except (RecursionError, TypeError, KeyError, AttributeError, ValueError) as error:
            raise Malformed("its words do not make sense together (JSON-LD)") from error
        return str(quads).encode()

    def _look(self, value: Any, depth: int) -> None:
        if depth > _MOST_DEPTH:
            raise Malformed("the credential is nested too deeply")
        if isinstance(value, list):
            for inner in value:
                self._look(inner, depth + 1)
        elif isinstance(value, dict):
            for name, inner in value.items():
                if name.startswith("@") and name not in _KEYWORDS:
                    raise Malformed(f"it uses “{name[:20]}”, with which its words could mean something else")
                if name == "@context":
                    for url in _listed(inner):
                        if not isinstance(url, str):
                            raise Malformed("it brings a vocabulary of its own, which could change what its words mean")
                        if self._load(url) is None:
                            raise NotHere(url)
                else:
                    self._look(inner, depth + 1)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _before(credential: Mapping[str, Any], proof: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the proofs that this one builds on (a proof chain): it has signed them too."""
    wanted = [name for name in _listed(proof.get("previousProof", [])) if name]
    found = [other for other in proofs_of(credential) if other.get("id") in wanted]
    if len(found) != len(wanted):
        raise Malformed("the signature builds on another one that is not there")
    return found


def _relative(node: Any) -> Iterator[str]:
    """Yield names and types of expanded JSON-LD that are no absolute addresses: these would be dropped silently."""
    if isinstance(node, list):
        for inner in node:
            yield from _relative(inner)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in ("@id", "@type"):
                for name in _listed(value):
                    if isinstance(name, str) and ":" not in name and not name.startswith("@"):
                        yield name
            else:
                yield from _relative(value)


def _cause(error: BaseException | None) -> NotHere | Malformed | None:
    seen = 0
    while error is not None and seen < 20:
        if isinstance(error, NotHere | Malformed):
            return error
        error, seen = getattr(error, "cause", None) or error.__cause__ or error.__context__, seen + 1
    return None
