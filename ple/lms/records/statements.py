"""Statements: making them, checking them, and telling whether two are the same. Pure.

Experience API 1.0.3, part two, sections 2 and 4. What is made here passes the strict reading of :func:`problem`, and
what comes from elsewhere has to.
"""

import datetime as dt
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from ple.lms.records.errors import NoStatement
from ple.lms.records.vocabulary import VOIDED

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]+")
_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_DURATION = re.compile(
    r"P(?=.)(?:\d+(?:\.\d+)?W|(?:\d+(?:\.\d+)?Y)?(?:\d+(?:\.\d+)?M)?(?:\d+(?:\.\d+)?D)?(?:T(?=.)(?:\d+(?:\.\d+)?H)?"
    r"(?:\d+(?:\.\d+)?M)?(?:\d+(?:\.\d+)?S)?)?)"
)
_WHEN = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d+)?)?([Zz]|[+-]\d\d(:?\d\d)?)")
_IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")
_KEYS = frozenset(
    {"id", "actor", "verb", "object", "result", "context", "timestamp", "stored", "authority", "version", "attachments"}
)
LARGEST = 500_000


def written(statement: Mapping[str, Any]) -> str:
    """Return a statement as the text that is kept and sent, for ever the same."""
    return json.dumps(statement, ensure_ascii=False, separators=(",", ":"))


def actor_of(home_page: str, name: str) -> dict[str, Any]:
    """Return the learner as an actor: an account, which says no more than the learner wants."""
    return {"objectType": "Agent", "account": {"homePage": home_page, "name": name}}


def moment(at: dt.datetime) -> str:
    """Return a time as statements say it: in UTC, to the millisecond."""
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def voiding(actor: Mapping[str, Any], target: uuid.UUID, at: dt.datetime, uid: uuid.UUID) -> dict[str, Any]:
    """Return the statement that takes another one back; the other stays where it was sent, marked as void."""
    return {
        "id": str(uid),
        "actor": dict(actor),
        "verb": {"id": VOIDED, "display": {"en": "voided"}},
        "object": {"objectType": "StatementRef", "id": str(target)},
        "timestamp": moment(at),
    }


def same(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    """Return whether a store's statement is ours, whatever it may add or spell otherwise (part two, section 2.3.1)."""
    return bool(_core(ours) == _core(theirs))


def problem(said: Any) -> str | None:
    """Return why something is no statement that every store takes, or None if it is one."""
    try:
        json.dumps(said, ensure_ascii=False, allow_nan=False).encode()
        return _problem(said)
    except RecursionError:
        return "it is nested too deeply"
    except ValueError:
        return "it holds half a character, or a number that JSON has not"


def _problem(said: Any) -> str | None:
    if not isinstance(said, dict):
        return "it is no object"
    strange = set(said) - _KEYS
    if strange:
        return f"it says “{sorted(strange)[0][:40]}”, which statements do not have"
    empty = _nothing(said)
    if empty:
        return f"it says “{empty[:40]}” and then nothing"
    if "id" in said and not _uuid(said["id"]):
        return "its id is no UUID"
    for name in ("actor", "verb", "object"):
        if not isinstance(said.get(name), dict):
            return f"it has no {name}"
    return (
        _actor(said["actor"], "actor")
        or (None if _iri(said["verb"].get("id")) else "its verb has no address")
        or _language_map(said["verb"].get("display"), "verb")
        or _object(said["object"], said["verb"])
        or _result(said.get("result"))
        or _context(said.get("context"))
        or (None if "timestamp" not in said or _when(said["timestamp"]) else "its time is no time with an offset")
        or (None if "stored" not in said or _when(said["stored"]) else "its time of storing is no time with an offset")
        or (_actor(said["authority"], "authority") if "authority" in said else None)
    )


def time_of(said: Mapping[str, Any]) -> dt.datetime | None:
    """Return when a statement says that it happened, in UTC."""
    for name in ("timestamp", "stored"):
        at = _moment(said.get(name))
        if at is not None:
            return at
    return None


def read_file(data: bytes) -> Iterator[tuple[str, Any]]:
    """Yield the statements of a file with the text of each, which stays as it was where it stands on a line.

    Raises:
        NoStatement: it is no JSON: neither an array, nor a store's answer, nor one statement a line.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NoStatement("the file is no text", hint="Give JSON in UTF-8.") from error
    try:
        said = json.loads(text)
    except RecursionError as error:
        raise NoStatement("the file is no JSON") from error
    except ValueError:
        lines = [one for one in text.splitlines() if one.strip()]
        try:
            yield from [(one, json.loads(one)) for one in lines]
        except (ValueError, RecursionError) as error:
            raise NoStatement("the file is no JSON", hint="Give an array, or one statement a line.") from error
        if not lines:
            raise NoStatement("the file is empty") from None
        return
    if isinstance(said, dict) and isinstance(said.get("statements"), list):
        said = said["statements"]
    for one in said if isinstance(said, list) else [said]:
        try:
            yield written(one) if isinstance(one, dict) else "", one
        except RecursionError:  # it is named and refused where it is looked at
            yield "", one


def _uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(uuid.UUID(value)) == value.lower()
    except ValueError:
        return False


def _iri(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 4000 and bool(_IRI.fullmatch(value))


def _moment(value: Any) -> dt.datetime | None:
    if not isinstance(value, str) or not _WHEN.fullmatch(value):
        return None
    try:
        at = dt.datetime.fromisoformat(value.replace(",", ".").upper())
        return at.astimezone(dt.UTC) if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _when(value: Any) -> bool:
    return _moment(value) is not None and not re.search(r"-00(:?00)?$", str(value))


def _nothing(value: Any, name: str = "") -> str | None:
    """Return the name of the first thing that is null; only extensions may hold that (section 4.1.11)."""
    if value is None:
        return name or "something"
    if isinstance(value, dict):
        return next(
            (found for key, inner in value.items() if key != "extensions" and (found := _nothing(inner, key))), None
        )
    if isinstance(value, list):
        return next((found for inner in value if (found := _nothing(inner, name))), None)
    return None


def _actor(said: Any, name: str) -> str | None:
    if not isinstance(said, dict):
        return f"its {name} is no object"
    kind = said.get("objectType", "Agent")
    given = [one for one in _IDENTIFIERS if one in said]
    if kind not in ("Agent", "Group") or len(given) > 1 or (not given and kind == "Agent"):
        return f"its {name} has not exactly one identifier"
    if kind == "Group":
        members = said.get("member", [])
        if not isinstance(members, list) or (not given and not members):
            return f"its {name} is a group of nobody"
        for member in members:
            if isinstance(member, dict) and member.get("objectType") == "Group":
                return f"its {name} is a group in a group"
            if wrong := _actor(member, "member"):
                return wrong
    if "mbox" in said and not re.fullmatch(r"mailto:[^\s@]+@[^\s@]+", str(said["mbox"])):
        return f"its {name} has a mailbox that is none"
    if "mbox_sha1sum" in said and not re.fullmatch(r"[0-9a-fA-F]{40}", str(said["mbox_sha1sum"])):
        return f"its {name} has a hash that is none"
    if "openid" in said and not _iri(said["openid"]):
        return f"its {name} has an address that is none"
    account = said.get("account")
    if "account" in said and not (
        isinstance(account, dict) and _iri(account.get("homePage")) and isinstance(account.get("name"), str)
    ):
        return f"its {name} has an account without home page and name"
    return None


def _language_map(said: Any, name: str) -> str | None:
    if said is None:
        return None
    good = isinstance(said, dict) and all(_TAG.fullmatch(key) and isinstance(text, str) for key, text in said.items())
    return None if good else f"its {name} is not said in a language that is named"


def _object(said: dict[str, Any], verb: Mapping[str, Any]) -> str | None:
    kind = said.get("objectType", "Activity")
    if verb.get("id") == VOIDED and kind != "StatementRef":
        return "it takes something back that is no statement"
    if kind == "StatementRef":
        return None if _uuid(said.get("id")) else "its object names no statement"
    if kind in ("Agent", "Group"):
        return _actor(said, "object")
    if kind == "SubStatement":
        inner = {key: value for key, value in said.items() if key != "objectType"}
        if {"id", "stored", "version", "authority"} & set(inner) or inner.get("object", {}) is None:
            return "the statement inside it says more than it may"
        if isinstance(inner.get("object"), dict) and inner["object"].get("objectType") == "SubStatement":
            return "it has a statement in a statement in a statement"
        wrong = _problem(inner)
        return wrong and f"the statement inside it: {wrong}"
    if kind != "Activity":
        return "its object is of a type that does not exist"
    return _activity(said, "object")


def _activity(said: Any, name: str) -> str | None:
    if not isinstance(said, dict) or not _iri(said.get("id")):
        return f"its {name} has no address"
    definition = said.get("definition", {})
    if not isinstance(definition, dict):
        return f"its {name} is not described by an object"
    if "type" in definition and not _iri(definition["type"]):
        return f"its {name} is of a type without an address"
    return (
        _language_map(definition.get("name"), f"{name}'s name")
        or _language_map(definition.get("description"), f"{name}'s description")
        or _extensions(definition.get("extensions"))
    )


def _extensions(said: Any) -> str | None:
    if said is None or (isinstance(said, dict) and all(_iri(key) for key in said)):
        return None
    return "an extension has no address"


def _result(said: Any) -> str | None:
    if said is None:
        return None
    if not isinstance(said, dict):
        return "its result is no object"
    for name in ("success", "completion"):
        if name in said and not isinstance(said[name], bool):
            return f"its {name} is neither true nor false"
    if "duration" in said and not (isinstance(said["duration"], str) and _DURATION.fullmatch(said["duration"])):
        return "its duration is none"
    score = said.get("score", {})
    if not isinstance(score, dict) or any(
        isinstance(value, bool) or not isinstance(value, int | float) for value in score.values()
    ):
        return "its score is no number"
    low, high, raw = score.get("min"), score.get("max"), score.get("raw")
    if not -1 <= score.get("scaled", 0) <= 1 or (low is not None and high is not None and low >= high):
        return "its score is beyond its bounds"
    if raw is not None and ((low is not None and raw < low) or (high is not None and raw > high)):
        return "its score is beyond its bounds"
    return _extensions(said.get("extensions"))


def _context(said: Any) -> str | None:
    if said is None:
        return None
    if not isinstance(said, dict):
        return "its context is no object"
    if "registration" in said and not _uuid(said["registration"]):
        return "its registration is no UUID"
    if "language" in said and not (isinstance(said["language"], str) and _TAG.fullmatch(said["language"])):
        return "its language is none"
    for name in ("instructor", "team"):
        if name in said and (wrong := _actor(said[name], name)):
            return wrong
    around = said.get("contextActivities", {})
    if not isinstance(around, dict) or set(around) - {"parent", "grouping", "category", "other"}:
        return "its context names activities in a way that does not exist"
    for activities in around.values():
        for activity in activities if isinstance(activities, list) else [activities]:
            if wrong := _activity(activity, "context"):
                return wrong
    return _extensions(said.get("extensions"))


def _core(said: Mapping[str, Any]) -> Any:
    """Return what makes a statement what it is: without what stores add, times and defaults in one spelling."""
    kept = {key: value for key, value in said.items() if key not in ("stored", "authority", "version", "attachments")}
    if "id" in kept:
        kept["id"] = str(kept["id"]).lower()
    at = _moment(kept.get("timestamp"))
    if at is not None:
        kept["timestamp"] = at.isoformat()
    if isinstance(kept.get("verb"), dict):
        kept["verb"] = {"id": kept["verb"].get("id")}
    for name in ("actor", "object"):
        kept[name] = _plain(kept.get(name), name)
    context = kept.get("context")
    if isinstance(context, dict):
        around = context.get("contextActivities")
        if isinstance(around, dict):
            listed = {
                key: [_plain(one, "object") for one in (value if isinstance(value, list) else [value])]
                for key, value in around.items()
            }
            context = {**context, "contextActivities": listed}
        kept["context"] = {key: value for key, value in context.items() if value not in ({}, [])}
    return json.loads(json.dumps(kept, sort_keys=True))


def _plain(said: Any, name: str) -> Any:
    if not isinstance(said, dict):
        return said
    kind = said.get("objectType", "Agent" if name == "actor" else "Activity")
    if kind == "Activity":
        return {"objectType": kind, "id": said.get("id")}
    return {key: value for key, value in {**said, "objectType": kind}.items() if key != "name"}
