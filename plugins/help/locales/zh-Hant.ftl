# 說明、問候和語言。

command-help = 看看你在這裡能做什麼
command-start = 從這裡開始
command-start-link = 連結裡帶來的內容，不用填
command-language = 選擇語言
command-language-language = en、zh-Hans 或 zh-Hant，不填則顯示選項

start-greeting = 👋 { $name }，歡迎來到{ $community }！
language-choose = 你想用哪種語言？
language-set = 好的，以後我會用繁體中文和你說話。

# 在 /privacy 和匯出檔案中顯示。
privacy-keeps = 不保存任何資料。
