"""The page's own files: nothing reads markup, words in three languages, readable colours, and little of everything."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from typing import Final

import pytest

from coterie.adapters.sandbox.server import FOLDER, Files, lean

STATIC: Final = FOLDER / "static"
SCRIPTS: Final = sorted(STATIC.glob("*.js"))
PAGE: Final = (FOLDER / "templates" / "playground.html").read_text(encoding="utf-8")
FIRST: Final = (
    "playground.css", "phone.css", "mark.svg", "theme.js", "playground.js", "dom.js", "link.js", "frame.js", "pane.js",
    "store.js", "words.js", "words.en.js", "cards.js", "compose.js", "guide.js", "guide.css", "later.js",
)  # fmt: skip
"""What a first visit loads, an empty room's guide included."""


def words(locale: str) -> dict[str, str]:
    text = (STATIC / f"words.{locale}.js").read_text(encoding="utf-8")
    pairs = re.findall(r'(?:"([\w-]+)"|\b(\w+)): "((?:[^"\\]|\\.)*)"', text)
    return {quoted or plain: value for quoted, plain, value in pairs}


def test_the_first_visit_stays_under_sixty_kilobytes() -> None:
    sizes = {path.name: len(lean(path.read_text(encoding="utf-8")).encode()) for path in STATIC.iterdir()}
    assert sum(sizes[name] for name in FIRST) + len(lean(PAGE).encode()) < 60_000


def test_serving_keeps_code_and_line_numbers() -> None:
    source = "// why\n  const a = 'x // y';\n\n  /** what */\n    call(a);\n"
    assert lean(source) == "\nconst a = 'x // y';\n\n\ncall(a);"
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") == lean(text).count("\n") + 1
        for line in text.splitlines():
            assert line.count("`") % 2 == 0, f"{path.name}: a template over several lines would lose its indentation"
            assert "/*" not in line.replace("/**", "") or line.strip().startswith("*"), path.name
            assert not line.strip().startswith("/**") or line.rstrip().endswith("*/"), path.name


@pytest.mark.parametrize("path", [*SCRIPTS, FOLDER / "templates" / "playground.html"], ids=lambda path: path.name)
def test_nothing_is_ever_read_as_markup_or_code(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")  # a name, not an address
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "DOMParser", "eval(", "new Function",
                 "createContextualFragment", "srcdoc", "javascript:", "setHTML"):  # fmt: skip
        assert word not in text
    assert not re.search(r"(https?:)?//[a-z0-9.-]+\.[a-z]{2,}/", text), "an address outside"


def test_the_page_has_no_inline_script_or_style() -> None:
    assert not re.search(r"<style|\sstyle=|\son\w+=", PAGE)
    assert all(re.search(r'\ssrc="/playground/[\w.]+"', tag) for tag in re.findall(r"<script[^>]*>", PAGE))


def test_every_file_that_is_named_exists() -> None:
    served = Files()._files
    named = set(re.findall(r"/playground/([\w.-]+\.\w+)", PAGE))
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        named |= set(re.findall(r'"\./([\w.-]+\.js)"', text)) | {
            f"{n}.css" for n in re.findall(r'style\("(\w+)"\)', text)
        }
    named |= {f"words.{locale}.js" for locale in ("en", "zh-Hans", "zh-Hant")}
    assert named <= served.keys()
    assert {path.name for path in STATIC.iterdir()} <= named, "files that nothing loads"


def test_the_three_languages_say_the_same_things() -> None:
    english, hans, hant = words("en"), words("zh-Hans"), words("zh-Hant")
    assert hans.keys() == hant.keys()
    # English sentences of refusals, and the town's own lines, come from the server itself.
    assert {key for key in hans if not key.startswith(("error-", "note-"))} | {
        "error-offline",
        "error-lost",
    } == english.keys()
    for key, text in english.items():
        arguments = set(re.findall(r"\{(\w+)\}", text))
        for other in (hans, hant):
            assert set(re.findall(r"\{(\w+)\}", other[key])) == arguments, key


def test_every_word_that_is_used_exists_and_every_word_is_used() -> None:
    english, used = words("en"), set(re.findall(r'data-w(?:-label)?="([\w-]+)"', PAGE))
    code = "\n".join(path.read_text(encoding="utf-8") for path in SCRIPTS if not path.name.startswith("words."))
    code += (STATIC / "words.js").read_text(encoding="utf-8")
    used |= set(re.findall(r'\bw\("([\w-]+)"', code))
    assert used <= english.keys()
    quoted = set(re.findall(r'"([\w-]+)"', code)) | {
        "sandbox",
        "telegram",
        "discord",
        "minutes",
        "hours",
        "days",
        "muted",
        "banned",
    }
    made = re.compile(r"error-|note-|level-|language-|theme-")
    assert {key for key in english if key not in used | quoted and not made.match(key)} == set()


def test_refusals_have_words_in_chinese() -> None:
    code = "".join((FOLDER / name).read_text(encoding="utf-8") for name in ("acts.py", "protocol.py"))
    codes = set(re.findall(r'ActError\(\s*"([\w-]+)"', code))
    # What only a script or a forged page can bring about stays English.
    scripts_only = {"malformed", "no-question", "no-room", "not-yours", "no-community", "not-found", "slow"}
    assert {f"error-{code}" for code in codes - scripts_only} <= words("zh-Hans").keys()


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colours_can_be_read(scheme: int) -> None:
    css = (STATIC / "playground.css").read_text(encoding="utf-8")
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", css)
    colour = {name: values[scheme] for name, *values in pairs}
    grounds = ("bg", "surface", "raised", "tint")
    for ink, ground in product(("ink", "muted", "accent", "good", "warn", "bad"), grounds):
        assert contrast(colour[ink], colour[ground]) >= 4.5, (ink, ground)
    assert contrast(colour["on-accent"], colour["accent"]) >= 4.5
    for ground in ("bg", "surface", "raised"):
        assert contrast(colour["edge"], colour[ground]) >= 3, ground
    for hue in re.findall(r"\.hue\d \{ background: (#\w+)", css):
        assert contrast("#fff", hue) >= 4.5, hue
