"""What errors mean: every recording of two Moodles, each read by the code that would meet it, and Canvas by contract.

With ``-s`` the counts are printed: how many recordings there are, what read them, and how they ended.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from ple.library import PleError
from ple.lms.adapter import Accepts, RemoteAssignment
from ple.lms.calendar import Calendar
from ple.lms.canvas import Canvas
from ple.lms.content import Content, FileMark, Piece
from ple.lms.credentials.reading import read as read_badge
from ple.lms.errors import (
    AnswerLost,
    LmsError,
    NeedsBrowser,
    NoAttemptLeft,
    NotAllowed,
    NotThere,
    NotUnderstood,
    Refused,
    TooManyRequests,
    Unreachable,
    Unsupported,
    WrongToken,
)
from ple.lms.moodle import Moodle
from ple.web.client import Headers, Limits, Response
from tests.lms.test_recordings import NOW

MOODLE = "http://127.0.0.1:8085"
TOKEN = "5ab1e" * 6 + "00"
TASK = RemoteAssignment("1", "2", "Essay", f"{MOODLE}/mod/assign/view.php?id=3", "", Accepts(text=True))
SITE_INFO = "core_webservice_get_site_info"

CODES: Mapping[str, type[LmsError]] = {
    # Moodle's error code → what it is for a learner; where a write may have been done, it is a lost answer
    "invalidtoken": WrongToken,
    "accessexception": Unsupported,  # of the site's own facts: WrongToken, see below
    "invalidlogin": WrongToken,
    "wsaccessusersuspended": WrongToken,
    "missingparam": NotUnderstood,
    "invalidparameter": NotUnderstood,
    "servicenotavailable": Unsupported,
    "enablewsdescription": Unsupported,
    "forcepasswordchangenotice": NeedsBrowser,
    "sitepolicynotagreed": NeedsBrowser,
    "requireloginerror": NotAllowed,
    "errorcoursecontextnotvalid": NotAllowed,
    "nopermission": NotAllowed,
    "nopermissions": NotAllowed,
    "invalidrecord": NotThere,
    "sitemaintenance": Unreachable,
    "dbconnectionfailed": Unreachable,
    "filenameexist": Refused,
    "fileoversized": Refused,
    "couldnotsavesubmission": Refused,
    "couldnotsubmitforgrading": Refused,
    "submissionnotopen": Refused,
    "dmlwriteexception": AnswerLost,
}
STATUSES: Mapping[int, type[LmsError]] = {403: Unsupported, 404: NotUnderstood, 503: Unreachable}


class Replay:
    """A client that answers with one recording; who asks for the site's facts beside it gets those."""

    limits = Limits()

    def __init__(self, pair: dict[str, Any], facts: dict[str, Any]) -> None:
        self._pair = pair
        self._facts = facts
        self._function = function_of(pair)

    def get(self, url: str, **more: Any) -> Response:
        return self.request("GET", url)

    def request(self, method: str, url: str, *, form: Mapping[str, str] | None = None, **more: Any) -> Response:
        beside = (form or {}).get("wsfunction") == SITE_INFO != self._function
        answer = (self._facts if beside else self._pair)["response"]
        body = answer["body"]
        said = body if isinstance(body, str) else json.dumps(body)
        said = re.sub(r"STUDENT_TOKEN(_\d)?", TOKEN, said)  # the recordings have words where tokens were
        raw = said.replace(":8086", ":8085").encode()
        return Response(url, answer["status"], Headers(answer.get("headers") or {}), raw)


def function_of(pair: dict[str, Any]) -> str:
    asked = pair["request"]
    return str((asked.get("form") or {}).get("wsfunction") or (asked.get("query") or {}).get("wsfunction") or "")


def reader(pair: dict[str, Any], client: Any) -> tuple[str, Callable[[], Any]]:
    """What would meet this answer, by name, and the call of it."""
    asked, function = pair["request"], function_of(pair)
    adapter = Moodle(client, MOODLE, TOKEN)
    form = asked.get("form") or {}
    if function:
        calls: dict[str, Callable[[], Any]] = {
            SITE_INFO: adapter.whoami,
            "core_enrol_get_users_courses": lambda: list(adapter.courses()),
            "mod_assign_get_assignments": lambda: list(adapter.assignments(form.get("courseids[0]", "2"))),
            "mod_assign_get_submission_status": lambda: adapter.status("2", "1"),
            "mod_assign_save_submission": lambda: adapter.save(TASK, Content(text="x")),
            "mod_assign_submit_for_grading": lambda: adapter.submit(TASK, statement=False),
            "mod_assign_start_submission": lambda: adapter.start(TASK),
            "core_course_get_updates_since": lambda: list(adapter.standings("2", [TASK], NOW)),
            "core_calendar_get_calendar_events": lambda: list(adapter._extended("2", [TASK], NOW)),
            "core_badges_get_user_badges": lambda: list(adapter.badges()),
        }
        return (function, calls[function]) if function in calls else ("any function", lambda: adapter._call(function))
    name = str(asked["url"]).partition("?")[0].rpartition("/")[2]
    if name == "token.php":
        if "appsitecheck" in (asked.get("query") or {}):
            return "probe", lambda: Moodle.probe(client, MOODLE)
        return "sign-in", lambda: Moodle.sign_in(client, MOODLE, "stu", "x", NOW)
    if name == "upload.php":
        sizes = [part.get("bytes", 1) for part in asked.get("files") or [{}]]
        piece = Piece("x.txt", sizes[0], "0" * 64, "text/plain")
        return "upload", lambda: adapter._upload(Content(files=(piece,), read=lambda sha256: b"x"))
    if name == "export_execute.php":
        feed = Calendar(client, MOODLE, f"{MOODLE}/calendar/export_execute.php?authtoken=x")
        return "calendar", lambda: [list(feed.assignments(course.remote_id)) for course in feed.courses()]
    if name == "service-nologin.php":
        return "site without a login", lambda: Moodle.launch(client, MOODLE)
    if name == "launch.php":
        return "sign-in in the browser", lambda: _launched(pair)
    if "pluginfile.php" in asked["url"]:
        return "download", lambda: adapter.download(FileMark("x", 1, f"{MOODLE}/webservice/pluginfile.php/1/x"))
    if "/badges/" in asked["url"]:
        return "badge", lambda: read_badge("x.json", client.get(asked["url"]).body)
    return "any function", lambda: adapter._call("x")


def _launched(pair: dict[str, Any]) -> str:
    from base64 import b64encode

    from ple.lms.moodle_launch import Launch

    said = str(pair["response"]["decoded"])
    ours = Launch("", str(pair["request"]["query"]["passport"]), frozenset({MOODLE}))
    return ours.token("moodlemobile://token=" + b64encode(said.replace("_", "0").encode()).decode())


def expected(pair: dict[str, Any], what: str) -> type[Exception] | None:
    """What a recording has to end as, by the code in it or by its status; none if it is no error."""
    body, status = pair["response"]["body"], pair["response"]["status"]
    if status in STATUSES and what != "download":
        return STATUSES[status]
    if what == "download" and isinstance(body, dict):
        return NotThere
    if isinstance(body, dict) and "errorcode" in body:
        if body["errorcode"] == "accessexception" and what == SITE_INFO:
            return WrongToken
        return CODES.get(body["errorcode"], NotUnderstood)
    said = body if isinstance(body, list) else body.get("warnings") if isinstance(body, dict) else None
    codes = [str(each.get("warningcode") or each.get("errortype")) for each in said or () if isinstance(each, dict)]
    writes = what in ("mod_assign_save_submission", "mod_assign_submit_for_grading", "mod_assign_start_submission")
    return Refused if (writes or what == "upload") and any(code in CODES for code in codes) else None


def recordings(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for file in sorted(folder.glob("*.json")):
        yield file.stem, json.loads(file.read_text(encoding="utf-8"))


SPECIAL: Mapping[str, type[Exception] | None] = {
    # answers that carry no code of Moodle's, or are met by something that is asked otherwise
    "03-site-info-xml": NotUnderstood,
    "04-err-bad-token-xml": NotUnderstood,
    "04-err-no-params": NotUnderstood,
    "11-upload-no-file": Refused,
    "30-ical-bad-token": WrongToken,
    "04-err-404": NotUnderstood,
}


@pytest.mark.real
@pytest.mark.parametrize("version", ["moodle", "moodle43"])
def test_every_recording_is_read_by_what_would_meet_it_and_ends_as_its_code_says(
    shared_data: Path, version: str
) -> None:
    all_of = dict(recordings(shared_data / version))
    read, ended, codes = Counter[str](), Counter[str](), Counter[str]()
    wrong = []
    for name, pair in all_of.items():
        client: Any = Replay(pair, all_of["03-site-info"])
        what, call = reader(pair, client)
        try:
            call()
            failure = None
        except PleError as error:
            failure = error
        assert failure is None or (TOKEN not in f"{failure} {failure.hint}" and failure.hint), name
        wanted = SPECIAL[name] if name in SPECIAL else expected(pair, what)
        met = type(failure) if failure else None
        if what == "badge":  # what is no badge, or is revoked, is the business of those who verify it
            wanted = met
        if (met is None) != (wanted is None) or (met and wanted and not issubclass(met, wanted)):
            wrong.append(f"{name} ({what}): {failure!r}, but it should be {wanted}")
        read[what] += 1
        ended[met.__name__ if met else "read"] += 1
        code = pair["response"]["body"].get("errorcode") if isinstance(pair["response"]["body"], dict) else None
        codes.update([code] if code in CODES else [])
    print(f"\n{version}: {sum(read.values())} recordings of {len(all_of)}, by {dict(read.most_common())}")
    print(f"  ended as {dict(ended.most_common())}; {len(codes)} error codes: {dict(codes.most_common())}")
    assert not wrong, "\n".join(wrong)
    assert sum(read.values()) == len(list((shared_data / version).glob("*.json")))


@pytest.mark.parametrize("code", CODES)
def test_a_moodles_error_code_means_the_same_whatever_its_words(code: str) -> None:
    """As in the table of the contract, in both of its shapes: an object, or a list of warnings."""
    warning = {"item": "&lt;b&gt;x", "itemid": 1, "warningcode": code, "errortype": code, "message": "x", "error": "x"}
    if code in ("filenameexist", "fileoversized"):
        said: Any = [{"filename": "x", **warning}]
    elif code in ("couldnotsavesubmission", "couldnotsubmitforgrading"):
        said = [warning]
    elif code == "submissionnotopen":
        said = {"submissionid": 0, "warnings": [warning]}
    else:
        said = {"exception": "moodle_exception", "errorcode": code, "message": f"{TOKEN} <script>"}
    answer = {"request": {}, "response": {"status": 200, "body": said}}
    facts = {"request": {}, "response": {"status": 200, "body": {"userid": 4, "functions": []}}}
    client: Any = Replay(answer, facts)
    adapter = Moodle(client, MOODLE, TOKEN)
    calls = {
        "filenameexist": lambda: adapter._upload(Content(files=(PIECE,), read=lambda sha256: b"x")),
        "submissionnotopen": lambda: adapter.start(TASK),
    }
    calls["fileoversized"] = calls["filenameexist"]
    with pytest.raises(CODES[code]) as caught:
        calls.get(code, lambda: adapter.save(TASK, Content(text="x")))()
    assert TOKEN not in str(caught.value)
    assert "<" not in str(caught.value)


PIECE = Piece("x.txt", 1, "0" * 64, "text/plain")

# Canvas, from its source

SITE = "https://canvas.example"
BEARER = {"www-authenticate": 'Bearer realm="canvas-lms"'}
NOT_PERMITTED = {"status": "unauthorized", "errors": [{"message": "user not authorized to perform that action"}]}
MOST = "you have reached the maximum number of allowed attempts for this assignment"
ERROR = {"errors": [{"message": "An error occurred.", "error_code": "internal_server_error"}], "error_report_id": 7}
RATE = "403 Forbidden (Rate Limit Exceeded)"
LEFT = {"content-type": "text/plain", "x-rate-limit-remaining": "0.0"}
PAGE = {"location": f"{SITE}/courses/2/assignments/9"}


def said_so(message: str) -> dict[str, Any]:
    return {"errors": [{"message": message}]}


CANVAS: Mapping[str, tuple[str, int, Any, Mapping[str, str], type[LmsError]]] = {
    # what: asked or handed in, status, body, headers, and what it is for a learner
    "wrong token": ("ask", 401, said_so("Invalid access token."), BEARER, WrongToken),
    "expired token": ("ask", 401, said_so("Expired access token."), BEARER, WrongToken),
    "revoked token": ("ask", 401, said_so("Revoked access token."), BEARER, WrongToken),
    "no token": (
        "ask",
        401,
        {"status": "unauthenticated", **said_so("user authorization required")},
        BEARER,
        WrongToken,
    ),
    "not permitted, older": ("ask", 401, NOT_PERMITTED, {}, NotAllowed),
    "not permitted, newer": ("ask", 403, NOT_PERMITTED, {}, NotAllowed),
    "missing scope": ("ask", 401, said_so("Insufficient scopes on access token."), {}, WrongToken),
    "not found": ("ask", 404, said_so("The specified resource does not exist."), {}, NotThere),
    "rate limit": ("ask", 403, RATE, LEFT, TooManyRequests),
    "rate limit, newer": ("ask", 429, "", {"retry-after": "9"}, TooManyRequests),
    "own error": ("ask", 500, ERROR, {}, Unreachable),
    "maintenance": ("ask", 503, "<html>", {"retry-after": "300"}, Unreachable),
    "a page": ("ask", 200, "<html>", {}, NotUnderstood),
    "a page elsewhere": ("ask", 302, "", PAGE, NotUnderstood),
    "wrong type": ("hand in", 400, {"message": "Invalid submission[submission_type] given"}, {}, Refused),
    "missing field": ("hand in", 400, {"message": "Invalid parameters for submission_type online_url."}, {}, Refused),
    "no valid file": ("hand in", 400, {"message": "No valid file ids given"}, {}, Refused),
    "no attempts left": ("hand in", 400, {"errors": {"attempt": [{"message": MOST}]}}, {}, NoAttemptLeft),
    "empty, or locked in the second check": ("hand in", 302, "", PAGE, Refused),
    "locked, older": ("hand in", 401, NOT_PERMITTED, {}, NotAllowed),
    "locked, newer": ("hand in", 403, NOT_PERMITTED, {}, NotAllowed),
    "expired meanwhile": ("hand in", 401, said_so("Expired access token."), BEARER, WrongToken),
    "rate limit at the hand-in": ("hand in", 403, RATE, LEFT, TooManyRequests),
    "own error at the hand-in": ("hand in", 500, ERROR, {}, AnswerLost),
    "maintenance at the hand-in": ("hand in", 503, "<html>", {}, AnswerLost),
    "a page at the hand-in": ("hand in", 200, "<html>", {}, AnswerLost),
}


@pytest.mark.parametrize("name", CANVAS)
def test_an_answer_of_canvas_means_what_its_source_says(name: str) -> None:
    doing, status, body, headers, wanted = CANVAS[name]
    answer = {"request": {}, "response": {"status": status, "body": body, "headers": dict(headers)}}
    client: Any = Replay(answer, answer)
    canvas = Canvas(client, SITE, "s3cret")
    task = RemoteAssignment("9", "2", "Essay", None, "", Accepts(link=True, text=True, files=True))
    with pytest.raises(LmsError) as caught:
        canvas.status("2", "9") if doing == "ask" else canvas.save(task, Content(link="https://e.org/"))
    assert type(caught.value) is wanted
    assert caught.value.hint
    assert "s3cret" not in f"{caught.value} {caught.value.hint}"


def test_a_list_or_a_file_elsewhere_never_gets_the_token() -> None:
    elsewhere = {"link": '<https://evil.example/api/v1/courses?page=2>; rel="next"'}
    answer = {"request": {}, "response": {"status": 200, "body": [], "headers": elsewhere}}
    client: Any = Replay(answer, answer)
    with pytest.raises(NotUnderstood, match=r"evil\.example"):
        list(Canvas(client, SITE, "s3cret").courses())


def test_scopes_ask_for_no_more_than_is_used() -> None:
    asked = parse_qs(Canvas.ask_consent(SITE, "1", "x").partition("?")[2])["scope"][0].split()
    assert len(asked) == len(set(asked)) == 9
    assert sum(scope.startswith("url:POST|") for scope in asked) == 2
