"""A file of messages is read as Fluent reads it, and its faults are told with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core import i18n
from coterie.core.i18n import Translator, catalogs
from coterie.core.i18n.catalogs import Catalog, CatalogError
from coterie.core.i18n.wording import Message

LAYOUTS = """
one = One
  two =not a message
-term = Term
three-3 = Three
    # not a comment
    { $x ->
[a] A
*[b] B
}
# comment = not a message
four=4
"""


def test_faults_are_told_with_file_and_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    broken = "fine = Fine\nbroken = { $name\n\nafter = After\n"
    faults = (
        "fine = Fine { $more }\nfine = Again\nopen = <b>bold\n    <u>x</u></i>\ncall = { DATETIME($x) }\n"
        "refers = { nothing } { -term }\nattributes = x\n    .label = y\n-term = \ue000 { $parameter }\n"
    )
    (tmp_path / "en.ftl").write_text(broken, encoding="utf-8")
    (tmp_path / "zh-Hans.ftl").write_text(faults, encoding="utf-8")
    translator = Translator()
    translator.add("t", tmp_path)
    assert translator.text("t", "broken", "en") == "[broken]"
    assert translator.text("t", "after", "en") == "After"
    path = tmp_path / "en.ftl"
    assert caplog.records[0].getMessage().startswith(f"{path}:")
    problems = [problem.removeprefix(f"{tmp_path}/") for problem in translator.problems()]
    assert problems == [
        'en.ftl:4: Expected token: "}"',
        "zh-Hans.ftl:1: fine uses $more, which the reference text does not",
        "zh-Hans.ftl:2: fine stands in this file twice",
        "zh-Hans.ftl:3: open: </i> closes nothing that was opened last",
        "zh-Hans.ftl:3: open: there is no markup <u>; use one of <b>, <i>, <code>, <s>, <spoiler>",
        "zh-Hans.ftl:5: call calls DATETIME(); only NUMBER() is available",
        "zh-Hans.ftl:6: refers refers to nothing, which this file does not have",
        "zh-Hans.ftl:7: attributes has attributes, which are never shown; make them messages",
        "zh-Hans.ftl:9: -term: the characters U+E000 and U+E001 are reserved",
    ]


def test_an_empty_message_is_a_fault() -> None:
    empty = Catalog("a = A\nb =\n\nc =\n    .label = C\n", "x.ftl", "en")
    assert empty.keys == {"a", "b", "c"}
    with pytest.raises(CatalogError, match=r"x\.ftl:2: b: "):
        empty.message("b")
    with pytest.raises(CatalogError, match=r"x\.ftl:4: c has no text"):
        empty.message("c")


def test_a_file_that_is_not_utf8_is_still_shown(tmp_path: Path) -> None:
    (tmp_path / "en.ftl").write_bytes(b"a = caf\xe9\nb = tea\n")
    translator = Translator()
    translator.add("t", tmp_path)
    assert translator.text("t", "b", "en") == "tea"
    assert translator.problems() == [f"{tmp_path / 'en.ftl'}:1: the file is not valid UTF-8"]


PARTS = ["{ $name }", "{$name}", "{   $a-b_9 }", "a", " ", "  ", "\t", "#", "=", "[", "*", ".", "<b>", "</b>", '"', "é"]
one_line = st.lists(st.sampled_from(PARTS)).map("".join)


@given(one_line)
def test_the_short_way_reads_a_line_as_fluent_does(line: str) -> None:
    from fluent.syntax import FluentParser, ast

    source = f"key ={line}\nnext = x\n"
    try:
        message = Catalog(source, "x.ftl", "en").message("key")
    except CatalogError:
        message = None
    entry = FluentParser().parse_entry(source)
    assert (message is None) == isinstance(entry, ast.Junk)
    if message is not None:
        assert isinstance(entry, ast.Message)
        assert entry.value is not None
        template = catalogs._template(entry.value)
        assert template is not None
        assert message.pieces == Message("en", template).pieces


@pytest.mark.parametrize("path", ["", *sorted(Path(i18n.__file__).parent.joinpath("locales").glob("*.ftl"))], ids=str)
def test_the_files_keys_are_those_that_fluent_finds(path: Path | str) -> None:
    from fluent.syntax import FluentParser, ast

    source = Path(path).read_text(encoding="utf-8") if path else LAYOUTS
    found = {entry.id.name for entry in FluentParser().parse(source).body if isinstance(entry, ast.Message)}
    assert Catalog(source, str(path), "en").keys == found
