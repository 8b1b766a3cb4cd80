"""Sound or unsound? What a learner asks of a source before they trust it.

A short list after the CRAAP test (Blakeslee 2004) and lateral reading (Wineburg and McGrew 2019): leave the page, and
see what others say of it. The answers are the learner's; nothing here computes trust.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ple.library.errors import InvalidInput
from ple.web.text import block, line

TYPES = (
    "primary", "study", "review", "textbook", "reference", "documentation", "news", "opinion", "blog", "forum", "video",
    "marketing", "generated",
)  # fmt: skip
"""What kind of source it is, in the learner's judgement."""

ANSWERS = ("yes", "no", "partly", "unknown")


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask of a source."""

    name: str
    asks: str


CHECKLIST = (
    Question("who", "Do you know who wrote it, and whether they know the field?"),
    Question("when", "Is it recent enough for what you need?"),
    Question("evidence", "Does it show its evidence, or say where it is?"),
    Question("elsewhere", "Do independent sources say the same?"),
    Question("views", "Does it give other views a fair hearing?"),
    Question("purpose", "Does it want to inform, rather than to sell or to stir up?"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A question of the list with the learner's answer; empty if they have not answered it."""

    name: str
    asks: str
    answer: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a learner thinks of a source."""

    id: int
    type: str | None
    note: str
    checklist: tuple[Answer, ...]

    @property
    def answered(self) -> int:
        """How many questions have an answer."""
        return sum(bool(one.answer) for one in self.checklist)


def as_record(type: str | None, note: str, stored: str) -> dict[str, Any] | None:
    """Return a judgement as files have it; none if there is none."""
    answers = {one.name: f"{one.answer}: {one.remark}".rstrip(": ") for one in checklist(stored) if one.answer}
    said = {"type": type, "note": note, "answers": answers}
    return {name: value for name, value in said.items() if value} or None


def of_record(said: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the columns that a judgement in a file fills; what cannot be one is left out."""
    said = said or {}
    stored = ""
    answers = said.get("answers")
    for name, text in answers.items() if isinstance(answers, dict) else ():
        try:
            stored = answered(stored, {str(name): line(str(text))})
        except InvalidInput:
            continue
    note, type = said.get("note"), said.get("type")
    return {
        "source_type": type if type in TYPES else None,
        "credibility": block(note).strip() if isinstance(note, str) else "",
        "checklist": stored,
    }


def checklist(stored: str) -> tuple[Answer, ...]:
    """Return the list with the answers that were stored."""
    said = json.loads(stored) if stored else {}
    return tuple(Answer(one.name, one.asks, *said.get(one.name, ("",))) for one in CHECKLIST)


def answered(stored: str, new: Mapping[str, str]) -> str:
    """Return what to store when ``new`` answers are given: ``{"who": "yes: a professor of it"}``; empty takes one away.

    Raises:
        InvalidInput: there is no such question or answer.
    """
    said = json.loads(stored) if stored else {}
    names = {one.name for one in CHECKLIST}
    for name, text in new.items():
        if name not in names:
            raise InvalidInput(f"the checklist does not ask “{name}”", hint=f"It asks {', '.join(sorted(names))}.")
        answer, _colon, remark = text.partition(":")
        answer = answer.strip().casefold()
        if answer and answer not in ANSWERS:
            raise InvalidInput(
                f"“{answer}” is no answer", hint=f"Say {', '.join(ANSWERS)}, and why after a colon: who=yes: her field."
            )
        said.pop(name, None)
        if answer:
            said[name] = [answer, " ".join(remark.split())]
    return json.dumps(said, ensure_ascii=False) if said else ""
