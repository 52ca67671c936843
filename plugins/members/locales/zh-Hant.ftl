# 管理員的成員資料，以及群發。

command-member = 查看成員的全部資料
command-member-member = 哪位成員
command-tag = 為成員加上或移除標籤
command-tag-act = add（加上）或 remove（移除）
command-tag-member = 哪位成員
command-tag-tag = 一個短詞
command-note = 為成員寫備註，只有管理員看得到
command-note-member = 哪位成員
command-note-text = 備註內容
command-notes = 查看成員的備註
command-notes-member = 哪位成員
command-attribute = 設定成員的屬性
command-attribute-member = 哪位成員
command-attribute-name = 哪個屬性
command-attribute-value = 屬性值，不填則刪除
command-tag-all = 為符合條件的所有人加上標籤
command-tag-all-act = add（加上）或 remove（移除）
command-tag-all-tag = 一個短詞
command-tag-all-filter = 分組名稱或篩選條件，例如 joined<30d and not left
command-attribute-all = 為符合條件的所有人設定屬性
command-attribute-all-name = 哪個屬性
command-attribute-all-value = 屬性值
command-attribute-all-filter = 分組名稱或篩選條件
command-segment = 把篩選條件存成分組
command-segment-act = save（儲存）、show（查看）、list（列出）或 delete（刪除）
command-segment-name = 分組名稱
command-segment-filter = 例如 tag:vip and balance>=100
command-broadcast = 群發訊息給一個分組的所有人
command-broadcast-audience = 分組名稱，或加引號的篩選條件
command-broadcast-text = 訊息內容
command-broadcasts = 查看最近群發的進度
command-quiet = 不再接收群發訊息
command-quiet-on = 填「否」則恢復接收
command-audit = 查看管理員的操作紀錄
command-audit-about = @某人，或某個指令的名稱

value = { $value }
value-yes = 是
value-no = 否

profile-accounts = 帳號
profile-standing = 身分
profile-standing-member = 成員
profile-standing-operator = 管理員
profile-joined = 加入時間
profile-left = 離開時間
profile-heard = 最近發言
profile-balance = 餘額
profile-tags = 標籤
profile-day = { $day }
profile-money = { $money }
profile-quiet = 🔕 不接收群發訊息。

tag-bad = 「{ $tag }」不能當作標籤：最多 32 個字元，不能有空格和括號。
tag-added = 已為 { $name } 加上標籤 { $tag }。
tag-removed = 已移除 { $name } 的標籤 { $tag }。
tag-has = { $name } 已經有標籤 { $tag } 了。
tag-has-not = { $name } 沒有標籤 { $tag }。

note-done = 關於 { $name } 的備註已儲存，只有管理員看得到。
note-head = 📝 { $name }，{ $at }
notes-title = { $name } 的備註
notes-none = 還沒有備註。

attribute-set = { $name } 的{ $attribute }已設為 { $value }。
attribute-removed = 已刪除 { $name } 的屬性{ $attribute }。
attribute-bad-name = 「{ $name }」不能當作屬性名稱：可用文字、數字、_ 和 -，最多 32 個字元。
attribute-unknown = 這裡沒有 { $name } 這個屬性。可以用：{ $known }
attribute-not-int = { $name } 必須是整數，不能是「{ $found }」。
attribute-not-bool = { $name } 必須填是或否，不能是「{ $found }」。
attribute-not-date = { $name } 必須是日期，例如 2026-01-31，不能是「{ $found }」。
attribute-not-text = { $name } 必須是文字，不能是「{ $found }」。

crowd-nobody = 沒有人符合 { $name }。
crowd-too-many = 符合條件的有 { $count } 人，一次最多修改 { $maximum } 人，請縮小範圍。
bulk-yes = 確定
bulk-done = 完成：已修改 { $count } 人。
bulk-expires = 請在 { $minutes } 分鐘內確認，否則不會修改。
tag-all-ask = 確定為 { $count } 人（{ $audience }）加上標籤 { $tag } 嗎？
untag-all-ask = 確定移除 { $count } 人（{ $audience }）的標籤 { $tag } 嗎？
attribute-all-ask = 確定把 { $count } 人（{ $audience }）的{ $attribute }設為「{ $value }」嗎？

segments-title = 分組
segments-none = 還沒有分組。可以這樣儲存：/segment save vips tag:vip and not left
segment-count = 共 { $count } 人
segment-sample = 其中有：{ $names }
segment-which = 請寫上分組名稱。
segment-unknown = 沒有 { $name } 這個分組。
segment-deleted = 分組 { $name } 已刪除。

broadcast-footer = 不想再收到這類訊息，請傳送 /quiet。
broadcast-ask = 將私訊 { $count } 人（{ $audience }）。已離開的、傳過 /quiet 的和無法私訊的人會略過。
broadcast-send = 傳送
broadcast-stop = 停止
broadcast-resume = 繼續
broadcast-already = 這則群發已經開始了。
broadcast-stopping = 已停止。已經送出的仍會送達。
broadcast-not-running = 這則群發不在進行中。
broadcast-not-stopped = 這則群發沒有停止。
broadcast-collecting = 群發：正在收集名單……
broadcast-running = 群發：進行中
broadcast-stopped = 群發：已停止
broadcast-done = 群發：已完成
broadcast-failed = 群發：失敗，分組已不存在
broadcasts-title = 群發紀錄
broadcasts-none = 還沒有群發過。
broadcasts-line = { $at } · { $state } · { $sent }/{ $total } · { $audience }
progress-sent = 已傳送
progress-queued = 傳送中
progress-pending = 等待中
progress-unreachable = 無法私訊
progress-opted-out = 免打擾
progress-gone = 已離開
progress-failed = 失敗
progress-unknown = 結果不明

quiet-on = 🔕 你不會再收到群發訊息。想恢復接收，請傳送 /quiet 否。
quiet-off = 🔔 你會重新收到群發訊息。

audit-title = 管理員操作紀錄
audit-none = 沒有紀錄。
audit-older = 更早
audit-at = { $at }

# 在 /privacy 和匯出檔案中顯示。
privacy-keeps = 自身不保存資料；管理員給你的標籤、資料和備註，以及你是否接收群發訊息，記錄在核心資料裡。
