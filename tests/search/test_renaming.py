"""What says how something else is called is found by the new name, though nobody touched it."""

from typing import Any

FEED = """<rss version="2.0"><channel><title>Sky</title><link>http://sky.example/</link>
<item><guid>1</guid><title>Moon</title><link>http://sky.example/1</link></item>
<item><guid>2</guid><title>Stars</title><link>http://sky.example/2</link></item></channel></rss>"""


def test_entries_are_found_by_the_new_name_of_their_feed_and_works_by_that_of_what_they_show(
    environment: Any, publisher: Any
) -> None:
    ours = environment
    feed = ours.feeds.add(publisher.publish("/feed", FEED, content_type="application/rss+xml"))
    entry = ours.journal.write("# Half forgotten\n\nwords")
    work = ours.portfolio.add(entry.id, why="because")
    assert ours.search.find("feed:sky").total == 2

    ours.feeds.edit(feed.id, title="Zebra")
    ours.journal.revise(entry.id, title="Whole again")
    assert (ours.search.find("feed:zebra").total, ours.search.find("feed:sky").total) == (2, 0)
    assert [hit.id for hit in ours.search.find("kind:artifact whole").hits] == [work.id]
    assert ours.search.verify() == []

    ours.journal.remove([entry.id])
    assert ours.search.verify() == []
    ours.library.undo()
    assert ours.search.verify() == []
    assert [hit.id for hit in ours.search.find("kind:artifact whole").hits] == [work.id]
