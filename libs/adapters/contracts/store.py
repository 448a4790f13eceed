"""The contract suite that every commit store must pass; see `libs.adapters.contracts.suites` for the fixtures."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import ClassVar

from libs.adapters.contracts.log import Say, commit
from libs.events.ports.store import AppendOutcome, Commit, CommitStore, Mark
from libs.events.world import World

Stores = Callable[[], Awaitable[CommitStore]]


async def every_unpublished(store: CommitStore, limit: int) -> list[Mark]:
    """The marks of all unpublished commits, page by page."""
    found: list[Mark] = []
    while page := await store.unpublished(found[-1] if found else None, limit):
        assert len(page) <= limit
        assert not found or (page[0].aggregate, page[0].first) > found[-1], "a page begins behind the one before"
        found += [(c.aggregate, c.first) for c in page]
    return found


class CommitStoreContract:
    """See `libs.events.ports.store.CommitStore`."""

    say: ClassVar[Say]

    async def test_what_was_appended_is_loaded_in_order_also_after_a_restart(self, stores: Stores) -> None:
        store = await stores()
        first, second = commit(self.say, "thing:a", 1, 2, about="b"), commit(self.say, "thing:a", 3)
        assert await store.append([first]) == [AppendOutcome.STORED]
        assert await store.append([second]) == [AppendOutcome.STORED]
        assert await store.load(["thing:a", "thing:nobody"]) == {"thing:a": [*first.events, *second.events], "thing:nobody": []}
        await store.close()
        assert (await (await stores()).load(["thing:a"]))["thing:a"] == [*first.events, *second.events]

    async def test_a_load_brings_only_what_follows_where_it_is_told_what_is_known(self, stores: Stores) -> None:
        store = await stores()
        kept = [commit(self.say, "thing:a", 1, 2), commit(self.say, "thing:a", 3), commit(self.say, "thing:b", 1), commit(self.say, "thing:c", 1, 2)]
        await store.append(kept)
        asked = ["thing:a", "thing:b", "thing:c", "thing:nobody"]
        found = await store.load(asked, {"thing:a": 2, "thing:c": 2, "thing:nobody": 4})
        assert found == {"thing:a": list(kept[1].events), "thing:b": list(kept[2].events), "thing:c": [], "thing:nobody": []}
        one, other = await asyncio.gather(store.load(["thing:a"], {"thing:a": 2}), store.load(["thing:a"]))
        assert (one, other) == ({"thing:a": list(kept[1].events)}, {"thing:a": [*kept[0].events, *kept[1].events]})

    async def test_a_version_that_is_taken_is_refused(self, stores: Stores) -> None:
        store = await stores()
        await store.append([commit(self.say, "thing:a", 1, 2)])
        outcomes = [(await store.append([commit(self.say, "thing:a", first)]))[0] for first in (1, 2)]
        assert outcomes == [AppendOutcome.VERSION_TAKEN] * 2
        assert len((await store.load(["thing:a"]))["thing:a"]) == 2

    async def test_a_gap_is_never_made(self, stores: Stores) -> None:
        store = await stores()
        assert await store.append([commit(self.say, "thing:a", 2)]) == [AppendOutcome.VERSION_TAKEN]
        await store.append([commit(self.say, "thing:a", 1)])
        assert await store.append([commit(self.say, "thing:a", 3)]) == [AppendOutcome.VERSION_TAKEN]
        assert [e.sequence for e in (await store.load(["thing:a"]))["thing:a"]] == [1]

    async def test_of_64_writers_on_one_aggregate_each_stores_once_and_the_versions_are_contiguous(self, stores: Stores) -> None:
        both = [await stores(), await stores()]

        async def write(n: int) -> None:
            store = both[n % 2]
            while True:
                first = len((await store.load(["thing:a"]))["thing:a"]) + 1
                (outcome,) = await store.append([commit(self.say, "thing:a", first, key=f"writer {n}")])
                if outcome is AppendOutcome.STORED:
                    return
                assert outcome is AppendOutcome.VERSION_TAKEN

        await asyncio.gather(*(write(n) for n in range(64)))
        assert [e.sequence for e in (await both[0].load(["thing:a"]))["thing:a"]] == list(range(1, 65))
        assert len(await both[1].answered([f"writer {n}" for n in range(64)])) == 64

    async def test_of_writers_with_the_same_key_one_stores(self, stores: Stores) -> None:
        both = [await stores(), await stores()]
        outcomes = await asyncio.gather(*(both[n % 2].append([commit(self.say, f"thing:{n}", 1, key="same")]) for n in range(16)))
        assert sorted(o.value for (o,) in outcomes) == ["key_taken"] * 15 + ["stored"]
        assert sum(t.events for t in (await both[0].tallies()).values()) == 1

    async def test_a_call_stores_each_commit_it_can_and_skips_what_follows_a_failed_one(self, stores: Stores) -> None:
        store = await stores()
        await store.append([commit(self.say, "thing:taken", 1)])
        asked = [("thing:a", 1), ("thing:taken", 1), ("thing:a", 2), ("thing:taken", 2), ("thing:b", 1)]
        outcomes = await store.append([commit(self.say, aggregate, first) for aggregate, first in asked])
        assert outcomes == [AppendOutcome.STORED, AppendOutcome.VERSION_TAKEN, AppendOutcome.STORED, AppendOutcome.SKIPPED, AppendOutcome.STORED]
        assert {a: len(e) for a, e in (await store.load(["thing:a", "thing:taken", "thing:b"])).items()} == {"thing:a": 2, "thing:taken": 1, "thing:b": 1}

    async def test_nothing_is_nothing(self, stores: Stores) -> None:
        store = await stores()
        await store.published([])
        assert (await store.append([]), await store.load([]), await store.answered([]), await store.first_unpublished([])) == ([], {}, {}, {})

    async def test_the_key_is_named_before_the_version(self, stores: Stores) -> None:
        store = await stores()
        await store.append([commit(self.say, "thing:a", 1, key="k")])
        assert await store.append([commit(self.say, "thing:a", 1, key="k")]) == [AppendOutcome.KEY_TAKEN]
        assert await store.append([commit(self.say, "thing:b", 1, key="k")]) == [AppendOutcome.KEY_TAKEN]
        assert await store.append([commit(self.say, "thing:c", 1, key="new"), commit(self.say, "thing:d", 1, key="new")]) == [
            AppendOutcome.STORED,
            AppendOutcome.KEY_TAKEN,
        ]
        assert (await store.load(["thing:b", "thing:d"])) == {"thing:b": [], "thing:d": []}

    async def test_a_key_answers_with_its_latest_revision(self, stores: Stores) -> None:
        store = await stores()
        assert await store.append([commit(self.say, "thing:a", 1, key="k")]) == [AppendOutcome.STORED]
        assert await store.append([commit(self.say, "thing:a", 2, key="k", revision=2)]) == [AppendOutcome.STORED]
        answers = await store.answered(["k", "unknown"])
        assert list(answers) == ["k"]
        found = answers["k"]
        assert (found.revision, found.hash, found.aggregate, dict(found.reply)) == (2, "hash of k", "thing:a", {"id": "thing:a", "version": 2})

    async def test_unpublished_commits_come_in_order_and_in_pages_until_they_are_marked(self, stores: Stores) -> None:
        store = await stores()
        for aggregate, first, count in [("thing:b", 1, 1), ("thing:a", 1, 9), ("thing:a", 10, 1), ("other:z", 1, 1), ("thing:a", 11, 1)]:
            await store.append([commit(self.say, aggregate, first, count, key=f"{aggregate}{first}")])
        marks = [("other:z", 1), ("thing:a", 1), ("thing:a", 10), ("thing:a", 11), ("thing:b", 1)]
        assert [await every_unpublished(store, limit) for limit in (1, 2, 500)] == [marks] * 3
        page = await store.unpublished(("thing:a", 1), 2)
        assert page == [commit(self.say, "thing:a", first, key=f"thing:a{first}") for first in (10, 11)]
        await store.published([("thing:a", 1), ("other:z", 1)])
        await store.published([("thing:a", 1)])
        assert await every_unpublished(store, 500) == marks[2:]
        assert await store.first_unpublished(["thing:a", "thing:b", "other:z", "thing:none"]) == {"thing:a": 10, "thing:b": 1}
        await store.close()
        assert await every_unpublished(await stores(), 500) == marks[2:]

    async def test_numbers_are_ordered_as_numbers(self, stores: Stores) -> None:
        store = await stores()
        firsts = [(1, 1), (2, 7), (9, 1), (10, 90), (100, 1)]
        for first, count in firsts:
            assert await store.append([commit(self.say, "thing:a", first, count)]) == [AppendOutcome.STORED]
        assert await every_unpublished(store, 2) == [("thing:a", first) for first, _ in firsts]
        assert [e.sequence for e in (await store.load(["thing:a"]))["thing:a"]] == list(range(1, 101))
        assert await store.heads("thing") == [("thing:a", 100)]
        await store.published([("thing:a", 1)])
        assert await store.first_unpublished(["thing:a"]) == {"thing:a": 2}

    async def test_every_commit_of_a_call_is_unpublished_and_none_that_was_not_stored(self, stores: Stores) -> None:
        store = await stores()
        asked = [
            commit(self.say, "thing:a", 1, key="k"),
            commit(self.say, "thing:a", 2),
            commit(self.say, "thing:b", 2),
            commit(self.say, "thing:c", 1, key="k"),
        ]
        assert await store.append(asked) == [AppendOutcome.STORED, AppendOutcome.STORED, AppendOutcome.VERSION_TAKEN, AppendOutcome.KEY_TAKEN]
        assert await every_unpublished(await stores(), 500) == [("thing:a", 1), ("thing:a", 2)]
        await store.published([("thing:b", 2), ("thing:a", 2)])
        assert await every_unpublished(store, 500) == [("thing:a", 1)]

    async def test_what_the_log_has_lost_is_unpublished_again(self, stores: Stores) -> None:
        store = await stores()
        marks = [("thing:a", 1), ("thing:a", 3), ("thing:a", 4), ("thing:b", 1), ("thing:c", 1)]
        for aggregate, first in marks:
            await store.append([commit(self.say, aggregate, first, 2 if (aggregate, first) == ("thing:a", 1) else 1)])
        await store.published(marks)
        await store.republish({"thing:a": 3, "thing:b": 0, "thing:none": 0})
        assert await every_unpublished(store, 500) == [("thing:a", 4), ("thing:b", 1)]
        await store.republish({"thing:a": 1, "thing:b": 1})
        await store.republish({})
        assert await every_unpublished(await stores(), 500) == [("thing:a", 1), ("thing:a", 3), ("thing:a", 4), ("thing:b", 1)]
        assert (await store.tallies())["thing"].events == 6

    async def test_what_refers_to_a_thing_is_found_also_when_a_later_event_names_another(self, stores: Stores) -> None:
        store = await stores()
        await store.append([commit(self.say, "thing:b", 1, about="x"), commit(self.say, "thing:a", 1, about="x"), commit(self.say, "other:c", 1, about="x")])
        await store.append([commit(self.say, "thing:a", 2, about="y"), commit(self.say, "thing:b", 2, about="x")])
        assert await store.referring("thing", "about", "x") == ["thing:a", "thing:b"]
        assert await store.referring("thing", "about", "y") == ["thing:a"]
        assert await store.referring("other", "about", "x") == ["other:c"]
        assert await store.referring("thing", "elsewhere", "x") == []

    async def test_heads_are_the_last_sequences_of_a_kind_in_pages(self, stores: Stores) -> None:
        store = await stores()
        await store.append([commit(self.say, f"thing:{id}", 1, count) for id, count in (("b", 2), ("a", 1), ("c", 3))])
        await store.append([commit(self.say, "thing:a", 2, 4), commit(self.say, "other:x", 1)])
        assert await store.heads("thing") == [("thing:a", 5), ("thing:b", 2), ("thing:c", 3)]
        assert await store.heads("thing", "thing:a", 1) == [("thing:b", 2)]
        assert await store.heads("thing", "thing:c") == []
        assert await store.heads("thin") == []

    async def test_tallies_equal_those_of_a_world_that_heard_everything(self, stores: Stores) -> None:
        both = [await stores(), await stores()]
        for n in range(6):
            await both[n % 2].append([commit(self.say, f"thing:{n}", 1, 1 + n), commit(self.say, f"other:{n}", 1), commit(self.say, f"thing:{n}", 1)])
        world = World()
        for aggregate, _ in [*await both[0].heads("thing"), *await both[0].heads("other")]:
            for event in (await both[0].load([aggregate]))[aggregate]:
                world.apply(event)
        assert await both[0].tallies() == await both[1].tallies() == world.tallies()

    async def test_private_parts_are_kept_apart_and_can_be_erased(self, stores: Stores) -> None:
        store = await stores()
        for n, private in enumerate([{"name": "Ada"}, None, {"name": "Grace"}], 1):
            c = commit(self.say, "thing:a", n, key=f"k{n}")
            await store.append([Commit(c.aggregate, c.first, c.events, c.command, c.reply, private)])
        kept = commit(self.say, "thing:b", 1)
        await store.append([Commit(kept.aggregate, 1, kept.events, None, {}, {"name": "Mary"})])
        assert [dict(p) for p in await store.private("thing:a")] == [{"name": "Ada"}, {"name": "Grace"}]
        assert {c.private for c in await store.unpublished()} == {None}, "what is private is not on its way out"
        await store.erase("thing:a")
        assert await store.private("thing:a") == []
        assert {one.hash for one in (await store.answered(["k1", "k2", "k3"])).values()} == {""}, "by a digest a name could be guessed"
        assert [dict(p) for p in await store.private("thing:b")] == [{"name": "Mary"}]
        assert len((await store.load(["thing:a"]))["thing:a"]) == 3

    async def test_a_cancelled_append_is_done_whole_or_not_at_all_and_its_key_tells(self, stores: Stores) -> None:
        store = await stores()
        for n in range(20):
            asked = commit(self.say, f"thing:{n}", 1, 3, key=f"k{n}")
            task = asyncio.create_task(store.append([asked]))
            for _ in range(n % 4):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            (again,) = await store.append([asked])
            assert again in (AppendOutcome.STORED, AppendOutcome.KEY_TAKEN)
            assert (await store.load([asked.aggregate]))[asked.aggregate] == list(asked.events)
        assert await every_unpublished(store, 500) == sorted((f"thing:{n}", 1) for n in range(20))
        await store.close()
        assert (await (await stores()).tallies())["thing"].events == 60
