"""Deliveries: a queue, and the state of each until it is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import orjson
from pydantic import TypeAdapter

from alerts.domain.deliveries import Delivery, DeliveryState
from alerts.domain.episodes import Episode
from alerts.domain.wishes import Target, TargetKind
from alerts.store import keys
from alerts.store.ports import Attempt, Backlog, Claim, Outcome, Ticket
from alerts.store.redis.episodes import REMEMBERED as EPISODE_REMEMBERED
from alerts.store.redis.link import Link
from alerts.store.redis.news import drop, entries

# How long an id is remembered. The same change cannot come back later: its old state began before it.
REMEMBERED = timedelta(days=14)
# One deliverer at a time (see lead), so one name: a successor finds what its predecessor left at once.
_CONSUMER = "deliverer"
_ENDED = (DeliveryState.SENT, DeliveryState.BURIED)
_DELIVERIES = TypeAdapter(list[Delivery])
_Args: TypeAlias = list[str | int | float]


class RedisOutbox:
    """See ports.Outbox. What is taken stays in the stream, pending, until it has ended."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def enqueue(self, *deliveries: Delivery) -> int:
        seconds = int(REMEMBERED.total_seconds())
        calls: list[tuple[list[str], _Args]] = []
        for each in deliveries:
            await self._remember_where([(each.target, keys.delivery(each.id))], each.queued_at)
            names = [keys.QUEUE, keys.delivery(each.id), *(keys.delivery(name) for name in each.covers)]
            body = each.model_dump_json(exclude_defaults=True)
            calls.append((names, [each.id, body, seconds, each.guild, str(each.target), each.event]))
        return sum(int(new) for new in await self._link.run_each("enqueue", calls))

    async def lead(self, role: str, owner: str, *, ttl: timedelta) -> int:
        names = [keys.lead(role), keys.seat(role)]
        return int(await self._link.run("lead", names, [owner, int(ttl.total_seconds() * 1000)]))

    async def resign(self, role: str, owner: str) -> None:
        await self._link.run("release", [keys.lead(role)], [owner])

    async def left(self, *, after: str, limit: int) -> Sequence[Ticket]:
        tickets = await self._read(after or "0", limit, None)
        async with self._link.trouble():
            pipe = self._link.redis.pipeline(transaction=False)
            for each in tickets:
                pipe.hmget(keys.delivery(each.id), "until", "letter", "part")
            found = await pipe.execute() if tickets else []
        return [_with_state(each, *row) for each, row in zip(tickets, found, strict=True)]

    async def take(self, *, limit: int, wait: timedelta) -> Sequence[Ticket]:
        return await self._read(">", limit, wait)

    async def _read(self, start: str, limit: int, wait: timedelta | None) -> list[Ticket]:
        block = int(wait.total_seconds() * 1000) if wait else 0
        async with self._link.trouble():
            found = await self._link.redis.xreadgroup(
                keys.QUEUE_GROUP, _CONSUMER, {keys.QUEUE: start}, count=limit, block=block or None
            )
        return [_ticket(ticket, fields) for ticket, fields in entries(found)]

    async def open(self, tickets: Sequence[Ticket]) -> Sequence[Claim]:
        if not tickets:
            return []
        async with self._link.trouble():
            pipe = self._link.redis.pipeline(transaction=False)
            for each in tickets:
                pipe.hmget(keys.delivery(each.id), "delivery", "tries", "tried_at", "state", "v")
            rows = list(zip(tickets, await pipe.execute(), strict=True))
            # What a newer version has queued stays pending, for the process of that version that sits here next.
            pairs = [(each, row[:4]) for each, row in rows if self._link.reads(row[4])]
            for shape in {row[4] for _, row in rows if not self._link.reads(row[4])}:
                self._link.leave("deliveries", shape)
            # Its end was noted and the answer lost, or it was queued too long ago to be remembered.
            over = [each.ticket for each, (body, _, _, state) in pairs if not body or state in _ENDED]
            if over:
                await drop(self._link.redis, keys.QUEUE, keys.QUEUE_GROUP, over)
        return [
            Claim(each, Delivery.model_validate_json(body), int(tries), datetime.fromisoformat(at) if at else None)
            for each, (body, tries, at, state) in pairs
            if body and state not in _ENDED
        ]

    async def begin(self, seat: int, attempts: Sequence[Attempt], now: datetime) -> bool:
        texts = dict[str, str]()
        claims = [(attempt.letter, part, c) for attempt in attempts for part, c in enumerate(attempt.claims)]
        ended = [outcome for attempt in attempts for outcome in attempt.ended]
        for attempt in attempts:
            mine = _texts(attempt.episodes)
            if len(attempt.claims) > 1 and attempt.letter:
                body = _DELIVERIES.dump_json([claim.delivery for claim in attempt.claims], exclude_defaults=True)
                mine[keys.letter(attempt.letter)] = body.decode()
            await self._remember_where([(attempt.claims[0].delivery.target, name) for name in mine], now)
            texts |= mine
        names = [keys.seat("deliver"), keys.QUEUE, *(keys.delivery(claim.delivery.id) for _, _, claim in claims)]
        names += [keys.delivery(outcome.claim.delivery.id) for outcome in ended]
        args: _Args = [seat, now.isoformat(), keys.QUEUE_GROUP, len(claims), len(ended)]
        for letter, part, claim in claims:
            body = claim.delivery.model_dump_json(exclude_defaults=True).encode() if claim.is_changed else b""
            args += [letter, part, body.decode()]
        for outcome in ended:
            args += [outcome.claim.ticket.ticket, outcome.state, outcome.note]
        return bool(await self._link.run("begin", [*names, *texts], [*args, *_kept(texts)]))

    async def finish(
        self, seat: int, outcomes: Sequence[Outcome], now: datetime, episodes: Sequence[Episode] = ()
    ) -> None:
        names = [keys.seat("deliver"), keys.QUEUE, keys.DEAD]
        names += [keys.delivery(outcome.claim.delivery.id) for outcome in outcomes]
        texts = _texts(episodes)
        await self._remember_where([(each.target, _name(each)) for each in episodes], now)
        args: _Args = [seat, keys.QUEUE_GROUP, now.timestamp() * 1000, len(outcomes)]
        for each in outcomes:
            until = each.until.isoformat() if each.until else ""
            args += [each.claim.ticket.ticket, each.claim.delivery.id, each.state, each.note, until]
            args += [each.letter or "", each.part, int(each.is_dead)]
        await self._link.run("finish", [*names, *texts], [*args, *_kept(texts)])

    async def _remember_where(self, names: Iterable[tuple[Target, str]], at: datetime) -> None:
        """Before anything about a person is kept, keep under which name it is found again: see ports.Persons."""
        personal = [(str(target), name) for target, name in names if target.type is TargetKind.DM]
        if not personal:
            return
        async with self._link.trouble():
            pipe = self._link.redis.pipeline(transaction=False)
            for target, name in personal:
                pipe.zadd(keys.written_to(target), {name: at.timestamp()})
                pipe.zremrangebyscore(keys.written_to(target), "-inf", (at - EPISODE_REMEMBERED).timestamp())
                pipe.expire(keys.written_to(target), EPISODE_REMEMBERED)
            await pipe.execute()

    async def letter(self, letter_id: str) -> Sequence[Delivery]:
        async with self._link.trouble():
            found = await self._link.redis.get(keys.letter(letter_id))
        return _DELIVERIES.validate_python(orjson.loads(found)) if found else []

    async def is_queued(self, ids: Sequence[str]) -> Sequence[bool]:
        async with self._link.trouble():
            pipe = self._link.redis.pipeline(transaction=False)
            for each in ids:
                pipe.exists(keys.delivery(each))
            return [bool(found) for found in await pipe.execute()] if ids else []

    async def backlog(self) -> Backlog:
        async with self._link.trouble():
            pipe = self._link.redis.pipeline(transaction=False)
            pipe.xlen(keys.QUEUE)
            pipe.xrange(keys.QUEUE, count=1)
            count, first = await pipe.execute()
            if not first:
                return Backlog()
            body = await self._link.redis.hget(keys.delivery(first[0][1].get("id", "?")), "delivery")
        if body:
            return Backlog(int(count), Delivery.model_validate_json(body).queued_at)
        # It is forgotten already; the ticket begins with the server's time.
        return Backlog(int(count), datetime.fromtimestamp(int(first[0][0].partition("-")[0]) / 1000, UTC))

    async def delivery_state(self, delivery_id: str) -> DeliveryState | None:
        async with self._link.trouble():
            found = await self._link.redis.hget(keys.delivery(delivery_id), "state")
        return DeliveryState(found) if found else None


def _ticket(ticket: str, fields: dict[str, str]) -> Ticket:
    # An entry that was trimmed away comes without fields; opening it finds that it has ended.
    return Ticket(
        ticket, fields.get("id", "?"), int(fields.get("guild", 0)), fields.get("target", "?"), fields.get("event", "?")
    )


def _with_state(ticket: Ticket, until: str | None, letter: str | None, part: str | None) -> Ticket:
    return Ticket(
        ticket.ticket, ticket.id, ticket.guild, ticket.target, ticket.event,
        datetime.fromisoformat(until) if until else None, letter or None, int(part or 0),
    )  # fmt: skip


def _texts(episodes: Sequence[Episode]) -> dict[str, str]:
    return {_name(each): each.model_dump_json(exclude_defaults=True) for each in episodes}


def _name(episode: Episode) -> str:
    return keys.episode(str(episode.target), episode.sku)


def _kept(texts: dict[str, str]) -> _Args:
    seconds = int(EPISODE_REMEMBERED.total_seconds())
    return [each for text in texts.values() for each in (text, seconds)]
