"""Question: a text read once, before anything is searched.

Whoever answers takes a `Question` and never looks at the raw text. What else is understood of a
question (the kind of answer wanted, the names and numbers in it, small talk) belongs here.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from bot.question.courtesy import find_remark, without_courtesy
from bot.question.finglish import is_latin_persian
from bot.question.followup import ROLES
from bot.question.overview import Plan, find_plan
from bot.question.period import Period, find_period, is_today
from bot.question.speaker import speaker_of
from bot.question.wanted import Wanted, is_superlative, wanted_of
from bot.question.wording import questions_in, written
from bot.types import Remark, Shape
from index import EVERYTHING, Scope
from index.text import detect, token_set

MAX_QUESTION_CHARS: Final = 2000
"""Characters of a question that are read; more than fits the encoder's window."""

# A question word and a verb of saying, as news readers put it in the languages we meet most.
_VERBS_AFTER: Final = {
    r"(?:what|how)\b": (
        r"(?:say|said|says|tell|told|claim\w*|state[ds]?|announce\w*|warn\w*|think|comment\w*"
        r"|respon\w*|react\w*)\b"
    ),
    "(?:что|как) ": "(?:сказал|заявил|говорит|говорил|сообщил|ответил|предупредил)",
    "was ": r"(?:sag(?:t|te|ten|en)|gesagt|erklärt\w*|behauptet\w*|warnte)\b",
    "qué ": r"(?:dijo|dice|declaró|afirmó)\b",
    r"qu\W?": r"(?:a dit|dit|déclaré|affirmé)\b",
}
# Subtle: atomic, so that only the first question word of a line is tried: the others are followed
# by no verb that the first is not.
_WANTS_STATEMENT: Final = re.compile(
    "|".join(rf"^(?>.*?\b{word}).*\b{verbs}" for word, verbs in _VERBS_AFTER.items())
    + r"|\baccording to\b"
    r"|چه (گفت|می.?گو|اظهار|اعلام|ادعا|واکنش|نظر|پاسخ)|چی (گفت|می.?گ)|(گفت|گفته|اعلام کرد)\W*\Z"
    r"|\b(ماذا|بماذا|ما الذي) (قال|صرح|أعلن|اعلن|زعم|حذر|رد)"
    r"|\bne (dedi|diyor|söyled\w*|açıklad\w*)",
    re.IGNORECASE | re.MULTILINE,
)


_TO_COME: Final = re.compile(
    r"\b(?:tomorrow|tonight|next (?:week|month|year))\b|(?<!\w)(?:پس ?)?فردا(?:ی)?(?!\w)|امشب",
    re.IGNORECASE,
)
_OVER_ARCHIVE: Final = re.compile(
    r"\bhow many (?:articles|news(?: items| stories)?|stories|reports) "
    r"(?:are|were|mention|do you|about)"
    r"|\bhow often (?:is|was|are|were) .{2,60} mentioned\b"
    r"|چند (?:تا )?(?:خبر|مقاله|گزارش|مطلب) (?:درباره|در مورد|راجع|داری|هست|وجود)",
    re.IGNORECASE,
)
_NAME: Final = r"[^\W\d_]+(?:[ \u200c-][^\W\d_]+){0,2}"
# A name alone, or with "who is" and its like; in scripts with capitals each word has one.
_NAMES_ONLY: Final = re.compile(
    r"\A(?:(?:who(?: i|['’])s |(?i:wer ist |кто такой |من هو ))?"
    r"(?-i:([A-ZА-Я]\w+(?:[ -][A-ZА-Я]\w+){0,2}))\?*"
    r"|what (?:did|does|has|have) (?-i:([A-ZА-Я]\w+(?:[ -][A-ZА-Я]\w+){0,2})) (?:say|said)\?*"
    rf"|({_NAME}) (?:کیست|کی است|که است|چه کسی است|کی هست|چه گفت(?:ه است)?|چه می‌گوید)[؟?]*"
    rf"|who(?: i|['’])s ({_NAME})\?*)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as it is meant.

    Attributes:
        text: The question with what it takes from the conversation, whole; answers repeat it.
        search_text: The part of `text` that is searched, at most `MAX_QUESTION_CHARS`.
        typed_text: The same of what was typed alone; equal to `search_text` unless the
            conversation added something.
        language: BCP 47 tag of what was typed, "und" where it cannot be told.
        scope: The part of the archive that is asked.
        period: The time that the words name, if they name one.
        plan: How several articles are asked for, where they are.
        topic: The question that a plan looks for in each of its sides.
        follows: The earlier question that this one takes words from; empty for none.
        wants_statement: Whether it asks what somebody said, "what did Kirby say about ...?".
        speaker: The name of whose words it asks for; empty for an office or for nobody's.
        wanted: The kind of answer, where its words tell.
        remark: What is said instead of a question, "thanks".
        is_of_today: Whether it asks how things are today or will be.
        bare_name: The name that it is and nothing else: "Kirby?", «کربی کیست؟», "what did Kirby
            say?"; empty for any other.
        is_over_archive: Whether articles are to be counted, "how many articles mention ...?".
        is_latin_persian: Whether it may be Persian in Latin letters.
        parts: The questions of which it may consist; empty where it is one.
    """

    text: str
    search_text: str
    typed_text: str
    language: str
    scope: Scope = EVERYTHING
    period: Period | None = None
    plan: Plan | None = None
    topic: "Question | None" = None
    follows: str = ""
    wants_statement: bool = False
    speaker: str = ""
    wanted: Wanted | None = None
    is_superlative: bool = False
    remark: Remark | None = None
    is_of_today: bool = False
    bare_name: str = ""
    is_over_archive: bool = False
    is_latin_persian: bool = False
    parts: "tuple[Question, ...]" = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is no letter and no number of three digits to look for: "2+2"."""
        return re.search(r"[^\W\d_]|\d{3}", self.search_text) is None


def read_question(
    text: str,
    *,
    scope: Scope = EVERYTHING,
    now: datetime | None = None,
    outlets: Collection[str] = (),
    typed: str = "",
    follows: str = "",
) -> Question:
    """Read a question.

    Args:
        text: The question as it is meant, in any language and spelling.
        scope: The part of the archive that is asked.
        now: Aware time that "last week" is told by; None for that of the clock.
        outlets: Case-folded names of the archive's outlets, which a comparison may name.
        typed: The question without what the conversation added to it; empty for the same.
        follows: The earlier question that `text` takes words from.
    """
    now = now or datetime.now(UTC)
    question = _plain(text, typed or text)
    found = find_remark(text)
    if found is not None:
        remark, tag = found
        return replace(question, language=tag, remark=remark, scope=scope)
    texts = questions_in(question.search_text)
    plan = find_plan(question.search_text, now, outlets)
    period = find_period(question.search_text, now)
    return replace(
        question,
        scope=scope,
        period=period,
        is_of_today=(period is not None and is_today(period, now))
        or _TO_COME.search(question.search_text) is not None,
        plan=plan,
        topic=_topic(plan) if plan else None,
        follows=follows,
        parts=tuple(
            replace(_plain(part, part), scope=scope, period=find_period(part, now))
            for part in (texts if len(texts) > 1 else ())
        ),
    )


def _topic(plan: Plan) -> Question:
    """Read what a plan looks for; of what is new about a name alone, the name counts."""
    topic = _plain(plan.topic, plan.topic)
    text = topic.search_text
    is_name = re.fullmatch(_NAME, text) and not any(word[0].islower() for word in text.split())
    return replace(topic, bare_name=text) if plan.shape is Shape.LATEST and is_name else topic


def _plain(text: str, typed: str) -> Question:
    """Read what every question has, one that is only the topic of another too."""
    searched, alone = (_wording(one) for one in (text, typed))
    named = _NAMES_ONLY.fullmatch(searched)
    name = next(filter(None, named.groups()), "") if named and token_set(searched) else ""
    # An office is no name: «وزیر ورزش کیست؟» asks for one.
    is_office = not ROLES.isdisjoint(name.casefold().split())
    return Question(
        text=text,
        search_text=searched,
        typed_text=alone,
        language=detect(alone).tag,
        wants_statement=_WANTS_STATEMENT.search(searched) is not None,
        speaker=speaker_of(searched),
        wanted=wanted_of(searched),
        is_superlative=is_superlative(searched),
        bare_name="" if is_office else name,
        is_over_archive=_OVER_ARCHIVE.search(searched) is not None,
        is_latin_persian=is_latin_persian(searched),
    )


def _wording(text: str) -> str:
    """Return a text as it is searched: without courtesy, in the usual written form, once."""
    # Bytes that were no UTF-8 are read as question marks.
    line = written(text.strip()[:MAX_QUESTION_CHARS].encode("utf-8", "replace").decode())
    bare = written(without_courtesy(line))
    only, *others = questions_in(bare)
    return bare if others else only
