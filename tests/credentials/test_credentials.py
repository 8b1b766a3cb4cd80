import base64
import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ple.library.errors import InvalidInput, NotFound, PleError
from ple.lms.credentials import Credentials
from ple.lms.credentials.contexts import Contexts, digest
from ple.lms.credentials.errors import CredentialError
from ple.lms.credentials.reading import read_text
from ple.lms.credentials.verification import State, verify
from tests.credentials.making import Issuer, hosted, png
from tests.credentials.test_files import NOW, nothing


@pytest.fixture
def badges(environment):
    return environment.credentials


def states(one) -> list[str]:
    return [fact.state.value for fact in (one.signature, one.issued_by, one.recipient, one.current)]


def given_by(publisher, **more):
    """Publish a hosted badge with its class and issuer; return the address of the assertion."""
    badge = {"type": "BadgeClass", "name": "Robots", "description": "Builds them.", "issuer": f"{publisher.url}/issuer"}
    publisher.publish("/badge", json.dumps({"id": f"{publisher.url}/badge", **badge}))
    publisher.publish("/issuer", json.dumps({"id": f"{publisher.url}/issuer", "type": "Issuer", "name": "Beth"}))
    return publisher.publish("/assertion", json.dumps(hosted(publisher.url, **more)))


def test_a_badge_is_kept_as_it_was_given_and_found_again(environment, badges) -> None:
    data = png(json.dumps(Issuer().signed()))
    done = badges.import_file("stars.png", data)
    (one,) = done.added
    assert (one.title, one.issuer, done.refused) == ("Reading the sky", "The Night School", ())
    assert states(one) == ["holds", "holds", "not checked", "holds"]
    assert badges.original(one.id) == ("stars.png", data)
    assert [hit.id for hit in environment.search.find("kind:credential observation").hits] == [one.id]
    again = badges.import_file("the same.json", json.dumps(Issuer().signed()).encode())
    assert (again.added, [line.id for line in again.known]) == ((), [one.id])


def test_a_badge_can_be_evidence_and_stand_in_the_portfolio(environment, badges) -> None:
    (one,) = badges.import_file("b.json", json.dumps(Issuer().signed()).encode()).added
    entry = environment.journal.write("What I know of stars")
    assert badges.evidence(one.id, entry.id).evidence_for == (entry.id,)
    assert environment.portfolio.add(one.id).title == "Reading the sky"
    assert "name=Reading+the+sky" in badges.profile_link(one.id)
    assert badges.credential(one.id).skills[0].name == "Observation"


def test_the_picture_of_a_badge_is_kept_and_only_one_that_can_do_nothing(environment, badges) -> None:
    def address(media_type: str, data: bytes) -> str:
        return f"data:{media_type};base64,{base64.b64encode(data).decode()}"

    dot, issuer = png(None), Issuer()
    ids = []
    for image in (address("image/png", dot), address("image/svg+xml", b"<svg/>"), address("image/png", b"no picture")):
        badge = issuer.badge()
        badge["credentialSubject"]["achievement"]["image"] = {"id": image, "type": "Image"}
        ids.append(badges.import_file("b.json", json.dumps(issuer.signed(badge)).encode()).added[0].id)
    (baked,) = badges.import_file("stars.png", png(json.dumps(issuer.signed()))).added
    pictures = badges.pictures([*ids, baked.id, 10**6])
    assert set(pictures) == {ids[0], baked.id}
    assert environment.library.files.read(pictures[ids[0]]) == dot
    assert badges.original(ids[0])[0] == "b.json"


def test_who_the_learner_is_decides_whose_badge_it_is(badges) -> None:
    (one,) = badges.import_file("b.json", json.dumps(Issuer().signed()).encode()).added
    badges.add_identity("did:example:you")
    assert badges.verify(one.id).recipient.state is State.FAILS
    badges.add_identity("did:example:me")
    assert badges.verify(one.id).recipient.state is State.HOLDS
    assert badges.remove_identity("did:example:me") == ["did:example:you"]
    with pytest.raises(InvalidInput):
        badges.add_identity("me")


def test_a_badge_whose_signature_does_not_hold_is_refused(badges) -> None:
    changed = {**Issuer().signed(), "validFrom": "2020-01-01T00:00:00Z"}
    done = badges.import_file("b.json", json.dumps(changed).encode())
    assert done.added == ()
    assert "changed" in done.refused[0].reason
    assert badges.credentials() == []


def test_a_pdf_is_kept_as_a_claim_with_its_hash(badges) -> None:
    (one,) = badges.import_file("first-aid_course.pdf", b"%PDF-1.7 certificate").added
    assert one.title == "first aid course"
    assert states(badges.verify(one.id, online=True)) == ["not checked"] * 4
    assert len(badges.credential(one.id).file_sha256) == 64


def test_a_zip_brings_several_and_says_what_it_could_not_take(badges) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("stars.json", json.dumps(Issuer().signed()))
        file.writestr("readme.txt", "nothing")
    done = badges.import_file("all.zip", packed.getvalue())
    assert [one.title for one in done.added] == ["Reading the sky"]
    assert [one.name for one in done.refused] == ["all.zip/readme.txt"]


def test_a_learner_record_brings_its_badges_and_takes_them_along(environment, badges) -> None:
    issuer = Issuer()
    record = issuer.badge(type=["VerifiableCredential", "ClrCredential"], name="My record")
    record["credentialSubject"] = {
        "type": ["ClrSubject"],
        "verifiableCredential": [issuer.signed(), {**issuer.signed(), "id": "urn:changed"}],
    }
    done = badges.import_file("clr.json", json.dumps(issuer.signed(record)).encode())
    whole, inner = done.added
    assert (whole.form, inner.inside_of) == ("clr", whole.id)
    assert "changed" in done.refused[0].reason
    assert badges.credential(whole.id).holds == (inner.id,)
    assert badges.remove([whole.id]) == 2
    environment.library.undo()
    assert len(badges.credentials()) == 2


def test_a_hosted_badge_holds_once_its_issuer_was_asked(publisher, badges) -> None:
    url = given_by(publisher)
    badges.add_identity("me@example.org")
    (one,) = badges.import_address(url).added
    assert states(one) == ["not checked", "not checked", "holds", "not checked"]
    asked = badges.verify(one.id, online=True)
    assert states(asked) == ["holds"] * 4
    assert (asked.title, asked.issuer) == ("Robots", "Beth")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param((410, '{"revoked": true}'), ["not checked", "not checked", "not checked", "fails"], id="gone"),
        pytest.param((200, "{}"), ["fails", "not checked", "not checked", "not checked"], id="other words"),
        pytest.param((500, ""), ["not checked"] * 4, id="broken"),
        pytest.param((200, "<html>"), ["not checked"] * 4, id="a page"),
    ],
)
def test_what_a_host_says_later_counts(publisher, badges, answer, expected) -> None:
    (one,) = badges.import_address(given_by(publisher)).added
    assert badges.original(one.id)[0] == "assertion.json"
    publisher.publish("/assertion", answer[1], status=answer[0])
    assert states(badges.verify(one.id, online=True)) == expected


def test_a_badge_that_lies_where_its_issuer_keeps_none_fails(publisher, badges) -> None:
    url = given_by(publisher)
    scope = {"startsWith": f"{publisher.url}/elsewhere/"}
    publisher.publish("/issuer", json.dumps({"id": f"{publisher.url}/issuer", "type": "Issuer", "verification": scope}))
    (one,) = badges.import_address(url).added
    assert badges.verify(one.id, online=True).issued_by.state is State.FAILS


def test_a_badge_from_a_file_cannot_make_us_ask_this_machine(publisher, badges) -> None:
    given_by(publisher)
    (one,) = badges.import_file("b.json", json.dumps(hosted(publisher.url)).encode()).added
    asked = badges.verify(one.id, online=True)
    assert asked.signature.state is State.OPEN
    assert publisher.asked == []


def test_a_vocabulary_that_is_known_is_fetched_when_the_learner_asks_online(
    publisher, sqlite_environment, tmp_path: Path
) -> None:
    words, where = {"@context": {"@vocab": "https://words.example/"}}, f"{publisher.url}/words"
    badge = Issuer().signed()
    contexts = Contexts(tmp_path, {url: (digest(words),) for url in (where, "https://never.example/")})
    badge["proof"] |= {"cryptosuite": "eddsa-rdfc-2022", "@context": [where]}
    badges = Credentials(sqlite_environment.library, sqlite_environment.client, contexts=contexts)
    publisher.publish("/words", '{"@context": {"name": "https://evil.example/"}}')
    data = json.dumps(badge).encode()
    assert badges.check("b.json", data, online=True)[0].ending == "not checked"
    assert [one.kept for one in badges.contexts()] == [False, False]
    publisher.publish("/words", json.dumps(words))
    badges.check("b.json", data)
    assert [one.kept for one in badges.contexts()] == [False, False]
    badges.check("b.json", data, online=True)
    assert contexts.missing(badge) == []
    badges.check("b.json", data, online=True)
    assert [path for path, _ in publisher.asked] == ["/words", "/words"]


def test_an_issuer_that_does_not_know_the_key_is_found_out(publisher, badges) -> None:
    issuer = Issuer()
    me = f"{publisher.url}/me"
    badge = issuer.badge(issuer={"id": me, "type": ["Profile"], "name": "Me"})
    signed = json.dumps(issuer.signed(badge, method=f"{me}#{issuer.multikey}"))
    (one,) = badges.import_address(publisher.publish("/b.json", signed)).added
    key = {"id": f"{me}#{issuer.multikey}", "publicKeyMultibase": issuer.multikey}
    publisher.publish("/me", json.dumps({"id": me, "assertionMethod": []}))
    assert badges.verify(one.id, online=True).issued_by.state is State.FAILS
    publisher.publish("/me", json.dumps({"id": me, "assertionMethod": [key["id"]], "verificationMethod": [key]}))
    assert badges.verify(one.id, online=True).issued_by.state is State.HOLDS


@pytest.mark.parametrize(("place", "state"), [(3, State.FAILS), (4, State.HOLDS), (10**9, State.OPEN)])
def test_a_list_of_revoked_badges_is_read(publisher, badges, place: int, state: State) -> None:
    import gzip

    from tests.credentials.making import base64url

    issuer = Issuer()
    bits = bytearray(2048)
    bits[0] = 0b00010000  # the fourth, counted from the left
    listed = issuer.badge(type=["VerifiableCredential", "BitstringStatusListCredential"])
    listed["credentialSubject"] = {
        "type": "BitstringStatusList", "statusPurpose": "revocation",
        "encodedList": "u" + base64url(gzip.compress(bytes(bits))),
    }  # fmt: skip
    where = publisher.publish("/list", json.dumps(issuer.signed(listed)))
    status = {"type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": str(place)}
    badge = issuer.badge(credentialStatus={**status, "statusListCredential": where})
    (one,) = badges.import_address(publisher.publish("/b.json", json.dumps(issuer.signed(badge)))).added
    assert one.current.state is State.OPEN
    assert badges.verify(one.id, online=True).current.state is state


def test_a_number_that_is_no_credential_is_said_so(environment, badges) -> None:
    entry = environment.journal.write("No badge")
    for ask in (badges.credential, badges.verify, badges.original):
        with pytest.raises(NotFound):
            ask(entry.id)


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
_PATHS = [
    ("issuer",), ("issuer", "id"), ("type",), ("credentialSubject",), ("credentialSubject", "achievement"),
    ("credentialSubject", "id"), ("credentialSubject", "achievement", "criteria"), ("proof",), ("proof", "proofValue"),
    ("credentialSubject", "achievement", "alignment"), ("validFrom",), ("@context",), ("proof", "verificationMethod"),
    ("proof", "@context"), ("proof", "previousProof"), ("evidence",), ("credentialSubject", "identifier"),
    ("credentialSubject", "achievement", "image"), ("proof", "cryptosuite"), ("credentialStatus",), ("name",),
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(_PATHS), _ANY)
def test_whatever_a_badge_says_it_is_told_or_refused(path: tuple[str, ...], value: object) -> None:
    badge = Issuer().signed()
    holder = badge
    for name in path[:-1]:
        holder = holder[name]
    holder[path[-1]] = value
    try:
        verdict = verify(read_text(json.dumps(badge)), me=["did:example:me"], now=NOW, load=nothing)
    except CredentialError:
        return
    assert verdict.reason


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(["recipient", "badge", "verification", "issuedOn", "expires", "id", "type", "evidence"]), _ANY)
def test_whatever_a_hosted_badge_says_it_is_told_or_refused(name: str, value: object) -> None:
    try:
        found = read_text(json.dumps(hosted("https://b.example", **{name: value})))
    except CredentialError:
        return
    assert verify(found, me=["me@example.org"], now=NOW, load=nothing).ending != "verified"


def test_the_commands_tell_the_whole_story(ple, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(Issuer().signed()))
    bad.write_text("{}")
    done = ple("portfolio", "badges", "import", str(good), str(bad), "--json").json
    assert (len(done["added"]), len(done["refused"])) == (1, 1)
    ple("credentials", "me", "did:example:me")
    (one,) = ple("credentials", "verify", "--json").json
    assert [one[name]["state"] for name in ("signature", "issued_by", "recipient", "current")] == ["holds"] * 4
    assert "Signature: holds." in ple("credentials", "show", "sky").out
    table = ple("credentials", "check", str(tmp_path)).out
    assert "verified\tgood.json" in table
    assert "refused\tbad.json" in table
    ple("credentials", "export", "sky", str(tmp_path / "out.json"))
    assert (tmp_path / "out.json").read_bytes() == good.read_bytes()
    assert ple("credentials", "profile-link", "sky").out.startswith("https://www.linkedin.com/")
    assert ple("credentials", "contexts", "--json").json[0]["kept"] is False
    ple("credentials", "remove", "sky")
    assert ple("portfolio", "badges", "list", "--json").json == []
    assert ple("credentials", "import", str(bad), code=1).err


def test_errors_have_a_hint() -> None:
    for kind in CredentialError.__subclasses__():
        assert kind.hint
    assert issubclass(CredentialError, PleError)
