"""Publishing's front door: where the site goes, what would change there, and putting it there."""

import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from ple import locks
from ple.library import InvalidInput, Library, NotFound, utc_now
from ple.portfolio.portfolio import Portfolio
from ple.portfolio.publishing import sending
from ple.portfolio.publishing.address import Address, read_address, same_place, site_of
from ple.portfolio.publishing.branch import Branch
from ple.portfolio.publishing.cargo import Cargo
from ple.portfolio.publishing.changes import Changes
from ple.portfolio.publishing.errors import Overtaken, PublishedElsewhere, PublishError
from ple.portfolio.publishing.models import Publication, PublicationRow, Published, Target, TargetRow
from ple.portfolio.publishing.netlify import Netlify
from ple.portfolio.publishing.own import Own
from ple.portfolio.publishing.place import Told
from ple.settings.secrets import Secrets
from ple.web.client import Client

SECRET_VARIABLE = "PLE_PUBLISH_SECRET"  # noqa: S105 - its name
_LISTED_TO_ALL = frozenset({"git"})
"""Kinds of places that show their list of files to everybody who may read them."""
_NAME = re.compile(r"[\w][\w .-]{0,99}")


class Publishing:
    """The places that a learner publishes to. It may be shared by threads."""

    def __init__(self, library: Library, portfolio: Portfolio, client: Client, secrets: Secrets) -> None:
        self._library = library
        self._portfolio = portfolio
        self._client = client
        self._secrets = secrets

    # targets

    def targets(self) -> list[Target]:
        """Return the places that the learner publishes to, the last used first."""
        with self._library.reading() as tx:
            rows = tx.exec(select(TargetRow).order_by(col(TargetRow.id))).all()
        rows = sorted(rows, key=lambda row: row.published_at or row.created_at, reverse=True)
        return [self._target(row) for row in rows]

    def target(self, name: str | None = None) -> Target:
        """Return one of them by its name or address; without a name, the one that was used last.

        Raises:
            NotFound: there is none.
        """
        known = self.targets()
        if name is None:
            if not known:
                raise NotFound("", "place to publish to", hint="Name one: `ple portfolio publish ADDRESS`.")
            return known[0]
        for target in known:
            if target.name == name:
                return target
        address = read_address(name)
        for target in known:
            if same_place(read_address(target.address), address):
                return target
        raise NotFound(name, "place to publish to", hint="`ple portfolio targets list` shows those there are.")

    def keep(
        self,
        address: str,
        *,
        name: str | None = None,
        branch: str | None = None,
        url: str | None = None,
        with_unlisted: bool | None = None,
        fingerprint: str | None = None,
        secret: str | None = None,
    ) -> Target:
        """Keep a place to publish to, or change what is known of it; what is not given stays. Return it.

        ``secret`` is its password, key or token: it is kept among the secrets and nowhere else.

        Raises:
            InvalidInput: that is no address to publish to, or a value cannot be used.
        """
        from ple.portfolio.said import site_url

        read = read_address(address)
        if name is not None and not _NAME.fullmatch(name):
            raise InvalidInput(f"“{name}” cannot be its name", hint="Take letters, digits, “-” and “_”.")
        if fingerprint and not re.fullmatch(r"SHA256:[A-Za-z0-9+/=]{40,50}", fingerprint):
            raise InvalidInput(
                "a fingerprint looks like SHA256:… with 43 characters", hint="As `ssh-keygen -l` shows it."
            )
        values: dict[str, Any] = {"branch": branch, "with_unlisted": with_unlisted, "fingerprint": fingerprint}
        values = {key: value for key, value in values.items() if value is not None}
        if url is not None:
            values["url"] = site_url(url)
        with self._library.writing() as tx:
            rows = list(tx.exec(select(TargetRow)).all())
            row = next((one for one in rows if same_place(read_address(one.address), read)), None)
            named = next((one for one in rows if one.name == name), None) if name else None
            if named is not None and row is not None and named is not row:
                raise InvalidInput(f"another place is called “{name}”", hint="Give it another name.")
            row = row or named
            if row is None:
                unlisted = read.kind not in _LISTED_TO_ALL
                row = TargetRow(
                    name=name or _named(read, {one.name for one in rows}), address=read.whole, with_unlisted=unlisted
                )
                row.url = site_of(read)
            row.name = name or row.name
            row.address = read.whole
            for key, value in values.items():
                setattr(row, key, value)
            tx.add(row)
            tx.flush()
            target = self._target(row)
        if secret is not None:
            self.keep_secret(target.name, secret)
        return self.target(target.name)

    def keep_secret(self, name: str, secret: str) -> str:
        """Keep what opens a place (an empty one takes it away); return where, in words."""
        kept = self._secret_name(self.target(name).id)
        if secret:
            return self._secrets.set(kept, secret)
        self._secrets.delete(kept)
        return self._secrets.where()

    def forget(self, name: str) -> Target:
        """Forget a place and its secret; what was published stays there. Return what was known of it."""
        target = self.target(name)
        self._secrets.delete(self._secret_name(target.id))
        with self._library.writing() as tx:
            tx.connection().execute(sa.delete(PublicationRow).where(col(PublicationRow.target_id) == target.id))
            tx.connection().execute(sa.delete(TargetRow).where(col(TargetRow.id) == target.id))
        return target

    # publishing

    def preview(self, name: str | None = None, *, adopt: bool = False) -> Published:
        """Build the site and return what publishing it would change; nothing is sent.

        Raises:
            BuildError: it cannot be built.
            ForeignFiles: somebody else's files are there, and ``adopt`` does not say that this is meant.
            PublishError: the place cannot be asked; see its subclasses.
        """
        return self._publish(self.target(name), dry_run=True, adopt=adopt, told=None)

    def publish(
        self, name: str | None = None, *, adopt: bool = False, anyway: bool = False, told: Told | None = None
    ) -> Published:
        """Build the site and put it in its place; only what changed is sent. Return what was done.

        The addresses at which the works can be read now are written down with them. What is cut is gone on with by
        the next call; visitors see a whole site at every moment.

        Raises:
            BuildError: it cannot be built.
            ForeignFiles: somebody else's files are there, and ``adopt`` does not say that this is meant.
            PublishedElsewhere: another computer published there since, and ``anyway`` does not say that this is meant.
            PublishError: it cannot be put there; see its subclasses.
        """
        return self._publish(self.target(name), dry_run=False, adopt=adopt, anyway=anyway, told=told)

    def publications(self, artifact: int | None = None) -> list[Publication]:
        """Return where works can be read, or one of them; the newest first."""
        query = select(PublicationRow, TargetRow.name).join(
            TargetRow, col(TargetRow.id) == col(PublicationRow.target_id)
        )
        if artifact is not None:
            query = query.where(PublicationRow.resource_id == self._portfolio.artifact(artifact).id)
        with self._library.reading() as tx:
            rows = tx.exec(query.order_by(col(PublicationRow.updated_at).desc(), col(PublicationRow.resource_id))).all()
        titles = {one.id: one.title for one in self._portfolio.artifacts()}
        return [
            Publication(
                row.resource_id, titles.get(row.resource_id, f"#{row.resource_id}"), name, row.url, row.published_at,
                row.updated_at, row.withdrawn_at,
            )
            for row, name in rows
        ]  # fmt: skip

    # behind the door

    def _publish(
        self, target: Target, *, dry_run: bool, adopt: bool, anyway: bool = False, told: Told | None
    ) -> Published:
        address = read_address(target.address)
        self._take_over_url(target)
        self._portfolio.build()
        settings = self._portfolio.settings()
        site = str(settings.uid)
        url = settings.url or target.url
        folder = self._portfolio.folder
        with self._alone(target):
            files = Cargo(folder, target, address.kind)
            own = Own(self._beside(f"site.published-{target.id}"))
            with self._host(address, target) as host:
                here = files.here(host)

                def look() -> Changes:
                    if isinstance(host, Branch | Netlify):
                        return host.compare(here, site, adopt=adopt)
                    return sending.look(host, here, site, adopt=adopt)

                def send(found: Changes) -> str | None:
                    if own.elsewhere(found.by) and not anyway:
                        raise PublishedElsewhere(host.shown)
                    by = own.begun()
                    if isinstance(host, Branch | Netlify):
                        return host.deploy(here, found, site, files.content, told, by)
                    sending.send(host, here, found, site, files.content, told, by=by)
                    return None

                found = look()
                elsewhere = own.elsewhere(found.by)
                commit = None
                if not dry_run and (anyway or not elsewhere or not found):
                    self._portfolio.went_out(with_unlisted=target.with_unlisted)
                if not dry_run and found:
                    try:
                        commit = send(found)
                    except Overtaken:
                        if not isinstance(host, Branch):
                            raise
                        found = look()  # what somebody else wrote to the branch stays: this goes on top of it
                        commit = send(found)
                elif not dry_run and elsewhere:
                    own.taken_over(found.by)  # they published what we would
            works, withdrawn = (0, 0) if dry_run else self._write_back(target, url, set(here))
        return Published(
            target.name, address.shown, url, dry_run, found.new, found.changed, found.gone, found.unchanged, found.kept,
            found.foreign, found.replaced, files.held_back, found.size, commit, works, elsewhere,
            withdrawn if address.kind == "git" else 0,
        )  # fmt: skip

    def _host(self, address: Address, target: Target) -> AbstractContextManager[Any]:
        secret = os.environ.get(SECRET_VARIABLE) or self._secrets.get(self._secret_name(target.id))
        match address.kind:
            case "git":
                return nullcontext(Branch(address.whole, target.branch or "main", self._beside("site.git")))
            case "netlify":
                return Netlify(self._client, address, secret)
            case "sftp":
                from ple.portfolio.publishing.sftp import Sftp

                return Sftp(address, secret, target.fingerprint)
            case "rsync" | "rsync+ssh":
                from ple.portfolio.publishing.rsync import Rsync

                return Rsync(address, secret)
            case "dav" | "davs":
                from ple.portfolio.publishing.webdav import WebDav

                return WebDav(self._client, address, secret)
            case "s3":
                from ple.portfolio.publishing.s3 import S3

                return S3(self._client, address, secret)
            case "neocities":
                from ple.portfolio.publishing.neocities import Neocities

                return Neocities(self._client, address, secret)
        raise PublishError(f"{address.shown} is a file", hint="Write it with `ple portfolio export FILE.zip --site`.")

    def _take_over_url(self, target: Target) -> None:
        """Let a site that has no address yet have that of the place that it is published to."""
        if target.url and not self._portfolio.settings().url:
            self._portfolio.init(url=target.url)

    def _write_back(self, target: Target, url: str | None, paths: set[str]) -> tuple[int, int]:
        """Write down where works can be read, and that others cannot any more; return how many of each."""
        withdrawn = 0
        now = utc_now()
        there: dict[int, str] = {}
        for one in self._portfolio.artifacts():
            if url and one.address and one.visibility != "private" and f"{one.address}index.html" in paths:
                there[one.id] = url + one.address
        with self._library.writing() as tx:
            row = tx.get_one(TargetRow, target.id)
            row.published_at = now
            known = {
                one.resource_id: one
                for one in tx.exec(select(PublicationRow).where(PublicationRow.target_id == target.id)).all()
            }
            for id, at in there.items():
                before = known.get(id)
                if before is None:
                    tx.add(
                        PublicationRow(target_id=target.id, resource_id=id, url=at, published_at=now, updated_at=now)
                    )
                    tx.note("published", id, url=at)
                elif before.url != at or before.withdrawn_at is not None:
                    before.url, before.updated_at, before.withdrawn_at = at, now, None
            for id, before in known.items():
                if id not in there and before.withdrawn_at is None:
                    before.withdrawn_at = before.updated_at = now
                    withdrawn += 1
        return len(there), withdrawn

    @contextmanager
    def _alone(self, target: Target) -> Iterator[None]:
        """Hold a target against other publications from this computer; a killed one lets go by itself."""
        path = self._beside(f"site.publishing-{target.id}")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as lock:
            if not locks.locked(lock.fileno()):
                raise PublishError(f"{target.name} is being published to at this moment", hint="Wait for it to end.")
            yield

    def _beside(self, name: str) -> Path:
        return self._portfolio.folder.with_name(name)

    def _target(self, row: TargetRow) -> Target:
        kind = read_address(row.address).kind
        assert row.id is not None
        return Target(
            row.id, row.name, kind, row.address, row.branch if kind == "git" else None, row.url, row.with_unlisted,
            row.fingerprint, self._secrets.get(f"publish:{row.uid}") is not None, row.published_at,
        )  # fmt: skip

    def _secret_name(self, id: int) -> str:
        with self._library.reading() as tx:
            return f"publish:{tx.get_one(TargetRow, id).uid}"


def _named(address: Address, taken: set[str]) -> str:
    """Return a name for a place that got none: its host's."""
    if address.kind == "git":
        match = re.search(r"([\w.-]+?)(?:\.git)?/?$", address.whole)
        base = match[1] if match else "git"
    else:
        base = address.host or address.kind
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    return name
