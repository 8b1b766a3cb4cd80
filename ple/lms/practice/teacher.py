"""What a teacher may do at the practice LMS, from its page: so that a learner sees what comes home."""

from ple.lms.practice.http import Reply, Request, as_html
from ple.lms.practice.school import DAY, School

DOINGS = {
    "grade": "Grade it",
    "extend": "Give a week more",
    "limit": "Limit it to 30 minutes",
    "reopen": "Ask for another attempt",
    "revert": "Make it a draft again",
    "lock": "Lock it",
    "unlock": "Unlock it",
}
"""What can be done to an assignment, with the words on its button."""


def do(school: School, url: str, request: Request) -> Reply:
    """Do what a form of the page asks for, and lead back to it; only forms of this page are heard."""
    if request.headers.get("origin", url) not in (url, url.replace("127.0.0.1", "localhost")):
        return as_html("<p>This form is of another page.</p>", 403)
    given = request.form
    number = given.get("assignment", "")
    task = school.assignments.get(int(number)) if number.isdecimal() and len(number) < 6 else None
    if task is None or given.get("do") not in DOINGS:
        return as_html("<p>There is no such assignment.</p>", 404)
    match given["do"]:
        case "grade":
            school.grade(task.id, _points(given.get("points", ""), task.points), given.get("comment", "")[:5000])
        case "extend":
            school.extend(task.id, max(school.now, task.due_at) + 7 * DAY)
        case "limit":
            school.change(task.id, minutes=30)
        case "reopen":
            school.reopen(task.id)
        case "revert":
            school.revert(task.id)
        case "lock":
            school.lock(task.id)
        case _:
            school.unlock(task.id)
    return Reply(303, headers={"location": "/"})


def _points(said: str, most: int) -> float | None:
    try:
        points = float(said)
    except ValueError:
        return None
    return points if 0 <= points <= most else None
