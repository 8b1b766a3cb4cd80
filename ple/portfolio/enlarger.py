"""A process that opens pictures, and can be killed: one that was made to take all time or memory takes little of it.

It knows nothing but :mod:`ple.portfolio.pictures`; see :mod:`ple.child`. A build in which no picture is new has none.
"""

import json
from dataclasses import astuple

from ple.child import Child, Ended, Late, TooMuchMemory, Work
from ple.portfolio.pictures import Measures, PictureError

SECONDS = 60.0
CPU_SECONDS = 20
MEMORY = 2_000_000_000
_MADE, _MEASURED, _REFUSED = b"+", b"=", b"-"


class TooSlow(PictureError):
    """It was not opened in time: the computer may be busy, or the picture may be made so."""

    hint = "Try again when less is going on; or save the picture anew, and add that."


class Enlarger:
    """Opens pictures in a process of its own. It may be shared by threads; one picture is opened at a time.

    ``cpu_seconds``, for each picture, and ``memory`` hold where the platform has such limits, ``seconds`` everywhere.
    """

    def __init__(self, *, seconds: float = SECONDS, cpu_seconds: int = CPU_SECONDS, memory: int = MEMORY) -> None:
        self._child = Child(f"{__name__}:begin", seconds=seconds, cpu_seconds=cpu_seconds, memory=memory)

    def checked(self, data: bytes) -> Measures:
        """Return how large a picture is, once all of it was unpacked.

        Raises:
            PictureError: it cannot be, or takes too much.
        """
        return Measures(*json.loads(self._asked(0, data)))

    def made(self, data: bytes, width: int) -> bytes:
        """Return a picture at some width, and nothing of what else its file held.

        Raises:
            PictureError: it cannot be made, or takes too much.
        """
        return self._asked(width, data)

    def close(self) -> None:
        """End the process, whatever it is doing; nothing is opened after that."""
        self._child.close()

    def __enter__(self) -> "Enlarger":
        """Return it; the process starts with the first picture."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self.close()

    def _asked(self, width: int, data: bytes) -> bytes:
        try:
            said = self._child.ask(b"%d %s" % (width, data))
        except Late:
            raise TooSlow(f"opening the picture took longer than {self._child.seconds:.0f} seconds") from None
        except TooMuchMemory:
            raise PictureError("opening the picture takes more memory than a picture may take") from None
        except Ended:
            raise PictureError("opening the picture takes more time or memory than a picture may take") from None
        if said[:1] == _REFUSED:
            raise PictureError(said[1:].decode())
        return said[1:]


def begin() -> Work:
    """Return what answers in the process, once all that it needs is imported."""
    from ple.portfolio import pictures

    pictures.warm()

    def answer(task: bytes) -> bytes:
        width, _, data = task.partition(b" ")
        try:
            if int(width):
                return _MADE + pictures.made(data, int(width))
            measures = pictures.checked(data)
            return _MEASURED + json.dumps(astuple(measures)).encode()
        except pictures.PictureError as error:
            return _REFUSED + str(error).encode("utf-8", "replace")

    return answer
