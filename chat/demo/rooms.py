"""Which rooms the demo has."""
from dataclasses import dataclass, field

TAKAHASHI, YOSHIDA = "髙橋 由佳", "𠮷田 健吾"


@dataclass(frozen=True)
class Group:
    """A group room: who keeps it, how many of which body are in it (0: all), who must be, and what is talked about."""

    name: str
    topic: str
    keeper: str
    bodies: dict[str, int]
    named: tuple[str, ...]
    pools: tuple[str, ...]
    script: str = ""
    weight: float = 2
    full: int = 0  # so many messages in the full demo
    hosts: dict[str, tuple[str, ...]] = field(default_factory=dict)  # role in a conversation -> departments that speak it
    unread: dict[str, int] = field(default_factory=dict)


FUKAYA, AISHO, YORII, HIGASHIOMI, TOYOSATO = "112186", "254258", "114081", "252131", "254410"
SAITAMA, SHIGA, MASUDA, FUCHU, YUSUHARA, KASUMIGAURA = "110001", "250007", "322041", "132063", "394050", "082309"

ANNOUNCERS = ("総務課", "人事課", "ICT推進室", "防災危機管理課", "会計課", "契約検査課", "総合政策課", "秘書課", "財政課")

GROUPS = [
    Group("書かない窓口 共同検討", "異動届の様式をそろえる。次の担当者会議は{D6}", TAKAHASHI,
          {FUKAYA: 16, AISHO: 11, YORII: 5, HIGASHIOMI: 6},
          ("小島 蓮", YOSHIDA, "﨑山 葵", "五十嵐 真理子", "長谷川 智絵", "長宗我部 龍太郎", "茂木 修"),
          ("renkei", "madoguchi"), "kakanai", unread={TAKAHASHI: 6, YOSHIDA: 3}),
    Group("全庁連絡", "全職員へのお知らせ。返信は担当課へ", "岡部 梢", {FUKAYA: 0},
          ("茂木 修", "渡邉 彩音", "持田 航", TAKAHASHI, "髙栁 大輔"), ("zencho",), "zencho_fukaya", full=2_500,
          hosts={"A": ANNOUNCERS}, unread={TAKAHASHI: 1}),
    Group("市民課 窓口当番", "当番の交代はここで", "関根 豊", {FUKAYA: 8}, (TAKAHASHI, "根岸 千夏", "茂木 修"),
          ("toban", "madoguchi")),
    Group("ICT推進室への相談", "困ったら、端末の番号を添えて書いてください", "渡邉 彩音", {FUKAYA: 0},
          ("小島 蓮", TAKAHASHI), ("ict",), hosts={"B": ("ICT推進室",)}),
    Group("庁内なんでも相談", "どの課のことでも、気軽に聞いてください", "岡部 梢", {FUKAYA: 0}, (TAKAHASHI, "小島 蓮"),
          ("kyotsu", "shomu", "madoguchi", "zei", "fukushi", "bosai", "ict", "kensetsu", "kyoiku"), full=10_000, weight=3),
    Group("住民基本台帳 事務", "住記・印鑑・支援措置の扱い", "関根 豊", {FUKAYA: 10}, (TAKAHASHI, "小島 蓮", "髙栁 大輔"),
          ("madoguchi",), unread={TAKAHASHI: 4}),
    Group("年末年始の開庁体制", "", "岡部 梢", {FUKAYA: 9}, (TAKAHASHI, "持田 航", "茂木 修"), ("shomu", "bosai")),
    Group("職員互助会", "", "髙栁 大輔", {FUKAYA: 12}, (TAKAHASHI,), ("gojo",), weight=1),
    Group("全庁連絡", "愛荘町の全職員へのお知らせ", "宮﨑 誠", {AISHO: 0}, (YOSHIDA, "﨑山 葵"), ("zencho",), weight=1,
          full=600, hosts={"A": ANNOUNCERS}, unread={YOSHIDA: 2}),
    Group("窓口の混雑対策", "", "長宗我部 龍太郎", {AISHO: 7}, (YOSHIDA, "﨑山 葵", "外村 紬"), ("madoguchi", "toban"),
          unread={YOSHIDA: 5}),
    Group("埼玉県北部 住民記録の会", "県北の住民記録担当の相談場所", "五十嵐 真理子", {FUKAYA: 6, YORII: 4, SAITAMA: 2},
          (TAKAHASHI, "栁田 孝之", "関根 豊"), ("renkei", "madoguchi")),
    Group("愛荘町・深谷市 職員交流", "人事交流と視察の相談", "﨑山 葵", {AISHO: 6, FUKAYA: 6},
          (YOSHIDA, TAKAHASHI, "岡部 梢", "小島 蓮"), ("renkei", "gojo"), unread={TAKAHASHI: 2, YOSHIDA: 0}),
    Group("ひとり親家庭の手続き 相談の部屋", "児童扶養手当・医療費助成・現況届", "﨑田 典子",
          {MASUDA: 2, FUKAYA: 4, HIGASHIOMI: 2, TOYOSATO: 1}, ("勅使河原 真理子", TAKAHASHI), ("fukushi", "renkei")),
    Group("システム標準化 帳票の部屋", "帳票の差異と外字の同定", "濵田 徹",
          {FUCHU: 2, FUKAYA: 3, AISHO: 2, YUSUHARA: 2, KASUMIGAURA: 2},
          ("小島 蓮", "﨑山 葵", YOSHIDA, "𠮷村 朔", "邊見 文香"), ("ict", "renkei"), unread={YOSHIDA: 8}),
    Group("おくやみ窓口 情報交換", "予約のとり方と、渡している一覧", "長谷川 智絵", {HIGASHIOMI: 3, SHIGA: 2, TOYOSATO: 2},
          ("上林 静香", "西澤 光"), ("renkei", "madoguchi")),
]

# who talks with whom; a script where a visitor looks first
DIRECTS = [
    (TAKAHASHI, YOSHIDA, "direct_yoshida", {TAKAHASHI: 1, YOSHIDA: 0}), (TAKAHASHI, "小島 蓮", "", {TAKAHASHI: 0}),
    (TAKAHASHI, "渡邉 彩音", "", {TAKAHASHI: 0}), (TAKAHASHI, "髙栁 大輔", "", {TAKAHASHI: 0}),
    (TAKAHASHI, "五十嵐 真理子", "", {TAKAHASHI: 0}), (YOSHIDA, "﨑山 葵", "", {YOSHIDA: 2}),
    (YOSHIDA, "長宗我部 龍太郎", "", {YOSHIDA: 0}),
]
REQUESTS = [(
    "おくやみ窓口 情報交換", "長谷川 智絵", TAKAHASHI,
    "深谷市さんのおくやみコーナーの運用を伺いたく、この部屋にお招きしました。3団体で続けています。ご検討ください。",
)]

POOLS = [  # the department's name decides what its people talk about
    ("税", "zei"), ("市民課", "madoguchi"), ("住民", "madoguchi"), ("町民", "madoguchi"), ("戸籍", "madoguchi"),
    ("防災", "bosai"), ("危機", "bosai"), ("ICT", "ict"), ("デジタル", "ict"), ("教育", "kyoiku"), ("学習", "kyoiku"),
    ("建", "kensetsu"), ("水道", "kensetsu"), ("都市", "kensetsu"), ("道路", "kensetsu"), ("環境", "kensetsu"),
    ("農", "kensetsu"), ("福祉", "fukushi"), ("子", "fukushi"), ("こども", "fukushi"), ("保", "fukushi"),
    ("手当", "fukushi"), ("健康", "fukushi"),
]
SCRIPTS = {(FUKAYA, "市民課"): ("shimin_fukaya", {TAKAHASHI: 12})}
