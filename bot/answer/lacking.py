"""Words of a question that its evidence lacks: another person's words under the asked name.

An answer to "how many were hurt in Shiraz?" has to come from an article that has Shiraz in it,
however well all other words agree. So the telling words of a question, its names, numbers and the
words that few passages of this archive have, are looked up in each article that would be quoted: as
the same word, with another ending or a slip of spelling, by its sound in another script, as another
name of the same place. What is not found so may still be said in other words: a word of the quotes
or the headline that means nearly the same (cosine of the two words alone in the centred space)
stands for it.

    "hurt" and "injured"     .75        Shiraz and Isfahan     .35
    "died" and "death"       .83        "dollar" and "pound"   .27

Across languages only names and numbers are looked up. Names are told by their capitals; in German
and in small letters they are words that the archive spells in another script and that mean the
same there. A name that the archive has so is forgiven for its meaning from .6 on only: two makers
of cars are .58.
Source of the limits: our experiments, docs/questions.md.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Final
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from bot.answer.evidence import Quote
from bot.answer.respell import is_slip, written_apart
from bot.grounding.names import (
    MIN_LIKENESS,
    Evidence,
    is_common_word,
    unnamed_places,
    unsupported_names,
    vocabulary,
)
from bot.question.question import Question
from index import Article, Snapshot
from index.lexical import name_likeness, script_of
from index.text import STOP_WORDS, clean_text, token_set, tokens

Alike = Callable[[Sequence[str], Sequence[str], str], NDArray[np.float32]]
"""Cosines of words in a language with other words, shape (n, m)."""

_FREQUENT: Final = -12.95
"""Log probability from which on a word is too common in its language to be telling."""
_COMMON: Final = 3.5
"""Idf below which it is too common in this archive: it is in 3 % of the passages."""
_COMMON_SHARE: Final = 0.5
"""The same in a small archive, as a share of the highest idf."""
_SAME_MEANING: Final = 0.5
_SAME_NAME: Final = 0.7
_SAME_SPELT: Final = 0.65
"""Cosine from which on a word and what sounds like it in another script are the same name."""
_SPELT_NAME: Final = 0.6
"""Across languages .5 lets through one city for another and one footballer for another. Refused of
exchanged names: .565 instead of .535 (English over Persian, 200), and one answerable of 400."""
_UNCASED: Final = frozenset({"fa", "ar"})
"""Languages without capitals whose places are looked up in articles of others."""
_GERMAN: Final = "de"
_ENGLISH: Final = "en"
_MIN_DIGITS: Final = 3
_MIN_LETTERS: Final = 3
_MIN_STEM: Final = 4
_MAX_WORDS: Final = 80
"""Words of the quotes and the headline that are compared by meaning."""

_WORD: Final = re.compile(r"\d+(?:[,٬.٫]\d+)*|[^\W\d_](?:[.'’\u200c]?[^\W\d_])*")
_POSSESSIVE: Final = re.compile(r"['’]s?\Z")
# The word after it names what the answer is: «کدام سیاره», "which planet".
_WHICH: Final = frozenset(["کدام", "چه", "which", "what"])
_ASKING: Final = frozenset(
    tokens(
        "چندم چندمین چندین کدامیک کجای کجایی کسی کسانی چیزی چیزهایی اتفاقی چجوری بنویسید ببرید "
        "دهید کنید بگویید نام دلیل علت تعداد میزان مقدار مورد معنی معناست ویژگی بجز مبنی جزو "
        "برپایه طبق برعهده عهده همواره اکنون هم‌اکنون منجر مانع باره "
        "name mention list many much did does"
    )
)
"""Words by which questions ask or join; articles that answer need not have them."""

_PREPOSITIONS: Final = frozenset(["و", "در", "به", "از", "با", "بر"])
"""Words that are written together with the next by mistake."""

# Persian verbs that with a noun make another verb, and say little themselves.
_LIGHT_VERB: Final = re.compile(
    r"(?:بر|در|باز|فرا|فرو|وا|بالا|پیش)?(?:ب|ن|ن?می)?"
    r"(?:خورد?ار|برد|پیوست|پیوند|گردید?|گذاشت|گذار|افتاد?|ی?آورد?|ی?آمد|داد|ده|گرفت|گیر|زد|زن|خورد?"
    r"|کشید?|دید|بین|داشت|یافت|یاب|رسید?|رفت|رو|کرد|کن|شد|شو|نمود|نما|ساخت|ساز|دانست|دان|خواست|خواه|توانست|توان)"
    r"(?:م|ی|د|ه|ید|یم|ند|ن|ه ?(?:است|اند|بود))?"
)
_ENDING: Final = re.compile(
    r"(?<=..)(?:ترین|تر|هایی|های|ها|ان|ات|شان|مان|تان|ش|ت|م|ی|ه|ای|گی|انه|s|es|ed|ing|ly)$"
)


def lacking(
    question: Question, quotes: Sequence[Quote], snapshot: Snapshot, alike: Alike | None
) -> dict[str, tuple[str, ...]]:
    """Return the telling words that each quoted article lacks, by its id, as they were asked.

    Args:
        question: What was asked.
        quotes: Sentences that would be quoted.
        snapshot: Whose words are counted.
        alike: Compares words by meaning; None where the encoder's cosines have no known meaning:
            then only names in capitals and numbers are looked up.
    """
    by_article: dict[str, list[Quote]] = {}
    for quote in quotes:
        by_article.setdefault(str(quote.hit.article.id), []).append(quote)
    return {
        article_id: _lacking(question, group, snapshot, alike)
        for article_id, group in by_article.items()
    }


def _lacking(
    question: Question, quotes: Sequence[Quote], snapshot: Snapshot, alike: Alike | None
) -> tuple[str, ...]:
    """Return the telling words that the article of some quotes lacks."""
    hit = quotes[0].hit
    words = list(_told(question))
    if hit.parts.is_same_language:
        absent = list(_absent_words(words, hit.article, snapshot, only_names=alike is None))
    else:
        language = hit.passage.language
        names = frozenset(_absent_names(question, hit.article, language, snapshot, alike))
        # "Kirby's" is found as Kirby.
        absent = [word for word in words if _POSSESSIVE.sub("", word[0]) in names]
    by_meaning = [word for word in absent if not word[0].isdecimal()]
    if by_meaning and alike is not None:
        texts = [hit.article.headline, *(quote.span.cut(hit.article.text) for quote in quotes)]
        said = dict.fromkeys(
            match[0].casefold() for text in texts for match in _WORD.finditer(text)
        )
        known = [word for word in said if word not in STOP_WORDS][:_MAX_WORDS]
        if known:
            asked = [word[0].casefold() for word in by_meaning]
            nearest = alike(asked, known, question.language).max(axis=1)
            is_same_language = hit.parts.is_same_language
            spelt = () if is_same_language else _spelt([word[0] for word in words], snapshot)
            meant = {
                word.start()
                for word, near in zip(by_meaning, nearest.tolist(), strict=True)
                if near >= _least_alike(word[0], spelt, is_same_language=is_same_language)
            }
            absent = [word for word in absent if word.start() not in meant]
    absent += _absent_numbers(words, hit.article)
    return tuple(_joined(words, absent))


def _told(question: Question) -> Iterator[re.Match[str]]:
    """Yield the words that say what is asked for: not its time, nor those of the question before.

    Whether articles are of the time that a question names is told by when they were published.
    """
    # Composed, so that no accent parts a word.
    text = normalize("NFC", question.topic.search_text if question.topic else question.typed_text)
    start = text.find(question.period.words) if question.period else -1
    end = start + len(question.period.words) if question.period else -1
    before = ""
    for word in _WORD.finditer(text):
        is_kind = before in _WHICH and not word[0][0].isupper()
        if not start <= word.start() < end and not is_kind:
            yield word
        before = word[0].casefold()


def _least_alike(word: str, spelt: Collection[str], *, is_same_language: bool) -> float:
    """Return the cosine from which on a word of the evidence says the same as one of the question.

    A name has no synonym in its own language. In another it may be translated, but less likely so
    where the archive has it by its sound, in `spelt`.
    """
    if is_same_language and word[0].isupper():
        return _SAME_NAME
    return _SPELT_NAME if _bare(word) in spelt else _SAME_MEANING


def _absent_words(
    words: Sequence[re.Match[str]], article: Article, snapshot: Snapshot, *, only_names: bool
) -> Iterator[re.Match[str]]:
    """Yield the telling words that an article in the language of the question lacks."""
    has = token_set(f"{article.headline}\n{article.text}")
    n_passages = snapshot.lexical.n_counted
    least = min(_COMMON, _COMMON_SHARE * np.log1p(n_passages))
    for word in words:
        stems = tokens(word[0])
        if word[0][0].isdecimal() or not stems or len(word[0]) < _MIN_LETTERS:
            continue
        is_name = word.start() > 0 and word[0][0].isupper()
        if _ASKING.issuperset(stems) or (only_names and not is_name):
            continue
        joined = tokens(word[0].replace("\u200c", ""))
        if has.issuperset(stems) or (joined and has.issuperset(joined)):
            continue
        frequency = min(snapshot.lexical.frequency(stem) for stem in stems)
        rarity = np.log1p((n_passages - frequency + 0.5) / (frequency + 0.5))
        is_telling = is_name or (rarity >= least and not _is_frequent(word[0]))
        if is_telling and not _is_spelt_otherwise(stems[-1], article, has, frequency):
            yield word


@lru_cache(maxsize=1 << 12)
def _is_frequent(word: str) -> bool:
    """Tell whether a word, or what is left of it without an ending, is common in its language."""
    joined = word.casefold().replace("\u200c", "")
    if _LIGHT_VERB.fullmatch(joined):
        return True
    bare = _ENDING.sub("", joined)
    forms = {
        word.casefold(),
        joined,
        *(b for b in (bare, _ENDING.sub("", bare)) if len(b) >= _MIN_LETTERS),
    }
    return any(vocabulary().weight(form) >= _FREQUENT for form in forms)


def _is_spelt_otherwise(word: str, article: Article, has: frozenset[str], frequency: int) -> bool:
    """Tell whether an article has a word with another ending, as two, or with a slip.

    Args:
        word: A token of the question.
        article: Where it may stand.
        has: The article's tokens.
        frequency: Passages of the archive that have the token.
    """
    stem = word[: max(_MIN_STEM, len(word) - 2)]
    if len(word) > _MIN_STEM and any(
        other.startswith(stem) or (len(other) >= _MIN_STEM and word.startswith(other))
        for other in has
    ):
        return True
    if frequency:
        return False
    # A word that the archive does not have: «درکدام», «فلیم».
    asking = STOP_WORDS | _ASKING
    splits = [(word[:at], word[at:]) for at in range(1, len(word))]
    if any(
        (one in asking and other in asking) or (one in _PREPOSITIONS and other in has)
        for one, other in splits
    ):
        return True
    return written_apart(word, _whole(article)) != "" or any(
        is_slip(word, other) for other in has | asking
    )


def _absent_names(
    question: Question, article: Article, language: str, snapshot: Snapshot, alike: Alike | None
) -> Iterator[str]:
    """Yield the words of names that an article in another language has in none of its ways.

    Names are told by their capitals. Where these tell nothing they are places, and words that the
    archive has in another script by their sound and that mean the same there.
    """
    text = _whole(article)
    evidence = Evidence(text=text, languages=(language,), quotes=text)
    line = clean_text(question.topic.search_text if question.topic else question.typed_text).text
    words = [word[0] for word in _WORD.finditer(line)]
    is_german = question.language == _GERMAN  # every noun has a capital
    if any(word[0].isupper() for word in words) and not is_german:
        names = unsupported_names(
            line, question.language, evidence, may_be_translated=question.language != _ENGLISH
        )
    else:
        is_placed = is_german or question.language in _UNCASED
        names = list(unnamed_places(line, question.language, evidence)) if is_placed else []
        spelt = _spelt(words, snapshot) if alike else {}
        names += [
            word
            for word in words
            if (terms := spelt.get(_bare(word)))
            and (word[0].isupper() or not is_german)
            and alike
            and alike([_bare(word).capitalize()], terms, question.language).max() >= _SAME_SPELT
            and name_likeness(_bare(word), text) < MIN_LIKENESS
        ]
    for name in names:
        yield from (_POSSESSIVE.sub("", word[0]) for word in _WORD.finditer(name))


def _spelt(words: Sequence[str], snapshot: Snapshot) -> dict[str, list[str]]:
    """Return the words, no common ones, that the archive has in another script, with its tokens.

    In small letters, without a possessive.
    """
    spelt: dict[str, list[str]] = {}
    for name in snapshot.lexical.names.expand(" ".join(word.capitalize() for word in words)):
        terms = [term for term, _ in name.terms if script_of(term) != script_of(name.word)]
        if terms and not name.word.isdecimal() and not is_common_word(_bare(name.word)):
            spelt[_bare(name.word)] = terms
    return spelt


def _bare(word: str) -> str:
    """Return a word in small letters without a possessive: "kirby" of "Kirby's"."""
    return _POSSESSIVE.sub("", word.casefold())


@lru_cache(maxsize=256)
def _whole(article: Article) -> str:
    """Return all text of an article, cleaned."""
    return clean_text(f"{article.headline}\n{article.text}").text


def _absent_numbers(words: Sequence[re.Match[str]], article: Article) -> Iterator[re.Match[str]]:
    """Yield the numbers of three digits and more, years among them, that an article lacks."""
    has = token_set(f"{article.headline}\n{article.text}")
    for word in words:
        number = tokens(word[0])
        if word[0][0].isdecimal() and len(word[0]) >= _MIN_DIGITS and not has.issuperset(number):
            yield word


def _joined(words: Sequence[re.Match[str]], absent: Sequence[re.Match[str]]) -> Iterator[str]:
    """Yield the absent words, neighbours as one: "the Northern Bridge"."""
    places = {word.start() for word in absent}
    for is_absent, group in groupby(words, key=lambda word: word.start() in places):
        if is_absent:
            run = list(group)
            yield run[0].string[run[0].start() : run[-1].end()]
