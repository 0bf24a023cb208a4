"""What `pasokh verify` says, in English and in Persian, in one table.

Names of values and numbers are filled as in `bot.texts.messages`.
Does not: decide what stands; `recheck` does.
"""

from collections.abc import Mapping
from enum import StrEnum

from bot.texts.messages import Language, fill


class VerifyText(StrEnum):
    """Names of the texts.

    Those of quotes are `quote_` and the value of a `Standing`, those of faults `fault_` and the
    value of a `Fault`, those of what an answer was made with `made_` and its key.
    """

    QUESTION = "question"
    REFUSAL = "refusal"
    MADE_SNAPSHOT = "made_snapshot"
    MADE_ENCODER = "made_encoder"
    MADE_MODEL = "made_model"
    MADE_PROMPT = "made_prompt"
    SAME = "same"
    OTHER = "other"
    NONE_NOW = "none_now"
    NOT_THE_QUOTES = "not_the_quotes"
    QUOTE_STANDS = "quote_stands"
    QUOTE_MOVED = "quote_moved"
    QUOTE_CHANGED = "quote_changed"
    QUOTE_OUTSIDE = "quote_outside"
    QUOTE_HEAD = "quote_head"
    QUOTE_EMPTY = "quote_empty"
    QUOTE_GONE = "quote_gone"
    QUOTE_WITHDRAWN = "quote_withdrawn"
    CLAIM_STANDS = "claim_stands"
    CLAIM_FAULTY = "claim_faulty"
    FAULT_DEAD_CITATION = "fault_dead_citation"
    FAULT_NUMBER = "fault_number"
    FAULT_DATE = "fault_date"
    FAULT_QUOTE = "fault_quote"
    FAULT_NAME = "fault_name"
    FAULT_NEGATION = "fault_negation"
    FAULT_MEANING = "fault_meaning"
    FAULT_LANGUAGE = "fault_language"
    FAULT_UNSAFE = "fault_unsafe"
    ALL_STANDS = "all_stands"
    NOT_ALL_STANDS = "not_all_stands"


_ENGLISH: Mapping[VerifyText, str] = {
    VerifyText.QUESTION: "{position}. {question} (line {line})",
    VerifyText.REFUSAL: "no answer was given, so there is nothing to hold against the archive",
    VerifyText.MADE_SNAPSHOT: "index",
    VerifyText.MADE_ENCODER: "encoder",
    VerifyText.MADE_MODEL: "language model",
    VerifyText.MADE_PROMPT: "prompt",
    VerifyText.SAME: "{what}: {was}, the same now",
    VerifyText.OTHER: "{what}: {was}, now {now}",
    VerifyText.NONE_NOW: "{what}: {was}, none is set now",
    VerifyText.NOT_THE_QUOTES: "NOT SO: `answer` is not made of the quotes in `citations`",
    VerifyText.QUOTE_STANDS: "[{number}] stands: {article}, characters {start}-{end}",
    VerifyText.QUOTE_MOVED: (
        "[{number}] NOT THERE: {article} says it elsewhere, at characters {start}-{end}"
    ),
    VerifyText.QUOTE_CHANGED: "[{number}] NOT SO: {article} does not say this",
    VerifyText.QUOTE_OUTSIDE: (
        "[{number}] NOT SO: {article} has it outside its body, at characters {start}-{end}"
    ),
    VerifyText.QUOTE_HEAD: "[{number}] stands, BUT NOT its head: {article} differs in {differs}",
    VerifyText.QUOTE_EMPTY: "[{number}] NOT SO: a quote of {article} without a letter or digit",
    VerifyText.QUOTE_GONE: "[{number}] GONE: {article} is not in the index",
    VerifyText.QUOTE_WITHDRAWN: "[{number}] GONE: {article} was removed by request",
    VerifyText.CLAIM_STANDS: "borne out: {text} {numbers}",
    VerifyText.CLAIM_FAULTY: "NOT BORNE OUT ({faults}): {text} {numbers}",
    VerifyText.FAULT_DEAD_CITATION: "a quote it names does not stand",
    VerifyText.FAULT_NUMBER: "a number",
    VerifyText.FAULT_DATE: "a date",
    VerifyText.FAULT_QUOTE: "a quotation",
    VerifyText.FAULT_NAME: "a name",
    VerifyText.FAULT_NEGATION: "a negation",
    VerifyText.FAULT_MEANING: "its meaning",
    VerifyText.FAULT_LANGUAGE: "its language",
    VerifyText.FAULT_UNSAFE: "an address or order that is in no quote",
    VerifyText.ALL_STANDS: "Everything stands: quotes {quotes}, sentences {claims}.",
    VerifyText.NOT_ALL_STANDS: (
        "NOT everything stands: {quotes} of {all_quotes} quotes and {claims} of {all_claims} "
        "sentences do."
    ),
}

_PERSIAN: Mapping[VerifyText, str] = {
    VerifyText.QUESTION: "{position}. {question} (سطر {line})",
    VerifyText.REFUSAL: "پاسخی داده نشده بود و چیزی برای سنجیدن با بایگانی نیست",
    VerifyText.MADE_SNAPSHOT: "نمایه",
    VerifyText.MADE_ENCODER: "رمزگذار",
    VerifyText.MADE_MODEL: "مدل زبانی",
    VerifyText.MADE_PROMPT: "دستور مدل",
    VerifyText.SAME: "{what}: {was}، اکنون هم همان",
    VerifyText.OTHER: "{what}: {was}، اکنون {now}",
    VerifyText.NONE_NOW: "{what}: {was}، اکنون هیچ",
    VerifyText.NOT_THE_QUOTES: "نادرست: `answer` از نقل‌قول‌های `citations` ساخته نشده است",
    VerifyText.QUOTE_STANDS: "[{number}] درست: {article}، نویسه‌های {start} تا {end}",
    VerifyText.QUOTE_MOVED: (
        "[{number}] جابه‌جا: {article} آن را جای دیگری گفته است، نویسه‌های {start} تا {end}"
    ),
    VerifyText.QUOTE_CHANGED: "[{number}] نادرست: {article} چنین نمی‌گوید",
    VerifyText.QUOTE_OUTSIDE: (
        "[{number}] نادرست: در {article} بیرون از متن خبر است، نویسه‌های {start} تا {end}"
    ),
    VerifyText.QUOTE_HEAD: "[{number}] نقل درست، شناسنامه نادرست: تفاوت {article} در {differs}",
    VerifyText.QUOTE_EMPTY: "[{number}] نادرست: نقلی از {article} بی هیچ حرف و رقمی",
    VerifyText.QUOTE_GONE: "[{number}] ناپدید: {article} در نمایه نیست",
    VerifyText.QUOTE_WITHDRAWN: "[{number}] ناپدید: {article} به درخواست حذف شده است",
    VerifyText.CLAIM_STANDS: "مستند: {text} {numbers}",
    VerifyText.CLAIM_FAULTY: "نامستند ({faults}): {text} {numbers}",
    VerifyText.FAULT_DEAD_CITATION: "نقلی که به آن تکیه دارد درست نیست",
    VerifyText.FAULT_NUMBER: "عدد",
    VerifyText.FAULT_DATE: "تاریخ",
    VerifyText.FAULT_QUOTE: "نقل‌قول",
    VerifyText.FAULT_NAME: "نام",
    VerifyText.FAULT_NEGATION: "نفی",
    VerifyText.FAULT_MEANING: "معنا",
    VerifyText.FAULT_LANGUAGE: "زبان",
    VerifyText.FAULT_UNSAFE: "نشانی یا دستوری که در هیچ نقلی نیست",
    VerifyText.ALL_STANDS: "همه درست است: {quotes} نقل‌قول، {claims} جمله.",
    VerifyText.NOT_ALL_STANDS: (
        "همه درست نیست: {quotes} از {all_quotes} نقل‌قول و {claims} از {all_claims} جمله درست است."
    ),
}

VERIFY_TEXTS: Mapping[Language, Mapping[VerifyText, str]] = {
    Language.EN: _ENGLISH,
    Language.FA: _PERSIAN,
}


def say_verified(text: VerifyText, language: Language, /, **values: object) -> str:
    """Return a text with its names filled; whole numbers in the language's digits."""
    return fill(VERIFY_TEXTS[language][text], language, values)
