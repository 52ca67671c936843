# 每日签到。一天按社区自己的时区和起始时刻计算。

command-checkin = 签到，领取今天的积分
command-streak = 查看连续签到天数
command-checkin-card = 在本群发一张带签到按钮的卡片

checkin-done = 签到成功，+{ $money }。{ $days ->
    [1] 连续签到从今天开始。
   *[other] 已连续签到 { $days } 天。
}
checkin-done-room = ✅ { $name } 签到成功，+{ $money }，{ $days ->
    [1] 连续签到第 1 天
   *[other] 已连续签到 { $days } 天
}
checkin-bonus = 🎉 连续签到 { $days } 天，额外奖励 { $money }！
checkin-balance = 现在余额：{ $money }。
checkin-already = 你今天已经签到过了，下一次签到从 { $opens } 开始。
checkin-separated = 今天的签到机会留给了解绑前的那个身份，{ $opens } 起你可以自己签到。

checkin-streak = 🔥 { $days ->
    [0] 目前没有连续签到。
   *[other] 已连续签到 { $days } 天。
}累计签到 { $total } 天。
checkin-ahead = 连续签到满 { $days } 天，额外奖励 { $money }。
checkin-today-done = 今天的积分已经领取。
checkin-today-open = 今天还没有签到：/checkin

checkin-card-title = ☀️ 每日签到
checkin-card-text = 每天点一下，领取 { $money }，连续签到还会更多。
checkin-card-day = 每天 { $time } 开始新的一天（{ $zone }）。
checkin-card-button = 签到

# 在 /privacy 和导出文件中显示。
privacy-keeps = 你签到的日期，用于计算连续签到天数，并保证每天只发一次奖励。

reason-checkin = 签到

# 红包和奖品可以提出的条件。
condition-checkin = 今日已签到
condition-checkin-not = 今天先签到才能领：/签到
