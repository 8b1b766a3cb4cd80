"""What can go wrong between a site and its host. Imports nothing but its base.

* PublishError (a PleError)
  + UnknownServer       the server's key is one that nobody has confirmed
  + ForeignFiles        somebody else's files are there
  + NoSecret            the host wants a password, a key or a token, and none is kept
  + PublishedElsewhere  another computer published there since
  + Overtaken           another computer publishes there at this moment
"""

from collections.abc import Sequence

from ple.library.errors import PleError


class PublishError(PleError):
    """The site could not be published; what visitors see is whole, the old site or a part of the way to the new."""

    hint = "Try again when that is mended; publishing goes on where it was."


class UnknownServer(PublishError):
    """The server showed a key that the learner has not confirmed; ``fingerprint`` is that key's."""

    def __init__(self, host: str, fingerprint: str) -> None:
        super().__init__(
            f"nobody has confirmed yet that {host} is who it says; its key is {fingerprint}",
            hint=f"Compare that with what your school or host says, then add --fingerprint {fingerprint}",
        )
        self.host = host
        self.fingerprint = fingerprint


class ForeignFiles(PublishError):
    """There are files that ple did not put there."""

    def __init__(self, where: str, paths: Sequence[str]) -> None:
        some = ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
        super().__init__(
            f"{where} holds files that ple did not put there: {some}",
            hint="Name an empty folder, or say --adopt: those files stay, and those of the same name are replaced.",
        )
        self.paths = tuple(paths)


class PublishedElsewhere(PublishError):
    """What is there was put there by another computer, or by a library that was put back to a backup since."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"what is at {where} was published by another computer since, or by this library before it was put back",
            hint="See what would change with --dry-run. If yours is what visitors should see, say --anyway.",
        )


class Overtaken(PublishError):
    """Another publication to the same place began while this one was at work."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"another computer is publishing to {where} at this moment",
            hint="Wait until it is done, then see what publishing from here would change: --dry-run.",
        )


class NoSecret(PublishError):
    """The host wants a secret and none is kept for it; ``what`` names it."""

    def __init__(self, what: str, where: str) -> None:
        super().__init__(
            f"{where} wants {what}, and none is kept",
            hint="Say it with `ple portfolio targets secret TARGET`; it is asked for without showing it.",
        )
        self.what = what
