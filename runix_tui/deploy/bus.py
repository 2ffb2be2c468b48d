"""Who hears of events: publish and subscribe inside one event loop. What the events mean is none of its business.

Events are hints: equal ones that still wait for a subscriber are one. So a slow subscriber loses nothing that matters,
and what waits for it is bounded by the number of things that events can be about.
"""

import asyncio
from collections.abc import Hashable
from typing import Generic, TypeVar
from weakref import WeakSet

T = TypeVar("T", bound=Hashable)


class Subscription(Generic[T]):
    """An async iterator over what is published from its making on. ``async for``, or ``async with`` to be sure that it
    ends; one that nobody holds any more is forgotten by itself."""

    def __init__(self) -> None:
        self._waiting: dict[T, None] = {}  # an ordered set
        self._something = asyncio.Event()
        self._closed = False

    def __aiter__(self) -> "Subscription[T]":
        return self

    async def __anext__(self) -> T:
        while not self._waiting:
            if self._closed:
                raise StopAsyncIteration
            self._something.clear()
            await self._something.wait()
        event = next(iter(self._waiting))
        del self._waiting[event]
        return event

    async def __aenter__(self) -> "Subscription[T]":
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    async def aclose(self) -> None:
        """End it, as an async generator ends."""
        self.close()

    def put(self, event: T) -> None:
        """Add an event, unless an equal one still waits."""
        if not self._closed:
            self._waiting[event] = None
            self._something.set()

    def close(self) -> None:
        """No more events: the iterator ends after those that wait."""
        self._closed = True
        self._something.set()


class Bus(Generic[T]):
    """Events of one kind, told to every subscriber in the order in which they were published first."""

    def __init__(self) -> None:
        self._subscriptions: WeakSet[Subscription[T]] = WeakSet()

    def publish(self, event: T) -> None:
        """Tell every subscriber; never waits. Call it on the event loop's thread."""
        for subscription in tuple(self._subscriptions):
            subscription.put(event)

    def subscribe(self) -> Subscription[T]:
        """Everything published from now on."""
        subscription: Subscription[T] = Subscription()
        self._subscriptions.add(subscription)
        return subscription

    def close(self) -> None:
        """Every subscriber's iterator ends."""
        for subscription in tuple(self._subscriptions):
            subscription.close()
        self._subscriptions.clear()
