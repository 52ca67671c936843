# 隱私：保存了什麼、匯出、註銷、授權同意。

command-privacy = 查看、匯出或刪除你的資料

# 在 /privacy 和匯出檔案中顯示。
privacy-keeps = 你申請註銷的時間（直到完成或撤回），以及你向管理員索取資料的時間（保留一天）。

privacy-title = 🔒 你的資料
privacy-intro = 這裡保存了以下與你有關的資料，用途如下：
privacy-core = <b>Coterie</b>：你的名字和語言、各平台帳號、所在群組、餘額和每一筆變動、權限，以及管理員對你的備註。
privacy-colon = ：
privacy-agreement = 你已同意
privacy-export = 匯出我的資料
privacy-erase = 註銷並刪除
privacy-keep = 撤回註銷
privacy-withdraw = 撤回同意：{ $purpose }

privacy-link = 你的全部資料都在這個檔案裡。連結一小時內有效，只能用一次。
privacy-link-open = 下載
privacy-link-careful = 拿到連結的人就能拿到你的資料，請勿轉傳。
privacy-export-asked = 已通知管理員，會有人把檔案交給你。
privacy-export-again = 管理員已經收到通知，請等一天再試。
privacy-export-nobody = 這裡暫時沒有人能把檔案交給你，請聯絡社群的負責人。
privacy-export-please = { $name } 想要一份自己的資料。請執行：coterie member export { $id }，並只交給本人。

privacy-erase-title = 要刪除你的全部資料嗎？
privacy-erase-what = 你的名字、帳號、在這裡寫過的內容，以及各項功能中與你有關的資料都會被刪除，權限和身分組也會收回。以後再來，就是一名全新的成員。已經發到群組裡的訊息不會被收回。此操作無法復原。
privacy-erase-money = 你的餘額將會作廢：{ $amounts }。
privacy-erase-delay = 將在 { $at } 執行，在此之前可以撤回。
privacy-erase-yes = 確認註銷
privacy-erase-set = 你的資料將在 { $at } 刪除，在此之前可以用 /privacy 撤回。
privacy-erase-kept = 已撤回，不會刪除任何資料。
privacy-erase-none = 沒有等待執行的註銷申請。
privacy-erase-begins = 正在刪除你的全部資料，這是我給你的最後一則訊息。再會！
privacy-erase-waits = 你在這裡還有未了結的事項，一旦了結就會自動刪除你的資料。
privacy-erase-merged = 你申請註銷之後又綁定了帳號，所以沒有刪除任何資料。如果仍要註銷，請再次使用 /privacy。

privacy-agree = 同意
privacy-refuse = 不同意
privacy-change-mind = 你隨時可以用 /privacy 改變主意。
privacy-agreed = 謝謝，已記錄。
privacy-refused = 已記錄：你不同意。
