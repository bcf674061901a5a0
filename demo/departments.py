"""How each department writes down the same customers: its own numbers, headers, encodings and spellings."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from demo.files import DemoFile, Row, write_csv
from demo.parties import Known, Party
from demo.words import TRADITIONAL

MARKETING_SHARE, AFTER_SALES_SHARE, BUYER_SHARE = 0.72, 0.42, 0.86
MARKETING = {
    "columns": {
        "external_id": "Account ID", "name": "Account name", "tax_id": "VAT", "email": "E-mail", "phone": "Phone",
        "kind": {"from": "Type", "values": {"Company": "organization", "Private": "person"}},
        "address": "Street", "city": "Town", "region": "State", "country": "Country", "postcode": "ZIP",
        "industry": "Sector", "language": "Language",
    }
}  # fmt: skip
FINANCE = {
    "columns": {
        "external_id": "Debitor", "kind": {"from": "Art", "values": {"Firma": "organization", "Privat": "person"}},
        "name": "Name", "tax_id": "USt-IdNr.", "email": "E-Mail", "phone": "Telefon",
        "address": "Straße", "city": "Ort", "postcode": "PLZ", "country": "Land",
        "birth_date": {"from": "Geburtsdatum", "date": "%d.%m.%Y"},
    },
    "delimiter": ";",
}  # fmt: skip
SHOP_CHINA = {
    "columns": {
        "external_id": "客户编号", "kind": {"from": "类型", "values": {"企业": "organization", "个人": "person"}},
        "name": "客户名称", "tax_id": "税号", "email": "电子邮箱", "phone": "电话", "address": "地址", "city": "城市",
        "region": "省份", "country": {"constant": "CN"}, "postcode": "邮编",
    },
    "encoding": "gb18030",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Census:
    """Which department knows whom."""

    everyone: Sequence[Party]
    marketing: Sequence[Party]
    finance: Sequence[Party]
    shop: Sequence[Party]
    after_sales: Sequence[Party]


def shop_id(party: Party) -> str:
    return f"{'CN' if party.language == 'zh' else 'S'}-{10_000 + party.number}"


def finance_id(party: Party) -> str:
    return f"{70_000 + party.number}"


def after_sales_id(party: Party) -> str:
    return f"K{party.number:05}"


def take_census(generator: random.Random, parties: Sequence[Party]) -> Census:
    """Buyers are in the shop, those who buy on account also in finance; the rest are prospects marketing knows."""
    shop = [party for party in parties if generator.random() < BUYER_SHARE]
    buyers = {party.number for party in shop}
    return Census(
        everyone=parties,
        shop=shop,
        finance=[party for party in shop if party.on_account],
        marketing=[p for p in parties if p.number not in buyers or generator.random() < MARKETING_SHARE],
        after_sales=[party for party in shop if generator.random() < AFTER_SALES_SHARE],
    )


def write_customers(generator: random.Random, census: Census, folder: Path) -> list[DemoFile]:
    western = [party for party in census.shop if party.language != "zh"]
    chinese = [party for party in census.shop if party.language == "zh"]
    return [
        _marketing(generator, census.marketing, folder / "marketing" / "accounts.csv"),
        _finance(generator, census.finance, folder / "finance" / "debitoren.csv"),
        _shop(generator, western, folder / "shop" / "customers.csv"),
        _shop_china(generator, chinese, folder / "shop" / "客户.csv"),
        _after_sales(generator, census.after_sales, folder / "after-sales" / "customers.csv"),
    ]


def _tax_id(party: Party, *, owner: bool) -> str:
    """Those held together by it have it everywhere; those apart only with the system that owns the number."""
    return party.tax_id if party.known == Known.BY_TAX_ID or (party.known == Known.APART and owner) else ""


def _email(party: Party, system: str) -> str:
    return party.email if party.known != Known.APART else party.email.replace("@", f".{system}@")


def respelled(generator: random.Random, party: Party, name: str) -> str:
    """The same name as another hand writes it: case, accents, legal form, traditional characters; APART also errs."""
    if party.language == "zh":
        name = name.translate(TRADITIONAL) if generator.random() < 0.4 else name
        return name.replace("有限公司", "公司") if party.known == Known.APART and generator.random() < 0.5 else name
    chance = generator.random()
    if chance < 0.2:
        name = name.upper()
    elif chance < 0.4:
        name = name.replace(" GmbH", " Gmbh").replace(" Ltd", " LTD.").replace(" AG", ", AG")
    elif chance < 0.5:
        name = f"  {name} "
    return _misspelled(generator, name) if party.known == Known.APART else name


def _misspelled(generator: random.Random, name: str) -> str:
    at = generator.randrange(1, len(name) - 1)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _marketing(generator: random.Random, parties: Iterable[Party], path: Path) -> DemoFile:
    def row(party: Party) -> Row:
        return (
            f"A{party.number:06}", "Company" if party.kind == "organization" else "Private",
            respelled(generator, party, party.name), _tax_id(party, owner=False), _email(party, "news"), party.phone,
            party.address, party.city, party.region, party.country, party.postcode, party.industry, party.language,
            generator.choice(("fair", "web", "referral", "campaign")),
        )  # fmt: skip

    headers = (
        "Account ID", "Type", "Account name", "VAT", "E-mail", "Phone", "Street", "Town", "State", "Country", "ZIP",
        "Sector", "Language", "Lead source",
    )  # fmt: skip
    write_csv(path, headers=headers, rows=map(row, parties), encoding="utf-8-sig")
    return DemoFile("customers", "marketing", path, MARKETING)


def _finance(generator: random.Random, parties: Iterable[Party], path: Path) -> DemoFile:
    """The accounting system knows no Chinese characters: those customers stand there in Latin letters."""

    def row(party: Party) -> Row:
        local = party.phone.replace("+49 30 ", "030 / ") if party.country == "DE" else party.phone
        latin = party.language == "zh"
        return (
            finance_id(party), "Firma" if party.kind == "organization" else "Privat",
            respelled(generator, party, party.latin), _tax_id(party, owner=True), _email(party, "accounts"), local,
            "" if latin else party.address, "" if latin else party.city, party.postcode, party.country,
            f"{party.birth_date:%d.%m.%Y}" if party.birth_date else "", generator.choice((14, 30, 30)),
        )  # fmt: skip

    headers = ("Debitor", "Art", "Name", "USt-IdNr.", "E-Mail", "Telefon", "Straße", "Ort", "PLZ", "Land",
               "Geburtsdatum", "Zahlungsziel")  # fmt: skip
    write_csv(path, headers=headers, rows=map(row, parties), encoding="cp1252", delimiter=";")
    return DemoFile("customers", "finance", path, FINANCE)


def _shop(generator: random.Random, parties: Iterable[Party], path: Path) -> DemoFile:
    def row(party: Party) -> Row:
        return (
            shop_id(party), party.kind, respelled(generator, party, party.name), _tax_id(party, owner=False),
            _email(party, "shop"), party.phone.replace(" ", ""), party.address, party.city, party.country,
            party.postcode,
        )  # fmt: skip

    headers = ("external_id", "kind", "name", "tax_id", "email", "phone", "address", "city", "country", "postcode")
    write_csv(path, headers=headers, rows=map(row, parties))
    return DemoFile("customers", "shop", path)


def _shop_china(generator: random.Random, parties: Iterable[Party], path: Path) -> DemoFile:
    def row(party: Party) -> Row:
        return (
            shop_id(party), "企业" if party.kind == "organization" else "个人", respelled(generator, party, party.name),
            _tax_id(party, owner=False), _email(party, "shop"), party.phone.replace("+86 ", "0086-"), party.address,
            party.city, party.region, party.postcode,
        )  # fmt: skip

    headers = ("客户编号", "类型", "客户名称", "税号", "电子邮箱", "电话", "地址", "城市", "省份", "邮编")
    write_csv(path, headers=headers, rows=map(row, parties), encoding="gb18030")
    return DemoFile("customers", "shop", path, SHOP_CHINA)


def _after_sales(generator: random.Random, parties: Iterable[Party], path: Path) -> DemoFile:
    def row(party: Party) -> Row:
        return (
            after_sales_id(party), party.kind, respelled(generator, party, party.name), _tax_id(party, owner=False),
            _email(party, "service"), party.phone, party.city, party.country, party.language,
        )  # fmt: skip

    headers = ("external_id", "kind", "name", "tax_id", "email", "phone", "city", "country", "language")
    write_csv(path, headers=headers, rows=map(row, parties))
    return DemoFile("customers", "after-sales", path)
