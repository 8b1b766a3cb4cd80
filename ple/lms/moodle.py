"""Moodle, by its web services for the mobile app.

Behaves as recorded on 4.3 and 4.5: nearly every error is a 200 and told apart by ``errorcode``, never by its text,
which is localised and misleads; an empty list says that it was done, which only the status afterwards proves.
"""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from ple.lms import answers
from ple.lms.adapter import (
    Accepts,
    Attempt,
    Capability,
    Identity,
    RemoteAssignment,
    RemoteCourse,
    Site,
    SubmissionState,
    SubmissionStatus,
)
from ple.lms.content import Content, Found, found_in_html
from ple.lms.errors import (
    AnswerLost,
    LmsError,
    NeedsBrowser,
    NotAllowed,
    NotThere,
    NotUnderstood,
    Refused,
    Unreachable,
    Unsupported,
    WrongToken,
)
from ple.lms.exchange import Exchange

if TYPE_CHECKING:
    from ple.web.client import Client, Response

_SERVER = "/webservice/rest/server.php"
_ERRORS: Mapping[str, tuple[type[LmsError], str]] = {
    "invalidtoken": (WrongToken, "{host} does not know this token"),
    "invalidlogin": (WrongToken, "{host} does not accept this name and password"),
    "wsaccessusersuspended": (WrongToken, "the account at {host} is suspended"),
    "accessexception": (Unsupported, "{host} does not let programs do this"),
    "servicenotavailable": (Unsupported, "{host} has its service for apps switched off"),
    "enablewsdescription": (Unsupported, "{host} has its web services switched off"),
    "forcepasswordchangenotice": (NeedsBrowser, "{host} wants you to change your password first"),
    "sitepolicynotagreed": (NeedsBrowser, "{host} wants you to agree to its policy first"),
    "requireloginerror": (NotAllowed, "{host} does not let you into this course or activity"),
    "errorcoursecontextnotvalid": (NotAllowed, "{host} does not let you into this course"),
    "nopermission": (NotAllowed, "{host} does not permit this"),
    "nopermissions": (NotAllowed, "{host} does not permit this"),
    "invalidrecord": (NotThere, "{host} has no such thing"),
    "missingparam": (NotUnderstood, "{host} did not understand what ple asked"),
    "invalidparameter": (NotUnderstood, "{host} did not understand what ple asked"),
    "sitemaintenance": (Unreachable, "{host} is closed for the moment, for maintenance"),
    "dbconnectionfailed": (Unreachable, "{host} has lost its database for the moment"),
}
_STATES = {
    "new": SubmissionState.NONE,
    "draft": SubmissionState.DRAFT,
    "submitted": SubmissionState.SUBMITTED,
    "reopened": SubmissionState.REOPENED,
}


class Moodle:
    """A Moodle site and one learner's token for it."""

    kind: ClassVar[str] = "moodle"
    name: ClassVar[str] = "Moodle"
    each_counts: ClassVar[bool] = False

    def __init__(self, client: "Client", url: str, token: str) -> None:
        self._exchange = Exchange(client, url)
        self._token = token

    @classmethod
    def probe(cls, client: "Client", url: str) -> Site | None:
        """Ask for the check that Moodle's own app makes, below ``url`` and each folder above it."""
        parts = urlsplit(url)
        folders = [folder for folder in parts.path.split("/") if folder]
        if folders and "." in folders[-1]:
            folders.pop()  # a page: …/mod/assign/view.php
        for depth in range(len(folders), -1, -1):
            base = f"{parts.scheme}://{parts.netloc}" + "".join(f"/{folder}" for folder in folders[:depth])
            try:
                said = _json(Exchange(client, base).ask("GET", "/login/token.php?appsitecheck=1"))
            except (NotUnderstood, ValueError):
                continue
            if isinstance(said, dict) and said.get("appsitecheck") == "ok":
                return Site(cls.kind, base, "Moodle")
            code = answers.words(answers.mapping(said).get("errorcode"), 60)
            if code in ("enablewsdescription", "servicenotavailable", "sitemaintenance"):
                return Site(cls.kind, base, "Moodle", _ERRORS[code][1].format(host=parts.netloc))
        return None

    def whoami(self) -> Identity:
        """Return whose token it is; an account that may not call anything else can do this."""
        try:
            said = answers.mapping(self._call("core_webservice_get_site_info"))
        except Unsupported as error:  # the same answer as for a token that has just expired
            raise WrongToken(
                f"{self._exchange.host} does not accept this token: it has expired, is limited to another network, "
                "or the service for apps is switched off"
            ) from error
        user = answers.remote_id(said.get("userid"))
        if not user:
            raise NotUnderstood(f"{self._exchange.host} does not say whose token this is")
        functions = {answers.words(item.get("name"), 100) for item in answers.objects(said.get("functions"))}
        can = set()
        if {"core_enrol_get_users_courses", "mod_assign_get_assignments"} <= functions:
            can.add(Capability.READ)
        if {"mod_assign_save_submission", "mod_assign_get_submission_status"} <= functions:
            can |= {Capability.LINK, Capability.TEXT}
        return Identity(
            remote_id=user,
            name=answers.words(said.get("fullname"), 200),
            site=answers.words(said.get("sitename"), 200),
            url=self._exchange.url,
            capabilities=frozenset(can),
        )

    def courses(self) -> Iterator[RemoteCourse]:
        """Yield the courses that the learner is enrolled in."""
        said = self._call("core_enrol_get_users_courses", {"userid": self.whoami().remote_id, "returnusercount": "0"})
        for item in answers.objects(said):
            id = answers.remote_id(item.get("id"))
            if id:
                yield RemoteCourse(
                    remote_id=id,
                    code=answers.words(item.get("shortname"), 200),
                    title=answers.words(item.get("displayname") or item.get("fullname"), 500),
                    url=f"{self._exchange.url}/course/view.php?id={id}",
                    html=answers.words(item.get("summary")),
                    starts_at=answers.seconds(item.get("startdate")),
                    ends_at=answers.seconds(item.get("enddate")),
                )

    def assignments(self, course_id: str) -> Iterator[RemoteAssignment]:
        """Yield the assignments of a course; overrides are in their dates, extensions only in the status."""
        said = answers.mapping(self._call("mod_assign_get_assignments", {"courseids[0]": course_id}))
        for course in answers.objects(said.get("courses")):
            if answers.remote_id(course.get("id")) == course_id:
                for item in answers.objects(course.get("assignments")):
                    if answers.remote_id(item.get("id")):
                        yield self._assignment(course_id, item)

    def assignment(self, course_id: str, remote_id: str) -> RemoteAssignment:
        """Return one assignment as it is now."""
        for assignment in self.assignments(course_id):
            if assignment.remote_id == remote_id:
                return assignment
        raise NotThere(f"{self._exchange.host} does not show you this assignment any more")

    def status(self, course_id: str, remote_id: str) -> SubmissionStatus:
        """Return where the learner stands. ``canedit`` is Moodle's only trustworthy word on whether it is open."""
        said = answers.mapping(self._call("mod_assign_get_submission_status", {"assignid": remote_id}))
        last = said.get("lastattempt")
        if not isinstance(last, dict):
            raise NotUnderstood(f"{self._exchange.host} does not say where you stand with this assignment")
        own, team = last.get("submission"), last.get("teamsubmission")
        attempt = _attempt(own or team) if own or team else None
        if attempt and isinstance(team, dict):
            content = _attempt(team)  # the team's work, and whether this learner has handed it in
            attempt = Attempt(content.number, attempt.state, content.found, attempt.submitted_at, content.remote_id)
        earlier = [_attempt(item.get("submission")) for item in answers.objects(said.get("previousattempts"))]
        can_edit = last.get("canedit")
        return SubmissionStatus(
            state=attempt.state if attempt else SubmissionState.NONE,
            attempt=attempt,
            earlier=tuple(earlier),
            can_edit=can_edit if isinstance(can_edit, bool) else None,
            locked=bool(last.get("locked")),
            extended_to=answers.seconds(last.get("extensionduedate")),
            raw=json.dumps({"lastattempt": last, "previousattempts": said.get("previousattempts") or []}),
        )

    def save(self, assignment: RemoteAssignment, content: Content) -> None:
        """Save ``content`` as online text; saving again replaces it. Files that are there stay."""
        said = self._call(
            "mod_assign_save_submission",
            {
                "assignmentid": assignment.remote_id,
                "plugindata[onlinetext_editor][text]": content.html(),
                "plugindata[onlinetext_editor][format]": "1",
                "plugindata[onlinetext_editor][itemid]": "0",
            },
            writes=True,
        )
        self._no_warnings(said, "save")

    def submit(self, assignment: RemoteAssignment, *, statement: bool) -> None:
        """Submit the draft for grading."""
        accepted = "1" if statement else "0"
        said = self._call(
            "mod_assign_submit_for_grading",
            {"assignmentid": assignment.remote_id, "acceptsubmissionstatement": accepted},
            writes=True,
        )
        self._no_warnings(said, "hand in")

    def _no_warnings(self, said: Any, doing: str) -> None:
        if not isinstance(said, list):
            raise AnswerLost(f"{self._exchange.host} answered something else than was asked")
        if said:  # what the warning says is not to be trusted: one text stands for five reasons
            raise Refused(f"{self._exchange.host} did not {doing} it")

    def _call(self, function: str, arguments: Mapping[str, str] | None = None, *, writes: bool = False) -> Any:
        form = {"wstoken": self._token, "wsfunction": function, "moodlewsrestformat": "json", **(arguments or {})}
        answer = self._exchange.ask("POST", _SERVER, form=form, writes=writes)
        host = self._exchange.host
        if answer.status == 403:
            raise Unsupported(f"{host} has its web services switched off")
        if answer.status in (301, 302, 303, 307, 308):
            raise NotUnderstood(f"{host} sends ple to another address", hint="Connect it again, at its new address.")
        if answer.status == 404:
            raise NotUnderstood(f"there is no Moodle at {self._exchange.url} any more")
        try:
            said = _json(answer)
        except ValueError as error:
            if writes:
                raise AnswerLost(f"{host} answered something that is no answer of a Moodle") from error
            raise NotUnderstood(f"{host} answered something that is no answer of a Moodle") from error
        if isinstance(said, dict) and ("exception" in said or "errorcode" in said):
            raise self._error(said, writes=writes)
        return said

    def _error(self, said: dict[str, Any], *, writes: bool) -> LmsError:
        code = answers.remote_id(said.get("errorcode")) or "unknown"
        kind, sentence = _ERRORS.get(code, (NotUnderstood, f"{{host}} answered with the error “{code}”"))
        if writes and code not in _ERRORS:  # such as dmlwriteexception: part of it may have been written
            kind = AnswerLost
        return kind(sentence.format(host=self._exchange.host))

    def _assignment(self, course_id: str, item: dict[str, Any]) -> RemoteAssignment:
        settings = {
            (answers.words(config.get("plugin"), 50), answers.words(config.get("name"), 50)): config.get("value")
            for config in answers.objects(item.get("configs"))
            if config.get("subtype") == "assignsubmission"
        }
        online = not answers.number(item.get("nosubmissions"))
        text = online and answers.number(settings.get(("onlinetext", "enabled"))) == 1
        limited = answers.number(settings.get(("onlinetext", "wordlimitenabled"))) == 1
        files = online and answers.number(settings.get(("file", "enabled"))) == 1
        most = answers.number(item.get("maxattempts"))
        page = answers.remote_id(item.get("cmid"))
        limit = answers.number(item.get("timelimit"))
        return RemoteAssignment(
            remote_id=answers.remote_id(item.get("id")),
            course_id=course_id,
            title=answers.words(item.get("name"), 500),
            url=f"{self._exchange.url}/mod/assign/view.php?id={page}" if page else None,
            html=answers.words(item.get("intro")),
            accepts=Accepts(
                link=text,
                text=text,
                files=files,
                words=answers.number(settings.get(("onlinetext", "wordlimit"))) or None if limited else None,
                extensions=_extensions(settings.get(("file", "filetypeslist"))) if files else (),
            ),
            opens_at=answers.seconds(item.get("allowsubmissionsfromdate")),
            due_at=answers.seconds(item.get("duedate")),
            closes_at=answers.seconds(item.get("cutoffdate")),
            points=float(answers.number(item.get("grade"))) if answers.number(item.get("grade")) > 0 else None,
            attempts=most if most > 0 else None,
            drafts=bool(answers.number(item.get("submissiondrafts"))),
            statement=bool(answers.number(item.get("requiresubmissionstatement"))),
            time_limit=answers.duration(limit) if limit > 0 else None,
        )


def _attempt(said: Any) -> Attempt:
    submission = answers.mapping(said)
    text, files = "", []
    for plugin in answers.objects(submission.get("plugins")):
        if plugin.get("type") == "onlinetext":
            for editor in answers.objects(plugin.get("editorfields")):
                text = answers.words(editor.get("text"))
        for area in answers.objects(plugin.get("fileareas")):
            if plugin.get("type") == "file":
                files += [answers.words(file.get("filename"), 300) for file in answers.objects(area.get("files"))]
    found = found_in_html(text)
    state = _STATES.get(answers.words(submission.get("status"), 20), SubmissionState.NONE)
    return Attempt(
        number=answers.number(submission.get("attemptnumber")) + 1,
        state=state,
        found=Found(found.links, found.text, tuple(files)),
        submitted_at=answers.seconds(submission.get("timemodified")) if state.handed_in else None,
        remote_id=answers.remote_id(submission.get("id")) or None,
    )


def _extensions(said: Any) -> tuple[str, ...]:
    return tuple(part for part in answers.words(said, 500).replace(";", ",").replace(" ", ",").split(",") if part)


def _json(answer: "Response") -> Any:
    if answer.status != 200:
        raise ValueError(answer.status)
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise ValueError("no JSON") from error
