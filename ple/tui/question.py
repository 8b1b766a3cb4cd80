"""What comes up over a place and is answered once."""

from __future__ import annotations

from textual import events
from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, ScreenResultType


class Question(ModalScreen[ScreenResultType]):
    """A modal screen that takes one answer, however quick the hand or slow the line.

    Keys that came with the one that opens it are on their way through the place below, which must not act on them. Keys
    that came with the answer find it gone; they must not answer again, which would close what lies below.
    """

    _answered = False
    _heard: events.Key | None = None

    def on_key(self, event: events.Key) -> None:
        """Know a key that was meant for this screen from the start."""
        self._heard = event

    def overtaken(self, event: events.Key) -> bool:
        """Take a key that was on its way elsewhere when this screen came up; return whether it is one."""
        if event is self._heard:
            return False
        self.call_after_refresh(lambda: self.app.post_message(events.Key(event.key, event.character)))
        return True

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Give the answer and close; a second answer is none."""
        if self._answered:
            return AwaitComplete()
        self._answered = True
        return super().dismiss(result)
