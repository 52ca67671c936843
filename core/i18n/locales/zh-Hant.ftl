# 核心對成員和管理員說的話。寫法請見 docs/translation.md。

# 各處顯示點數和 Telegram Stars 數額的寫法。
amount-points = { $amount } 點
amount-stars = { $amount } ⭐

## 指令。指令名稱不含斜線。

unknown-command = 沒有 /{ $name } 這個指令。傳送 /help 看看我會做什麼。
unknown-command-suggest = 沒有 /{ $name } 這個指令。你是不是要用 /{ $suggestion }？
usage = 用法：{ $usage }
arg-missing = 還少了「{ $name }」，請補上。
arg-not-int = 「{ $name }」要填整數，但「{ $found }」不是整數。
arg-too-small = 「{ $name }」太小了，請填 { $minimum } 到 { $maximum } 之間的數字。
arg-too-large = 「{ $name }」太大了，請填 { $minimum } 到 { $maximum } 之間的數字。
arg-too-small-open = 「{ $name }」太小了，至少要 { $minimum }。
arg-too-large-open = 「{ $name }」太大了，最多只能 { $maximum }。
# $maximum 和 $found 是字數。
arg-too-long = 「{ $name }」太長了：有 { $found } 個字，上限是 { $maximum } 個字。
arg-not-choice = 「{ $name }」只能從這些裡面選：{ $choices }
arg-not-bool = 「{ $name }」只能填「是」或「否」，不能填「{ $found }」。
arg-not-member = 這裡找不到「{ $found }」。「{ $name }」必須是本社群的成員。
arg-extra = 看不懂「{ $found }」是什麼意思，請拿掉後再試一次。
arg-not-duration = 「{ $name }」要填一段時間，例如 30m、2h 或 1d，但「{ $found }」不是。
arg-not-amount = { $name } 須為金額，最多 { $decimals } 位小數，例如 12.5，而不是「{ $found }」。

## 按鈕

button-forged = 這個按鈕在這裡無效。
button-expired = 這個按鈕已經過期了。
button-foreign = 這個按鈕是給別人用的。
button-gone = 這項功能已經關閉，按鈕不再有作用。

## 表單

form-expired = 這份表單已經過期，請重新開始。
form-not-open = 你目前沒有要填的表單。
form-error-required = 請回答這個問題。
form-saved = 謝謝，你的回答已經儲存。
form-cancelled = 已取消，沒有儲存任何內容。

## 拒絕與故障

not-allowed = 只有管理員可以這麼做。
plugin-failed = 我們這邊出了點狀況，不過什麼都沒有遺失。問題已記錄，管理員會看到。
plugin-paused = 這項功能暫時休息一下，請稍後再試。
insufficient-funds = 你有 { $balance }，而這需要 { $needed }。
here-only-in-room = 請在群組裡使用這個指令，不要在私訊裡用。
here-only-in-dm = 請用私訊傳給我。
bots-cannot = 機器人不能參加這項活動。

## 說明

help-title = 我會做的事
help-line = { $usage } – { $description }
help-empty = 這裡目前沒有你可以用的指令。

## 給管理員

operator-plugin-paused = <b>{ $plugin }</b> 在 <code>{ $hook }</code> 接連出錯，已經暫停：{ $error }
operator-brake-take = 我本來要一次收回 { $wanted } 個帳號的 <b>{ $access }</b>，現在一個都沒動：沒有你的確認，一小時內最多處理 { $allowed } 個。用 <code>coterie access plan</code> 查看是誰、為什麼，確認無誤後執行 <code>coterie access apply --confirm</code>。
operator-brake-again = 有人手動收走了 { $wanted } 個帳號的 <b>{ $access }</b>，我沒有補發：沒有你的確認，一小時內最多處理 { $allowed } 個。用 <code>coterie access plan</code> 查看涉及誰，確認無誤後執行 <code>coterie access apply --confirm</code>。
access-invite-title = { $access }：歡迎加入
access-invite-text = 你現在可以進入 { $community } 的專屬空間了。連結僅供你本人使用，只能用一次，一週內有效。
access-invite-open = 進入 { $access }

## Erased members

erased-name = 已註銷成員 { $code }
erase-payment = 還有一筆付款等待 { $plugins } 處理。

## 成員資料匯出

export-readme = 這裡是{ $community }保存的關於 { $name } 的全部資料。檔案均為 JSON 格式，用任何文字編輯器或瀏覽器都能開啟。時間為 1970 年以來的毫秒數，旁邊的 _utc 是對應的 UTC 日期；金額為最小單位的整數；超過 15 位的數字寫在引號裡。
export-readme-member = 你的身分：成員紀錄、各平台帳號、所在群組，以及你同意過的事項。
export-readme-ledger = 你的資產：各幣別餘額、凍結的金額，以及每一筆變動和變動後的餘額。
export-readme-waiting = 尚未送達或傳送失敗的訊息，以及你還沒填完的表單。
export-readme-coterie = 不屬於某項功能的其他資料：權限、標籤、備註，以及與你有關的管理操作。
keeps-unknown = 這項功能沒有說明保存了哪些資料。
handing-title = 你的資料
handing-text = 與你有關的全部資料都在一個檔案裡，只能下載一次。
handing-button = 下載

## 收支明細裡的事由

reason-merge = 帳號連結
reason-unmerge = 取消連結
reason-erase = 帳號註銷
reason-reverse = 沖正

## 無法撤銷的成員合併

merge-unknown = 沒有這次合併。
merge-undone = 這次合併已經撤銷過了。
merge-too-late = 合併只能在 { $days } 天內撤銷。
merge-inside = 這個成員後來又併入了 { $name }，請先撤銷那次合併。
merge-no-account = 這次合併的帳號現在已屬於別人，無法歸還。請先把那個成員重新合併進來。
merge-short = 有一部分錢在合併後花掉了，還沒有人確認接受差額。

## 篩選成員。$at 是條件中從 1 數起的第幾個字元。

filter-empty = 篩選條件是空的。可以這樣寫：tag:vip and balance>=100
filter-too-long = 篩選條件太長：有 { $found } 個字元，最多 { $maximum } 個。
filter-too-deep = 第 { $at } 個字元：巢狀太深，最多 { $maximum } 層。
filter-too-many = 第 { $at } 個字元：條件太多，連同引用的分組最多 { $maximum } 個。
filter-open-quote = 第 { $at } 個字元：這個引號沒有結尾。
filter-expected-test = 第 { $at } 個字元：這裡應該是一個條件，例如 tag:vip，卻寫了「{ $found }」。
filter-expected-test-end = 第 { $at } 個字元：這裡應該還有一個條件，例如 tag:vip，但已經結束了。
filter-expected-and = 第 { $at } 個字元：這裡應該是「and」（且）、「or」（或）或者結束，卻寫了「{ $found }」。帶空格的內容請加引號。
filter-expected-close = 第 { $at } 個字元：第 { $opened } 個字元的括號還沒有結尾，這裡應該是「)」，卻寫了「{ $found }」。
filter-expected-close-end = 第 { $at } 個字元：第 { $opened } 個字元的括號還沒有結尾。
filter-expected-value = 第 { $at } 個字元：{ $field } 後面應該有一個值，卻寫了「{ $found }」。
filter-expected-value-end = 第 { $at } 個字元：{ $field } 後面還缺一個值。
filter-unknown-field = 第 { $at } 個字元：沒有「{ $field }」這個條件。可以用：{ $known }
filter-unknown-field-suggest = 第 { $at } 個字元：沒有「{ $field }」這個條件。是不是想寫 { $suggestion }？
filter-needs-name = 第 { $at } 個字元：{ $field } 後面要寫名稱，例如 { $field }.city
filter-no-name = 第 { $at } 個字元：{ $field } 後面不能用點號加名稱。
filter-only-alone = 第 { $at } 個字元：{ $field } 單獨使用，不帶值；相反的意思寫「not { $field }」。
filter-needs-value = 第 { $at } 個字元：{ $field } 需要比較一個值，可用：{ $operators }
filter-wrong-operator = 第 { $at } 個字元：{ $field } 不能用「{ $found }」比較，可用：{ $operators }
filter-not-number = 第 { $at } 個字元：{ $field } 要和整數比較，「{ $found }」不是整數。
filter-not-moment = 第 { $at } 個字元：{ $field } 要和時長（例如 30d，用 < 或 >）或日期（例如 2026-01-31）比較，而不是「{ $found }」。
filter-not-ordered = 第 { $at } 個字元：只有數字和日期才能比大小，「{ $found }」都不是。
filter-cycle = 第 { $at } 個字元：分組 { $name } 會包含它自己：{ $path }
filter-no-segment = 第 { $at } 個字元：沒有 { $name } 這個分組。
filter-bad-name = 「{ $name }」不能當作名稱：最多 32 個字元，不能有空格和括號。
filter-name-is-field = { $name } 已經是篩選條件裡的詞，請換一個名稱。
filter-too-many-segments = 最多只能有 { $maximum } 個分組，請先刪除一個。
filter-in-use = 其他分組正在使用 { $name }：{ $users }。請先修改它們。

## 管理

# 管理員試圖禁言或移出某人時看到。
moderate-operator = { $name } 是管理員，不能禁言或移出。
moderate-bot = { $name } 是機器人，只能由群組的管理者加入或移出。
operator-space-moved = <b>{ $title }</b> 在 { $platform } 上換了新的 ID：<code>{ $new }</code>，原本是 <code>{ $old }</code>。一切照常運作。請把 <code>plugins.toml</code> 裡的舊 ID 都改成新的。

## 活動（平台沒有行事曆時）

gathering-when = 時間
gathering-where = 地點
gathering-span = { $starts } – { $ends }
gathering-off = 活動已取消。

## 指令參數（外掛沒有自己的說明時）

option-int = { $name }：整數
option-str = { $name }：文字
option-bool = { $name }：是或否
option-choice = { $name }：從選項中選一個
option-duration = { $name }：一段時間，例如 30m、2h 或 1d
option-member = { $name }：成員

## 領取之前可以向成員提出的條件

condition-tag = 標籤 { $value }
condition-tag-not = 僅限帶有「{ $value }」標籤的成員。
condition-segment = 分組 { $value }
condition-segment-not = 僅限「{ $value }」分組的成員。
condition-role = { $value }
condition-role-not = 僅限擁有「{ $value }」的成員。
condition-tenure = 入群滿 { $value }
condition-tenure-not = 僅限入群滿 { $value } 的成員。
condition-active = { $value } 內發過言
condition-active-not = 僅限最近 { $value } 內發過言的成員。
condition-if = { $value }
condition-if-not = 僅限部分成員：{ $value }
condition-gone = { $name }
condition-gone-not = 條件「{ $name }」已無法判斷，因此視為不符合。
condition-unknown = 沒有「{ $found }」這個條件。可用的有：{ $known }
