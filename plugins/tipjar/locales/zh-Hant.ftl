# 打賞箱。以 Telegram Stars 打賞。

command-tip = 打賞社群
command-tip-amount = 多少 Stars
command-tips = 查看打賞箱

tip-title = 打賞社群
tip-description = 謝謝你支持這裡繼續經營下去。
tip-thanks = 💛 謝謝你打賞的 { $money }！
tip-thanks-room = 💛 { $name } 打賞了 { $money }，謝謝！
tips-total = 打賞箱裡共有 { $money }。

# 在 /privacy 和匯出檔案中顯示。
privacy-keeps = 打賞帳單在哪個群組發起，以便在那裡致謝；不含你的身分資訊。

reason-tip = 打賞
