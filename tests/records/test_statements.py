import json
import uuid

import pytest

from ple.lms.records.statements import actor_of, problem, same, written
from ple.lms.records.vocabulary import EVENTS, event_of, same_verb

ID = "5391da47-eb1e-5cc8-b495-96a3b055b101"


def good(**more: object) -> dict[str, object]:
    return {
        "id": ID,
        "actor": actor_of("https://me.example", "me"),
        "verb": {"id": "http://activitystrea.ms/schema/1.0/read", "display": {"en": "read"}},
        "object": {"objectType": "Activity", "id": "https://a.example/", "definition": {"name": {"und": "A"}}},
        "timestamp": "2026-11-22T03:41:35.581Z",
        **more,
    }


DEEP: list[object] = []
for _ in range(700):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        pytest.param({"extra": 1}, "do not have", id="unknown key"),
        pytest.param({"result": None}, "then nothing", id="null"),
        pytest.param({"timestamp": "yesterday"}, "time", id="bad time"),
        pytest.param({"timestamp": "2026-11-22T03:41:35"}, "offset", id="time without offset"),
        pytest.param({"timestamp": "2026-11-22T03:41:35-00:00"}, "offset", id="minus zero"),
        pytest.param(
            {"actor": {"mbox": "mailto:a@b.c", "openid": "https://a.example"}}, "identifier", id="two identifiers"
        ),
        pytest.param({"actor": {"name": "me"}}, "identifier", id="no identifier"),
        pytest.param({"actor": {"mbox": "a@b.c"}}, "mailbox", id="a mailbox without mailto"),
        pytest.param({"verb": {"id": "read"}}, "address", id="a verb without address"),
        pytest.param(
            {"verb": {"id": "https://v.example", "display": {"en": 1}}}, "language", id="a display that is no text"
        ),
        pytest.param({"object": {"id": "a page"}}, "address", id="an object without address"),
        pytest.param({"object": {"objectType": "Thing", "id": "urn:x:y"}}, "type", id="an object of no type"),
        pytest.param({"result": {"score": {"scaled": 2}}}, "bounds", id="a score beyond one"),
        pytest.param({"result": {"success": "yes"}}, "true nor false", id="a success that is a word"),
        pytest.param({"result": {"duration": "5 minutes"}}, "duration", id="a duration in words"),
        pytest.param({"context": {"extensions": {"hash": 1}}}, "extension", id="an extension without address"),
        pytest.param({"context": {"registration": "1"}}, "UUID", id="a registration that is none"),
        pytest.param({"context": {"contextActivities": {"near": []}}}, "way", id="activities that are near"),
        pytest.param({"id": "1"}, "UUID", id="an id that is none"),
        pytest.param({"timestamp": "0001-01-01T00:00:00+14:00"}, "offset", id="a time before all times"),
        pytest.param({"result": {"score": {"raw": float("nan")}}}, "JSON has not", id="a score that is no number"),
        pytest.param({"verb": {"id": "https://v.example/\ud800"}}, "half a character", id="half a character"),
        pytest.param({"context": {"contextActivities": {"parent": DEEP}}}, "too deeply", id="nested too deeply"),
    ],
)
def test_what_breaks_the_rules_is_said(said: dict[str, object], why: str) -> None:
    assert why in (problem(good(**said)) or "")


def test_what_keeps_the_rules_passes() -> None:
    assert problem(good()) is None
    assert (
        problem(good(context={"extensions": {"urn:x:y": None}}, result={"duration": "PT5M", "score": {"scaled": 0.5}}))
        is None
    )
    group = {"objectType": "Group", "member": [{"mbox": "mailto:a@b.c"}]}
    assert problem(good(actor=group, object={"objectType": "StatementRef", "id": ID})) is None


@pytest.mark.parametrize(
    ("theirs", "is_same"),
    [
        pytest.param(
            {"stored": "2026-11-22T05:00:00Z", "version": "1.0.0", "authority": {"mbox": "mailto:l@r.s"}},
            True,
            id="what stores add",
        ),
        pytest.param({"timestamp": "2026-11-22T04:41:35.581+01:00"}, True, id="the same instant elsewhere"),
        pytest.param({"verb": {"id": "http://activitystrea.ms/schema/1.0/read"}}, True, id="no display"),
        pytest.param({"object": {"id": "https://a.example/"}}, True, id="no definition"),
        pytest.param({"id": ID.upper()}, True, id="an id in capitals"),
        pytest.param({"timestamp": "2026-11-22T04:41:35.581Z"}, False, id="another time"),
        pytest.param({"object": {"id": "https://b.example/"}}, False, id="another object"),
        pytest.param({"actor": actor_of("https://me.example", "you")}, False, id="another actor"),
        pytest.param({"result": {"success": True}}, False, id="a result"),
    ],
)
def test_statements_are_compared_as_the_specification_says(theirs: dict[str, object], is_same: bool) -> None:
    assert same(good(), good(**theirs)) is is_same


def test_a_statement_is_written_in_one_way_only() -> None:
    assert json.loads(written(good())) == good()
    assert uuid.UUID(ID).version == 5


def test_verbs_are_known_in_both_spellings() -> None:
    assert same_verb("http://activitystrea.ms/submit", EVENTS["handed-in"].verb)
    assert event_of("highlighted") is EVENTS["annotated"]
    assert event_of("something else") is None
