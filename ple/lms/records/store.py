"""Talking to a record store (LRS) as xAPI 1.0.3 says, and as two real ones answer.

Each request is sent once. A statement carries its own id, so that what was sent and not answered may be sent again: a
store that has it says so, by 204, by 200, or by 409.
"""

import datetime as dt
import json
import uuid
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from ple.lms.exchange import retry_after
from ple.lms.records.errors import NotNow, Refused
from ple.web import addresses
from ple.web.client import Client, Limits, Response
from ple.web.errors import WebError
from ple.web.text import line

VERSION = "1.0.3"
_LIMITS = Limits(total=60.0, size=10_000_000, redirects=0)


class Conflict(Exception):
    """The store has a statement with an id that was sent, or says so (409)."""


class Bad(Exception):
    """The store does not take what was sent (400, 422 and others)."""


class TooMuch(Exception):
    """It was too much at once (413)."""


@dataclass(frozen=True, slots=True)
class Item:
    """A statement to send: its id, and the very bytes."""

    uid: uuid.UUID
    body: str


class Lrs:
    """A record store at an endpoint, entered with a name and a password."""

    def __init__(self, client: Client, endpoint: str, user: str, password: str) -> None:
        self._client = client
        self.endpoint = endpoint.rstrip("/")
        self.host = addresses.host(endpoint)
        self._headers = {
            "Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode(),
            "X-Experience-API-Version": VERSION,
            "Accept": "application/json",
        }

    def enter(self) -> tuple[str, ...]:
        """Make sure that the store lets us in; return the versions that it names.

        Raises:
            Refused: it does not.
            NotNow: it does not answer, or is no record store.
        """
        answer = self._ask("GET", "/statements?limit=1")
        if answer.status != 200 or not _statements(answer):
            hint = "Look whether this is the address of the store itself; it often ends in /xapi or /xAPI."
            raise NotNow(f"{self.host} does not answer as a record store does ({answer.status})", hint=hint)
        about = self._ask("GET", "/about", guarded=False)
        if about.status != 200:
            return ()  # Ralph has none
        try:
            versions = about.json().get("version", [])
            return tuple(line(str(version))[:20] for version in versions[:20])
        except (WebError, AttributeError, TypeError):
            return ()

    def post(self, items: Sequence[Item]) -> None:
        """Send statements in one request: all of them are taken, or none.

        Raises:
            Conflict: one of the ids is known.
            Bad: one of them is not taken.
            TooMuch: it was too much at once.
            Refused: the store does not let us in.
            NotNow: it has trouble, or nobody knows whether it arrived.
        """
        body = "[" + ",".join(item.body for item in items) + "]"
        answer = self._ask("POST", "/statements", content=body.encode())
        if answer.status in (200, 204):
            return
        if answer.status == 409:
            raise Conflict
        if answer.status == 413:
            raise TooMuch
        raise Bad(f"it answers {answer.status}" + _why(answer))

    def get(self, uid: uuid.UUID) -> dict[str, Any] | None:
        """Return the statement that the store has by this id, voided or not, or None.

        Raises:
            Refused: the store does not let us in.
            NotNow: it has trouble.
        """
        for name in ("statementId", "voidedStatementId"):
            answer = self._ask("GET", "/statements?" + urlencode({name: str(uid)}))
            if answer.status == 200:
                try:
                    said = answer.json()
                except WebError as error:
                    raise NotNow(f"{self.host} answers with something that is no JSON") from error
                if isinstance(said, dict) and isinstance(said.get("statements"), list):  # as Ralph answers
                    said = said["statements"][0] if said["statements"] else None
                if isinstance(said, dict):
                    return said
        return None

    def _ask(self, method: str, path: str, *, content: bytes | None = None, guarded: bool = True) -> Response:
        headers = {**self._headers, **({"Content-Type": "application/json"} if content is not None else {})}
        try:
            answer = self._client.request(
                method, self.endpoint + path, content=content, headers=headers, limits=_LIMITS, follow=False
            )
        except WebError as error:
            raise NotNow(f"{self.host} cannot be reached: {error}", hint=error.hint) from error
        if not guarded:
            return answer
        if answer.status in (401, 403):
            raise Refused(f"{self.host} does not let us in ({answer.status})")
        if 300 <= answer.status < 400:
            raise Refused(
                f"{self.host} sends us elsewhere ({answer.status})", hint="Connect the address that it names."
            )
        if answer.status in (408, 425, 429) or answer.status >= 500:
            seconds = retry_after(answer)
            wait = dt.timedelta(seconds=min(seconds, 7 * 86400)) if seconds is not None else None
            raise NotNow(f"{self.host} asks us to come later ({answer.status})", wait=wait)
        return answer


def _statements(answer: Response) -> bool:
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and isinstance(said.get("statements"), list)


def _why(answer: Response) -> str:
    """Return the beginning of what a store says about it, as one safe line."""
    said = line(answer.text[:400]).strip()
    return f": {said[:200]}" if said and not said.startswith("<") else ""
