"""The practice LMS as a Moodle: web services over ``server.php``, answering as Moodle 4.5 was recorded to answer.

Nearly every error is a 200; an empty list means success, even when nothing was handed in; one sentence ("The due date
for this assignment has now passed") stands for five different reasons; text is cleaned before it is kept.
"""

import re
from dataclasses import replace
from html import escape
from typing import Any

from ple.lms.practice import moodle_files
from ple.lms.practice import moodle_said as said
from ple.lms.practice.cleaning import clean, words
from ple.lms.practice.http import Reply, Request, as_html, as_json
from ple.lms.practice.moodle_xml import as_xml, xml, xml_error
from ple.lms.practice.school import LEARNER_ID, LEARNER_NAME, SCHOOL_NAME, Assignment, School

_NOT_OURS = frozenset({"core_user_create_users", "core_grading_get_definitions", "core_course_create_courses"})
_VERSION = "2024100706"
_RELEASE = "4.5.6 (Build: 20250811)"
_ANYONE = {"access-control-allow-origin": "*"}
_NO_CACHE = {**_ANYONE, "cache-control": "private, must-revalidate, pre-check=0, post-check=0, max-age=0"}
_PASSED = "The due date for this assignment has now passed"
_NOTHING = "Nothing was submitted"


class _Refusal(Exception):
    def __init__(self, exception: str, errorcode: str, message: str) -> None:
        super().__init__(errorcode)
        self.said = {"exception": exception, "errorcode": errorcode, "message": message}


def _invalid_parameter() -> _Refusal:
    return _Refusal(
        "core\\exception\\invalid_parameter_exception", "invalidparameter", "Invalid parameter value detected"
    )


def _no_login() -> _Refusal:
    return _Refusal(
        "core\\exception\\require_login_exception", "requireloginerror", "Course or activity not accessible."
    )


def _missing(table: str) -> _Refusal:
    return _Refusal(
        "dml_missing_record_exception", "invalidrecord", f"Can't find data record in database table {table}."
    )


class Moodle:
    """Moodle's side of the practice LMS."""

    def __init__(self, school: School, url: str, token: str) -> None:
        self.school = school
        self.url = url
        self.token: str | None = token
        self._issued = token
        self._expired = False
        self.functions = {
            "core_webservice_get_site_info": self._site_info,
            "core_enrol_get_users_courses": self._courses,
            "core_course_get_course_module": self._course_module,
            "core_user_get_users_by_field": self._users,
            "mod_assign_get_assignments": self._assignments,
            "mod_assign_get_submission_status": self._status,
            "mod_assign_save_submission": self._save,
            "mod_assign_submit_for_grading": self._submit,
            "core_course_get_updates_since": self._updates,
            "core_calendar_get_calendar_export_token": self._calendar_token,
        }

    def operation(self, request: Request) -> str:
        """Return what is asked for: the name of a web service function, or the last part of the path."""
        if request.path == "/webservice/rest/server.php":
            return request.form.get("wsfunction") or request.query.get("wsfunction") or "server.php"
        return request.path.rpartition("/")[2]

    def expire(self) -> None:
        """Let the token expire: its next use is refused in one way, every later one in another."""
        self._expired = True

    def answer(self, request: Request) -> Reply | None:
        """Answer ``request``, if it is for Moodle."""
        if request.path == "/webservice/rest/server.php":
            return self._web_service({**request.query, **request.form})
        if request.path == "/login/token.php":
            return self._token({**request.query, **request.form})
        if request.path == "/webservice/upload.php":
            given = {**request.query, **request.form}
            if not given.get("token"):
                return _token_error("missingparam", "A required parameter (token) was missing")
            if self.token is None or given["token"] != self.token or self._expired:
                return _token_error("invalidtoken", "Invalid token - token not found")
            return moodle_files.upload(self.school, request)
        if request.path.startswith("/webservice/pluginfile.php/"):
            if {**request.query, **request.form}.get("token") != self.token:
                return _token_error("missingparam", "A required parameter (token) was missing")
            return moodle_files.pluginfile(self.school, request.path)
        if request.path == "/calendar/export_execute.php":
            host = self.url.partition("://")[2]
            return moodle_files.calendar(self.school, host, request.query.get("authtoken", ""))
        if request.path == "/admin/tool/mobile/launch.php":  # as if signed in to in this browser
            scheme = request.query.get("urlscheme", "moodlemobile")
            return moodle_files.launch(self.url, self._issued, request.query.get("passport", ""), scheme)
        if request.path == "/lib/ajax/service-nologin.php":
            return as_json([{"error": False, "data": self._public_config()}])
        return None

    def failing(self, fault: str) -> Reply | None:
        """Return how Moodle says that ``fault`` happened, where it has a way of its own."""
        if fault == "maintenance":
            page = "<html><body><h1>This site is undergoing maintenance</h1></body></html>"
            return as_html(page, 503, {"retry-after": "300"})
        return None

    def _web_service(self, given: dict[str, str]) -> Reply:
        try:
            said = self._call(given)
        except _Refusal as refusal:
            if given.get("moodlewsrestformat") != "json":
                return xml_error(refusal.said)
            return as_json(refusal.said, headers=_NO_CACHE)
        if given.get("moodlewsrestformat") != "json":
            return xml(f"<RESPONSE>\n{as_xml(said)}</RESPONSE>\n")
        return as_json(said, headers=_NO_CACHE)

    def _call(self, given: dict[str, str]) -> Any:
        if self.token is None or given.get("wstoken") != self.token:
            raise _Refusal("core\\exception\\moodle_exception", "invalidtoken", "Invalid token - token not found")
        if self._expired:
            self.token = None  # the first call after the end deletes it; the next one finds none
            raise _Refusal("webservice_access_exception", "accessexception", "Access control exception")
        name = given.get("wsfunction", "")
        if not name:
            raise _invalid_parameter()
        if name in _NOT_OURS:
            raise _Refusal("webservice_access_exception", "accessexception", "Access control exception")
        function = self.functions.get(name)
        if function is None:
            raise _missing("external_functions")
        arguments = {
            key: value
            for key, value in given.items()
            if key not in ("wstoken", "wsfunction", "moodlewsrestformat") and not key.startswith("moodlewssetting")
        }
        return function(arguments)

    def _token(self, given: dict[str, str]) -> Reply:
        if given.get("appsitecheck"):
            return as_json({"appsitecheck": "ok"}, headers=_ANYONE)
        for name in ("username", "password", "service"):
            if not given.get(name):
                return _token_error("missingparam", f"A required parameter ({name}) was missing")
        if given["service"] != "moodle_mobile_app":
            return _token_error("servicenotavailable", "Web service is not available.")
        if (given["username"], given["password"]) != ("student", "practice"):
            return _token_error("invalidlogin", "Invalid login, please try again")
        self.token, self._expired = self._issued, False
        return as_json({"token": self.token, "privatetoken": None}, headers=_ANYONE)

    def _public_config(self) -> dict[str, Any]:
        return {
            "wwwroot": self.url,
            "httpswwwroot": self.url,
            "sitename": SCHOOL_NAME,
            "enablewebservices": 1,
            "enablemobilewebservice": 1,
            "maintenanceenabled": 0,
            "maintenancemessage": "",
            "typeoflogin": 1,
            "launchurl": f"{self.url}/admin/tool/mobile/launch.php",
            "lang": "en",
            "warnings": [],
            "showloginform": 1,
        }

    def _site_info(self, arguments: dict[str, str]) -> dict[str, Any]:
        _allow(arguments, r"serviceshortnames\[\d+\]")
        return said.site_info(self.url, list(self.functions), _VERSION, _RELEASE)

    def _users(self, arguments: dict[str, str]) -> list[dict[str, Any]]:
        _allow(arguments, r"field|values\[\d+\]", "field")
        if str(LEARNER_ID) not in arguments.values():
            return []
        return [{"id": LEARNER_ID, "username": "student", "fullname": LEARNER_NAME, "timezone": "Europe/Berlin"}]

    def _courses(self, arguments: dict[str, str]) -> list[dict[str, Any]]:
        _allow(arguments, "userid|returnusercount", "userid")
        if _number(arguments["userid"]) != LEARNER_ID:
            return []
        return [said.course(self.url, self.school.founded_at, course) for course in self.school.courses]

    def _course_module(self, arguments: dict[str, str]) -> dict[str, Any]:
        _allow(arguments, "cmid", "cmid")
        wanted = _number(arguments["cmid"])
        for task in self.school.assignments.values():
            if task.page == wanted:
                if task.hidden:
                    raise _no_login()
                return {
                    "cm": {
                        "id": task.page,
                        "course": task.course,
                        "module": 1,
                        "name": task.title,
                        "modname": "assign",
                        "instance": task.id,
                        "section": 2,
                        "sectionnum": 1,
                        "groupmode": 0,
                        "groupingid": 0,
                        "completion": 0,
                        "downloadcontent": 1,
                    },
                    "warnings": [],
                }
        raise _missing("course_modules")

    def _assignments(self, arguments: dict[str, str]) -> dict[str, Any]:
        _allow(arguments, r"courseids\[\d+\]|capabilities\[\d+\]|includenotenrolledcourses")
        asked = [_number(value) for key, value in arguments.items() if key.startswith("courseids[")]
        known = {course.id: course for course in self.school.courses}
        warnings: list[dict[str, Any]] = [
            {
                "item": "course",
                "itemid": id,
                "warningcode": "1" if arguments.get("includenotenrolledcourses") == "1" else "2",
                "message": "No access rights in course context Course or activity not accessible.",
            }
            for id in asked
            if id not in known
        ]
        courses = []
        for course in known.values():
            if asked and course.id not in asked:
                continue
            tasks = [task for task in self.school.assignments.values() if task.course == course.id]
            warnings += [
                {
                    "item": "module",
                    "itemid": task.page,
                    "warningcode": "1",
                    "message": "No access rights in module context",
                }
                for task in tasks
                if task.hidden
            ]
            courses.append(
                {
                    "id": course.id,
                    "fullname": course.title,
                    "shortname": course.code,
                    "timemodified": self.school.founded_at,
                    "assignments": [
                        said.assignment(task, self.school.founded_at, team=task.id in self.school.teams)
                        for task in tasks
                        if not task.hidden
                    ],
                }
            )
        return {"courses": courses, "warnings": warnings}

    def _task(self, given: str) -> Assignment:
        task = self.school.assignments.get(_number(given))
        if task is None:
            raise _missing("assign")
        if task.hidden:
            raise _no_login()
        return task

    def _can_edit(self, task: Assignment) -> bool:
        work = self.school.latest(task.id)
        handed_in_for_good = work is not None and work.status == "submitted" and task.drafts
        return bool(task.takes) and self.school.is_open(task) and not handed_in_for_good

    def _status(self, arguments: dict[str, str]) -> dict[str, Any]:
        _allow(arguments, "assignid|userid|groupid", "assignid")
        task = self._task(arguments["assignid"])
        if _number(arguments.get("userid", "0")) not in (0, LEARNER_ID):
            raise _Refusal("required_capability_exception", "nopermission", "Sorry, you may not see this")
        works = self.school.works.get(task.id, [])
        can_edit = self._can_edit(task)
        attempt: dict[str, Any] = {}
        if works:
            attempt["submission"] = said.submission(self.url, task, works[-1], latest=True)
            if task.id in self.school.teams:  # the work is the team's; one's own row is empty
                team = {**attempt["submission"], "id": works[-1].id + 1000, "userid": 0, "groupid": 1}
                if works[-1].status == "submitted" and self.school.teams[task.id]:
                    team["status"] = "draft"
                own = said.submission(self.url, task, replace(works[-1], text="", files=[]), latest=True)
                attempt |= {"submission": own, "teamsubmission": team, "submissiongroup": 1}
        attempt |= {
            "submissiongroupmemberswhoneedtosubmit": self._team_waits(task),
            "submissionsenabled": bool(task.takes),
            "locked": task.id in self.school.locked,
            "graded": task.id in self.school.reviews,
            "canedit": can_edit,
            "caneditowner": can_edit,
            "cansubmit": can_edit and bool(works) and works[-1].status == "draft",
            "extensionduedate": self.school.extensions.get(task.id),
            "timelimit": task.minutes * 60,
            "blindmarking": False,
            "gradingstatus": self._grading(task),
            "usergroups": [1],
        }
        answer: dict[str, Any] = {"lastattempt": attempt}
        review = self.school.reviews.get(task.id)
        if review is not None and review.released and (not works or review.number == works[-1].number):
            answer["feedback"] = said.feedback(self.url, task, review)
        if len(works) > 1:
            answer["previousattempts"] = [
                {
                    "attemptnumber": work.number,
                    "submission": said.submission(self.url, task, work, latest=False),
                    "feedbackplugins": [],
                }
                for work in works[:-1]
            ]
        return answer | {"assignmentdata": {"attachments": {"intro": []}}, "warnings": []}

    def _team_waits(self, task: Assignment) -> list[int]:
        work = self.school.latest(task.id)
        waiting = self.school.teams.get(task.id)
        if waiting is None or work is None:
            return []
        return [*([LEARNER_ID] if work.status != "submitted" else []), *waiting]

    def _grading(self, task: Assignment) -> str:
        review = self.school.reviews.get(task.id)
        return "notgraded" if review is None else "graded" if review.released else "inmarking"

    def _updates(self, arguments: dict[str, str]) -> dict[str, Any]:
        _allow(arguments, r"courseid|since|filter\[\d+\]", "courseid", "since")
        course, since = _number(arguments["courseid"]), _number(arguments["since"])
        instances = []
        for task in self.school.assignments.values():
            if task.course != course or task.hidden:
                continue
            updates = []
            if self.school.founded_at >= since:
                updates.append({"name": "configuration", "timeupdated": self.school.founded_at})
            if self.school.moved.get(task.id, 0) >= since > 0:
                updates.append({"name": "submissions", "timeupdated": self.school.moved[task.id], "itemids": [1]})
            if updates:
                instances.append({"contextlevel": "module", "id": task.page, "updates": updates})
        return {"instances": instances, "warnings": []}

    def _calendar_token(self, arguments: dict[str, str]) -> dict[str, Any]:
        return {"token": moodle_files.CALENDAR_KEY, "warnings": []}

    def _save(self, arguments: dict[str, str]) -> list[dict[str, Any]]:
        _allow(
            arguments,
            r"assignmentid|plugindata\[(onlinetext_editor\]\[(text|format|itemid)|files_filemanager)\]",
            "assignmentid",
        )
        task = self._task(arguments["assignmentid"])
        editor = {
            name: arguments.get(f"plugindata[onlinetext_editor][{name}]") for name in ("text", "format", "itemid")
        }
        if all(value is None for value in editor.values()) and "plugindata[files_filemanager]" not in arguments:
            raise _invalid_parameter()
        area = arguments.get("plugindata[files_filemanager]")
        if area is None and (editor["text"] is None or editor["itemid"] is None):
            raise _invalid_parameter()
        if task.takes and not self._can_edit(task):
            return [_warning(task, _PASSED)]
        work = self.school.latest(task.id) or self.school.begin(task)
        texts = bool(task.takes & {"text", "link"})
        if area is not None and texts and editor["text"] is None:  # files alone where text may be handed in too
            raise _Refusal("dml_write_exception", "dmlwriteexception", "Error writing to database")
        text = _kept(editor["text"] or "", _number(editor["format"] or "1")) if texts else ""
        taken = texts and bool(text.strip())
        if area is not None and "file" in task.takes:
            given = list(self.school.areas.get(_number(area), []))
            taken = moodle_files.hand_in(task, work, given, work.files) or taken
        if not taken:
            self.school.keep()
            return [_warning(task, _NOTHING)]
        if task.words and words(text) > task.words:
            self.school.keep()
            too_long = (
                '<span class="error"><i class="icon fa fa-triangle-exclamation text-warning fa-fw icon"  title="Error" '
                f'role="img" aria-label="Error"></i>The word limit for this assignment is {task.words} words and '
                f"you are attempting to submit {words(text)} words. Please review your submission and try again.</span>"
            )
            return [_warning(task, escape(too_long)), _warning(task, _NOTHING)]
        work.kind, work.modified_at = ("text" if text else "file"), self.school.now
        work.text = text if texts else ""
        work.status = "draft" if task.drafts else "submitted"
        work.submitted_at = 0 if task.drafts else self.school.now
        self.school.wrote("saved", task.id)
        return []

    def _submit(self, arguments: dict[str, str]) -> list[dict[str, Any]]:
        _allow(arguments, "assignmentid|acceptsubmissionstatement", "assignmentid", "acceptsubmissionstatement")
        task = self._task(arguments["assignmentid"])
        accepted = arguments["acceptsubmissionstatement"] == "1"
        if not task.drafts or not self._can_edit(task) or (task.statement and not accepted):
            item = f"User id: {LEARNER_ID}, Assignment id: {task.id} Notices:"
            message = "Could not submit assignment for grading."
            return [{"item": item, "itemid": task.id, "warningcode": "couldnotsubmitforgrading", "message": message}]
        work = self.school.latest(task.id) or self.school.begin(task)  # with nothing saved, nothing is handed in
        work.status, work.modified_at, work.submitted_at = "submitted", self.school.now, self.school.now
        self.school.wrote("submitted", task.id)
        return []


def _allow(arguments: dict[str, str], pattern: str, *needed: str) -> None:
    known = re.compile(pattern)
    if any(not known.fullmatch(name) for name in arguments) or any(name not in arguments for name in needed):
        raise _invalid_parameter()


def _number(value: str) -> int:
    if not re.fullmatch(r"-?\d{1,15}", value):
        raise _invalid_parameter()
    return int(value)


def _kept(text: str, format: int) -> str:
    if format == 1:
        return clean(text)
    if format == 4:  # Markdown, as much of it as a hand-in has: links
        linked = re.sub(r"\[([^\]]*)\]\((https?:[^)\s]+)\)", r'<a href="\2">\1</a>', escape(text, quote=False))
        return f"<p>{linked}</p>\n"
    return escape(text, quote=False)


def _warning(task: Assignment, item: str) -> dict[str, Any]:
    return {
        "item": item,
        "itemid": task.id,
        "warningcode": "couldnotsavesubmission",
        "message": "Could not save submission.",
    }


def _token_error(errorcode: str, message: str) -> Reply:
    said = {"error": message, "errorcode": errorcode, "stacktrace": None, "debuginfo": None, "reproductionlink": None}
    return as_json(said, headers=_ANYONE)
