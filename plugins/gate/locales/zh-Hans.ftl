# 入群申请与管理员的决定。

command-applications = 查看等待审核的入群申请

form-application = 入群之前
form-application-why = 为什么想加入？
form-application-age = 年龄

gate-applied = 谢谢，你的回答已交给管理员，有结果就马上告诉你。
gate-answered = 你的申请已经处理过了。
gate-under-way-new = 请先回答我在这里发给你的问题。
gate-under-way-applied = 你的回答已在管理员手中，有结果就马上告诉你。
gate-told-approved = 🎉 申请已通过，欢迎加入{ $community }！
gate-told-declined = 感谢你对{ $community }的关注。管理员没有通过这次申请。
gate-told-expired = 感谢你对{ $community }的关注。这次申请一直没有人处理，现已关闭，欢迎再次申请。

gate-card-title = 🚪 { $name } 申请加入
gate-request = 附言
gate-answers = 回答
gate-no-answers = 没有回答：问题已关闭，或者没能送达。
gate-approve = 通过
gate-decline = 拒绝
gate-reminder = 这份申请还在等待处理。
gate-outcome-approved = { $name } 已通过
gate-outcome-declined = { $name } 已拒绝
gate-decided-approved = 这份申请已由 { $name } 处理：通过。
gate-decided-declined = 这份申请已由 { $name } 处理：拒绝。
gate-closed-approved = 已在平台上直接通过。
gate-closed-declined = 超时无人处理，已关闭。
gate-closed-gone = 已关闭：申请人的资料已删除。
gate-none-waiting = 目前没有人等待审核。

# 在 /privacy 和导出文件中显示。
privacy-keeps = 你的入群申请：申请内容、回答和审核人，供管理员审核和事后查证。

# 红包和奖品可以提出的条件。
condition-gate = 已通过入群审核
condition-gate-not = 仅限通过入群审核的成员。
