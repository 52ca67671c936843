# 邀请：谁邀请了谁。新成员待满规定时间后，邀请才算“生效”。

command-referral = 获取你的邀请码，查看邀请情况
command-referred = 说出是谁邀请你来的
command-referred-code = 邀请人的邀请码

referral-title = 你的邀请码：{ $code }
referral-how = 把它告诉你邀请来的人。他们加入后 { $within }内发送：
referral-counts = { $count ->
    [0] 你还没有邀请过人。
   *[other] 你邀请了 { $count } 人：{ $vested } 人已生效，{ $waiting } 人等待中。
}
referral-reward = 每有一位新成员在 { $after }后仍在社区，你得到 { $money }，每天最多 { $most } 人。
referral-show = 发到这里
referral-invitation = 👋 新来的？如果是 { $name } 邀请你来的，请在加入后 { $within }内点一下。
referral-brought-me = { $name } 邀请了我

referred-done = 已记录：{ $name } 邀请了你。再待满 { $after }后生效。
referred-wrong = 没有这个邀请码。{ $left ->
    [0] 暂时不能再试了。
   *[other] 还可以试 { $left } 次。
}
referred-too-many = 错误次数太多，{ $until } 之后可以再试。
referred-already = 你已经说过是谁邀请你的，只能说一次。
referred-late = 仅限新成员：要在加入后 { $within }内说出邀请人。
referred-left = 请先加入社区，再说是谁邀请你的。
referred-own = 这是你自己的邀请码，不能邀请自己。
referred-circle = 是你邀请了 { $name }，所以邀请你的人不会是 { $name }。
referred-younger = { $name } 比你来得晚，所以邀请你的人不会是 { $name }。
referred-gone = 这份邀请已经失效。
referred-paid = 🎁 你留下来了，邀请你的是 { $name }：送你 { $money }。

referral-vested = 🤝 你邀请的 { $name } 留下来了，邀请已生效。
referral-vested-paid = 你得到 { $money }。
referral-vested-over = 这次没有奖励：今天的 { $most } 份奖励已经发完。

# 管理员的操作。

command-referrals = 查看全体或某位成员的邀请情况
command-referrals-member = 哪位成员，不填则查看全体
command-referral-void = 让一位新成员的邀请作废，并收回奖励
command-referral-void-member = 被邀请的新成员
command-referral-void-reason = 原因，管理员以后可以查看

referrals-title = 邀请统计
referrals-of = { $name } 的邀请
referrals-totals = 已生效 { $vested }，等待中 { $waiting }，作废 { $void }。
referrals-top = 邀请最多的人
referrals-line = { $number }. { $name }：{ $vested }，等待中 { $waiting }
referrals-brought = 邀请了
referrals-by = 邀请人
referrals-waiting = { $name }，{ $at }：等待中，{ $due } 起检查
referrals-vested = { $name }，{ $at }：已生效
referrals-void = { $name }，{ $at }：作废（{ $why }）
referrals-why-left = 离开了社区
referrals-why-filter = 没有及时达到条件
referrals-why-self = 是同一个人
referrals-why-twice = 曾以另一个身份被邀请
referrals-why-erased = 其中一方的数据已删除
referrals-why-operator = 管理员的决定
referral-void-done = { $name } 的邀请已作废。
referral-void-taken = 从 { $name } 收回：{ $taken }
referral-void-short = 从 { $name } 收回：{ $taken }（应收 { $paid }），其余已花掉。
referral-void-none = { $name } 没有等待中或已生效的邀请。

# 在 /privacy 和导出文件中显示。
privacy-keeps = 你的邀请码、谁邀请了你、你邀请了谁以及时间，用于保证每次邀请只生效和奖励一次；输错的邀请码只保留几分钟。

reason-referral = 邀请奖励
reason-referred = 新人礼
reason-referral-void = 收回邀请奖励

# 红包和奖品可以提出的条件。
condition-referrals = 已生效的邀请不少于 { $value } 个
condition-referrals-not = 仅限已生效的邀请不少于 { $value } 个的成员。发送 /邀请 查看你的情况。
condition-referred = 由成员邀请而来
condition-referred-not = 仅限被人邀请来的成员。刚来的话，可以发送 /被邀请 加上对方的邀请码。
