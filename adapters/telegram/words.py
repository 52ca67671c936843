"""The adapter's own few words to members, in the core's languages."""

from __future__ import annotations

from typing import Final

from coterie.core.i18n.chinese import chinese

_ENGLISH: Final[dict[str, str]] = {
    "skip": "Skip",
    "cancel": "Cancel",
    "yes": "Yes",
    "no": "No",
    "write": "Reply to this message",
    "closed": "I have an answer for you alone. Please open a chat with me and ask again.",
    "open": "Open chat",
    "subscribe": "Subscribe: {stars} ⭐ every 30 days",
}
_SIMPLIFIED: Final[dict[str, str]] = {
    "skip": "跳过",
    "cancel": "取消",
    "yes": "是",
    "no": "否",
    "write": "请回复此消息",
    "closed": "我有一条只给你看的回复。请先打开与我的私聊，然后再试一次。",
    "open": "打开私聊",
    "subscribe": "订阅：每 30 天 {stars} ⭐",
}
_TRADITIONAL: Final[dict[str, str]] = {
    "skip": "略過",
    "cancel": "取消",
    "yes": "是",
    "no": "否",
    "write": "請回覆此訊息",
    "closed": "我有一則只給你看的回覆。請先開啟與我的私訊，然後再試一次。",
    "open": "開啟私訊",
    "subscribe": "訂閱：每 30 天 {stars} ⭐",
}
_WORDS: Final = {"": _ENGLISH, "hans": _SIMPLIFIED, "hant": _TRADITIONAL}


def words(locale: str) -> dict[str, str]:
    """The words for a language tag (BCP 47, any spelling); English for languages that the core does not speak."""
    return _WORDS[chinese(locale)]
