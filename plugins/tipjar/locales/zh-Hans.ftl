# 打赏箱。用 Telegram Stars 打赏。

command-tip = 打赏社区
command-tip-amount = 多少 Stars
command-tips = 查看打赏箱

tip-title = 打赏社区
tip-description = 感谢你支持这里继续办下去。
tip-thanks = 💛 谢谢你打赏的 { $money }！
tip-thanks-room = 💛 { $name } 打赏了 { $money }，谢谢！
tips-total = 打赏箱里共有 { $money }。

# 在 /privacy 和导出文件中显示。
privacy-keeps = 打赏账单在哪个群发起，以便在那里致谢；不含你的身份信息。

reason-tip = 打赏
