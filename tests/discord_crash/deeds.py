"""What people do on Discord: payments, check-ins and packets by commands, shares by buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, cast

from coterie.adapters.discord.fake import FakeDiscord, FakeInteraction, NotPossible
from tests.telegram_crash import deeds
from tests.telegram_crash.deeds import FUNDS, CheckIn, Deed, Grab, Packet, Pay, has_happened

if TYPE_CHECKING:
    from tests.discord_crash.scene import Scene


class Crowd(deeds.Crowd):
    """Plans deeds, does them, and remembers them all; the ``update`` of one is the number of its event."""

    def __init__(self, scene: Scene, seed: int) -> None:
        super().__init__(cast("Any", scene), seed)
        self._fake = scene.fake
        self.interactions: dict[int, FakeInteraction] = {}
        """What came of deeds, by the numbers of their events."""

    def do(self, deeds: Iterable[Deed], *, then: Callable[[Any], None] | None = None) -> list[Deed]:
        """Do these at once, with what is done ``then`` at their end; returns those that could be done."""
        wanted = list(deeds)

        def act(server: FakeDiscord) -> None:
            (session,) = server.sessions.known.values()
            for deed in wanted:
                interaction = _act(server, deed)
                if interaction is not None:
                    deed.update = session.sequence
                    self.interactions[deed.update] = interaction
            if then is not None:
                then(server)

        self._fake.do(act)
        done = [deed for deed in wanted if deed.update]
        self.deeds += done
        return done


def _act(server: FakeDiscord, deed: Deed) -> FakeInteraction | None:
    who = str(deed.who)
    home = server.direct(who)
    match deed:
        case Pay():
            words = {"amount": str(deed.amount), "currency": "points", "note": f"note-{deed.amount}"}
            room = next(iter(server.world.guilds.values())).channel("room-0")
            return server.calls_command(who, room, "pay", {"member": f"discord:{deed.to}", **words})
        case CheckIn():
            return server.calls_command(who, home, "checkin")
        case Packet():
            packet = {"total": deed.shares * 100, "shares": deed.shares, "greeting": deed.greeting}
            return server.calls_command(who, str(deed.room), "packet", packet)
        case Grab():
            try:
                return server.taps(who, str(deed.card.message), deed.card.token)
            except NotPossible:  # the card says by now that the packet is empty
                return None
    return server.calls_command(who, home, "fund", {"amount": FUNDS})


__all__ = ["Crowd", "has_happened"]
