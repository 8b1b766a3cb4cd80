"""Reading back: what the LMS holds, compared with what was sent, byte by byte where it gives the files out.

A name and a size are no proof: a corrected typo has both of the file before. So the files of an attempt that looks like
what was sent are fetched and hashed, within bounds; where that cannot be done, the receipt says what was compared.
"""

import hashlib
import logging
from dataclasses import replace
from typing import Any

from ple.lms.adapter import Attempt, LmsAdapter, SubmissionStatus
from ple.lms.content import Content, FileMark, Found
from ple.lms.errors import LmsError

_LOG = logging.getLogger(__name__)
MOST_EACH = 64 * 1024 * 1024
"""The most bytes of one file that are fetched again to compare them."""
MOST_ALL = 256 * 1024 * 1024


def with_bytes(adapter: LmsAdapter, content: Content, status: SubmissionStatus) -> SubmissionStatus:
    """Return ``status`` with the hashes of those files that could be the ones of ``content``."""
    if not content.files:
        return status
    left = [MOST_ALL]

    def looked(attempt: Attempt) -> Attempt:
        if not content.looks_like(attempt.found):
            return attempt
        wanted = {mark for _, mark in content.matched(attempt.found)}
        files = tuple(_read(adapter, mark, left) if mark in wanted else mark for mark in attempt.found.files)
        return replace(attempt, found=replace(attempt.found, files=files))

    return replace(
        status,
        attempt=looked(status.attempt) if status.attempt else None,
        earlier=tuple(looked(attempt) for attempt in status.earlier),
    )


def compared(content: Content, found: Found) -> list[dict[str, Any]]:
    """Return what of ``content`` was compared with ``found``, and how."""
    said: list[dict[str, Any]] = []
    if content.link is not None:
        said.append({"what": "link", "how": "address"})
    if content.text is not None:
        said.append({"what": "text", "how": "words"})
    marks = {piece.name: mark for piece, mark in content.matched(found)}
    for piece in content.files:
        mark = marks.get(piece.name)
        each: dict[str, Any] = {"what": "file", "name": piece.name}
        if mark is None:
            each |= {"how": "not there"}
        elif mark.sha256 is not None:
            each |= {"how": "bytes", "sha256": mark.sha256}
        else:
            each |= {"how": "name and size", "why": mark.unread or "its bytes were not fetched"}
        said.append(each)
    return said


def in_words(said: list[dict[str, Any]] | None) -> tuple[str, ...]:
    """Return what was compared, a sentence for each."""
    sentences = []
    for each in said or ():
        match each.get("how"):
            case "address":
                sentences.append("the link: its address")
            case "words":
                sentences.append("the text: every word of it")
            case "bytes":
                sentences.append(f"{each['name']}: every byte (SHA-256 {each['sha256']})")
            case "name and size":
                sentences.append(f"{each['name']}: name and size only, as {each['why']}")
            case _:
                sentences.append(f"{each.get('name', 'something')}: it is not there")
    return tuple(sentences)


def _read(adapter: LmsAdapter, mark: FileMark, left: list[int]) -> FileMark:
    if mark.url is None:
        return replace(mark, unread="the LMS does not say where it lies")
    if mark.size > MOST_EACH or mark.size > left[0]:
        return replace(mark, unread="it is too large to be fetched again")
    left[0] -= mark.size
    try:
        data = adapter.download(mark)
    except LmsError as error:
        _LOG.info("a file that was handed in cannot be fetched again: %s", error)
        return replace(mark, unread="the LMS does not give it out")
    if len(data) != mark.size:  # such as a page for people, with a 200
        return replace(mark, unread="the LMS gives something else out")
    return replace(mark, sha256=hashlib.sha256(data).hexdigest())
