"""The portfolio: the pieces of work that a learner shows, and the site that shows them."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ple.portfolio.portfolio import Portfolio
    from ple.portfolio.values import Artifact, Badge, Built, Finding, Settings, Visibility

__all__ = ["Artifact", "Badge", "Built", "Finding", "Portfolio", "Settings", "Visibility"]


def __getattr__(name: str) -> Any:
    """Import the door only when it is asked for: it brings the tables, which cost half a second."""
    if name == "Portfolio":
        from ple.portfolio.portfolio import Portfolio

        return Portfolio
    if name in __all__:
        from ple.portfolio import values

        return getattr(values, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
