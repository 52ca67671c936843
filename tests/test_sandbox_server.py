"""The playground's server: acts are answered after the commit, whatever is hostile gets an error."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from unittest.mock import Mock

import pytest
from aiohttp import WSMsgType, WSServerHandshakeError

from coterie.adapters.sandbox import SandboxAdapter, SandboxConfig
from coterie.adapters.sandbox.guard import Guard, PublicBindError
from coterie.core.actions import OpenForm, SendInvoice, SendPoll
from coterie.core.cards import Card, Question
from coterie.core.events import ButtonTapped, FormSubmitted, MessagePosted, PollAnswered, StandingChanged
from coterie.core.platform import Delivery, Picture, UnknownPlace
from tests.sandbox_kit import GRAB, answer, hear, served

pytestmark = pytest.mark.asyncio


async def test_the_page_and_its_files_carry_the_security_headers() -> None:
    async with served() as play:
        page = await play.client.get("/")
        assert page.status == 200
        assert "playground.js" in await page.text()
        for path in ("/", "/playground/playground.css", "/playground/nothing.js", "/api/state?persona=nobody"):
            response = await play.client.get(path)
            assert "default-src 'none'" in response.headers["Content-Security-Policy"]
            assert "unsafe" not in response.headers["Content-Security-Policy"]
            assert response.headers["X-Content-Type-Options"] == "nosniff"
        tag = page.headers["ETag"]
        again = await play.client.get("/", headers={"If-None-Match": tag})
        assert again.status == 304


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:8080"},
        {"Host": "[::1"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_sites_page_is_refused(headers: dict[str, str]) -> None:
    async with served() as play:
        for response in (
            await play.client.get("/api/state?persona=alice", headers=headers),
            await play.client.post("/api/act", json={"do": "leave", "persona": "bob"}, headers=headers),
        ):
            assert response.status == 403
            assert (await answer(response))[1]["code"] == "forbidden"
        with pytest.raises(WSServerHandshakeError, match="403"):
            await play.client.ws_connect("/ws", headers=headers)
        assert play.town.people["bob"].present


async def test_names_of_this_machine_and_configured_ones_are_accepted() -> None:
    async with served({"hosts": ("play.example",)}) as play:
        for host in ("localhost:8080", "127.0.0.1", "[::1]:80", "play.example", "PLAY.example:443"):
            response = await play.client.get("/", headers={"Host": host})
            assert response.status == 200, host
        visit = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
        assert (await play.client.get("/", headers=visit)).status == 200


async def test_a_public_address_needs_to_be_allowed() -> None:
    closed, open_ = SandboxAdapter(), SandboxAdapter(SandboxConfig(allow_public=True))
    for host in ("0.0.0.0", "::", "192.168.1.5", "example.org", ""):
        with pytest.raises(PublicBindError, match="allow_public = true"):
            closed.check_bind(host)
        open_.check_bind(host)
    for host in ("127.0.0.1", "localhost", "::1", "127.8.8.8"):
        closed.check_bind(host)


async def test_a_connection_to_an_outside_address_is_refused_whatever_was_checked_before() -> None:
    request = Mock(headers={"Host": "127.0.0.1"}, method="GET")
    request.transport.get_extra_info.return_value = ("10.0.0.4", 8080)
    assert "own address only" in Guard().refusal(request)
    assert not Guard(allow_public=True).refusal(request)
    request.transport.get_extra_info.return_value = ("::1", 8080, 0, 0)
    assert not Guard().refusal(request)


async def test_an_act_is_answered_only_after_its_commit() -> None:
    async with served() as play:
        play.desk.hold = True
        play.desk.arrived.clear()
        act = asyncio.create_task(play.act(do="post", persona="alice", room="general", text="hello"))
        await play.desk.arrived.wait()
        await asyncio.sleep(0.05)
        assert not act.done()
        play.desk.held[0].set_result(None)
        assert await act == (200, {"ok": True})


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (RuntimeError("disk full"), 503, "failed"),
        (UnknownPlace("nobody owns town"), 404, "no-community"),
        (asyncio.CancelledError(), 503, "busy"),
    ],
)
async def test_a_failed_commit_is_told(error: Any, status: int, code: str) -> None:
    async with served() as play:
        play.desk.hold = True
        play.desk.arrived.clear()
        act = asyncio.create_task(play.act(do="post", persona="alice", room="general", text="hello"))
        await play.desk.arrived.wait()
        if isinstance(error, asyncio.CancelledError):
            play.desk.held[0].cancel()
        else:
            play.desk.held[0].set_exception(error)
        got, body = await act
        assert (got, body["ok"], body["code"]) == (status, False, code)
        assert "disk full" not in body["error"]


async def test_nothing_is_done_while_no_application_runs() -> None:
    async with served(started=False) as play:
        status, body = await play.act(do="post", persona="alice", room="general", text="hello")
        assert (status, body["code"]) == (503, "busy")
        assert not play.town.messages
        assert (await play.state(persona="alice"))["persona"]["standing"] == "operator"


HOSTILE = [
    "",
    "{",
    "null",
    "[]",
    '"post"',
    "{}",
    '{"do":"nothing"}',
    '{"do":"post"}',
    '{"do":"post","persona":"alice","room":"general","text":""}',
    '{"do":"post","persona":"alice","room":"general","text":7}',
    '{"do":"post","persona":"alice","room":"general","text":"\\ud800"}',
    '{"do":"post","persona":"alice","room":"general","text":"hi","extra":1}',
    '{"do":"post","persona":"__proto__","room":"general","text":"hi"}',
    '{"do":"post","persona":"alice","room":"nowhere","text":"hi"}',
    '{"do":"post","persona":"alice","room":"dm:bob","text":"hi"}',
    '{"do":"post","persona":"alice","room":"general","text":"' + "x" * 8001 + '"}',
    '{"do":"tap","persona":"alice","message":"nope","token":"t"}',
    '{"do":"tap","persona":"alice","button":"Nothing"}',
    '{"do":"fill","persona":"alice","answers":{"a":"b"}}',
    '{"do":"pay","persona":"alice","amount":5,"currency":"XTR"}',
    '{"do":"advance","ms":-1}',
    '{"do":"advance","ms":1e30}',
    '{"do":"standing","persona":"alice","standing":"god"}',
    '{"do":"person","name":"\\u200b\\u202e"}',
    '{"do":"person","name":"Alice"}',
    '{"do":"person","name":"Zoe","platform":"irc"}',
    '{"do":"room","name":" # : "}',
    '{"do":"earlier","room":"general","before":"x"}',
    "[" * 100_000,
]


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_json_gets_an_error_and_changes_nothing(raw: str) -> None:
    async with served() as play:
        before = (len(play.town.messages), len(play.town.people), list(play.town.rooms), len(play.desk.events))
        response = await play.client.post("/api/act", data=raw.encode(), headers={"Content-Type": "application/json"})
        status, body = await answer(response)
        assert 400 <= status < 500, body
        assert body["ok"] is False
        assert body["error"]
        async with play.client.ws_connect("/ws") as socket:
            await socket.send_str(raw)
            done = await hear(socket, "done")
            assert done["error"]
            await socket.send_str('{"do":"hello"}')
            assert (await hear(socket, "all"))["people"]
        after = (len(play.town.messages), len(play.town.people), list(play.town.rooms), len(play.desk.events))
        assert after[:2] == before[:2]
        assert after[3] == before[3]


async def test_the_body_must_be_json_of_a_bearable_size() -> None:
    async with served() as play:
        form = await play.client.post("/api/act", data={"do": "leave", "persona": "bob"})
        assert form.status == 415
        large = await play.client.post("/api/act", json={"do": "post", "text": "x" * 300_000})
        assert large.status == 413
        bytes_ = await play.client.ws_connect("/ws")
        await bytes_.send_bytes(b"{}")
        assert "text" in (await hear(bytes_, "done"))["error"]
        await bytes_.send_str("x" * 300_000)
        async with asyncio.timeout(5):
            assert (await bytes_.receive()).type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.ERROR)
        assert (await play.client.get("/")).status == 200


async def test_eight_thousand_characters_reach_the_application() -> None:
    async with served() as play:
        assert (await play.act(do="post", persona="alice", room="#general", text="字" * 8000))[0] == 200
        posted = play.desk.events[-1]
        assert isinstance(posted, MessagePosted)
        assert len(posted.text) == 8000


async def test_every_act_becomes_its_event() -> None:
    async with served({"people": ("Alice", "Bob", "Carol@telegram")}) as play:
        first = play.desk.events[0]
        assert isinstance(first, StandingChanged)
        assert first.standing == "operator"
        message = await play.says(GRAB)
        where, who = play.town.room("general").where, play.town.persona("bob").who
        question = Question("age", "Your age", "int")
        form = OpenForm(where=where, token="t-form", to=who, title="About you", questions=(question,))
        await play.adapter.platform.open_form(form, Delivery(key="f"))
        invoice = SendInvoice(
            where=where, ref=9, to=who, invoice="i1", title="Tier", description="", amount=499, currency="USD"
        )
        poll = SendPoll(where=where, ref=10, question="Drink?", options=("Tea", "Coffee"))
        native = await play.adapter.platform.send_poll(poll, Delivery(key="p"))
        bill = await play.adapter.platform.send_invoice(invoice, Delivery(key="i"))
        acts: list[dict[str, Any]] = [
            {"do": "post", "persona": "carol@telegram", "room": "general", "text": "hi", "reply_to": message},
            {"do": "tap", "persona": "bob", "message": message, "token": "t-grab"},
            {"do": "tap", "persona": "bob", "room": "#general", "button": "grab"},
            {"do": "fill", "persona": "bob", "answers": {"Your age": "30"}},
            {"do": "fill", "persona": "bob", "cancel": True},
            {"do": "pay", "persona": "bob", "message": bill},
            {"do": "react", "persona": "bob", "message": message, "emoji": "🎉"},
            {"do": "vote", "persona": "bob", "message": native.partition("/")[0], "options": [1]},
            {"do": "vote", "persona": "bob", "texts": ["te"]},
            {"do": "vote", "persona": "bob"},
            {"do": "block", "persona": "bob"},
            {"do": "unblock", "persona": "bob"},
            {"do": "leave", "persona": "bob"},
            {"do": "ask", "persona": "bob", "text": "let me in"},
            {"do": "join", "persona": "bob"},
            {"do": "standing", "persona": "bob", "standing": "operator"},
        ]
        for act in acts:
            assert await play.act(**act) == (200, {"ok": True}), act
        assert play.desk.kinds() == [
            "MessagePosted", "ButtonTapped", "ButtonTapped", "FormSubmitted", "FormSubmitted", "PaymentReceived",
            "ReactionAdded", "PollAnswered", "PollAnswered", "PollAnswered", "DirectChanged", "DirectChanged",
            "MemberLeft", "JoinRequested", "MemberJoined", "StandingChanged",
        ]  # fmt: skip
        tap, filled, cancelled = play.desk.events[2], play.desk.events[4], play.desk.events[5]
        assert isinstance(tap, ButtonTapped)
        assert (tap.token, tap.message) == ("t-grab", message)
        assert isinstance(filled, FormSubmitted)
        assert isinstance(cancelled, FormSubmitted)
        assert (filled.answers, cancelled.cancelled) == ({"age": "30"}, True)
        votes = [event for event in play.desk.events if isinstance(event, PollAnswered)]
        assert [(vote.poll, vote.options) for vote in votes] == [
            (native.partition("/")[2], n) for n in ((1,), (0,), ())
        ]
        assert len({event.key for event in play.desk.events}) == len(play.desk.events)


async def test_what_the_platform_does_not_allow_is_refused_with_a_reason() -> None:
    async with served() as play:
        bob, alice = play.town.persona("bob"), play.town.persona("alice")
        bob.muted = 0
        status, said = await play.act(do="post", persona="bob", room="general", text="hi")
        assert (status, said["code"], said["error"]) == (
            403,
            "not-permitted",
            "Bob is muted and cannot write in #general.",
        )
        alice.present, alice.banned = False, play.town.clock.now() + 60_000
        assert (await play.act(do="join", persona="alice"))[0] == 403
        assert (await play.act(do="vote", persona="bob", texts=["tea"]))[0] == 404
        assert (await play.act(do="vote", persona="bob", message="m1", options=[-1]))[0] == 400
        people = {person["key"]: person["marks"] for person in play.adapter.views.around()["people"]}
        assert (people["bob"], people["alice"]) == (["muted"], ["banned"])


async def test_people_rooms_languages_and_time_can_be_changed() -> None:
    async with served() as play:
        assert await play.act(do="person", name="  Erin\u202e ", platform="discord") == (
            200, {"ok": True, "persona": "erin@discord"},
        )  # fmt: skip
        assert play.town.people["erin@discord"].name == "Erin"
        assert await play.act(do="room", name="# Quiz night") == (200, {"ok": True, "room": "quiz-night"})
        assert (await play.act(do="locale", persona="bob", locale="zh-Hant"))[0] == 200
        assert play.town.persona("bob").who.locale == "zh-Hant"
        before = play.town.clock.now()
        assert (await play.act(do="advance", ms=86_400_000))[0] == 200
        assert 0 <= play.town.clock.now() - before - 86_400_000 < 5000
        assert (await play.act(do="person", name="<img src=x onerror=alert(1)>"))[0] == 200


async def test_a_state_shows_what_that_person_sees() -> None:
    async with served() as play:
        room = play.town.room("general")
        await play.says(GRAB)
        await play.whispers("bob", Card(text="You got 40 points."), room)
        bob, carol = await play.state(persona="Bob"), await play.state(persona="carol", room="general")
        assert [m["shown"] for m in bob["messages"]] == ["Red packet\nFor three\n[Grab]", "You got 40 points."]
        assert len(carol["messages"]) == 1
        since = await play.state(persona="bob", since=str(bob["messages"][0]["seq"]))
        assert len(since["messages"]) == 1
        await play.act(do="leave", persona="bob")
        assert (await play.state(persona="bob"))["messages"] == []
        assert (await play.client.get("/api/state?persona=bob&room=nope")).status == 404
        assert (await play.client.get("/api/state?persona=bob&since=-1")).status == 400


async def test_only_harmless_pictures_are_served() -> None:
    async with served() as play:
        for media_type, status in (("image/png", 200), ("image/svg+xml", 404), ("text/html", 404)):
            message = await play.says(Card(text="chart"))
            play.town.messages[message].pictures = (Picture(b"data", media_type, "a chart"),)
            response = await play.client.get(f"/playground/picture/{message}/0")
            assert response.status == status
            if status == 200:
                assert (response.content_type, await response.read()) == ("image/png", b"data")
                assert (await play.client.get(f"/playground/picture/{message}/1")).status == 404
        assert (await play.client.get("/playground/picture/none/0")).status == 404


async def test_settle_waits_for_what_follows() -> None:
    async with served() as play:
        body = {"do": "post", "persona": "alice", "room": "general", "text": "hi"}
        assert (await play.client.post("/api/act?settle=1", data=json.dumps(body))).status == 415
        assert (await play.client.post("/api/act?settle=1", json=body)).status == 200
        assert play.adapter.actor.stage is not None
        assert play.adapter.actor.stage.settled == 1  # type: ignore[attr-defined]  # the fake counts
