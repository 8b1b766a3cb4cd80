import datetime as dt
import json
import os
import threading
import uuid

import pytest

from ple.environment import Environment
from ple.library.errors import InvalidInput
from ple.lms.credentials.models import KIND
from ple.lms.records import NoStatement, NotConnected, NotNow, Refused
from ple.lms.records.records import Records
from ple.lms.records.statements import problem
from ple.lms.records.vocabulary import EVENTS
from tests.credentials.making import Issuer
from tests.servers.lrs import PASSWORD, USER, Lrs


class Clock:
    def __init__(self) -> None:
        self.at = dt.datetime.now(dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.at


class Secrets:
    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        return self.kept.get(name)

    def set(self, name: str, value: str) -> str:
        self.kept[name] = value
        return "here"

    def delete(self, name: str) -> None:
        self.kept.pop(name, None)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def records(environment, clock) -> Records:
    sources = {KIND: environment.credentials, "journal": environment.journal, "bookmark": environment.bookmarks}
    return Records(environment.library, environment.client, Secrets(), sources, now=clock)


@pytest.fixture(params=["adl", "ralph"])
def lrs(request):
    with Lrs(request.param) as store:
        yield store


@pytest.fixture
def adl():
    with Lrs("adl") as store:
        yield store


def wrote(environment, times: int = 1) -> None:
    with environment.library.writing() as tx:
        for id in tx.register_many("journal", times):
            tx.note("wrote", id)


def connected(records: Records, lrs, *events: str):
    store = records.connect(lrs.url, USER, PASSWORD)
    for event in events:
        example = records.example(event)
        store = records.agree(store.id, event, shown=example.sha256 if example else None, everything=True)
    return store


def sent(records: Records, **more):
    (one,) = records.send(**more)
    return one


def test_every_statement_that_is_made_keeps_the_rules(environment, records) -> None:
    environment.journal.write("My secret garden")
    bookmark = environment.bookmarks.save("https://a.example/page", title="A page", fetch=False).bookmark
    environment.credentials.import_file("b.json", json.dumps(Issuer().signed()).encode())
    with environment.library.writing() as tx:
        for verb in EVENTS:
            tx.note(verb, bookmark.id)
    text = records.export()
    said = json.loads(text)
    assert [problem(one) for one in said] == [None] * len(said)
    assert {one["verb"]["id"] for one in said} == {event.verb for event in EVENTS.values()}
    assert "garden" not in text
    assert "Reading the sky" in text


def test_a_statement_is_made_once_and_its_bytes_never_change(environment, records) -> None:
    wrote(environment, 3)
    assert records.catch_up() == 3
    before = records.export()
    records.introduce("https://me.example", "me\ud800")
    assert records.catch_up() == 0
    assert records.export() == before
    wrote(environment)
    assert records.catch_up() == 1


def test_an_archive_with_statements_keeps_none_of_ours_untold(environment, records, tmp_path) -> None:
    theirs = Environment(tmp_path / "theirs")
    wrote(theirs, 3)
    theirs.archive.export(tmp_path / "out")
    theirs.close()
    wrote(environment, 2)
    environment.archive.bring_in(tmp_path / "out")
    assert records.catch_up() == 2
    assert len(list(records.statements())) == 5


def test_what_happens_after_going_back_to_a_backup_is_another_statement(sqlite_environment) -> None:
    library, records = sqlite_environment.library, sqlite_environment.records
    wrote(sqlite_environment)
    backup = library.back_up()
    wrote(sqlite_environment)
    before = {one.uid for one in records.statements()} if records.catch_up() else set()
    library.restore_backup(backup)
    wrote(sqlite_environment)
    assert records.catch_up() == 2
    assert len(before | {one.uid for one in records.statements()}) == 3


def test_nothing_goes_without_consent_and_consent_needs_to_have_seen(environment, records, clock, adl) -> None:
    wrote(environment)
    store = records.connect(adl.url, USER, PASSWORD)
    assert sent(records).sent == 0
    assert adl.statements == {}
    with pytest.raises(InvalidInput):
        records.agree(store.id, "wrote", shown=None)
    with pytest.raises(InvalidInput):
        records.agree(store.id, "wrote", shown="0" * 64)
    with pytest.raises(InvalidInput):
        records.agree(store.id, "thought", shown=None)
    example = records.example("wrote")
    assert example is not None
    clock.at = dt.datetime.now(dt.UTC)
    store = records.agree(store.id, "wrote", shown=example.sha256)
    assert store.queued == 0  # what was before is not told
    environment.journal.write("Later")
    assert sent(records).sent == 1


def test_what_is_agreed_to_arrives_as_the_very_bytes_that_are_kept(environment, records, lrs) -> None:
    wrote(environment, 3)
    environment.bookmarks.save("https://a.example/page", fetch=False)
    store = connected(records, lrs, "wrote")
    assert (store.queued, sent(records).sent, sent(records).sent) == (3, 3, 0)
    kept = [one.body for one in records.statements(event="wrote")]
    assert lrs.raw == [("[" + ",".join(kept) + "]").encode()]
    assert records.store(store.id).done == 3


def test_many_go_in_batches_of_fifty_oldest_first(environment, records, adl) -> None:
    wrote(environment, 120)
    connected(records, adl, "wrote")
    assert sent(records).sent == 120
    assert [len(json.loads(body)) for body in adl.raw] == [50, 50, 20]
    kept = [str(one.uid) for one in records.statements()]
    assert [one["id"] for body in adl.raw for one in json.loads(body)] == kept


def test_a_batch_with_one_that_is_known_still_arrives(environment, records, lrs) -> None:
    wrote(environment, 5)
    connected(records, lrs, "wrote")
    known = json.loads(next(records.statements()).body)
    known["timestamp"] = known["timestamp"].replace("Z", "+00:00")
    lrs.statements[known["id"]] = {**known, "stored": "2026-01-01T00:00:00Z", "authority": {"mbox": "mailto:a@b.c"}}
    done = sent(records)
    assert done.sent + done.known == 5
    assert (done.left, done.parked, len(lrs.statements)) == (0, (), 5)


def test_another_statement_under_our_id_is_parked_and_can_be_tried_again(environment, records, lrs) -> None:
    wrote(environment, 3)
    store = connected(records, lrs, "wrote")
    taken = json.loads(next(records.statements()).body)
    lrs.statements[taken["id"]] = {**taken, "verb": {"id": "https://another.example/verb"}}
    done = sent(records)
    assert (done.sent, [str(one.uid) for one in done.parked]) == (2, [taken["id"]])
    assert "another statement" in records.parked(store.id)[0].reason
    del lrs.statements[taken["id"]]
    assert records.retry(store.id) == 1
    assert sent(records).sent == 1


def test_one_bad_statement_holds_up_no_other(environment, records, lrs) -> None:
    wrote(environment, 20)
    connected(records, lrs, "wrote")
    bad = [one.uid for one in records.statements()][7]
    lrs.refuses = {str(bad)}
    done = sent(records)
    assert (done.sent, [one.uid for one in done.parked], done.left) == (19, [bad], 0)


def test_a_batch_that_is_too_large_is_halved(environment, records, adl) -> None:
    wrote(environment, 10)
    connected(records, adl, "wrote")
    adl.largest = 1500
    assert sent(records).sent == 10
    assert max(map(len, adl.raw)) <= 1500


@pytest.mark.parametrize(
    ("lrs", "fault"),
    [*(("adl", fault) for fault in ("drop", "reset", "500", "503", "html", "429", "408")), ("ralph", "drop")],
    indirect=["lrs"],
)
def test_a_fault_on_the_way_ends_in_each_statement_once(environment, records, clock, lrs, fault: str) -> None:
    wrote(environment, 4)
    store = connected(records, lrs, "wrote")
    lrs.faults = [fault]
    done = sent(records)
    assert done.failure
    assert (done.left, done.waiting is not None) == (4, True)
    assert sent(records).left == 4  # it rests
    asked = len(lrs.asked)
    sent(records)
    assert len(lrs.asked) == asked
    clock.at += dt.timedelta(hours=1)
    again = sent(records)
    assert again.sent + again.known == 4
    assert len(lrs.statements) == 4
    assert records.store(store.id).failure is None


def test_a_wish_to_be_left_alone_is_kept_and_rests_grow_longer(environment, records, clock, adl) -> None:
    wrote(environment)
    store = connected(records, adl, "wrote")
    adl.faults = ["429:120"]
    assert sent(records).waiting == clock.at + dt.timedelta(seconds=120)
    rests = []
    adl.faults = ["500"] * 12
    for _ in range(12):
        rests.append(sent(records, now=True).waiting - clock.at)
    assert rests[0] < rests[3] < rests[6]
    assert dt.timedelta(hours=4) < rests[-1] < dt.timedelta(hours=8)
    assert records.store(store.id).queued == 1


def test_a_store_that_lets_us_in_no_more_is_left_alone_until_connected_anew(environment, records, lrs) -> None:
    wrote(environment, 2)
    store = connected(records, lrs, "wrote")
    lrs.open = False
    assert "let us in" in (sent(records).failure or "")
    asked = len(lrs.asked)
    assert sent(records, now=True).failure
    assert len(lrs.asked) == asked
    assert records.store(store.id).paused
    with pytest.raises((Refused, NotNow)):
        records.connect(lrs.url, USER, "wrong")
    lrs.open = True
    records.connect(lrs.url, USER, PASSWORD)
    assert sent(records).sent == 2


def test_a_redirect_is_not_followed_with_the_password(environment, records, adl) -> None:
    wrote(environment)
    connected(records, adl, "wrote")
    adl.faults = ["moved"]
    assert "elsewhere" in (sent(records).failure or "")


def test_a_password_never_travels_unprotected_nor_in_an_address(records) -> None:
    for address in ("http://lrs.example/xapi", "http://192.168.1.2/xapi", "https://key:secret@lrs.example/xapi"):
        with pytest.raises(InvalidInput, match="password"):
            records.connect(address, USER, PASSWORD)


def test_something_else_at_the_address_is_no_store(records, publisher) -> None:
    with pytest.raises(NotNow):
        records.connect(publisher.publish("/x", "hello"), USER, PASSWORD)
    with pytest.raises(NotConnected):
        list(records.send())


def test_who_is_interrupted_while_sending_says_nothing_about_the_store(environment, clock, adl) -> None:
    class Interrupted(Secrets):
        ready = False

        def get(self, name: str) -> str | None:
            if self.ready:
                raise KeyboardInterrupt
            return super().get(name)

    secrets = Interrupted()
    records = Records(environment.library, environment.client, secrets, {"journal": environment.journal}, now=clock)
    wrote(environment)
    store = connected(records, adl, "wrote")
    secrets.ready = True
    with pytest.raises(KeyboardInterrupt):
        list(records.send())
    assert records.store(store.id).sent_at is None
    secrets.ready = False
    assert sent(records).sent == 1
    assert records.store(store.id).sent_at == clock.at


def test_two_senders_send_once(environment, records, adl) -> None:
    wrote(environment, 60)
    connected(records, adl, "wrote")
    done = []
    threads = [threading.Thread(target=lambda: done.append(sent(records))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one.sent for one in done) == 60
    assert len(adl.raw) == 2
    assert all(one.failure is None or "another ple" in one.failure for one in done)


def test_what_went_is_voided_and_what_did_not_is_kept_back(environment, records, lrs) -> None:
    wrote(environment, 2)
    store = connected(records, lrs, "wrote")
    first, second = (one.uid for one in records.statements())
    lrs.refuses = {str(second)}
    assert sent(records).sent == 1
    voiding = records.void(first)
    assert voiding is not None
    assert problem(json.loads(voiding.body)) is None
    assert sent(records).sent == 1
    assert lrs.voided(str(first))
    environment.journal.write("Another")
    (third,) = [one.uid for one in records.statements() if one.event == "wrote"][-1:]
    records.catch_up()
    third = [one.uid for one in records.statements() if one.event == "wrote" and not one.voided][-1]
    assert records.void(third) is None
    assert records.store(store.id).queued == 0
    for uid in (first, voiding.uid, uuid.uuid4()):
        with pytest.raises(NoStatement):
            records.void(uid)


def test_who_agrees_no_longer_keeps_what_waits(environment, records, adl) -> None:
    wrote(environment, 2)
    store = connected(records, adl, "wrote")
    assert records.refuse(store.id, "wrote").queued == 0
    assert sent(records).sent == 0


def test_forgetting_a_store_forgets_its_password(environment, records, adl) -> None:
    wrote(environment)
    store = connected(records, adl, "wrote")
    records.forget(store.id)
    assert records.stores() == []
    assert records._secrets.kept == {}
    assert len(list(records.statements())) == 1


def test_statements_come_in_from_elsewhere_and_go_out_nowhere(environment, records, adl) -> None:
    wrote(environment, 2)
    mine = records.export()
    theirs = json.loads(mine)
    for one in theirs:
        one["id"] = str(uuid.uuid4())
    bad = {"actor": {}, "verb": {}, "object": {}}
    lines = "\n".join(map(json.dumps, theirs))
    connected(records, adl, "wrote")
    done = records.bring(json.dumps({"statements": [*theirs, bad], "more": ""}).encode())
    assert (done.added, done.known, [number for number, _ in done.refused]) == (2, 0, [3])
    assert records.bring(lines.encode()).known == 2
    assert records.bring(mine.encode()).known == 2
    changed = [{**theirs[0], "verb": {"id": "https://v.example/"}}]
    assert "has its id" in records.bring(json.dumps(changed).encode()).refused[0][1]
    assert len(list(records.statements(origin="elsewhere"))) == 2
    assert len(list(records.statements(origin="mine", verb="http://activitystrea.ms/author"))) == 2
    assert sent(records).sent == 2
    for data in (b"", b"\xff", b"{", b"[" * 100_000):
        with pytest.raises(NoStatement):
            records.bring(data)
    with pytest.raises(NoStatement):
        records.void(uuid.UUID(theirs[0]["id"]))


def test_a_hand_in_tells_assignment_course_and_receipt(environment, records) -> None:
    from ple.lms.models import AccountRow, AssignmentRow, CourseRow, ReceiptRow

    with environment.library.writing() as tx:
        account, course, assignment, receipt = (
            tx.register(kind) for kind in ("account", "course", "assignment", "receipt")
        )
        tx.add(AccountRow(id=account, lms="moodle", url="https://m.example", title="M", person="Me", remote_id="1"))
        tx.flush()
        tx.add(CourseRow(id=course, account_id=account, remote_id="2", title="Sky", url="https://m.example/course/2"))
        tx.flush()
        page = "https://m.example/mod/assign/view.php?id=6"
        tx.add(AssignmentRow(id=assignment, course_id=course, remote_id="4", title="Essay", url=page))
        tx.flush()
        tx.add(
            ReceiptRow(
                id=receipt, assignment_id=assignment, title="Essay", course="Sky", account="M", attempt=1, record="{}",
                url="https://me.example/essay/", sent_sha256="0" * 64, record_sha256="a" * 64,
            )
        )  # fmt: skip
        tx.flush()
        tx.note("handed-in", receipt)
    (said,) = json.loads(records.export(event="handed-in"))
    assert problem(said) is None
    assert said["verb"]["id"] == "http://activitystrea.ms/schema/1.0/submit"
    assert said["object"]["id"] == page
    assert said["context"]["contextActivities"]["parent"][0]["id"] == "https://m.example/course/2"
    assert said["context"]["contextActivities"]["other"][0]["id"] == "https://me.example/essay/"
    assert "a" * 64 in said["context"]["extensions"].values()


def test_the_commands_tell_the_whole_story(ple, adl, tmp_path, monkeypatch) -> None:
    ple("journal", "write", "A secret")
    assert ple("xapi", "send", code=1).err
    connected = ple("xapi", "connect", adl.url, "--user", USER, "--password-stdin", stdin=PASSWORD + "\n")
    ple("xapi", "connect", adl.url, "--user", USER, code=2)
    undecided = ple("xapi", "send")
    assert "wrote" in undecided.err
    shown = ple("xapi", "consent", "wrote", "--all", "--yes")
    assert '"http://activitystrea.ms/schema/1.0/author"' in shown.err
    done = ple("xapi", "send", "--json").json
    assert (done["sent"], done["left"]) == (1, 0)
    (status,) = ple("xapi", "status", "--json").json
    assert status["done"] == 1
    out = tmp_path / "record.json"
    ple("xapi", "export", str(out))
    (one,) = json.loads(out.read_text())
    assert ple("xapi", "import", str(out), "--json").json["known"] == 1
    assert ple("xapi", "void", one["id"], "--yes", "--json").json["by"]
    assert ple("xapi", "send", "--json").json["sent"] == 1
    assert adl.voided(one["id"])
    assert "me at https://me.example" in ple("xapi", "me", "--home-page", "https://me.example", "--name", "me").out
    said = [connected, undecided, shown, ple("xapi", "status")]
    assert all(PASSWORD not in text.out + text.err for text in said)
    for file in ple.folder.rglob("*"):
        if file.is_file() and file.name != "secrets.json":
            assert PASSWORD.encode() not in file.read_bytes()
    ple("xapi", "forget", "--yes")
    assert ple("xapi", "status", "--json").json == []


@pytest.mark.skipif("PLE_TEST_LRS" not in os.environ, reason="PLE_TEST_LRS names no record store")
def test_a_real_store_takes_what_we_send(environment, records) -> None:
    """``PLE_TEST_LRS=http://user:password@127.0.0.1:8100/xAPI``: any store of which the tests may have a place."""
    from urllib.parse import urlsplit

    parts = urlsplit(os.environ["PLE_TEST_LRS"])
    endpoint = f"{parts.scheme}://{parts.hostname}:{parts.port}{parts.path}"
    wrote(environment, 60)
    store = records.connect(endpoint, parts.username or "", parts.password or "")
    example = records.example("wrote")
    assert example is not None
    records.agree(store.id, "wrote", shown=example.sha256, everything=True)
    assert sent(records).sent == 60
    with environment.library.writing() as tx:  # as if the answer had been lost
        from sqlalchemy import update

        from ple.lms.records.models import OutboxRow, Waiting

        tx.connection().execute(update(OutboxRow).values(state=Waiting.QUEUED))
    again = sent(records)
    assert (again.sent + again.known, again.parked) == (60, ())
