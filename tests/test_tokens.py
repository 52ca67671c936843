"""Button tokens: nothing but what was signed opens, for nobody but whom, and no sooner or later."""

from __future__ import annotations

import string
from base64 import urlsafe_b64encode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coterie.core.tokens import ARGS_LENGTH, TOKEN_LENGTH, Opened, Signer, TokenError, expiry, pack, route_of, unpack

SIGNER = Signer(b"0123456789abcdef0123456789abcdef")
NOW = 1_790_000_000_000
LATER = expiry(NOW, 3600)
ROUTE = route_of("redpacket", "grab")

IDS = st.integers(1, 2**63 - 1)
ROUTES = st.integers(0, 2**32 - 1)
ARGS = st.binary(max_size=ARGS_LENGTH)
EXPIRIES = st.just(0) | st.integers(LATER, 2**32 - 1)
BASE64 = string.ascii_letters + string.digits + "-_"


def problem(token: str, community: int = 1, now_ms: int = NOW, member: int = 2, signer: Signer = SIGNER) -> str:
    with pytest.raises(TokenError) as caught:
        signer.open(community, token, now_ms, member)
    assert caught.value.key == f"button-{caught.value.kind}"
    assert caught.value.namespace == "core"
    return caught.value.kind


@given(IDS, ROUTES, ARGS, EXPIRIES, st.just(0) | IDS, IDS)
def test_what_was_signed_is_opened(
    community: int, route: int, args: bytes, expires: int, bound: int, member: int
) -> None:
    token = SIGNER.sign(community, route, args, expires, bound)
    assert len(token) <= TOKEN_LENGTH
    assert set(token) <= set(BASE64)
    assert SIGNER.open(community, token, NOW, bound or member) == Opened(route, args)


def test_the_largest_token_is_forty_characters() -> None:
    assert len(SIGNER.sign(2**64 - 1, 2**32 - 1, b"\xff" * ARGS_LENGTH, 2**32 - 1, 2**64 - 1)) == TOKEN_LENGTH
    assert len(SIGNER.sign(1, ROUTE, b"", 0)) == 23


@given(ARGS, EXPIRIES, st.sampled_from([0, 2]), st.data())
def test_no_changed_bit_opens(args: bytes, expires: int, bound: int, data: st.DataObject) -> None:
    token = SIGNER.sign(1, ROUTE, args, expires, bound)
    place = data.draw(st.integers(0, len(token) - 1))
    changed = chr(ord(token[place]) ^ 1 << data.draw(st.integers(0, 7)))
    assert problem(token[:place] + changed + token[place + 1 :]) in ("forged", "foreign")
    other = data.draw(st.sampled_from(BASE64.replace(token[place], "")))
    assert problem(token[:place] + other + token[place + 1 :]) in ("forged", "foreign")


@given(ARGS, EXPIRIES, st.sampled_from([0, 2]))
def test_no_part_of_a_token_opens_and_none_with_more(args: bytes, expires: int, bound: int) -> None:
    token = SIGNER.sign(1, ROUTE, args, expires, bound)
    for length in range(len(token)):
        assert problem(token[:length]) == "forged"
        assert problem(token[length + 1 :]) == "forged"
    for more in ("A", "AAAA", "=", "\n", " ", "é", "\x00", "-"):
        assert problem(token + more) == "forged"
        assert problem(more + token) == "forged"


@pytest.mark.parametrize(
    ("head", "opens"), [(0x43, True), (0x83, False), (0x03, False), (0x42, False), (0x44, False), (0x53, False)]
)
def test_a_head_that_does_not_fit_is_refused_even_when_signed(head: int, opens: bool) -> None:
    body = bytes((head,)) + ROUTE.to_bytes(4) + b"abc"
    mac = SIGNER._keys[0].copy()
    mac.update((1).to_bytes(8) + body)
    token = urlsafe_b64encode(body + mac.digest()).rstrip(b"=").decode()
    if opens:
        assert SIGNER.open(1, token, NOW, 2) == Opened(ROUTE, b"abc")
    else:
        assert problem(token) == "forged"


@given(st.text() | st.text(BASE64, max_size=TOKEN_LENGTH), IDS, IDS)
@example("", 1, 1)
@example("\ud800", 1, 1)
@example("A" * 40, 1, 1)
@example("A" * 100_000, 1, 1)
def test_nothing_made_up_opens(token: str, community: int, member: int) -> None:
    assert problem(token, community, member=member) == "forged"


@given(ARGS, EXPIRIES, st.sampled_from([0, 2]), IDS)
def test_another_community_is_told_nothing(args: bytes, expires: int, bound: int, community: int) -> None:
    token = SIGNER.sign(1, ROUTE, args, expires, bound)
    assert problem(token, community + 1) == "forged"


@given(ARGS, EXPIRIES, IDS, IDS)
def test_another_member_is_told_that_it_is_not_theirs(args: bytes, expires: int, bound: int, member: int) -> None:
    token = SIGNER.sign(1, ROUTE, args, expires, bound)
    assert problem(token, member=member if member != bound else bound + 1) == "foreign"
    assert problem(token, member=0) == "foreign"


@given(st.integers(0, 2**41), st.integers(1, 10**9))
def test_a_token_lives_as_long_as_promised_and_a_minute_more_at_most(now: int, seconds: int) -> None:
    over = expiry(now, seconds)
    token = SIGNER.sign(1, ROUTE, b"x", over)
    assert SIGNER.open(1, token, now + seconds * 1000 - 1, 2).args == b"x"
    assert problem(token, now_ms=now + seconds * 1000 + 60_000) == "expired"


def test_a_token_without_expiry_never_ends() -> None:
    assert expiry(NOW, 0) == 0
    assert SIGNER.open(1, SIGNER.sign(1, ROUTE, b"", 0), 2**60, 2) == Opened(ROUTE, b"")


@pytest.mark.parametrize("bound", [0, 2])
def test_secrets_can_be_changed(bound: int) -> None:
    old, new = b"old secret, 32 bytes or anything", b"new secret of some other length, which is longer" * 3
    token = Signer(old).sign(1, ROUTE, b"args", LATER, bound)
    rotated = Signer(new, [b"an even older secret", old])
    assert rotated.open(1, token, NOW, 2) == Opened(ROUTE, b"args")
    assert problem(token, signer=Signer(new)) == "forged"
    assert problem(rotated.sign(1, ROUTE, b"args", LATER, bound), signer=Signer(old)) == "forged"
    assert problem(token, 2, signer=rotated) == "forged"
    assert problem(Signer(old).sign(1, ROUTE, b"", 0, 9), signer=rotated) == "foreign"


@pytest.mark.parametrize("secrets", [(b"", ()), (b"fifteen bytes..", ()), (b"long enough, this one", (b"short",))])
def test_a_short_secret_is_not_taken(secrets: tuple[bytes, tuple[bytes, ...]]) -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        Signer(*secrets)


def test_what_does_not_fit_is_not_signed() -> None:
    with pytest.raises(ValueError, match="at most 9 bytes"):
        SIGNER.sign(1, ROUTE, b"x" * 10, 0)
    for community, route, expires, member in ((2**64, 1, 0, 0), (1, 2**32, 0, 0), (1, 1, 2**32, 0), (1, 1, 0, 2**64)):
        with pytest.raises(OverflowError):
            SIGNER.sign(community, route, b"", expires, member)


def test_routes_stay_what_they_are() -> None:
    # Buttons of older versions carry them, so that they may never change.
    assert route_of("redpacket", "grab") == 0xB5A56324
    assert route_of("redpacket", "open") != route_of("redpacket", "grab")


def test_tokens_of_older_versions_open() -> None:
    secret = b"a secret that every version has"
    assert Signer(secret).open(7, "Q7WlYyQFxGHfad86gKd5GqpHREI", NOW, 2) == Opened(ROUTE, pack([5, "a"]))
    assert Signer(secret).open(7, "ebWlYyT_____ogAAAAAAAAA_U2ngEFyCMx51P75c", NOW, 2) == Opened(
        ROUTE, pack([2**57, 63])
    )


VALUES = st.lists(st.integers(-(2**63), 2**64 - 1) | st.booleans() | st.text(max_size=40))


@given(VALUES)
@example([0, 63, 64, 4095, 4096, 2**60 - 1, 2**60, 2**64 - 1, -1, -64, -65, -(2**64)])
@example(["", "x" * 28, "x" * 29, "红" * 100, "\x00"])
def test_values_are_unpacked_as_they_were(values: list[int | str | bool]) -> None:
    again = unpack(pack(values))
    assert again == tuple(values)
    assert [type(value) for value in again] == [type(value) for value in values]


@given(st.binary(max_size=30))
@example(b"\xb1" + bytes(8))
def test_other_bytes_unpack_to_something_or_raise_value_error(data: bytes) -> None:
    try:
        values = unpack(data)
    except ValueError:
        return
    assert unpack(pack(values)) == values


@pytest.mark.parametrize(
    "data",
    [
        b"\x40",
        b"\xb0\x00",
        b"\xc2",
        b"\xc2\xc0",
        b"\xc4",
        b"\xe0",
        b"\xe0\xc4",
        b"\xe0\x05ab",
        b"\xe1",
        b"\xff",
        b"\xc4\xff",
    ],
)
def test_broken_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"packed values|utf-8"):
        unpack(data)


def test_numbers_and_texts_have_limits() -> None:
    for number in (2**64, -(2**64) - 1):
        with pytest.raises(ValueError, match="64 bits"):
            pack([number])
    with pytest.raises(ValueError, match="surrogates"):
        pack(["\ud800"])


def test_an_id_of_this_decade_and_a_small_number_fit() -> None:
    newest = (1_980_000_000_000 - 1_735_689_600_000) << 22
    assert len(pack([newest, 63])) == ARGS_LENGTH
    assert len(pack([2**63 - 1])) == ARGS_LENGTH
    assert len(pack([True, 5, "abc"])) == 6
