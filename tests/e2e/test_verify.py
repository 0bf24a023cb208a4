"""`pasokh verify` over a real index that changes after the answer was given."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.terminal.cli import main
from index.encoders import Encoder

QUESTION = "How many cubic metres did engineers measure at the Karun dam?"
DAM = (
    "Engineers at the Karun dam measured 340 cubic metres of seepage on Monday. "
    "The inspector Reza Karimi wrote that the eastern wall needs repair."
)
RECORDS = {
    "dam": {"title": "Seepage at the Karun dam", "text": DAM, "date": "2023-11-01",
            "url": "https://example.com/dam", "source": "ISNA"},
    "bees": {"title": "Honey exports", "text": "Beekeepers exported 12 tonnes of honey in 2021.",
             "source": "IRNA"},
}  # fmt: skip


class Archive:
    """A corpus that can be changed and the program over it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        self.write(RECORDS)

    def write(self, records: dict[str, dict[str, str]]) -> None:
        """Put these articles in the place of those before."""
        lines = (json.dumps({"id": key} | one) for key, one in records.items())
        (self.folder / "news.jsonl").write_text("\n".join(lines), encoding="utf-8")

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run the program and return its exit code and output."""
        code = main(arguments)
        out, err = self._capsys.readouterr()
        assert "Traceback" not in err
        return code, out

    def verify(self, record: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Verify one answer and return the exit code and what became of it."""
        kept = self.folder.parent / "kept.json"
        kept.write_text(json.dumps(record), encoding="utf-8")
        code, out = self.run("verify", "--json", str(kept))
        (answer,) = json.loads(out)["answers"]
        return code, answer


@pytest.fixture
def archive(
    encoder: Encoder,
    cache_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Archive:
    """Return an archive of two articles in folders of its own."""
    assert encoder.identity.dim  # its weights are converted in cache_dir now
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PASOKH_CORPUS", str(corpus))
    monkeypatch.setenv("PASOKH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PASOKH_CACHE_DIR", str(cache_dir))
    monkeypatch.setenv("PASOKH_ANSWER_THRESHOLD", "0")
    return Archive(corpus, capsys)


def _standings(answer: dict[str, Any]) -> set[str]:
    return {one["standing"] for one in answer["citations"] if one["article_id"] == "dam"}


def test_an_answer_is_followed_through_the_life_of_its_article(archive: Archive) -> None:
    """It stands after the index was built anew, moves with its text, and goes with its article."""
    code, out = archive.run("ask", "--json", QUESTION)
    record = json.loads(out)
    assert (code, record["citations"][0]["article_id"]) == (0, "dam")
    assert archive.verify(record)[0] == 0

    archive.write(RECORDS | {"new": {"title": "Rain", "text": "It rained in Ahvaz for a week."}})
    archive.run("index", "build")
    code, answer = archive.verify(record)
    changed = {one["key"]: one["same"] for one in answer["made_with"]}
    assert (code, changed) == (0, {"snapshot": False, "encoder": True})

    longer = RECORDS["dam"] | {"text": f"It had rained all week. {DAM}"}
    archive.write(RECORDS | {"dam": longer})
    archive.run("index", "build")
    code, answer = archive.verify(record)
    assert (code, _standings(answer)) == (4, {"moved"})
    first, was = answer["citations"][0], record["citations"][0]
    assert first["start"] == was["start"] + len("It had rained all week. ")

    archive.run("index", "remove", "dam", "--reason", "asked")
    code, answer = archive.verify(record)
    assert (code, _standings(answer)) == (4, {"withdrawn"})


def test_claims_are_checked_again(archive: Archive) -> None:
    """A sentence that its quotes bear out stands; one changed in a number or citation does not."""
    _, out = archive.run("ask", "--json", "-k", "1", QUESTION)
    record = json.loads(out)
    supported = {"text": "Engineers measured 340 cubic metres of seepage.", "numbers": [1]}
    false = {"text": "Engineers measured 740 cubic metres of seepage.", "numbers": [1]}
    dead = supported | {"numbers": [3]}
    code, answer = archive.verify(record | {"claims": [supported, false, dead]})
    faults = [one["faults"] for one in answer["claims"]]

    assert code == 4
    assert (faults[0], faults[2]) == ([], ["dead_citation"])
    assert "number" in faults[1]
    for language in ("en", "und"):
        assert archive.verify(record | {"claims": [supported], "language": language})[0] == 0

    record["citations"][0]["quote"] = "Engineers measured nothing."
    _, answer = archive.verify(record | {"claims": [supported]})
    assert answer["claims"][0]["faults"] == ["dead_citation"]
