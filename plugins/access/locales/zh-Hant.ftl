# 誰有什麼權限，為什麼。

command-access = 查看你擁有的權限
command-access-member = 其他成員（僅管理員）
command-access-give = 給成員授權
command-access-give-member = 給誰
command-access-give-access = 權限名稱
command-access-give-until = 多久：30d、2026-12-31 或 永久
command-access-give-reason = 原因，管理員日後可以查看
command-access-end = 收回管理員給成員的授權
command-access-end-member = 收回誰的
command-access-end-access = 權限名稱
command-access-end-reason = 原因，管理員日後可以查看

access-own-title = 你的權限
access-own-none = 你在這裡還沒有特別的權限。
access-link = 取得 { $access } 的連結
access-link-sent = 新連結已私訊傳給你，之前的連結已失效。
access-link-none = 沒有需要傳送的連結：你已經在裡面了，或者連結正在路上。
access-open-end = 長期有效
access-until = 有效期至 { $until }

access-member-title = { $name } 的權限
access-member-none = { $name } 目前沒有任何權限。
access-has = 現在
access-had = 以前
access-line = { $access }，來自 { $plugin }（{ $source }），{ $given } 起
access-over = { $access }，來自 { $plugin }（{ $source }），{ $at } 結束

access-given = { $name } 現在擁有 { $access }。
access-given-until = { $name } 現在擁有 { $access }，有效期至 { $until }。
access-ended = 管理員給 { $name } 的 { $access } 授權已收回。
access-still = { $name } 仍然擁有這項權限，來自：{ $sources }
access-none = 沒有管理員給 { $name } 授予過 { $access }。其他功能給的權限，請在對應功能裡結束。
access-unknown = 沒有 { $found } 這項權限。現有的權限：{ $known }
access-no-accesses = 這個社群的設定裡還沒有設置任何權限。
access-until-wrong = { $found } 不是一個將來的期限。請寫時長（如 30d）、最後一天（如 2026-12-31）或「永久」。

access-braked-title = 已暫停：{ $access }
access-braked-take = 我本來要收回 { $wanted } 個帳號的 { $access }。沒有你的確認，一小時內最多處理 { $allowed } 個，所以現在一個都沒動。如果是誤操作，改正即可，誰都不會受影響。
access-braked-again = 有人手動收走了 { $wanted } 個帳號的 { $access }。沒有你的確認，一小時內最多補發 { $allowed } 個，所以現在一個都沒補。
access-confirm-take = 全部收回（{ $wanted } 個）
access-confirm-again = 全部補發（{ $wanted } 個）
access-confirmed = 好的，繼續處理 { $access }。

# 在 /privacy 和匯出檔案中顯示。
privacy-keeps = 自身不保存資料；你的權限、來源和期限記錄在核心資料裡。
