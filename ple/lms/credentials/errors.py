"""What can go wrong with a credential, as a learner would name it. Imports nothing but its base.

* CredentialError (a PleError)
  + NoCredential        a file that holds none
  + Malformed           it holds one that breaks the rules of its format
  + MissingExtra        what is needed to check signatures is not installed
"""

from ple.library.errors import PleError


class CredentialError(PleError):
    """Base of what goes wrong with a credential."""


class NoCredential(CredentialError):
    """There is no credential in this file."""

    hint = "Give the badge as you got it: a picture (PNG, SVG), a JSON or JWT file, a zip of these, or a PDF."


class Malformed(CredentialError):
    """A credential that breaks the rules of its format, so that nothing that it says can be trusted."""

    hint = "Ask whoever gave it to you for a new one."


class MissingExtra(CredentialError):
    """Signatures cannot be checked without the extra."""

    hint = "Install it with `pip install 'ple[badges]'`."
