"""From the activity log to statements: which resource, what it is called outside, and what goes with it.

What a learner wrote is never told, not even its title: of what has no address in the world only its ``urn:uuid:`` is.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from ple.library import Document
from ple.library.resource import Activity, Resource
from ple.library.transaction import Reading, chunks
from ple.lms.credentials.models import CredentialRow
from ple.lms.models import AssignmentRow, CourseRow, ReceiptRow
from ple.lms.records.models import StatementRow
from ple.lms.records.statements import moment
from ple.lms.records.vocabulary import (
    ALSO,
    ASSIGNMENT,
    BADGE_ASSERTION,
    COURSE,
    EVENTS,
    RECEIPT_HASH,
    TYPES,
    Event,
    event_of,
)

Documents = Callable[[Iterable[int]], Mapping[int, Document]]
"""What says the documents of resources, by number; those in the trash are left out."""

_PUBLIC = frozenset({"entry", "bookmark", "feed", "credential"})
"""Kinds whose title others gave, so that it may be told with their address."""


@dataclass(frozen=True, slots=True)
class Happened:
    """A line of the activity log that becomes a statement."""

    activity_id: int
    at: dt.datetime
    event: Event
    resource_id: int
    resource_uid: uuid.UUID
    kind: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _HandedIn:
    title: str
    url: str | None
    course: str
    course_url: str | None
    link: str | None
    sha256: str


def happened(tx: Reading, most: int) -> list[Happened]:
    """Return what the activity log says that can be told and is not told yet, oldest first, ``most`` at a time.

    Not what lies beyond the last line that is told: an archive brings lines with their statements along, and behind
    lines of ours that nobody has told.
    """
    told = sa.select(col(StatementRow.id)).where(col(StatementRow.activity_id) == col(Activity.id))
    rows = tx.connection().execute(
        sa.select(
            col(Activity.id),
            col(Activity.at),
            col(Activity.verb),
            col(Resource.id),
            col(Resource.uid),
            col(Resource.kind),
            col(Activity.detail),
        )
        .join(Resource, col(Resource.id) == col(Activity.resource_id))
        .where(col(Activity.verb).in_([*EVENTS, *ALSO]), ~told.exists())
        .order_by(col(Activity.id))
        .limit(most)
    )
    return [
        Happened(id, at, event, resource, uid, kind, detail or {})
        for id, at, verb, resource, uid, kind, detail in rows
        if id is not None and resource is not None and (event := event_of(verb)) is not None
    ]


class Making:
    """Makes statements of an actor; knows what the resources of some events are called outside."""

    def __init__(self, tx: Reading, some: Iterable[Happened], documents: Documents, actor: Mapping[str, Any]) -> None:
        events = list(some)
        self._actor = actor
        of_kind: dict[str, set[int]] = {}
        for one in events:
            of_kind.setdefault(one.kind, set()).add(one.resource_id)
        self._receipts = _receipts(tx, of_kind.get("receipt", ()))
        self._assignments = _assignments(tx, of_kind.get("assignment", ()))
        self._badges = _badges(tx, of_kind.get("credential", ()))
        self._documents = documents({id for kind in _PUBLIC for id in of_kind.get(kind, ())})

    def statement(self, one: Happened, uid: uuid.UUID) -> dict[str, Any]:
        """Return the statement that tells ``one``."""
        target, context, result = self._about(one)
        said: dict[str, Any] = {
            "id": str(uid),
            "actor": dict(self._actor),
            "verb": {"id": one.event.verb, "display": {"en": one.event.said}},
            "object": target,
        }
        if result:
            said["result"] = result
        said["context"] = {"platform": "ple", **context}
        said["timestamp"] = moment(one.at)
        return said

    def _about(self, one: Happened) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        urn = f"urn:uuid:{one.resource_uid}"
        receipt = self._receipts.get(one.resource_id)
        if receipt is not None:
            around: dict[str, Any] = {}
            if receipt.course_url:
                around["parent"] = [_activity(receipt.course_url, COURSE, receipt.course)]
            if receipt.link and _outside(receipt.link):
                around["other"] = [_activity(receipt.link, None, None)]
            context: dict[str, Any] = {"contextActivities": around} if around else {}
            context["extensions"] = {RECEIPT_HASH: receipt.sha256}
            return _activity(receipt.url or urn, ASSIGNMENT, receipt.title), context, {}
        task = self._assignments.get(one.resource_id)
        if task is not None:
            title, url, course, course_url = task
            parent = {"contextActivities": {"parent": [_activity(course_url, COURSE, course)]}} if course_url else {}
            return _activity(url or urn, ASSIGNMENT, title), parent, _score(one.detail)
        document = self._documents.get(one.resource_id)
        if document is None:
            return _activity(urn, TYPES.get(one.kind), None), {}, {}
        address = document.url if document.url and _outside(document.url) else urn
        language = document.language if document.language and document.language.replace("-", "").isalnum() else None
        target = _activity(address, TYPES.get(one.kind), document.title, language)
        badge = self._badges.get(one.resource_id)
        return target, {}, {"extensions": {BADGE_ASSERTION: {"@id": badge}}} if badge else {}


def _activity(address: str, kind: str | None, name: str | None, language: str | None = None) -> dict[str, Any]:
    definition: dict[str, Any] = {}
    if name and name.strip():
        definition["name"] = {language or "und": name.strip()[:300]}
    if kind:
        definition["type"] = kind
    return {"objectType": "Activity", "id": address, **({"definition": definition} if definition else {})}


def _outside(url: str) -> bool:
    """Return whether an address may be told: of the web, without a password or a key in it."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.username is None and parts.password is None


def _score(detail: Mapping[str, Any]) -> dict[str, Any]:
    points, most = detail.get("points"), detail.get("most")
    if not isinstance(points, int | float):
        return {}
    score: dict[str, Any] = {"raw": points}
    if isinstance(most, int | float) and most > 0 and 0 <= points <= most:
        score |= {"min": 0, "max": most, "scaled": round(points / most, 4)}
    return {"score": score}


def _assignments(tx: Reading, ids: Iterable[int]) -> dict[int, tuple[str, str | None, str, str | None]]:
    found: dict[int, tuple[str, str | None, str, str | None]] = {}
    for some in chunks(ids):
        rows = tx.connection().execute(
            sa.select(
                col(AssignmentRow.id),
                col(AssignmentRow.title),
                col(AssignmentRow.url),
                col(CourseRow.title),
                col(CourseRow.url),
            )
            .join(CourseRow, col(CourseRow.id) == col(AssignmentRow.course_id))
            .where(col(AssignmentRow.id).in_(some))
        )
        found |= {id: (title, url, course, course_url) for id, title, url, course, course_url in rows}
    return found


def _receipts(tx: Reading, ids: Iterable[int]) -> dict[int, _HandedIn]:
    found: dict[int, _HandedIn] = {}
    for some in chunks(ids):
        rows = tx.connection().execute(
            sa.select(
                col(ReceiptRow.id),
                col(ReceiptRow.title),
                col(AssignmentRow.url),
                col(ReceiptRow.course),
                col(CourseRow.url),
                col(ReceiptRow.url),
                col(ReceiptRow.record_sha256),
            )
            .outerjoin(AssignmentRow, col(AssignmentRow.id) == col(ReceiptRow.assignment_id))
            .outerjoin(CourseRow, col(CourseRow.id) == col(AssignmentRow.course_id))
            .where(col(ReceiptRow.id).in_(some))
        )
        for id, title, url, course, course_url, link, sha256 in rows:
            found[id] = _HandedIn(title, url, course, course_url, link, sha256)
    return found


def _badges(tx: Reading, ids: Iterable[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for some in chunks(ids):
        query = sa.select(col(CredentialRow.id), col(CredentialRow.url)).where(col(CredentialRow.id).in_(some))
        found |= {id: url for id, url in tx.connection().execute(query) if url}
    return found
