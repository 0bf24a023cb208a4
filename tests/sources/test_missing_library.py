"""Readers whose libraries are not installed: their files are rejects, all others are read."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from patience import scaled

REPORT = "The minister opened the second water line this morning and said the grid was complete."
FILES = {
    "a.html": f"<!DOCTYPE html><html><body><p>{REPORT}</p><p>{REPORT}</p></body></html>",
    "b.txt": f"{REPORT}\n",
    "c.md": f"# Water\n\n{REPORT}\n",
    "d.xml": '<?xml version="1.0"?><rss version="2.0"><channel><title>x</title></channel></rss>',
    "e.html": f"<!DOCTYPE html><html><body><p>{REPORT}</p></body></html>",
    "f.jsonl": json.dumps({"text": REPORT}) + "\n" + json.dumps({"text": f"<p>{REPORT}</p>"}),
}
# Run by a fresh interpreter, whose modules are not loaded yet.
READ = """
import json, sys
from pathlib import Path

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == sys.argv[2]:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
from index.sources import read_articles
from index.types import Reject

print(json.dumps([
    [item.origin, item.reason, item.detail] if isinstance(item, Reject) else [item.origin]
    for item in read_articles(Path(sys.argv[1]))
]))
"""


@pytest.mark.parametrize(
    ("library", "missing", "read", "packages"),
    [
        (
            "lxml_html_clean",
            ["a.html", "d.xml", "e.html", "f.jsonl:2"],
            ["b.txt", "c.md", "f.jsonl:1"],
            "lxml lxml_html_clean trafilatura",
        ),
        (
            "trafilatura",
            ["a.html", "d.xml", "e.html", "f.jsonl:2"],
            ["b.txt", "c.md", "f.jsonl:1"],
            "lxml lxml_html_clean trafilatura",
        ),
        (
            "markdown_it",
            ["c.md"],
            ["a.html", "b.txt", "e.html", "f.jsonl:1", "f.jsonl:2"],
            "markdown-it-py pyyaml",
        ),
    ],
    ids=["lxml_html_clean", "trafilatura", "markdown_it"],
)
def test_file_whose_library_is_missing_is_a_reject(
    library: str, missing: list[str], read: list[str], packages: str, tmp_path: Path
) -> None:
    """Each such file is one reject that names the packages; every other file is read."""
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    command = [sys.executable, "-c", READ, str(tmp_path), library]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=scaled(120))
    items = json.loads(done.stdout)
    rejects = {origin: facts for origin, *facts in items if facts}

    assert read == [origin for origin, *facts in items if not facts]
    assert missing == list(rejects)
    assert {"no_library"} == {reason for reason, _ in rejects.values()}
    assert all(detail.endswith(f"run `pip install {packages}`") for _, detail in rejects.values())
