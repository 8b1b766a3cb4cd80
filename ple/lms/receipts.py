"""Receipts, read: what was written once, with every proof that was added since."""

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from ple.library import Library, NotFound, Resource, chunks
from ple.lms.models import RECEIPT, ProofRow, ReceiptRow
from ple.lms.readback import in_words
from ple.lms.values import Receipt, ReceiptRecord, ReceiptState


class Receipts:
    """The receipts of one library."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def ids(self, assignment_id: int | None = None) -> list[int]:
        """Return the receipts, newest first."""
        query = (
            sa.select(col(ReceiptRow.id))
            .join(Resource, col(Resource.id) == col(ReceiptRow.id))
            .where(col(Resource.trashed_at).is_(None))
            .order_by(col(ReceiptRow.made_at).desc(), col(ReceiptRow.id).desc())
        )
        if assignment_id is not None:
            query = query.where(col(ReceiptRow.assignment_id) == assignment_id)
        with self._library.reading() as tx:
            return list(tx.connection().execute(query).scalars())

    def values(self, ids: Iterable[int]) -> list[Receipt]:
        """Return receipts in the order asked; those in the trash are left out."""
        wanted = list(ids)
        found: dict[int, Receipt] = {}
        with self._library.reading() as tx:
            for some in chunks(wanted):
                rows = tx.exec(
                    select(ReceiptRow, Resource)
                    .join(Resource, col(Resource.id) == col(ReceiptRow.id))
                    .where(col(ReceiptRow.id).in_(some), col(Resource.trashed_at).is_(None))
                ).all()
                proofs: dict[int, list[ProofRow]] = {}
                for proof in tx.exec(
                    select(ProofRow).where(col(ProofRow.receipt_id).in_(some)).order_by(col(ProofRow.id))
                ):
                    proofs.setdefault(proof.receipt_id, []).append(proof)
                tags = tx.tags_of(some)
                for row, resource in rows:
                    found[row.id] = _receipt(row, resource, proofs.get(row.id, []), tags[row.id])
        return [found[id] for id in wanted if id in found]

    def receipt(self, id: int) -> Receipt:
        """Return one receipt.

        Raises:
            NotFound: there is none with this number.
        """
        for receipt in self.values([id]):
            return receipt
        raise NotFound(id, RECEIPT)

    def record(self, id: int) -> ReceiptRecord:
        """Return a receipt with all that was recorded.

        Raises:
            NotFound: there is none with this number.
        """
        receipt = self.receipt(id)
        with self._library.reading() as tx:
            row = tx.get(ReceiptRow, id)
            assert row is not None
            proofs = tx.exec(select(ProofRow).where(ProofRow.receipt_id == id).order_by(col(ProofRow.id))).all()
        return ReceiptRecord(receipt, json.loads(row.record), tuple(_proof_record(proof) for proof in proofs))


def _receipt(row: ReceiptRow, resource: Resource, proofs: Collection[ProofRow], tags: frozenset[str]) -> Receipt:
    seen = [proof for proof in proofs if proof.same]
    latest = list(proofs)[-1] if proofs else None
    return Receipt(
        id=row.id,
        uid=resource.uid,
        kind=RECEIPT,
        title=row.title,
        url=row.url,
        tags=tags,
        created_at=resource.created_at,
        state=ReceiptState.VERIFIED if seen else ReceiptState.LEARNER if row.by_hand else ReceiptState.UNVERIFIED,
        assignment_id=row.assignment_id,
        course=row.course,
        account=row.account,
        text=row.text,
        files=tuple(row.files),
        attempt=row.attempt,
        submission=row.submission,
        sent_at=row.sent_at,
        submitted_at=seen[0].submitted_at if seen else None,
        verified_at=seen[0].at if seen else None,
        sent_sha256=row.sent_sha256,
        read_sha256=(seen[0].read_sha256 if seen else latest.read_sha256 if latest else None),
        record_sha256=row.record_sha256,
        compared=in_words(_thorough(seen)),
    )


def _thorough(seen: Sequence[ProofRow]) -> list[dict[str, Any]]:
    """Return what the most thorough look compared, the latest of several."""
    looks = [proof.compared or [] for proof in seen]
    return min(reversed(looks), key=lambda look: sum(each.get("how") == "name and size" for each in look), default=[])


def _proof_record(proof: ProofRow) -> dict[str, Any]:
    return {
        "at": proof.at,
        "same": proof.same,
        "read_sha256": proof.read_sha256,
        "submitted_at": proof.submitted_at,
        "compared": proof.compared,
        "read_back": json.loads(proof.read_back),
    }
