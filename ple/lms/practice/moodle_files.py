"""The practice Moodle beside its web services: files up and down, the sign-in page for apps, the calendar feed.

An upload is no hand-in; a file too many is dropped without a word when it is handed in; a forbidden kind is not
noticed at all; one that is too big takes the files of before with it.
"""

import base64
import datetime as dt
import hashlib
import mimetypes
import re
from typing import Any
from urllib.parse import unquote

from ple.lms.practice.http import Reply, Request, as_json
from ple.lms.practice.school import Assignment, School, Work

SITE_LIMIT = 10_485_760
CALENDAR_KEY = "ca1e" + "0" * 32 + "da"


def upload(school: School, request: Request) -> Reply:
    """Take the files of a form into a draft area."""
    area = int(given) if (given := request.form.get("itemid", "0")).isdecimal() else 0
    said: list[dict[str, Any]] = []
    for part in request.files:
        name = clean_name(part.name)
        if len(part.data) > SITE_LIMIT:
            said.append({"filename": name, "errortype": "fileoversized", "error": "[[maxbytes]]"})
            continue
        if name in {file["name"] for file in school.areas.get(area, [])}:
            said.append(
                {
                    "filename": name,
                    "filepath": "/practice/php",
                    "size": len(part.data),
                    "errortype": "filenameexist",
                    "error": f"File name already exists: {name}",
                }
            )
            continue
        area = school.upload(school.keep_file(name, part.data), area)
        said.append(
            {
                "component": "user",
                "contextid": 12,
                "userid": "4",
                "filearea": "draft",
                "filename": name,
                "filepath": "/",
                "itemid": area,
                "license": "unknown",
                "author": "A Learner",
                "source": f'O:8:"stdClass":1:{{s:6:"source";s:{len(name.encode())}:"{name}";}}',
                "filesize": len(part.data),
            }
        )
    return as_json(said)


def clean_name(name: str) -> str:
    """Return a file's name as Moodle keeps it: ``..\\a:b*c?.txt`` becomes ``ab*c?.txt``."""
    return re.sub(r"\.\.+", "", re.sub(r"[\x00-\x1f&<>\"`|':\\/]", "", name)).strip()


def hand_in(task: Assignment, work: Work, given: list[dict[str, Any]], before: list[dict[str, Any]]) -> bool:
    """Let files replace those of an attempt; return whether that was taken."""
    if any(task.most_bytes and file["size"] > task.most_bytes for file in given):
        work.files = []  # and what was there before is gone
        return False
    work.files = given[: task.most_files]
    return bool(work.files)


def pluginfile(school: School, path: str) -> Reply:
    """Give a file."""
    name = unquote(path.rpartition("/")[2])
    kept = [file for works in school.works.values() for work in works for file in work.files]
    match = re.search(r"/submission_files/(\d+)/", path)
    if match:
        kept = [f for works in school.works.values() for work in works if work.id == int(match[1]) for f in work.files]
    for file in [*kept, *(file for review in school.reviews.values() for file in review.files)]:
        if file["name"] == name and file["sha256"] in school.data:
            media_type = mimetypes.guess_type(name)[0] or "text/plain"
            return Reply(200, school.data[file["sha256"]], {"content-type": media_type})
    return Reply(404, b"File not found", {"content-type": "text/html"})


def launch(root: str, token: str, passport: str, scheme: str) -> Reply:
    """Send a browser in which the learner has signed in on to the app, with the token in the address."""
    signature = hashlib.md5(f"{root}{passport}".encode(), usedforsecurity=False).hexdigest()
    said = base64.b64encode(f"{signature}:::{token}".encode()).decode()
    return Reply(302, headers={"location": f"{scheme}://token={said}"})


def calendar(school: School, host: str, key: str) -> Reply:
    """Give the due dates as a feed; a wrong key is answered with a 200 and a sentence."""
    if key != CALENDAR_KEY:
        return Reply(200, b"Invalid authentication", {"content-type": "text/html; charset=utf-8"})
    codes = {course.id: course.code for course in school.courses}
    lines = ["BEGIN:VCALENDAR", "METHOD:PUBLISH", "PRODID:-//Moodle Pty Ltd//NONSGML Moodle//EN", "VERSION:2.0"]
    for task in school.assignments.values():
        if task.due_at and not task.hidden:
            at = dt.datetime.fromtimestamp(task.due_at, dt.UTC).strftime("%Y%m%dT%H%M%SZ")
            lines += [
                "BEGIN:VEVENT", f"UID:{task.id}@{host}", f"SUMMARY:{task.title} is due", "CLASS:PUBLIC",
                f"DTSTAMP:{at}", f"DTSTART:{at}", f"DTEND:{at}", f"CATEGORIES:{codes[task.course]}", "END:VEVENT",
            ]  # fmt: skip
    body = "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()
    return Reply(200, body, {"content-type": "text/calendar; charset=utf-8"})
