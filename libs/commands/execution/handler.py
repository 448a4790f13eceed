"""Loads, decides and appends, for one command or many, with idempotency keys, `If-Match`, and another try when a race is lost."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import datetime
from typing import Protocol
from weakref import WeakValueDictionary

from uuid6 import uuid7

from libs.commands.command import Command
from libs.commands.decision import Decisions, NotLoaded
from libs.commands.errors import HeadwayError, Invalid, KeyReused, NotFound, RaceLost, UnknownOutcome, Unreachable, WrongClock
from libs.commands.execution.admission import Ask, judge, may_say
from libs.commands.execution.answers import Answer, CallState, Result, answer_of, replay_of
from libs.commands.execution.idempotency_keys import earlier, is_of, joined, key_of, keys_of
from libs.commands.execution.knowledge import ServiceKnowledge, not_heard
from libs.commands.execution.timestamps import Stamps, missed
from libs.commands.retraction import Retract
from libs.events.event import Event, position, split
from libs.events.facts import Facts
from libs.events.ports.store import AppendOutcome, CommandKey, Commit, CommitStore, StoredAnswer, StoreUnavailable
from libs.events.values import references
from libs.events.world import World
from libs.rules.warnings import warnings_for

BREATH = 0.01
"""Seconds of deciding, without a pause for the store, after which others have their turn on the loop."""
ATTEMPTS = 5
"""How often a command is decided before a race counts as lost."""


class KeptApart(Protocol):
    """What is done with the private parts of commits that are kept elsewhere than beside these."""

    async def before(self, commits: Sequence[Commit]) -> Sequence[Commit]:
        """Keeps private parts of commits that are to be stored, and gives the commits without them. Raises StoreUnavailable."""

    async def after(self, commits: Sequence[Commit]) -> None:
        """Is told what was stored, before that is answered."""


class Handling(ServiceKnowledge):
    """Answers the commands of one service; `stored` is called after something was, `answered` with each command and what came of it.

    Until `open`, every command is refused: what the store has lost must be back before anything is numbered on from it. So is every command while the clock is
    `distrusted`.
    """

    def __init__(
        self,
        service: str,
        store: CommitStore,
        heard: World,
        decisions: Decisions,
        *,
        clock: Callable[[], datetime] | None = None,
        follows: Callable[[str], bool] | None = None,
        stored: Callable[[], None] | None = None,
        answered: Callable[[Ask, Result], None] | None = None,
        open: Callable[[], bool] | None = None,
        distrusted: Callable[[], WrongClock | None] | None = None,
    ) -> None:
        super().__init__(service, store, heard, clock=clock, follows=follows)
        self.decisions = decisions.by_command
        self.stored = stored or (lambda: None)
        self.answered = answered or (lambda ask, result: None)
        self.open = open or (lambda: True)
        self.distrusted = distrusted or (lambda: None)
        self.apart: KeptApart | None = None
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._asked_for: defaultdict[type[Command], set[tuple[str, str]]] = defaultdict(set)
        self.stamps = Stamps(service, self.clock, heard)

    async def answer(self, ask: Ask) -> Answer:
        """Answers one command, durably stored, with the warnings of what it is about. Raises a HeadwayError."""
        (result,) = await self.answer_all([ask], warning=True)
        if isinstance(result, HeadwayError):
            raise result
        return result

    async def answer_all(self, asks: Sequence[Ask], *, warning: bool = False) -> list[Result]:
        """Answers commands in order, each alone: what is wrong with one leaves the others. What is answered as stored is durable.

        With `warning` each answer has the warnings of what it is about. Raises Unreachable; WrongClock where the clock is not to be trusted.
        """
        if not self.open():
            raise Unreachable(f"{self.service} has not held its store against the log yet: one of the two does not answer", remedy="Send it again later.")
        self.trust_the_clock()
        # What an earlier line of the same call may make is looked for when the line's turn comes.
        made = {t for ask in asks if (t := ask.command.aggregate) is not None} if len(asks) > 1 else set()
        unheard = await self.unheard({p for ask in asks for p in ask.after if position(p)[0] not in made})
        async with AsyncExitStack() as turns:
            for name in sorted({name for ask in asks if (name := ask.command.aggregate or key_of(ask)) is not None}):
                await turns.enter_async_context(self._turn(name))
            results = await self._answer_all(asks, unheard, warning)
        for ask, result in zip(asks, results, strict=True):
            self.answered(ask, result)
        return results

    def trust_the_clock(self) -> None:
        """Raises WrongClock where nothing can be dated by the clock here."""
        if (why := self.distrusted()) is not None:
            raise why

    def _turn(self, name: str) -> asyncio.Lock:
        """Within a process, commands on one aggregate take turns; races are lost to other processes only."""
        return self._turns.setdefault(name, asyncio.Lock())

    async def _answer_all(self, asks: Sequence[Ask], unheard: set[str], warning: bool) -> list[Result]:
        work = CallState(asks, self.nothing_loaded())
        work.keys = await self._answered(work, asks)
        await self.load(work.loaded, {t for ask in asks for t in self._foreseen(ask.command)})
        since = time.monotonic()
        for n, ask in enumerate(asks):
            if missing := unheard.intersection(ask.after) | await self._absent(work, ask):
                work.results[n] = not_heard(missing)
                continue
            await self._take(work, n)
            if time.monotonic() - since > BREATH:  # a thousand lines must not hold up everybody else
                await asyncio.sleep(0)
                since = time.monotonic()
        await self._flush(work)
        results = [work.results[n] for n in range(len(asks))]
        return [await self._warned(work, *one) for one in zip(asks, results, strict=True)] if warning else results

    async def _warned(self, work: CallState, ask: Ask, result: Result) -> Result:
        """An answer with its warnings; without them where the store, which has the command by now, does not answer any more."""
        if isinstance(result, HeadwayError):
            return result
        facts = Facts.at(work.loaded, self.stamps.now())
        with suppress(Unreachable):
            found = await self.found(work.loaded, lambda: warnings_for(facts, ask.principal.roles, position(result.position)[0]))
            return replace(result, warnings=found)
        return result

    async def _absent(self, work: CallState, ask: Ask) -> set[str]:
        """What this command says must be there, of what this call itself speaks of, and is not."""
        mine = [p for p in ask.after if split(p)[0] in self.own]
        if any(position(p)[0] in work.unstored for p in mine):
            await self._flush(work)
        return await self.absent(mine, work.loaded)

    async def _take(self, work: CallState, n: int, *, alone: bool = False) -> None:
        """Decides one command and stages its commit, or notes its result; `alone` when it is decided again after a lost race."""
        ask = work.asks[n]
        key = key_of(ask)
        if key in work.staged_keys:
            await self._flush(work)
        try:
            while True:
                work.loaded.touched.clear()
                decided = await self._decided(work, ask, key)
                others = work.loaded.touched - ({decided.aggregate} if isinstance(decided, Commit) else set())
                if alone or not others & work.unstored:
                    break
                await self._flush(work)  # it rests on what is not stored yet: that first
        except HeadwayError as e:
            work.results[n] = e
            return
        if isinstance(decided, Answer):
            work.results[n] = decided
        else:
            work.stage(n, decided)

    async def _decided(self, work: CallState, ask: Ask, key: str | None) -> Commit | Answer:
        """Decides, and where nothing is to be stored makes sure that the same command was not being stored meanwhile: then its own reply is the answer."""
        known = key is None or key in work.keys
        try:
            decided = await self._decide(work, ask, work.keys.get(key) if key else None)
        except HeadwayError:
            if known or not await self._stored_meanwhile(work, ask):
                raise
        else:
            if known or isinstance(decided, Commit) or not await self._stored_meanwhile(work, ask):
                return decided
        return await self._decide(work, ask, work.keys[key] if key else None)

    async def _stored_meanwhile(self, work: CallState, ask: Ask) -> bool:
        """Keys are looked up before histories are loaded. Another process, or a call whose caller has gone, may store in between."""
        found = await self._answered(work, [ask])
        work.keys.update(found)
        return bool(found)

    async def _flush(self, work: CallState) -> None:
        """Stores what is staged; what another writer outran is decided again, alone and in order, at most five times."""
        attempt = 1
        while work.staged:
            staged = work.unstage()
            again = await self._append(work, staged)
            if not again:
                return
            for n in again:
                work.loaded.drop(staged[n].aggregate)  # also of what is given up: no later line may rest on it
            if attempt >= ATTEMPTS:
                for n in again:
                    work.results[n] = RaceLost(
                        "others changed the same thing five times meanwhile", remedy="Read it again, then decide whether to send the command again."
                    )
                return
            attempt += 1
            work.keys.update(await self._answered(work, [work.asks[n] for n in again]))
            for n in again:
                await self._take(work, n, alone=True)

    async def _append(self, work: CallState, staged: Mapping[int, Commit]) -> list[int]:
        """Stores commits; returns the commands that must be decided again."""
        try:
            outcomes = await self._stored(list(staged.values()))
        except StoreUnavailable as e:
            self.kept.forget([commit.aggregate for commit in staged.values()])
            await self._look_up(work, staged, e)
            return []
        again = []
        for (n, commit), outcome in zip(staged.items(), outcomes, strict=True):
            if outcome is not AppendOutcome.STORED:
                self.kept.forget([commit.aggregate])
                again.append(n)
                continue
            replaced = commit.command is not None and commit.command.revision > 1
            answer = work.results[n] = answer_of(commit.aggregate, commit.last, commit.events, created=True, replaced=replaced)
            if commit.command:
                work.keys[commit.command.key] = StoredAnswer(commit.command.key, commit.command.revision, commit.command.hash, commit.aggregate, answer.body())
        self.stored()
        return again

    async def _stored(self, commits: Sequence[Commit]) -> Sequence[AppendOutcome]:
        """What came of each commit, whose private parts may be kept elsewhere. Raises StoreUnavailable."""
        if self.apart is None:
            return await self.store.append(commits)
        outcomes = await self.store.append(await self.apart.before(commits))
        await self.apart.after([one for one, outcome in zip(commits, outcomes, strict=True) if outcome is AppendOutcome.STORED])
        return outcomes

    async def _look_up(self, work: CallState, staged: Mapping[int, Commit], why: StoreUnavailable) -> None:
        """The outcome is unknown: what is found under its key was stored, of the rest nobody knows."""
        keys = {n: c.command for n, c in staged.items() if c.command}
        try:
            found = await self.store.answered([c.key for c in keys.values()])
        except StoreUnavailable:
            found = {}
        for n in staged:
            key = keys.get(n)
            stored = found.get(key.key) if key else None
            if key and stored and stored.hash == key.hash:
                work.results[n] = replay_of(stored)
            else:
                work.results[n] = UnknownOutcome(f"the store did not answer: {why}", remedy="Send the same command again with the same key: it is stored once.")

    async def _decide(self, work: CallState, ask: Ask, prior: StoredAnswer | None) -> Commit | Answer:
        digest = ask.command.digest()
        same = prior if prior is not None and prior.hash == digest else None
        if prior is not None and prior is not same and prior.hash and not ask.revise:  # one whose digest was erased is judged again
            raise KeyReused(f"the key {ask.key!r} was used for another body", remedy="Use a new key, or send the body of the first time.", field="key")
        aggregate = self._target(ask, prior)
        await self.load(work.loaded, [aggregate, *(position(p)[0] for p in ask.after)])
        now = self.stamps.now()
        while True:
            work.loaded.seen_from(now)
            refused: HeadwayError | None = None
            events: Sequence[Event] = ()
            try:
                if same is not None:
                    may_say(work.loaded, ask, aggregate, now)
                    return replay_of(same)
                revising = prior is not None and ask.revise
                row = tuple(prior.reply["events"]) if prior is not None and ask.revise else ()
                events = judge(work.loaded, self.decisions, ask, aggregate, now, revising=revising, row=row)
            except NotLoaded as need:
                self._learn(ask.command, need)
                await self.fetch(work.loaded, need)
                continue
            except HeadwayError as e:
                refused = e
            if (later := missed(work.loaded, aggregate, ask.after, now)) is not None:
                now = self.stamps.carried(later)
            elif refused is not None:
                raise refused
            else:
                return self._said(work, ask, aggregate, events, prior, digest)

    def _foreseen(self, command: Command) -> Iterator[str]:
        """What a command will read: its own aggregate, and those that commands of its class have asked for by one of their fields."""
        if (target := command.aggregate) is not None:
            yield target
        for kind, name in self._asked_for[type(command)]:
            if (id := getattr(command, name)) is not None:
                yield f"{kind}:{id}"

    def _learn(self, command: Command, need: NotLoaded) -> None:
        """Remembers by which field a decision named what it lacked, so that the next of its class finds that loaded and is made once."""
        if need.aggregate is not None:
            kind, id = split(need.aggregate)
            for name, _ in references(type(command)):
                if getattr(command, name) == id:
                    self._asked_for[type(command)].add((kind, name))

    def _target(self, ask: Ask, prior: StoredAnswer | None) -> str:
        spec, named = ask.command.SPEC, ask.command.aggregate
        if prior is not None and named not in (None, prior.aggregate):
            raise Invalid(f"the row {ask.key!r} was about {prior.aggregate}, not {named}", remedy="Give another thing another key.", field=spec.id_field)
        if isinstance(ask.command, Retract) and (named is None or split(named)[0] not in self.own):
            raise NotFound(f"{ask.command.event!r} is no event of this service", field="event")
        return named or (prior.aggregate if prior else f"{spec.kind.name if spec.kind else ''}:{uuid7()}")

    def _said(self, work: CallState, ask: Ask, aggregate: str, events: Sequence[Event], prior: StoredAnswer | None, digest: str) -> Commit | Answer:
        """The commit to be stored, or the answer where there is nothing to store."""
        version = len(work.loaded.events(aggregate))
        if not events:
            return answer_of(aggregate, version, (), created=False)
        answer = answer_of(aggregate, events[-1].sequence, events, created=True, replaced=prior is not None)
        self.stamps.said(events)
        if ask.trying:
            work.loaded.extend(aggregate, events)  # what is tried next rests on it
            return answer
        key = key_of(ask)
        private = {f: value for f in ask.command.SPEC.private if (value := getattr(ask.command, f)) is not None}
        return Commit(
            aggregate,
            version + 1,
            tuple(events),
            CommandKey(key, prior.revision + 1 if prior else 1, digest) if key else None,
            answer.body(),
            private or None,
        )

    async def _answered(self, work: CallState, asks: Sequence[Ask]) -> dict[str, StoredAnswer]:
        """What is stored of these commands under their keys, by the key."""
        keys = keys_of(asks)
        if not keys:
            return {}
        stored = await self.guarded(self.store.answered([*keys, *map(joined, keys.values())]))
        before = earlier(keys, stored)
        await self.load(work.loaded, {one.aggregate for one in before.values()})
        mine = {key: one for key, one in before.items() if is_of(keys[key], one, work.loaded.events(one.aggregate))}
        return {key: stored[key] for key in keys if key in stored} | mine
