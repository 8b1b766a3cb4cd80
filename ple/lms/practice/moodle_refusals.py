"""How the practice Moodle refuses: errors of its web services, and arguments that it does not take."""

import re


class Refusal(Exception):
    """An error of a web service; ``said`` is the answer."""

    def __init__(self, exception: str, errorcode: str, message: str) -> None:
        super().__init__(errorcode)
        self.said = {"exception": exception, "errorcode": errorcode, "message": message}


def invalid_parameter() -> Refusal:
    """Return the refusal of arguments that are missing, unknown or of another type."""
    return Refusal(
        "core\\exception\\invalid_parameter_exception", "invalidparameter", "Invalid parameter value detected"
    )


def no_login() -> Refusal:
    """Return the refusal of what the learner may not see."""
    return Refusal(
        "core\\exception\\require_login_exception", "requireloginerror", "Course or activity not accessible."
    )


def missing(table: str) -> Refusal:
    """Return the refusal of what is not there."""
    return Refusal(
        "dml_missing_record_exception", "invalidrecord", f"Can't find data record in database table {table}."
    )


def allow(arguments: dict[str, str], pattern: str, *needed: str) -> None:
    """Refuse arguments that are not known, or that lack one of ``needed``."""
    known = re.compile(pattern)
    if any(not known.fullmatch(name) for name in arguments) or any(name not in arguments for name in needed):
        raise invalid_parameter()


def number(value: str) -> int:
    """Return a whole number, or refuse it."""
    if not re.fullmatch(r"-?\d{1,15}", value):
        raise invalid_parameter()
    return int(value)
