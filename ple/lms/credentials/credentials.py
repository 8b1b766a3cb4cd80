"""Credentials: the badges and certificates that a learner has earned, kept as they were given."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlmodel import col

from ple.library import Library
from ple.library.errors import InvalidInput
from ple.library.identity import utc_now
from ple.lms.credentials.asking import Issuer
from ple.lms.credentials.contexts import Contexts, Vocabulary
from ple.lms.credentials.errors import CredentialError, Malformed, NoCredential
from ple.lms.credentials.keeping import facts, keep, keep_picture, says
from ple.lms.credentials.models import (
    KIND,
    Checked,
    Credential,
    CredentialRow,
    IdentityRow,
    Imported,
    Refused,
)
from ple.lms.credentials.reading import Form, Found, Unread, files_in, read, read_text
from ple.lms.credentials.shelf import CLAIM, Shelf
from ple.lms.credentials.signatures import check_extra
from ple.lms.credentials.verification import Ending, State, Verdict, verify
from ple.web.client import Client
from ple.web.text import line


class Credentials(Shelf):
    """The learner's credentials. It may be shared by threads."""

    def __init__(self, library: Library, client: Client, *, contexts: Contexts | None = None) -> None:
        """Keep credentials in ``library``; ``contexts`` are the vocabularies, else those in its folder."""
        super().__init__(library)
        self._client = client
        self._contexts = contexts or Contexts(library.folder / "contexts")

    # Importing

    def import_file(self, name: str, data: bytes, *, source: str | None = None) -> Imported:
        """Keep the credentials of a file: JSON, token, baked PNG or SVG, PDF, or a zip of these.

        One that is there already stays as it is; one whose signature does not hold, or that has none, is refused with
        the reason. One that has expired is kept.

        Raises:
            Malformed: a zip is damaged or too large.
            MissingExtra: signatures cannot be checked here.
        """
        check_extra()
        added: list[int] = []
        known: list[int] = []
        refused: list[Refused] = []
        me, now = self.identities(), utc_now()
        for part, content in files_in(name, data):
            try:
                found = read(part, content)
                verdict = verify(found, me=me, now=now, load=self._contexts.get)
                if verdict.signature.state is State.FAILS:
                    raise Malformed(verdict.signature.says.rstrip("."))
            except CredentialError as error:
                refused.append(Refused(line(part), str(error)))
                continue
            with self._library.writing(f"Imported “{found.title}”") as tx:
                id, new = keep(tx, found, verdict, part, content, source, None)
                (added if new else known).append(id)
                for inner in found.inside if new else ():
                    if isinstance(inner, Unread):
                        refused.append(Refused(f"{line(part)}, {inner.name}", str(inner.problem)))
                        continue
                    own = verify(inner, me=me, now=now, load=self._contexts.get)
                    if own.signature.state is State.FAILS:
                        refused.append(Refused(f"{line(part)}, “{inner.title}”", own.signature.says.rstrip(".")))
                        continue
                    inner_id, fresh = keep(tx, inner, own, part, None, source, id)
                    (added if fresh else known).append(inner_id)
        return Imported(tuple(self.credential_lines(added)), tuple(self.credential_lines(known)), tuple(refused))

    def import_address(self, url: str) -> Imported:
        """Fetch a badge from an address that the learner names, and keep it.

        Raises:
            WebError: there is no answer.
            NoCredential: the address answers with an error.
        """
        answer = self._client.get(url, headers={"Accept": "application/json, image/png, image/svg+xml, */*;q=0.5"})
        if not answer.ok:
            raise NoCredential(f"the address answers {answer.status}, not with a badge")
        name = answer.url.partition("?")[0].rsplit("/", 1)[-1] or "badge"
        if answer.body.lstrip()[:1] == b"{" and not name.endswith(".json"):  # such as assertion.php
            name = f"{name.partition('.')[0]}.json"
        return self.import_file(name, answer.body, source=url)

    def check(self, name: str, data: bytes, *, online: bool = False) -> list[Checked]:
        """Look at a file without keeping it: how each credential in it ends, and why; ``online`` asks the issuers.

        Raises:
            MissingExtra: signatures cannot be checked here.
        """
        check_extra()
        me, now = self.identities(), utc_now()
        made: list[Checked] = []
        try:
            for part, content in files_in(name, data):
                try:
                    made += self._checked(line(part), read(part, content), me, now, online)
                except CredentialError as error:
                    made.append(Checked(line(part), None, "", Ending.REFUSED, _sentence(error), None))
        except CredentialError as error:
            made.append(Checked(line(name), None, "", Ending.REFUSED, _sentence(error), None))
        return made

    def _checked(self, name: str, found: Found, me: Sequence[str], now: dt.datetime, online: bool) -> Iterator[Checked]:
        verdict = self._verdict(found, None, me, now)[0] if online else self._offline(found, me, now)
        yield Checked(name, found.form, found.title, verdict.ending, verdict.reason, verdict)
        for inner in found.inside:
            if isinstance(inner, Unread):
                yield Checked(f"{name}, {inner.name}", None, "", Ending.REFUSED, _sentence(inner.problem), None)
            else:
                yield from self._checked(f"{name}, “{inner.title}”", inner, me, now, online)

    # Verifying

    def verify(self, id: int, *, online: bool = False) -> Credential:
        """Find the four facts of a credential anew; with ``online`` its issuer is asked. Return it.

        Raises:
            NotFound: there is no such credential.
            MissingExtra: signatures cannot be checked here.
        """
        check_extra()
        with self._library.reading() as tx:
            tx.alive(id, KIND)
            row = tx.get_one(CredentialRow, id)
            said, form, source, title = row.said, row.form, row.source, row.title
        me, now = self.identities(), utc_now()
        found = Found(Form.PDF, {}, title=title) if form == Form.PDF else read_text(said)
        if online and form != Form.PDF:
            verdict, found = self._verdict(found, source, me, now)
        else:
            verdict = self._offline(found, me, now)
        with self._library.writing() as tx:
            tx.alive(id, KIND)
            row = tx.get_one(CredentialRow, id)
            row.facts, row.checked_at = facts(verdict), now
            if verdict.online:
                row.asked_at = now
                if verdict.signature.state is State.HOLDS and form == Form.OPEN_BADGE_2:
                    for name, value in says(found).items():
                        setattr(row, name, value)
                    keep_picture(tx, id, found)
            tx.add(row)
        return self.credential(id)

    def _offline(self, found: Found, me: Sequence[str], now: dt.datetime) -> Verdict:
        return verify(found, me=me, now=now, load=self._contexts.get)

    def _verdict(self, found: Found, source: str | None, me: Sequence[str], now: dt.datetime) -> tuple[Verdict, Found]:
        """Return the facts once the issuer was asked, and what it names was put in."""
        for _ in self._fetch(self._contexts.missing(found.data)):
            pass  # one that cannot be had is named by the fact that waits for it
        asked = Issuer(self._client, source, self._contexts.get).ask(found, self._offline(found, me, now), me)
        return asked.verdict, asked.found

    # Who the learner is

    def identities(self) -> list[str]:
        """Return the addresses and identifiers that the learner says are theirs."""
        with self._library.reading() as tx:
            return list(
                tx.connection().execute(sa.select(col(IdentityRow.value)).order_by(col(IdentityRow.value))).scalars()
            )

    def add_identity(self, value: str) -> list[str]:
        """Say that an e-mail address, a DID or a web address is the learner's; return all of them.

        Raises:
            InvalidInput: it is none of these.
        """
        kept = value.strip().removeprefix("mailto:")
        if not re.fullmatch(
            r"[^\s@\x00-\x1f]{1,200}@[^\s@\x00-\x1f]{1,200}|did:[a-z0-9]+:\S{1,1000}|https?://\S{1,1000}", kept
        ) or re.search(r"[\x00-\x1f\ud800-\udfff]", kept):
            raise InvalidInput(f"“{line(value)[:60]}” is no e-mail address, DID or web address")
        with self._library.writing() as tx:
            if tx.get(IdentityRow, kept) is None:
                tx.add(IdentityRow(value=kept))
        return self.identities()

    def remove_identity(self, value: str) -> list[str]:
        """Take back that it is the learner's; return those that are left."""
        with self._library.writing() as tx:
            row = tx.get(IdentityRow, value.strip().removeprefix("mailto:"))
            if row is not None:
                tx.delete(row)
        return self.identities()

    # Vocabularies

    def contexts(self) -> list[Vocabulary]:
        """Return the vocabularies that we know, and which are here."""
        return list(self._contexts.known())

    def keep_context(self, data: bytes) -> tuple[str, ...]:
        """Keep a vocabulary from a file if it is one that we know; return the addresses that it stands for."""
        return self._contexts.keep(data)

    def fetch_contexts(self) -> Iterator[tuple[str, str | None]]:
        """Fetch the vocabularies that are missing; yield each address with why it could not be had, or None.

        Only what has the digest that we know is kept, whoever answers.
        """
        yield from self._fetch([one.url for one in self._contexts.known() if not one.kept])

    def _fetch(self, urls: Iterable[str]) -> Iterator[tuple[str, str | None]]:
        from ple.web.errors import WebError

        for url in urls:
            try:
                answer = self._client.get(url, headers={"Accept": "application/ld+json, application/json"})
            except WebError as error:
                yield url, str(error)
                continue
            if not answer.ok:
                yield url, f"it answers {answer.status}"
            elif url not in self._contexts.keep(answer.body):
                yield url, "what came is not the one that we know"
            else:
                yield url, None

    # Using

    def evidence(self, id: int, target: int) -> Credential:
        """Let a credential be evidence for a skill, goal or anything else; return it.

        Raises:
            NotFound: one of them is not there.
        """
        with self._library.writing("Linked a credential as evidence") as tx:
            tx.alive(id, KIND)
            tx.alive(target)
            tx.link(id, target, CLAIM)
        return self.credential(id)

    def profile_link(self, id: int) -> str:
        """Return the address that opens LinkedIn's form "add to profile", filled in. Nothing is sent by us.

        Raises:
            NotFound: there is no such credential.
        """
        found = self.credential(id)
        said: dict[str, Any] = {
            "startTask": "CERTIFICATION_NAME",
            "name": found.title,
            "organizationName": found.issuer,
            "issueYear": found.issued_at.year if found.issued_at else None,
            "issueMonth": found.issued_at.month if found.issued_at else None,
            "expirationYear": found.expires_at.year if found.expires_at else None,
            "expirationMonth": found.expires_at.month if found.expires_at else None,
            "certUrl": found.url,
        }
        return "https://www.linkedin.com/profile/add?" + urlencode({k: v for k, v in said.items() if v})

    def remove(self, ids: Iterable[int]) -> int:
        """Put credentials in the trash, a record with those inside it; return how many were not there yet.

        Raises:
            NotFound: one of them is no credential.
        """
        wanted = list(ids)
        with self._library.writing("Removed credentials") as tx:
            for id in wanted:
                tx.alive(id, KIND)
            inside = tx.connection().execute(
                sa.select(col(CredentialRow.id)).where(col(CredentialRow.inside_of).in_(wanted))
            )
            return tx.trash(*dict.fromkeys([*wanted, *inside.scalars()]))


def _sentence(error: CredentialError) -> str:
    text = str(error)
    return text[:1].upper() + text[1:] + "."
