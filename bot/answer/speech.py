"""Who speaks in a sentence that reports words, told by rule in Persian and English.

    جان کربی، سخنگوی کاخ سفید، گفت: ...           جان کربی
    The Iraqi prime minister said ...             The Iraqi prime minister
    وی افزود: ... / "...," he added               who spoke before

A reporting frame is a verb of saying with its subject: in Persian the first words of the clause
before the verb, in English those beside it. A pronoun, a subject left out and a sentence inside of
quotation marks that are still open have the speaker of the sentences before. Where that is not
certain nobody is named.

Does not: look into other languages; tell two people of one name apart.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import lru_cache, partial
from typing import Final

from bot.answer.respell import written_apart
from bot.grounding.names import MIN_LIKENESS
from bot.grounding.places import LONGEST, codes
from index.evaluation import folded
from index.lexical import name_likeness
from index.text import clean_text, token_set


class Subject(Enum):
    """How the subject of a reporting frame is written."""

    NAMED = auto()
    BEFORE = auto()
    """A pronoun or nothing: who spoke before."""
    UNCERTAIN = auto()


@dataclass(frozen=True, slots=True)
class Frame:
    """A reporting frame: how its subject is written, and the words that name it, cleaned."""

    subject: Subject
    words: str = ""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks in a sentence.

    Attributes:
        names: The ways in which the article has named the speaker so far, the latest first,
            cleaned; empty where somebody speaks and it is not certain who.
        goes_on: Whether the sentence only goes on with a quotation that was begun before.
    """

    names: tuple[str, ...]
    goes_on: bool = False


_FIRST: Final = 6
"""Words of a sentence among which a name may be its subject."""
_MEMORY: Final = 4
"""Sentences after which "he" is not certain any more."""
_BESIDE: Final = 7
"""Words beside a name among which the country stands for which somebody speaks."""
_LONGEST: Final = 14
"""Words of a subject; more are no subject."""


def speakers(sentences: Sequence[str], language: str, headline: str = "") -> list[Speaker | None]:
    """Return who speaks in each of an article's sentences, None where nobody is said to.

    Args:
        sentences: In their order.
        language: BCP 47 tag of the article; those of languages without rules have no speakers.
        headline: Who stands before its colon speaks first.
    """
    frame_of = _FRAMES.get(language.partition("-")[0])
    told: list[Speaker | None] = []
    if frame_of is None:
        return [None] * len(sentences)
    known: list[tuple[str, ...]] = []
    announced = announced_by(headline)
    last = Speaker((announced,)) if announced else None
    silent, is_open = 0, False
    for sentence in sentences:
        line = clean_text(sentence).text
        inside = is_open and not _ENDS_QUOTE.search(line)
        frame = None if inside else frame_of(line)
        speaker: Speaker | None = None
        if frame is None:
            speaker = replace(last, goes_on=True) if is_open and last else None
        elif frame.subject is Subject.NAMED:
            speaker = Speaker(_same_person(frame.words, known))
            known.append(speaker.names)
        elif frame.subject is Subject.BEFORE and last is not None and silent < _MEMORY:
            speaker = replace(last, goes_on=False)
        else:
            speaker = Speaker(())
        silent = silent + 1 if speaker is None else 0
        last = speaker or last
        is_open = _is_open(sentence, is_open=is_open)
        told.append(speaker)
    return told


def has_rules(language: str) -> bool:
    """Tell whether speakers are told in a language, a BCP 47 tag."""
    return language.partition("-")[0] in _FRAMES


def announced_by(headline: str) -> str:
    """Return who speaks by a headline, cleaned: «کربی: ...», "Kirby: ..."; empty for nobody."""
    name, colon, _ = clean_text(headline).text.partition(":")
    is_name = bool(colon) and 0 < len(name.split()) <= _FEW + 1
    return name.strip(' "') if is_name else ""


def may_speak(sentences: Sequence[str], asked: Sequence[str], *, by_sound: bool = False) -> bool:
    """Tell whether somebody is the first thing named in a sentence, and so may be its subject."""
    for sentence in sentences:
        line = clean_text(sentence).text
        for leading in (_DATELINE_EN, _LEADING_FA, _LEADING_EN):
            line = _after(line, leading)
        if _is_head(" ".join(line.split()[:_FIRST]), asked, by_sound=by_sound):
            return True
    return False


def is_said_by(speaker: Speaker, asked: Sequence[str], *, by_sound: bool = False) -> bool | None:
    """Tell whether a speaker is the one asked for; None where that is not certain.

    Args:
        speaker: From `speakers`.
        asked: The words of the name in any script, the surname last.
        by_sound: Whether words of one script may differ in spelling, as they do between languages.
    """
    if not asked or not speaker.names:
        return None
    found = [_is_head(name, asked, by_sound=by_sound) for name in speaker.names]
    if True in found:
        return True
    return None if None in found else False


def is_said_for(
    speaker: Speaker, asked: frozenset[str], sentences: Sequence[str], language: str
) -> bool | None:
    """Tell whether a speaker speaks for a country or city; None where that is not certain.

    By the places that the speaker's names have in them, or else by those beside the name where it
    is first mentioned: "John Kirby, of the White House".

    Args:
        speaker: From `speakers`.
        asked: Codes of the place, see `bot.grounding.places`.
        sentences: The headline and all sentences of the article.
        language: Of the article, a BCP 47 tag.
    """
    told = _placed(" ".join(speaker.names), language)
    for name in reversed(speaker.names) if not told else ():
        line = next((one for one in map(_line, sentences) if name in one), "")
        before, _, after = line.partition(name)
        near = after.partition(":")[0].split()[:_BESIDE]  # behind a colon stands what is said
        told |= _placed(" ".join([*before.split()[-_BESIDE:], "،", *near]), language)
        if told:
            break
    return bool(told & asked) if told else None


@lru_cache(maxsize=1 << 10)
def _line(sentence: str) -> str:
    """Return a sentence, cleaned and without quotation marks, which may stand around a name."""
    return clean_text(sentence).text.replace('"', "")


@lru_cache(maxsize=1 << 10)
def _placed(text: str, language: str) -> frozenset[str]:
    """Return the codes of the countries and cities that a text names."""
    words = folded(text).split()
    return frozenset(
        code
        for size in range(1, LONGEST + 1)
        for first in range(len(words) - size + 1)
        for code in codes(" ".join(words[first : first + size]), language)
        if code.startswith("city:") or (code.isupper() and len(code) == len("RU"))
    )


def _is_head(name: str, asked: Sequence[str], *, by_sound: bool) -> bool | None:
    """Tell whether a subject is the one with a name: not "Kirby's lawyer"; None for perhaps."""
    name = _with_lost_joiners(name, tuple(asked))
    words = list(_WORD.finditer(name))
    is_same = partial(_is_same, by_sound=by_sound)
    end = next((at for at, word in enumerate(words) if is_same(asked[-1], word[0])), None)
    if end is None:
        # A given name alone, at the beginning: "Cristiano said".
        return None if words and any(is_same(one, words[0][0]) for one in asked[:-1]) else False
    start = end
    rest = list(reversed(asked[:-1]))
    while start and rest and is_same(rest[0], words[start - 1][0]):
        start, rest = start - 1, rest[1:]
    look = 1 if not rest and len(asked) > 1 else 2
    before = [word[0].casefold() for word in words[max(0, start - look) : start]]
    after = name[words[end].end() :]
    if any(word in _BEFORE_ANOTHER for word in before) or after.startswith(("'s", "s'")):
        return None
    if rest and start and words[start - 1][0].casefold() not in _BEFORE_NAME:
        return None  # another given name, or a name that is left out
    return True


@lru_cache(maxsize=1 << 10)
def _with_lost_joiners(name: str, asked: tuple[str, ...]) -> str:
    """Return a name with the words that it writes apart and the question as one, as there."""
    for word in asked:
        name = name.replace(written_apart(word, name) or word, word)
    return name


@lru_cache(maxsize=1 << 14)
def _is_same(asked: str, word: str, *, by_sound: bool) -> bool:
    """Tell whether two words are the same, or sound alike where their scripts differ, or any do."""
    if asked == word or not token_set(asked).isdisjoint(token_set(word)):
        return True  # «کی» of «کی روش» is no token by itself
    is_other_script = asked[0].isascii() != word[0].isascii()
    return (by_sound or is_other_script) and name_likeness(asked, word) >= MIN_LIKENESS


def _same_person(words: str, known: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the names of a subject: with those of who was named by the same words before."""
    stems = token_set(words)
    for names in reversed(known):
        if any(stems and stems <= token_set(name) for name in names):
            return tuple(dict.fromkeys((words, *names)))
    return (words,)


def _is_open(sentence: str, *, is_open: bool) -> bool:
    """Tell whether a quotation is open after a sentence; only marks that have a side count."""
    for mark in _SIDED.findall(sentence):
        is_open = mark in "«“"
    return is_open


_SIDED: Final = re.compile("[«»“”]")
_ENDS_QUOTE: Final = re.compile(r'".{0,60}\b(?:said|says|added|told|stated)\b|"[^"]{0,80}\Z')
_WORD: Final = re.compile(r"[^\W\d_]+(?:(?!'s\b)[.'-][^\W\d_]+)*")

# "Kirby's lawyer", «وکیل کربی»: another person.
_RELATED: Final = """
سخنگوی وکیل پدر مادر همسر برادر خواهر پسر دختر فرزند دستیار مشاور معاون نماینده دوست ایجنت جانشین
منشی رقیب همبازی همتیمی بازیکن بازیکنان شاگرد شاگردان هواداران هوادار طرفداران مخالفان نزدیکان
خانواده دفتر تیم دولت کابینه وزیر سرمربی مربی مدیرعامل رئیس رییس رقبای یاران
of for to by with from about against on in at
"""
_TITLES: Final = """
آقای آقا خانم دکتر مهندس سردار سرلشکر سرتیپ سرهنگ امیر ژنرال شیخ سید سیده حاج حجت الاسلام والمسلمین
آیت الله جمهور جمهوری پاپ ملکه شاهزاده
mr mrs ms dr president prime minister general colonel sheikh ayatollah king queen prince secretary
senator professor sir lord pope coach
"""
_BEFORE_ANOTHER: Final = frozenset(_RELATED.split())
_BEFORE_NAME: Final = frozenset(_TITLES.split())

# Persian.
_LIGHT: Final = r"(?:کرد|داشت|نمود|کرده|داشته|نموده|می ?کند|می ?دارد|می ?کنند|کردند|داشتند)"
_SAYS_FA: Final = re.compile(
    r"(?<!\w)(?:گفت(?! ?و ?گو)(?:ه|ند|ه اند)?|می ?گوی(?:د|ند)|افزود(?:ه|ند)?|نوشت(?:ه|ند)?"
    r"|(?:اظهار|بیان|عنوان|اعلام|تاکید|تأکید|تصریح|خاطر ?نشان|اضافه|ادعا|اذعان|ابراز|تشریح|مطرح"
    rf"|تایید|تأیید|تکذیب|اعتراف|پیش ?بینی|تهدید|توصیه|درخواست|نقل|فاش) (?:امیدواری )?{_LIGHT}"
    r"|(?:یادآور|متذکر|مدعی|خواستار) (?:شد|شده|شدند|می ?شود)|(?:مدعی|معتقد) (?:است|بود|هستند)"
    r"|(?:هشدار|ادامه|توضیح|پاسخ|جواب|خبر|وعده|اطمینان|قول) (?:داد|داده|دادند|می ?دهد)"
    rf"|(?<=را )(?:رد|تکذیب) {_LIGHT})"
    r"(?: (?:بود|است|اند))?(?!\w)"
)
# "One has to say", «ترک گفت», «را اعلام کرد»: nobody's words.
_CANNOT_FA: Final = re.compile(
    r"(?<!\w)(?:باید|توان|شاید|بتوان|را|ترک|تبریک|تسلیت|نباشید|خوشامد)\s\Z"
)
# «... را رد کرد» is said by its subject, unlike «... را اعلام کرد», which may be anybody's result.
_DENIES_FA: Final = re.compile("رد |تکذیب ")
_FOLLOWS_FA: Final = re.compile(r'\s{0,3}+(?:[:："،,.!؛]|که(?!\w)|\Z)')
_SAYS_ALONE_FA: Final = re.compile("گفت|می ?گوی|افزود")
_LEADING_FA: Final = re.compile(
    r"\s{0,3}+(?:به (?:گزارش|نقل از|نوشته|گفته) [^،:]{1,120}+[،:]"
    r"|این در حالی ?(?:است|ست) که(?!\w)"
    r"|(?:و|بنا بر این|بنابراین|اما|همچنین|سپس|البته|حالا|اکنون|در (?:ادامه|پایان|(?:عین|همین) حال)"
    r"|از (?:سوی|طرف) دیگر|در (?:همین|این) (?:راستا|زمینه|خصوص|باره|رابطه|ارتباط))(?!\w)،?"
    r"|(?:در|با|پس از|پیش از|بعد از|طی|بر|از|ضمن|به)(?!\w)[^،:]{1,160}+،)\s{0,3}+"
)
_CLAUSE_FA: Final = re.compile(
    r"(?:[؛;!؟]|(?<!\w)(?:کرد|کردند|شد|شدند|داد|دادند|بود|بودند|است|هستند|رفت|رفتند|داشت|داشتند|گرفت|گرفتند"
    r"|زد|رسید|آمد|کند|شود|دهد|دارد|دارند|نیست|باشد|یافت|اند|ندارد)(?: و|،(?: اما| ولی)?))\s+"
)
_SUBORDINATE_FA: Final = re.compile(r"(?<!\w)(?:این|آن) ?که(?!\w)")
_BOUNDARY_FA: Final = re.compile(
    r"(?<!\w)(?:در|با|به|از|درباره|پیرامون|برای|ضمن|پس|هم|نیز|همچنین|اما|امروز|دیروز|امشب|روز|شب|صبح"
    r"|عصر|ظهر|هفته|طی|بر|تا|که|را|خطاب|پیش|پیشتر|قبل|بعد|حین|هنگام|مبنی|چنین|این گونه|اینگونه"
    r"|مجددا|بار|علیه|بدون|سپس|سال|بنا|ساعاتی|لحظاتی|اینکه|آنکه|بابت|راجع)(?!\w)"
    r'|[،,:()؛"\[\]-]'
)
_PRONOUN_FA: Final = re.compile(r"(?:وی|او|ایشان|آنها|آنان|نامبرده|مشارالیه|این|همین)(?!\w)")
_FINITE_FA: Final = re.compile(
    r"(?<!\w)(?:کرد|شد|داد|بود|است|رفت|داشت|گرفت|کند|شود|دهد|دارد|نیست|باشد|ن?می)(?!\w)|(?<!\w)و\Z"
)
_SOURCE_FA: Final = re.compile(
    r"\A\s{0,3}+به (?:گفته|باور|اعتقاد|ادعای|عقیده) ([^،:؛.]{2,60}?) ?(?:[،:]|(?<!\w)که(?!\w))"
)


def _frame_fa(line: str) -> Frame | None:
    """Return the reporting frame of a Persian sentence, cleaned."""
    source = _SOURCE_FA.search(line)
    if source:
        return _subject_fa(source[1])
    shown = _without_quotes(line)
    head, colon, _ = shown.partition(":")
    verbs = [
        verb
        for verb in _SAYS_FA.finditer(shown)
        if (_DENIES_FA.match(verb[0]) or not _CANNOT_FA.search(shown[: verb.start()]))
        and (_SAYS_ALONE_FA.match(verb[0]) or _FOLLOWS_FA.match(shown, verb.end()))
        and (not colon or verb.end() <= len(head) + 1)
    ]
    if not verbs:
        return None
    clause = shown[: verbs[-1].start()]
    clause = _after(clause, _LEADING_FA)
    clause = _SUBORDINATE_FA.split(clause, maxsplit=1)[0]
    # The last clause with a subject: clauses put in between have none («با بیان اینکه ... است،»).
    words = rest = ""
    for part in reversed(_CLAUSE_FA.split(clause)):
        bare = _after(part, _LEADING_FA)
        rest = bare.strip(' "،,') or rest
        words = _BOUNDARY_FA.split(bare.lstrip('" '), maxsplit=1)[0].strip()
        if words:
            break
    if not words:
        return Frame(Subject.UNCERTAIN if rest else Subject.BEFORE)
    return _subject_fa(words)


def _subject_fa(words: str) -> Frame:
    """Return the frame whose subject is some words."""
    if _PRONOUN_FA.match(words):
        return Frame(Subject.BEFORE)
    is_none = _FINITE_FA.search(words) or _SAYS_FA.search(words) or _COVERED in words
    if is_none or len(words.split()) > _LONGEST:
        return Frame(Subject.UNCERTAIN)
    return Frame(Subject.NAMED, " ".join(words.split()))


# English.
_VERBS_EN: Final = (
    r"(?:said|says|told|tells|added|adds|stated|noted|stressed|stresses|warned|warns"
    r"|announced|asserted|claimed|argued|argues|emphasi[sz]ed|insisted|explained|wrote"
    r"|tweeted|reiterated|underlined|underscored|maintained|declared|remarked|commented"
    r"|replied|responded|confirmed|denied|admitted|predicted|vowed|pledged|pointed out|recalled)"
)
_SAYS_EN: Final = re.compile(
    rf"(?<![Tt]he )(?<!not )(?<!been )(?<!was )(?<!were )(?<!is )(?<!are )(?<!be )\b{_VERBS_EN}\b"
)
_DATELINE_EN: Final = re.compile(r"\A[A-Z][A-Z. ]{2,30}(?: ?\([^()]{1,30}\))?\s*[–—-]+\s")
_ASIDE_EN: Final = re.compile(r"\s{0,3}+\([^()]{1,60}+\)")
_LEADING_EN: Final = re.compile(
    r"\s{0,3}+(?:(?:But|And|So|However|Meanwhile|Still|Also|Later|Then|Earlier|Moreover|Furthermore"
    r"|Therefore|Elsewhere|Separately),?\s"
    r"|(?:[A-Z][a-z]{1,20}ing|In|On|At|During|After|Before|Asked|As|While|Since|For|With|Despite|To|By"
    r"|From|Under|When|Elsewhere)\b[^,:]{1,300}+,)\s{0,3}+"
)
_AFTER_QUOTE_EN: Final = re.compile(
    r"[\",\x01]\s{0,3}+(?:said|says|added|adds|stated|noted|explained|wrote|remarked|replied|insisted"
    r"|warned|argued) ((?:the |a |an )?[\w.' -]{2,80}?)"
    r"(?= ?[,;\"\x01:]|\.?\Z| (?:on|in|at|during|after|before|who|while|when|as) )"
)
# After a comma alone, "..., said she would come" has no subject there.
_NAME_EN: Final = re.compile(r"\A(?:the )?[A-Z][\w.'-]*+(?: (?:[A-Z][\w.'-]*+|of|the|al|bin))*+\Z")
_ACCORDING_EN: Final = re.compile(r"\b[Aa]ccording to ([^,.:;\"\x01]{2,80})")
_PRONOUN_EN: Final = re.compile(r"(?:he|she|they)\b", re.IGNORECASE)
_ROLE_EN: Final = re.compile(
    r"the (?:[a-z-]+ ){0,3}(?:official|minister|president|leader|chief|head|director|ambassador"
    r"|lawmaker|mp|governor|mayor|envoy|diplomat|commander|general|cleric|chairman|chairwoman|secretary"
    r"|deputy|spokes(?:man|woman|person)|coach|manager|player|striker|captain|author|writer|expert"
    r"|analyst|professor|doctor|judge|lawyer|senator|premier|king|queen|pope|artist|actor)\Z",
    re.IGNORECASE,
)
_PLAIN_EN: Final = re.compile(
    r"(?:[Tt]he |[Aa]n? )?(?:[A-Z]|(?<= )\w)[\w.'-]*(?: [\w.'-]+){0,13}\Z"
)
_AUXILIARY_EN: Final = re.compile(
    r"(?:\s{1,3}+(?:has|have|had|also|further|later|earlier|then|initially|once|recently"
    r"|repeatedly)){1,6}+\s{0,3}+\Z"
)
_STOPS_EN: Final = re.compile(
    r"\b(?:who|which|that|referred|refers|was|were|is|are|had|has|have|also|later|earlier|did|made"
    r"|expressed|called|on|in|at|during|to|and|but|then|once|recently|repeatedly|further)\b"
)
_NO_SUBJECT_EN: Final = re.compile(
    r"\b(?:by|after|when|if|while|because|came|than|from|with|as|before|reflects?|shows?)\b|'s?\Z"
    r"|\A(?:As|When|If|Whether|In|On|At|There|These|Those|This|Some|Many|Most|Others?|No|All)\b"
)
_CAME_EN: Final = re.compile(r"\bcame (?:as|after|while|when) ")
_OFFICE_EN: Final = re.compile(r"\A(?:Its|His|Her|Their|The|A|An|the|a|an) [a-z ]+\Z")
_RELATED_EN: Final = re.compile(r"\b(?:I|you|we|which|that|who|it|this|what)\Z", re.IGNORECASE)


def _frame_en(line: str) -> Frame | None:
    """Return the reporting frame of an English sentence, cleaned."""
    shown = _ASIDE_EN.sub("", _DATELINE_EN.sub("", _without_quotes(line)))
    inverted = _AFTER_QUOTE_EN.search(shown)
    is_name = inverted and (inverted[0][0] != "," or _NAME_EN.match(inverted[1]))
    if inverted and is_name and not _STOPS_EN.search(inverted[1]):
        return _subject_en(inverted[1])
    for verb in _SAYS_EN.finditer(shown):
        if frame := _before_en(shown[: verb.start()]):
            return frame
    according = _ACCORDING_EN.search(shown)
    return _subject_en(according[1]) if according else None


def _before_en(clause: str) -> Frame | None:
    """Return the frame whose subject stands in what precedes a verb; None for none."""
    # What is quoted before it, and a clause before that, are not its subject.
    own = re.split(r'["\x01;]', _after(clause, _LEADING_EN))[-1].lstrip(" ,")
    own = _CAME_EN.split(_AUXILIARY_EN.sub("", own))[-1]
    is_apposition = own.rstrip().endswith(",")
    parts = [part.strip() for part in own.split(",") if part.strip()]
    if not parts:
        return Frame(Subject.BEFORE) if _COVERED in clause else None
    subject = parts[0] if is_apposition else parts[-1]
    if is_apposition and len(parts) > 1 and _OFFICE_EN.match(subject) and parts[1][0].isupper():
        subject = parts[1]  # "Its director, Nahid Saberi, said"
    return _subject_en(subject)


def _subject_en(words: str) -> Frame | None:
    """Return the frame whose subject begins with some words; None where nobody is meant."""
    words = words.strip()
    if _RELATED_EN.search(words):
        return None
    stop = _STOPS_EN.search(words)
    words = words[: stop.start()].strip() if stop and stop.start() else words
    if _PRONOUN_EN.match(words):
        return Frame(Subject.BEFORE)
    if not _PLAIN_EN.match(words) or _NO_SUBJECT_EN.search(words):
        return Frame(Subject.UNCERTAIN)
    if not re.search("[A-Z]", re.sub(r"\A(?:The|A|An) ", "", words)):
        return Frame(Subject.BEFORE if _ROLE_EN.match(words) else Subject.UNCERTAIN)
    return Frame(Subject.NAMED, words)


def _after(line: str, leading: re.Pattern[str]) -> str:
    """Return what follows adverbs and phrases before the subject, however many."""
    while found := leading.match(line):
        line = line[found.end() :]
    return line


def _without_quotes(line: str) -> str:
    """Return a line with what stands in quotation marks covered, names of few words aside."""

    def covered(match: re.Match[str]) -> str:
        inside = match[1]
        return f" {inside} " if len(inside.split()) <= _FEW else _COVERED * len(match[0])

    return _QUOTED.sub(covered, line)


_FEW: Final = 3
_COVERED: Final = "\x01"
_QUOTED: Final = re.compile(r'"([^"]*+)(?:"|\Z)')
_FRAMES: Final = {"fa": _frame_fa, "en": _frame_en}
