"""Receipts and proofs, as they are written: once, with everything that was known at that moment, and never changed."""

import datetime as dt
import hashlib
import json
import uuid
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlmodel import col, select

from ple.library import Attachment, Reading, Resource, Writing, uuid7
from ple.lms.adapter import Attempt, SubmissionStatus
from ple.lms.content import Content
from ple.lms.hand_in import Intent, Plan, Step
from ple.lms.models import RECEIPT, HandInRow, ProofRow, ReceiptRow
from ple.lms.readback import compared


@dataclass(frozen=True, slots=True)
class Open:
    """A hand-in that this run of ple works on."""

    id: int
    holder: str
    assignment_id: int
    intent: Intent
    statement: bool
    resource_id: int | None
    receipt_id: int | None
    plan: dict[str, Any]

    def after(self, step: Step) -> "Open":
        """Return it with one more step, or with the outcome of the last one."""
        steps = self.intent.steps
        if steps and steps[-1].sent_at == step.sent_at and steps[-1].name == step.name:
            steps = steps[:-1]
        return replace(self, intent=replace(self.intent, steps=(*steps, step)))


def write_receipt(
    tx: Writing,
    ours: Open,
    attempt: int,
    submission: str | None,
    now: dt.datetime,
    *,
    by_hand: bool = False,
) -> int:
    """Write the receipt of a hand-in, with its files and the page as it was; return its number."""
    sent_at = min((step.sent_at for step in ours.intent.steps), default=None)
    key = tx.exec(select(HandInRow.key).where(HandInRow.id == ours.id)).first()
    content = ours.intent.content
    record = canonical(
        {
            "version": 1,
            "key": str(key or uuid7()),
            "made_at": now,
            "plan": ours.plan,
            "content": {
                "link": content.link,
                "text": content.text,
                "html": content.html(),
                "files": [asdict(piece) for piece in content.files],
            },
            "sent_sha256": content.sha256,
            "statement_accepted": ours.statement,
            "steps": [step_record(step) for step in ours.intent.steps],
            "attempt": attempt,
            "submission": submission,
            "by_hand": by_hand,
        }
    )
    id = tx.register(RECEIPT)
    tx.add(
        ReceiptRow(
            id=id,
            assignment_id=ours.assignment_id,
            title=str(ours.plan["assignment"]),
            course=str(ours.plan["course"]),
            account=str(ours.plan["account"]),
            url=content.link,
            text=content.text,
            files=[piece.name for piece in content.files],
            by_hand=by_hand,
            attempt=attempt,
            submission=submission,
            sent_at=sent_at,
            sent_sha256=content.sha256,
            record=record,
            record_sha256=hashlib.sha256(record.encode()).hexdigest(),
            made_at=now,
        )
    )
    tx.flush()
    for piece in content.files:
        _attach(tx, id, "handed-in", piece.name, piece.media_type, piece.sha256)
    seen = ours.plan.get("seen") or {}
    if seen.get("sha256"):
        _attach(tx, id, "snapshot", "page", seen.get("media_type") or "text/html", seen["sha256"])
    if ours.plan.get("artifact_sha256"):
        _attach(tx, id, "artifact", "artifact.md", "text/markdown", ours.plan["artifact_sha256"])
    if ours.resource_id is not None:
        tx.link(id, ours.resource_id, "hands-in")
    tx.note("handed-in", id, assignment=ours.assignment_id, attempt=attempt)
    return id


def canonical(value: Any) -> str:
    """Return ``value`` as JSON that is always written in the same way."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def plan_record(plan: Plan) -> dict[str, Any]:
    """Return what a receipt keeps of its plan."""
    said: dict[str, Any] = json.loads(canonical(asdict(plan)))
    return said


def _plain(value: object) -> object:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, uuid.UUID):
        return str(value)
    raise TypeError(type(value).__name__)


def step_record(step: Step) -> dict[str, Any]:
    """Return a step as it is kept."""
    return {"name": step.name, "sent_at": step.sent_at.isoformat(), "outcome": step.outcome, "failure": step.failure}


def _attach(tx: Writing, id: int, role: str, name: str, media_type: str, sha256: str) -> None:
    path = tx.files.path(sha256)
    if path.exists():  # kept when the plan was made
        tx.merge(
            Attachment(
                resource_id=id, role=role, name=name, sha256=sha256, media_type=media_type,
                size_bytes=path.stat().st_size,
            )
        )  # fmt: skip


def known(tx: Reading, assignment_id: int, attempt: int, sha256: str) -> int | None:
    """Return the receipt of an attempt with this content, if there is one."""
    return tx.exec(
        select(ReceiptRow.id)
        .join(Resource, col(Resource.id) == col(ReceiptRow.id))
        .where(
            ReceiptRow.assignment_id == assignment_id,
            ReceiptRow.attempt == attempt,
            ReceiptRow.sent_sha256 == sha256,
            col(Resource.trashed_at).is_(None),
        )
    ).first()


def prove(
    tx: Writing, id: int, content: Content, attempt: Attempt | None, status: SubmissionStatus, now: dt.datetime
) -> None:
    """Add a look at what arrived to a receipt, if it saw anything new."""
    same = attempt is not None and content.is_in(attempt.found)
    read_sha256 = attempt.found.sha256 if attempt else ""
    how = compared(content, attempt.found) if attempt else None
    latest = tx.exec(select(ProofRow).where(ProofRow.receipt_id == id).order_by(col(ProofRow.id).desc())).first()
    if latest is not None and latest.same == same and latest.read_sha256 == read_sha256 and latest.compared == how:
        return  # nothing new was seen
    tx.add(
        ProofRow(
            receipt_id=id,
            at=now,
            same=same,
            read_sha256=read_sha256,
            read_back=status.raw,
            compared=how,
            submitted_at=attempt.submitted_at if attempt else None,
        )
    )
    tx.touch([id])
