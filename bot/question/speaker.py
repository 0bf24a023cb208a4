"""Speaker that is asked for: "what did KIRBY say about ...?", «کربی درباره ... چه گفت؟»."""

import re
from typing import Final

_NAME: Final = r"(?P<{}>[^\W\d_][^,،:؛;!?؟]{{0,58}}?)"
_SAY_EN: Final = (
    r"(?:say|said|says|tell|told|claim|claimed|state|stated|announce|announced|warn|warned|think"
    r"|comment|write|tweet|respond|react|add|promise|answer|reply|deny|insist|confirm|admit)"
)
_SAID_DE: Final = r"(?:sagte|sagt|erklärte|behauptete|warnte|meinte|schrieb)"
_SAID_RU: Final = "(?:сказал|сказала|заявил|заявила|говорил|говорила|говорит|сообщил|ответил)"
_SAID_AR: Final = "(?:قال|قالت|صرح|صرحت|أعلن|اعلن|زعم|حذر)"
_SAID_FA: Final = (
    r"(?:گفت(?:ه)?(?:‌?اند|ند)?|می.?گوی(?:د|ند)|اظهار|اعلام|ادعا|افزود|نوشت|هشدار|توضیح|وعده|پاسخ"
    r"|نظری?|واکنش)"
)
_ABOUT_FA: Final = (
    r"(?:درباره|دربارۀ|درباره‌ی|دربارهٔ|در ?باره|راجع|پیرامون|نسبت|علیه|برای|از|به|در|با|بعد|پس"
    r"||پیش|چه|که|چی|هم|دیروز|امروز)"
)
_FORMS: Final = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        (
            rf"\b(?:what|how) (?:did|does|do|has|have|had) {_NAME.format('en')} "
            rf"(?:also |ever )?{_SAY_EN}\b"
        ),
        rf"\A\W*(?:did|has|have|does) {_NAME.format('en')} (?:ever |also )?{_SAY_EN}\b",
        rf"\bwhat {_NAME.format('en')} (?:has |have |had )?{_SAY_EN}\b",
        (
            rf"\bwhat (?:is|was) {_NAME.format('en')}['’]s? "
            r"(?:response|reaction|answer|reply|position)\b"
        ),
        rf"\baccording to {_NAME.format('en')}(?=[,?]|\Z)",
        rf"\bwas (?:hat )?{_SAID_DE} {_NAME.format('de')} (?:über|zu|von|nach|auf|in|am)\b",
        rf"\b(?:что|как) {_SAID_RU} {_NAME.format('ru')} (?:о|об|про|на|в)\b",
        rf"\b(?:ماذا|بماذا|ما الذي) {_SAID_AR} {_NAME.format('ar')} (?:عن|حول|بشأن|في|ل)\b",
        rf"\bqué (?:dijo|dice|declaró|afirmó) {_NAME.format('es')} (?:sobre|de|acerca)\b",
        rf"\A\W*به (?:گفته|باور|نظر|اعتقاد) {_NAME.format('fa')}\s*[،,]",
        (
            rf"\A\W*(?:نظر|واکنش|موضع|پاسخ) {_NAME.format('fa')} (?={_ABOUT_FA}\s).*"
            r"(?:چیست|چه بود|چه است)"
        ),
        rf"\A\W*{_NAME.format('fa')} (?={_ABOUT_FA}\s).*\b(?:چه|چی) (?:\S+ )?{_SAID_FA}",
    )
)
_JOINING: Final = re.compile(r"\A(?:و|اما|ولی|پس|خب|حالا) +")
# «رئیس جمهور», "the minister": whoever holds the office, under any name.
_ROLE_FA: Final = re.compile(
    r"(?:رئیس|رییس|وزیر|سخنگوی?|سرمربی|مربی|مدیر|معاون|دبیر|نماینده|فرماندار|استاندار|شهردار|دولت|مجلس|سفیر"
    r"|رهبر|فرمانده|امام|کارشناس|مردم|کسی|چه|این|آن|او|وی|ایشان|خبر|گزارش|مقام|بازیکن|کاپیتان)"
    r"(?:ها|های|ان|یان|ات)?(?!\w)"
)
_ROLE_EN: Final = re.compile(
    r"(?:the|a|an|he|she|they|it|you|i|we|people|officials|someone|anybody|who)\b", re.IGNORECASE
)


_ABOUT: Final = re.compile(
    r"(?<!\s)\s++(?:about|on|regarding|über|درباره(?:‌ی|ٔ|ۀ)?|در ?باره|در مورد|در خصوص|راجع به"
    r"|پیرامون|عن|حول|بشأن)\s+",
    re.IGNORECASE,
)


def split_topic(asked: str) -> tuple[str, str]:
    """Return the name and the topic of "Kirby about jets", the topic empty for none."""
    speaker, *topic = _ABOUT.split(asked, maxsplit=1)
    return " ".join(speaker.split()), "".join(topic).strip()


def speaker_of(text: str) -> str:
    """Return the name of whose words a question asks for; empty for an office or for none."""
    for form in _FORMS:
        if found := form.search(text):
            name = next(filter(None, found.groups()), "").strip(" «»\"'")
            name = _JOINING.sub("", name)
            is_name = bool(name) and not _ROLE_FA.match(name) and not _ROLE_EN.match(name)
            return name if is_name else ""
    return ""
