"""How Moodle says what an assignment takes, what was handed in, and what a teacher said about it."""

import hashlib
import mimetypes
from typing import Any
from urllib.parse import quote

from ple.lms.practice.school import LEARNER_ID, LEARNER_NAME, SCHOOL_NAME, STATEMENT, Assignment, Course, Review, Work


def configs(task: Assignment) -> list[dict[str, str]]:
    """Return the settings that say what an assignment takes."""
    settings: list[tuple[str, str, str, str]] = []
    if task.takes & {"text", "link"}:
        settings += [
            ("onlinetext", "assignsubmission", "enabled", "1"),
            ("onlinetext", "assignsubmission", "wordlimit", str(task.words)),
            ("onlinetext", "assignsubmission", "wordlimitenabled", str(int(task.words > 0))),
        ]
    if "file" in task.takes:
        settings += [
            ("file", "assignsubmission", "enabled", "1"),
            ("file", "assignsubmission", "maxfilesubmissions", str(task.most_files)),
            ("file", "assignsubmission", "maxsubmissionsizebytes", str(task.most_bytes)),
            ("file", "assignsubmission", "filetypeslist", task.kinds),
        ]
    settings.append(("comments", "assignsubmission", "enabled", "0"))
    return [
        {"plugin": plugin, "subtype": subtype, "name": name, "value": value}
        for plugin, subtype, name, value in settings
    ]


def submission(url: str, task: Assignment, work: Work, *, latest: bool) -> dict[str, Any]:
    """Return an attempt."""
    plugins: list[dict[str, Any]] = []
    if task.takes & {"text", "link"}:
        plugins.append(
            {
                "type": "onlinetext",
                "name": "Online text",
                "fileareas": [{"area": "submissions_onlinetext", "files": []}],
                "editorfields": [
                    {
                        "name": "onlinetext",
                        "description": "Online text submissions",
                        "text": work.text,
                        "format": 1 if work.text else 0,
                    }
                ],
            }
        )
    if "file" in task.takes:
        area = {
            "area": "submission_files",
            "files": files(url, f"assignsubmission_file/submission_files/{work.id}", work.files),
        }
        plugins.append({"type": "file", "name": "File submissions", "fileareas": [area]})
    plugins.append({"type": "comments", "name": "Submission comments"})
    return {
        "id": work.id,
        "userid": LEARNER_ID,
        "attemptnumber": work.number,
        "timecreated": work.created_at,
        "timemodified": work.modified_at,
        "timestarted": work.started_at or None,
        "status": work.status,
        "groupid": 0,
        "assignment": task.id,
        "latest": int(latest),
        "plugins": plugins,
    }


def files(url: str, place: str, kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return files as a file area lists them."""
    return [
        {
            "filename": file["name"],
            "filepath": "/",
            "filesize": file["size"],
            "fileurl": f"{url}/webservice/pluginfile.php/17/{place}/{quote(file['name'])}",
            "timemodified": file["at"],
            "mimetype": mimetypes.guess_type(file["name"])[0] or "document/unknown",
            "isexternalfile": False,
            "icon": "f/text",
        }
        for file in kept
    ]


def feedback(url: str, task: Assignment, review: Review) -> dict[str, Any]:
    """Return what a teacher said; of a rubric only the total can be seen by a learner."""
    points = f"{review.points:.5f}" if review.points is not None else "-1.00000"
    return {
        "grade": {
            "id": task.id,
            "assignment": task.id,
            "userid": LEARNER_ID,
            "attemptnumber": review.number,
            "timecreated": review.at,
            "timemodified": review.at,
            "grader": 3,
            "grade": points,
        },
        "gradefordisplay": (f"{review.points:.2f}&nbsp;/&nbsp;{task.points:.2f}" if review.points is not None else "-"),
        "gradeddate": review.at,
        "plugins": [
            {
                "type": "comments",
                "name": "Feedback comments",
                "fileareas": [{"area": "feedback", "files": []}],
                "editorfields": [
                    {
                        "name": "comments",
                        "description": "Feedback comments",
                        "text": review.comment,
                        "format": 1,
                    }
                ],
            },
            {
                "type": "file",
                "name": "Feedback files",
                "fileareas": [
                    {
                        "area": "feedback_files",
                        "files": files(url, f"assignfeedback_file/feedback_files/{task.id}", review.files),
                    }
                ],
            },
        ],
    }


def course(url: str, founded_at: int, course: Course) -> dict[str, Any]:
    """Return a course as the list of one's courses has it."""
    return {
        "id": course.id,
        "shortname": course.code,
        "fullname": course.title,
        "displayname": course.title,
        "idnumber": "",
        "visible": 1,
        "summary": course.summary,
        "summaryformat": 1,
        "format": "topics",
        "courseimage": f"{url}/pluginfile.php/1/course/generated/course.svg",
        "showgrades": True,
        "lang": "",
        "enablecompletion": True,
        "completionhascriteria": False,
        "completionusertracked": True,
        "category": 1,
        "progress": 0,
        "completed": False,
        "startdate": founded_at - 30 * 86_400,
        "enddate": founded_at + 90 * 86_400,
        "marker": 0,
        "lastaccess": None,
        "isfavourite": False,
        "hidden": False,
        "overviewfiles": [],
        "showactivitydates": False,
        "showcompletionconditions": True,
        "timemodified": founded_at,
    }


def assignment(task: Assignment, founded_at: int, *, team: bool) -> dict[str, Any]:
    """Return an assignment as the list of them has it."""
    return {
        "id": task.id,
        "cmid": task.page,
        "course": task.course,
        "name": task.title,
        "nosubmissions": int(not task.takes),
        "submissiondrafts": int(task.drafts),
        "sendnotifications": 0,
        "sendlatenotifications": 0,
        "sendstudentnotifications": 1,
        "duedate": task.due_at,
        "allowsubmissionsfromdate": task.opens_at,
        "grade": task.points,
        "timemodified": founded_at,
        "completionsubmit": 0,
        "cutoffdate": task.cutoff_at,
        "gradingduedate": 0,
        "teamsubmission": int(team),
        "requireallteammemberssubmit": int(team),
        "teamsubmissiongroupingid": 0,
        "blindmarking": 0,
        "hidegrader": 0,
        "revealidentities": 0,
        "attemptreopenmethod": "manual",
        "maxattempts": task.attempts,
        "markingworkflow": 0,
        "markingallocation": 0,
        "markinganonymous": 0,
        "requiresubmissionstatement": int(task.statement),
        "preventsubmissionnotingroup": 0,
        "configs": configs(task),
        "intro": task.intro,
        "introformat": 1,
        "introfiles": [],
        "introattachments": [],
        "timelimit": task.minutes * 60,
        "submissionattachments": 0,
        **({"submissionstatement": STATEMENT, "submissionstatementformat": 1} if task.statement else {}),
    }


def events(tasks: list[Assignment], extensions: dict[int, int]) -> list[dict[str, Any]]:
    """Return what the calendar has: due dates and extensions. ``instance`` is the assignment's own number here."""

    def event(task: Assignment, kind: str, at: int, more: str = "") -> dict[str, Any]:
        return {
            "id": task.id * 2 + (kind == "extension"),
            "name": f"{task.title} is due{more}",
            "eventtype": kind,
            "modulename": "assign",
            "instance": task.id,
            "courseid": task.course,
            "timestart": at,
        }

    due = [event(task, "due", task.due_at) for task in tasks if task.due_at]
    return due + [event(t, "extension", extensions[t.id], " (extension)") for t in tasks if t.id in extensions]


def badges(url: str, names: list[str], at: int) -> list[dict[str, Any]]:
    """Return the learner's badges."""
    return [
        {
            "id": number,
            "name": name,
            "description": f"For {name}",
            "issuername": SCHOOL_NAME,
            "issuerurl": url,
            "uniquehash": hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest(),
            "dateissued": at,
            "dateexpire": None,
            "courseid": None,
            "badgeurl": f"{url}/webservice/pluginfile.php/1/badges/badgeimage/{number}/f3",
        }
        for number, name in enumerate(names, 1)
    ]


def site_info(url: str, functions: list[str], version: str, release: str) -> dict[str, Any]:
    """Return what is said of the site and of who asks."""
    first, _, last = LEARNER_NAME.partition(" ")
    return {
        "sitename": SCHOOL_NAME,
        "username": "student",
        "firstname": first,
        "lastname": last,
        "fullname": LEARNER_NAME,
        "lang": "en",
        "userid": LEARNER_ID,
        "siteurl": url,
        "userpictureurl": f"{url}/theme/image.php/boost/core/1/u/f1",
        "functions": [{"name": name, "version": version} for name in functions],
        "downloadfiles": 1,
        "uploadfiles": 1,
        "release": release,
        "version": version,
        "mobilecssurl": "",
        "advancedfeatures": [{"name": "enablecompletion", "value": 1}],
        "usercanmanageownfiles": True,
        "userquota": 104857600,
        "usermaxuploadfilesize": 10485760,
        "userhomepage": 1,
        "userprivateaccesskey": "0" * 32,
        "siteid": 1,
        "sitecalendartype": "gregorian",
        "usercalendartype": "gregorian",
        "userissiteadmin": False,
        "theme": "boost",
        "limitconcurrentlogins": 0,
        "policyagreed": 0,
    }
