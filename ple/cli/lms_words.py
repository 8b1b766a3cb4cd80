"""What the commands of ``ple lms`` say in common."""

from typing import TYPE_CHECKING, Any

from ple.cli.words import ago, due

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.lms import AssignmentLine

LINES: list[tuple[str, Any]] = [
    ("#", "id"),
    ("Title", "title"),
    ("Course", "course"),
    ("Due", lambda line: due(line.due_at)),
    ("State", lambda line: stands(line)),
]


NOBODY = "No LMS is connected. Connect yours with `ple lms connect ADDRESS`, or try it with `ple lms practice`."


def nothing(ours: "Environment", what: str) -> str:
    """Say what to do when there is nothing to list."""
    if not ours.courses.accounts():
        return NOBODY
    return f"There are no {what} now. Ask again with `ple lms sync`."


def stands(line: "AssignmentLine") -> str:
    """Say where the learner stands with an assignment."""
    if line.state is None:
        return "not asked yet"
    words = {"none": "nothing handed in", "draft": "a draft", "submitted": "handed in", "reopened": "another attempt"}
    said = words.get(line.state, line.state)
    said = f"{said} {ago(line.submitted_at)}" if line.handed_in else said
    return f"{said}, {line.grade}" if line.grade else said
