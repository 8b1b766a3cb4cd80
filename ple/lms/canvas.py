"""Canvas, by its REST interface.

Every hand-in that Canvas accepts is another attempt, uses one up, and cannot be taken back; it has no key that would
tell a repetition from a new one. So nothing is sent again until a look at the submission shows that it did not arrive.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

from ple.lms import answers, canvas_answers, canvas_planner
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
from ple.lms.content import Content, FileMark, Piece
from ple.lms.errors import (
    AnswerLost,
    LmsError,
    NoAttemptLeft,
    NotAllowed,
    NotThere,
    NotUnderstood,
    Refused,
    Unreachable,
    Unsupported,
    WrongToken,
)
from ple.lms.exchange import Exchange, larger, same_origin, shown_host
from ple.web.errors import NoAnswer, WebError

if TYPE_CHECKING:
    from ple.web.client import Client, Response

_MOST_PAGES = 200
_SEE_THERE = frozenset({201, 301, 302, 303, 307, 308})
_BACK = "include[]=submission_comments&include[]=rubric_assessment"


_NATIVE = "urn:ietf:wg:oauth:2.0:oob"
SCOPES = (
    "url:GET|/api/v1/users/:id",
    "url:GET|/api/v1/courses",
    "url:GET|/api/v1/courses/:course_id/assignments",
    "url:GET|/api/v1/courses/:course_id/assignments/:id",
    "url:GET|/api/v1/courses/:course_id/assignments/:assignment_id/submissions/:user_id",
    "url:GET|/api/v1/courses/:course_id/students/submissions",
    "url:GET|/api/v1/planner/items",
    "url:POST|/api/v1/courses/:course_id/assignments/:assignment_id/submissions",
    "url:POST|/api/v1/courses/:course_id/assignments/:assignment_id/submissions/:user_id/files",
)
"""What ple asks to be allowed, and no more."""


class Canvas:
    """A Canvas and one learner's token for it."""

    kind: ClassVar[str] = "canvas"
    name: ClassVar[str] = "Canvas"
    each_counts: ClassVar[bool] = True
    takes: ClassVar[bool] = True
    token_days: ClassVar[int | None] = 120  # the most that a student's own token lives

    def __init__(self, client: "Client", url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json+canvas-string-ids, application/json"}
        self._client = client
        self._exchange = Exchange(client, url, headers=headers)
        self._rubrics: dict[str, dict[str, tuple[str, float | None]]] = {}
        self._planner: list[dict[str, Any]] | None = None

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

    @classmethod
    def ask_consent(cls, url: str, client_id: str, state: str) -> str:
        """Return the page on which the learner allows it, with a developer key of the institution (OAuth2)."""
        query = {"client_id": client_id, "response_type": "code", "redirect_uri": _NATIVE, "state": state}
        return f"{url}/login/oauth2/auth?{urlencode(query | {'scope': ' '.join(SCOPES)})}"

    @classmethod
    def code_in(cls, pasted: str, state: str) -> str:
        """Return the code in the address that Canvas showed after consent; a bare code is taken as it is.

        Raises:
            WrongToken: it belongs to another sign-in, or was refused.
        """
        text = pasted.strip()
        if "=" not in text:
            return text
        said = parse_qs(urlsplit(text).query or text)
        if said.get("state", [state])[0] != state:
            raise WrongToken(
                "this address is of another sign-in", hint="Begin again, and copy the one that comes then."
            )
        if "code" not in said:
            raise WrongToken("Canvas was not allowed to let ple in", hint="Begin again, and press Authorize there.")
        return said["code"][0]

    @classmethod
    def grant(
        cls, client: "Client", url: str, key: Mapping[str, str], given: Mapping[str, str], now: dt.datetime
    ) -> Grant:
        """Return a token for a code, or a new one for a refresh token. ``key``: ``client_id`` and ``client_secret``.

        Raises:
            WrongToken: Canvas does not accept it.
        """
        exchange = Exchange(client, url)
        kind = "refresh_token" if "refresh_token" in given else "authorization_code"
        answer = exchange.ask(
            "POST", "/login/oauth2/token", form={"grant_type": kind, "redirect_uri": _NATIVE, **key, **given}
        )
        said = answers.mapping(_json(answer))
        token = answers.words(said.get("access_token"), 2000)
        if answer.status != 200 or not token:
            raise WrongToken(f"{exchange.host} does not accept this sign-in", hint="Sign in again, with --oauth.")
        lives = answers.number(said.get("expires_in")) or 3600
        refresh = answers.words(said.get("refresh_token"), 2000) or given.get("refresh_token", "")
        renewal = {**key, "refresh_token": refresh} if refresh else None
        return Grant(token, now + dt.timedelta(seconds=lives), renewal)

    def revoke(self) -> None:
        """Give the token back, so that it is worth nothing any more."""
        self._exchange.ask("DELETE", "/login/oauth2/token")

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
        """Yield the assignments of a course, with dates that hold for this learner, and where the learner stands.

        What the planner has beside them is due as well, though nothing of it is handed in.
        """
        known: set[tuple[str, str]] = set()
        for item in self._list(f"/api/v1/courses/{course_id}/assignments?include[]=submission&per_page=100"):
            if id := answers.remote_id(item.get("id")):
                self._rubrics[id] = canvas_answers.rubric_titles(item)
                known |= canvas_planner.covers(item)
                yield canvas_answers.assignment(course_id, item)
        yield from canvas_planner.planned(self._exchange.url, self._planned(), course_id, known)

    def assignment(self, course_id: str, remote_id: str) -> RemoteAssignment:
        """Return one assignment as it is now."""
        if remote_id.startswith(canvas_planner.PREFIX):
            for task in canvas_planner.planned(self._exchange.url, self._planned(), course_id, ()):
                if task.remote_id == remote_id:
                    return task
            raise NotThere(f"{self._exchange.host} does not plan this any more")
        item = answers.mapping(self._get(f"/api/v1/courses/{course_id}/assignments/{remote_id}"))
        self._rubrics[remote_id] = canvas_answers.rubric_titles(item)
        return canvas_answers.assignment(course_id, item)

    def status(self, course_id: str, remote_id: str) -> SubmissionStatus:
        """Return where the learner stands, with every earlier attempt, comments and the rubric."""
        if remote_id.startswith(canvas_planner.PREFIX):
            planned = self.assignment(course_id, remote_id).status
            assert planned is not None
            return planned
        address = f"/api/v1/courses/{course_id}/assignments/{remote_id}/submissions/self?include[]=submission_history"
        said = answers.mapping(self._get(f"{address}&{_BACK}"))
        if "workflow_state" not in said:
            raise NotUnderstood(f"{self._exchange.host} does not say where you stand with this assignment")
        return canvas_answers.status(said, self._rubrics.get(remote_id, {}), self._exchange.clock)

    def standings(
        self, course_id: str, assignments: Sequence[RemoteAssignment], since: dt.datetime | None
    ) -> Iterator[tuple[str, SubmissionStatus]]:
        """Yield where the learner stands with all of a course, comments and rubrics too: one list, whatever moved."""
        address = f"/api/v1/courses/{course_id}/students/submissions?{_BACK}&per_page=100"
        try:
            items = list(self._list(address))
        except (NotAllowed, NotThere):  # a token with few rights: where one stands came along with the assignments
            return
        for item in items:
            id = answers.remote_id(item.get("assignment_id"))
            if id and "workflow_state" in item:
                yield id, canvas_answers.status(item, self._rubrics.get(id, {}))

    def download(self, file: FileMark) -> bytes:
        """Return the bytes of a file; its address holds a key of its own, and the token goes to no other site."""
        if file.url is None:
            raise NotThere(f"{self._exchange.host} does not say where {file.name} lies")
        try:
            answer = self._client.get(
                file.url, origin=self._exchange.url, limits=larger(self._client.limits, file.size, 0)
            )
        except NoAnswer as error:
            raise Unreachable(f"{file.name} cannot be fetched: {error}") from error
        except WebError as error:  # such as that it is larger than was said
            raise NotThere(f"{file.name} cannot be fetched: {error}") from error
        if answer.status != 200:
            raise NotThere(f"{self._exchange.host} does not give {file.name}")
        return answer.body

    def badges(self) -> Iterator[RemoteBadge]:
        """Canvas has none of its own; those of its partners are had there."""
        return iter(())

    def sessions(self) -> Iterator[RemoteSession]:
        """A Canvas' sessions are in its calendar feed."""
        return iter(())

    def start(self, assignment: RemoteAssignment) -> None:
        """Canvas has no assignments with a time limit of the learner's own, only quizzes."""
        raise Unsupported(f"{self._exchange.host} has no clocks for assignments")

    def save(self, assignment: RemoteAssignment, content: Content) -> None:
        """Hand ``content`` in: a link as a link where the assignment takes links, else as a text that holds it.

        Files are uploaded first, which by itself hands nothing in.
        """
        here = f"/api/v1/courses/{assignment.course_id}/assignments/{assignment.remote_id}/submissions"
        if content.files:
            ids = [self._upload(f"{here}/self/files", piece, content.data(piece)) for piece in content.files]
            form: dict[str, Any] = {"submission[submission_type]": "online_upload", "submission[file_ids][]": ids}
        elif content.link is not None and assignment.accepts.link:
            form = {"submission[submission_type]": "online_url", "submission[url]": content.link}
        else:
            form = {"submission[submission_type]": "online_text_entry", "submission[body]": content.html()}
        answer = self._exchange.ask("POST", here, form=form, writes=True)
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

    def _upload(self, address: str, piece: Piece, data: bytes) -> str:
        host = self._exchange.host
        form = {
            "name": piece.name, "size": str(piece.size), "content_type": piece.media_type, "on_duplicate": "rename",
        }  # fmt: skip
        said = answers.mapping(self._read(self._exchange.ask("POST", address, form=form)))
        to, parameters = answers.web_address(said.get("upload_url")), said.get("upload_params")
        if to is None or not isinstance(parameters, dict):
            raise Refused(f"{host} does not take {piece.name}")
        given = {str(name): answers.words(value, 20_000) for name, value in parameters.items()}
        try:  # often another company's servers: they get what Canvas says they need, and never the token
            answer = self._client.request(
                "POST", to, form=given, files=[("file", (piece.name, data, piece.media_type))],
                origin=self._exchange.url, follow=False, limits=larger(self._client.limits, 0, piece.size),
            )  # fmt: skip
        except WebError as error:
            raise Unreachable(f"{piece.name} could not be uploaded: {error}") from error
        if answer.status in _SEE_THERE and (location := answer.headers.get("location")):
            there = answers.joined(to, location)
            if not same_origin(there, self._exchange.url):
                raise NotUnderstood(f"{host} wants the token sent to {shown_host(there)}")
            answer = self._exchange.ask("GET", there)
        id = answers.remote_id(answers.mapping(_json(answer)).get("id"))
        if not 200 <= answer.status < 300 or not id:
            raise Unreachable(f"{host} did not take {piece.name} ({answer.status})")
        return id

    def _planned(self) -> list[dict[str, Any]]:
        if self._planner is None:
            try:
                self._planner = list(self._list(canvas_planner.address(dt.datetime.now(dt.UTC))))
            except (NotAllowed, NotThere, NotUnderstood, WrongToken):  # a token with few rights, or an old Canvas
                self._planner = []
        return self._planner

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
        if answer.status not in (200, 201) or said is None:
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
