"""An import against services that answer as theirs do: batches, order, retries, and what is said at the end."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from headway.import_client import LINES_A_BATCH, Sender, Stopped
from headway.import_run import run_import
from headway.importers.line import ImportLine

OWNERS = {"organisation": "portfolio", "product": "portfolio", "team": "portfolio", "item": "roadmap", "release": "roadmap"}
Step = Callable[[httpx.Request], httpx.Response | None]


def test_an_import_of_issues_asks_for_the_items_that_are_there(tmp_path: Path) -> None:
    asked: list[str] = []

    def backlog(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if request.url.path.endswith("/backlogs/permits"):
            return httpx.Response(200, json={})
        if request.url.path.endswith("/items"):
            source = {"system": "jira", "reference": "OLD-1", "url": None, "number": "10004"}
            first = "after" not in request.url.params
            return httpx.Response(200, json={"items": [{"id": "permits.old-1", "source": source}] if first else [], "next": "permits.old-1" if first else None})
        if request.method == "GET":
            return httpx.Response(200, json={"data": {}})
        sent = [json.loads(line) for line in request.content.splitlines()]
        assert {line["data"]["item"] for line in sent} == {"permits.old-1"}
        return httpx.Response(200, content="\n".join(json.dumps({"key": line["key"], "status": "unchanged"}) for line in sent))

    file = tmp_path / "jira.csv"
    file.write_text("Issue key,Issue id,Summary,Status,Created\nNEW-1,10004,Pay,Done,2024-01-01\n")
    code = run_import(
        "jira-csv",
        [file],
        url="http://headway.test",
        token="t",
        references=references,
        service_of=OWNERS.get,
        product="permits",
        transport=httpx.MockTransport(backlog),
        stdout=io.StringIO(),
        stderr=io.StringIO(),
    )
    assert code == 0 and asked.count("/backlog/v1/items") == 2


def references(command: str, data: Mapping[str, Any]) -> list[str]:
    return [f"{kind}:{data[kind]}" for kind in ("product",) if kind in data]


class Headway:
    """Three services and a gateway: a line's `data` names its thing by the first field; `refuse` in it is refused; the steps come before every answer."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.requests: list[httpx.Request] = []
        self.keys: dict[str, dict[str, Any]] = {}
        self.trying = False
        self.told: list[dict[str, Any]] = []
        self.versions: dict[str, int] = {}
        self.heard: set[str] = set()
        self.most = 1_048_576
        self.slept: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.steps and (answer := self.steps.pop(0)(request)) is not None:
            return answer
        if request.url.path == "/graphql":
            self.heard |= set(request.headers["X-Headway-After"].split(","))
            return httpx.Response(200, json={"data": {"__typename": "Query"}})
        if request.url.path == "/events":
            return httpx.Response(200, content="\n".join(map(json.dumps, self.told)))
        if request.method == "GET":
            return httpx.Response(200 if f"product:{request.url.path.rsplit('/', 1)[-1]}" in self.versions else 404, json={"title": "Not found"})
        self.trying = request.url.params.get("try") == "1"
        if len(request.content) > self.most:
            return httpx.Response(413, json={"title": "Too large"})
        return httpx.Response(200, content="\n".join(json.dumps(self.line(json.loads(line))) for line in request.content.splitlines()))

    def line(self, line: dict[str, Any]) -> dict[str, Any]:
        kind, name = next(iter(line["data"].items()))
        if "refuse" in line["data"]:
            return {
                "key": line["key"],
                "status": "refused",
                "problem": {"status": 409, "detail": "it may not be", "rule": "S0-14", "source": "phase 4", "remedy": "Ask first."},
            }
        before = self.keys.get(line["key"])
        if before is not None and (before["data"] == line["data"] or not line.get("revise")):
            return {**before["answer"], "status": "unchanged"}
        version = self.versions.get(f"{kind}:{name}", 0) + 1
        answer = {"key": line["key"], "status": "created", "id": name, "position": f"{kind}:{name}@{version}"}
        if not self.trying:
            self.versions[f"{kind}:{name}"] = version
            self.keys[line["key"]] = {"answer": answer, "data": line["data"]}
        return answer if before is None else answer | {"replaced": True}

    def client(self) -> httpx.Client:
        return httpx.Client(base_url="http://headway.test", transport=httpx.MockTransport(self))

    def sender(self, **options: Any) -> Sender:
        return Sender(self.client(), references, OWNERS.get, clock=lambda: sum(self.slept), sleep=self.slept.append, **options)

    def batches(self) -> list[tuple[str, list[dict[str, Any]]]]:
        return [
            (request.url.path.split("/")[1], [json.loads(line) for line in request.content.splitlines()])
            for request in self.requests
            if request.method == "POST"
        ]


def line(command: str, key: str, **data: Any) -> ImportLine:
    return ImportLine(command, key, data)


def unavailable(request: httpx.Request) -> httpx.Response:
    return httpx.Response(503, headers={"Retry-After": "2"}, json={"title": "Not heard yet"})


def broken(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("connection refused")


PRODUCT = line("portfolio.register_product", "p", product="permits", name="Permits")
ITEM = line("roadmap.place_item", "i", item="search", product="permits")


def test_consecutive_lines_of_a_service_are_a_batch_of_at_most_a_thousand() -> None:
    headway = Headway()
    lines = [line("portfolio.form_team", f"t{n}", team=f"t{n}") for n in range(1_001)] + [ITEM, PRODUCT]
    outcomes = list(headway.sender().send(lines))
    assert [outcome.line for outcome in outcomes] == lines
    assert [(service, len(batch)) for service, batch in headway.batches()] == [("portfolio", 1_000), ("portfolio", 1), ("roadmap", 1), ("portfolio", 1)]


def test_a_batch_stays_under_a_mebibyte_and_a_line_that_cannot_is_refused() -> None:
    headway = Headway()
    big = "x" * 600_000
    lines = [line("portfolio.form_team", f"t{n}", team=f"t{n}", name=big) for n in range(2)] + [line("portfolio.form_team", "t2", team="t2", name=2 * big)]
    assert [outcome.status for outcome in headway.sender().send(lines)] == ["created", "created", "refused"]
    assert all(len(request.content) <= 1_048_576 for request in headway.requests)


def test_a_batch_that_the_service_finds_too_large_goes_in_halves() -> None:
    headway = Headway()
    headway.most = 200
    outcomes = list(headway.sender().send([line("portfolio.form_team", f"t{n}", team=f"t{n}") for n in range(5)]))
    assert [outcome.status for outcome in outcomes] == ["created"] * 5
    headway.most = 10
    (refused,) = headway.sender().send([PRODUCT])
    assert (refused.status, refused.problem) == ("refused", {"title": "Too large"})


def test_a_line_waits_for_what_it_refers_to_in_another_service_and_only_there() -> None:
    headway = Headway()
    team = line("portfolio.form_team", "t", team="t", product="permits")
    list(headway.sender().send([PRODUCT, team, ITEM, ImportLine("roadmap.drop_item", "d", {"item": "search"}, by="team@t", after=("product:other@3",))]))
    _, roadmap = headway.batches()
    assert all("after" not in sent for sent in headway.batches()[0][1])
    assert [sent.get("after") for sent in roadmap[1]] == [["product:permits@1"], ["product:other@3", "team:t@1"]]


def test_a_turn_to_another_service_waits_once_for_all_that_it_hears_of() -> None:
    headway = Headway()
    organisation = line("portfolio.register_organisation", "o", organisation="env")
    release = line("roadmap.propose_release", "r", release="beta")
    sustain = line("portfolio.enter_sustain", "s", team="t")
    list(headway.sender(hears=lambda service, kind: kind != "organisation").send([organisation, PRODUCT, release, ITEM, sustain]))
    afters = [[sent.get("after") for sent in batch] for _, batch in headway.batches()]
    assert afters == [[None, None], [["product:permits@1"], ["product:permits@1"]], [["release:beta@1", "item:search@1"]]]


def test_lines_that_rest_on_what_is_not_heard_yet_are_asked_again_with_all_refused_after_them() -> None:
    unheard = {"status": "refused", "problem": {"status": 503}}
    first = [{"status": "created", "position": "product:permits@1"}, unheard, {"status": "refused", "problem": {"status": 404}}]
    headway = Headway(lambda request: httpx.Response(200, content="\n".join(map(json.dumps, first))))
    outcomes = list(headway.sender().send([line("portfolio.form_team", f"t{n}", team=f"t{n}") for n in range(3)]))
    assert [outcome.status for outcome in outcomes] == ["created"] * 3
    assert [[sent["key"] for sent in batch] for _, batch in headway.batches()] == [["t0", "t1", "t2"], ["t1", "t2"]]


def test_a_line_that_rests_on_what_a_wrong_clock_dated_is_refused_alone_for_what_it_says_and_the_next_are_sent() -> None:
    problem = {"type": "urn:headway:problem:wrong-clock", "status": 503, "detail": "product:p@1 was stored at 2027-01-01"}
    ahead = {"status": "refused", "problem": problem}
    created = {"status": "created", "position": "product:permits@1"}

    def batch(request: httpx.Request) -> httpx.Response:
        lines = [ahead if json.loads(line)["key"] == "t1" else created for line in request.content.splitlines()]
        return httpx.Response(200, content="\n".join(map(json.dumps, lines)))

    headway = Headway(*[batch] * 100)
    outcomes = list(headway.sender().send([line("portfolio.form_team", f"t{n}", team=f"t{n}") for n in range(LINES_A_BATCH + 2)]))
    assert [outcome.line.key for outcome in outcomes if outcome.status == "refused"] == ["t1"]
    assert (outcomes[1].problem, len(outcomes)) == (problem, LINES_A_BATCH + 2)
    assert 20 < sum(headway.slept) <= 30, "seconds pass, and so may seconds by which a clock was ahead"


def test_a_failure_that_may_pass_is_tried_again_with_the_same_keys_as_late_as_the_service_asks() -> None:
    headway = Headway(broken, unavailable, lambda request: httpx.Response(200, content="half an ans"))
    assert [outcome.status for outcome in headway.sender().send([PRODUCT])] == ["created"]
    assert headway.slept[1] == 2.0
    assert [batch[0]["key"] for _, batch in headway.batches()] == ["p"] * 4


def test_a_failure_that_stays_ends_with_what_to_do() -> None:
    headway = Headway(*[broken] * 100)
    with pytest.raises(Stopped, match="Run the same command again") as stopped:
        list(headway.sender().send([PRODUCT]))
    assert stopped.value.exit_code == 5
    assert 20 < sum(headway.slept) <= 30


@pytest.mark.parametrize("problem", [{"detail": "It is late.", "remedy": "Wait."}, {"detail": "It is late."}, {"detail": "it is late"}])
@pytest.mark.parametrize("status", [401, 404, 503])
def test_what_stopped_a_run_is_said_in_sentences_that_end_once(problem: dict[str, str], status: int) -> None:
    headway = Headway(*[lambda request: httpx.Response(status, json=problem)] * 100)
    with pytest.raises(Stopped) as stopped:
        list(headway.sender().send([PRODUCT]))
    assert ".." not in str(stopped.value) and ". " in str(stopped.value)


@pytest.mark.parametrize(("status", "code"), [(401, 6), (403, 6), (404, 5), (400, 1)])
def test_a_failure_that_cannot_pass_ends_at_once(status: int, code: int) -> None:
    headway = Headway(lambda request: httpx.Response(status, json={"detail": "no"}))
    with pytest.raises(Stopped) as stopped:
        list(headway.sender().send([PRODUCT]))
    assert (stopped.value.exit_code, headway.slept) == (code, [])


def test_the_end_waits_until_the_gateway_has_heard_the_last_of_every_thing_created() -> None:
    headway = Headway()
    sender = headway.sender()
    list(sender.send([line("portfolio.form_team", f"t{n}", team=f"t{n % 150}") for n in range(300)]))
    headway.steps = [unavailable]
    sender.settle()
    assert headway.heard == {f"team:t{n}@2" for n in range(150)}
    assert [len(r.headers["X-Headway-After"].split(",")) for r in headway.requests if r.method == "GET"] == [100, 100, 50]


def test_a_gateway_that_does_not_hear_within_a_minute_is_said() -> None:
    headway = Headway()
    sender = headway.sender()
    list(sender.send([PRODUCT]))
    headway.steps = [unavailable] * 100
    with pytest.raises(Stopped, match="60 seconds") as stopped:
        sender.settle()
    assert stopped.value.exit_code == 5


def run(headway: Headway, *arguments: Any, **options: Any) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    settings = {"url": "http://headway.test", "token": "t", "references": references, "service_of": OWNERS.get, "transport": httpx.MockTransport(headway)}
    code = run_import(*arguments, **{**settings, "stdout": out, "stderr": err, **options})
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def story(tmp_path: Path) -> Path:
    file = tmp_path / "story.ndjson"
    lines = [PRODUCT, ITEM, line("portfolio.submit_bid", "b", bid="b", refuse=True)]
    file.write_text("".join(f"{each.to_json()}\n" for each in lines) + "nonsense\n")
    return file


def test_a_summary_counts_and_each_refusal_is_said_with_its_reason(story: Path, tmp_path: Path) -> None:
    headway, rejects = Headway(), tmp_path / "rejects.ndjson"
    code, out, err = run(headway, "commands", [story], rejects=rejects, json_output=True)
    assert (code, json.loads(out)) == (3, {"created": 2, "replaced": 0, "unchanged": 0, "refused": 2})
    assert "b: it may not be [S0-14, phase 4]. Ask first." in err
    assert "story.ndjson: line 4" in err
    row, bid = map(json.loads, rejects.read_text().splitlines())
    assert row["where"].endswith("line 4")
    assert (bid["key"], bid["problem"]["rule"]) == ("b", "S0-14")
    code, out, _ = run(headway, "commands", [story])
    assert (code, out) == (3, "0 created, 0 replaced, 2 unchanged, 2 refused\n")


def test_a_dry_run_prints_the_lines_and_asks_nobody(story: Path) -> None:
    headway = Headway()
    code, out, _ = run(headway, "commands", [story], dry_run=True, url="", token="")
    assert (code, [json.loads(each)["key"] for each in out.splitlines()], headway.requests) == (3, ["p", "i", "b"], [])


ACTUALS = "investment,amount.amount,amount.currency,covers_from,covers_until\n"
TEAMS = "team,name,home\n"


def written(path: Path, text: str) -> list[Path]:
    path.write_text(text)
    return [path]


def test_a_file_of_one_month_leaves_what_the_file_of_another_said(tmp_path: Path) -> None:
    headway, file = Headway(), tmp_path / "actuals.csv"
    for month, counts in (("07", (1, 0, 0)), ("08", (1, 0, 0)), ("07", (0, 0, 1))):
        rows = written(file, ACTUALS + f"swap,1000.00,CAD,2024-{month}-01,2024-{month}-31\n")
        code, out, _ = run(headway, "csv", rows, command="portfolio.record_actual", json_output=True)
        assert (code, json.loads(out)) == (0, dict(zip(("created", "replaced", "unchanged"), counts, strict=True)) | {"refused": 0})


def test_what_a_file_replaced_is_said(tmp_path: Path) -> None:
    headway, file = Headway(), tmp_path / "teams.csv"
    run(headway, "csv", written(file, TEAMS + "a,A,env\nb,B,env\nc,C,env\n"), command="portfolio.form_team")
    changed = written(file, TEAMS + "a,Aa,env\nb,Bb,env\nc,C,env\nd,D,env\n")
    code, out, _ = run(headway, "csv", changed, command="portfolio.form_team")
    assert (code, out) == (0, "1 created, 2 replaced, 1 unchanged, 0 refused\n")


def test_a_dry_run_asks_what_would_be_replaced_names_it_and_stores_nothing(tmp_path: Path) -> None:
    headway, file = Headway(), tmp_path / "teams.csv"
    run(headway, "csv", written(file, TEAMS + "a,A,env\n"), command="portfolio.form_team")
    changed = written(file, TEAMS + "a,Aa,env\nb,B,env\n")
    for _ in range(2):
        code, out, err = run(headway, "csv", changed, command="portfolio.form_team", dry_run=True)
        assert (code, len(out.splitlines())) == (0, 2)
        assert f"Would replace: {file}: row 2 (csv:portfolio.form_team:a)" in err
        assert "Would be: 1 created, 1 replaced, 0 unchanged, 0 refused" in err


def test_a_dry_run_counts_what_could_not_be_read_and_what_would_be_refused_and_its_exit_code_says_so(tmp_path: Path) -> None:
    refusing = Headway(lambda request: httpx.Response(200, content=json.dumps({"status": "refused", "problem": {"detail": "no such home"}})))
    rows = written(tmp_path / "teams.csv", TEAMS + "a,A,env\nb,B\n")
    code, _, err = run(refusing, "csv", rows, command="portfolio.form_team", dry_run=True)
    assert code == 3
    assert "Would be: 0 created, 0 replaced, 0 unchanged, 2 refused" in err
    code, _, err = run(Headway(), "csv", written(rows[0], TEAMS + "a,A,env\nb,B\n"), command="portfolio.form_team", dry_run=True)
    assert (code, "Would be: 1 created, 0 replaced, 0 unchanged, 1 refused" in err) == (3, True)


def lacking_the_product(request: httpx.Request) -> httpx.Response | None:
    if request.url.path != "/roadmap/v1/commands":
        return None
    problem = {"status": 404, "detail": "there is no such product", "field": "product"}
    return httpx.Response(200, content="\n".join(json.dumps({"status": "refused", "problem": problem}) for _ in request.content.splitlines()))


def test_a_dry_run_does_not_call_refused_what_rests_on_a_line_before_it(tmp_path: Path) -> None:
    def place(key: str, product: str) -> dict[str, Any]:
        return {"command": "roadmap.place_item", "key": key, "data": {"item": "apply", "product": product, "title": "Apply", "horizon": "now"}}

    register = {"command": "portfolio.register_product", "key": "p", "data": {"product": "permits", "name": "Permits"}}
    file = tmp_path / "lines.ndjson"
    written(file, "".join(json.dumps(line) + "\n" for line in (register, place("i", "permits"))))
    code, _, err = run(Headway(lacking_the_product, lacking_the_product), "commands", [file], dry_run=True)
    assert code == 0
    assert "Lines that name what an earlier line brings, and cannot be judged before that is stored: 1" in err
    assert "Would be: 1 created, 0 replaced, 0 unchanged, 0 refused" in err
    written(file, "".join(json.dumps(line) + "\n" for line in (register, place("s", "nothing"))))
    code, _, err = run(Headway(lacking_the_product, lacking_the_product), "commands", [file], dry_run=True)
    assert (code, "Would be refused as things stand: s: there is no such product" in err) == (3, True)


def test_a_product_that_the_import_will_add_is_said_beforehand_so_that_a_slip_in_its_name_shows(tmp_path: Path) -> None:
    (tmp_path / "2020-02-01.md").write_text("## Now\n- Search\n")
    headway, said = Headway(), "Note: There is no 'permist' among the products yet: the import adds it.\n"
    assert said in run(headway, "roadmap-markdown", [tmp_path], product="permist", dry_run=True)[2]
    assert said in run(headway, "roadmap-markdown", [tmp_path], product="permist")[2]
    assert said not in run(headway, "roadmap-markdown", [tmp_path], product="permist")[2]


def test_a_file_that_is_not_there_is_named_in_words(tmp_path: Path) -> None:
    code, _, err = run(Headway(), "csv", [tmp_path / "nosuch.csv"], command="portfolio.form_team")
    assert (code, err) == (2, f"{tmp_path / 'nosuch.csv'}: No such file or directory\n")


def test_a_header_that_cannot_be_is_answered_with_all_that_may_stand_there(tmp_path: Path) -> None:
    _, _, err = run(Headway(), "csv", written(tmp_path / "teams.csv", "zzzz\n1\n"), command="portfolio.form_team")
    assert "column 'zzzz' is no field of portfolio.form_team: it has " in err and err.splitlines()[0].endswith(", key")


def test_a_dry_run_that_nobody_answers_says_how_many_lines_may_replace(tmp_path: Path) -> None:
    rows = written(tmp_path / "teams.csv", TEAMS + "a,Aa,env\nb,B,env\n")
    headway = Headway(broken)
    code, out, err = run(headway, "csv", rows, command="portfolio.form_team", dry_run=True)
    assert (code, len(out.splitlines()), len(headway.requests)) == (0, 2, 1)
    assert "2 of these lines replace what a row of the same name said before" in err
    assert "HEADWAY_TOKEN is not set" in run(headway, "csv", rows, command="portfolio.form_team", dry_run=True, token="")[2]


def test_a_row_that_the_service_refuses_is_named_by_its_file_and_number(tmp_path: Path) -> None:
    refusing = Headway(lambda request: httpx.Response(200, content=json.dumps({"status": "refused", "problem": {"detail": "no such home"}})))
    rows = written(tmp_path / "teams.csv", TEAMS + "a,A,env\n")
    code, _, err = run(refusing, "csv", rows, command="portfolio.form_team")
    assert code == 3
    assert f"Refused: {rows[0]}: row 2 (csv:portfolio.form_team:a): no such home" in err


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_file_is_read_in_the_encoding_that_it_says(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "teams.csv"
    file.write_bytes((TEAMS + "a,Équipe,env\n").encode(encoding))
    assert json.loads(run(Headway(), "csv", [file], command="portfolio.form_team", dry_run=True, token="")[1])["data"]["name"] == "Équipe"


@pytest.mark.parametrize("encoding", ["windows-1252", "utf-16-le"])
def test_a_file_that_does_not_say_its_encoding_is_read_in_the_one_that_is_given_and_never_guessed(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "teams.csv"
    file.write_bytes((TEAMS + "a,Équipe à Évry,env\n").encode(encoding))
    code, out, err = run(Headway(), "csv", [file], command="portfolio.form_team", json_output=True)
    assert (code, json.loads(out)["refused"]) == (3, 1)
    assert f"--encoding {encoding}" in err
    out = run(Headway(), "csv", [file], command="portfolio.form_team", dry_run=True, token="", encoding=encoding)[1]
    assert json.loads(out)["data"]["name"] == "Équipe à Évry"


def test_how_the_file_writes_numbers_and_days_is_said_for_all_of_it(tmp_path: Path) -> None:
    rows = written(tmp_path / "actuals.csv", "investment;amount;covers_from;covers_until\nswap;1.000 CAD;03/04/2024;04/04/2024\n")
    assert run(Headway(), "csv", rows, command="portfolio.record_actual")[0] == 3
    out = run(Headway(), "csv", rows, command="portfolio.record_actual", dry_run=True, token="", decimal=",", day_first=True)[1]
    assert json.loads(out)["data"] == {
        "investment": "swap",
        "amount": {"amount": "1000", "currency": "CAD"},
        "covers_from": "2024-04-03",
        "covers_until": "2024-04-04",
    }


def test_an_interruption_says_what_was_answered_and_the_next_run_goes_on(story: Path) -> None:
    def interrupt(request: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    headway = Headway(lambda request: None, interrupt)
    code, out, err = run(headway, "commands", [story], json_output=True)
    assert (code, json.loads(out)["created"]) == (130, 1)
    assert "run again" in err
    assert json.loads(run(headway, "commands", [story], json_output=True)[1]) == {"created": 1, "replaced": 0, "unchanged": 1, "refused": 2}


def test_a_roadmap_registers_its_product_only_where_it_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "2020-01-01.md").write_text("## Later\n- Search\n")
    (tmp_path / "notes.txt").write_text("no version")
    headway = Headway()
    assert run(headway, "roadmap-markdown", [tmp_path], product="permits")[:2] == (0, "2 created, 0 replaced, 0 unchanged, 0 refused\n")
    assert run(headway, "roadmap-markdown", [tmp_path], product="permits")[:2] == (0, "0 created, 0 replaced, 1 unchanged, 0 refused\n")


def test_a_roadmap_is_said_to_what_has_been_told_before(tmp_path: Path) -> None:
    (tmp_path / "2020-02-01.md").write_text("## Now\n- Search\n")
    headway = Headway()
    headway.versions["product:permits"] = 1
    item = json.loads(run(headway, "roadmap-markdown", [tmp_path], product="permits", dry_run=True)[1])["data"]["item"]
    placed = {"type": "headway.roadmap.roadmap_item.placed.v1", "subject": f"roadmap_item:{item}", "id": f"roadmap_item:{item}@1", "sequence": "1"}
    said = {"time": "2020-01-01T00:00:00Z", "actor": "roadmap-2020-01-01", "actorrole": "importer", "data": {"title": "Search", "horizon": "later"}}
    headway.told = [placed | said]
    _, out, err = run(headway, "roadmap-markdown", [tmp_path], product="permits", dry_run=True)
    (line,) = map(json.loads, out.splitlines())
    assert (line["command"], line["at"], line["data"]) == ("roadmap.move_item", "2020-02-01", {"item": item, "horizon": "now"})
    assert "Would be: 1 created" in err


def test_a_heading_that_is_no_horizon_refuses_its_version_unless_it_may_be_passed_over(tmp_path: Path) -> None:
    (tmp_path / "2020-02-01.md").write_text("## Now\n- Search\n\n## Ideas\n- Maps\n")
    code, _, err = run(Headway(), "roadmap-markdown", [tmp_path], product="permits")
    assert code == 3
    assert "line 4: the heading 'Ideas' is no horizon, and 1 bullet under it would be lost" in err
    assert run(Headway(), "roadmap-markdown", [tmp_path], product="permits", ignore_headings=["ideas"])[0] == 0


def test_what_the_importer_leaves_out_is_said(tmp_path: Path) -> None:
    (tmp_path / "it.csv").write_text("Agency_Name\n")
    code, _, err = run(Headway(), "it-dashboard", [tmp_path / "it.csv"])
    assert code == 3
    assert "Cost variance is left out" in err


@pytest.mark.parametrize(
    ("format", "options"),
    [
        ("nonsense", {}),
        ("jira-csv", {}),
        ("roadmap-markdown", {"product": "a/b"}),
        ("csv", {}),
        ("csv", {"command": "portfolio.form_teams"}),
        ("commands", {"decimal": ";"}),
        ("commands", {"encoding": "klingon"}),
        ("commands", {"encoding": "base64"}),
        ("commands", {"url": "headway.test"}),
        ("commands", {"token": " "}),
        ("commands", {"files": ["absent"]}),
    ],
)
def test_what_cannot_be_done_is_a_matter_of_usage(format: str, options: dict[str, Any], story: Path) -> None:
    headway = Headway()
    files = [story.parent / name for name in options.pop("files", ["story.ndjson"])]
    code, out, err = run(headway, format, files, **options)
    assert (code, out, headway.requests) == (2, "", [])
    assert err


def test_a_file_that_is_no_text_is_refused_and_the_others_go_on(tmp_path: Path, story: Path) -> None:
    (tmp_path / "latin.ndjson").write_bytes(b"\xe9")
    code, out, err = run(Headway(), "commands", [tmp_path / "latin.ndjson", story])
    assert (code, out) == (3, "2 created, 0 replaced, 0 unchanged, 3 refused\n")
    assert "not UTF-8" in err
