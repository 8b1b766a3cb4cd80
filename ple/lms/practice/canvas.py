"""The practice LMS as a Canvas: its REST interface, answering as Canvas' source says it answers.

Lists come in pages with opaque addresses in a ``Link`` header; every accepted submission is a new attempt and uses one
up; two different 401s mean different things; a submission with nothing in it is answered with a redirect to a page for
people, as is one that was locked a moment ago.
"""

import base64
import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from ple.lms.practice import canvas_files
from ple.lms.practice.cleaning import clean
from ple.lms.practice.http import Reply, Request, as_json
from ple.lms.practice.school import LEARNER_ID, LEARNER_NAME, Assignment, School, Work

_ROUTES = (
    ("whoami", "GET", r"/api/v1/users/self"),
    ("profile", "GET", r"/api/v1/users/self/profile"),
    ("planner", "GET", r"/api/v1/planner/items"),
    ("courses", "GET", r"/api/v1/courses"),
    ("assignments", "GET", r"/api/v1/courses/(\d+)/assignments"),
    ("assignment", "GET", r"/api/v1/courses/(\d+)/assignments/(\d+)"),
    ("submission", "GET", r"/api/v1/courses/(\d+)/assignments/(\d+)/submissions/self"),
    ("submissions", "GET", r"/api/v1/courses/(\d+)/students/submissions"),
    ("upload-begin", "POST", r"/api/v1/courses/(\d+)/assignments/(\d+)/submissions/self/files"),
    ("upload-end", "GET", r"/api/v1/files/(\d+)/create_success"),
    ("submit", "POST", r"/api/v1/courses/(\d+)/assignments/(\d+)/submissions"),
)
_TYPES = {"link": "online_url", "text": "online_text_entry", "file": "online_upload"}
_TYPE_TO_KIND = {name: kind for kind, name in _TYPES.items()}
_GONE = {"errors": [{"message": "The specified resource does not exist."}]}


OAUTH_CLIENT = "10000000000042"
OAUTH_SECRET = "practice-developer-key-" + "s" * 20
OAUTH_CODE = "practice-code-" + "c" * 20
OAUTH_REFRESH = "practice~refresh-" + "r" * 20


class Canvas:
    """Canvas' side of the practice LMS.

    ``page_cap`` is the most that a page of a list holds, whatever is asked for. ``old_refusals`` answers what is not
    permitted with a 401, as older Canvases do, instead of a 403. ``locks_late`` lets a locked assignment be refused by
    a redirect, as happens when the lock is noticed in the second check. ``scopes`` are the operations that the token
    may do, where it may not do all.
    """

    page_cap = 100
    old_refusals = False
    locks_late = False
    scopes: frozenset[str] | None = None

    def __init__(self, school: School, url: str, token: str) -> None:
        self.school = school
        self.url = url
        self.token = token
        self._expired = False
        self._string_ids = False

    def operation(self, request: Request) -> str:
        """Return the name of what is asked for."""
        if request.path in ("/upload", "/login/oauth2/token"):
            return request.path.rpartition("/")[2]
        for name, method, pattern in _ROUTES:
            if request.method == method and re.fullmatch(pattern, request.path):
                return name
        return "file" if request.path.startswith("/files/") else request.path

    @property
    def operations(self) -> tuple[str, ...]:
        """What it can be asked for, by the names that faults are armed for."""
        return (*(name for name, _, _ in _ROUTES), "upload", "file", "token")

    def expire(self) -> None:
        """Let the token expire."""
        self._expired = True

    def failing(self, fault: str) -> Reply | None:
        """Return how Canvas says that ``fault`` happened, where it has a way of its own."""
        if fault == "too-many":
            headers = {"content-type": "text/plain", "x-rate-limit-remaining": "0.0", "x-request-cost": "1.0"}
            return Reply(403, b"403 Forbidden (Rate Limit Exceeded)", headers)
        if fault in ("error-500", "error-500-after"):
            said = {"errors": [{"message": "An error occurred.", "error_code": "internal_server_error"}]}
            return as_json(said | {"error_report_id": 7}, 500)
        return None

    def answer(self, request: Request) -> Reply | None:
        """Answer ``request``, if it is for Canvas."""
        if request.path == "/upload":
            return canvas_files.take(self.school, self.url, request)
        if request.path == "/login/oauth2/token":
            return self._oauth(request)
        if request.path.startswith("/files/"):
            return canvas_files.give(self.school, request)
        if not request.path.startswith("/api/v1/"):
            return None
        refused = self._refuse(request)
        if refused is not None:
            return refused
        self._string_ids = "application/json+canvas-string-ids" in request.headers.get("accept", "")
        for name, method, pattern in _ROUTES:
            match = re.fullmatch(pattern, request.path)
            if match and request.method == method:
                return self._route(name, request, [int(part) for part in match.groups()])
        return as_json(_GONE, 404)

    def _refuse(self, request: Request) -> Reply | None:
        if self.scopes is not None and self.operation(request) not in self.scopes:
            return as_json({"errors": [{"message": "Insufficient scopes on access token."}]}, 401)
        given = request.headers.get("authorization", "")
        challenge = {"www-authenticate": 'Bearer realm="canvas-lms"'}
        if not given.casefold().startswith("bearer "):
            message = [{"message": "user authorization required"}]
            return as_json({"status": "unauthenticated", "errors": message}, 401, challenge)
        if given[7:].strip() != self.token:
            return as_json({"errors": [{"message": "Invalid access token."}]}, 401, challenge)
        if self._expired:
            said = {"errors": [{"message": "Expired access token.", "expired_at": _iso(self.school.now)}]}
            return as_json(said, 401, challenge)
        return None

    def _route(self, name: str, request: Request, ids: list[int]) -> Reply:
        if name in ("whoami", "profile"):
            return as_json(self._user(profile=name == "profile"))
        if name == "upload-end":
            return canvas_files.done(self.school, ids[0], self._id)
        if name == "planner":
            return self._page(request, canvas_files.planned(self.school, self._id))
        if name == "courses":
            return self._page(request, [self._course(course.id) for course in self.school.courses])
        if ids[0] not in {course.id for course in self.school.courses}:
            return as_json(_GONE, 404)
        tasks = [task for task in self.school.assignments.values() if task.course == ids[0] and not task.hidden]
        if name == "assignments":
            with_submission = "submission" in request.included
            return self._page(request, [self._assignment(task, submission=with_submission) for task in tasks])
        if name == "submissions":
            asked = request.query
            return self._page(request, [self._submission(task, history=False, back=True) for task in tasks if asked])
        task = self.school.assignments.get(ids[1])
        if task is None or task.course != ids[0]:
            return as_json(_GONE, 404)
        if task.hidden:
            return self._not_permitted()
        if name == "assignment":
            return as_json(self._assignment(task, submission=False))
        if name == "submission":
            return as_json(self._submission(task, history="submission_history" in request.included, back=True))
        if name == "upload-begin":
            return (
                canvas_files.begin(self.school, self.url, request)
                if self.school.is_open(task)
                else self._not_permitted()
            )
        return self._submit(task, request)

    def _not_permitted(self) -> Reply:
        said = {"status": "unauthorized", "errors": [{"message": "user not authorized to perform that action"}]}
        return as_json(said, 401 if self.old_refusals else 403)

    def _id(self, id: int) -> int | str:
        return str(id) if self._string_ids else id

    def _page(self, request: Request, items: Sequence[dict[str, Any]]) -> Reply:
        asked = request.query.get("per_page", "10")
        size = max(1, min(int(asked) if asked.isdecimal() else 10, self.page_cap))
        start = _bookmark(request.query.get("page", ""))
        base = f"{self.url}{request.path}"
        links = [f'<{base}?page={_opaque(start)}&per_page={size}>; rel="current"']
        if start + size < len(items):
            links.append(f'<{base}?page={_opaque(start + size)}&per_page={size}>; rel="next"')
        links.append(f'<{base}?page=first&per_page={size}>; rel="first"')
        headers = {"link": ",".join(links), "x-request-cost": "0.02", "x-rate-limit-remaining": "599.9"}
        return as_json(list(items[start : start + size]), headers=headers)

    def _user(self, *, profile: bool) -> dict[str, Any]:
        said = {
            "id": self._id(LEARNER_ID),
            "name": LEARNER_NAME,
            "short_name": LEARNER_NAME.partition(" ")[0],
            "sortable_name": ", ".join(reversed(LEARNER_NAME.split(" ", 1))),
            "created_at": _iso(self.school.founded_at),
        }
        if profile:
            return said | {"time_zone": "Europe/Berlin", "primary_email": "sam@example.org"}
        return said | {"effective_locale": "en", "permissions": {"can_update_name": False}}

    def _course(self, id: int) -> dict[str, Any]:
        course = next(course for course in self.school.courses if course.id == id)
        return {
            "id": self._id(course.id),
            "name": course.title,
            "course_code": course.code,
            "workflow_state": "available",
            "start_at": _iso(self.school.founded_at - 30 * 86_400),
            "end_at": _iso(self.school.founded_at + 90 * 86_400),
            "enrollments": [{"type": "student", "enrollment_state": "active", "user_id": self._id(LEARNER_ID)}],
            "time_zone": "Europe/Berlin",
        }

    def _assignment(self, task: Assignment, *, submission: bool) -> dict[str, Any]:
        is_open = self.school.is_open(task)
        types = [_TYPES[kind] for kind in sorted(task.takes)]
        said: dict[str, Any] = {
            "id": self._id(task.id),
            "course_id": self._id(task.course),
            "name": task.title,
            "description": task.intro if is_open else None,
            "due_at": _iso(task.due_at),
            "unlock_at": _iso(task.opens_at),
            "lock_at": _iso(task.cutoff_at),
            "points_possible": float(task.points),
            "grading_type": "points",
            "submission_types": types or ["on_paper"],
            "allowed_attempts": task.attempts,
            "locked_for_user": not is_open,
            "html_url": f"{self.url}/courses/{task.course}/assignments/{task.id}",
            "group_category_id": 7 if task.id in self.school.teams else None,
            "workflow_state": "published",
            "has_submitted_submissions": bool(self.school.handed_in(task.id)),
        }
        if "file" in task.takes:
            said["allowed_extensions"] = [kind.strip().lstrip(".") for kind in task.kinds.split(",") if kind.strip()]
        if self.school.reviews.get(task.id) is not None and self.school.reviews[task.id].rubric:
            said["rubric"] = canvas_files.rubric(self.school.reviews[task.id])
        if not is_open:
            said["lock_explanation"] = "This assignment is locked."
            said["lock_info"] = {"unlock_at": _iso(task.opens_at), "lock_at": _iso(task.cutoff_at)}
        if submission:
            said["submission"] = self._submission(task, history=False)
        return said

    def _submission(self, task: Assignment, *, history: bool, back: bool = False) -> dict[str, Any]:
        works = self.school.handed_in(task.id)
        said = self._attempt(task, works[-1] if works else None)
        review = self.school.reviews.get(task.id)
        if review is not None:
            fits = not works or review.number == works[-1].number
            said |= canvas_files.graded(review, self.url, self._id, comments=back, fits=fits)
        if history:
            said["submission_history"] = [self._attempt(task, work) for work in works] or [dict(said)]
        return said

    def _attempt(self, task: Assignment, work: Work | None) -> dict[str, Any]:
        return {
            "id": self._id(100 + task.id),
            "user_id": self._id(LEARNER_ID),
            "assignment_id": self._id(task.id),
            "attempt": work.number + 1 if work else None,
            "submission_type": _TYPES[work.kind] if work else None,
            "url": work.url or None if work else None,
            "body": work.text or None if work else None,
            "submitted_at": _iso(work.submitted_at) if work else None,
            **({"attachments": canvas_files.listed(self.url, work.files, self._id)} if work and work.files else {}),
            "workflow_state": "submitted" if work else "unsubmitted",
            "grade": None,
            "score": None,
            "grade_matches_current_submission": True,
            "graded_at": None,
            "posted_at": None,
            "grader_id": None,
            "late": bool(work and task.due_at and work.submitted_at > task.due_at),
            "missing": bool(work is None and task.due_at and self.school.now > task.due_at),
            "excused": None,
            "extra_attempts": None,
            "redo_request": False,
            "late_policy_status": None,
            "seconds_late": max(0, work.submitted_at - task.due_at) if work and task.due_at else 0,
            "preview_url": f"{self.url}/courses/{task.course}/assignments/{task.id}/submissions/{LEARNER_ID}?preview=1",
        }

    def _submit(self, task: Assignment, request: Request) -> Reply:
        given = request.form or _flat(request.json)
        page = f"{self.url}/courses/{task.course}/assignments/{task.id}"
        if not self.school.is_open(task):
            return Reply(302, headers={"location": page}) if self.locks_late else self._not_permitted()
        asked = given.get("submission[submission_type]", "")
        kind = _TYPE_TO_KIND.get(asked, "")
        if kind not in task.takes:
            return as_json({"message": "Invalid submission[submission_type] given"}, 400)
        if kind == "file":
            asked_ids = [value for name, value in request.fields if name == "submission[file_ids][]"]
            files = canvas_files.chosen(self.school, asked_ids)
            if not files:
                return as_json({"message": "No valid file ids given"}, 400)
            return self._another(task, request, page, kind, files=files)
        needed = "url" if kind == "link" else "body"
        value = given.get(f"submission[{needed}]")
        if value is None:
            message = f"Invalid parameters for submission_type {asked}. Required: submission[{needed}]"
            return as_json({"message": message}, 400)
        text = clean(value) if kind == "text" else ""
        if not (text or value).strip():
            return Reply(302, headers={"location": page})
        url = "" if kind == "text" else value if re.match(r"(?i)https?://", value) else f"http://{value}"
        return self._another(task, request, page, kind, text=text, url=url)

    def _another(
        self,
        task: Assignment,
        request: Request,
        page: str,
        kind: str,
        *,
        text: str = "",
        url: str = "",
        files: Sequence[dict[str, Any]] = (),
    ) -> Reply:
        if 0 <= task.attempts <= len(self.school.handed_in(task.id)):
            message = "you have reached the maximum number of allowed attempts for this assignment"
            error = {"attribute": "attempt", "type": message, "message": message}
            return as_json({"errors": {"attempt": [error]}}, 400)
        work = self.school.begin(task)  # every submission that is accepted is another attempt
        work.kind, work.status, work.submitted_at, work.text = kind, "submitted", self.school.now, text
        work.url, work.files = url, list(files)
        self.school.wrote("submitted", task.id)
        return as_json(self._attempt(task, work), 201, {"location": f"{page}/submissions/{LEARNER_ID}"})

    def _oauth(self, request: Request) -> Reply:
        if request.method == "DELETE":
            self._expired = True
            return as_json({})
        given = request.form
        key = (given.get("client_id"), given.get("client_secret"))
        fresh = given.get("code") == OAUTH_CODE or given.get("refresh_token") == OAUTH_REFRESH
        if key != (OAUTH_CLIENT, OAUTH_SECRET) or not fresh:
            said = {"error": "invalid_grant", "error_description": "authorization_code not found"}
            return as_json(said, 400)
        self._expired = False
        user = {"id": LEARNER_ID, "name": LEARNER_NAME, "global_id": str(LEARNER_ID), "effective_locale": "en"}
        said_ok = {"access_token": self.token, "token_type": "Bearer", "user": user, "expires_in": 3600}
        if given.get("grant_type") == "authorization_code":  # a refresh answers with no new refresh token
            said_ok["refresh_token"] = OAUTH_REFRESH
        return as_json(said_ok)


def _iso(seconds: int) -> str | None:
    if not seconds:
        return None
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _opaque(start: int) -> str:
    return "bookmark:" + base64.urlsafe_b64encode(f"[{start}]".encode()).decode().rstrip("=")


def _bookmark(page: str) -> int:
    if not page.startswith("bookmark:"):
        return 0
    encoded = page.removeprefix("bookmark:")
    try:
        return int(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).strip(b"[]"))
    except ValueError:
        return 0


def _flat(given: Any) -> dict[str, str]:
    inner = given.get("submission") if isinstance(given, dict) else None
    return {f"submission[{name}]": str(value) for name, value in inner.items()} if isinstance(inner, dict) else {}
