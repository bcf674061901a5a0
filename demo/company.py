"""Draws the whole company and writes its files. The same seed and last day give the same rows."""

import random
from datetime import date
from pathlib import Path

from demo import costs, departments, repairs, service_desk, telephone, trade
from demo.files import DemoFile, write_mapping
from demo.parties import draw_parties
from demo.plan import SEED, timeline

AGENTS = {
    "SIP/201": ("Lena Hartmann", "sales"), "SIP/202": ("Tom Reid", "sales"), "SIP/203": ("Paula Groß", "sales"),
    "SIP/301": ("Jan Köhler", "service"), "SIP/302": ("Grace Bennett", "service"), "SIP/303": ("Emre Aydın", "service"),
    "SIP/304": ("Rosa Lindner", "service"), "SIP/401": ("陈静", "asia"), "SIP/402": ("周杰", "asia"),
}  # fmt: skip


def agent_email(phone_agent: str) -> str:
    return f"agent{phone_agent.removeprefix('SIP/')}@demo.example"


def write_company(*, folder: Path, last: date, seed: int = SEED) -> list[DemoFile]:
    """All files under `folder`, one folder a department, in the order they are to be loaded."""
    time = timeline(last=last, seed=seed)
    parts = ("customers", "trade", "calls", "desk", "surveys", "repairs")
    draw = {part: random.Random(f"{seed}:{part}") for part in parts}  # noqa: S311 - invented data, not secrets
    parties = draw_parties(draw["customers"])
    census = departments.take_census(draw["customers"], parties)
    goods = trade.draw_goods(draw["trade"])
    sales = trade.draw_sales(draw["trade"], buyers=census.shop, goods=goods, timeline=time)
    bills = trade.draw_bills(draw["trade"], sales=sales, timeline=time)
    agents = [agent_email(agent) for agent, (_name, team) in AGENTS.items() if team == "service"]
    files = [
        *departments.write_customers(draw["customers"], census, folder),
        trade.write_orders(sales, folder),
        trade.write_bills(bills, folder),
        trade.write_payments(draw["trade"], bills=bills, timeline=time, folder=folder),
        trade.write_ledger(draw["trade"], sales=sales, timeline=time, folder=folder),
        costs.write_costs(timeline=time, folder=folder),
        repairs.write_products(goods, folder),
        repairs.write_repairs(draw["repairs"], parties=census.after_sales, goods=goods, timeline=time, folder=folder),
        service_desk.write_interactions(
            draw["desk"], parties=census.after_sales, agents=agents, timeline=time, folder=folder
        ),
        telephone.write_queue_log(draw["calls"], callers=census.shop, timeline=time, folder=folder),
        service_desk.write_answers(draw["surveys"], parties=census.shop, timeline=time, folder=folder),
    ]
    for each in files:
        if each.mapping is not None:
            write_mapping(each.path, each.mapping)
    return files
