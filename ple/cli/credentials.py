"""``ple credentials``, and ``ple portfolio badges``: what the learner has earned, and what is known about it."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ple.cli.frame import (
    FilePath,
    Group,
    environment,
    outcome,
    read_input,
    resolve,
    show,
    show_list,
    tell,
    write_file,
)
from ple.cli.words import plural

if TYPE_CHECKING:
    from ple.lms.credentials import Credential, CredentialLine

command = Group("credentials", help="Badges and certificates that you earned, and what is known about each.")

_LINES: list[tuple[str, Any]] = [
    ("#", "id"),
    ("Title", "title"),
    ("Issuer", "issuer"),
    ("Issued", lambda one: one.issued_at.date() if one.issued_at else ""),
    ("Signature", lambda one: one.signature.state),
    ("Its issuer's", lambda one: one.issued_by.state),
    ("Yours", lambda one: one.recipient.state),
    ("In force", lambda one: one.current.state),
]
_EMPTY = "No badges yet. Keep one with `ple credentials import FILE`."


@command.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=FilePath())
@click.option("--strict", is_flag=True, help="Exit 1 if any file was refused.")
@click.pass_context
def import_(ctx: click.Context, files: tuple[str, ...], strict: bool) -> None:
    """Keep the badges in each FILE: PNG, SVG, JSON, JWT, PDF, a zip or folder of these, or an address.

    What has no signature that holds is refused with the reason, except what is hosted by its issuer or is a PDF: those
    are kept and say that they were not checked.
    """
    door = environment(ctx).credentials
    added: list[CredentialLine] = []
    known: list[CredentialLine] = []
    refused: list[Any] = []
    for file in files:
        for name, data in _given(file):
            done = door.import_file(name, data) if data is not None else door.import_address(name)
            added += done.added
            known += done.known
            refused += done.refused
    said = [f"Kept #{one.id} “{one.title}”. {_facts(one)}" for one in added]
    said += [f"#{one.id} “{one.title}” was here already." for one in known]
    show(ctx, {"added": added, "known": known, "refused": refused}, said=said)
    for one in refused:
        tell(ctx, f"Refused {one.name}: {one.reason}.")
    if any(one.recipient.says.startswith("Who you are") for one in added):
        tell(ctx, "Say who you are with `ple credentials me ADDRESS`, then `ple credentials verify`.")
    outcome(ctx, done=len(added) + len(known), failed=len(refused), strict=strict)


@command.command("list")
@click.option("--limit", type=click.IntRange(min=1), help="How many, the newest first.")
@click.pass_context
def list_(ctx: click.Context, limit: int | None) -> None:
    """List the badges, with the four facts of each."""
    show_list(ctx, environment(ctx).credentials.credentials(limit=limit), _LINES, empty=_EMPTY)


@command.command("show")
@click.argument("credential")
@click.pass_context
def show_(ctx: click.Context, credential: str) -> None:
    """Show all of one badge, with what each of its facts rests on."""
    one = environment(ctx).credentials.credential(_number(ctx, credential))
    show(ctx, one, said=_all(one))


@command.command("verify")
@click.argument("credentials", nargs=-1, metavar="[CREDENTIAL]...")
@click.option("--online", is_flag=True, help="Ask the issuers too: hosted badges, keys, lists of revoked ones.")
@click.option("--strict", is_flag=True, help="Exit 1 if a signature, issuer or date of any fails.")
@click.pass_context
def verify(ctx: click.Context, credentials: tuple[str, ...], online: bool, strict: bool) -> None:
    """Find the four facts of badges anew; of all when none is named. Without --online nobody is asked."""
    door = environment(ctx).credentials
    ids = [_number(ctx, name) for name in credentials] or door.credential_ids()
    found = [door.verify(id, online=online) for id in ids]
    show_list(ctx, found, _LINES, empty=_EMPTY)
    if len(found) == 1:
        for sentence in _sentences(found[0]):
            tell(ctx, sentence)
    if strict and any("fails" in (one.signature.state, one.issued_by.state, one.current.state) for one in found):
        ctx.exit(1)


@command.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=FilePath())
@click.option("--online", is_flag=True, help="Ask the issuers too: hosted badges, keys, lists of revoked ones.")
@click.pass_context
def check(ctx: click.Context, files: tuple[str, ...], online: bool) -> None:
    """Look at files or folders without keeping them: each is verified, refused, or not checked, with the reason."""
    door = environment(ctx).credentials
    given = [(name, data) for file in files for name, data in _given(file) if data is not None]
    found = [one for name, data in given for one in door.check(name, data, online=online)]
    columns: list[tuple[str, Any]] = [
        ("Ends as", "ending"),
        ("File", "name"),
        ("Title", "title"),
        ("Because", "reason"),
        ("Issuer", lambda one: one.verdict.issuer.state if one.verdict else ""),
        ("Yours", lambda one: one.verdict.recipient.state if one.verdict else ""),
        ("In force", lambda one: one.verdict.current.state if one.verdict else ""),
    ]
    show_list(ctx, found, columns, empty="No files there.")
    counted = Counter(one.ending.value for one in found)
    tell(
        ctx, f"{plural(len(found), 'file')}: " + ", ".join(f"{number} {name}" for name, number in counted.most_common())
    )


@command.command("me")
@click.argument("addresses", nargs=-1, metavar="[ADDRESS]...")
@click.option("--forget", is_flag=True, help="Take these away instead.")
@click.pass_context
def me(ctx: click.Context, addresses: tuple[str, ...], forget: bool) -> None:
    """Say by which e-mail addresses, DIDs or web addresses badges know you; without any, list them.

    They stay in your library: badges that name a hash of an address can then be told to be yours.
    """
    door = environment(ctx).credentials
    for address in addresses:
        (door.remove_identity if forget else door.add_identity)(address)
    mine = door.identities()
    show(ctx, mine, said=mine or ["Nothing yet: `ple credentials me you@example.org`."])


@command.command("contexts")
@click.argument("files", nargs=-1, metavar="[FILE]...", type=FilePath())
@click.option(
    "--fetch", is_flag=True, help="Get those that are missing, once; only what we know by its digest is kept."
)
@click.pass_context
def contexts(ctx: click.Context, files: tuple[str, ...], fetch: bool) -> None:
    """List the vocabularies that signatures over the meaning need, keep some from FILEs, or --fetch them.

    While a badge is checked nothing is ever fetched.
    """
    door = environment(ctx).credentials
    for file in files:
        for name, data in _given(file):
            if data is not None and not door.keep_context(data):
                tell(ctx, f"{name} is no vocabulary that is known here.")
    failed = 0
    if fetch:
        for url, problem in door.fetch_contexts():
            failed += problem is not None
            tell(ctx, f"{url}: {problem or 'kept'}.")
    known = door.contexts()
    show_list(ctx, known, [("Here", lambda one: "yes" if one.kept else "no"), ("Vocabulary", "url")], empty="")
    outcome(ctx, done=sum(one.kept for one in known), failed=failed)


@command.command("evidence")
@click.argument("credential")
@click.argument("resource")
@click.pass_context
def evidence(ctx: click.Context, credential: str, resource: str) -> None:
    """Let CREDENTIAL be evidence for RESOURCE: a goal, a skill, anything in the library."""
    target = resolve(ctx, resource)
    one = environment(ctx).credentials.evidence(_number(ctx, credential), target)
    show(ctx, one, said=f"“{one.title}” is evidence for #{target}.")


@command.command("profile-link")
@click.argument("credential")
@click.pass_context
def profile_link(ctx: click.Context, credential: str) -> None:
    """Print the address that opens LinkedIn's “add to profile” form, filled in. Nothing is sent."""
    link = environment(ctx).credentials.profile_link(_number(ctx, credential))
    show(ctx, {"url": link}, said=link)


@command.command("export")
@click.argument("credential")
@click.argument("file", type=FilePath(path_type=Path))
@click.pass_context
def export(ctx: click.Context, credential: str, file: Path) -> None:
    """Write the file of a badge as it was given, byte for byte, to FILE or into a folder."""
    name, data = environment(ctx).credentials.original(_number(ctx, credential))
    own = name.replace("\\", "/").rpartition("/")[2].strip(". ") or "badge"  # of a zip or folder it has a path
    target = file / own if file.is_dir() else file
    write_file(str(target), data)
    show(ctx, {"file": target, "bytes": len(data)}, said=f"Wrote {target}.")


@command.command("remove")
@click.argument("credentials", nargs=-1, required=True, metavar="CREDENTIAL...")
@click.pass_context
def remove(ctx: click.Context, credentials: tuple[str, ...]) -> None:
    """Put badges in the trash; `ple undo` takes them out again."""
    removed = environment(ctx).credentials.remove([_number(ctx, name) for name in credentials])
    show(ctx, {"removed": removed}, said=f"Removed {plural(removed, 'badge')}. `ple undo` takes it back.")


def _number(ctx: click.Context, name: str) -> int:
    return resolve(ctx, name, "credential")


def _given(path: str) -> Iterator[tuple[str, bytes | None]]:
    """Yield each file of a path, or the address itself without bytes."""
    if path.startswith(("http://", "https://")):
        yield path, None
    elif os.path.isdir(path):  # noqa: PTH112 - a learner's path as given
        for file in sorted(Path(path).rglob("*")):
            if file.is_file() and not file.name.startswith("."):
                yield file.relative_to(path).as_posix(), file.read_bytes()
    else:
        yield read_input(path)


def _facts(one: "CredentialLine") -> str:
    return one.signature.says + (f" {one.current.says}" if one.current.state == "fails" else "")


def _sentences(one: "CredentialLine") -> list[str]:
    named = [
        ("Signature", one.signature),
        ("Issuer", one.issued_by),
        ("Recipient", one.recipient),
        ("In force", one.current),
    ]
    return [f"{name}: {fact.state.value}. {fact.says}" for name, fact in named]


def _all(one: "Credential") -> list[str]:
    said = [f"{one.title} · {one.issuer}" if one.issuer else one.title]
    if one.url:
        said.append(one.url)
    said += ["", *_sentences(one)]
    when = f"Looked at on {one.checked_at:%Y-%m-%d}; " + (
        f"its issuer was asked on {one.asked_at:%Y-%m-%d}." if one.asked_at else "its issuer was not asked."
    )
    said.append(when)
    for text in (one.description, one.criteria and f"For: {one.criteria}"):
        if text:
            said += ["", *text.splitlines()]
    if one.skills:
        said += ["", "Skills: " + ", ".join(skill.name for skill in one.skills)]
    if one.evidence:
        said += ["", *one.evidence]
    if one.holds:
        said += ["", "Holds " + " ".join(f"#{id}" for id in one.holds)]
    said += ["", f"File {one.file_name}, SHA-256 {one.file_sha256}"]
    return said
