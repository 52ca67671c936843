# 入群申請與管理員的決定。

command-applications = 查看等待審核的入群申請

form-application = 加入之前
form-application-why = 為什麼想加入？
form-application-age = 年齡

gate-applied = 謝謝，你的回答已交給管理員，有結果就馬上告訴你。
gate-answered = 你的申請已經處理過了。
gate-under-way-new = 請先回答我在這裡傳給你的問題。
gate-under-way-applied = 你的回答已在管理員手上，有結果就馬上告訴你。
gate-told-approved = 🎉 申請已通過，歡迎加入{ $community }！
gate-told-declined = 謝謝你對{ $community }的關注。管理員沒有通過這次申請。
gate-told-expired = 謝謝你對{ $community }的關注。這次申請一直沒有人處理，現已關閉，歡迎再次申請。

gate-card-title = 🚪 { $name } 申請加入
gate-request = 附言
gate-answers = 回答
gate-no-answers = 沒有回答：問題已關閉，或者沒能送達。
gate-approve = 通過
gate-decline = 拒絕
gate-reminder = 這份申請還在等待處理。
gate-outcome-approved = { $name } 已通過
gate-outcome-declined = { $name } 已拒絕
gate-decided-approved = 這份申請已由 { $name } 處理：通過。
gate-decided-declined = 這份申請已由 { $name } 處理：拒絕。
gate-closed-approved = 已在平台上直接通過。
gate-closed-declined = 逾時無人處理，已關閉。
gate-closed-gone = 已關閉：申請人的資料已刪除。
gate-none-waiting = 目前沒有人等待審核。

# 在 /privacy 和匯出檔案中顯示。
privacy-keeps = 你的入群申請：申請內容、回答和審核人，供管理員審核和事後查證。

# 紅包和獎品可以提出的條件。
condition-gate = 已通過入群審核
condition-gate-not = 僅限通過入群審核的成員。
