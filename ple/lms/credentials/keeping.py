"""Keeping a credential: its row, its file, and what it says in columns."""

import dataclasses
import hashlib
import json
import re
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from ple.library.resource import Resource
from ple.library.transaction import Writing
from ple.lms.credentials.models import KIND, CredentialRow
from ple.lms.credentials.pictures import picture_in
from ple.lms.credentials.reading import Found
from ple.lms.credentials.verification import Verdict

_TYPES = {".png": "image/png", ".svg": "image/svg+xml", ".json": "application/json", ".pdf": "application/pdf"}


def keep(
    tx: Writing,
    found: Found,
    verdict: Verdict,
    name: str,
    data: bytes | None,
    source: str | None,
    inside_of: int | None,
) -> tuple[int, bool]:
    """Keep a credential; return its number, and whether it is new. One from the trash comes out of it."""
    said = _said(found)
    of = said.encode() if said else data or b""
    digest = hashlib.sha256(of).hexdigest()
    before = tx.connection().execute(
        sa.select(col(CredentialRow.id), col(Resource.trashed_at))
        .join(Resource, col(Resource.id) == col(CredentialRow.id))
        .where(col(CredentialRow.said_sha256) == digest, col(Resource.purged_at).is_(None))
        .order_by(col(CredentialRow.id))
    )
    for id, trashed in before:
        if trashed is not None:
            tx.restore(id)
        return id, trashed is not None
    id = tx.register(KIND)
    kept = re.sub(r"[\x00-\x1f\x7f/\\\ud800-\udfff]+", " ", name.rsplit("/", 1)[-1]).strip(" .")[:120] or "credential"
    tx.add(
        CredentialRow(
            id=id,
            **says(found),
            form=found.form,
            said=said,
            said_sha256=digest,
            file_name=kept,
            file_sha256=hashlib.sha256(data).hexdigest() if data is not None else digest,
            source=source,
            inside_of=inside_of,
            facts=facts(verdict),
            checked_at=verdict.at,
        )
    )
    tx.flush()
    if data is not None:
        suffix = "." + kept.rpartition(".")[2].lower()
        tx.attach(id, "original", kept, _TYPES.get(suffix, "application/octet-stream"), data)
    keep_picture(tx, id, found)
    tx.note("earned", id)
    return id, True


def keep_picture(tx: Writing, id: int, found: Found) -> None:
    """Keep the picture that a credential brings along in its words, if it does."""
    picture = picture_in(found.data)
    if picture is not None:
        tx.attach(id, "picture", picture.name, picture.media_type, picture.data)


def _said(found: Found) -> str:
    if found.token is not None:
        return found.token.text
    if found.data:
        return json.dumps(found.data, sort_keys=True, separators=(",", ":"))
    return found.address or ""


def says(found: Found) -> dict[str, Any]:
    """Return the columns that the credential itself fills."""
    return {
        "title": found.title or "A credential",
        "description": found.description,
        "criteria": found.criteria,
        "issuer": found.issuer,
        "issuer_id": found.issuer_id,
        "url": found.url,
        "image": found.image,
        "issued_at": found.issued_at,
        "expires_at": found.expires_at,
        "skills": [dataclasses.asdict(skill) for skill in found.skills],
        "evidence": list(found.evidence),
    }


def facts(verdict: Verdict) -> dict[str, Any]:
    """Return the four facts as they are kept."""
    return {name: {"state": fact.state.value, "says": fact.says} for name, fact in verdict.facts()}
