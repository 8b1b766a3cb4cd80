"""The practice Canvas: files in three steps, and what teachers say.

An upload goes to another place that must not see the token, with all it was told to bring and the file last; by itself
it hands nothing in. A grade is there for the learner only once it is posted.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote, unquote

from ple.lms.practice.http import Reply, Request, as_json
from ple.lms.practice.school import LEARNER_ID, Review, School

Id = Callable[[int], int | str]


def begin(school: School, url: str, request: Request) -> Reply:
    """Say where to upload to, and what to bring."""
    name = request.form.get("name", "")
    if not name:
        return as_json({"message": "name is required"}, 400)
    params = {"key": f"account_1/attachments/{name}", "policy": "cHJhY3RpY2U=", "content_type": "", "name": name}
    return as_json({"upload_url": f"{url}/upload", "upload_params": params, "file_param": "file"})


def take(school: School, url: str, request: Request) -> Reply:
    """Take an upload; with a token it is refused, and so is one without what it was told to bring."""
    order = [name for name, _ in request.fields]
    if "authorization" in request.headers or order != ["key", "policy", "content_type", "name"] or not request.files:
        return as_json({"message": "signature does not match"}, 403)
    name = request.form["name"]
    taken = {file["name"] for area in school.areas.values() for file in area}
    stem, dot, extension = name.rpartition(".")
    count = 1
    while name in taken:  # on_duplicate=rename
        name = f"{stem}-{count}{dot}{extension}" if dot else f"{extension}-{count}"
        count += 1
    area = school.upload(school.keep_file(name, request.files[0].data))
    return Reply(303, headers={"location": f"{url}/api/v1/files/{area}/create_success?uuid=practice"})


def done(school: School, area: int, id: Id) -> Reply:
    """Say what an upload became."""
    files = school.areas.get(area)
    if not files:
        return as_json({"errors": [{"message": "The specified resource does not exist."}]}, 404)
    said = {"id": id(area), "display_name": files[0]["name"], "size": files[0]["size"], "upload_status": "success"}
    return as_json(said)


def chosen(school: School, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return the uploaded files with these numbers."""
    return [file for id in ids if id.isdecimal() for file in school.areas.get(int(id), [])]


def listed(url: str, files: Sequence[dict[str, Any]], id: Id) -> list[dict[str, Any]]:
    """Return files as attachments."""
    return [
        {
            "id": id(1000 + index),
            "filename": quote(file["name"]),
            "display_name": file["name"],
            "content-type": "application/octet-stream",
            "size": file["size"],
            "url": f"{url}/files/{quote(file['name'])}?download_frd=1&verifier=Ver1f1er{file['sha256'][:24]}",
        }
        for index, file in enumerate(files)
    ]


def give(school: School, request: Request) -> Reply:
    """Give a file to whoever has its address."""
    name, key = unquote(request.path.rpartition("/")[2]), request.query.get("verifier", "").removeprefix("Ver1f1er")
    kept = [file for works in school.works.values() for work in works for file in work.files]
    for file in [*kept, *(file for review in school.reviews.values() for file in review.files)]:
        if file["name"] == name and key and file["sha256"].startswith(key):
            return Reply(200, school.data.get(file["sha256"], b""), {"content-type": "application/octet-stream"})
    return as_json({"errors": [{"message": "The specified resource does not exist."}]}, 404)


def planned(school: School, id: Id) -> list[dict[str, Any]]:
    """Return what the planner lists: the assignments, and what is planned beside them."""

    def item(course: int, kind: str, number: int, title: str, at: int) -> dict[str, Any]:
        when = dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
        place = {"assignment": "assignments", "quiz": "quizzes"}.get(kind, kind)
        return {
            "context_type": "Course",
            "course_id": id(course),
            "plannable_id": id(number),
            "plannable_type": kind,
            "plannable_date": when,
            "plannable": {"id": id(number), "title": title, "todo_date": when},
            "planner_override": None,
            "submissions": {"submitted": bool(school.handed_in(number))} if kind == "assignment" else False,
            "html_url": f"/courses/{course}/{place}/{number}",
            "new_activity": False,
        }

    tasks = [task for task in school.assignments.values() if not task.hidden and task.due_at]
    beside = [item(course, kind, 500 + n, title, at) for n, (course, kind, title, at) in enumerate(school.planned)]
    return [*(item(task.course, "assignment", task.id, task.title, task.due_at) for task in tasks), *beside]


def rubric(review: Review) -> list[dict[str, Any]]:
    """Return the criteria of a rubric."""
    return [
        {"id": f"_{index}", "points": 10.0, "description": title, "long_description": "", "ratings": []}
        for index, title in enumerate(review.rubric)
    ]


def graded(review: Review, url: str, id: Id, *, comments: bool, fits: bool) -> dict[str, Any]:
    """Return what a grade adds to a submission; nothing of it is there before it is posted."""
    at = dt.datetime.fromtimestamp(review.at, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    said: dict[str, Any] = {}
    if review.points is not None and review.released:
        said |= {"workflow_state": "graded" if fits else "submitted"}
        said |= {"grade": f"{review.points:g}", "score": review.points, "grade_matches_current_submission": fits}
        said |= {"graded_at": at, "posted_at": at, "grader_id": id(3), "entered_score": review.points}
    if not comments:
        return said
    said["submission_comments"] = []
    if review.comment and review.released:
        said["submission_comments"] = [
            {
                "id": id(1),
                "author_id": id(3),
                "author_name": "Tess Teacher",
                "comment": review.comment,
                "created_at": at,
                "edited_at": None,
                **({"attachments": listed(url, review.files, id)} if review.files else {}),
            },
            {
                "id": id(2),
                "author_id": id(LEARNER_ID),
                "author_name": "A Learner",
                "comment": "Thank you!",
                "created_at": at,
                "edited_at": None,
            },
        ]
    if review.rubric and review.released:
        said["rubric_assessment"] = {
            f"_{index}": {"points": points, "rating_id": None, "comments": words}
            for index, (points, words) in enumerate(review.rubric.values())
        }
    return said
