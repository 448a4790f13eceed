"""Files through the command line's client to a running stack: repeatable, resumable, edited rows, each refused row with its reason."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import httpx

from libs.service.identity.issuer import Issuer
from libs.service.settings import Settings
from tests.patience import GIVE_UP
from tests.system.test_serving import ENVIRONMENT, HEADWAY, served

JIRA = "Summary,Issue key,Status Category,Created,Updated\n"
PROJECTS = (
    "Unique_Investment_Identifier,Business_Case_ID,Agency_Code,Agency_Name,Investment_Title,Project_ID,Project_Name,Start_Date,Cost_Variance,PlannedCost,"
    "Updated_Date,Planned_Duration,Project_delay,Start_days_after_2000\n"
)


class Importing:
    """A running Headway and the command line beside it."""

    def __init__(self, url: str, data: Path) -> None:
        self.url, self.data, self.issuer = url, data, Issuer.embedded(Settings(data=data))

    def run(self, *words: str, persona: str = "importer") -> subprocess.CompletedProcess[str]:
        environment = ENVIRONMENT | {"HEADWAY_URL": self.url, "HEADWAY_TOKEN": self.issuer.token(persona)}
        return subprocess.run([*HEADWAY, *words], env=environment, capture_output=True, text=True, timeout=GIVE_UP)

    def imported(self, *words: str, code: int = 0) -> tuple[int, int, int]:
        done = self.run("import", *words, "--json")
        assert done.returncode == code, done.stderr
        counts = json.loads(done.stdout)
        return counts["created"], counts["unchanged"], counts["refused"]

    def ask(self, document: str) -> Any:
        signed_in = {"Authorization": f"Bearer {self.issuer.token('executive')}"}
        answer = httpx.post(f"{self.url}/graphql", json={"query": document}, headers=signed_in, timeout=GIVE_UP)
        assert answer.status_code == 200 and "errors" not in answer.json(), answer.text
        return answer.json()["data"]


def test_a_tracker_exported_again_moves_its_items_and_adds_none(tmp_path: Path) -> None:
    with served(tmp_path) as (_, url):
        h, file = Importing(url, tmp_path), tmp_path / "jira.csv"
        registered = tmp_path / "product.ndjson"
        registered.write_text('{"command": "portfolio.register_product", "key": "p", "data": {"product": "permits", "name": "Permits"}}')
        h.imported("commands", str(registered))
        states: list[Any] = []
        for state in ("To Do", "In Progress", "Done", "To Do"):
            file.write_text(JIRA + f"Renew a permit,PER-1,{state},07/Mar/23 2:15 PM,0{len(states) + 1}/Apr/23 9:00 AM\n")
            assert h.imported("jira-csv", "--product", "permits", str(file))[2] == 0
            assert h.imported("jira-csv", "--product", "permits", str(file))[0] == 0, "a second run changes nothing"
            found = h.ask('{ product(id: "permits") { backlog { items { nodes { state source { reference } } } } } }')
            states.append(found["product"]["backlog"]["items"]["nodes"])
        assert states == [[{"state": state, "source": {"reference": "PER-1"}}] for state in ("OPEN", "STARTED", "DELIVERED", "OPEN")]


def test_an_edited_row_is_a_change_of_the_same_investment(tmp_path: Path) -> None:
    row = "005-1,1,5,Department of Parks,Trails,{id},{name},2024-01-01,0.0,{cost},1,30.0,{delay},1\n"
    with served(tmp_path) as (_, url):
        h, file = Importing(url, tmp_path), tmp_path / "projects.csv"
        file.write_text(
            PROJECTS + row.format(id=1, name="Map &amp; signs", cost="1.5", delay="0.0") + row.format(id=2, name="Gates", cost="0.25", delay="10.0")
        )
        created, unchanged, refused = h.imported("it-dashboard", str(file))
        assert refused == 0
        assert h.imported("it-dashboard", str(file)) == (0, created + unchanged, 0)
        question = """{ portfolio { investment { committed { amount } againstFirstBaseline { amount } } products(first: 9) { totalCount nodes {
            roadmap { items(first: 9) { nodes { title slipDays } } } } } } }"""
        first = h.ask(question)
        assert first == {"portfolio": _portfolio("1750000.00", "0.00", [("Map & signs", 0), ("Gates", 10)])}
        file.write_text(PROJECTS + row.format(id=1, name="Map &amp; signs", cost="2.0", delay="5.0") + row.format(id=2, name="Gates", cost="0.25", delay="0.0"))
        assert h.imported("it-dashboard", str(file))[2] == 0
        assert h.ask(question) == {"portfolio": _portfolio("2250000.00", "500000.00", [("Map & signs", 5), ("Gates", 0)])}


def _portfolio(committed: str, drift: str, items: list[tuple[str, int]]) -> dict[str, object]:
    return {
        "investment": {"committed": [{"amount": committed}], "againstFirstBaseline": [{"amount": drift}]},
        "products": {"totalCount": 1, "nodes": [{"roadmap": {"items": {"nodes": [{"title": title, "slipDays": slip} for title, slip in items]}}}]},
    }


def test_the_actuals_of_august_leave_those_of_july_and_a_corrected_row_replaces_what_it_said(tmp_path: Path) -> None:
    header, month = "investment,amount.amount,amount.currency,covers_from,covers_until\n", "swap,{amount},CAD,2024-0{n}-01,2024-0{n}-28\n"
    with served(tmp_path) as (_, url):
        h, file, story = Importing(url, tmp_path), tmp_path / "actuals.csv", tmp_path / "story.ndjson"
        money = {"amount": "9000.00", "currency": "CAD"}
        story.write_text(
            "".join(
                json.dumps({"command": f"portfolio.{verb}", "key": verb, "at": "2024-01-01", "data": data}) + "\n"
                for verb, data in (
                    ("register_organisation", {"organisation": "env", "name": "Environment"}),
                    ("register_product", {"product": "permits", "name": "Permits", "home": "env"}),
                    ("propose_investment", {"investment": "swap", "product": "permits", "amount": money}),
                    ("decide_investment", {"investment": "swap", "approved": True, "reason": "Worth it"}),
                )
            )
        )
        assert h.imported("commands", str(story))[0] == 4
        command = ("--command", "portfolio.record_actual", str(file))

        def spent() -> str:
            return str(h.ask("{ portfolio { investment { actual { amount } } } }")["portfolio"]["investment"]["actual"][0]["amount"])

        file.write_text(header + month.format(n=7, amount="1000.00"))
        assert h.imported("csv", *command) == (1, 0, 0)
        file.write_text(header + month.format(n=8, amount="1200.00"))
        assert h.imported("csv", *command) == (1, 0, 0)
        assert spent() == "2200.00"
        file.write_text(header + month.format(n=7, amount="1000.00") + month.format(n=8, amount="1200.00"))
        assert h.imported("csv", *command) == (0, 2, 0)
        file.write_text("key," + header + "sept," + month.format(n=9, amount="1.00"))
        assert h.imported("csv", *command) == (1, 0, 0)
        file.write_text("key," + header + "sept," + month.format(n=9, amount="2.00"))
        tried = h.run("import", "csv", *command, "--dry-run")
        assert (tried.returncode, "Would be: 0 created, 1 replaced" in tried.stderr, spent()) == (0, True, "2201.00"), tried.stderr
        done = h.run("import", "csv", *command)
        assert done.stdout == "0 created, 1 replaced, 0 unchanged, 0 refused\n"
        assert spent() == "2202.00"


def test_refused_rows_are_said_kept_and_exit_3(tmp_path: Path) -> None:
    with served(tmp_path) as (_, url):
        h, file, rejects = Importing(url, tmp_path), tmp_path / "lines.ndjson", tmp_path / "rejects.ndjson"
        good = {"command": "portfolio.register_organisation", "key": "1", "data": {"organisation": "parks", "name": "Parks"}}
        bad = {"command": "portfolio.register_organisation", "key": "2", "data": {"organisation": "a/b", "name": "Parks"}}
        file.write_text(f"{json.dumps(good)}\nnot json\n{json.dumps(bad)}\n")
        assert h.imported("commands", str(file), "--rejects", str(rejects), code=3) == (1, 0, 2)
        kept = [json.loads(line) for line in rejects.read_text().splitlines()]
        assert [k["problem"].get("field") for k in kept] == [None, "organisation"]
        assert h.imported("commands", str(file), code=3) == (0, 1, 2)


def test_an_import_without_the_right_is_exit_6(tmp_path: Path) -> None:
    file = tmp_path / "lines.ndjson"
    file.write_text('{"command": "portfolio.register_organisation", "key": "1", "data": {"organisation": "parks", "name": "Parks"}}\n')
    environment = ENVIRONMENT | {"HEADWAY_URL": "http://127.0.0.1:9", "HEADWAY_TOKEN": "x"}
    with served(tmp_path) as (_, url):
        wrong = subprocess.run(
            [*HEADWAY, "import", "commands", str(file)], env=environment | {"HEADWAY_URL": url}, capture_output=True, text=True, timeout=GIVE_UP
        )
    assert wrong.returncode == 6, wrong.stderr
