"""The bodies of the demo: real municipalities, invented domains, and the tree of departments such a body has."""
from dataclasses import dataclass
from pathlib import Path

CITY = """
企画財政部 きかくざいせいぶ
  秘書課 ひしょか
  企画課 きかくか
  財政課 ざいせいか
  ICT推進室 あいしーてぃーすいしんしつ
総務部 そうむぶ
  総務課 そうむか
    文書法制係 ぶんしょほうせいがかり
  人事課 じんじか
  契約検査課 けいやくけんさか
  税務課 ぜいむか
    市民税係 しみんぜいがかり
    資産税係 しさんぜいがかり
  収税課 しゅうぜいか
  防災危機管理課 ぼうさいききかんりか
市民生活部 しみんせいかつぶ
  市民課 しみんか
    住民記録係 じゅうみんきろくがかり
    戸籍係 こせきがかり
  保険年金課 ほけんねんきんか
  環境課 かんきょうか
  協働推進課 きょうどうすいしんか
福祉健康部 ふくしけんこうぶ
  福祉課 ふくしか
    保護係 ほごがかり
  障害福祉課 しょうがいふくしか
  長寿福祉課 ちょうじゅふくしか
  保健センター ほけんせんたー
こども未来部 こどもみらいぶ
  子育て支援課 こそだてしえんか
    手当係 てあてがかり
  保育課 ほいくか
産業振興部 さんぎょうしんこうぶ
  商工振興課 しょうこうしんこうか
  農業振興課 のうぎょうしんこうか
都市整備部 としせいびぶ
  建設課 けんせつか
    道路維持係 どうろいじがかり
  都市計画課 としけいかくか
  建築住宅課 けんちくじゅうたくか
  上下水道課 じょうげすいどうか
会計課 かいけいか
教育部 きょういくぶ
  教育総務課 きょういくそうむか
  学校教育課 がっこうきょういくか
  生涯学習課 しょうがいがくしゅうか
議会事務局 ぎかいじむきょく
選挙管理委員会事務局 せんきょかんりいいんかいじむきょく
"""
TOWN = """
総務課 そうむか
  財政係 ざいせいがかり
総合政策課 そうごうせいさくか
防災危機管理室 ぼうさいききかんりしつ
税務課 ぜいむか
住民課 じゅうみんか
  戸籍住民係 こせきじゅうみんがかり
福祉課 ふくしか
子ども支援課 こどもしえんか
健康推進課 けんこうすいしんか
農林商工課 のうりんしょうこうか
建設課 けんせつか
上下水道課 じょうげすいどうか
会計課 かいけいか
教育総務課 きょういくそうむか
生涯学習課 しょうがいがくしゅうか
議会事務局 ぎかいじむきょく
"""
PREFECTURE = """
総務部 そうむぶ
  人事課 じんじか
  財政課 ざいせいか
企画部 きかくぶ
  市町村課 しちょうそんか
    行政係 ぎょうせいがかり
  デジタル推進課 でじたるすいしんか
健康福祉部 けんこうふくしぶ
  こども家庭課 こどもかていか
  福祉政策課 ふくしせいさくか
危機管理防災部 ききかんりぼうさいぶ
  危機管理課 ききかんりか
会計管理課 かいけいかんりか
"""
YORII = TOWN.replace("住民課 じゅうみんか", "町民課 ちょうみんか")


@dataclass(frozen=True)
class Body:
    """A body of the demo: `few` says how many people of each department the small demo has, `many` how many the full one."""

    code: str
    domain: str
    tree: str
    few: dict[str, int]
    many: int


BODIES = [
    Body("112186", "city.fukaya.example", CITY, {
        "市民課": 9, "ICT推進室": 4, "総務課": 3, "税務課": 3, "子育て支援課": 3, "防災危機管理課": 2,
    }, 560),
    Body("254258", "town.aisho.example", TOWN, {"住民課": 6, "総務課": 3, "総合政策課": 3}, 140),
    Body("114081", "town.yorii.example", YORII, {"町民課": 5}, 50),
    Body("252131", "city.higashiomi.example", CITY, {"市民課": 6}, 100),
    Body("254410", "town.toyosato.example", TOWN, {"住民課": 2}, 20),
    Body("110001", "pref.saitama.example", PREFECTURE, {"市町村課": 2}, 30),
    Body("250007", "pref.shiga.example", PREFECTURE, {"市町村課": 2}, 20),
    Body("322041", "city.masuda.example", CITY, {"子育て支援課": 2}, 25),
    Body("132063", "city.fuchu-tokyo.example", CITY, {"ICT推進室": 2}, 30),
    Body("394050", "town.yusuhara.example", TOWN, {"住民課": 2}, 9),
    Body("082309", "city.kasumigaura.example", CITY, {"市民課": 2}, 14),
]

# code, name, kana, address before the @, department, title. The first of a body administers it.
NAMED = [line.split("|") for line in Path(__file__).with_name("named.txt").read_text(encoding="utf-8").splitlines()]
