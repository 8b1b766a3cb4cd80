"""Canvas' answers as its source says them, each with what the adapter makes of it."""

import json
from typing import Any

import pytest

from ple.lms.adapter import Accepts, RemoteAssignment
from ple.lms.canvas import Canvas
from ple.lms.content import Content
from ple.lms.errors import (
    AnswerLost,
    LmsError,
    NoAttemptLeft,
    NotAllowed,
    NotThere,
    NotUnderstood,
    Refused,
    TooManyRequests,
    Unreachable,
    WrongToken,
)
from ple.web.client import Headers, Limits, Response

SITE = "https://canvas.example"
BEARER = {"www-authenticate": 'Bearer realm="canvas-lms"'}
NOT_PERMITTED = {"status": "unauthorized", "errors": [{"message": "user not authorized to perform that action"}]}
MOST = "you have reached the maximum number of allowed attempts for this assignment"
TASK = RemoteAssignment("9", "2", "Essay", None, "", Accepts(link=True, text=True, files=True))


class Said:
    """A client that gives one answer."""

    limits = Limits()

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.answer = Response(SITE, status, Headers(headers or {}), raw)

    def request(self, method: str, url: str, **more: Any) -> Response:
        return self.answer


READS = {
    "wrong token": (401, {"errors": [{"message": "Invalid access token."}]}, BEARER, WrongToken),
    "expired": (401, {"errors": [{"message": "Expired access token."}]}, BEARER, WrongToken),
    "revoked": (401, {"errors": [{"message": "Revoked access token."}]}, BEARER, WrongToken),
    "no token": (401, {"status": "unauthenticated", "errors": [{"message": "x"}]}, BEARER, WrongToken),
    "not permitted, older": (401, NOT_PERMITTED, {}, NotAllowed),
    "not permitted, newer": (403, NOT_PERMITTED, {}, NotAllowed),
    "scope": (401, {"errors": [{"message": "Insufficient scopes on access token."}]}, {}, WrongToken),
    "not found": (404, {"errors": [{"message": "The specified resource does not exist."}]}, {}, NotThere),
    "rate limit": (403, "403 Forbidden (Rate Limit Exceeded)", {"x-rate-limit-remaining": "0.0"}, TooManyRequests),
    "rate limit, newer": (429, "", {"retry-after": "9"}, TooManyRequests),
    "own error": (500, {"errors": [{"message": "An error occurred."}], "error_report_id": 7}, {}, Unreachable),
    "maintenance": (503, "<html>", {"retry-after": "300"}, Unreachable),
    "a page": (200, "<html>", {}, NotUnderstood),
}
WRITES = {
    "wrong type": (400, {"message": "Invalid submission[submission_type] given"}, {}, Refused),
    "missing field": (400, {"message": "Invalid parameters for submission_type online_url."}, {}, Refused),
    "no file": (400, {"message": "No valid file ids given"}, {}, Refused),
    "no attempt left": (400, {"errors": {"attempt": [{"message": MOST}]}}, {}, NoAttemptLeft),
    "late refusal": (302, "", {"location": f"{SITE}/courses/2/assignments/9"}, Refused),
    "locked, older": (401, NOT_PERMITTED, {}, NotAllowed),
    "locked, newer": (403, NOT_PERMITTED, {}, NotAllowed),
    "rate limit": (403, "403 Forbidden (Rate Limit Exceeded)", {}, TooManyRequests),
    "own error": (500, {"errors": []}, {}, AnswerLost),
    "maintenance": (503, "<html>", {}, AnswerLost),
    "a page": (200, "<html>", {}, AnswerLost),
}


@pytest.mark.parametrize("name", READS)
def test_an_answer_to_a_question_is_understood(name: str) -> None:
    status, body, headers, error = READS[name]
    client: Any = Said(status, body, headers)
    with pytest.raises(LmsError) as caught:
        Canvas(client, SITE, "s3cret").status("2", "9")
    assert type(caught.value) is error
    assert caught.value.hint
    assert "s3cret" not in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize("name", WRITES)
def test_an_answer_to_a_hand_in_is_understood(name: str) -> None:
    status, body, headers, error = WRITES[name]
    client: Any = Said(status, body, headers)
    with pytest.raises(LmsError) as caught:
        Canvas(client, SITE, "s3cret").save(TASK, Content(link="https://e.org/"))
    assert type(caught.value) is error


def test_an_upload_or_a_page_elsewhere_never_gets_the_token() -> None:
    client: Any = Said(200, [], {"link": '<https://evil.example/api/v1/courses?page=2>; rel="next"'})
    with pytest.raises(NotUnderstood, match=r"evil\.example"):
        list(Canvas(client, SITE, "s3cret").courses())
