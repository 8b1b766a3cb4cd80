"""How Moodle says what an assignment takes, what was handed in, and what a teacher said about it."""

import mimetypes
from typing import Any
from urllib.parse import quote

from ple.lms.practice.school import LEARNER_ID, Assignment, Review, Work


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
        "timestarted": None,
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
