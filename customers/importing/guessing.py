"""Guesses which header means which canonical column: the same name, a known synonym (English, German, Chinese)."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

SYNONYMS: dict[str, tuple[str, ...]] = {
    "external_id": (
        "id", "no", "number", "nr", "code", "key", "invoiceno", "orderno", "ordernumber", "invoicenumber",
        "customerno", "customernumber", "kundennummer", "kundennr", "bestellnummer", "rechnungsnummer",
        "reference", "编号", "客户编号", "订单号", "订单编号", "发票号", "发票号码", "单号", "流水号",
    ),
    "customer_external_id": (
        "customerid", "customer", "customerno", "customernumber", "clientid", "accountid", "kundennummer", "kundennr",
        "kunde", "客户编号", "客户号", "客户id", "客户", "会员号",
    ),
    "order_external_id": ("orderid", "orderno", "ordernumber", "order", "bestellnummer", "订单号", "订单编号"),
    "invoice_external_id": ("invoiceid", "invoiceno", "invoicenumber", "invoice", "rechnungsnummer", "发票号"),
    "kind": ("type", "customertype", "typ", "art", "类型", "客户类型"),
    "name": (
        "fullname", "customername", "accountname", "account", "company", "companyname", "firma", "firmenname",
        "kundenname", "productname", "contactname", "名称", "姓名", "客户名称",
        "公司名称", "公司", "联系人", "产品名称",
    ),
    "tax_id": (
        "vat", "vatid", "vatnumber", "taxnumber", "ustid", "steuernummer", "税号", "纳税人识别号", "统一社会信用代码",
    ),
    "email": ("mail", "emailaddress", "电子邮件", "电子邮箱", "邮箱", "电邮"),
    "phone": ("telephone", "tel", "phonenumber", "mobile", "telefon", "handy", "电话", "手机", "联系电话", "手机号"),
    "address": ("street", "addressline1", "strasse", "adresse", "anschrift", "地址", "详细地址"),
    "city": ("town", "ort", "stadt", "城市", "市"),
    "region": ("state", "province", "bundesland", "省", "省份", "地区"),
    "country": ("land", "nation", "国家"),
    "postcode": ("zip", "zipcode", "postalcode", "plz", "postleitzahl", "邮编", "邮政编码"),
    "industry": ("sector", "branche", "行业"),
    "language": ("lang", "sprache", "语言"),
    "birth_date": ("birthday", "dateofbirth", "geburtsdatum", "生日", "出生日期"),
    "job_title": ("title", "position", "funktion", "职务", "职位"),
    "placed_at": ("orderdate", "date", "invoicedate", "bestelldatum", "datum", "下单时间", "订单日期", "日期"),
    "status": ("state", "orderstatus", "状态", "订单状态"),
    "currency": ("curr", "waehrung", "币种", "货币"),
    "product_code": ("sku", "stockcode", "item", "itemno", "artikelnummer", "产品编号", "商品编号", "货号"),
    "product_name": ("description", "itemname", "artikel", "product", "产品名称", "商品名称"),
    "quantity": ("qty", "amount", "menge", "anzahl", "数量"),
    "unit_price": ("price", "preis", "einzelpreis", "单价", "价格"),
    "unit_cost": ("cost", "kosten", "成本", "单位成本"),
    "group": ("productgroup", "category", "warengruppe", "类别", "产品类别"),
    "issued_on": ("invoicedate", "date", "rechnungsdatum", "开票日期", "日期"),
    "due_on": ("duedate", "faellig", "faelligam", "到期日", "付款期限"),
    "paid_on": ("paymentdate", "date", "zahlungsdatum", "付款日期", "到账日期"),
    "amount": ("total", "sum", "betrag", "summe", "金额", "总额"),
    "contact_value": ("from", "caller", "sender", "contact", "联系方式", "来电号码"),
    "channel": ("medium", "kanal", "渠道"),
    "direction": ("richtung", "方向"),
    "purpose": ("reason", "topic", "grund", "目的", "事由"),
    "subject": ("title", "betreff", "主题", "标题"),
    "body": ("text", "notes", "note", "message", "notiz", "内容", "备注"),
    "occurred_at": ("date", "time", "datetime", "zeitpunkt", "时间", "日期"),
    "agent_email": ("agent", "user", "staff", "mitarbeiter", "坐席", "客服"),
    "team": ("department", "abteilung", "团队", "部门"),
    "duration_s": ("duration", "seconds", "dauer", "时长"),
    "outcome": ("result", "ergebnis", "结果"),
    "survey": ("questionnaire", "umfrage", "调查"),
    "answered_at": ("date", "time", "submitted", "datum", "回答时间", "日期"),
    "value": ("score", "rating", "answer", "wert", "评分", "得分"),
    "comment": ("text", "remark", "kommentar", "评论", "意见"),
    "month": ("period", "monat", "月份"),
    "revenue": ("sales", "turnover", "umsatz", "收入", "营业收入"),
    "cost_of_sales": ("cogs", "wareneinsatz", "销售成本", "营业成本"),
    "operating_cost": ("opex", "betriebskosten", "运营成本", "费用"),
    "date": ("day", "datum", "日期"),
    "category": ("kategorie", "类别"),
    "phase": ("stage", "阶段"),
    "planned": ("budget", "plan", "计划", "预算"),
    "actual": ("ist", "实际"),
    "note": ("comment", "notiz", "备注"),
}  # fmt: skip


def comparable(header: str) -> str:
    folded = unicodedata.normalize("NFKC", header).casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    return re.sub(r"[\W_]+", "", folded)


def is_known(header: str) -> bool:
    """Whether files call some column so.

    >>> is_known("Kundenname"), is_known("Ada Lovelace")
    (True, False)
    """
    return comparable(header) in _known()


@cache
def _known() -> frozenset[str]:
    return frozenset(comparable(word) for name, words in SYNONYMS.items() for word in (name, *words))


def guess(headers: list[str], wanted: Iterable[str], *, exact: bool = False) -> dict[str, str]:
    """Canonical column → header. Each header is used once; exact names go first, then synonyms in order.

    >>> guess(["ID", "Kundenname"], ["external_id", "name"])
    {'external_id': 'ID', 'name': 'Kundenname'}
    """
    names = list(wanted)
    free = {comparable(header): header for header in reversed(headers)}
    found = {name: free.pop(comparable(name)) for name in names if comparable(name) in free}
    if not exact:
        for name in names:
            if name not in found:
                match = next((word for word in SYNONYMS.get(name, ()) if comparable(word) in free), None)
                if match:
                    found[name] = free.pop(comparable(match))
    return {name: found[name] for name in names if name in found}
