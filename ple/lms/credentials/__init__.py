"""Credentials: Open Badges 2 and 3, other verifiable credentials, learner records and certificates.

The names are looked up when they are asked for, so that reading a file needs no tables.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ple.lms.credentials.credentials import Credentials
    from ple.lms.credentials.errors import CredentialError, Malformed, MissingExtra, NoCredential
    from ple.lms.credentials.models import Checked, Credential, CredentialLine, Imported, Refused
    from ple.lms.credentials.verification import Ending, Fact, State, Verdict

_HOMES = {
    "Checked": "models",
    "Credential": "models",
    "CredentialError": "errors",
    "CredentialLine": "models",
    "Credentials": "credentials",
    "Ending": "verification",
    "Fact": "verification",
    "Imported": "models",
    "Malformed": "errors",
    "MissingExtra": "errors",
    "NoCredential": "errors",
    "Refused": "models",
    "State": "verification",
    "Verdict": "verification",
}

__all__ = [
    "Checked",
    "Credential",
    "CredentialError",
    "CredentialLine",
    "Credentials",
    "Ending",
    "Fact",
    "Imported",
    "Malformed",
    "MissingExtra",
    "NoCredential",
    "Refused",
    "State",
    "Verdict",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for from the module that it lives in."""
    if name in _HOMES:
        value = globals()[name] = getattr(import_module(f"ple.lms.credentials.{_HOMES[name]}"), name)
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
