"""A small archive that a campaign changes: a corpus, pages and a feed on loopback, and its index.

Each article has words of its own in headline, text and address, so that what is left of it can be
found in any file.
"""

import json
import os
import random
import signal
import string
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from patience import scaled
from warm import WarmProcess

from index import SnapshotMissing, verify_snapshot
from index.snapshot.manifest import load_manifest
from index.snapshot.snapshot import current_folder, open_folder

_PAGE = (
    '<!DOCTYPE html><html lang=en><head><title>{title}</title><meta property="og:title" '
    'content="{title}"><meta property="article:published_time" content="2023-06-09T10:00:00Z">'
    "</head><body><article><h1>{title}</h1><p>{text}</p></article></body></html>"
)


@dataclass(frozen=True)
class Piece:
    """An article by the word that tells it from all others."""

    word: str

    @property
    def id(self) -> str:
        """Its id, which the list of removals keeps."""
        return f"a{crc32(self.word.encode())}"

    @property
    def title(self) -> str:
        """Its headline."""
        return f"News of {self.word}head"

    @property
    def text(self) -> str:
        """Its text."""
        return (
            f"The ship {self.word}text came into the harbour on Monday with grain and coal. "
            f"Its captain {self.word}text said that the weather had been bad all the way."
        )

    @property
    def path(self) -> str:
        """Path of its page."""
        return f"/{self.word}page"


class Ended(NamedTuple):
    """How a command ended; `status` is its exit code, or negative for a signal."""

    status: int
    seconds: float
    said: str


@dataclass
class Trial:
    """The archive and what should be in it.

    Attributes:
        corpus: File of the corpus to the article in it.
        collected: Articles taken in by `index add` or `watch`.
        removed: Articles removed by request.
        listed: What the feed lists.
        serving: Headlines of the index as it was last seen.
    """

    folder: Path
    port: int
    draw: random.Random
    corpus: dict[str, Piece] = field(default_factory=dict)
    collected: set[Piece] = field(default_factory=set)
    removed: set[Piece] = field(default_factory=set)
    listed: list[Piece] = field(default_factory=list)
    pages: dict[str, Piece] = field(default_factory=dict)
    serving: set[str] = field(default_factory=set)

    @property
    def home(self) -> Path:
        """Folder of the index."""
        return self.folder / "data" / "index"

    @property
    def env(self) -> dict[str, str]:
        """Settings of the commands."""
        return {
            "PASOKH_CORPUS": str(self.folder / "corpus"),
            "PASOKH_DATA_DIR": str(self.folder / "data"),
            "PASOKH_INDEX_DIR": str(self.home),
            "PASOKH_CACHE_DIR": str(self.folder / "cache"),
            "PASOKH_FEEDS": self.url("/feed.xml"),
            "PASOKH_WATCH_INTERVAL_S": "0.001",
            "PASOKH_WEB_DELAY_S": "0",
            "PASOKH_WEB_ALLOW_PRIVATE": "127.0.0.0/8",
            "PASOKH_THREADS": "1",
        }

    def url(self, path: str) -> str:
        """Return an address of the server."""
        return f"http://127.0.0.1:{self.port}{path}"

    def new(self) -> Piece:
        """Return an article that nothing holds yet."""
        return Piece("".join(self.draw.choices(string.ascii_lowercase, k=9)))

    def change_corpus(self) -> None:
        """Add, replace or delete a file of the corpus."""
        (self.folder / "corpus").mkdir(parents=True, exist_ok=True)
        name = f"{self.draw.randrange(12)}.jsonl"
        path = self.folder / "corpus" / name
        if name in self.corpus and len(self.corpus) > 6 and self.draw.random() < 0.4:
            del self.corpus[name]
            path.unlink()
            return
        piece = self.corpus[name] = self.new()
        path.write_text(self.record(piece), encoding="utf-8")

    def record(self, piece: Piece) -> str:
        """Return an article as a line of JSON."""
        url = f"https://news.example{piece.path}"
        return json.dumps({"id": piece.id, "title": piece.title, "text": piece.text, "url": url})

    def put_page(self) -> Piece:
        """Put a new article on the server."""
        piece = self.new()
        self.pages[piece.path] = piece
        return piece

    def expected(self) -> set[str]:
        """Return the headlines that the index should have once everything is built."""
        pieces = ({*self.corpus.values()} | self.collected) - self.removed
        return {piece.title for piece in pieces}

    def run(self, *arguments: str, kill_after: float | None = None) -> Ended:
        """Run a command to its end, or kill it (SIGKILL) after some seconds."""
        with tempfile.NamedTemporaryFile() as written:
            started = time.monotonic()
            process = WarmProcess(arguments, env=os.environ | self.env, stdout=Path(written.name))
            try:
                status = process.wait(scaled(300) if kill_after is None else kill_after)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                status = process.wait()
            seconds = time.monotonic() - started
            return Ended(status, seconds, Path(written.name).read_text(errors="replace"))

    def held(self) -> set[str]:
        """Open the index and return its headlines; none where there is no index."""
        try:
            folder = current_folder(self.home)
        except SnapshotMissing:
            return set()
        with closing(open_folder(folder, load_manifest(folder))) as snapshot:
            articles = list(snapshot.archive.articles())
        assert len({article.id for article in articles}) == len(articles)
        return {article.headline for article in articles}

    def problems(self) -> list[str]:
        """Verify every byte of the index."""
        with suppress(SnapshotMissing):
            return list(verify_snapshot(self.home, cache_dir=self.folder / "cache").problems)
        return []

    def remains(self, *pieces: Piece) -> list[str]:
        """Return the files of data and cache that hold a word of an article removed by request."""
        words = [piece.word.encode() for piece in {*self.removed, *pieces}]
        found = []
        for name in ("data", "cache/vectors"):  # beside those there are the encoder's weights
            for path in (self.folder / name).rglob("*"):
                held = path.name.encode() + (path.read_bytes() if path.is_file() else b"")
                lower = held.lower()
                if any(word in lower for word in words):
                    found.append(str(path.relative_to(self.folder)))
        return found


@contextmanager
def trial(folder: Path, seed: int) -> Iterator[Trial]:
    """Serve pages and a feed, and yield an archive of eight files without an index."""
    made = Trial(folder, 0, random.Random(seed))  # noqa: S311  # a series to repeat, no secret

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            piece = made.pages.get(self.path)
            if self.path == "/feed.xml":
                links = "".join(
                    f"<item><title>{one.title}</title><link>{made.url(one.path)}</link></item>"
                    for one in made.listed
                )
                body = f'<?xml version="1.0"?><rss version="2.0"><channel>{links}</channel></rss>'
            else:
                body = _PAGE.format(title=piece.title, text=piece.text) if piece else ""
            self.send_response(200 if body else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            while len(made.corpus) < 8:
                made.change_corpus()
            yield made
        finally:
            server.shutdown()
            thread.join()
