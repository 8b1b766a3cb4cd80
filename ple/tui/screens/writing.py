"""What is written and where it goes when it is kept: journal entries and the words of the portfolio; drafts go on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ple.tui import drafts
from ple.tui.dialogs import Choose, Confirm
from ple.tui.drafts import Draft, Left, Work
from ple.tui.screens.editor import Editor
from ple.tui.widgets.blocks import clean
from ple.tui.words import plural

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.journal import JournalEntry
    from ple.tui.app import LearningApp
    from ple.tui.room import Thing

CHANGED = "it was changed elsewhere meanwhile. ctrl+s keeps yours in its place"
HELP = "Markdown. # Title first if you like; [[ finds a title to link to, #340 links by number."


def write(app: LearningApp, *, about: Thing | None = None, prompt: Any = None, outside: bool = False) -> None:
    """Write a new journal entry; `about` links it with a thing, `prompt` begins it with a journal prompt's text."""
    title = f"About “{about.title}”" if about else prompt.title if prompt else "New journal entry"
    text = prompt.text + "\n\n" if prompt else ""
    work = Work("new", title, about=about.id if about else None, prompt=prompt.name if prompt else None)
    edit(app, work, text, outside=outside)


def edit(
    app: LearningApp,
    work: Work,
    text: str,
    *,
    before: str | None = None,
    base: str | None = None,
    outside: bool = False,
    left: Left | None = None,
    help: str = HELP,
) -> None:
    """Open the editor on a work; when it is kept, the library gets the words, and only then the draft goes.

    `before` is what is kept now, where `text` is more than that, and `base` what the learner has seen of it, if that is
    something else. With `left`, it goes on with that draft, in the same file.
    """
    known = base if base is not None else before if before is not None else text
    draft = Draft(app.drafts, work, left.begun_at if left else app.now(), path=left.path if left else None)
    if left:
        draft.save(text)  # from now on this window holds it

    def keep(text: str) -> None:
        app.guarded(partial(_keep, app, work, draft, text, known), group="write", exclusive=False)

    app.push_screen(Editor(work.title, text, keep=keep, before=before, help=help, outside=outside, draft=draft))


async def _keep(app: LearningApp, work: Work, draft: Draft, text: str, known: str) -> None:
    from ple.tui.list_room import ListRoom

    entry = None
    try:
        now = await app.ask(partial(_before, work=work, text=text)) if work.kind != "new" else None
        if now is not None and now.strip() != known.strip():
            _open_again(app, work, draft, text, f"! Not kept: {CHANGED}", base=now)
            return
        entry = await app.ask(lambda environment: _kept(environment, work, text))
    except Exception as error:
        if not await _is_there(app, work, text):
            _again(app, work, draft, text, error, known)  # what could not be kept is not taken from the learner
            raise
        app.complain(error)  # it failed after the library had the words: to write them again would double them
    draft.drop()
    app.say("Kept in your journal · u undoes" if work.kind == "new" else "Kept, the old words too · u undoes")
    await app.look()
    if entry is not None and isinstance(app.screen, ListRoom) and entry.kind in app.screen.KINDS:
        app.screen.go_to(entry.id)


def _again(app: LearningApp, work: Work, draft: Draft, text: str, error: Exception, known: str) -> None:
    """Open the editor on what could not be kept, with the reason in sight for as long as it is open."""
    from ple.library.errors import NotFound, PleError

    if isinstance(error, NotFound):  # what it belonged to is gone: the words become an entry of their own
        work, then = Work("new", work.title), "ctrl+s keeps it as an entry of its own"
    else:
        then = "ctrl+s tries again"
    why = clean(str(error)) if isinstance(error, PleError) else "a defect of ple itself"
    _open_again(app, work, draft, text, f"! Not kept. {then}: {why}", base=known)


def _open_again(app: LearningApp, work: Work, draft: Draft, text: str, help: str, *, base: str) -> None:
    left = Left(draft.path, work, text, app.now()) if draft.path else None
    edit(app, work, text, before="", base=base, left=left, help=help)


async def _is_there(app: LearningApp, work: Work, text: str) -> bool:
    """Return whether the library has these words; False where it cannot be asked."""
    try:
        return await app.ask(lambda environment: _before(environment, work, text)) is None
    except Exception:
        return False


def _kept(environment: Environment, work: Work, text: str) -> JournalEntry | None:
    match work.kind:
        case "new":
            return environment.journal.write(text, about=work.about, prompt=work.prompt)
        case "entry":
            return environment.journal.revise(work.id or 0, text=text)
        case "artifact":
            context: dict[str, Any] = {work.field: text}
            environment.portfolio.edit(work.id or 0, **context)
        case _:
            environment.portfolio.init(about=text)
    return None


def _before(environment: Environment, work: Work, text: str) -> str | None:
    """Return what the library has of a work; None if it has these words. Raises NotFound if the work is gone."""
    text = text.strip()
    if work.kind == "new":
        from ple.journal.models import clean as written
        from ple.journal.prompts import structured

        journal = environment.journal
        text = written(structured(journal.prompt(work.prompt), text) if work.prompt else text).strip()
        recent = [journal.entry(line.id).text.strip() for line in journal.entries(limit=20)]
        return None if text in recent else ""
    if work.kind == "entry":
        now = environment.journal.entry(work.id or 0).text
    elif work.kind == "artifact":
        now = str(getattr(environment.portfolio.artifact(work.id or 0), work.field))
    else:
        now = str(getattr(environment.portfolio.settings(), work.field) or "")
    return None if now.strip() == text else now


async def go_on(app: LearningApp, *, asked: bool = False) -> None:
    """Offer what was being written when something broke; what the library has already is forgotten, never doubled."""
    from ple.library.errors import NotFound

    found: list[tuple[Left, str]] = []
    for left in drafts.left_behind(app.drafts):
        try:
            before = await app.ask(partial(_before, work=left.work, text=left.text))
        except NotFound:  # what it belonged to is gone: the words become an entry of their own
            left = Left(left.path, Work("new", left.work.title), left.text, left.begun_at, left.later)
            before = ""
        if before is None:
            drafts.forget(left)
        else:
            found.append((left, before))
    if not found:
        if asked:
            app.say("Nothing was left unfinished")
        return
    if not asked and all(left.later for left, _ in found):
        one = len(found) == 1
        app.say("A draft waits: D goes on with it" if one else f"{len(found)} drafts wait: D goes on with one")
        return
    if len(found) == 1 and not asked:
        left, before = found[0]
        about = f"“{clean(left.text)[:60].strip()} …”, begun {_when(left)}. It is safe either way."
        question = Confirm("Go on with what you were writing?", about=about, yes="Go on", no="Later")
        app.push_screen(
            question, lambda yes: edit(app, left.work, left.text, before=before, left=left) if yes else None
        )
        return
    rows = [
        (number, f"{_when(left)}  {plural(len(left.text.split()), 'word')}  {clean(left.text)[:40]}")
        for number, (left, _) in enumerate(found, 1)
    ]

    def chosen(number: int | None) -> None:
        if number is not None:
            left, before = found[number - 1]
            edit(app, left.work, left.text, before=before, left=left)

    app.push_screen(Choose("Go on with what you were writing?", rows), chosen)


def _when(left: Left) -> str:
    return f"{left.begun_at.astimezone():%d %b %H:%M}"
