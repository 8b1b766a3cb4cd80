from ple.bookmarks.suggestions import suggest


def test_tags_are_suggested_from_words_and_from_the_habits_of_a_site():
    tags = {"maths/topology": 3, "python": 9, "maths": 12, "video": 2, "it": 5, "rust": 1}
    of_site = [frozenset({"video", "python"}), frozenset({"video"}), frozenset({"video", "maths"})]

    found = suggest("Topology with Python", "It is about maths.", tags=tags, of_site=of_site, have={"maths/knots"})

    assert found == ["python", "maths/topology", "video"]
    assert suggest("", "", tags=tags, of_site=[], have=()) == []


def test_a_new_page_of_a_known_site_gets_its_tags_suggested(sqlite_environment):
    door = sqlite_environment.bookmarks
    for n in range(3):
        door.save(f"https://e.org/{n}", tags=["video"], fetch=False)
    id = door.save("https://e.org/new", fetch=False).bookmark.id

    assert door.suggest_tags(id) == ["video"]
