"""Four facts about a credential, each with what it rests on. Pure, and without a network.

1. *signature*: was this signed, or (Open Badges 2) is it hosted, as it stands here?
2. *issuer*: does what signed it belong to the issuer that it names?
3. *recipient*: does it speak of the learner?
4. *current*: is it in its time, and not revoked?

There is no fifth that sums them up, since one green tick says more than anybody knows. What cannot be told from the
file alone is *not checked*, with the reason; :mod:`ple.lms.credentials.asking` asks the issuer.
"""

import datetime as dt
import hashlib
import hmac
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from ple.lms.credentials import keys
from ple.lms.credentials.contexts import KNOWN
from ple.lms.credentials.errors import Malformed
from ple.lms.credentials.reading import Form, Found
from ple.lms.credentials.signatures import (
    JCS,
    OLD,
    RDFC,
    Load,
    NotHere,
    hashed,
    holds,
    proofs_of,
    suite_of,
    token_holds,
)
from ple.web.text import line


class State(StrEnum):
    """What is known about a fact."""

    HOLDS = "holds"
    FAILS = "fails"
    OPEN = "not checked"


class Ending(StrEnum):
    """How a file ends on a list: the signature holds, something fails, or nothing could be told."""

    VERIFIED = "verified"
    REFUSED = "refused"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing about a credential, and what is known of it, in a sentence."""

    state: State
    says: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The four facts, as they were found at ``at``; ``online`` if the issuer was asked."""

    signature: Fact
    issuer: Fact
    recipient: Fact
    current: Fact
    at: dt.datetime
    online: bool = False

    def facts(self) -> Iterator[tuple[str, Fact]]:
        """Yield the facts with their names."""
        for name in ("signature", "issuer", "recipient", "current"):
            yield name, getattr(self, name)

    @property
    def ending(self) -> Ending:
        """How it ends on a list of files; whose it is does not count there."""
        if State.FAILS in (self.signature.state, self.issuer.state, self.current.state):
            return Ending.REFUSED
        return Ending.VERIFIED if self.signature.state is State.HOLDS else Ending.NOT_CHECKED

    @property
    def reason(self) -> str:
        """What the ending rests on: the first fact that fails, else the signature."""
        for fact in (self.signature, self.current, self.issuer):
            if fact.state is State.FAILS:
                return fact.says
        return self.signature.says


def verify(found: Found, *, me: Collection[str], now: dt.datetime, load: Load) -> Verdict:
    """Return what is known of a credential without asking anybody.

    ``me`` are the learner's addresses and identifiers, ``load`` returns the contexts that are here.
    """
    if found.form is Form.PDF:
        claimed = Fact(State.OPEN, "A PDF proves nothing by itself; it is kept with its hash, as a claim.")
        return Verdict(claimed, claimed, claimed, claimed, now)
    signature, issuer = _signed(found, load)
    return Verdict(signature, issuer, recipient(found, me), current(found, now), now)


def recipient(found: Found, me: Collection[str]) -> Fact:
    """Return whether it speaks of the learner."""
    if found.address and not found.data:
        return Fact(State.OPEN, "Only its address is here.")
    wanted = list(_identities(found))
    if not wanted:
        return Fact(State.OPEN, "It names nobody; whoever has it has it.")
    if not me:
        return Fact(State.OPEN, "Who you are is not known here: `ple credentials me ADDRESS` says it.")
    unreadable = ""
    for kind, said, salt in wanted:
        if "$" in said and kind == "hashed":
            algorithm, _, digest = said.partition("$")
            if algorithm != "sha256":
                unreadable = f"It names somebody by {line(algorithm)[:20]}, which proves nothing."
                continue
            for mine in me:
                for form in {mine, mine.lower(), "mailto:" + mine.lower()}:
                    if hmac.compare_digest(
                        hashlib.sha256((form + salt).encode()).hexdigest().encode(), digest.lower().encode()
                    ):
                        return Fact(State.HOLDS, f"It speaks of you: {line(mine)}.")
        else:
            for mine in me:
                if said.removeprefix("mailto:").strip().lower() == mine.lower():
                    return Fact(State.HOLDS, f"It speaks of you: {line(mine)}.")
    if unreadable:
        return Fact(State.OPEN, unreadable)
    shown = next((said for kind, said, _ in wanted if kind != "hashed"), None)
    return Fact(State.FAILS, f"It speaks of {line(shown)[:200]}." if shown else "It speaks of somebody else.")


def current(found: Found, now: dt.datetime) -> Fact:
    """Return whether it is in its time; whether it was revoked only its issuer knows."""
    begins, ends = found.issued_at, found.expires_at
    if begins and ends and ends < begins:
        return Fact(State.FAILS, f"It ended ({ends:%Y-%m-%d}) before it began ({begins:%Y-%m-%d}).")
    if begins and begins > now:
        return Fact(State.FAILS, f"It is not valid before {begins:%Y-%m-%d}.")
    if ends and ends < now:
        return Fact(State.FAILS, f"It expired on {ends:%Y-%m-%d}.")
    until = f"It is valid until {ends:%Y-%m-%d}." if ends else "It does not expire."
    if found.data.get("credentialStatus") or found.form is Form.OPEN_BADGE_2:
        return Fact(State.OPEN, f"{until} Whether it was revoked was not asked.")
    return Fact(State.HOLDS, f"{until} Its issuer names no list of revoked ones.")


def host_of(address: str | None) -> str:
    """Return the host of a web address or ``did:web``, in lower case; empty if it has none."""
    if address is None:
        return ""
    if address.startswith("did:web:"):
        address = keys.controller_address(address) or ""
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def tied(method: str, issuer_id: str | None) -> Fact:
    """Return what ties the key of a verification method to the issuer, as far as the file tells."""
    base = method.partition("#")[0]
    issuer = line(issuer_id or "nobody")[:120]
    if issuer_id and base == issuer_id:
        if base.startswith(("did:key:", "did:jwk:")):
            return Fact(State.HOLDS, "The issuer is its key, and has signed; who that is it does not say.")
        return Fact(State.OPEN, f"The key says that it is of {issuer}; the issuer was not asked.")
    if base.startswith(("did:key:", "did:jwk:")) or not base:
        return Fact(State.OPEN, f"Nothing here ties the key to {issuer}: anybody could have made it.")
    theirs, ours = host_of(base), host_of(issuer_id)
    if theirs and ours and theirs != ours:
        return Fact(State.FAILS, f"The key is of {line(theirs)}, not of the issuer {line(ours)}.")
    return Fact(State.OPEN, f"The key is of {line(base)[:120]}; whether that is {issuer} was not asked.")


def _signed(found: Found, load: Load) -> tuple[Fact, Fact]:
    if found.address and not found.data:
        return _both(State.OPEN, "Only its address is here; it has to be fetched.")
    if found.token is not None:
        return _token(found)
    if found.form is Form.OPEN_BADGE_2:
        return _open_badge_2(found)
    proofs = proofs_of(found.data)
    if not proofs:
        return _both(State.FAILS, "It has no signature; anybody could have written it.")
    good, open_ = [], []
    for proof in proofs:
        suite = line(suite_of(proof))[:60]
        if suite not in RDFC and suite not in (JCS, OLD):
            open_.append(f"Its signature is of a kind that ple cannot check ({suite}).")
            continue
        if proof.get("proofPurpose") != "assertionMethod":
            return _both(State.FAILS, "Its signature was made for another purpose.")
        method = proof.get("verificationMethod")
        method = method.get("id") if isinstance(method, dict) else method
        if not isinstance(method, str) or ":" not in method:
            return _both(State.FAILS, "Its signature does not say with which key it was made.")
        try:
            key = keys.of_method(method)
            what = hashed(found.data, proof, load)
            if key is None:
                open_.append(_key_elsewhere(method))
            elif holds(what, proof, key):
                good.append((suite, method))
            else:
                return _both(State.FAILS, "Its signature does not hold: it was changed, or never signed.")
        except NotHere as missing:
            open_.append(_without(missing.url))
        except keys.UnknownKey as error:
            open_.append(f"It cannot be checked: {error}.")
        except Malformed as error:
            return _both(State.FAILS, f"It cannot be trusted: {error}.")
    if not good:
        return _both(State.OPEN, open_[0])
    says = f"Signed ({good[0][0]}), and unchanged since."
    if len(proofs) > 1:
        says = f"{len(good)} of {len(proofs)} signatures hold ({good[0][0]}); it is unchanged since."
        if open_:
            says += f" {open_[0]}"
    bonds = [tied(method, found.issuer_id) for _, method in good]
    best = min(bonds, key=lambda fact: [State.HOLDS, State.OPEN, State.FAILS].index(fact.state))
    return Fact(State.HOLDS, says), best


def _token(found: Found) -> tuple[Fact, Fact]:
    token = found.token
    assert token is not None
    method = token.header.get("kid")
    verification = found.data.get("verification")
    if found.form is Form.OPEN_BADGE_2 and isinstance(verification, dict):
        method = verification.get("creator")
    method = method if isinstance(method, str) else ""
    try:
        if "jwk" in token.header:
            key = keys.of_jwk(token.header["jwk"])
            # the key comes along with the token, so that its name is only a name
            method = method if method.startswith(("did:key:", "did:jwk:")) and keys.of_method(method) == key else ""
        else:
            key = keys.of_method(method)
        if key is None:
            return _both(State.OPEN, _key_elsewhere(method))
        if not token_holds(token, key):
            return _both(State.FAILS, "Its signature does not hold: it was changed, or never signed.")
    except keys.UnknownKey as error:
        return _both(State.OPEN, f"It cannot be checked: {error}.")
    except Malformed as error:
        return _both(State.FAILS, f"It cannot be trusted: {error}.")
    along = " with the key that it brings along" if "jwk" in token.header else ""
    said = Fact(State.HOLDS, f"Signed ({token.header['alg']}){along}, and unchanged since.")
    return said, tied(method, found.issuer_id)


def _open_badge_2(found: Found) -> tuple[Fact, Fact]:
    verification = found.data.get("verification") or found.data["verify"]
    kind = str(verification.get("type")).lower()
    if kind in ("hosted", "hostedbadge"):
        if not found.url:
            return _both(State.FAILS, "It says that it is hosted, but not where.")
        says = f"It is not signed, and counts only as it stands at {host_of(found.url)}. `--online` asks there."
        return Fact(State.OPEN, says), Fact(State.OPEN, "The issuer was not asked.")
    if kind in ("signed", "signedbadge"):
        return _both(State.FAILS, "It says that it is signed, but this is not the signed form (a token).")
    return _both(State.FAILS, "It does not say how it can be checked.")


def _identities(found: Found) -> Iterator[tuple[str, str, str]]:
    """Yield how the recipient is named: a kind (``hashed`` or another), what is said, and the salt."""
    if found.form is Form.OPEN_BADGE_2:
        said = found.data["recipient"]
        hashed_ = said.get("hashed") in (True, "true")
        yield "hashed" if hashed_ else "plain", str(said["identity"]), str(said.get("salt") or "")
        return
    subjects = found.data.get("credentialSubject")
    for subject in subjects if isinstance(subjects, list) else [subjects]:
        if not isinstance(subject, dict):
            continue
        if isinstance(subject.get("id"), str):
            yield "plain", subject["id"], ""
        identifiers = subject.get("identifier", [])
        for one in identifiers if isinstance(identifiers, list) else [identifiers]:
            if isinstance(one, dict) and isinstance(one.get("identityHash"), str):
                yield (
                    "hashed" if one.get("hashed") is True else "plain",
                    one["identityHash"],
                    str(one.get("salt") or ""),
                )


def _key_elsewhere(method: str) -> str:
    where = keys.controller_address(method)
    if where is not None:
        return f"The key to check it with lies at {line(where)[:120]}. `--online` fetches it."
    if not method:
        return "It does not say with which key it was signed, so that nobody can check it."
    kind = line(":".join(method.split(":")[: 2 if method.startswith("did:") else 1]))[:40]
    return f"Its issuer names the key in a way that ple does not know ({kind}), so that it cannot be had."


def _without(vocabulary: str) -> str:
    url = line(vocabulary)[:120]
    if vocabulary in KNOWN:
        return f"What its words mean is not here yet ({url}). `--online` fetches it, once."
    return f"It uses words of a vocabulary that ple does not know ({url}), so that what was signed cannot be told."


def _both(state: State, says: str) -> tuple[Fact, Fact]:
    issuer = "Without a signature that holds, who issued it is a claim."
    return Fact(state, says), Fact(State.OPEN, issuer)
