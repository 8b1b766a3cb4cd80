"""Canvas, by its REST interface.

Every hand-in that Canvas accepts is another attempt, uses one up, and cannot be taken back; it has no key that would
tell a repetition from a new one. So nothing is sent again until a look at the submission shows that it did not arrive.
"""

import json
import re
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
    NoAttemptLeft,
    NotAllowed,
    NotThere,
    NotUnderstood,
    Refused,
    Unsupported,
    WrongToken,
)
from ple.lms.exchange import Exchange

if TYPE_CHECKING:
    from ple.web.client import Client, Response

_MOST_PAGES = 200
_TAKEN = frozenset({"submitted", "pending_review", "graded"})


class Canvas:
    """A Canvas and one learner's token for it."""

    kind: ClassVar[str] = "canvas"
    name: ClassVar[str] = "Canvas"
    each_counts: ClassVar[bool] = True

    def __init__(self, client: "Client", url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json+canvas-string-ids, application/json"}
        self._exchange = Exchange(client, url, headers=headers)

    @classmethod
    def probe(cls, client: "Client", url: str) -> Site | None:
        """Ask without a token, and see whether it is Canvas that refuses."""
        parts = urlsplit(url)
        base = f"{parts.scheme}://{parts.netloc}"
        answer = Exchange(client, base).ask("GET", "/api/v1/users/self", headers={"Accept": "application/json"})
        if answer.status == 401 and "canvas" in answer.headers.get("www-authenticate", "").casefold():
            return Site(cls.kind, base, "Canvas")
        said = answers.mapping(_json(answer))
        if answer.status == 401 and said.get("status") == "unauthenticated" and "errors" in said:
            return Site(cls.kind, base, "Canvas")
        return None

    def whoami(self) -> Identity:
        """Return whose token it is."""
        said = answers.mapping(self._get("/api/v1/users/self"))
        user = answers.remote_id(said.get("id"))
        if not user:
            raise NotUnderstood(f"{self._exchange.host} does not say whose token this is")
        return Identity(
            remote_id=user,
            name=answers.words(said.get("name"), 200),
            site=self._exchange.host,
            url=self._exchange.url,
            capabilities=frozenset(Capability),
        )

    def courses(self) -> Iterator[RemoteCourse]:
        """Yield the courses that the learner is active in as a student."""
        for item in self._list("/api/v1/courses?enrollment_state=active&enrollment_type=student&per_page=100"):
            id = answers.remote_id(item.get("id"))
            if id and not item.get("access_restricted_by_date"):
                yield RemoteCourse(
                    remote_id=id,
                    code=answers.words(item.get("course_code"), 200),
                    title=answers.words(item.get("name"), 500),
                    url=f"{self._exchange.url}/courses/{id}",
                    html=answers.words(item.get("public_description")),
                    starts_at=answers.moment(item.get("start_at")),
                    ends_at=answers.moment(item.get("end_at")),
                )

    def assignments(self, course_id: str) -> Iterator[RemoteAssignment]:
        """Yield the assignments of a course, with dates that hold for this learner, and where the learner stands."""
        for item in self._list(f"/api/v1/courses/{course_id}/assignments?include[]=submission&per_page=100"):
            if answers.remote_id(item.get("id")):
                yield _assignment(course_id, item)

    def assignment(self, course_id: str, remote_id: str) -> RemoteAssignment:
        """Return one assignment as it is now."""
        return _assignment(
            course_id, answers.mapping(self._get(f"/api/v1/courses/{course_id}/assignments/{remote_id}"))
        )

    def status(self, course_id: str, remote_id: str) -> SubmissionStatus:
        """Return where the learner stands, with every earlier attempt."""
        address = f"/api/v1/courses/{course_id}/assignments/{remote_id}/submissions/self?include[]=submission_history"
        said = answers.mapping(self._get(address))
        if "workflow_state" not in said:
            raise NotUnderstood(f"{self._exchange.host} does not say where you stand with this assignment")
        return _status(said)

    def save(self, assignment: RemoteAssignment, content: Content) -> None:
        """Hand ``content`` in: a link as a link where the assignment takes links, else as a text that holds it."""
        form = {"submission[submission_type]": "online_text_entry", "submission[body]": content.html()}
        if content.link is not None and assignment.accepts.link:
            form = {"submission[submission_type]": "online_url", "submission[url]": content.link}
        address = f"/api/v1/courses/{assignment.course_id}/assignments/{assignment.remote_id}/submissions"
        answer = self._exchange.ask("POST", address, form=form, writes=True)
        host = self._exchange.host
        if 300 <= answer.status < 400:  # a page for people: how Canvas says no to what it checks late
            raise Refused(f"{host} did not take it")
        if answer.status == 400:
            raise _refusal(host, _json(answer))
        self._permitted(answer)
        if not 200 <= answer.status < 300 or "workflow_state" not in answers.mapping(_json(answer)):
            raise AnswerLost(f"{host} answered with something that says nothing")

    def submit(self, assignment: RemoteAssignment, *, statement: bool) -> None:
        """Canvas has no drafts: what was sent is handed in."""
        raise Unsupported(f"{self._exchange.host} has no drafts")

    def _get(self, url: str) -> Any:
        answer = self._exchange.ask("GET", url)
        return self._read(answer)

    def _list(self, url: str) -> Iterator[dict[str, Any]]:
        seen: set[str] = set()
        while url and url not in seen and len(seen) < _MOST_PAGES:
            seen.add(url)
            answer = self._exchange.ask("GET", url)
            yield from answers.objects(self._read(answer))
            url = _next(answer.headers.get("link", ""))

    def _read(self, answer: "Response") -> Any:
        self._permitted(answer)
        said = _json(answer)
        if answer.status != 200 or said is None:
            raise NotUnderstood(f"{self._exchange.host} answered something that is no answer of a Canvas")
        return said

    def _permitted(self, answer: "Response") -> None:
        host = self._exchange.host
        if answer.status == 401 and "www-authenticate" in answer.headers:
            raise WrongToken(f"{host} does not accept this token: it is wrong, expired or revoked")
        if answer.status == 401 and b"access token" in answer.body[:1000]:
            raise WrongToken(f"{host} does not let this token do it")
        if answer.status in (401, 403):  # older Canvases say 401, newer ones 403
            raise NotAllowed(f"{host} does not permit this")
        if answer.status == 404:
            raise NotThere(f"{host} has no such course or assignment")


def _assignment(course_id: str, item: Mapping[str, Any]) -> RemoteAssignment:
    types = item.get("submission_types")
    kinds = {answers.words(kind, 50) for kind in types} if isinstance(types, list) else set()
    most = answers.number(item.get("allowed_attempts"))
    extensions = item.get("allowed_extensions")
    said = item.get("submission")
    points = item.get("points_possible")
    return RemoteAssignment(
        remote_id=answers.remote_id(item.get("id")),
        course_id=course_id,
        title=answers.words(item.get("name"), 500),
        url=answers.web_address(item.get("html_url")),
        html=answers.words(item.get("description")),
        accepts=Accepts(
            link="online_url" in kinds,
            text="online_text_entry" in kinds,
            files="online_upload" in kinds,
            extensions=tuple(f".{answers.words(e, 20)}" for e in extensions) if isinstance(extensions, list) else (),
        ),
        opens_at=answers.moment(item.get("unlock_at")),
        due_at=answers.moment(item.get("due_at")),
        closes_at=answers.moment(item.get("lock_at")),
        points=float(points) if isinstance(points, int | float) and 0 <= points < 1e9 else None,
        attempts=most if most > 0 else None,
        locked=item.get("locked_for_user") is True,
        status=_status(said) if isinstance(said, dict) else None,
    )


def _status(said: dict[str, Any]) -> SubmissionStatus:
    latest = _attempt(said)
    history = [_attempt(item) for item in answers.objects(said.get("submission_history"))]
    earlier = tuple(attempt for attempt in history if attempt and (latest is None or attempt.number < latest.number))
    return SubmissionStatus(
        state=latest.state if latest else SubmissionState.NONE,
        attempt=latest,
        earlier=earlier,
        raw=json.dumps({name: value for name, value in said.items() if name != "preview_url"}),
    )


def _attempt(said: Mapping[str, Any]) -> Attempt | None:
    number = answers.number(said.get("attempt"))
    if number < 1 or said.get("workflow_state") not in _TAKEN:
        return None
    link = answers.web_address(said.get("url"))
    body = found_in_html(answers.words(said.get("body")))
    files = [answers.words(file.get("display_name"), 300) for file in answers.objects(said.get("attachments"))]
    by_link = said.get("submission_type") == "online_url" and link is not None
    return Attempt(
        number=number,
        state=SubmissionState.SUBMITTED,
        found=Found((link,)) if by_link and link else Found(body.links, body.text, tuple(files)),
        submitted_at=answers.moment(said.get("submitted_at")),
        remote_id=answers.remote_id(said.get("id")) or None,
    )


def _refusal(host: str, said: Any) -> LmsError:
    text = json.dumps(said)
    if "maximum number of allowed attempts" in text:
        return NoAttemptLeft(f"{host} takes no further attempt at this assignment")
    return Refused(f"{host} does not take this kind of work for this assignment")


def _next(links: str) -> str:
    for address, parameters in re.findall(r"<([^>]*)>([^<]*)", links[:20_000]):
        if re.search(r';\s*rel="?next"?', parameters, re.IGNORECASE):
            return str(address)
    return ""


def _json(answer: "Response") -> Any:
    try:
        return json.loads(answer.body.removeprefix(b"while(1);"))
    except (ValueError, RecursionError):
        return None
