"""What strangers may read of what was found about a credential: no address of the learner's, no advice."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ple.lms.credentials.models import Credential
from ple.lms.credentials.verification import Fact, State


class Told(NamedTuple):
    """What can be said of a credential in public; dates are in ISO's form, or empty."""

    issuer: str
    issued_on: str
    expires_on: str
    url: str
    checks: tuple[tuple[str, str, str], ...]
    """What was looked at, how it stands, and that in a sentence."""
    checked_on: str
    picture: str
    """The SHA-256 of a file that may be a picture of it."""


def told(credential: Credential, picture: str = "") -> Told:
    """Return what can be said of a credential in public; ``picture`` is the SHA-256 of its picture."""
    url = credential.url or ""
    return Told(
        credential.issuer,
        credential.issued_at.date().isoformat() if credential.issued_at else "",
        credential.expires_at.date().isoformat() if credential.expires_at else "",
        url if url.lower().startswith(("https://", "http://")) else "",
        tuple(_checks(credential)),
        (credential.asked_at or credential.checked_at).date().isoformat(),
        picture,
    )


def _checks(credential: Credential) -> Iterator[tuple[str, str, str]]:
    yield "Signature", credential.signature.state.value, _said(credential.signature)
    yield "Issuer", credential.issued_by.state.value, _said(credential.issued_by)
    state = credential.recipient.state
    whose = {
        State.HOLDS: "It was given to the author of this site.",
        State.FAILS: "It names somebody else.",
        State.OPEN: "Whom it was given to was not found out.",
    }
    yield "Recipient", state.value, whose[state]
    yield "Still valid", credential.current.state.value, _said(credential.current)


def _said(fact: Fact) -> str:
    """Return a fact's sentences without those that say what to type."""
    sentences = re.split(r"(?<=[.!?:]) +", fact.says)
    said = " ".join(one for one in sentences if "`" not in one and "@" not in one)
    return said if said and not said.endswith(":") else said.rstrip(":") + "." if said else ""
