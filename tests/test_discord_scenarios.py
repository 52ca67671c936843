"""The scenarios on Discord: the unmodified library over HTTP and a WebSocket, and the same results as in the town."""

from __future__ import annotations

from pathlib import Path

import pytest

from coterie.core.cli.play import run_play

SCENARIOS = sorted((Path(__file__).parent / "scenarios").glob("*.play"))


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_a_scenario_ends_on_discord_as_in_the_town(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run_play(file, ground="discord")
    said = capsys.readouterr()
    assert (code, said.err) == (0, ""), said.out + said.err
    assert "warning: " not in said.out


def test_what_people_see_is_what_the_server_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The transcript comes from the calls of the bot: a text that it never sent fails the step."""
    file = tmp_path / "wrong.play"
    file.write_text('ann: /checkin\nexpect ann sees "this was never said"\n', encoding="utf-8")
    assert run_play(file, ground="discord") == 1
    out = capsys.readouterr().out
    assert "wrong.play:2: expected ann to see" in out
    assert "checked in" in out


def test_who_has_two_accounts_has_one_beside_discord(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "two.play"
    file.write_text(
        "give ann@discord 30 points\nlink ann ann@discord\nexpect balance ann 30\nbob: /checkin\n", encoding="utf-8"
    )
    assert run_play(file, ground="discord") == 0, capsys.readouterr().out
