"""The practice LMS's page for people: the courses, and what was handed in."""

import datetime as dt
from html import escape

from ple.lms.practice.school import LEARNER_NAME, SCHOOL_NAME, Assignment, School, Work
from ple.lms.practice.teacher import DOINGS

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;"
    "color:#1d2733;background:#fff}table{border-collapse:collapse;width:100%;margin:0 0 2rem}"
    "th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #d5dbe2}"
    "caption{text-align:left;font-weight:600;font-size:1.2rem;padding:.4rem 0}"
    "td.work{overflow-wrap:anywhere}@media(prefers-color-scheme:dark){body{background:#14191f;color:#e4e9ee}"
    "a{color:#8ab8ff}th,td{border-color:#37414d}}"
)


def school_page(kind: str, url: str, school: School) -> str:
    """Return the page as HTML."""
    tables = "".join(_table(course.title, course.code, course.id, school) for course in school.courses)
    name = "Moodle" if kind == "moodle" else "Canvas"
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{SCHOOL_NAME}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><h1>{SCHOOL_NAME}</h1>"
        f"<p>A practice LMS on this machine ({escape(url)}), speaking as a {name}. "
        f"You are {LEARNER_NAME}. Nothing here leaves this machine.</p>{tables}"
        "<p>Under “As the teacher” you can do what teachers do; <code>ple lms sync</code> brings it home.</p>"
        "</body></html>"
    )


def _table(title: str, code: str, course: int, school: School) -> str:
    rows = "".join(
        f"<tr><td>{task.id}</td><td>{escape(task.title)}</td><td>{_day(task.due_at)}</td>"
        f"<td class=work>{_works(task, school)}{_teacher(task, school)}</td></tr>"
        for task in school.assignments.values()
        if task.course == course and not task.hidden
    )
    return (
        f"<table><caption>{escape(title)} ({escape(code)})</caption><thead><tr><th>No.</th><th>Assignment</th>"
        f"<th>Due (UTC)</th><th>Handed in</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _works(task: Assignment, school: School) -> str:
    said = [f"{work.status}, attempt {work.number + 1}: {_content(work)}" for work in school.works.get(task.id, [])]
    return "<br>".join(said) or "nothing yet"


def _teacher(task: Assignment, school: School) -> str:
    if not task.takes:
        return ""
    fits = {
        "grade": bool(school.works.get(task.id)),
        "extend": True,
        "limit": not task.minutes and not school.works.get(task.id),
        "reopen": bool(school.handed_in(task.id)),
        "revert": bool(school.handed_in(task.id)),
        "lock": task.id not in school.locked,
        "unlock": task.id in school.locked,
    }
    buttons = "".join(f"<button name=do value={name}>{said}</button> " for name, said in DOINGS.items() if fits[name])
    words = (
        f"<label>Points of {task.points} <input name=points size=4></label> "
        "<label>Comment <input name=comment size=30></label> "
    )
    return (
        "<details><summary>As the teacher</summary><form method=post action=/teacher>"
        f"<input type=hidden name=assignment value={task.id}>{words if fits['grade'] else ''}{buttons}</form></details>"
    )


def _content(work: Work) -> str:
    if work.url:
        return f'<a rel="noopener noreferrer" href="{escape(work.url)}">{escape(work.url)}</a>'
    return work.text or "empty"  # cleaned when it was saved


def _day(seconds: int) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%a %d %b %Y %H:%M") if seconds else "–"
