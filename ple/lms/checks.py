"""What stands against handing something in, found out before anything is sent. Pure.

An LMS's own words on it mislead or come too late, so the reasons are derived here, from the assignment, the dates and
where the learner stands.
"""

import datetime as dt
import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ple.lms.adapter import Accepts, RemoteAssignment, SubmissionState, SubmissionStatus
from ple.lms.content import Content, same_name
from ple.lms.errors import (
    AlreadyHandedIn,
    Closed,
    LmsError,
    NoAttemptLeft,
    NotStarted,
    Refused,
    Unsupported,
    WrongKind,
)
from ple.web import addresses

_SKEW = dt.timedelta(minutes=2)
"""How far two clocks may differ before the learner hears of it."""
_ERRORS: Mapping[str, type[LmsError]] = {
    error.__name__: error
    for error in (AlreadyHandedIn, Closed, NoAttemptLeft, NotStarted, Refused, Unsupported, WrongKind)
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something cannot be handed in, as a learner would read it."""

    kind: str
    sentence: str
    hint: str | None

    def error(self) -> LmsError:
        """Return it as an error."""
        return _ERRORS.get(self.kind, Refused)(self.sentence, hint=self.hint)


@dataclass(frozen=True, slots=True)
class Whereto:
    """The names that a plan shows, and how the LMS counts."""

    assignment_id: int
    course: str
    account: str
    lms: str
    each_counts: bool


def closing(remote: RemoteAssignment, status: SubmissionStatus) -> dt.datetime | None:
    """Return when nothing is taken any more, an extension counted in."""
    if remote.closes_at is None:
        return None
    return max(filter(None, (remote.closes_at, status.extended_to)))


def check(
    remote: RemoteAssignment, status: SubmissionStatus, content: Content, *, each_counts: bool, now: dt.datetime
) -> list[Problem]:
    """Return all that stands against handing in ``content`` now, the weightiest first.

    Whether it is open is the LMS's word, as its clock counts; the dates only tell why.
    """
    found = []
    if (reason := why_closed(remote, status, each_counts=each_counts, now=now)) is not None:
        found.append(reason)
    found += _kind_problems(remote, content, each_counts=each_counts)
    found += _file_problems(remote, content)
    if remote.time_limit and runs_out(remote, status) is None and not found:
        sentence = f"“{remote.title}” has to be done in {span(remote.time_limit)} from when you start it"
        found.append(_problem(NotStarted, sentence, NotStarted.hint))
    return found


def runs_out(remote: RemoteAssignment, status: SubmissionStatus) -> dt.datetime | None:
    """Return when the time runs out that the learner has started; none if there is no limit, or no start."""
    started_at = status.attempt.started_at if status.attempt else None
    return started_at + remote.time_limit if remote.time_limit and started_at else None


def span(time: dt.timedelta) -> str:
    """Return a time in words: ``90 minutes``, ``3 days 4 h``."""
    minutes = max(0, int(time.total_seconds() // 60))
    if minutes < 120:
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    days, minutes = divmod(minutes, 1440)
    said = [f"{days} day{'' if days == 1 else 's'}"] if days else []
    hours, minutes = divmod(minutes, 60)
    said += [f"{hours} h"] if hours else []
    said += [f"{minutes} min"] if minutes and not days else []
    return " ".join(said)


def why_closed(
    remote: RemoteAssignment, status: SubmissionStatus, *, each_counts: bool, now: dt.datetime
) -> Problem | None:
    """Return why nothing can be handed in now; none if it is open."""
    title = f"“{remote.title}”"
    closes_at = closing(remote, status)
    if each_counts and remote.attempts and status.number >= remote.attempts:
        return _problem(NoAttemptLeft, f"all {remote.attempts} attempts at {title} are used", NoAttemptLeft.hint)
    if status.can_edit is True or (status.can_edit is None and not remote.locked):
        return None
    if status.locked:
        return _problem(Closed, f"your teacher has locked {title} for you", "Ask your teacher.")
    if remote.opens_at and remote.opens_at > now:
        return _problem(Closed, f"{title} opens on {local(remote.opens_at)}", "Hand it in after that.")
    if closes_at and closes_at < now:
        return _problem(Closed, f"{title} closed on {local(closes_at)}", "Ask your teacher for an extension.")
    if status.state.handed_in:
        held = status.attempt.found.summary if status.attempt else "something else"
        sentence = f"{title} is handed in already, with {held}, and can no longer be changed"
        return _problem(AlreadyHandedIn, sentence, AlreadyHandedIn.hint)
    if not (remote.accepts.link or remote.accepts.text or remote.accepts.files):
        return _problem(WrongKind, f"{title} takes nothing online", "Ask your teacher how to hand it in.")
    return _problem(Closed, f"{title} takes nothing at this moment", "Open it in a browser to see why.")


def _kind_problems(remote: RemoteAssignment, content: Content, *, each_counts: bool) -> list[Problem]:
    accepts, found = remote.accepts, []
    fits = {
        "link": accepts.link or accepts.text,
        "text": accepts.text,
        "files": accepts.files,
    }
    asked = [content.kind] if not content.files else [*([content.kind] if content.worded else []), "files"]
    for kind in asked:
        if not fits[kind]:
            what = "files" if kind == "files" else f"a {kind}"
            sentence = f"“{remote.title}” takes {_taken(accepts)}, not {what}"
            found.append(_problem(WrongKind, sentence, "See what it asks for."))
    if each_counts and content.files and content.worded:
        sentence = f"“{remote.title}” takes files, or a link or text, and not both at once"
        found.append(_problem(WrongKind, sentence, "Put the link or text into one of the files."))
    words = len(content.text.split()) if content.text is not None else 0
    if accepts.words and words > accepts.words:
        sentence = f"the text has {words} words, and “{remote.title}” takes {accepts.words} at most"
        found.append(_problem(WrongKind, sentence, "Shorten it."))
    return found


def _file_problems(remote: RemoteAssignment, content: Content) -> list[Problem]:
    # the LMS checks these late or never: a wrong kind is taken without a word, a surplus file is dropped, and one
    # that is too big takes the files of before with it
    accepts, title, found = remote.accepts, f"“{remote.title}”", []
    if accepts.most_files and len(content.files) > accepts.most_files:
        sentence = f"these are {len(content.files)} files, and {title} takes {accepts.most_files} at most"
        found.append(_problem(WrongKind, sentence, "Put several into one, such as a zip file, if it may be one."))
    names = [same_name(piece.name) for piece in content.files]
    for piece, name in zip(content.files, names, strict=True):
        if names.count(name) > 1:
            sentence = f"several files are named {piece.name} there"
            found.append(_problem(WrongKind, sentence, "Give them names of their own."))
            break
    for piece in content.files:
        if piece.size == 0:
            found.append(_problem(WrongKind, f"{piece.name} is empty", "Look whether it was saved."))
        if accepts.most_bytes and piece.size > accepts.most_bytes:
            sentence = f"{piece.name} has {_size(piece.size)}, and {title} takes {_size(accepts.most_bytes)} at most"
            found.append(_problem(WrongKind, sentence, "Make it smaller, or publish it and hand in its link."))
        if accepts.extensions and not fits_kind(piece.name, accepts.extensions):
            sentence = f"{title} takes {', '.join(accepts.extensions)}, not {piece.name}"
            found.append(_problem(WrongKind, sentence, "Save it as one of these."))
    return found


def fits_kind(name: str, kinds: Sequence[str]) -> bool:
    """Return whether a file may be one of ``kinds``: extensions, media types, or groups, which only the LMS knows."""
    suffix = "." + name.rpartition(".")[2].casefold() if "." in name else ""
    media_type = mimetypes.guess_type(name)[0] or ""
    for kind in kinds:
        if kind == "*" or (kind.startswith(".") and suffix == kind.casefold()):
            return True
        if "/" in kind and media_type == kind.casefold():
            return True
        if not kind.startswith(".") and "/" not in kind:
            return True
    return False


def _size(count: int) -> str:
    return f"{count / 1_048_576:.1f} MB" if count >= 1_048_576 else f"{max(1, round(count / 1024))} kB"


def local(when: dt.datetime) -> str:
    """Return a moment in the learner's own time zone, with its name."""
    return f"{when.astimezone():%A %Y-%m-%d %H:%M %Z}".rstrip()


def warnings(
    to: Whereto, remote: RemoteAssignment, status: SubmissionStatus, content: Content, *, late: bool, now: dt.datetime
) -> list[str]:
    """Return what the learner should know before they confirm."""
    said = []
    if late:
        said.append("The due date has passed: it will be marked as late.")
    said += _about_time(remote, status, now)
    if status.state is SubmissionState.REOPENED:
        said.append(f"Attempt {status.number} is open and empty; what you handed in before stays in the record.")
    if remote.attempts and not to.each_counts and status.number >= remote.attempts:
        more = {
            "untilpass": "; another one comes only if this one does not pass",
            "manual": "; only your teacher can give you another one",
        }
        said.append(f"It is the last of {remote.attempts} attempts{more.get(remote.reopens, '')}.")
    if content.link is not None and addresses.is_local_name(addresses.host(content.link)):
        said.append("The link leads to this machine or its network; your teacher cannot open it from elsewhere.")
    if content.link is not None and not remote.accepts.link and remote.accepts.text:
        said.append("The assignment takes texts: the link is handed in as one.")
    if to.each_counts and status.number:
        said.append(f"Attempt {status.number} stays in the record; your teacher sees the new one first.")
    if remote.team:
        said.append("It is handed in for your whole team, and replaces what the team has there.")
        if remote.team_all:
            said.append("It counts once every one of the team has handed it in.")
    groups = [kind for kind in remote.accepts.extensions if not kind.startswith((".", "*")) and "/" not in kind]
    if content.files and groups:
        said.append(f"Whether the files are of the kinds that it takes ({', '.join(groups)}) shows only there.")
    if remote.drafts and not status.state.handed_in:
        said.append("Once it is handed in, you cannot change it yourself.")
    return said


def _about_time(remote: RemoteAssignment, status: SubmissionStatus, now: dt.datetime) -> list[str]:
    said, there = [], status.clock or now
    if abs(there - now) > _SKEW:
        how = "ahead of" if there > now else "behind"
        said.append(f"The clock of the LMS is {span(abs(there - now))} {how} yours, and it is its clock that counts.")
    if remote.time_limit and (ends_at := runs_out(remote, status)) is not None:
        if ends_at < there:
            said.append(f"Your {span(remote.time_limit)} ran out on {local(ends_at)}: it will be marked as over time.")
        else:
            said.append(f"Your time runs out on {local(ends_at)}: {span(ends_at - there)} are left.")
    return said


def _taken(accepts: Accepts) -> str:
    extensions = f" ({', '.join(accepts.extensions)})" if accepts.extensions else ""
    return accepts.summary + extensions


def _problem(kind: type[LmsError], sentence: str, hint: str | None) -> Problem:
    return Problem(kind.__name__, sentence, hint)
