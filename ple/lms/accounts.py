"""Accounts at LMSs: finding the LMS behind an address, signing in in each way that it knows, keeping tokens fresh.

A password is handed on once and kept nowhere. A token is kept as a secret, never in the library; so is the address of
a calendar feed, which is as good as a token.
"""

import contextlib
import datetime as dt
import hashlib
import json
import secrets as chance
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from sqlmodel import select

from ple.library import InvalidInput, Library
from ple.lms.adapter import Capability, Grant, Identity, LmsAdapter, Site, adapter_class, lms_kinds
from ple.lms.catalogue import Catalogue
from ple.lms.errors import LmsError, NotConnected, NotUnderstood, Unreachable, Unsupported
from ple.lms.exchange import safe_base
from ple.lms.models import ACCOUNT, AccountRow
from ple.lms.moodle_launch import Launch
from ple.lms.values import Account
from ple.web import addresses

if TYPE_CHECKING:
    from ple.web.client import Client

SOON = dt.timedelta(days=7)
"""How long before its end a token is warned of."""
_EARLY = dt.timedelta(minutes=5)


class TokenStore(Protocol):
    """Where tokens are kept: :class:`ple.settings.secrets.Secrets`."""

    def get(self, name: str) -> str | None:
        """Return the secret."""
        ...

    def set(self, name: str, value: str) -> str:
        """Keep a secret; return where."""
        ...

    def delete(self, name: str) -> None:
        """Forget a secret."""
        ...


@dataclass(frozen=True, slots=True)
class Consent:
    """A sign-in by OAuth2 that was begun: the page to open, and what its end is checked with."""

    site: str
    address: str
    client_id: str
    state: str = field(repr=False)


class Accounts:
    """The accounts of one library."""

    def __init__(
        self,
        library: Library,
        client: "Client",
        secrets: TokenStore,
        catalogue: Catalogue,
        now: Callable[[], dt.datetime],
    ) -> None:
        self._library = library
        self._client = client
        self._secrets = secrets
        self._catalogue = catalogue
        self._now = now

    def connect(
        self, url: str, *, kind: str | None = None, token: str | None = None, expires_at: dt.datetime | None = None
    ) -> Account:
        """Connect an account; see :meth:`ple.lms.courses.Courses.connect`."""
        if kind == "manual":
            return self._by_hand(url)
        if kind == "calendar" or (kind is None and token is None and is_calendar(url)):
            return self._calendar(url)
        token = (token or "").strip()
        if not token or not token.isascii() or any(c.isspace() or not c.isprintable() for c in token):
            raise InvalidInput("this is no token", hint="Copy the token whole, with nothing around it.")
        site = self.open_site(url, kind=kind)
        days = adapter_class(site.kind).token_days
        estimate = self._now() + dt.timedelta(days=days) if days else None
        return self._signed_in(site, Grant(token, expires_at or estimate))

    def sign_in(self, url: str, name: str, password: str) -> Account:
        """Connect with the name and password of a Moodle's own login. The password is sent once and kept nowhere.

        Raises:
            WrongToken: they are not accepted.
            LmsError: it is no Moodle, or gives no tokens.
        """
        from ple.lms.moodle import Moodle

        site = self.open_site(url, kind="moodle")
        return self._signed_in(site, Moodle.sign_in(self._client, site.url, name, password, self._now()))

    def launch(self, url: str) -> tuple[Site, Launch]:
        """Begin to sign in to a Moodle in the browser (SSO); end it with :meth:`connect` and ``launch.token(…)``."""
        from ple.lms.moodle import Moodle

        site = self.open_site(url, kind="moodle")
        return site, Moodle.launch(self._client, site.url)

    def consent(self, url: str, client_id: str) -> Consent:
        """Begin to sign in to a Canvas by OAuth2, with the developer key of an institution."""
        from ple.lms.canvas import Canvas

        site = self.open_site(url, kind="canvas")
        state = chance.token_urlsafe(16)
        return Consent(site.url, Canvas.ask_consent(site.url, client_id, state), client_id, state)

    def consented(self, consent: Consent, client_secret: str, pasted: str) -> Account:
        """End it with the address that Canvas showed, which holds a code.

        Raises:
            WrongToken: the address is of another sign-in, or Canvas does not accept it.
        """
        from ple.lms.canvas import Canvas

        code = Canvas.code_in(pasted, consent.state)
        key = {"client_id": consent.client_id, "client_secret": client_secret}
        grant = Canvas.grant(self._client, consent.site, key, {"code": code}, self._now())
        return self._signed_in(Site("canvas", consent.site, "Canvas"), grant)

    def find(self, url: str, *, kind: str | None = None) -> Site:
        """Return the LMS that ``url`` is a page of, asked without a token.

        Raises:
            LmsError: it is none that ple knows, or a token could not be sent there safely.
        """
        base = safe_base(addresses.without_credentials(addresses.clean(url)))
        kinds = [kind] if kind else [name for name in lms_kinds() if name not in ("calendar", "manual")]
        failures: list[Unreachable] = []
        for name in kinds:
            try:
                site = adapter_class(name).probe(self._client, base)
            except Unreachable as error:
                failures.append(error)
                continue
            except LmsError:
                continue
            if site is not None:
                return site
        if failures and len(failures) == len(kinds):
            raise failures[0]
        wanted = adapter_class(kind).name if kind else "LMS that ple knows"
        raise NotUnderstood(
            f"there is no {wanted} at {base}",
            hint="Give the address of its start page, or say --kind; ple knows " + ", ".join(lms_kinds()) + ".",
        )

    def open_site(self, url: str, *, kind: str | None = None) -> Site:
        """Return the LMS at ``url``, if programs may use it.

        Raises:
            LmsError: it is none, or is closed to programs.
        """
        site = self.find(url, kind=kind)
        if site.problem:
            raise LmsError(
                site.problem,
                hint="Ask your institution to allow the mobile app, or follow its calendar with "
                "`ple lms connect FEED --kind calendar` and hand in with --by-hand.",
            )
        return site

    def account(self, id: int) -> Account:
        """Return one account.

        Raises:
            NotFound: there is none with this number.
        """
        return self.described(self._catalogue.account(id)[0])

    def disconnect(self, id: int) -> None:
        """Forget an account's token and put the account in the trash; receipts stay."""
        row, resource = self._catalogue.account(id)
        name = _secret(resource.uid)
        if _opened(self._secrets.get(name)).get("renewal"):  # a grant of the institution's: give it back
            with contextlib.suppress(LmsError):  # else it ends by itself within the hour
                revoke = getattr(self.adapter(row), "revoke", None)
                if revoke is not None:
                    revoke()
        with self._library.writing() as tx:
            tx.trash(row.id)
        self._secrets.delete(name)

    def described(self, row: AccountRow) -> Account:
        """Return an account as a value."""
        with self._library.reading() as tx:
            name = _secret(tx.resource(row.id).uid)
        return self._catalogue.described(row, has_token=self._secrets.get(name) is not None)

    def adapter(self, row: AccountRow) -> LmsAdapter:
        """Return the adapter of an account, with a token that has not ended.

        Raises:
            NotConnected: its token is gone.
            WrongToken: it ended and cannot be renewed.
        """
        with self._library.reading() as tx:
            resource = tx.resource(row.id)
        kind = adapter_class(row.lms)
        if row.lms == "manual":
            return kind(self._client, row.url, "")
        name = _secret(resource.uid)
        said = _opened(self._secrets.get(name)) if resource.trashed_at is None else {}
        if not said:
            raise NotConnected(f"there is no token for {row.title}", hint=f"Give one with `ple lms connect {row.url}`.")
        token: str = said["token"]
        if said.get("renewal") and row.token_expires_at is not None and row.token_expires_at < self._now() + _EARLY:
            from ple.lms.canvas import Canvas

            renewal = said["renewal"]
            key = {part: renewal[part] for part in ("client_id", "client_secret")}
            given = {"refresh_token": renewal["refresh_token"]}
            grant = Canvas.grant(self._client, row.url, key, given, self._now())
            self._keep(row.id, name, grant)
            token = grant.token
        return kind(self._client, row.url, token)

    def warning(self, row: AccountRow) -> str | None:
        """Return what the learner should hear about an account's token, if anything."""
        ends = row.token_expires_at
        if ends is None or ends > self._now() + SOON:
            return None
        with self._library.reading() as tx:
            name = _secret(tx.resource(row.id).uid)
        if _opened(self._secrets.get(name)).get("renewal"):
            return None
        when = "has probably ended" if ends < self._now() else f"ends about {ends.astimezone():%A %Y-%m-%d}"
        return f"Your token for {row.title} {when}. Renew it with `ple lms renew {row.id}`; nothing else changes."

    def _calendar(self, address: str) -> Account:
        from ple.lms.calendar import Calendar, at_path

        text = address.strip()
        if "://" in text and not text.startswith("file:"):
            scheme, _, rest = text.partition("://")
            text = addresses.clean(f"https://{rest}" if scheme.casefold().startswith("webcal") else text)
            safe_base(text)
            parts = urlsplit(text)
            url = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        else:
            path = at_path(text)
            text, url = str(path), path.as_uri()
        identity = Calendar(self._client, url, text).whoami()
        return self._stored("calendar", url, identity, Grant(text))

    def _by_hand(self, name: str) -> Account:
        from ple.web.text import line

        title = line(name).strip()
        if not title:
            raise InvalidInput("the account has no name", hint="Name the school or course, or give its address.")
        url = addresses.without_credentials(addresses.clean(title)) if "://" in title else ""
        remote_id = hashlib.sha256(title.casefold().encode()).hexdigest()[:16]
        shown = urlsplit(url).hostname or title
        return self._stored("manual", url, Identity(remote_id, "", shown, url, frozenset()), None)

    def _signed_in(self, site: Site, grant: Grant) -> Account:
        identity = adapter_class(site.kind)(self._client, site.url, grant.token).whoami()
        if Capability.READ not in identity.capabilities:
            raise Unsupported(f"{site.url} does not let programs list your courses", hint="Use --kind calendar.")
        return self._stored(site.kind, site.url, identity, grant)

    def _stored(self, kind: str, url: str, identity: Identity, grant: Grant | None) -> Account:
        from ple.web.text import line

        with self._library.writing() as tx:
            row = tx.exec(
                select(AccountRow).where(AccountRow.url == url, AccountRow.remote_id == identity.remote_id)
            ).first()
            said: dict[str, Any] = {
                "lms": kind,
                "title": line(identity.site) or (urlsplit(url).hostname or url),
                "person": line(identity.name),
                "capabilities": sorted(identity.capabilities),
                "failure": None,
                "connected_at": self._now(),
            }
            if row is None:
                id = tx.register(ACCOUNT)
                tx.add(AccountRow(id=id, url=url, remote_id=identity.remote_id, **said))
            else:
                id = row.id
                tx.restore(id)
                tx.update(AccountRow, [id], **said)
            tx.flush()
            name = _secret(tx.resource(id).uid)
        try:
            if grant is not None:
                self._keep(id, name, grant)
        except BaseException:
            if row is None:
                with self._library.writing() as tx:
                    tx.trash(id)
            raise
        return self.account(id)

    def _keep(self, id: int, name: str, grant: Grant) -> None:
        kept = {"token": grant.token, "renewal": dict(grant.renewal or {})}
        self._secrets.set(name, json.dumps(kept) if grant.renewal else grant.token)
        with self._library.writing() as tx:
            tx.update(AccountRow, [id], token_expires_at=grant.expires_at)


def is_calendar(address: str) -> bool:
    """Return whether an address or path looks like that of a calendar."""
    text = address.strip().casefold()
    try:
        parts = urlsplit(text)
    except ValueError:  # such as http://[::1
        return False
    return (
        text.startswith(("webcal:", "webcals:"))
        or parts.path.endswith((".ics", "/export_execute.php"))
        or ("://" not in text and Path(text).suffix in (".ics", ".ical"))
    )


def _opened(secret: str | None) -> dict[str, Any]:
    if secret is None:
        return {}
    if secret.startswith("{"):
        said: dict[str, Any] = json.loads(secret)
        return said
    return {"token": secret}


def _secret(uid: UUID) -> str:
    return f"lms:{uid}"
