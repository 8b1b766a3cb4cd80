"""What a Moodle's error codes mean. Only the code is trusted: its text is localised, and misleads."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ple.lms import answers
from ple.lms.errors import (
    LmsError,
    NeedsBrowser,
    NotAllowed,
    NotThere,
    NotUnderstood,
    Refused,
    Unreachable,
    Unsupported,
    WrongToken,
)

if TYPE_CHECKING:
    from ple.web.client import Response

ERRORS: Mapping[str, tuple[type[LmsError], str]] = {
    "invalidtoken": (WrongToken, "{host} does not know this token"),
    "invalidlogin": (WrongToken, "{host} does not accept this name and password"),
    "wsaccessusersuspended": (WrongToken, "the account at {host} is suspended"),
    "accessexception": (Unsupported, "{host} does not let programs do this"),
    "servicenotavailable": (Unsupported, "{host} has its service for apps switched off"),
    "enablewsdescription": (Unsupported, "{host} has its web services switched off"),
    "forcepasswordchangenotice": (NeedsBrowser, "{host} wants you to change your password first"),
    "sitepolicynotagreed": (NeedsBrowser, "{host} wants you to agree to its policy first"),
    "requireloginerror": (NotAllowed, "{host} does not let you into this course or activity"),
    "errorcoursecontextnotvalid": (NotAllowed, "{host} does not let you into this course"),
    "nopermission": (NotAllowed, "{host} does not permit this"),
    "nopermissions": (NotAllowed, "{host} does not permit this"),
    "invalidrecord": (NotThere, "{host} has no such thing"),
    "missingparam": (NotUnderstood, "{host} did not understand what ple asked"),
    "invalidparameter": (NotUnderstood, "{host} did not understand what ple asked"),
    "filenameexist": (Refused, "{host} has a file of that name in this hand-in already"),
    "fileoversized": (Refused, "{host} does not take files as large as this"),
    "sitemaintenance": (Unreachable, "{host} is closed for the moment, for maintenance"),
    "dbconnectionfailed": (Unreachable, "{host} has lost its database for the moment"),
}


def error_said(said: Mapping[str, Any], host: str) -> LmsError:
    """Return what an answer with an ``errorcode`` means; its own words are not used."""
    code = answers.remote_id(said.get("errorcode")) or "unknown"
    kind, sentence = ERRORS.get(code, (NotUnderstood, f"{{host}} answered with the error “{code}”"))
    return kind(sentence.format(host=host))


def read_json(answer: "Response") -> Any:
    """Return an answer as JSON.

    Raises:
        ValueError: it is none.
    """
    if answer.status != 200:
        raise ValueError(answer.status)
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise ValueError("no JSON") from error
