"""Faults, carried out: what each does to the world from now on, or now."""

from __future__ import annotations

from coterie.core.platform import RetryLater, Uncertain
from coterie.core.testing.people import Fault as Answer
from coterie.core.testing.play.steps import Fault
from coterie.core.testing.play.values import milliseconds
from coterie.core.testing.play.world import StepFailed, World
from coterie.core.testing.trouble.strikes import DAMAGES, MOMENTS


async def strike(world: World, fault: Fault) -> None:
    """Let something go wrong from now on, or now; raises :class:`StepFailed`."""
    trouble = world.host.trouble
    strikes, deliveries = trouble.strikes, trouble.deliveries
    match fault.kind:
        case "crash":
            strikes.crash = next(moment for moment in MOMENTS if moment == fault.how)
        case "database":
            strikes.damage = next(damage for damage in DAMAGES if damage == fault.how)
            strikes.damages = fault.count
        case "duplicate":
            deliveries.duplicates = fault.count
        case "late":
            deliveries.late = milliseconds(fault.length)
        case "reorder":
            deliveries.mix(fault.count)
        case "send uncertain":
            strikes.sends.append(Answer(Uncertain("no answer in time"), happened=fault.how == "happened"))
        case "429":
            strikes.sends.append(Answer(RetryLater(fault.count)))
        case "5xx":
            strikes.sends.extend([Answer(RetryLater(5, "the platform is down", down=True))] * fault.count)
        case "platform down":
            strikes.down_until = world.clock.now() + milliseconds(fault.length)
        case "clock":
            length = milliseconds(fault.length)
            trouble.set_back += length if fault.how == "-" else 0
            world.host.clock.jump(-length if fault.how == "-" else length)
            await world.settled()
        case "two owners":
            await _second_owner(world)
        case "plugin":
            await _change_plugin(world, fault.name, fault.how)


async def _second_owner(world: World) -> None:
    world.app = await world.host.start(beside=True)
    await world.settled()


async def _change_plugin(world: World, name: str, how: str) -> None:
    host = world.host
    if name not in host.plugins:
        raise StepFailed(f"there is no plugin {name}; there are: {', '.join(sorted(host.plugins)) or 'none'}")
    if how == "upgraded":
        await host.upgrade(name)
    else:
        host.switch(name, on=how == "on")
    world.app = await host.start()
    await world.settled()
