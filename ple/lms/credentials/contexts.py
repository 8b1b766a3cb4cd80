"""Vocabularies (JSON-LD contexts) that signatures over the meaning of a credential need.

A context says what the words of a credential mean. Whoever may bring one along can change what a learner reads without
touching what was signed, so only those are used that we know by their digest. They belong to others and are not
shipped: ``ple credentials contexts --fetch``, or checking a badge ``--online``, gets them once, and they are kept in
the library's folder. While a credential is checked otherwise, nothing is fetched.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KNOWN: Mapping[str, tuple[str, ...]] = {
    "https://www.w3.org/2018/credentials/v1": ("b01e671e873981f19a9102a9a57f666dbcaeb31b99e3e124378d143e71549247",),
    "https://www.w3.org/ns/credentials/v2": ("b463c8d6a066214123ddd9827b135e1b50e1fc73322cc52a9b12a4f1fc7d86cf",),
    "https://www.w3.org/ns/credentials/examples/v2": (
        "8a675bead391be98e6054c4e07c41f73337508d398e07047344c5d349aa2dc58",
    ),
    "https://w3id.org/security/data-integrity/v1": (
        "9505bf85338a4c2121ad03992ac90061bc85d43bcfa34d9d47b779381cf08b5f",
    ),
    "https://w3id.org/security/suites/ed25519-2020/v1": (
        "fb517f09d990829aed734c9bad8cbbb2ac3d5063b865c7e3d81f246074bf5691",
        "2d1dbbda79af01db58142b221b60d808559cfdb19f185ffe1346de9e25e1c90f",
    ),
    "https://purl.imsglobal.org/spec/ob/v3p0/context.json": (
        "2c54acaa1cffda2420be32ab61f0a2082051211131c6337686f36f2537aa859b",
    ),
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json": (
        "8bb2354552b70cbdf2066f6d3e24bc5c2be2619145737580ad2aebdc366e77d5",
    ),
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json": (
        "bdd1d11a55a660322f24660862a1d430ee80cce584465f750909daa43684357c",
    ),
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json": (
        "04b1136ddc4eda9a8966bc7ef182789f233a26739473140ef75d6968c29a2966",
    ),
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json": (
        "15f4c347c6fe4380d9b6b93795859e33747ef48d5c55b91a71c52fb51c7bcbd7",
    ),
    "https://purl.imsglobal.org/spec/clr/v2p0/context.json": (
        "a2dd0c0c07434663b7b54a51dd8a3363f6d5c420efa87e3d97b4ef8661596d44",
    ),
    "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json": (
        "7defe702c102faf14108579b7d65ef39ecf4c3bbef925b803e15bd77cd6e3394",
    ),
}
"""SHA-256 of the canonical JSON (RFC 8785) of each context, by its address: a copy with other spaces is the same."""

LARGEST = 200_000
_MOST_DEPTH = 60


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A context that we know, and whether it is here."""

    url: str
    kept: bool


def digest(document: Any) -> str:
    """Return the SHA-256 of a JSON document in canonical form."""
    import rfc8785

    return hashlib.sha256(rfc8785.dumps(document)).hexdigest()


class Contexts:
    """The contexts that are kept in a folder, each under its digest. A file that was changed is not used."""

    def __init__(self, folder: Path, known: Mapping[str, tuple[str, ...]] = KNOWN) -> None:
        self._folder = folder
        self._known = known
        self._read: dict[str, Any] = {}

    def known(self) -> Iterator[Vocabulary]:
        """Yield the contexts that we know."""
        for url in self._known:
            yield Vocabulary(url, self.get(url) is not None)

    def missing(self, document: Any) -> list[str]:
        """Return the contexts that a document names, that we know, and that are not here."""
        named = dict.fromkeys(_named(document, 0))
        return [url for url in self._known if url in named and self.get(url) is None]

    def get(self, url: str) -> Any:
        """Return the context of this address, or None if we do not know it or do not have it."""
        if url in self._read:
            return self._read[url]
        for wanted in self._known.get(url, ()):
            path = self._folder / f"{wanted}.json"
            try:
                document = json.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                continue
            if digest(document) == wanted:
                self._read[url] = document
                return document
        return None

    def keep(self, data: bytes) -> tuple[str, ...]:
        """Keep a context if it is one that we know; return the addresses that it stands for, or nothing."""
        if len(data) > LARGEST:
            return ()
        try:
            document = json.loads(data)
            found = digest(document)
        except (ValueError, RecursionError):
            return ()
        urls = tuple(url for url, wanted in self._known.items() if found in wanted)
        if urls:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / f"{found}.json"
            part = path.with_suffix(".part")
            part.write_bytes(data)
            part.replace(path)
            for url in urls:
                self._read.pop(url, None)
        return urls


def _named(value: Any, depth: int) -> Iterator[str]:
    if depth > _MOST_DEPTH:
        return
    if isinstance(value, dict):
        said = value.get("@context")
        yield from (url for url in (said if isinstance(said, list) else [said]) if isinstance(url, str))
        for inner in value.values():
            yield from _named(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _named(inner, depth + 1)
