"""Signing in to a Moodle in the browser, for sites where the password is not Moodle's own (SSO).

Moodle's launch page hands the token to an app by an address that no browser can open. The learner copies that address
from the browser and gives it here. It holds a hash over the site and a word that we made up for this one sign-in, so
a token of another site, or an address that somebody else sent, is told apart.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import unquote, urlencode

from ple.lms.errors import LmsError, WrongToken


@dataclass(frozen=True, slots=True)
class Launch:
    """One sign-in that was begun: the address to open, and what its end is checked with."""

    address: str
    passport: str = field(repr=False)
    roots: frozenset[str]

    def token(self, pasted: str) -> str:
        """Return the token in the address that the browser could not open; a bare token is taken as it is.

        Raises:
            WrongToken: it belongs to another site or another sign-in.
            LmsError: there is no token in it.
        """
        text = unquote(pasted.strip())
        if re.fullmatch(r"[0-9a-f]{32}", text):
            return text
        match = re.search(r"://token=([A-Za-z0-9+/_=-]+)", text)  # a site may force a scheme of its own
        if match is None:
            raise LmsError("there is no token in this address", hint=_WHERE)
        encoded = match[1].rstrip("=").replace("-", "+").replace("_", "/")
        try:
            said = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode("ascii")
        except (binascii.Error, ValueError) as error:
            raise LmsError("this address was not copied whole", hint=_WHERE) from error
        signature, _, rest = said.partition(":::")
        token = rest.partition(":::")[0]
        expected = [_signature(root, self.passport) for root in self.roots]
        if not any(hmac.compare_digest(signature.encode(), each.encode()) for each in expected):
            raise WrongToken(
                "this address is of another site, or of another sign-in",
                hint="Begin again with `ple lms connect ADDRESS --sso`, and copy the address that comes then.",
            )
        if not re.fullmatch(r"[0-9a-zA-Z]{8,100}", token):
            raise LmsError("there is no token in this address", hint=_WHERE)
        return token


_WHERE = (
    "Copy the address that begins with moodlemobile://token= whole: from the page that says it cannot be opened, or "
    "from the list of requests in the browser's developer tools (F12, Network)."
)


def launch_at(start: str, roots: Collection[str]) -> Launch:
    """Begin a sign-in at a site's launch page; ``roots`` are the addresses that the site may call itself."""
    passport = f"{secrets.randbelow(10**9)}.{secrets.randbelow(10**9)}"
    query = urlencode({"service": "moodle_mobile_app", "passport": passport, "urlscheme": "moodlemobile"})
    return Launch(f"{start}?{query}", passport, frozenset(root.rstrip("/") for root in roots))


def _signature(root: str, passport: str) -> str:
    return hashlib.md5(f"{root}{passport}".encode(), usedforsecurity=False).hexdigest()  # Moodle's own choice
