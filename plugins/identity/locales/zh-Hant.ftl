# 綁定同一個人在不同平台上的帳號。

command-link = 綁定你在其他平台的帳號
command-link-code = 另一個帳號拿到的綁定碼，不填則取得一個
command-whoami = 查看你在這裡的身分

link-title = 綁定帳號
link-how = 你的一次性綁定碼 { $code } 在 { $until } 前有效。請用你在另一個平台的帳號把下面這行傳給我：
link-careful = 綁定碼只能用一次。不要把它給任何人，也不要傳送別人給你的綁定碼，否則兩個帳號會合而為一。
link-done = 🔗 綁定成功，這些帳號現在屬於同一個人：{ $accounts }
link-moved = 已合併到同一個錢包：{ $amounts }
link-money = { $money }
link-wrong = 綁定碼不對。{ $left ->
    [0] 暫時不能再試了。
   *[other] 還可以試 { $left } 次。
}
link-too-many = 錯誤次數太多，{ $until } 之後可以再試。
link-expired = 這個綁定碼已在 { $at } 過期。請用另一個帳號傳送 /link 重新取得。
link-used = 這個綁定碼已經用過了。請用另一個帳號傳送 /link 重新取得。
link-own = 這是你自己的綁定碼，請用你在另一個平台的帳號傳送。
link-already = 這些帳號已經綁定過了。
link-same-platform = 你在 { $platforms } 上已經有帳號，這裡不能綁定同一平台的兩個帳號。

whoami-standing = 身分
whoami-standing-member = 成員
whoami-standing-operator = 管理員
whoami-id = 編號
whoami-accounts = 帳號
whoami-link = 在其他平台也有帳號？用 /link 綁定成同一個人。

# 解綁帳號。成員確認之前什麼都不會發生。

command-unlink = 解綁自己的一個帳號
unlink-title = 解綁帳號
unlink-which = 要讓哪個帳號重新獨立？
unlink-ask = 確定解綁 { $account } 嗎？
unlink-means = 這個帳號會變成一個全新的成員，從零開始。錢包、等級和其他一切都留給你其餘的帳號。
unlink-money = 留給其餘帳號：{ $amounts }
unlink-goes = 從零開始
unlink-stays = 保留一切
unlink-yes = 確認解綁
unlink-footer = 解綁不能撤回，但可以用 /link 重新綁定。解綁前已有的獎勵（例如今天的簽到、還沒領完的紅包）不能再領一次。
unlink-done = { $account } 現在是獨立的成員了，其他一切照舊。
unlink-done-new = { $account } 現在是獨立的成員，從零開始。不是你本人操作？請告訴管理員。
unlink-last = 你在這裡只有一個帳號，沒有可以解綁的。
unlink-off = 這裡不能自行解綁帳號，請聯絡管理員。
unlink-too-soon = { $at } 之後才能解綁帳號。
unlink-not-yours = 這個帳號已經不屬於你了。

# 管理員操作。

command-merge = 把兩個成員合併成同一個人
command-merge-kept = 保留誰
command-merge-gone = 併入的是誰
command-unmerge = 撤銷一次成員合併
command-unmerge-member = 誰的合併
merge-ask = 把 { $gone } 併入 { $kept } 嗎？
merge-means = 兩者會成為同一個人：同一個錢包、同樣的權限。雙方都有的資料會相加，或者只算一次。
merge-stays = 保留
merge-goes = 併入
merge-money = 轉移的餘額
merge-held = 凍結中
merge-data = 資料
merge-rows = { $plugin }：轉移 { $moved } 筆，合併 { $united } 筆，原樣保留 { $left } 筆
merge-yes = 確認合併
merge-footer = 可以用 /unmerge 撤銷。
merge-done = { $gone } 和 { $kept } 現在是同一個人了。
merge-undo-with = 合併錯了？用 /unmerge 撤銷。
merge-same = { $name } 已經是同一個人了。
unmerge-none = { $name } 最近 { $days } 天內沒有可以撤銷的合併。
unmerge-title = { $name } 的合併紀錄
unmerge-line = { $number }. { $names }：{ $at }，操作人 { $by }
unmerge-one = 撤銷 { $number }：{ $names }
unmerge-ask = 把 { $names } 和 { $kept } 重新分開嗎？
unmerge-means = 雙方各自拿回合併前屬於自己的東西；合併之後新增的歸保留的一方。
unmerge-short-means = ⚠️ 有一部分錢在合併後花掉了，無法退還；要補上的話只能由社群重新發放。
unmerge-accounts = 歸還的帳號
unmerge-returned = 退還的餘額
unmerge-short = 差額
unmerge-rows = { $plugin }：{ $count } 筆
unmerge-yes = 撤銷合併
unmerge-yes-short = 接受差額並撤銷
unmerge-done = { $gone } 和 { $kept } 已經重新分開。
unmerge-gave = 已退還：{ $amounts }
unmerge-missing = 因已花掉而缺少：{ $amounts }
unmerge-stuck = 有 { $count } 筆資料無法歸還，留在原處。
unmerge-told = 管理員把綁定的帳號分開了。你現在的帳號是：{ $accounts }
confirm-expires = 請在 { $minutes } 分鐘內確認，否則不會有任何變化。

# 在 /privacy 和匯出檔案中顯示。
privacy-keeps = 綁定碼和輸錯次數（只保留幾分鐘），以及帳號何時綁定，以便撤銷錯誤的綁定。
