"""Feeds in RSS, RDF, Atom and JSON Feed, and what comes in from them.

The front door is :class:`Subscriptions`. It is imported when it is first asked for, so that the worker that parses
feeds, which needs none of it, stays small.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ple.feeds.subscriptions import Subscriptions

__all__ = ["Subscriptions"]


def __getattr__(name: str) -> Any:
    if name == "Subscriptions":
        from ple.feeds.subscriptions import Subscriptions  # SQLModel: half a second

        return Subscriptions
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
