"""The vector cache: nothing is encoded twice, and damage costs time, never a wrong vector."""

import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from index.arrays import Vectors
from index.encoders import Encoder, EncoderIdentity
from index.encoders.vector_cache import VectorCache
from index.errors import StorageError

TEXTS = ["خبر یک.", "Новость два.", "الخبر الثالث", "news four", "خبر یک.", "", "新闻六"]


@dataclass
class CountingEncoder:
    """The real encoder, which keeps what it was given."""

    encoder: Encoder
    identity: EncoderIdentity
    seen: list[str] = field(default_factory=list)

    @property
    def max_tokens(self) -> int:
        """Tokens of one window."""
        return self.encoder.max_tokens

    @property
    def texts_at_once(self) -> int:
        """Texts that keep it busy."""
        return self.encoder.texts_at_once

    def encode_queries(self, texts: Sequence[str], /) -> Vectors:
        """Encode questions."""
        return self.encoder.encode_queries(texts)

    def encode_passages(
        self, texts: Sequence[str], /, *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Encode passages and keep their texts."""
        self.seen += texts
        return self.encoder.encode_passages(texts, progress=progress)

    def count_tokens(self, text: str, /) -> int:
        """Count tokens."""
        return self.encoder.count_tokens(text)


@pytest.fixture
def counting(encoder: Encoder) -> CountingEncoder:
    """Return the bundled encoder, counting."""
    return CountingEncoder(encoder, encoder.identity)


def _file(folder: Path) -> Path:
    """Return the one database of a cache."""
    (path,) = folder.glob("*.db")
    return path


def _close_to(encoder: Encoder, texts: Sequence[str], vectors: np.ndarray) -> bool:
    """Tell whether each vector is its text's, to half precision and batching noise."""
    exact = encoder.encode_passages(texts)
    return bool((np.sum(exact * vectors.astype(np.float32), axis=1) > 0.9999).all())


def test_encode_gives_each_text_its_vector(counting: CountingEncoder, tmp_path: Path) -> None:
    """Vectors come in the order of the texts, a repeated text encoded once."""
    with VectorCache(tmp_path, counting) as cache:
        vectors, n_encoded = cache.encode(TEXTS)

    assert (7, 384) == vectors.shape
    assert np.float16 == vectors.dtype
    assert _close_to(counting.encoder, TEXTS, vectors)
    assert vectors[0].tolist() == vectors[4].tolist()
    assert 6 == n_encoded
    assert sorted(set(TEXTS)) == sorted(counting.seen)


def test_encode_when_seen_before_encodes_nothing(counting: CountingEncoder, tmp_path: Path) -> None:
    """A cache opened again knows every text, and gives the same bytes."""
    with VectorCache(tmp_path, counting) as cache:
        first, _ = cache.encode(TEXTS)
    counting.seen.clear()
    with VectorCache(tmp_path, counting) as cache:
        again, n_encoded = cache.encode(TEXTS[::-1])
        more, n_more = cache.encode(["news four", "a new one"])

    assert first[::-1].tolist() == again.tolist()
    assert (0, 1) == (n_encoded, n_more)
    assert ["a new one"] == counting.seen
    assert first[3].tolist() == more[0].tolist()


def test_encode_of_no_texts(counting: CountingEncoder, tmp_path: Path) -> None:
    """No texts give no rows of the right width."""
    with VectorCache(tmp_path, counting) as cache:
        vectors, n_encoded = cache.encode([])

    assert ((0, 384), 0) == (vectors.shape, n_encoded)


def test_progress_counts_every_text(counting: CountingEncoder, tmp_path: Path) -> None:
    """What is reported as done, found or encoded, sums to the texts given."""
    done: list[int] = []
    with VectorCache(tmp_path, counting) as cache:
        cache.encode(TEXTS[:2])
        cache.encode(TEXTS, progress=done.append)

    assert 3 == done[0]  # two texts and the repeat of one
    assert len(TEXTS) - 1 <= sum(done) <= len(TEXTS)


def test_encoders_never_share_vectors(counting: CountingEncoder, tmp_path: Path) -> None:
    """Another revision of the encoder finds nothing of the first one's."""
    other = CountingEncoder(counting.encoder, replace(counting.identity, revision="other"))
    for one in (counting, other):
        with VectorCache(tmp_path, one) as cache:
            cache.encode(TEXTS)

    assert sorted(set(TEXTS)) == sorted(other.seen)
    assert 2 == len(list(tmp_path.glob("*.db")))


def _garbage(path: Path) -> None:
    path.write_bytes(b"\x00\xffnot a database" * 500)


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _zeroed(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:4096] + bytes(len(content) - 4096))


def _scribbled(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096::7] = b"\xa5" * len(content[4096::7])
    path.write_bytes(content)


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _shortened(path: Path) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE vector SET data = x'0000'")
    connection.close()


def _other_table(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("CREATE TABLE vector (something INTEGER)")
    connection.close()


@pytest.mark.parametrize(
    "damage", [_garbage, _truncated, _zeroed, _scribbled, _emptied, _shortened, _other_table]
)
def test_encode_when_the_file_is_damaged(
    damage: Callable[[Path], None], counting: CountingEncoder, tmp_path: Path
) -> None:
    """Whatever befell the file, the vectors are right and the file serves again afterwards."""
    texts = [f"خبر شماره {number} از تهران" for number in range(40)]
    with VectorCache(tmp_path, counting) as cache:
        cache.encode(texts)
    damage(_file(tmp_path))
    with VectorCache(tmp_path, counting) as cache:
        vectors, n_encoded = cache.encode(texts)
    with VectorCache(tmp_path, counting) as cache:
        _, n_later = cache.encode(texts)

    assert _close_to(counting.encoder, texts, vectors)
    assert 0 < n_encoded <= 40
    assert 0 == n_later


def test_two_builders_share_one_cache(encoder: Encoder, tmp_path: Path) -> None:
    """Builders of two archives may fill one cache at once; each gets its own vectors."""
    groups = [[f"{name} {number}" for number in range(30)] for name in ("alpha", "بتا")]

    def fill(texts: list[str]) -> np.ndarray:
        with VectorCache(tmp_path, encoder) as cache:
            return cache.encode(texts)[0]

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(fill, groups))

    assert all(map(_close_to, [encoder] * 2, groups, found))
    with VectorCache(tmp_path, encoder) as cache:
        assert 0 == cache.encode([*groups[0], *groups[1]])[1]


def test_a_cache_that_cannot_be_written_is_named(counting: CountingEncoder, tmp_path: Path) -> None:
    """What goes wrong with the cache's own files names the cache, not the index."""
    folder = tmp_path / "cache"
    folder.write_text("a file in the way")

    with pytest.raises(StorageError, match="a file stands where") as caught:
        VectorCache(folder, counting)
    assert str(folder) in str(caught.value)


def test_a_cache_that_fails_while_encoding_is_named(
    counting: CountingEncoder, tmp_path: Path
) -> None:
    """A cache that takes no more vectors names itself as well."""
    with VectorCache(tmp_path, counting) as cache:
        cache._connection.execute("PRAGMA query_only = ON")
        with pytest.raises(StorageError, match="SQLite says") as caught:
            cache.encode(TEXTS)
    assert str(tmp_path) in str(caught.value)


@dataclass
class _Numbered:
    """Gives each text a vector of its length and how many texts came before."""

    identity: EncoderIdentity = field(
        default_factory=lambda: EncoderIdentity(name="numbered", revision="1", dim=2)
    )
    max_tokens: int = 512
    texts_at_once: int = 10_000

    def encode_queries(self, texts: Sequence[str], /) -> Vectors:
        """Encode questions."""
        return self.encode_passages(texts)

    def encode_passages(
        self, texts: Sequence[str], /, *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Encode passages."""
        assert progress is None or callable(progress)
        return np.array([[len(text), int(text)] for text in texts], np.float32)

    def count_tokens(self, text: str, /) -> int:
        """Count tokens."""
        return len(text)


def test_more_texts_than_are_asked_for_at_once(tmp_path: Path) -> None:
    """Thousands of texts, some of them twice, each get their own vector from the file."""
    texts = [str(number % 1_900) for number in range(2_000)]
    with VectorCache(tmp_path, _Numbered()) as cache:
        _, n_first = cache.encode(texts)
    with VectorCache(tmp_path, _Numbered()) as cache:
        vectors, n_second = cache.encode(texts)

    assert (1_900, 0) == (n_first, n_second)
    assert [[len(text), int(text)] for text in texts] == vectors.tolist()
