"""Subscribers hear everything from their making on; slow ones are told once of what happened often."""

import asyncio
import gc

import pytest

from runix_tui.core.events import DeploymentChanged
from runix_tui.deploy.bus import Bus, Subscription

ONE, TWO = DeploymentChanged("1"), DeploymentChanged("2")
GONE = DeploymentChanged("1", deleted=True)


@pytest.fixture
def bus() -> Bus[DeploymentChanged]:
    return Bus()


async def rest(subscription: Subscription[DeploymentChanged]) -> list[DeploymentChanged]:
    subscription.close()
    return [event async for event in subscription]


async def test_a_subscription_begins_when_it_is_made(bus: Bus[DeploymentChanged]) -> None:
    bus.publish(ONE)
    subscription = bus.subscribe()
    bus.publish(TWO)
    assert await rest(subscription) == [TWO]


async def test_everybody_hears_in_order(bus: Bus[DeploymentChanged]) -> None:
    subscriptions = [bus.subscribe() for _ in range(3)]
    for event in (TWO, ONE, GONE):
        bus.publish(event)
    for subscription in subscriptions:
        assert await rest(subscription) == [TWO, ONE, GONE]


async def test_a_slow_subscriber_is_told_once_and_takes_bounded_memory(bus: Bus[DeploymentChanged]) -> None:
    subscription = bus.subscribe()
    for _ in range(10_000):
        bus.publish(ONE)
        bus.publish(TWO)
    assert [await anext(subscription) for _ in range(2)] == [ONE, TWO]
    bus.publish(ONE)  # what comes after it was told is told again
    assert await rest(subscription) == [ONE]


async def test_a_waiting_subscriber_wakes(bus: Bus[DeploymentChanged]) -> None:
    subscription = bus.subscribe()
    waiting = asyncio.ensure_future(anext(subscription))
    await asyncio.sleep(0)
    assert not waiting.done()
    bus.publish(ONE)
    assert await asyncio.wait_for(waiting, 5) == ONE


async def test_closing_ends_those_who_wait(bus: Bus[DeploymentChanged]) -> None:
    subscription = bus.subscribe()
    waiting = asyncio.ensure_future(anext(subscription, None))
    await asyncio.sleep(0)
    bus.close()
    assert await asyncio.wait_for(waiting, 5) is None
    bus.publish(ONE)
    async with bus.subscribe() as late:
        bus.publish(TWO)
    assert [event async for event in late] == [TWO]


async def test_a_cancelled_wait_loses_nothing(bus: Bus[DeploymentChanged]) -> None:
    subscription = bus.subscribe()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(subscription), 0.01)
    bus.publish(ONE)
    assert await rest(subscription) == [ONE]


async def test_a_subscription_that_nobody_holds_is_forgotten(bus: Bus[DeploymentChanged]) -> None:
    subscription = bus.subscribe()
    assert len(bus._subscriptions) == 1
    del subscription
    gc.collect()
    assert len(bus._subscriptions) == 0
