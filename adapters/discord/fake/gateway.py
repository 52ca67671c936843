"""The gateway: one connection, its frames in both directions, and how a session begins, goes on and ends."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from coterie.adapters.discord.fake.asking import asked
from coterie.adapters.discord.fake.errors import Json
from coterie.adapters.discord.fake.sessions import EVERY_INTENT, GUILDS, Session, shard_of

if TYPE_CHECKING:
    from coterie.adapters.discord.fake.world import World

SENDS: Final = 120
"""Frames that a client may send in a minute."""
MINUTE: Final = 60.0
LARGEST_FRAME: Final = 4096
"""Bytes of a frame from the client."""
UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, AUTHENTICATION_FAILED, ALREADY_AUTHENTICATED = (
    4001,
    4002,
    4003,
    4004,
    4005,
)
INVALID_SEQUENCE, RATE_LIMITED, TIMED_OUT, INVALID_SHARD = 4007, 4008, 4009, 4010
INVALID_INTENTS, DISALLOWED_INTENTS = 4013, 4014


class Shut(Exception):
    """The server closes a connection with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Connection:
    """One connection to the gateway."""

    def __init__(
        self, world: World, socket: web.WebSocketResponse, transport: asyncio.Transport | None, *, compressed: bool
    ) -> None:
        self.world = world
        self._transport = transport
        self.socket = socket
        self.session: Session | None = None
        self.out: asyncio.Queue[str | bytes | Shut] = asyncio.Queue()
        self._shut = False
        self._deflate = zlib.compressobj() if compressed else None
        self._sent: deque[float] = deque()
        self._handlers: dict[int, Callable[[Any], None]] = {
            1: self._heartbeat, 2: self._identify, 3: self._presence, 4: self._pass_over, 6: self._resume,
            8: self._request_members,
        }  # fmt: skip

    def push(self, frame: str) -> None:
        """Queue a frame; one that the faults hold ready goes first."""
        if self.world.faults.frames:
            self.out.put_nowait(self.world.faults.frames.popleft())
        self.out.put_nowait(frame)

    def tell(self, op: int, data: object = None) -> None:
        """Queue a frame that is no event."""
        self.out.put_nowait(json.dumps({"op": op, "d": data, "s": None, "t": None}))

    def shut(self, code: int, reason: str = "") -> None:
        """Close after what is queued."""
        self.out.put_nowait(Shut(code, reason))

    def cut(self) -> None:
        """Drop the connection as a broken network does."""
        if self._transport is not None:
            self._transport.abort()

    async def serve(self, interval: float) -> None:
        """Talk until somebody closes; ``interval`` is that of heartbeats in seconds."""
        writer = asyncio.create_task(self._write())
        self.tell(10, {"heartbeat_interval": round(interval * 1000), "_trace": []})
        try:
            await self._read(interval)
        finally:
            # Nothing may be waited for here: the handler can be cancelled at any time.
            writer.cancel()
            if self.session is not None:
                ended = self.socket.close_code in (WSCloseCode.OK, WSCloseCode.GOING_AWAY) and not self._shut
                self.world.sessions.lost(self.session, self, ended=ended)

    async def _read(self, interval: float) -> None:
        while not self.socket.closed:
            try:
                message = await self.socket.receive(timeout=2 * interval)
            except TimeoutError:
                await self._close(Shut(TIMED_OUT, "Session timed out."))
                return
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return
            try:
                self._take(message)
            except Shut as why:
                await self._close(why)
                return

    async def _write(self) -> None:
        while True:
            frame = await self.out.get()
            try:
                if isinstance(frame, Shut):
                    await self._close(frame)
                    return
                await self._send(frame)
            except ConnectionError:
                return  # the reader sees it too

    async def _send(self, frame: str | bytes) -> None:
        if isinstance(frame, str) and self._deflate is not None:
            frame = self._deflate.compress(frame.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        if isinstance(frame, str):
            await self.socket.send_str(frame)
        else:
            await self.socket.send_bytes(frame)

    async def _close(self, why: Shut) -> None:
        self._shut = True
        await self.socket.close(code=why.code, message=why.reason.encode())

    # -- what the client sends

    def _take(self, message: WSMessage) -> None:
        now = asyncio.get_running_loop().time()
        self._sent.append(now)
        while self._sent[0] <= now - MINUTE:
            self._sent.popleft()
        if len(self._sent) > SENDS:
            raise Shut(RATE_LIMITED, "You are being rate limited.")
        if len(message.data) > LARGEST_FRAME:
            raise Shut(DECODE_ERROR, "Error while decoding payload.")
        try:
            payload = json.loads(message.data)
            handler = self._handlers.get(payload["op"])
        except (ValueError, TypeError, KeyError, RecursionError):
            raise Shut(DECODE_ERROR, "Error while decoding payload.") from None
        if handler is None:
            raise Shut(UNKNOWN_OPCODE, "Unknown opcode.")
        if self.session is None and payload["op"] not in (1, 2, 6):
            raise Shut(NOT_AUTHENTICATED, "Not authenticated.")
        try:
            handler(payload.get("d"))
        except (TypeError, ValueError, KeyError, AttributeError):
            raise Shut(DECODE_ERROR, "Error while decoding payload.") from None

    def _heartbeat(self, data: Any) -> None:
        self.world.tell("heartbeat", data)
        if not self.world.faults.counted("silent_heartbeats"):
            self.tell(11)

    def _pass_over(self, data: Any) -> None:
        """A frame that has no effect here."""

    def _presence(self, data: Json) -> None:
        assert self.session is not None
        self.session.presence = data
        self.world.tell("presence", data)

    def _authenticate(self, data: Json) -> None:
        if self.session is not None:
            raise Shut(ALREADY_AUTHENTICATED, "Already authenticated.")
        if str(data["token"]).removeprefix("Bot ") != self.world.token:
            raise Shut(AUTHENTICATION_FAILED, "Authentication failed.")

    def _identify(self, data: Json) -> None:
        self._authenticate(data)
        number, count = (int(one) for one in data.get("shard", (0, 1)))
        if not 0 <= number < count:
            raise Shut(INVALID_SHARD, "Invalid shard.")
        intents = data["intents"]
        if not isinstance(intents, int) or intents & ~EVERY_INTENT:
            raise Shut(INVALID_INTENTS, "Invalid intent(s).")
        if intents & ~self.world.sessions.allowed:
            raise Shut(DISALLOWED_INTENTS, "Disallowed intent(s).")
        if not self.world.limits.may_identify(number):
            self.tell(9, False)
            return
        threshold = min(250, max(50, int(data.get("large_threshold", 50))))
        self.session = self.world.sessions.open((number, count), intents, threshold, self)
        self.session.presence = data.get("presence") or {}
        self._ready(self.session)
        self.world.tell("identified", self.session)

    def _ready(self, session: Session) -> None:
        world, (number, count) = self.world, session.shard
        guilds = [
            guild for guild in world.guilds.values()
            if world.bot_id in guild.members and shard_of(guild.id, count) == number
        ]  # fmt: skip
        world.sessions.put(session, "READY", {
            "v": 10, "user": world.bot.payload() | {"verified": True, "mfa_enabled": True, "flags": 0, "email": None},
            "guilds": [{"id": guild.id, "unavailable": True} for guild in guilds],
            "session_id": session.id, "session_type": "normal", "resume_gateway_url": world.sessions.resume_url,
            "application": {"id": world.application_id, "flags": world.application["flags"]},
            "shard": list(session.shard), "private_channels": [], "relationships": [], "presences": [],
            "user_settings": {}, "guild_join_requests": [], "_trace": [],
        })  # fmt: skip
        if not session.intents & GUILDS:
            return
        for guild in guilds:
            if not guild.unavailable:
                world.introduce(session, guild)

    def _resume(self, data: Json) -> None:
        self._authenticate(data)
        sessions, sequence = self.world.sessions, int(data["seq"])
        session = sessions.find(str(data["session_id"]))
        if session is not None and sequence > session.sequence:
            sessions.end(session)
            raise Shut(INVALID_SEQUENCE, "Invalid seq.")
        missed = sessions.after(session, sequence) if session is not None else None
        if session is None or missed is None:
            self.tell(9, False)
            return
        if isinstance(session.line, Connection):
            session.line.shut(4000, "Unknown error.")
        self.session, session.line, session.held = session, self, None
        for frame in missed:
            self.push(frame)
        sessions.put(session, "RESUMED", {"_trace": []})
        self.world.tell("resumed", session)

    def _request_members(self, data: Json) -> None:
        assert self.session is not None
        for kind, raw in asked(self.world, self.session, data):
            self.world.sessions.put(self.session, kind, raw)
        self.world.wake()


class Gateway:
    """Takes connections.  ``interval`` is that of heartbeats in seconds; ``compresses`` whether zlib is offered."""

    def __init__(self, world: World, *, interval: float, compresses: bool) -> None:
        self.world = world
        self.interval = interval
        self.compresses = compresses
        self.connections: list[Connection] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One connection, from its first to its last frame."""
        if self.world.faults.counted("refused_connections"):
            return web.Response(status=503, text="503: Service Unavailable")
        socket = web.WebSocketResponse(compress=False, max_msg_size=1 << 20)
        await socket.prepare(request)
        compressed = self.compresses and request.query.get("compress") == "zlib-stream"
        connection = Connection(self.world, socket, request.transport, compressed=compressed)
        self.connections.append(connection)
        self.world.tell("connected", dict(request.query))
        try:
            await connection.serve(self.interval)
        finally:
            self.connections.remove(connection)
            self.world.tell("disconnected", connection)
        return socket

    def cut(self) -> None:
        """Drop every connection as a broken network does."""
        for connection in list(self.connections):
            connection.cut()
