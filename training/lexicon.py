"""Persian questions in English words, for pairs across languages.

Words are paired by the bundled encoder: each of a Persian and an English word is the other's
nearest by cross-domain similarity local scaling (Conneau et al., arXiv 1710.04087). A question put
into English word by word keeps Persian order, and words without a pair stay as they are: training
on such mixtures carries over between languages (Qin et al., "CoSDA-ML", arXiv 2006.06402).
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

import numpy as np

from index import BundledConfig
from index.encoders import open_encoder

_PERSIAN: Final = re.compile("[\u0621-\u06cc\u200c]{2,}+")
_ENGLISH: Final = re.compile("[A-Za-z][a-z]++")
_NEIGHBOURS: Final = 10
_MOST: Final = 15_000
"""Words of each language: the most frequent."""


_CLOSED: Final = {
    word: english
    for english, words in {
        "what": "چه چی چیست چیزی",
        "who": "کیست کی",
        "person": "کسی کسانی شخصی فردی",
        "which": "کدام کدامند کدامیک",
        "where": "کجا کجاست جایی",
        "when": "زمانی هنگامی وقتی",
        "how": "چگونه چطور",
        "how many": "چند چندین تعداد",
        "how much": "چقدر میزان",
        "why": "چرا",
        "year": "سال سالی",
        "day": "روز روزی",
        "date": "تاریخ تاریخی",
        "name": "نام اسم",
        "first": "اول اولین نخستین",
        "last": "آخر آخرین",
        "reason": "دلیل علت دلیلی",
        "in": "در داخل",
        "from": "از",
        "to": "به",
        "with": "با",
        "by": "توسط",
        "on": "روی",
        "for": "برای",
        "about": "درباره مورد",
        "after": "پس بعد",
        "before": "قبل پیش",
        "and": "و",
        "or": "یا",
        "this": "این",
        "that": "آن که",
        "one": "یک یکی",
        "two": "دو دوم",
        "three": "سه سوم",
        "is": "است هست می‌شود می‌باشد",
        "are": "هستند اند",
        "was": "بود شد شده گردید",
        "were": "بودند شدند",
        "did": "کرد کرده کردند داد دادند",
        "does": "می‌کند می‌کنند کند دارد",
        "had": "داشت داشتند داشته",
        "held": "برگزار",
    }.items()
    for word in words.split()
}
"""Words whose nearest by the encoder is seldom right."""


def build_lexicon(
    persian: Iterable[str], english: Iterable[str], config: BundledConfig
) -> dict[str, str]:
    """Return an English word for each Persian one that has one.

    Args:
        persian: Texts.
        english: Texts on whatever.
        config: Of the encoder that pairs them.
    """
    words = [_frequent(persian, _PERSIAN), _frequent(english, _ENGLISH)]
    encoder = open_encoder(config)
    own, other = (np.asarray(encoder.encode_queries(some), dtype=np.float32) for some in words)
    own, other = (some - some.mean(axis=0) for some in (own, other))
    own, other = (some / np.linalg.norm(some, axis=1, keepdims=True) for some in (own, other))
    cosines = own @ other.T
    n = min(_NEIGHBOURS, *cosines.shape)
    near = [np.partition(table, -n, axis=1)[:, -n:].mean(axis=1) for table in (cosines, cosines.T)]
    cosines *= 2
    cosines -= near[0][:, None]
    cosines -= near[1][None, :]
    best, back = cosines.argmax(axis=1), cosines.argmax(axis=0)
    return {
        word: words[1][best[number]]
        for number, word in enumerate(words[0])
        if back[best[number]] == number
    }


def _frequent(texts: Iterable[str], pattern: re.Pattern[str]) -> list[str]:
    counts = Counter(word for text in texts for word in pattern.findall(text))
    return [word for word, n in counts.most_common(_MOST) if n > 1]


def put(lexicon: dict[str, str], question: str) -> str:
    """Replace the Persian words that have an English one, with or without their endings."""

    def replaced(found: re.Match[str]) -> str:
        word, stem = found[0], found[0].partition("\u200c")[0]
        return _CLOSED.get(word) or lexicon.get(word) or lexicon.get(stem) or word

    return " ".join(_PERSIAN.sub(replaced, question).replace("؟", "?").split())
