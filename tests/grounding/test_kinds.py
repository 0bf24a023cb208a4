"""Kinds of false claims that stay close to their quote, and true ones in other words.

Each kind is tried in English, in Persian, or across the two; the quotes were written for it.
"""

import pytest

from bot.grounding.check import Grounder
from bot.grounding.types import Fault, Verdict
from bot.types import Citation, Claim
from index import Encoder, Span
from index.types import ArticleId

TOLL = "The operator raised the bridge toll to 3 euros in May, deputy director Hanna Vogt said."
FACTORY = (
    "Vogt told reporters that 40 percent of the workers live in the town and 15 percent in"
    " villages."
)
RIVER = "According to the Kolb Institute, up to 200 houses may be flooded if the dam breaks."
TALKS = "The union plans to hold talks with the owners next week after two meetings were cancelled."
BIRDS = "About 1,980 storks returned, 12 percent more than last year, because of a wet spring."
DAM = (
    "معاون شرکت آب گفت حجم سد نسبت به پارسال ۲۵ درصد افزایش یافته و به ۸ میلیون مترمکعب رسیده است."
)
WAGE = "بر اساس گزارش روزنامهٔ سپیده، دستمزد ماهانهٔ کارگران کارخانه ۱۲ میلیون ریال بیشتر می‌شود."
FLIGHT = "شرکت هواپیمایی پیش‌بینی می‌کند که شمار پروازها در تابستان ۳۰ درصد کاهش یابد."
CLERKS = (
    "Vogt denied reports that the toll money had been lost, but confirmed that two clerks were"
    " dismissed."
)
STORE = "سخنگوی شرکت خبر تعطیلی انبار را تکذیب کرد و گفت کارگران سر کار هستند."
QUOTES = (TOLL, FACTORY, RIVER, TALKS, BIRDS, DAM, WAGE, FLIGHT, CLERKS, STORE)


@pytest.fixture(scope="module")
def grounder(encoder: Encoder) -> Grounder:
    """Return the checks over the bundled encoder."""
    return Grounder(encoder)


def _verdict(grounder: Grounder, text: str, quote: str) -> Verdict:
    cited = Citation(
        number=1,
        article_id=ArticleId("article"),
        headline="",
        source="",
        via="",
        published=None,
        url="",
        span=Span(0, len(quote)),
        quote=quote,
        score=1.0,
    )
    (verdict,) = grounder.check([Claim(text=text, numbers=(1,))], [cited], language=None)
    return verdict


@pytest.mark.parametrize(
    ("claim", "quote", "fault"),
    [
        ("The operator raised the bridge toll to 3 dollars in May.", TOLL, Fault.COUNT),
        ("عوارض پل در ماه مه به ۳ دلار رسید.", TOLL, Fault.COUNT),
        ("The operator lowered the bridge toll to 3 euros in May.", TOLL, Fault.OPPOSITE),
        (
            "15 percent of the workers live in the town and 40 percent in villages.",
            FACTORY,
            Fault.COUNT,
        ),
        ("A third of the workers live in the town.", FACTORY, Fault.NUMBER),
        ("At least 200 houses may be flooded if the dam breaks.", RIVER, Fault.COUNT),
        ("The dam breaks and up to 200 houses will be flooded.", RIVER, Fault.HEDGE),
        ("The Kolb Institute may be flooded if the dam breaks.", RIVER, Fault.ROLE),
        ("The union held talks with the owners.", TALKS, Fault.HEDGE),
        ("The union held talks with the owners last week.", TALKS, Fault.OPPOSITE),
        ("The storks returned because of a ban on hunting.", BIRDS, Fault.ADDED),
        ("12 percent fewer storks returned than last year.", BIRDS, Fault.OPPOSITE),
        ("The workers told reporters that 40 percent live in the town.", FACTORY, Fault.ROLE),
        ("حجم سد نسبت به پارسال ۲۵ درصد کاهش یافته است.", DAM, Fault.OPPOSITE),
        ("حجم سد به بیش از ۸ میلیون مترمکعب رسیده است.", DAM, Fault.COUNT),
        ("حجم سد به دلیل بارش برف ۲۵ درصد افزایش یافته است.", DAM, Fault.ADDED),
        ("The volume of the dam fell by 25 percent.", DAM, Fault.OPPOSITE),
        ("دستمزد سالانهٔ کارگران کارخانه ۱۲ میلیون ریال بیشتر می‌شود.", WAGE, Fault.OPPOSITE),
        ("دستمزد ماهانهٔ کارگران کارخانه ۱۲ میلیون تومان بیشتر می‌شود.", WAGE, Fault.COUNT),
        ("شمار پروازها در تابستان ۳۰ درصد کاهش یافت.", FLIGHT, Fault.HEDGE),
        ("The number of flights fell by 30 percent in summer.", FLIGHT, Fault.HEDGE),
        ("شمار پروازها در زمستان ۳۰ درصد کاهش می‌یابد.", FLIGHT, Fault.OPPOSITE),
        ("The toll money had been lost.", CLERKS, Fault.NEGATION),
        ("انبار تعطیل شده است.", STORE, Fault.NEGATION),
    ],
)
def test_what_is_close_and_wrong_fails(
    grounder: Grounder, claim: str, quote: str, fault: Fault
) -> None:
    """The words are those of the quote, and one thing about them is not."""
    assert fault in _verdict(grounder, claim, quote).faults


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("Crossing the bridge has cost 3 euros since May.", TOLL),
        ("Two fifths of the workers live in town, Vogt said.", FACTORY),
        ("Vogt said that 15% of the workforce are villagers.", FACTORY),
        ("No more than 200 houses could be flooded, the Kolb Institute says.", RIVER),
        ("Talks between the union and the owners are planned for next week.", TALKS),
        ("Nearly 2,000 storks came back, more than a year ago.", BIRDS),
        ("More than 1,900 storks returned thanks to a wet spring.", BIRDS),
        ("یک‌چهارم به حجم سد افزوده شده است.", DAM),
        ("The water volume is up 25 percent on last year.", DAM),
        ("کارخانه هر ماه ۱۲ میلیون ریال بیشتر به کارگران می‌دهد.", WAGE),
        ("انتظار می‌رود پروازهای تابستان ۳۰ درصد کم شود.", FLIGHT),
        ("Flights are expected to be cut by 30 percent in summer.", FLIGHT),
        ("Two clerks were dismissed.", CLERKS),
        ("There were reports that the toll money had been lost.", CLERKS),
        ("Vogt denied that the toll money had been lost.", CLERKS),
        ("کارگران سر کار هستند.", STORE),
        *((quote, quote) for quote in QUOTES),
    ],
)
def test_other_words_for_the_same_stand(grounder: Grounder, claim: str, quote: str) -> None:
    """A paraphrase, a part, a rounding or a translation is not at fault."""
    assert _verdict(grounder, claim, quote).faults == ()


@pytest.mark.parametrize(
    ("claim", "quote", "faults"),
    [
        ("One in four boats sank.", "25 percent of the boats sank.", set()),
        ("One in three boats sank.", "25 percent of the boats sank.", {Fault.NUMBER}),
        ("از هر پنج نفر یک نفر آمد.", "۲۰ درصد آمدند.", set()),
        ("The price has halved.", "The price fell by 50 percent.", set()),
        ("The price has halved.", "The price fell by 80 percent.", {Fault.NUMBER}),
        ("سه دهم خانه‌ها خالی است.", "۳۰ درصد خانه‌ها خالی است.", set()),
    ],
)
def test_parts_of_a_whole_are_percentages(
    grounder: Grounder, claim: str, quote: str, faults: set[Fault]
) -> None:
    """A fraction in words is compared with a percentage by its value."""
    assert {Fault.NUMBER} & set(_verdict(grounder, claim, quote).faults) == faults
