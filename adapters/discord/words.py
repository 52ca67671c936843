"""The adapter's own few words to members, in the core's languages."""

from __future__ import annotations

from typing import Final

from coterie.core.i18n.chinese import chinese

_ENGLISH: Final[dict[str, str]] = {
    "yes": "Yes",
    "no": "No",
    "open": "Open form",
    "go on": "Go on",
    "again": "Try again",
    "cancel": "Cancel",
    "waits": "This form waits for you.",
    "part": "Part {done} of {all} is done.",
    "wrong": "Some answers do not fit yet:",
    "closed": "I have an answer for you alone. Please allow direct messages from members of this server "
    "(server menu, Privacy Settings), then ask again.",
}
_SIMPLIFIED: Final[dict[str, str]] = {
    "yes": "是",
    "no": "否",
    "open": "打开表单",
    "go on": "继续",
    "again": "重新填写",
    "cancel": "取消",
    "waits": "有一份表单等你填写。",
    "part": "第 {done} 部分已完成，共 {all} 部分。",
    "wrong": "有些回答还不符合要求：",
    "closed": "我有一条只给你看的回复。请先允许来自此服务器成员的私信（服务器菜单 → 隐私设置），然后再试一次。",
}
_TRADITIONAL: Final[dict[str, str]] = {
    "yes": "是",
    "no": "否",
    "open": "開啟表單",
    "go on": "繼續",
    "again": "重新填寫",
    "cancel": "取消",
    "waits": "有一份表單等你填寫。",
    "part": "第 {done} 部分已完成，共 {all} 部分。",
    "wrong": "有些回答還不符合要求：",
    "closed": "我有一則只給你看的回覆。請先允許來自此伺服器成員的私人訊息（伺服器選單 → 隱私設定），然後再試一次。",
}
_WORDS: Final = {"": _ENGLISH, "hans": _SIMPLIFIED, "hant": _TRADITIONAL}


def words(locale: str) -> dict[str, str]:
    """The words for a language tag (BCP 47, any spelling); English for languages that the core does not speak."""
    return _WORDS[chinese(locale)]
