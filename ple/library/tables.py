"""Which tables there are: those of all features, also of the ones that nobody has asked for yet.

A feature's tables exist once its module is imported, and importing all of them takes longer than most commands do. So
the features are only named at first (:func:`later`), and imported when somebody has to know of every table there is:
whoever makes a new library, empties the trash, follows a change backwards, or must not forget what names an entry.
"""

import threading
from collections.abc import Callable

import sqlalchemy as sa
from sqlmodel import SQLModel

_lock = threading.RLock()
_waiting: list[Callable[[], object]] = []


def later(bring_in: Callable[[], object]) -> None:
    """Call ``bring_in``, which imports modules with tables, when all tables are asked for."""
    with _lock:
        if bring_in not in _waiting:
            _waiting.append(bring_in)


def every() -> sa.MetaData:
    """Return all tables."""
    with _lock:
        while _waiting:
            _waiting[-1]()
            _waiting.pop()
    return SQLModel.metadata
