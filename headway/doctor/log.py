"""Checks the log: what it holds, which topics are missing and who would create them, and whether this user may write."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, cast

from headway.doctor.check_result import DIFFERS, NOT_ALLOWED, CheckResult, good, mend
from headway.doctor.installation import Installation, asked
from headway.doctor.stores import kept
from libs.events.envelope import all_topics, topic

if TYPE_CHECKING:
    from libs.adapters.kafka.log import KafkaLog

SERVER: Final = "HEADWAY_LOG_URL and at the brokers"


async def log(there: Installation) -> list[CheckResult]:
    """A whole log on Kafka is not read to count what is in it."""
    found = await _log(there)
    there.log_known = all(finding.code in (0, DIFFERS) for finding in found)
    return found


async def _log(there: Installation) -> list[CheckResult]:
    if there.settings.on_kafka:
        return await asked("log", SERVER, partial(_topics, there))
    found = there.adapters.log

    async def told() -> str:
        there.log = found
        held = [await found.held(name) for name in all_topics(there.settings.namespace)]
        return f"{sum(h.last for each in held for h in each.values())} events"

    return await kept(there, "log", found, told)


async def _topics(there: Installation) -> list[CheckResult]:
    kafka = cast("KafkaLog", there.adapters.log)
    await there.opened(kafka)
    seen = await kafka.inventory()
    found = []
    own = {topic(there.settings.namespace, name) for name in there.services}
    for name, refused in seen.missing.items():
        found.append(mend(f"log: {refused}", NOT_ALLOWED) if refused else good(f"log: topic {name} is not there yet, made when Headway starts"))
    if unreadable := ", ".join(seen.unreadable):
        found.append(mend(f"log: this user may not read {unreadable}: 'headway topics --acls' gives rights, as one who may", NOT_ALLOWED))
    if unwritable := ", ".join(name for name in seen.unwritable if name in own):
        alone = "" if there.names else ", or name the services that run as this user, as in 'headway doctor backlog'"
        found.append(mend(f"log: this user may not write {unwritable}: 'headway topics --acls' gives rights, as one who may{alone}", NOT_ALLOWED))
    if differing := [f"{t.name}: {'; '.join(t.differs)}" for t in seen.topics if t.differs]:
        found.append(mend(f"log: {', '.join(differing)} ('headway topics' says what to do)", DIFFERS))
    if not seen.missing and not seen.unreadable:
        there.log = kafka
        end = await kafka.end(kafka.topics)
        found.append(good(f"log: {sum(end.offsets.values())} records in {len(kafka.topics)} topics"))
    return found
