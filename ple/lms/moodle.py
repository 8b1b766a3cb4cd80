"""Moodle, by its web services for the mobile app.

Behaves as recorded on 4.3 and 4.5: nearly every error is a 200 and told apart by ``errorcode``, never by its text,
which is localised and misleads; an empty list says that it was done, which only the status afterwards proves.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode, urlsplit

from ple.lms import answers, moodle_answers
from ple.lms.adapter import (
    Capability,
    Grant,
    Identity,
    RemoteAssignment,
    RemoteBadge,
    RemoteCourse,
    RemoteSession,
    Site,
    SubmissionStatus,
)
from ple.lms.content import Content, FileMark
from ple.lms.errors import (
    AnswerLost,
    LmsError,
    NotAllowed,
    NotThere,
    NotUnderstood,
    Refused,
    Unreachable,
    Unsupported,
    WrongToken,
)
from ple.lms.exchange import Exchange, same_origin, shown_host
from ple.lms.moodle_errors import ERRORS, error_said, read_json
from ple.lms.moodle_launch import Launch, launch_at

if TYPE_CHECKING:
    from ple.web.client import Client, Response

_SITE_INFO = "core_webservice_get_site_info"
_SERVER = "/webservice/rest/server.php"
_PAGE = re.compile(r"[?&]id=(\d+)$")


class Moodle:
    """A Moodle site and one learner's token for it."""

    kind: ClassVar[str] = "moodle"
    name: ClassVar[str] = "Moodle"
    each_counts: ClassVar[bool] = False
    takes: ClassVar[bool] = True
    token_days: ClassVar[int | None] = 84  # $CFG->tokenduration

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
                said = read_json(Exchange(client, base).ask("GET", "/login/token.php?appsitecheck=1"))
            except (NotUnderstood, ValueError):
                continue
            if isinstance(said, dict) and said.get("appsitecheck") == "ok":
                return Site(cls.kind, base, "Moodle")
            code = answers.words(answers.mapping(said).get("errorcode"), 60)
            if code in ("enablewsdescription", "servicenotavailable", "sitemaintenance"):
                return Site(cls.kind, base, "Moodle", ERRORS[code][1].format(host=parts.netloc))
        return None

    @classmethod
    def sign_in(cls, client: "Client", url: str, name: str, password: str, now: dt.datetime) -> Grant:
        """Return a token for a name and password, which are kept nowhere.

        Raises:
            WrongToken: they are not accepted.
            LmsError: the site gives no tokens.
        """
        exchange = Exchange(client, url)
        form = {"username": name, "password": password, "service": "moodle_mobile_app"}
        answer = exchange.ask("POST", "/login/token.php", form=form)
        try:
            said = answers.mapping(read_json(answer))
        except ValueError as error:
            raise NotUnderstood(f"{exchange.host} answered something that is no answer of a Moodle") from error
        if answers.words(said.get("errorcode"), 60) == "invalidlogin":
            raise WrongToken(
                f"{exchange.host} does not accept this name and password",
                hint="After too many wrong ones an account is locked for a while. If you sign in through another "
                "page at your school, connect with --sso.",
            )
        token = answers.words(said.get("token"), 100)
        if not re.fullmatch(r"[0-9a-zA-Z]{8,100}", token):
            raise error_said(said, exchange.host)
        return Grant(token, now + dt.timedelta(days=cls.token_days or 84))

    @classmethod
    def launch(cls, client: "Client", url: str) -> Launch:
        """Return where the learner signs in in the browser, for sites that do not take a password from programs."""
        exchange = Exchange(client, url)
        arguments = json.dumps([{"index": 0, "methodname": "tool_mobile_get_public_config", "args": {}}])
        query = urlencode({"info": "tool_mobile_get_public_config", "args": arguments})
        try:
            said = read_json(exchange.ask("GET", f"/lib/ajax/service-nologin.php?{query}"))
        except ValueError as error:
            raise Unsupported(f"{exchange.host} does not say how to sign in") from error
        data = answers.mapping(answers.objects(said)[0].get("data")) if answers.objects(said) else {}
        roots = {answers.words(data.get(name), 500) for name in ("wwwroot", "httpswwwroot")} - {""}
        start = answers.web_address(data.get("launchurl")) or f"{url}/admin/tool/mobile/launch.php"
        if not same_origin(start, url):
            raise NotUnderstood(f"{exchange.host} sends the sign-in to another site, {shown_host(start)}")
        return launch_at(start, roots | {url})

    def whoami(self) -> Identity:
        """Return whose token it is; an account that may not call anything else can do this."""
        said = answers.mapping(self._call(_SITE_INFO))
        user = answers.remote_id(said.get("userid"))
        if not user:
            raise NotUnderstood(f"{self._exchange.host} does not say whose token this is")
        functions = {answers.words(item.get("name"), 100) for item in answers.objects(said.get("functions"))}
        can = set()
        if {"core_enrol_get_users_courses", "mod_assign_get_assignments"} <= functions:
            can.add(Capability.READ)
        if {"mod_assign_save_submission", "mod_assign_get_submission_status"} <= functions:
            can |= {Capability.LINK, Capability.TEXT}
            if answers.number(said.get("uploadfiles")) == 1:
                can.add(Capability.FILES)
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
                        yield moodle_answers.assignment(self._exchange.url, course_id, item)

    def assignment(self, course_id: str, remote_id: str) -> RemoteAssignment:
        """Return one assignment as it is now."""
        for assignment in self.assignments(course_id):
            if assignment.remote_id == remote_id:
                return assignment
        raise NotThere(f"{self._exchange.host} does not show you this assignment any more")

    def status(self, course_id: str, remote_id: str) -> SubmissionStatus:
        """Return where the learner stands. ``canedit`` is Moodle's only trustworthy word on whether it is open."""
        said = answers.mapping(self._call("mod_assign_get_submission_status", {"assignid": remote_id}))
        status = moodle_answers.status(said, self._exchange.clock)
        if status is None:
            raise NotUnderstood(f"{self._exchange.host} does not say where you stand with this assignment")
        return status

    def standings(
        self, course_id: str, assignments: Sequence[RemoteAssignment], since: dt.datetime | None
    ) -> Iterator[tuple[str, SubmissionStatus]]:
        """Yield where the learner stands where Moodle's own list of updates names something, or there is an extension.

        One request for each of the two; an extension is no update to Moodle, but an event in the learner's calendar.
        """
        if since is None or not assignments:
            return
        moved = {*self._updated(course_id, assignments, since), *self._extended(course_id, assignments, since)}
        for task in assignments:
            if task.remote_id in moved:
                try:
                    yield task.remote_id, self.status(course_id, task.remote_id)
                except (NotAllowed, NotThere, NotUnderstood):
                    continue

    def _extended(self, course_id: str, assignments: Sequence[RemoteAssignment], since: dt.datetime) -> Iterator[str]:
        arguments = {
            "events[courseids][0]": course_id,
            "options[userevents]": "1",
            "options[siteevents]": "0",
            "options[timestart]": str(int(since.timestamp()) - 30 * 86_400),
        }
        try:
            said = self._call("core_calendar_get_calendar_events", arguments)
        except (NotThere, Unsupported, NotUnderstood, NotAllowed):
            return
        ours = {task.remote_id for task in assignments}
        for event in answers.objects(answers.mapping(said).get("events")):
            id = answers.remote_id(event.get("instance"))  # here it is the assignment's own number
            if event.get("eventtype") == "extension" and event.get("modulename") == "assign" and id in ours:
                yield id

    def _updated(self, course_id: str, assignments: Sequence[RemoteAssignment], since: dt.datetime) -> Iterator[str]:
        try:
            said = self._call(
                "core_course_get_updates_since", {"courseid": course_id, "since": str(int(since.timestamp()))}
            )
        except (NotThere, Unsupported, NotUnderstood):  # not in this service: they are looked up one by one later
            return
        pages = {
            match[1]: task.remote_id for task in assignments if (match := _PAGE.search(task.url or "")) is not None
        }
        for instance in answers.objects(answers.mapping(said).get("instances")):
            names = {answers.words(update.get("name"), 50) for update in answers.objects(instance.get("updates"))}
            id = pages.get(answers.remote_id(instance.get("id")))
            if id is not None and names - {"configuration", "introattachments"}:
                yield id

    def download(self, file: FileMark) -> bytes:
        """Return the bytes of a file; the token goes in the body, never in the address, and to this site alone."""
        if file.url is None:
            raise NotThere(f"{self._exchange.host} does not say where {file.name} lies")
        answer = self._exchange.ask("POST", file.url, form={"token": self._token}, size=file.size)
        if answer.status != 200 or (answer.content_type == "application/json" and _is_error(answer)):
            raise NotThere(f"{self._exchange.host} does not give {file.name}")
        return answer.body

    def badges(self) -> Iterator[RemoteBadge]:
        """Yield the learner's badges; each has an assertion that anybody may ask for."""
        said = answers.mapping(self._call("core_badges_get_user_badges", {"userid": "0"}))
        for item in answers.objects(said.get("badges")):
            if name := answers.words(item.get("name"), 300).strip():
                yield moodle_answers.badge(self._exchange.url, name, item)

    def sessions(self) -> Iterator[RemoteSession]:
        """A Moodle's sessions are in its calendar feed."""
        return iter(())

    def start(self, assignment: RemoteAssignment) -> None:
        """Start the learner's clock; what Moodle warns of here means that it did not start."""
        said = answers.mapping(
            self._call("mod_assign_start_submission", {"assignid": assignment.remote_id}, writes=True)
        )
        if answers.objects(said.get("warnings")):
            raise Refused(f"{self._exchange.host} did not start the clock", hint="Open the assignment in a browser.")

    def save(self, assignment: RemoteAssignment, content: Content) -> None:
        """Save ``content``; saving again replaces it.

        Files go to a fresh draft area first, all of them, which by itself hands nothing in. Text is always sent where
        the assignment takes text, else Moodle fails on files alone (dmlwriteexception).
        """
        arguments = {"assignmentid": assignment.remote_id}
        if content.files:
            arguments["plugindata[files_filemanager]"] = self._upload(content)
        if content.worded or assignment.accepts.text:
            arguments |= {
                "plugindata[onlinetext_editor][text]": content.html(),
                "plugindata[onlinetext_editor][format]": "1",
                "plugindata[onlinetext_editor][itemid]": "0",
            }
        self._no_warnings(self._call("mod_assign_save_submission", arguments, writes=True), "save")

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

    def _upload(self, content: Content) -> str:
        area = "0"
        for piece in content.files:
            form = {"token": self._token, "itemid": area, "filepath": "/"}
            answer = self._exchange.ask(
                "POST", "/webservice/upload.php", form=form, files=[("file_1", piece, content.data(piece))]
            )
            try:
                said = read_json(answer)
            except ValueError as error:
                raise Unreachable(f"{self._exchange.host} did not take {piece.name}") from error
            if isinstance(said, dict):
                raise self._error(said, writes=False)
            kept = answers.objects(said)
            if not kept or "errortype" in kept[0] or answers.number(kept[0].get("filesize")) != piece.size:
                code = answers.words(kept[0].get("errortype"), 40) if kept else "nothing was kept"
                raise Refused(f"{self._exchange.host} does not take {piece.name} ({code})")
            area = answers.remote_id(kept[0].get("itemid"))
        return area

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
            said = read_json(answer)
        except ValueError as error:
            if writes:
                raise AnswerLost(f"{host} answered something that is no answer of a Moodle") from error
            raise NotUnderstood(f"{host} answered something that is no answer of a Moodle") from error
        if isinstance(said, dict) and ("exception" in said or "errorcode" in said):
            if said.get("errorcode") == "accessexception":  # it is said of a token that has just expired, too
                if function == _SITE_INFO:
                    raise WrongToken(
                        f"{host} does not accept this token: it has expired, is limited to another network, "
                        "or the service for apps is switched off"
                    )
                self.whoami()
            raise self._error(said, writes=writes)
        return said

    def _error(self, said: dict[str, Any], *, writes: bool) -> LmsError:
        error = error_said(said, self._exchange.host)
        code = answers.remote_id(said.get("errorcode"))
        if writes and code not in ERRORS:  # such as dmlwriteexception: part of it may have been written
            return AnswerLost(str(error))
        return error


def _is_error(answer: "Response") -> bool:
    try:  # a file may well be JSON itself
        return "errorcode" in answers.mapping(read_json(answer))
    except ValueError:
        return False
