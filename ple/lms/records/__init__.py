"""The record of learning (xAPI): the learner's own, and what of it goes to a record store.

The names are looked up when they are asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ple.lms.records.errors import Busy, NoStatement, NotConnected, NotNow, RecordsError, Refused
    from ple.lms.records.models import Brought, EventState, Parked, Sent, Statement, Store
    from ple.lms.records.records import Records

_HOMES = {
    "Brought": "models",
    "Busy": "errors",
    "EventState": "models",
    "NoStatement": "errors",
    "NotConnected": "errors",
    "NotNow": "errors",
    "Parked": "models",
    "Records": "records",
    "RecordsError": "errors",
    "Refused": "errors",
    "Sent": "models",
    "Statement": "models",
    "Store": "models",
}

__all__ = [
    "Brought",
    "Busy",
    "EventState",
    "NoStatement",
    "NotConnected",
    "NotNow",
    "Parked",
    "Records",
    "RecordsError",
    "Refused",
    "Sent",
    "Statement",
    "Store",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for from the module that it lives in."""
    if name in _HOMES:
        value = globals()[name] = getattr(import_module(f"ple.lms.records.{_HOMES[name]}"), name)
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
