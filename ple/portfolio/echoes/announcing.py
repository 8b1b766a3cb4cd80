"""Announcing a work where the learner is known: first how it would read, to the letter, and only then."""

import re
import uuid
from dataclasses import replace

import sqlalchemy as sa
from sqlmodel import col, select

from ple.library import InvalidInput, Library, NotFound, utc_now
from ple.portfolio.characters import fit
from ple.portfolio.echoes.models import Account, AccountRow, Announcement, AnnouncementRow
from ple.portfolio.echoes.networks import KINDS, Network, length, network
from ple.portfolio.portfolio import Portfolio
from ple.portfolio.values import Artifact, Visibility
from ple.settings.secrets import Secrets
from ple.web import addresses
from ple.web.client import Client


class Announcements:
    """The learner's accounts elsewhere, and the works that were announced there. It may be shared by threads."""

    def __init__(self, library: Library, portfolio: Portfolio, client: Client, secrets: Secrets) -> None:
        self._library = library
        self._portfolio = portfolio
        self._client = client
        self._secrets = secrets

    # accounts

    def accounts(self) -> list[Account]:
        """Return where the learner can announce works."""
        with self._library.reading() as tx:
            rows = tx.exec(select(AccountRow).order_by(col(AccountRow.id))).all()
        return [self._account(row) for row in rows]

    def account(self, name: str) -> Account:
        """Return one account by its name or address.

        Raises:
            NotFound: there is none.
        """
        for one in self.accounts():
            if name in (one.name, one.address):
                return one
        raise NotFound(name, "account", hint="Add it: `ple portfolio announcers add KIND ADDRESS`.")

    def keep(
        self, kind: str, address: str, *, name: str | None = None, user: str = "", secret: str | None = None
    ) -> Account:
        """Keep an account, or change it; its token goes to the secrets and nowhere else.

        Raises:
            InvalidInput: there is no such kind of network, or a value cannot be used.
        """
        if kind not in KINDS:
            raise InvalidInput(f"there is no network “{kind}”", hint=f"Say one of {', '.join(KINDS)}.")
        if kind == "wordpress" and not user:
            raise InvalidInput("WordPress wants a name with its application password", hint="Say it with --user.")
        address = addresses.clean(address)
        called = name or addresses.host(address)
        with self._library.writing() as tx:
            rows = tx.exec(select(AccountRow)).all()
            row = next((one for one in rows if one.name == called), None)
            row = row or AccountRow(name=called, kind=kind, address=address)
            row.kind, row.address, row.user = kind, address, user
            tx.add(row)
            tx.flush()
            uid = row.uid
        if secret:
            self._secrets.set(f"announce:{uid}", secret)
        return self.account(called)

    def forget(self, name: str) -> Account:
        """Forget an account, its token and what was announced there; what was announced stays there."""
        account = self.account(name)
        self._secrets.delete(self._secret_name(account.id))
        with self._library.writing() as tx:
            tx.connection().execute(sa.delete(AnnouncementRow).where(col(AnnouncementRow.account_id) == account.id))
            tx.connection().execute(sa.delete(AccountRow).where(col(AccountRow.id) == account.id))
        return account

    # announcing

    def preview(self, artifact: int, account: str, *, text: str | None = None) -> Announcement:
        """Return the announcement of a work as it would go, or as it went; nothing is sent.

        Raises:
            InvalidInput: the work is not public, has no address, or the text is too long.
            NotFound: there is no such work or account.
        """
        to = self.account(account)
        work = self._portfolio.artifact(artifact)
        sent = self._row(to.id, work.id)
        if sent is not None and sent.url:
            return self._announcement(work, to.name, sent.text, sent)
        names = self._portfolio.names()
        work = replace(work, title=self._portfolio.title_of(work.id), why=names.words(work.why))
        if work.visibility is not Visibility.PUBLIC or not work.url:
            raise InvalidInput(
                f"“{work.title}” cannot be announced: nobody could read it",
                hint="Make it public, give the site its address, and publish; then announce it.",
            )
        limit = self._network(to).limit()
        # what went, or may have gone, goes again as it was: the network knows it by its key
        said = fit(text).strip() if text else sent.text if sent else _words(work, limit, tags=to.kind == "mastodon")
        if limit is not None and length(said) > limit:
            raise InvalidInput(f"the text has {length(said)} characters; {to.name} takes {limit}", hint="Shorten it.")
        return self._announcement(work, to.name, said, None)

    def announce(self, artifact: int, account: str, *, text: str | None = None) -> Announcement:
        """Announce a work, once; return it with the address where it can be read, which its page names from now on.

        It is written down before it is sent. After a lost answer the same announcement is sent with the same key, and
        the network answers with the one that it has.

        Raises:
            AnnounceError: it was refused, or nobody knows whether it arrived.
            InvalidInput: see :meth:`preview`.
        """
        to = self.account(account)
        what = self.preview(artifact, account, text=text)
        if what.url:
            return what
        key = str(uuid.uuid5(self._portfolio.settings().uid, f"{to.id}\n{what.artifact}\n{what.text}"))
        with self._library.writing() as tx:
            tx.merge(AnnouncementRow(account_id=to.id, artifact_id=what.artifact, key=key, text=what.text))
        url = self._network(to).announce(what, key)
        with self._library.writing() as tx:
            row = tx.get_one(AnnouncementRow, (to.id, what.artifact))
            row.url, row.sent_at = url, utc_now()
            tx.touch([what.artifact])
            tx.note("announced", what.artifact, url=url)
        return self.preview(what.artifact, account)

    def announcements(self, artifact: int | None = None) -> list[Announcement]:
        """Return what was announced, or of one work; the newest first."""
        works = {one.id: one for one in self._portfolio.artifacts()}
        query = select(AnnouncementRow, AccountRow.name).join(
            AccountRow, col(AccountRow.id) == col(AnnouncementRow.account_id)
        )
        with self._library.reading() as tx:
            rows = tx.exec(query.order_by(col(AnnouncementRow.sent_at).desc())).all()
        return [
            self._announcement(works[row.artifact_id], name, row.text, row)
            for row, name in rows
            if row.artifact_id in works and artifact in (None, row.artifact_id)
        ]

    # behind the door

    def _network(self, account: Account) -> Network:
        token = self._secrets.get(self._secret_name(account.id))
        if not token:
            raise InvalidInput(
                f"no token of {account.name} is kept", hint=f"Say it: `ple portfolio announcers add {account.kind} …`."
            )
        return network(account.kind, self._client, account.address, account.user, token)

    def _announcement(self, work: Artifact, account: str, text: str, row: AnnouncementRow | None) -> Announcement:
        sent = row.sent_at if row is not None and row.url else None
        tags = tuple(sorted(work.tags))
        return Announcement(work.id, account, work.title, text, row.url if row else None, sent, tags, work.url or "")

    def _row(self, account: int, artifact: int) -> AnnouncementRow | None:
        with self._library.reading() as tx:
            return tx.get(AnnouncementRow, (account, artifact))

    def _account(self, row: AccountRow) -> Account:
        assert row.id is not None
        kept = self._secrets.get(f"announce:{row.uid}") is not None
        return Account(row.id, row.name, row.kind, row.address, row.user, kept)

    def _secret_name(self, id: int) -> str:
        with self._library.reading() as tx:
            return f"announce:{tx.get_one(AccountRow, id).uid}"


def _words(work: Artifact, limit: int | None, *, tags: bool) -> str:
    """Return what is said of a work when nobody says otherwise: its title, why it is shown, its address."""
    words = [re.sub(r"\W", "", tag.title() if " " in tag else tag) for tag in sorted(work.tags)] if tags else []
    hashtags = " ".join(f"#{word}" for word in words if word and not word.isdecimal())
    end = "\n\n".join(part for part in (work.url or "", hashtags) if part)
    why = re.sub(r"\s+", " ", work.why).strip()
    said = "\n\n".join(part for part in (fit(work.title), fit(why), end) if part)
    if limit is None or length(said) <= limit:
        return said
    room = limit - length(f"{fit(work.title)}\n\n\n\n{end}") - 1
    short = why[: max(0, room)].rsplit(" ", 1)[0] + "…" if room > 20 else ""
    said = "\n\n".join(part for part in (fit(work.title), short, end) if part)
    return said if length(said) <= limit else f"{fit(work.title)[: max(0, limit - 30)]}\n\n{work.url}"
