"""The tree of the Feeds room on screen, and what is done with the feeds in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from textual import on
from textual.widget import Widget

from ple.tui.list_room import ListRoom
from ple.tui.refreshing import refresh
from ple.tui.screens import feeds_care
from ple.tui.screens.feeds_tree import ALL, INBOX, Node, Sources, Tree, feeds_in, paint_node, sources, tree_of
from ple.tui.widgets.line_list import Key, LineList

if TYPE_CHECKING:
    from ple.search.saved import SmartFeed


PAUSE = 1.0
"""Seconds without a change after which saved searches are counted again."""


class SourcesRoom(ListRoom):
    """A place whose list is what a line of the tree stands for."""

    def __init__(self) -> None:
        super().__init__()
        self.node: Node = Node(ALL, "All")
        """The chosen line of the tree."""
        self.found = Sources()
        """What the tree says."""
        self.smart: Sequence[SmartFeed] = ()
        """The saved searches in it."""
        self._folded: set[str] = set()
        self._source_wanted: Key | None = None

    def outer(self) -> Iterable[Widget]:
        """The tree."""
        yield Tree(paint_node, id="tree")

    @property
    def sources(self) -> LineList:
        """The tree."""
        return self.query_one("#tree", LineList)

    # loading

    async def load(self) -> None:
        """Show feeds and entries as they are now."""
        if not self.list.keys and not self.filter and self._source_wanted is None:
            await self.begin()
        now = self.learning.now()
        self.found = await self.ask(lambda environment: sources(environment, now))
        self._fill_tree()
        await super().load()
        self.work(self._count_searches, group="searches")

    async def _count_searches(self) -> None:
        """Put the saved searches into the tree; to count what fits takes longer than all the rest."""
        if self.smart:
            await asyncio.sleep(PAUSE)  # whoever goes on deciding does not wait for it: a newer count replaces this
        found = await self.ask(lambda environment: environment.searches.smart_feeds())
        if list(found) != list(self.smart):
            self.smart = found
            self._fill_tree()

    def _fill_tree(self) -> None:
        nodes = list(tree_of(self.found, self.smart, self._folded))
        wanted, self._source_wanted = self._source_wanted, None
        keys = [node.key for node in nodes]
        self.sources.show(keys, rows=nodes, cursor=wanted if wanted in keys else self.node.key)
        if wanted is not None and wanted not in keys:
            self._source_wanted = wanted
        self.node = self.sources.row or self.node

    def show_source(self, key: Key) -> None:
        """Go to a feed, folder or list, now or as soon as it is there."""
        if not self.sources.go(key):
            self._source_wanted = key

    def whereabouts(self) -> dict[str, Any]:
        """Where the cursors stand."""
        return {**super().whereabouts(), "source": self.node.key}

    def go_back(self, before: dict[str, Any]) -> None:
        """Stand where the learner stood."""
        super().go_back(before)
        source = before.get("source")
        if isinstance(source, int | str):
            self._source_wanted = source

    # the tree

    @on(LineList.Moved, "#tree")
    def _node_moved(self, event: LineList.Moved) -> None:
        if event.row is not None and event.row.key != self.node.key:
            self.node = event.row
            self.gone_to(self.node)
            self.work(self._show_node, group="load")

    async def _show_node(self) -> None:
        await asyncio.sleep(0.03)
        self.list.show(())  # from its beginning
        await self.show_list()

    async def show_list(self) -> None:
        """Show what the chosen line of the tree stands for."""
        await super().load()

    def gone_to(self, node: Node) -> None:
        """Note that another line of the tree was chosen."""

    @on(LineList.Chosen, "#tree")
    def _node_chosen(self) -> None:
        self.at = 1

    def action_fold(self) -> None:
        """Open or close the folder under the cursor."""
        if self.node.folder is not None:
            self._folded ^= {self.node.folder}
            self._fill_tree()

    def action_feed(self, step: int) -> None:
        """Go to the next or previous line of the tree."""
        self.sources.action_move(step)

    def action_inbox(self) -> None:
        """Go to what is to be decided on."""
        self.at = 1
        self.sources.go(INBOX)

    # feeds

    def action_refresh(self) -> None:
        """Ask the chosen feed or folder for news."""
        if self.node.mail:
            self.learning.say("Mail is brought in from files: `ple feeds import-mail FILE`")
            return
        refresh(self.learning, feeds_in(self.found, self.node))

    def _with_feed(self, verb: Callable[[SourcesRoom, Node], None], *, folders: bool = False) -> None:
        if self.node.feed is not None or (folders and self.node.folder is not None):
            verb(self, self.node)
        else:
            self.learning.say(f"Choose a feed{' or folder' if folders else ''} first: left goes to the feeds")

    def action_add(self) -> None:
        """Follow a feed."""
        feeds_care.follow(self)

    def action_unfollow(self) -> None:
        """Stop following the chosen feed."""
        self._with_feed(feeds_care.unfollow)

    def action_edit(self) -> None:
        """Give the chosen feed or folder another name."""
        self._with_feed(feeds_care.rename, folders=True)

    def action_move(self) -> None:
        """Put the chosen feed into a folder."""
        self._with_feed(feeds_care.move)

    def action_pause(self) -> None:
        """Stop asking the chosen feed, or ask it again."""
        self._with_feed(feeds_care.pause)

    def action_mute(self) -> None:
        """Hide what the chosen feed or folder brings, for a time."""
        self._with_feed(feeds_care.mute, folders=True)

    def action_health(self) -> None:
        """Show how the feeds are doing."""
        from ple.tui.screens.feeds_health import Health

        self.app.push_screen(Health(), self._went_to_feed)

    def _went_to_feed(self, id: int | None) -> None:
        if id is not None:
            self.show_source(id)

    def action_import_opml(self) -> None:
        """Follow the feeds of a list from another reader."""
        feeds_care.import_opml(self)

    def action_export_opml(self) -> None:
        """Write the feeds as a list for another reader."""
        feeds_care.export_opml(self)
