# 隐私：保存了什么、导出、注销、授权同意。

command-privacy = 查看、导出或删除你的数据

# 在 /privacy 和导出文件中显示。
privacy-keeps = 你申请注销的时间（直到完成或撤回），以及你向管理员索取数据的时间（保留一天）。

privacy-title = 🔒 你的数据
privacy-intro = 这里保存了以下与你有关的数据，用途如下：
privacy-core = <b>Coterie</b>：你的名字和语言、各平台账号、所在群组、余额和每一笔变动、权限，以及管理员对你的备注。
privacy-colon = ：
privacy-agreement = 你已同意
privacy-export = 导出我的数据
privacy-erase = 注销并删除
privacy-keep = 撤回注销
privacy-withdraw = 撤回同意：{ $purpose }

privacy-link = 你的全部数据都在这个文件里。链接一小时内有效，只能用一次。
privacy-link-open = 下载
privacy-link-careful = 拿到链接的人就能拿到你的数据，请勿转发。
privacy-export-asked = 已通知管理员，会有人把文件交给你。
privacy-export-again = 管理员已经收到通知，请等一天再试。
privacy-export-nobody = 这里暂时没有人能把文件交给你，请联系社区的负责人。
privacy-export-please = { $name } 想要一份自己的数据。请运行：coterie member export { $id }，并只交给本人。

privacy-erase-title = 要删除你的全部数据吗？
privacy-erase-what = 你的名字、账号、在这里写过的内容，以及各项功能中与你有关的数据都会被删除，权限和身份组也会收回。以后再来，就是一名全新的成员。已经发到群里的消息不会被撤回。此操作无法恢复。
privacy-erase-money = 你的余额将会作废：{ $amounts }。
privacy-erase-delay = 将在 { $at } 执行，在此之前可以撤回。
privacy-erase-yes = 确认注销
privacy-erase-set = 你的数据将在 { $at } 删除，在此之前可以用 /privacy 撤回。
privacy-erase-kept = 已撤回，不会删除任何数据。
privacy-erase-none = 没有等待执行的注销申请。
privacy-erase-begins = 正在删除你的全部数据，这是我给你的最后一条消息。再会！
privacy-erase-waits = 你在这里还有未了结的事项，一旦了结就会自动删除你的数据。
privacy-erase-merged = 你申请注销之后又绑定了账号，所以没有删除任何数据。如果仍要注销，请再次使用 /privacy。

privacy-agree = 同意
privacy-refuse = 不同意
privacy-change-mind = 你随时可以用 /privacy 改变主意。
privacy-agreed = 谢谢，已记录。
privacy-refused = 已记录：你不同意。
