"""The HTTP API: its JSON, keys, limits, and what it makes of hostile requests."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from hostile import requests
from in_process import run_here
from openapi_spec_validator import validate
from site_maker import KIRBY, SEED, Serve, Site

from bot.session.access import PUBLIC, Caller
from bot.settings import Settings
from bot.web.keys import hash_of, name_of, new_key
from bot.web.service import Service

ASK = "/api/v1/ask"


def _without_times(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != "timings_ms"}


def test_the_answer_is_that_of_the_command(site: Site) -> None:
    """GET and POST give the object that `pasokh ask --json` prints, answered or refused."""
    settings = site.service.settings
    environment = {
        "PASOKH_CORPUS": str(settings.corpus),
        "PASOKH_DATA_DIR": str(settings.data_dir),
        "PASOKH_CACHE_DIR": str(settings.cache_dir),
    }
    for question in (KIRBY, "Who won the chess olympiad in Budapest?", "کربی درباره سوخو چه گفت؟"):
        printed = json.loads(run_here(environment, "ask", "--json", question).stdout)
        with site.client() as client:
            posted = client.post(ASK, json={"question": question}).json()
            got = client.get(ASK, params={"question": question}).json()
        assert list(posted) == list(printed)
        assert _without_times(posted) == _without_times(printed) == _without_times(got)


def test_a_part_of_the_archive_is_asked(site: Site) -> None:
    """Scope and number of quotes are those of the command's options."""
    with site.client() as client:
        asked = {"question": KIRBY, "since": "2023", "source": ["Mehr"], "k": 1}
        inside = client.post(ASK, json=asked).json()
        outside = client.get(ASK, params={"question": KIRBY, "source": "Coast News"}).json()

    assert len(inside["citations"]) == 1
    assert inside["within"]["sources"] == ["mehr"]
    assert SEED not in json.dumps(outside)


def test_answers_come_as_events(site: Site) -> None:
    """With Accept: text/event-stream the object is the event `answer`."""
    with (
        site.client(headers={"Accept": "text/event-stream"}) as client,
        client.stream("POST", ASK, json={"question": KIRBY}) as reply,
    ):
        text = reply.read().decode()

    assert reply.headers["content-type"].startswith("text/event-stream")
    name, data = text.strip().split("\n", 1)
    assert name == "event: answer"
    assert json.loads(data.removeprefix("data: "))["answered"] is True


def test_passages_are_searched(site: Site) -> None:
    """A search gives passages, best first, each verbatim with its place; of nothing, none."""
    with site.client() as client:
        found = client.get("/api/v1/search", params={"question": "ferry storm", "k": 3}).json()
        nothing = client.get("/api/v1/search", params={"question": "?!"}).json()

    first = found["hits"][0]
    article = site.service.session.answering.article(first["article_id"])
    assert article is not None
    assert first["article_id"].startswith("ferry")
    assert article.text[first["start"] : first["end"]] == first["quote"]
    assert [hit["number"] for hit in found["hits"]] == [1, 2, 3]
    assert nothing["hits"] == []


def test_saved_answers_are_verified(site: Site) -> None:
    """What /ask wrote stands; with one letter of a quote changed it does not."""
    with site.client() as client:
        kept = client.post(ASK, json={"question": KIRBY}).text
        stands = client.post("/api/v1/verify", content=kept).json()
        record = json.loads(kept)
        record["citations"][0]["quote"] += "!"
        altered = client.post("/api/v1/verify", json=record).json()
        record["citations"] *= 200
        many = client.post("/api/v1/verify", json=record)

    assert stands["stands"] is True
    assert altered["stands"] is False
    assert altered["answers"][0]["citations"][0]["standing"] == "changed"
    assert many.status_code == 413


def test_lists_are_those_of_the_commands(site: Site) -> None:
    """What a person says and the events of a topic are the objects that the commands print."""
    settings = site.service.settings
    environment = {
        "PASOKH_CORPUS": str(settings.corpus),
        "PASOKH_DATA_DIR": str(settings.data_dir),
        "PASOKH_CACHE_DIR": str(settings.cache_dir),
    }
    for path, sent, typed in (
        (
            "quotes",
            {"speaker": " Kirby ", "about": "Sukhoi"},
            ["--speaker", "Kirby", "--about", "Sukhoi"],
        ),
        ("quotes", {"speaker": "Nobody Known"}, ["--speaker", "Nobody Known"]),
        ("timeline", {"topic": "Sukhoi", "since": "2023"}, ["Sukhoi", "--since", "2023"]),
    ):
        printed = json.loads(run_here(environment, path, *typed, "--json").stdout)
        with site.client() as client:
            got = client.get(f"/api/v1/{path}", params=sent).json()
            empty = client.get(f"/api/v1/{path}", params=dict.fromkeys(sent, " "))
        assert _without_times(got) == _without_times(printed)
        assert empty.status_code == 422
        assert got["answered"] is (sent.get("speaker") != "Nobody Known")


def test_the_description_is_openapi_and_complete(site: Site) -> None:
    """The description is valid and has every path, with the type of what it returns."""
    with site.client() as client:
        described = client.get("/api/v1/openapi.json").json()

    validate(described)
    assert set(described["paths"]) == {
        "/ask", "/quotes", "/timeline", "/search", "/article", "/article/{article_id}", "/verify",
        "/health",
    }  # fmt: skip
    answer = described["paths"]["/ask"]["post"]["responses"]["200"]["content"]
    assert answer["application/json"]["schema"] == {"$ref": "#/components/schemas/Record"}
    assert "confidence" in described["components"]["schemas"]["Record"]["properties"]


def test_a_key_is_needed_once_there_is_one(serve_with: Serve) -> None:
    """With keys every path but /health refuses whoever has none, or another; pages need none."""
    key, other = new_key(), new_key()
    paths = [ASK + "?question=Kirby", "/api/v1/search?question=Kirby", f"/api/v1/article/{SEED}"]
    keys = f"desk:{hash_of(other)},paper:{hash_of(key)}"
    with serve_with(api_keys=keys) as site, site.client() as client:
        for path in paths:
            assert client.get(path).status_code == 401
            for wrong in (f"Bearer {key[:-1]}", f"Basic {key}", "Bearer", "Bearer é"):
                sent = {"Authorization": wrong.encode()}
                assert client.get(path, headers=sent).status_code == 401
            right = client.get(path, headers={"Authorization": f"Bearer {key}"})
            assert right.status_code == 200
        refused = client.post("/api/v1/verify", content="{}")
        health, page = client.get("/api/v1/health"), client.get("/")

    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Bearer")
    assert set(refused.json()["error"]) == {"status", "expected", "got", "to_do"}
    assert (health.status_code, page.status_code) == (200, 200)


def test_keys_are_known_by_their_hashes() -> None:
    """A key is found by its hash alone, and no two are the same."""
    keys = {name: new_key() for name in ("a", "b", "c")}
    hashes = {name: hash_of(key) for name, key in keys.items()}

    assert [name_of(key, hashes) for key in keys.values()] == ["a", "b", "c"]
    assert name_of(hashes["a"], hashes) is None
    assert len(set(keys.values())) == 3


def test_a_caller_reads_what_is_its_own(
    serve_with: Serve,
    open_service: Callable[..., Service],
    write_records: Callable[..., Path],
    tmp_path: Path,
) -> None:
    """No route shows a caller anything of an archive that `archive_for` does not return for it."""
    text = "The lighthouse of Fastnet was painted white in June by eleven keepers."
    write_records(
        tmp_path, {"id": "fastnet", "title": "Lighthouse", "text": text, "source": "Buoy"}
    )
    public = open_service(tmp_path)
    key = new_key()
    with serve_with(api_keys=f"desk:{hash_of(key)}") as everything:
        whole = everything.service.archive_for(Caller.key("desk"))
    mine = {PUBLIC: public.archive_for(PUBLIC), Caller.key("desk"): whole}
    with (
        serve_with(mine.__getitem__, api_keys=f"desk:{hash_of(key)}") as site,
        site.client() as client,
    ):
        shown = [
            client.get("/").text,
            client.post("/", data={"q": KIRBY}).text,
            client.post("/", data={"q": "Fastnet lighthouse"}).text,
            client.get(f"/article/{SEED}").text,
            client.get(f"/cite?id={SEED}&format=ris").text,
            client.get("/archive").text,
        ]
        client.headers["Authorization"] = f"Bearer {key}"
        hidden = client.get("/api/v1/article/fastnet")
        asked = client.post(ASK, json={"question": "Fastnet lighthouse keepers"}).text
        searched = client.get("/api/v1/search", params={"question": "Fastnet lighthouse"}).text
        read = client.get(f"/api/v1/article/{SEED}")
        kept = client.post(ASK, json={"question": KIRBY}).text
        verified = client.post("/api/v1/verify", content=kept).json()

    assert "eleven keepers" in shown[2]
    assert not [page for page in shown if "مسکو" in page or "Mehr" in page or "Coast News" in page]
    assert "eleven keepers" not in hidden.text + asked + searched
    assert (hidden.status_code, read.status_code, verified["stands"]) == (404, 200, True)


def test_too_many_requests_wait(serve_with: Serve) -> None:
    """A question more than a minute allows is told how long to wait; reading is free."""
    with serve_with(web_rate_per_minute=2) as site, site.client() as client:
        codes = [client.get(ASK, params={"question": "Kirby"}).status_code for _ in range(3)]
        last = client.get(ASK, params={"question": "Kirby"})
        page = client.post("/", data={"q": "Kirby"})
        read = client.get(f"/article/{SEED}")

    assert codes == [200, 200, 429]
    assert int(last.headers["retry-after"]) == 30
    assert (page.status_code, read.status_code) == (429, 200)


def test_other_sites_read_nothing(site: Site, serve_with: Serve) -> None:
    """A foreign host name is refused, and no other origin may read until it is named."""
    origin = {"Origin": "https://news.example"}
    with site.client() as client:
        rebound = client.get("/", headers={"Host": "evil.example"})
        local = client.get("/", headers={"Host": f"localhost:{httpx.URL(site.address).port}"})
        off = client.get("/api/v1/health", headers=origin)
        as_text = {"Content-Type": "text/plain"}
        simple = client.post(ASK, content='{"question": "Kirby"}', headers=as_text)
    with serve_with(web_cors="https://news.example") as open_site, open_site.client() as client:
        on = client.get("/api/v1/health", headers=origin)
        other = client.get("/api/v1/health", headers={"Origin": "https://evil.example"})

    assert (rebound.status_code, local.status_code) == (421, 200)
    assert simple.status_code == 422
    assert "access-control-allow-origin" not in off.headers
    assert on.headers["access-control-allow-origin"] == "https://news.example"
    assert "access-control-allow-origin" not in other.headers


def test_hostile_requests_are_no_failures(site: Site) -> None:
    """Whatever is sent gets an answer below 500 (benchmarks/fuzz_web.py sends 10,000)."""
    failed = []
    with site.client() as client:
        for method, path, options in requests(random.Random(18), 150):  # noqa: S311  # no secret
            reply = client.request(method, path, **options)
            if reply.status_code >= 500:
                failed.append((reply.status_code, method, path, options))

    assert failed == []


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"question": ""}, 422),
        ({}, 422),
        ({"question": "x", "k": 9}, 422),
        ({"question": "x", "other": 1}, 422),
        ({"question": "x" * 2001}, 422),
        ({"question": "x", "since": "soon-ish"}, 400),
        ({"question": "x", "lang": ["zz"]}, 400),
    ],
)
def test_errors_say_what_to_do(site: Site, wanted: dict[str, object], status: int) -> None:
    """A request that cannot be obeyed says what was expected, what came and what to do."""
    with site.client() as client:
        reply = client.post(ASK, json=wanted)

    assert reply.status_code == status
    assert all(reply.json()["error"].values())


def test_keys_of_settings_are_checked(tmp_path: Path) -> None:
    """`pasokh web key` prints a line that the settings take, and refuses a name twice."""
    environment = {"PASOKH_DATA_DIR": str(tmp_path)}
    made = run_here(environment, "web", "key", "paper")
    line = next(line for line in made.stdout.splitlines() if line.startswith("PASOKH_API_KEYS="))
    again = run_here(environment | dict([line.split("=", 1)]), "web", "key", "paper")
    other = run_here(environment | dict([line.split("=", 1)]), "web", "key", "desk")
    wrong = run_here(environment | {"PASOKH_API_KEYS": "paper:abc"}, "settings")

    assert made.stdout.split("pasokh_")[1].split()[0] not in line
    assert again.returncode == 1
    assert "no key yet" in again.stderr
    assert "paper:" in other.stdout
    assert "desk:" in other.stdout
    assert "expected NAME:SHA256" in wrong.stderr
    assert "api_keys" in Settings.model_fields
