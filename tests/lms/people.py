"""People who use a real Moodle by its web services, without ple."""

import json
import urllib.request
from typing import Any
from urllib.parse import urlencode


def ask(url: str, **form: str) -> Any:
    """Ask as anybody may, and return what the site says."""
    with urllib.request.urlopen(url, urlencode(form).encode(), timeout=60) as answer:
        return json.load(answer)


class Person:
    """Somebody who uses the site by its web services, without ple."""

    def __init__(self, site: str, name: str) -> None:
        self.site = site
        form = {"username": name, "password": f"{name}-pass-1", "service": "moodle_mobile_app"}
        self.token = str(ask(f"{site}/login/token.php", **form)["token"])
        self.id = str(self.call("core_webservice_get_site_info")["userid"])

    def call(self, function: str, **arguments: str) -> Any:
        """Call a function; arguments are written as Moodle wants them."""
        said = ask(
            f"{self.site}/webservice/rest/server.php",
            wstoken=self.token,
            wsfunction=function,
            moodlewsrestformat="json",
            **arguments,
        )
        assert not (isinstance(said, dict) and "exception" in said), said
        return said

    def upload(self, name: str, data: bytes) -> str:
        """Put a file into a draft area of one's own; return its number."""
        body = (
            f'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n{self.token}\r\n--x\r\n'
            f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        ).encode() + (data + b"\r\n--x--\r\n")
        request = urllib.request.Request(
            f"{self.site}/webservice/upload.php", body, {"Content-Type": "multipart/form-data; boundary=x"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return str(json.load(answer)[0]["itemid"])


class Teacher(Person):
    """The teacher of the course."""

    def numbers(self) -> dict[str, str]:
        """The numbers that the site has given to its assignments."""
        courses = self.call("mod_assign_get_assignments")["courses"]
        return {task["name"]: str(task["id"]) for course in courses for task in course["assignments"]}

    def revert(self, assignment: str, *learners: Person) -> None:
        """Make a draft again of what these handed in."""
        given = {f"userids[{n}]": learner.id for n, learner in enumerate(learners)}
        self.call("mod_assign_revert_submissions_to_draft", assignmentid=assignment, **given)

    def grade(
        self, assignment: str, learner: Person, points: float, comment: str, file: bytes = b"", *, again: bool = False
    ) -> None:
        """Grade the newest attempt, and give another one with ``again``."""
        area = self.upload("marked.txt", file) if file else "0"
        given = {
            "plugindata[assignfeedbackcomments_editor][text]": comment,
            "plugindata[assignfeedbackcomments_editor][format]": "1",
            "plugindata[files_filemanager]": area,
        }
        self.call(
            "mod_assign_save_grade",
            assignmentid=assignment, userid=learner.id, grade=str(points), attemptnumber="-1",
            addattempt=str(int(again)), workflowstate="", applytoall="0", **given,
        )  # fmt: skip

    def submissions(self, assignment: str, learner: Person) -> list[Any]:
        """What the site holds of a learner, submitted, newest attempt alone."""
        said = self.call("mod_assign_get_submissions", **{"assignmentids[0]": assignment, "status": "submitted"})
        return [
            each for found in said["assignments"] for each in found["submissions"] if str(each["userid"]) == learner.id
        ]
