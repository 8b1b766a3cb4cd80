"""Locks on open files, against other processes: one ends when its file is closed, at the latest with its process.

They are the operating system's, so nothing is ever locked by somebody who is gone.
"""

import os
import sys
import time

if sys.platform == "win32":
    import msvcrt

    # Windows does not let others read what is locked: a place far beyond whatever is written is.
    _FAR = 1 << 30

    def _at_far(file: int, how: int) -> bool:
        here = os.lseek(file, 0, os.SEEK_CUR)
        try:
            os.lseek(file, _FAR, os.SEEK_SET)
            msvcrt.locking(file, how, 1)
        except OSError:
            return False
        finally:
            os.lseek(file, here, os.SEEK_SET)
        return True

    def locked(file: int) -> bool:
        """Take the lock on the open file of this descriptor; return whether we have it."""
        for _ in range(3):  # who has just let go may be seen a moment longer
            if _at_far(file, msvcrt.LK_NBLCK):
                return True
            time.sleep(0.05)
        return False

    def wait_for(file: int) -> None:
        """Take the lock, as soon as whoever has it lets go; after ten seconds, or on a disk without locks, go on."""
        _at_far(file, msvcrt.LK_LOCK)

    def unlock(file: int) -> None:
        """Let go of it."""
        _at_far(file, msvcrt.LK_UNLCK)

else:
    import fcntl
    from contextlib import suppress

    def locked(file: int) -> bool:
        """Take the lock on the open file of this descriptor; return whether we have it."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def wait_for(file: int) -> None:
        """Take the lock, as soon as whoever has it lets go; on a disk without locks, go on."""
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)

    def unlock(file: int) -> None:
        """Let go of it."""
        fcntl.flock(file, fcntl.LOCK_UN)
