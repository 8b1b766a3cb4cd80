"""The practice LMS as a Moodle: web services over ``server.php``, answering as Moodle 4.5 was recorded to answer.

Nearly every error is a 200; an empty list means success, even when nothing was handed in; one sentence ("The due date
for this assignment has now passed") stands for five different reasons; text is cleaned before it is kept.
"""

from dataclasses import replace
from typing import Any

from ple.lms.practice import moodle_files, moodle_writes
from ple.lms.practice import moodle_said as said
from ple.lms.practice.http import Reply, Request, as_html, as_json
from ple.lms.practice.moodle_refusals import Refusal, allow, invalid_parameter, missing, no_login, number
from ple.lms.practice.moodle_xml import as_xml, xml, xml_error
from ple.lms.practice.school import LEARNER_ID, LEARNER_NAME, SCHOOL_NAME, Assignment, School

_NOT_OURS = frozenset({"core_user_create_users", "core_grading_get_definitions", "core_course_create_courses"})
_VERSION = "2024100706"
_RELEASE = "4.5.6 (Build: 20250811)"
_ANYONE = {"access-control-allow-origin": "*"}
_NO_CACHE = {**_ANYONE, "cache-control": "private, must-revalidate, pre-check=0, post-check=0, max-age=0"}


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
            "mod_assign_save_submission": lambda arguments: moodle_writes.save(self.school, arguments),
            "mod_assign_submit_for_grading": lambda arguments: moodle_writes.submit(self.school, arguments),
            "mod_assign_start_submission": lambda arguments: moodle_writes.start(self.school, arguments),
            "core_course_get_updates_since": self._updates,
            "core_badges_get_user_badges": self._badges,
            "core_calendar_get_calendar_events": self._events,
            "core_calendar_get_calendar_export_token": self._calendar_token,
        }

    def operation(self, request: Request) -> str:
        """Return what is asked for: the name of a web service function, or the last part of the path."""
        if request.path == "/webservice/rest/server.php":
            return request.form.get("wsfunction") or request.query.get("wsfunction") or "server.php"
        return "file" if "/pluginfile.php/" in request.path else request.path.rpartition("/")[2]

    @property
    def operations(self) -> tuple[str, ...]:
        """What it can be asked for, by the names that faults are armed for."""
        return (*self.functions, "upload.php", "file", "token.php")

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
        except Refusal as refusal:
            if given.get("moodlewsrestformat") != "json":
                return xml_error(refusal.said)
            return as_json(refusal.said, headers=_NO_CACHE)
        if given.get("moodlewsrestformat") != "json":
            return xml(f"<RESPONSE>\n{as_xml(said)}</RESPONSE>\n")
        return as_json(said, headers=_NO_CACHE)

    def _call(self, given: dict[str, str]) -> Any:
        if self.token is None or given.get("wstoken") != self.token:
            raise Refusal("core\\exception\\moodle_exception", "invalidtoken", "Invalid token - token not found")
        if self._expired:
            self.token = None  # the first call after the end deletes it; the next one finds none
            raise Refusal("webservice_access_exception", "accessexception", "Access control exception")
        name = given.get("wsfunction", "")
        if not name:
            raise invalid_parameter()
        if name in _NOT_OURS:
            raise Refusal("webservice_access_exception", "accessexception", "Access control exception")
        function = self.functions.get(name)
        if function is None:
            raise missing("external_functions")
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
        allow(arguments, r"serviceshortnames\[\d+\]")
        return said.site_info(self.url, list(self.functions), _VERSION, _RELEASE)

    def _users(self, arguments: dict[str, str]) -> list[dict[str, Any]]:
        allow(arguments, r"field|values\[\d+\]", "field")
        if str(LEARNER_ID) not in arguments.values():
            return []
        return [{"id": LEARNER_ID, "username": "student", "fullname": LEARNER_NAME, "timezone": "Europe/Berlin"}]

    def _courses(self, arguments: dict[str, str]) -> list[dict[str, Any]]:
        allow(arguments, "userid|returnusercount", "userid")
        if number(arguments["userid"]) != LEARNER_ID:
            return []
        return [said.course(self.url, self.school.founded_at, course) for course in self.school.courses]

    def _course_module(self, arguments: dict[str, str]) -> dict[str, Any]:
        allow(arguments, "cmid", "cmid")
        wanted = number(arguments["cmid"])
        for task in self.school.assignments.values():
            if task.page == wanted:
                if task.hidden:
                    raise no_login()
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
        raise missing("course_modules")

    def _assignments(self, arguments: dict[str, str]) -> dict[str, Any]:
        allow(arguments, r"courseids\[\d+\]|capabilities\[\d+\]|includenotenrolledcourses")
        asked = [number(value) for key, value in arguments.items() if key.startswith("courseids[")]
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

    def _status(self, arguments: dict[str, str]) -> dict[str, Any]:
        allow(arguments, "assignid|userid|groupid", "assignid")
        task = moodle_writes.task_of(self.school, arguments["assignid"])
        if number(arguments.get("userid", "0")) not in (0, LEARNER_ID):
            raise Refusal("required_capability_exception", "nopermission", "Sorry, you may not see this")
        works = self.school.works.get(task.id, [])
        can_edit = moodle_writes.can_edit(self.school, task)
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
        allow(arguments, r"courseid|since|filter\[\d+\]", "courseid", "since")
        course, since = number(arguments["courseid"]), number(arguments["since"])
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

    def _events(self, arguments: dict[str, str]) -> dict[str, Any]:
        allow(arguments, r"events\[courseids\]\[\d+\]|options\[(userevents|siteevents|timestart)\]")
        asked = {value for key, value in arguments.items() if key.startswith("events[")}
        tasks = [task for task in self.school.assignments.values() if str(task.course) in asked and not task.hidden]
        return {"events": said.events(tasks, self.school.extensions), "warnings": []}

    def _badges(self, arguments: dict[str, str]) -> dict[str, Any]:
        allow(arguments, "userid")
        return {"badges": said.badges(self.url, self.school.badges, self.school.now), "warnings": []}

    def _calendar_token(self, arguments: dict[str, str]) -> dict[str, Any]:
        return {"token": moodle_files.CALENDAR_KEY, "warnings": []}


def _token_error(errorcode: str, message: str) -> Reply:
    said = {"error": message, "errorcode": errorcode, "stacktrace": None, "debuginfo": None, "reproductionlink": None}
    return as_json(said, headers=_ANYONE)
