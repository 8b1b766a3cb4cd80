import pytest

from ple.library import InvalidInput, NotFound


@pytest.fixture
def things(environment):
    return [environment.bookmarks.save(f"https://e.org/{n}", fetch=False).bookmark.id for n in range(3)]


def test_a_collection_holds_things_of_any_kind_in_its_order(environment, things):
    collections = environment.collections
    written = environment.journal.write("On the way").id
    one = collections.add("The way", description="From here\nto there")

    one = collections.put(one.id, [*things, written])
    assert (one.kind, one.title, one.description) == ("collection", "The way", "From here\nto there")
    assert one.members == (*things, written)

    moved = collections.put(one.id, [written], before=things[1])
    assert moved.members == (things[0], written, things[1], things[2])
    assert collections.take_out(one.id, [things[0]]).members == (written, things[1], things[2])
    assert [found.members for found in collections.collections()] == [(written, things[1], things[2])]
    with environment.library.reading() as tx:
        assert [link.id for link in tx.links_to(written)] == [one.id]


def test_the_order_can_be_taken_back(environment, things):
    one = environment.collections.add("Way")
    environment.collections.put(one.id, things)
    environment.collections.put(one.id, [things[2]], before=things[0])

    assert environment.library.undo().label == "Put 1 thing into “Way”"

    assert environment.collections.collection(one.id).members == tuple(things)


def test_what_is_in_the_trash_is_not_shown_and_keeps_its_place(environment, things):
    one = environment.collections.put(environment.collections.add("Way").id, things)
    environment.bookmarks.remove([things[1]])
    assert environment.collections.collection(one.id).members == (things[0], things[2])

    environment.library.undo()
    assert environment.collections.collection(one.id).members == tuple(things)
    environment.bookmarks.remove([things[1]])
    environment.library.empty_trash()
    assert environment.collections.put(one.id, [things[0]]).members == (things[2], things[0])


def test_what_makes_no_sense_is_refused(environment, things):
    one = environment.collections.add("Way")
    with pytest.raises(InvalidInput, match="cannot hold itself"):
        environment.collections.put(one.id, [one.id])
    with pytest.raises(InvalidInput, match="is not in"):
        environment.collections.put(one.id, [things[0]], before=things[1])
    with pytest.raises(NotFound):
        environment.collections.put(one.id, [999])
    with pytest.raises(InvalidInput, match="needs a name"):
        environment.collections.add("  ")
    assert environment.collections.remove([one.id]) == 1
    with pytest.raises(NotFound):
        environment.collections.collection(one.id)


def test_collections_from_the_command_line(ple):
    first, second = (ple("save", f"https://e.org/{n}", "--later", "--json").json["id"] for n in "ab")
    made = ple("collections", "add", "Reading list", "--about", "Why", "--json").json
    ple("collections", "put", "Reading list", str(second), str(first))

    shown = ple("collections", "show", str(made["id"]), "--json").json
    assert [thing["id"] for thing in shown["things"]] == [second, first]
    assert ple("collections", "show", "Reading list").out.splitlines()[0].startswith(str(second))
    exported = ple("bookmarks", "export", "--collection", "Reading list", "--format", "csv").out.splitlines()
    assert [row.split(",")[0] for row in exported[1:]] == ["https://e.org/b", "https://e.org/a"]
    assert ple("collections", "take-out", "Reading list", str(first), "--json").json["members"] == [second]
    assert ple("collections", "edit", "Reading list", "--name", "Later", "--json").json["title"] == "Later"
    assert ple("collections", "list").out.split("\t")[:3] == [str(made["id"]), "Later", "1"]
    assert ple("collections", "remove", "Later", "--json").json["removed"] == 1
    assert "No collections yet" in ple("collections", "list").err
