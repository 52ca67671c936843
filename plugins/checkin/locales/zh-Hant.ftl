# 每日簽到。一天依社群自己的時區和起始時刻計算。

command-checkin = 簽到，領取今天的點數
command-streak = 查看連續簽到天數
command-checkin-card = 在本群組發一張帶有簽到按鈕的卡片

checkin-done = 簽到成功，+{ $money }。{ $days ->
    [1] 連續簽到從今天開始。
   *[other] 已連續簽到 { $days } 天。
}
checkin-done-room = ✅ { $name } 簽到成功，+{ $money }，{ $days ->
    [1] 連續簽到第 1 天
   *[other] 已連續簽到 { $days } 天
}
checkin-bonus = 🎉 連續簽到 { $days } 天，額外獎勵 { $money }！
checkin-balance = 目前餘額：{ $money }。
checkin-already = 你今天已經簽到過了，下一次簽到從 { $opens } 開始。
checkin-separated = 今天的簽到機會留給了解除綁定前的那個身分，{ $opens } 起你可以自己簽到。

checkin-streak = 🔥 { $days ->
    [0] 目前沒有連續簽到。
   *[other] 已連續簽到 { $days } 天。
}累計簽到 { $total } 天。
checkin-ahead = 連續簽到滿 { $days } 天，額外獎勵 { $money }。
checkin-today-done = 今天的點數已經領取。
checkin-today-open = 今天還沒有簽到：/checkin

checkin-card-title = ☀️ 每日簽到
checkin-card-text = 每天點一下，領取 { $money }，連續簽到還會更多。
checkin-card-day = 每天 { $time } 開始新的一天（{ $zone }）。
checkin-card-button = 簽到

# 在 /privacy 和匯出檔案中顯示。
privacy-keeps = 你簽到的日期，用於計算連續簽到天數，並確保每天只發一次獎勵。

reason-checkin = 簽到

# 紅包和獎品可以提出的條件。
condition-checkin = 今日已簽到
condition-checkin-not = 今天先簽到才能領：/簽到
