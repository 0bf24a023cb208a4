"""Follow-ups: questions that need the one before them, "and what did Moscow answer?".

A question needs context where it opens with "and", "but", "what about" or their like, where it
has no more than one telling word ("why?", "how many are missing?") that is not the name in "who
is Kirby?", or where it is short, holds a pronoun and names nothing itself. It is put to the
archive with the words of the question before that it does not hold: its names, or all that says
something where it has none. Any other question is left alone. One that was completed is also
asked as it was typed (`bot.answer.answerer.merged`), so that it can turn to another text.

Does not: know other languages than English and Persian (their questions are left alone), read
answers, or guess which of two names is meant: both are taken.
Source of the rules and limits: benchmarks/followups.py.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from bot.question.courtesy import find_remark
from bot.question.wording import written
from index.text import token_set, tokens

_MAX_WORDS: Final = 14
"""Longer questions are taken to say what they mean."""
_MAX_SUBJECT_WORDS: Final = 12
_MAX_BARE_TOKENS: Final = 2

_LEADS: Final = re.compile(
    r"\A\s*(?:(?:and|but|so|then|also|what about|how about|what else|who else)\b"
    r"|(?:و|اما|ولی|پس|حالا|خب|دیگر چه|دیگه چی)(?=[\s،]))",
    re.IGNORECASE,
)
_WHAT_ABOUT: Final = re.compile(r"(?:چطور|چی|چه‌طور)\s*+[؟?]?\s*+$")
_PRONOUN_EN: Final = """
he she they it him her them his hers their theirs its this that these those there
"""
_PRONOUN_FA: Final = """
او وی آن این آنها آن‌ها اینها این‌ها ایشان آنجا اینجا آنان همان همین آنرا
"""
_PRONOUNS: Final = frozenset(f"{_PRONOUN_EN} {_PRONOUN_FA}".split())
_ASKING_LIST: Final = """
what who whom whose when where why how which
چه چی چیست کیست کی کجا کجاست چرا چگونه چطور چند چقدر کدام
"""
_ASKING: Final = frozenset(_ASKING_LIST.split())
_VAGUE: Final = frozenset(
    tokens(
        "many much did does do happen happened next people persons news latest "
        "شدند نفر بار علت دلیل نام اتفاقی خبر اخبار"
    )
)
"""Tokens that say nothing of what is asked about."""
_EVENTS: Final = _VAGUE | frozenset(
    tokens(
        "score result game match accident incident crash end ended final finish last next previous "
        "نتیجه بازی مسابقه دیدار حادثه سانحه تصادف ماجرا پایان تمام آخرین قبلی بعدی آخر قبل بعد"
    )
)
"""Where a question has no other tokens, the one before it tells which game is meant."""
_WORD: Final = re.compile(r"[^\W_](?:[\u200c'’-]?[^\W_])*")
_WHO_IS: Final = re.compile(
    r"\A\W*+(?:who(?: is| was|['’]?s) (?P<en>[a-z'’-]+)"
    r"|(?P<fa>[^\W\d_]++(?:\u200c[^\W\d_]++)*+) "
    r"(?:کیست|که است|کی (?:است|هست|بود)|چه کسی (?:است|بود)))\W*+\Z",
    re.IGNORECASE,
)
_ROLES_EN: Final = """
responsible guilty culprit winner loser champion captain coach manager leader president
chief head boss owner founder director author writer actor actress singer player scorer
goalkeeper referee driver pilot commander killer murderer suspect victim dead alive hostage
witness judge lawyer minister mayor governor spokesman spokeswoman ambassador king queen
candidate successor next first last other another else rival opponent father mother wife
husband son daughter brother sister friend partner speaker reporter
"""
_ROLES_FA: Final = """
مسئول مسوول مقصر متهم مجرم برنده بازنده قهرمان سخنگو رهبر رئیس رییس مدیر مدیرعامل مالک صاحب
سازنده نویسنده کارگردان بازیگر خواننده آهنگساز سرمربی مربی کاپیتان داور بازیکن گلزن
دروازه‌بان مهاجم مدافع راننده خلبان فرمانده قاتل مقتول قربانی مجروح مصدوم مفقود شاکی قاضی
وکیل دادستان شاهد وزیر نماینده معاون شهردار استاندار فرماندار رئیس‌جمهور نخست‌وزیر شاه ملکه
سفیر نامزد کاندیدا جانشین خبرنگار عکاس مجری گوینده پزشک معلم استاد شاعر نقاش مخترع بنیانگذار
موسس همسر پدر مادر برادر خواهر پسر دختر فرزند دوست عامل رقیب حریف نفر اول دوم آخر بعدی بقیه
دیگر
"""
ROLES: Final = frozenset(f"{_ROLES_EN} {_ROLES_FA}".split())
"""Whoever they are is told by the question before; any other single word is taken for a name."""
_OWNED: Final = ROLES | frozenset(
    [
        "گل",
        "اسم",
        "نام",
        "قیمت",
        "سن",
        "قد",
        "وزن",
        "شغل",
        "علت",
        "دلیل",
        "نتیجه",
        "تعداد",
        "خانواده",
    ]
)
_ENDS_OWN: Final = re.compile(r"\u200c?(?:اش|ش|شو|شان|شون)\Z")
_ROLE_ENDING: Final = re.compile(r"(?:\u200c?(?:اش|ش|شان|ها|هایش|ان|های))\Z|(?:ed|ing|s)\Z")


_MEANT_EN: Final = re.compile(
    r"(?:no|sorry|oh)?[\s,.!]{0,4}i (?:meant|mean)(?: to (?:ask|say))?(?: about)? (?P<rest>.+)",
    re.IGNORECASE | re.DOTALL,
)
_MEANT_FA: Final = re.compile(
    r"(?:نه|ببخشید)?[\s،,.!]{0,4}منظورم (?:این (?:بود|است) ?که )?(?P<rest>.+)", re.DOTALL
)
_WAS_FA: Final = re.compile(r" (?:بوده|بود|است)\Z")


def restated(text: str) -> str:
    """Return what is asked where a text corrects the one before: "no, I meant the drones"."""
    line = text.strip()
    if found := _MEANT_EN.match(line):
        rest = found["rest"].rstrip(" .!?")
        return f"what about {rest}?" if not needs_context(rest) else rest
    if found := _MEANT_FA.match(line):
        return f"{_WAS_FA.sub('', found['rest'].rstrip(' .!؟'))} چطور؟"
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A question as it is put to the archive, and whether anything was added to it."""

    text: str
    was_resolved: bool


class Rewriting(Protocol):
    """A language model that completes a question better than the rule can, and checks on it."""

    def rewrite(
        self, question: str, *, before: Sequence[str], shown: Sequence[str], by_rule: Resolved
    ) -> Resolved:
        """Return a question that is understood by itself.

        Args:
            question: As it was typed.
            before: Earlier questions as they were understood, newest first; may be empty.
            shown: Headlines and quotes of the last answer; may be empty.
            by_rule: What `resolve_by_rule` makes of it, and what is returned where the model fails.
        """
        ...


def resolve_by_rule(question: str, before: Sequence[str]) -> Resolved:
    """Return a question with what it takes from the one before it.

    Args:
        question: As it was typed.
        before: Earlier questions as they were understood, newest first; may be empty.
    """
    if not before or not needs_context(question):
        return Resolved(text=question, was_resolved=False)
    tokens = token_set(question)
    words = list(dict.fromkeys(_WORD.findall(before[0])))
    fresh = [word for word in words if (told := token_set(word)) and not told & (tokens | _VAGUE)]
    # The first word begins with a capital in any sentence.
    names = {word for word in words[1:] if word[0].isupper() or word.isdecimal()} - {"I"}
    subject = [word for word in fresh if word in names] or fresh
    if not subject:
        return Resolved(text=question, was_resolved=False)
    added = " ".join(subject[:_MAX_SUBJECT_WORDS])
    return Resolved(text=f"{question} ({added})", was_resolved=True)


def resolve_about(question: str, message: str) -> Resolved:
    """Return a question that was put in reply to somebody's message.

    "Is this true?", "درسته؟" or nothing at all asks about the message itself; two words without a
    pronoun ask it together with the message; more are read like a follow-up to it.

    Args:
        question: As it was typed; may be empty.
        message: What it replies to.
    """
    own = token_set(question)
    if _LEADS.match(question) or len(own) > _MAX_BARE_TOKENS:
        return resolve_by_rule(question, [message])
    is_bare = needs_context(question) or len(own) < _MAX_BARE_TOKENS
    return Resolved(text=message if is_bare else f"{question} ({message})", was_resolved=True)


def needs_context(question: str) -> bool:
    """Tell whether a question needs the one before it to be understood."""
    question = written(question)
    words = _WORD.findall(question)
    if not words or len(words) > _MAX_WORDS:
        return False
    if _LEADS.match(question) or _WHAT_ABOUT.search(question):
        return True
    asks = any(word.lower() in _ASKING for word in words)
    telling = token_set(question) - _VAGUE
    if asks and telling <= _EVENTS and not _has_name(words):
        return True
    if asks and len(telling) <= 1 and not _has_name(words):
        return not _asks_of_a_name(question)
    owned = {_ENDS_OWN.sub("", word) for word in words if _ENDS_OWN.search(word)}
    if asks and not owned.isdisjoint(_OWNED):  # «گلش رو کی زد؟»
        return True
    has_pronoun = any(word.lower() in _PRONOUNS for word in words)
    return has_pronoun and not _has_name(words)


def _asks_of_a_name(question: str) -> bool:
    """Tell whether a question asks who somebody is whom it names, in small letters or Persian."""
    found = _WHO_IS.match(question)
    if found is None:
        return False
    word = (found["en"] or found["fa"]).lower()
    is_role = not ROLES.isdisjoint({word, _ROLE_ENDING.sub("", word)})
    return not is_role and word not in _PRONOUNS and not word.endswith(("ed", "ing"))


def _has_name(words: Sequence[str]) -> bool:
    """Tell whether a word but the first has a capital."""
    return any(word[0].isupper() for word in words[1:])


def resolve(
    question: str,
    before: Sequence[str],
    *,
    rewriting: Rewriting | None,
    shown: Callable[[], Sequence[str]],
) -> Resolved:
    """Return a question as it is meant: completed by a model where there is one, else by rule.

    Args:
        question: As it was typed.
        before: Earlier questions as they were understood, newest first; may be empty.
        rewriting: What completes questions; None without a model.
        shown: Reads headlines and quotes of the last answer, where they are wanted.
    """
    if find_remark(question):  # "who are you" asks about nothing before it
        return Resolved(text=question, was_resolved=False)
    by_rule = resolve_by_rule(question, before)
    if rewriting is None or not before or not needs_context(question):
        return by_rule
    return rewriting.rewrite(question, before=before, shown=shown(), by_rule=by_rule)
