"""Publishing: putting the site where its visitors are, whole at every moment."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ple.portfolio.publishing.errors import (
        ForeignFiles,
        NoSecret,
        Overtaken,
        PublishedElsewhere,
        PublishError,
        UnknownServer,
    )
    from ple.portfolio.publishing.models import Publication, Published, Target
    from ple.portfolio.publishing.publishing import Publishing

__all__ = [
    "ForeignFiles", "NoSecret", "Overtaken", "Publication", "PublishError", "Published", "PublishedElsewhere",
    "Publishing", "Target", "UnknownServer",
]  # fmt: skip

_ERRORS = ("ForeignFiles", "NoSecret", "Overtaken", "PublishError", "PublishedElsewhere", "UnknownServer")


def __getattr__(name: str) -> Any:
    """Import the door only when it is asked for: it brings the tables, which cost half a second."""
    if name in _ERRORS:
        from ple.portfolio.publishing import errors

        return getattr(errors, name)
    if name == "Publishing":
        from ple.portfolio.publishing.publishing import Publishing

        return Publishing
    if name in __all__:
        from ple.portfolio.publishing import models

        return getattr(models, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
