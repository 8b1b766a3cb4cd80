"""Learning management systems: courses, assignments, and handing in with proof.

The names are looked up when they are asked for, so that a command that only needs one error pays for no tables.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ple.lms.courses import Courses
    from ple.lms.errors import LmsError
    from ple.lms.hand_in import Plan
    from ple.lms.sessions import Session
    from ple.lms.values import Account, Assignment, AssignmentLine, Course, Receipt, ReceiptState, Standing, Synced

_HOMES = {
    "Account": "ple.lms.values",
    "Assignment": "ple.lms.values",
    "AssignmentLine": "ple.lms.values",
    "Course": "ple.lms.values",
    "Courses": "ple.lms.courses",
    "LmsError": "ple.lms.errors",
    "Plan": "ple.lms.hand_in",
    "Receipt": "ple.lms.values",
    "ReceiptState": "ple.lms.values",
    "Session": "ple.lms.sessions",
    "Standing": "ple.lms.values",
    "Synced": "ple.lms.values",
}

__all__ = [
    "Account",
    "Assignment",
    "AssignmentLine",
    "Course",
    "Courses",
    "LmsError",
    "Plan",
    "Receipt",
    "ReceiptState",
    "Session",
    "Standing",
    "Synced",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for from the module that it lives in."""
    if name in _HOMES:
        value = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
