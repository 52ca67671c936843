# 邀請：誰邀請了誰。新成員待滿規定時間後，邀請才算「生效」。

command-referral = 取得你的邀請碼，查看邀請情況
command-referred = 說出是誰邀請你來的
command-referred-code = 邀請人的邀請碼

referral-title = 你的邀請碼：{ $code }
referral-how = 把它告訴你邀請來的人。他們加入後 { $within }內傳送：
referral-counts = { $count ->
    [0] 你還沒有邀請過人。
   *[other] 你邀請了 { $count } 人：{ $vested } 人已生效，{ $waiting } 人等待中。
}
referral-reward = 每有一位新成員在 { $after }後仍在社群，你得到 { $money }，每天最多 { $most } 人。
referral-show = 發到這裡
referral-invitation = 👋 新來的？如果是 { $name } 邀請你來的，請在加入後 { $within }內點一下。
referral-brought-me = { $name } 邀請了我

referred-done = 已記錄：{ $name } 邀請了你。再待滿 { $after }後生效。
referred-wrong = 沒有這個邀請碼。{ $left ->
    [0] 暫時不能再試了。
   *[other] 還可以試 { $left } 次。
}
referred-too-many = 錯誤次數太多，{ $until } 之後可以再試。
referred-already = 你已經說過是誰邀請你的，只能說一次。
referred-late = 僅限新成員：要在加入後 { $within }內說出邀請人。
referred-left = 請先加入社群，再說是誰邀請你的。
referred-own = 這是你自己的邀請碼，不能邀請自己。
referred-circle = 是你邀請了 { $name }，所以邀請你的人不會是 { $name }。
referred-younger = { $name } 比你來得晚，所以邀請你的人不會是 { $name }。
referred-gone = 這份邀請已經失效。
referred-paid = 🎁 你留下來了，邀請你的是 { $name }：送你 { $money }。

referral-vested = 🤝 你邀請的 { $name } 留下來了，邀請已生效。
referral-vested-paid = 你得到 { $money }。
referral-vested-over = 這次沒有獎勵：今天的 { $most } 份獎勵已經發完。

# 管理員的操作。

command-referrals = 查看全體或某位成員的邀請情況
command-referrals-member = 哪位成員，不填則查看全體
command-referral-void = 讓一位新成員的邀請作廢，並收回獎勵
command-referral-void-member = 被邀請的新成員
command-referral-void-reason = 原因，管理員以後可以查看

referrals-title = 邀請統計
referrals-of = { $name } 的邀請
referrals-totals = 已生效 { $vested }，等待中 { $waiting }，作廢 { $void }。
referrals-top = 邀請最多的人
referrals-line = { $number }. { $name }：{ $vested }，等待中 { $waiting }
referrals-brought = 邀請了
referrals-by = 邀請人
referrals-waiting = { $name }，{ $at }：等待中，{ $due } 起檢查
referrals-vested = { $name }，{ $at }：已生效
referrals-void = { $name }，{ $at }：作廢（{ $why }）
referrals-why-left = 離開了社群
referrals-why-filter = 沒有及時達到條件
referrals-why-self = 是同一個人
referrals-why-twice = 曾以另一個身分被邀請
referrals-why-erased = 其中一方的資料已刪除
referrals-why-operator = 管理員的決定
referral-void-done = { $name } 的邀請已作廢。
referral-void-taken = 從 { $name } 收回：{ $taken }
referral-void-short = 從 { $name } 收回：{ $taken }（應收 { $paid }），其餘已花掉。
referral-void-none = { $name } 沒有等待中或已生效的邀請。

# 在 /privacy 和匯出檔案中顯示。
privacy-keeps = 你的邀請碼、誰邀請了你、你邀請了誰以及時間，用於確保每次邀請只生效和獎勵一次；輸錯的邀請碼只保留幾分鐘。

reason-referral = 邀請獎勵
reason-referred = 新人禮
reason-referral-void = 收回邀請獎勵

# 紅包和獎品可以提出的條件。
condition-referrals = 已生效的邀請不少於 { $value } 個
condition-referrals-not = 僅限已生效的邀請不少於 { $value } 個的成員。傳送 /邀請 查看你的情況。
condition-referred = 由成員邀請而來
condition-referred-not = 僅限被人邀請來的成員。剛來的話，可以傳送 /被邀請 加上對方的邀請碼。
