"""The lines and pages of Hand in: assignments with what came back, what waits to be sent, receipts whole."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ple.library.errors import InvalidInput
from ple.tui.reading import Article, article, facts
from ple.tui.room import Thing
from ple.tui.widgets.blocks import Block, Prose, clean, prose
from ple.tui.words import due, joined, moment, plural, short

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.lms import AssignmentLine, Receipt
    from ple.lms.returns import Returned
    from ple.lms.waiting import Waiting


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A line of the list: an assignment, something that waits to be sent, or a receipt."""

    thing: Thing
    state: str
    when: str
    course: str
    soon: bool = False
    done: bool = False
    number: int = 0
    """Of what waits in the outbox."""


def order(line: AssignmentLine) -> tuple[bool, float]:
    """Return what lists are sorted by: what is to be done first, soonest first; then what is done, newest first."""
    at = line.due_at.timestamp() if line.due_at else 4e9
    return (line.handed_in, -at if line.handed_in else at)


def assignment_row(line: AssignmentLine, now: dt.datetime) -> WorkRow:
    """Return an assignment as a line."""
    thing = Thing(line.id, line.kind, clean(line.title) or "Untitled", line.url, line.tags)
    soon = line.due_at is not None and line.due_at - now < dt.timedelta(days=2)
    when = f"sent {short(line.submitted_at, now)}" if line.handed_in else due(line.due_at, now)
    return WorkRow(thing, line.state or "", when, clean(line.course), soon, line.handed_in)


def waiting_row(waiting: Waiting, now: dt.datetime) -> WorkRow:
    """Return something that waits in the outbox as a line."""
    thing = Thing(waiting.assignment_id, "assignment", clean(waiting.assignment))
    ended = waiting.state != "waiting"
    when = waiting.state if ended else f"until {due(waiting.deadline_at, now)}" if waiting.deadline_at else "waits"
    soon = not ended and bool(waiting.warning or waiting.failure)
    return WorkRow(thing, waiting.state, when, clean(waiting.course), soon, waiting.state == "sent", waiting.id)


def receipt_row(receipt: Receipt, now: dt.datetime) -> WorkRow:
    """Return a receipt as a line."""
    thing = Thing(receipt.id, receipt.kind, clean(receipt.title), receipt.url, receipt.tags)
    verified = str(receipt.state) == "verified"
    when = short(receipt.sent_at or receipt.submitted_at or receipt.created_at, now)
    return WorkRow(thing, str(receipt.state), when, clean(receipt.course), not verified, verified)


def assignment_article(environment: Environment, id: int, now: dt.datetime) -> Article:
    """Return an assignment with the feedback that came back on it; for threads."""
    shown = article(environment, id, "assignment", now=now)
    for returned in environment.courses.feedback(id):
        shown.prose.blocks += feedback_blocks(returned)
    shown.prose.place()
    return shown


def feedback_blocks(returned: Returned) -> list[Block]:
    """Return what came back on a hand-in as blocks."""
    blocks = [Block("h3", f"Feedback on attempt {returned.attempt}")]
    blocks += facts([("Grade", returned.grade), ("Came", moment(returned.received_at))])
    for line in returned.rubric:
        most = f" of {line['most']:g}" if line["most"] is not None else ""
        points = f"{line['points']:g}{most}" if line["points"] is not None else ""
        blocks.append(Block("item", clean(f"{line['title']}: {points} {line['comment']}"), first="  • ", rest="    "))
    for comment in returned.comments:
        blocks.append(Block("meta", clean(str(comment["author"] or "Comment"))))
        blocks += prose(str(comment.get("html") or "")).blocks or [Block("p", clean(str(comment["text"])), gap=False)]
    blocks += facts([("File", clean(str(file["name"]))) for file in returned.files])
    return blocks


def waiting_article(waiting: Waiting, now: dt.datetime) -> Article:
    """Return something that waits in the outbox as a page."""
    thing = Thing(waiting.assignment_id, "assignment", clean(waiting.assignment))
    goes = "by itself, as soon as the course answers" if waiting.authorised else "when you have seen it and say yes"
    blocks = facts(
        [
            ("What", waiting.what),
            ("State", waiting.state),
            ("Goes", goes if waiting.state == "waiting" else ""),
            ("Declared", "yes" if waiting.statement else ""),
            (
                "Until",
                joined(moment(waiting.deadline_at), due(waiting.deadline_at, now)) if waiting.deadline_at else "",
            ),
            ("Waits since", moment(waiting.queued_at)),
            ("Tried", plural(waiting.tries, "time") if waiting.tries else "not yet"),
            ("Next try", moment(waiting.next_at) if waiting.state == "waiting" else ""),
            ("Receipt", f"#{waiting.receipt_id}" if waiting.receipt_id else ""),
        ]
    )
    for said in (waiting.failure, waiting.warning):
        if said:
            blocks.append(Block("p", clean(said), first="! ", rest="  "))
    if waiting.state == "waiting":
        blocks.append(Block("meta", "H hands it in now. L lets it go by itself. d takes it out: it is not sent."))
    return Article(thing, Prose(blocks).with_head(waiting.assignment, joined(waiting.course, waiting.account)))


def receipt_article(environment: Environment, id: int, now: dt.datetime) -> Article:
    """Return a receipt whole: what was sent, how it was compared with what is there, the record; for threads."""
    shown = article(environment, id, "receipt", now=now)
    whole = environment.courses.receipt_record(id)
    blocks = shown.prose.blocks
    if whole.receipt.files:
        blocks += facts([("Files", ", ".join(whole.receipt.files))])
    blocks += facts([("Record", f"SHA-256 {whole.receipt.record_sha256}")])
    for number, said in enumerate(whole.receipt.compared):
        blocks.append(Block("item", clean(said), first="  • ", rest="    ", gap=number == 0))
    blocks.append(Block("meta", "W writes it to a file: a page to print, or JSON with the whole record."))
    blocks.append(Block("h3", "The whole record"))
    blocks.append(Block("pre", said_in_full(whole.record, whole.proofs), first="  ", rest="  "))
    shown.prose.place()
    return shown


def said_in_full(record: dict[str, Any], proofs: tuple[dict[str, Any], ...]) -> str:
    """Return the record of a receipt as people read JSON."""
    from ple.web.text import block

    return block(json.dumps({"record": record, "proofs": list(proofs)}, ensure_ascii=False, indent=2, default=str))


def write_receipt(environment: Environment, id: int, said: str) -> Path:
    """Write a receipt to the file that was named, as JSON if it ends so, else as a page; return the file; for threads.

    Raises:
        InvalidInput: the file is there already, or cannot be written.
    """
    path = Path(said).expanduser()
    if path.suffix == ".json":
        whole = environment.courses.receipt_record(id)
        text = json.dumps(
            {"title": whole.receipt.title, "record": whole.record, "proofs": list(whole.proofs)},
            ensure_ascii=False,
            indent=2,
            default=str,
        )
    else:
        text = environment.courses.receipt_page([id])
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise InvalidInput(f"{path} is there already", hint="Give it another name.") from None
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}", hint="Check its folder.") from error
    return path
