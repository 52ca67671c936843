# 帮助、问候和语言。

command-help = 看看你在这里能做什么
command-start = 从这里开始
command-start-link = 链接里带来的内容，不用填
command-language = 选择语言
command-language-language = en、zh-Hans 或 zh-Hant，不填则显示选项

start-greeting = 👋 { $name }，欢迎来到{ $community }！
language-choose = 你想用哪种语言？
language-set = 好的，以后我用简体中文和你说话。

# 在 /privacy 和导出文件中显示。
privacy-keeps = 不保存任何数据。
