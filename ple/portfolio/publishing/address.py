"""Addresses of places to publish to: ``sftp://ada@school.example/public_html``. Pure.

A password never stands in one: it would be in the shell's history and in every list of processes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from ple.library.errors import InvalidInput

_OPTIONS = {
    "sftp": {"key"},
    "rsync": set(),
    "rsync+ssh": {"key"},
    "dav": set(),
    "davs": set(),
    "s3": {"endpoint", "region", "style"},
    "neocities": {"api", "site"},
    "netlify": {"api"},
}
KINDS = (*_OPTIONS, "git", "zip")


@dataclass(frozen=True, slots=True)
class Address:
    """Where to publish to, in its parts."""

    kind: str
    whole: str
    """As it was given; of a repository, what git is told."""
    host: str = ""
    """Of S3 the bucket, of Neocities and Netlify the site."""
    port: int | None = None
    user: str | None = None
    path: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """The address for sentences, without what is only needed to get there."""
        return self.whole.partition("?")[0]


def read_address(said: str) -> Address:
    """Read what a learner says.

    Whatever is none of our own kinds is the address of a git repository; a file that ends in ``.zip`` is that file.

    Raises:
        InvalidInput: it cannot be one, or it has a password in it.
    """
    said = said.strip()
    if not said or any(ord(letter) < 32 for letter in said):
        raise InvalidInput(
            "that is no address to publish to", hint="For example: sftp://you@school.example/public_html"
        )
    scheme, separator, rest = said.partition(":")
    scheme = scheme.lower()
    if scheme not in _OPTIONS or not separator:
        if said.lower().endswith(".zip") and "://" not in said:
            return Address("zip", said)
        return Address("git", said)
    if scheme in ("neocities", "netlify") and not rest.startswith("//"):
        said = f"{scheme}://{rest}"
    try:
        parts = urlsplit(said)
        port = parts.port
    except ValueError as error:
        raise InvalidInput(f"“{said}” is no address to publish to", hint="Look at its port and its host.") from error
    if parts.password is not None:
        raise InvalidInput(
            "a password does not belong in an address: others can see it",
            hint="Leave it out; you are asked for it, and it is kept among your secrets.",
        )
    if not parts.hostname or parts.hostname.startswith("-") or (parts.username or "").startswith("-"):
        raise InvalidInput(f"“{said}” names no host", hint=_EXAMPLES[scheme])
    options = dict(parse_qsl(parts.query))
    if strange := sorted(set(options) - _OPTIONS[scheme]):
        known = ", ".join(sorted(_OPTIONS[scheme])) or "none"
        raise InvalidInput(f"an address of {scheme} has no option “{strange[0]}”", hint=f"Options: {known}.")
    path = unquote(parts.path)
    if ".." in path.split("/"):
        raise InvalidInput("“..” does not belong in an address to publish to")
    user = unquote(parts.username) if parts.username else None
    host = parts.netloc.rpartition("@")[2] if scheme == "s3" else parts.hostname
    return Address(scheme, said, host, port, user, path, options)


def web_address(address: Address) -> str:
    """Return the web address of a WebDAV folder; it ends in a slash."""
    scheme = "https" if address.kind == "davs" else "http"
    host = f"[{address.host}]" if ":" in address.host else address.host
    port = f":{address.port}" if address.port else ""
    return f"{scheme}://{host}{port}{quote(address.path.rstrip('/'))}/"


def site_of(address: Address) -> str | None:
    """Return where visitors find a site that is published there, as far as the address says so."""
    if address.kind == "neocities":
        return address.options.get("site") or f"https://{address.host}.neocities.org/"
    if address.kind == "git":
        return _pages(address.whole)
    return None


def same_place(one: Address, other: Address) -> bool:
    """Return whether two addresses mean one place."""
    return (one.kind, one.whole.partition("?")[0].rstrip("/")) == (
        other.kind,
        other.whole.partition("?")[0].rstrip("/"),
    )


def _pages(remote: str) -> str | None:
    """Return where GitHub, GitLab and Codeberg serve the pages of a repository."""
    match = re.search(r"(github\.com|gitlab\.com|codeberg\.org)[:/]+([\w.-]+)/([\w.-]+?)(?:\.git)?/?$", remote)
    if not match:
        return None
    host, owner, name = match.groups()
    home = {"github.com": "github.io", "gitlab.com": "gitlab.io", "codeberg.org": "codeberg.page"}[host]
    base = f"https://{owner.lower()}.{home}/"
    own = {f"{owner}.{home}".lower(), "pages"} if host == "codeberg.org" else {f"{owner}.{home}".lower()}
    return base if name.lower() in own else f"{base}{name}/"


_EXAMPLES = {
    "sftp": "For example: sftp://you@school.example/public_html",
    "rsync": "For example: rsync://you@host.example/module/folder",
    "rsync+ssh": "For example: rsync+ssh://you@host.example/var/www/portfolio",
    "dav": "For example: davs://you@cloud.example/remote.php/dav/files/you/site",
    "davs": "For example: davs://you@cloud.example/remote.php/dav/files/you/site",
    "s3": "For example: s3://KEYID@bucket/folder?endpoint=https://…&region=auto",
    "neocities": "For example: neocities:yoursite",
    "netlify": "For example: netlify:yoursite.netlify.app",
}
