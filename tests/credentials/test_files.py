import datetime as dt
import io
import json
import re
import zipfile
from pathlib import Path

import pytest

from ple.lms.credentials.asking import _key_in
from ple.lms.credentials.contexts import Contexts
from ple.lms.credentials.errors import CredentialError, Malformed, NoCredential
from ple.lms.credentials.keys import of_method
from ple.lms.credentials.reading import Form, files_in, read, read_text
from ple.lms.credentials.signatures import Meaning, NotHere, hashed, holds, proofs_of, strict_json
from ple.lms.credentials.verification import Ending, State, verify
from tests.credentials.making import Issuer, base64url, hosted, png, svg

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
EXAMPLES = b'{"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}'


def nothing(_url: str) -> None:
    return None


@pytest.fixture(scope="session")
def vocabularies(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Contexts:
    contexts = Contexts(tmp_path_factory.mktemp("contexts"))
    for file in (shared_data / "badges" / "contexts").iterdir():
        contexts.keep(file.read_bytes())
    contexts.keep(EXAMPLES)
    return contexts


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "compressed"])
def test_a_badge_in_a_png_is_read(packed: bool) -> None:
    said = json.dumps(Issuer().signed())
    assert read("b.png", png(said, packed=packed)).title == "Reading the sky"


def test_a_badge_in_an_svg_is_read() -> None:
    assert read("b.svg", svg(json.dumps(Issuer().signed()))).title == "Reading the sky"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        pytest.param(png(None), NoCredential, id="a picture without a badge"),
        pytest.param(png("{}", crc=1), Malformed, id="a damaged chunk"),
        pytest.param(png("{}")[:-30], Malformed, id="a picture cut off"),
        pytest.param(png(" " * 6_000_000 + "{}", packed=True), Malformed, id="a bomb in a chunk"),
        pytest.param(b'<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>', Malformed, id="an entity"),
        pytest.param(b"<svg", Malformed, id="a broken svg"),
        pytest.param(b"<html><body>No</body></html>", NoCredential, id="a page"),
        pytest.param(b"\xff\xfe\x00", NoCredential, id="bytes"),
        pytest.param(b"[" * 100_000, Malformed, id="deep brackets"),
        pytest.param(b"[]", NoCredential, id="a list"),
        pytest.param(b'{"type": "Assertion", "type": "Evil"}', Malformed, id="a name twice"),
        pytest.param(b'{"@context": "https://w3id.org/openbadges/v2", "badge": NaN}', Malformed, id="NaN"),
        pytest.param(b'{"a": "\\ud800"}', Malformed, id="half a character"),
        pytest.param(b"eyJhbGciOiJub25lIn0.e30.", Malformed, id="a token signed with none"),
        pytest.param(
            (base64url(b'{"alg": "HS256"}') + ".e30.AAAA").encode(), Malformed, id="a token with a shared secret"
        ),
    ],
)
def test_what_is_no_badge_is_refused_with_a_reason(data: bytes, error: type[CredentialError]) -> None:
    with pytest.raises(error) as caught:
        read("file", data)
    assert str(caught.value)
    assert caught.value.hint


def test_a_zip_that_unpacks_to_too_much_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.json", b"0" * 21_000_000)
    with pytest.raises(Malformed, match="too large"):
        list(files_in("a.zip", packed.getvalue()))


def test_a_zip_that_is_damaged_inside_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.json", bytes(range(256)) * 20)
    data = bytearray(packed.getvalue())
    data[40:44] = b"\xff\xff\xff\xff"
    with pytest.raises(Malformed, match="damaged"):
        list(files_in("a.zip", bytes(data)))


def test_a_signature_over_canonical_json_holds_and_the_issuer_is_its_key() -> None:
    verdict = verify(read_text(json.dumps(Issuer().signed())), me=["did:example:me"], now=NOW, load=nothing)
    assert [fact.state for _, fact in verdict.facts()] == [State.HOLDS] * 4


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda badge: badge.update(validFrom="2025-01-01T00:00:00Z"), id="a date"),
        pytest.param(lambda badge: badge["credentialSubject"].update(id="did:example:you"), id="the recipient"),
        pytest.param(lambda badge: badge.update(grade="A+"), id="a word that no vocabulary knows"),
        pytest.param(lambda badge: badge["@context"].append({"name": "https://evil.example/name"}), id="a vocabulary"),
        pytest.param(lambda badge: badge["proof"].update(created="2020-01-01T00:00:00Z"), id="the signature's date"),
        pytest.param(lambda badge: badge["proof"].update(proofValue="z1"), id="the signature"),
        pytest.param(lambda badge: badge["proof"].update(proofPurpose="authentication"), id="the purpose"),
        pytest.param(lambda badge: badge.pop("proof"), id="no signature"),
    ],
)
def test_a_badge_that_was_changed_is_refused(change) -> None:
    badge = Issuer().signed()
    change(badge)
    verdict = verify(read_text(json.dumps(badge)), me=(), now=NOW, load=nothing)
    assert verdict.signature.state is State.FAILS
    assert verdict.ending is Ending.REFUSED


def test_a_loose_key_proves_nothing_about_the_issuer_it_names() -> None:
    issuer = Issuer()
    badge = issuer.badge(issuer={"id": "https://famous.example", "type": ["Profile"], "name": "Famous"})
    verdict = verify(read_text(json.dumps(issuer.signed(badge))), me=(), now=NOW, load=nothing)
    assert (verdict.signature.state, verdict.issuer.state) == (State.HOLDS, State.OPEN)
    assert "anybody" in verdict.issuer.says
    another = issuer.signed(badge, method=f"https://evil.example#{issuer.multikey}")
    verdict = verify(read_text(json.dumps(another)), me=(), now=NOW, load=nothing)
    assert verdict.issuer.state is State.FAILS


def test_a_token_holds_with_the_key_of_its_issuer_and_must_not_contradict_its_credential() -> None:
    issuer = Issuer()
    claims = {"vc": issuer.badge(), "iss": issuer.did, "sub": "did:example:me"}
    verdict = verify(read_text(issuer.token(claims, kid=issuer.method)), me=(), now=NOW, load=nothing)
    assert (verdict.signature.state, verdict.issuer.state) == (State.HOLDS, State.HOLDS)
    with pytest.raises(Malformed, match="iss"):
        read_text(issuer.token({**claims, "iss": "https://another.example"}, kid=issuer.method))
    brought = verify(read_text(issuer.token(claims, jwk=issuer.jwk)), me=(), now=NOW, load=nothing)
    assert (brought.signature.state, brought.issuer.state) == (State.HOLDS, State.OPEN)
    ended = verify(read_text(issuer.token({**claims, "exp": 1}, kid=issuer.method)), me=(), now=NOW, load=nothing)
    assert ended.current.state is State.FAILS
    head, body, _ = issuer.token(claims, kid=issuer.method).split(".")
    forged = verify(read_text(f"{head}.{body}.{base64url(bytes(64))}"), me=(), now=NOW, load=nothing)
    assert forged.signature.state is State.FAILS


def test_a_controller_that_names_its_keys_by_lists_gives_none() -> None:
    where = "https://issuer.example/keys"
    document = {"id": where, "assertionMethod": [f"{where}#1"], "verificationMethod": [{"id": [f"{where}#1"]}]}
    assert _key_in(document, f"{where}#1") is None


def test_a_key_that_holds_a_secret_is_refused() -> None:
    issuer = Issuer()
    token = issuer.token({"vc": issuer.badge()}, jwk={**issuer.jwk, "d": "AAAA"})
    assert verify(read_text(token), me=(), now=NOW, load=nothing).signature.state is State.FAILS


@pytest.mark.parametrize(
    ("me", "state"),
    [
        pytest.param([], State.OPEN, id="nobody said who they are"),
        pytest.param(["me@example.org"], State.HOLDS, id="mine"),
        pytest.param(["Me@Example.org"], State.HOLDS, id="mine, in other letters"),
        pytest.param(["you@example.org"], State.FAILS, id="another's"),
    ],
)
def test_a_hashed_recipient_is_told(me: list[str], state: State) -> None:
    found = read_text(json.dumps(hosted("https://badges.example")))
    assert verify(found, me=me, now=NOW, load=nothing).recipient.state is state


def test_a_vocabulary_that_is_not_here_is_said_and_not_fetched() -> None:
    issuer = Issuer()
    badge = issuer.signed()
    badge["proof"]["cryptosuite"] = "eddsa-rdfc-2022"
    verdict = verify(read_text(json.dumps(badge)), me=(), now=NOW, load=nothing)
    assert verdict.ending is Ending.NOT_CHECKED
    assert "https://www.w3.org/ns/credentials/v2" in verdict.reason
    assert "`--online` fetches it" in verdict.reason


@pytest.mark.parametrize(
    ("method", "says"),
    [
        pytest.param("did:velocity:v2:0x4a#key-1", r"does not know \(did:velocity\)", id="a strange DID"),
        pytest.param("xxx:z6Mk", r"does not know \(xxx\)", id="a strange scheme"),
        pytest.param("https://school.example/keys#1", "lies at https://school.example/keys. `--online`", id="the web"),
        pytest.param("did:web:school.example#1", "lies at https://school.example/.well-known/did.json", id="did:web"),
    ],
)
def test_a_key_that_is_elsewhere_is_said_with_what_to_do(method: str, says: str) -> None:
    badge = Issuer().signed()
    badge["proof"]["verificationMethod"] = method
    verdict = verify(read_text(json.dumps(badge)), me=(), now=NOW, load=nothing)
    assert verdict.ending is Ending.NOT_CHECKED
    assert re.search(says, verdict.reason)


def test_only_vocabularies_that_are_known_by_their_digest_are_kept(tmp_path: Path) -> None:
    contexts = Contexts(tmp_path)
    assert contexts.keep(b'{"@context": {"name": "https://evil.example/name"}}') == ()
    assert contexts.keep(EXAMPLES) == ("https://www.w3.org/ns/credentials/examples/v2",)
    kept = next(tmp_path.glob("*.json"))
    kept.write_text('{"@context": {"name": "https://evil.example/name"}}')
    assert Contexts(tmp_path).get("https://www.w3.org/ns/credentials/examples/v2") is None


@pytest.mark.parametrize(
    "badge",
    [
        pytest.param({"@context": [{"name": "https://evil.example/n"}]}, id="a vocabulary of its own"),
        pytest.param(
            {"@context": [], "credentialSubject": {"@context": {"@vocab": "https://e.example/"}}}, id="inside"
        ),
        pytest.param({"@context": [], "@reverse": {}}, id="a keyword"),
        pytest.param({"@context": [], "name": "x"}, id="a word that nobody knows"),
    ],
)
def test_meaning_is_read_strictly(badge: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        Meaning(nothing).canonical(badge)


def test_a_badge_built_to_hang_us_is_refused() -> None:
    term = {"@context": {"@vocab": "https://a.example/"}}
    every = [{"id": f"_:b{one}", "knows": [{"id": f"_:b{two}"} for two in range(9) if two != one]} for one in range(9)]
    context = {**term["@context"], "id": "@id"}
    with pytest.raises(Malformed, match="never end"):
        Meaning(lambda _url: {"@context": context}).canonical({"@context": "https://a.example/c", "has": every})


@pytest.mark.real
@pytest.mark.parametrize(
    ("folder", "suffix"),
    [
        ("eddsa-rdfc-2022", "DataInt"),
        ("eddsa-jcs-2022", "JCS"),
        ("Ed25519Signature2020", "EdSig"),
    ],
)
def test_the_vectors_of_the_w3c_agree_step_by_step(
    shared_data: Path, vocabularies: Contexts, folder: str, suffix: str, tmp_path: Path
) -> None:
    vectors = shared_data / "badges" / "w3c-vc-di-eddsa" / "TestVectors" / folder

    def said(name: str) -> str:
        return (vectors / f"{name}{suffix}.txt").read_text().strip()

    if suffix == "EdSig":  # the vector was made with the newer of the two texts at this address
        vocabularies = Contexts(tmp_path)
        for file in (
            *(shared_data / "badges" / "contexts").iterdir(),
            shared_data / "badges/w3c-vc-di-eddsa/contexts/lds-ed25519-2020-v1.json",
        ):
            vocabularies.keep(file.read_bytes())
        vocabularies.keep(EXAMPLES)
    credential = strict_json((vectors / f"signed{suffix}.json").read_bytes())
    (proof,) = proofs_of(credential)
    what = hashed(credential, proof, vocabularies.get)
    assert what.canonical_document.decode().strip() == said("canonDoc")
    assert what.canonical_options.decode().strip() == said("proofCanon")
    assert what.document_hash.hex() == said("docHash")
    assert what.options_hash.hex() == said("proofHash")
    assert what.signed.hex() == said("combinedHash")
    assert proof["proofValue"] == said("sigBTC58")
    assert holds(what, proof, of_method(proof["verificationMethod"]))


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "proofs"),
    [("signedProofSet1", 1), ("signedProofSet2", 2), ("signedProofChain1", 3), ("signedProofChain2", 4)],
)
def test_the_sets_and_chains_of_proofs_of_the_w3c_hold(
    shared_data: Path, vocabularies: Contexts, name: str, proofs: int
) -> None:
    path = shared_data / "badges/w3c-vc-di-eddsa/TestVectors/proof-set-chain" / f"{name}.json"
    credential = strict_json(path.read_bytes())
    for proof in proofs_of(credential):
        assert holds(hashed(credential, proof, vocabularies.get), proof, of_method(proof["verificationMethod"]))
    assert len(proofs_of(credential)) == proofs


@pytest.mark.real
def test_every_file_ends_as_verified_refused_or_not_checked_with_a_reason(
    shared_data: Path, vocabularies: Contexts
) -> None:
    ends: dict[str, Ending] = {}
    for file in sorted((shared_data / "badges").rglob("*")):
        if file.is_file():
            try:
                verdict = verify(read(file.name, file.read_bytes()), me=(), now=NOW, load=vocabularies.get)
                assert verdict.reason
                ends[file.name] = verdict.ending
            except CredentialError:
                ends[file.name] = Ending.REFUSED
    wrong = {name for name, ending in ends.items() if name.startswith("simple-err-") and ending is Ending.VERIFIED}
    assert wrong == set()
    valid = [
        "simple.json", "simple_v1.json", "simple-eddsa-2022.json", "simple-context-alias.json", "complete.json",
        "simple-context-version.json", "simple-did-key-method.json", "simple-did-web-method.json", "simple-json.png",
        "simple-json.svg", "simple-jwt.png", "simple-jwt.svg", "simple-jwt_v1.png", "simple-jwt_v1.svg",
        "endorsement-valid.json", "simple-multiple-proofs.json",
    ]  # fmt: skip
    assert {name: ends[name] for name in valid} == dict.fromkeys(valid, Ending.VERIFIED)
    assert ends["basic-assertion.json"] is Ending.NOT_CHECKED
    assert ends["derivedcredential.json"] is Ending.NOT_CHECKED


@pytest.mark.real
@pytest.mark.parametrize("place", ["the badge", "its subject"])
def test_a_word_added_to_a_real_signed_badge_is_refused(shared_data: Path, vocabularies: Contexts, place: str) -> None:
    badge = strict_json((shared_data / "badges/1edtech-validator/ob30/simple.json").read_bytes())
    (badge if place == "the badge" else badge["credentialSubject"])["grade"] = "A+"
    verdict = verify(read_text(json.dumps(badge)), me=(), now=NOW, load=vocabularies.get)
    assert verdict.signature.state is State.FAILS
    assert "grade" in verdict.signature.says


def test_a_learner_record_holds_its_badges() -> None:
    issuer = Issuer()
    record = issuer.badge(type=["VerifiableCredential", "ClrCredential"], name="My record")
    record["credentialSubject"] = {"type": ["ClrSubject"], "verifiableCredential": [issuer.signed(), {"type": "No"}]}
    found = read_text(json.dumps(issuer.signed(record)))
    assert found.form is Form.CLR
    assert [type(inner).__name__ for inner in found.inside] == ["Found", "Unread"]


def test_what_was_not_known_raises_what_is_missing() -> None:
    with pytest.raises(NotHere):
        Meaning(nothing).canonical({"@context": ["https://unknown.example/"], "name": "x"})
