"""What was asked for must stand in what is quoted; readings of one question; levels of sureness."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from bot.answer.answerer import Answerer
from bot.answer.confidence import DEFAULT_THRESHOLD, SURE
from bot.answer.kinds import holds
from bot.answer.respell import is_slip, written_apart
from bot.question.question import read_question
from bot.question.wanted import Wanted
from bot.session.outline import Heading, rows_of
from bot.texts.labels import reason_text
from bot.texts.language import Language
from bot.types import Answer, NoAnswer, Reason, Shape
from index import IndexConfig, VectorSpace, build_index, open_snapshot
from index.encoders import Encoder
from index.text import TEHRAN

NOW = datetime(2024, 1, 10, 12, tzinfo=TEHRAN)


def _ask(answerer: Answerer, text: str) -> Answer | NoAnswer:
    return answerer.answer(read_question(text, now=NOW))


@pytest.mark.parametrize(
    ("right", "wrong", "missing"),
    [
        (
            "What will the Northern Bridge cost, as the governor said?",
            "What will the Golden Bridge cost, as the governor said?",
            "Golden",
        ),
        (
            "در حادثه قطار سمنان چند نفر مجروح شدند؟",
            "در حادثه قطار بوشهر چند نفر مجروح شدند؟",
            "بوشهر",
        ),
        ("ذخیره آب سد کرج چقدر است؟", "ذخیره آب سد دز ۱۳۵۰ چقدر است؟", "۱۳۵۰"),
        (
            "How many people were hurt by the train near Semnan?",
            "How many people were hurt by the train near Kabul?",
            "Kabul",
        ),
    ],
)
def test_an_exchanged_word_is_missed(
    answerer: Answerer, right: str, wrong: str, missing: str
) -> None:
    """An answer to the same about something else is refused, and it is said what is missing."""
    assert isinstance(_ask(answerer, right), Answer)
    refused = _ask(answerer, wrong)
    assert isinstance(refused, NoAnswer)
    assert refused.reason is Reason.NOT_IN_ARCHIVE
    assert missing in " ".join(refused.missing)
    assert refused.nearest


@pytest.mark.parametrize(
    "text",
    [
        "How many labourers were hired for the northern bridge?",  # the article says workers
        "در برخورد قطار سمنان چند نفر زخمی شدند؟",  # the article says مجروح
        "What did the goverment say about the northern bridge?",
        "When did the northen bridge begin?",
    ],
)
def test_other_words_for_the_same_are_no_other_thing(answerer: Answerer, text: str) -> None:
    """A word that means the same, and a slip of spelling, miss nothing."""
    reply = _ask(answerer, text)
    assert isinstance(reply, Answer), getattr(reply, "missing", ())


def test_a_time_that_is_asked_is_no_missing_word(answerer: Answerer) -> None:
    """Whether an article is of that time its date tells, not its words."""
    reply = _ask(answerer, "What did the northern bridge cost in July 2023?")
    assert isinstance(reply, Answer)
    assert reply.citations[0].article_id == "bridge-july"


def test_further_quotes_have_what_was_asked_for(answerer: Answerer) -> None:
    """Nothing more is shown from articles that lack an asked name."""
    asked = read_question("What will the Golden Bridge cost, as the governor said?", now=NOW)
    assert answerer.further(asked, beyond=()) == ()
    there = read_question("What will the Northern Bridge cost, as the governor said?", now=NOW)
    assert answerer.further(there, beyond=())


def test_two_questions_are_answered_one_after_the_other(answerer: Answerer) -> None:
    """Each has its quotes, numbered on; one without an answer is said to have none."""
    text = "Where did the chess players meet? How many millions will the northern bridge cost?"
    reply = _ask(answerer, text)
    assert isinstance(reply, Answer)
    assert reply.shape is Shape.QUESTIONS
    chess, bridge = reply.sides
    assert chess.question.startswith("Where did")
    articles = {cited.number: cited.article_id for cited in reply.citations}
    assert {articles[number] for number in chess.numbers} == {"chess"}
    assert {articles[number].partition("-")[0] for number in bridge.numbers} == {"bridge"}
    assert [cited.number for cited in reply.citations] == [*chess.numbers, *bridge.numbers]

    half = _ask(answerer, "Where did the chess players meet? Who discovered the planet Neptune?")
    assert isinstance(half, Answer)
    assert [bool(side.numbers) for side in half.sides] == [True, False]


def test_a_name_alone_is_told_of(answerer: Answerer) -> None:
    """A name is answered with sentences that have it, and one that the archive lacks is not."""
    reply = _ask(answerer, "Shiraz?")
    assert isinstance(reply, Answer)
    assert "Shiraz" in reply.citations[0].quote
    assert isinstance(_ask(answerer, "Valparaiso?"), NoAnswer)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("صابری کیست؟", "صابری"),
        ("وزیر ورزش کیه؟", ""),
        ("who is halvorsen", "halvorsen"),
        ("who is the mayor", ""),
    ],
)
def test_an_office_is_no_name(text: str, name: str) -> None:
    """Who holds an office is not told by a sentence that merely has the office in it."""
    assert read_question(text, now=NOW).bare_name == name


def test_persian_in_latin_letters_is_read(answerer: Answerer) -> None:
    """The archive's own words tell what is meant, and the reply says how it was understood."""
    reply = _ask(answerer, "dar barkhord ghatar semnan chand nafar majrooh shodan?")
    assert isinstance(reply, Answer)
    assert reply.citations[0].article_id.startswith("train")
    assert "قطار" in reply.question


def test_slips_are_mended(answerer: Answerer) -> None:
    """A question with slips finds what it finds without them."""
    reply = _ask(answerer, "ذخیره آب سد رکج به چند میلیون تمر مکعب رسید؟")
    assert isinstance(reply, Answer)
    assert reply.citations[0].article_id.startswith("dam")


@pytest.mark.parametrize(
    ("word", "other", "slip"),
    [
        ("قرراداد", "قرارداد", True),
        ("goverment", "government", True),
        ("Iran", "Iraq", False),
        ("bridge", "bridges", True),
        ("bridge", "fridges", False),
        ("", "a", False),
    ],
)
def test_what_is_a_slip(word: str, other: str, slip: bool) -> None:  # noqa: FBT001
    """Two letters exchanged, or one letter of a long word."""
    assert is_slip(word, other) is slip


@pytest.mark.parametrize(
    ("word", "text", "apart"),
    [
        ("کینوش", "مربی کی‌نوش است", "کی‌نوش"),
        ("کینوش", "مربی کی نوش است", "کی نوش"),
        ("کینوش", "خاکی نوشتند", ""),
        ("کینوش", "کینوش", ""),
        ("newtown", "In New Town's hall", "New Town"),
        ("", "a b", ""),
    ],
)
def test_what_is_written_apart(word: str, text: str, apart: str) -> None:
    """One word may be two neighbours, or two parts with a joiner, and no part of other words."""
    assert written_apart(word, text) == apart


@pytest.mark.parametrize(
    ("sentence", "is_age"),
    [
        ("The goalkeeper is 31 years old.", True),
        ("The painter, born in 1951, lives by the sea.", True),
        ("او در ۲۴ سالگی به تیم پیوست.", True),
        ("مادرش هفت سال داشت.", True),
        ("The goalkeeper was hurt in the 13th week, when his team won 4 to 1.", False),
        ("این تیم در سال ۱۳۹۰ قهرمان شد.", False),
    ],
)
def test_what_is_an_age(sentence: str, is_age: bool) -> None:  # noqa: FBT001
    """Years of life or of birth are an age, other numbers are none."""
    assert holds(Wanted.AGE, sentence) is is_age


@pytest.mark.parametrize("text", ["How old is the governor?", "استاندار چند سالشه؟"])
def test_an_age_is_asked_for(answerer: Answerer, text: str) -> None:
    """Where nothing tells an age, nothing answers surely how old somebody is."""
    asked = read_question(text, now=NOW)
    assert asked.wanted is Wanted.AGE
    assert answerer.consider(asked, k=1).confidence < SURE


@pytest.mark.parametrize("text", ["قیمت آب سد کرج امروز چند است؟", "What is the weather tomorrow?"])
def test_what_is_of_today_old_news_cannot_tell(answerer: Answerer, text: str) -> None:
    """Today and tomorrow are refused where nothing was published today."""
    assert isinstance(_ask(answerer, text), NoAnswer)


@pytest.mark.parametrize(
    "text", ["How many articles are about the bridge?", "چند خبر درباره قطار سمنان داری؟"]
)
def test_articles_are_not_counted(answerer: Answerer, text: str) -> None:
    """What only a count over the archive would answer is said to be beyond it."""
    reply = _ask(answerer, text)
    assert isinstance(reply, NoAnswer)
    assert reply.reason is Reason.OVER_ARCHIVE


def test_an_unsure_answer_says_so(answerer: Answerer) -> None:
    """Between the two bars an answer is "perhaps", above them it is plain."""
    sure = _ask(answerer, "How many workers were hired for the northern bridge?")
    assert isinstance(sure, Answer)
    assert (sure.confidence >= SURE) is not sure.is_unsure
    texts = ["What do fishermen cook?", "Why is steel dear?", "Who spoke of rain?", "بارش چه شد؟"]
    for text in texts:
        reply = _ask(answerer, text)
        if isinstance(reply, Answer):
            assert reply.is_unsure is (reply.confidence < SURE)
        else:
            assert reply.confidence < DEFAULT_THRESHOLD


@pytest.mark.parametrize(
    ("wanted", "sentence", "has"),
    [
        (Wanted.NUMBER, "Two hundred workers were hired.", True),
        (Wanted.NUMBER, "در سال ۱۴۰۲ هافبک ۲۱ ساله آمد.", False),
        (Wanted.NUMBER, "او ۱۲ دیدار داشت.", True),
        (Wanted.NUMBER, "او ۱۲ دی آمد.", False),
        (Wanted.NUMBER, "بند فسخ ۱۰۰ میلیون یورو است.", True),
        (Wanted.TIME, "It began on Monday.", True),
        (Wanted.TIME, "The governor spoke.", False),
        (Wanted.REASON, "It was late because of rain.", True),
        (Wanted.REASON, "علت مرگ او ایست قلبی بود.", True),
        (Wanted.REASON, "It was late.", False),
    ],
)
def test_the_kind_of_a_sentence(wanted: Wanted, sentence: str, has: bool) -> None:  # noqa: FBT001
    """A year and an age are no count; a day of the week is a time."""
    assert holds(wanted, sentence) is has


def test_the_sentence_with_the_figure_comes_first(answerer: Answerer) -> None:
    """Of sentences about as near, the one that holds what was asked for."""
    reply = _ask(answerer, "How many workers were hired for the northern bridge?")
    assert isinstance(reply, Answer)
    assert "Two hundred" in reply.citations[0].quote


def test_of_figures_that_change_the_latest_comes_first(
    encoder: Encoder, cache_dir: Path, tmp_path: Path
) -> None:
    """The count of three days running: newest first, each under its day, and told to differ."""
    told = [
        ("2023-05-01", "Mehr", "three"),
        ("2023-05-03", "Fars", "nine"),
        ("2023-05-02", "ISNA", "seven"),
    ]
    lines = (
        {
            "id": source,
            "title": f"Flood in Rudbar, {source}",
            "text": (
                f"The flood in the town of Rudbar killed {count} people, officials said. "
                f"{source} asked them."
            ),
            "date": date,
            "source": source,
        }
        for date, source, count in told
    )
    corpus = tmp_path / "news.jsonl"
    corpus.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    home = tmp_path / "home"
    build_index(
        [corpus], home, encoder=encoder, config=IndexConfig(), cache_dir=cache_dir / "vectors"
    )
    snapshot = open_snapshot(home, space=VectorSpace(encoder.identity))
    reply = Answerer(snapshot, encoder).answer(
        read_question("How many people did the flood in Rudbar kill?")
    )
    assert isinstance(reply, Answer)
    dates = [cited.published.isoformat() for cited in reply.citations if cited.published]
    assert len(dates) > 1
    assert dates == sorted(dates, reverse=True)
    assert [cited.number for cited in reply.citations] == [*range(1, len(dates) + 1)]
    assert reply.differences
    days = [row.text for row in rows_of(reply, Language.EN) if isinstance(row, Heading)]
    assert days[0].startswith("3 May 2023")
    snapshot.close()


SAID = (
    "مربی در گفت‌وگو با خبرنگاران گفت که بازیکنان تیم {} خوب بازی کردند.",
    "او در نشست خبری پس از بازی با {} گفت: از بازیکنانم راضی هستم.",
    "کاپیتان تیم {} در مصاحبه گفت که برای برد آمده بودند.",
)


@pytest.mark.parametrize("text", ["what did Ines Halvorsen say?", "Halvorsen?"])
def test_a_name_is_looked_for_in_the_articles_that_have_it(
    text: str, tmp_path: Path, encoder: Encoder
) -> None:
    """Many passages nearer to the question, none with the name, do not hide the one that has it."""
    towns = ["تهران", "اصفهان", "شیراز", "تبریز", "اهواز", "رشت", "یزد", "قم", "کرمان", "ساری"]
    records = [
        {"title": f"بازی {town}", "text": one.format(town)} for town in towns for one in SAID
    ]
    pier = (
        "The pier at Brackwater opens in May. Its director, Ines Halvorsen, told reporters that "
        "the piles had cost 31 million euros."
    )
    lines = (json.dumps(record) for record in [*records, {"title": "Pier to open", "text": pier}])
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    config, space = IndexConfig(), VectorSpace(encoder.identity)
    build_index(
        [tmp_path / "corpus"], tmp_path / "home", encoder=encoder, config=config,
        cache_dir=tmp_path / "cache",
    )  # fmt: skip
    snapshot = open_snapshot(tmp_path / "home", space=space)
    reply = _ask(Answerer(snapshot, encoder), text)

    assert isinstance(reply, Answer)
    assert "Halvorsen" in reply.citations[0].quote


DISPUTE = (
    {
        "title": "Factory row in Velden",
        "text": "Mayor Oskar Brandl said the factory in Velden must close because its smoke harms "
        "the town. He added that the council would vote in June. The owner of the factory is Ida "
        "Rehm, and Brandl will meet her on Friday.",
    },
    {
        "title": "اختلاف بر سر کارخانه",
        "text": "ناهید صابری، شهردار، گفت: دود کارخانه به شهر آسیب می‌زند و باید بسته شود. وی "
        "افزود: شورا در خرداد رأی می‌دهد. صابری روز جمعه با صاحب کارخانه، کاوه رهنما، دیدار می‌کند.",
    },
)


@pytest.fixture(scope="module")
def dispute(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Answerer:
    """An archive in which one of two people who are named says something."""
    folder = tmp_path_factory.mktemp("dispute")
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, DISPUTE)), encoding="utf-8")
    space = VectorSpace(encoder.identity)
    build_index(
        [folder / "a.jsonl"], folder / "home", encoder=encoder, config=IndexConfig(),
        cache_dir=folder / "cache",
    )  # fmt: skip
    return Answerer(open_snapshot(folder / "home", space=space), encoder)


@pytest.mark.parametrize(
    ("said", "by_another"),
    [
        ("What did Brandl say about the factory?", "What did Rehm say about the factory?"),
        ("صابری درباره کارخانه چه گفت؟", "رهنما درباره کارخانه چه گفت؟"),
        ("What did Saberi say about the factory?", "What did Rahnama say about the factory?"),
    ],
)
def test_the_words_of_another_are_no_answer(dispute: Answerer, said: str, by_another: str) -> None:
    """What one person said is not given as the words of another whom the article names."""
    reply = _ask(dispute, said)
    assert isinstance(reply, Answer)
    refused = _ask(dispute, by_another)
    assert isinstance(refused, NoAnswer)
    assert refused.reason is Reason.NOT_SAID
    for language in Language:
        assert refused.missing[0] in reason_text(refused, language)


FERRY = {
    "title": "گفت‌وگو بر سر کشتی",
    "text": "ناهید صابری، سخنگوی دولت پرتغال، درباره کشتی گفت: کشتی نروژ باید بندر را ترک کند. "
    "صابری افزود: نروژ باید هزینه کشتی را بپردازد. نروژ این خواسته درباره کشتی را رد کرد.",
}


def test_the_words_of_another_country_come_last(tmp_path: Path, encoder: Encoder) -> None:
    """Asked what a country answered, what another's spokesman says is not the first quote."""
    (tmp_path / "a.jsonl").write_text(json.dumps(FERRY), encoding="utf-8")
    space = VectorSpace(encoder.identity)
    build_index(
        [tmp_path / "a.jsonl"], tmp_path / "home", encoder=encoder, config=IndexConfig(),
        cache_dir=tmp_path / "cache",
    )  # fmt: skip
    answerer = Answerer(open_snapshot(tmp_path / "home", space=space), encoder)
    for text in ("نروژ درباره کشتی چه گفت؟", "What did Norway answer about the ship?"):
        reply = _ask(answerer, text)
        assert isinstance(reply, Answer)
        assert reply.citations[0].quote.startswith("نروژ")
        assert reply.is_unsure or len(reply.citations) == 1
    spoken = _ask(answerer, "پرتغال درباره کشتی چه گفت؟")
    assert isinstance(spoken, Answer)
    assert all("صابری" in cited.quote for cited in spoken.citations)


MAKERS = (
    {
        "title": "فراخوان خودروهای هوندا",
        "text": "شرکت هوندا سی و دو هزار خودرو را به دلیل نقص ترمز فراخواند. هوندا گفت تعمیر آنها "
        "رایگان است.",
    },
    {
        "title": "کارخانه تازه تویوتا",
        "text": "شرکت تویوتا کارخانه تازه‌ای در لهستان می‌سازد. ساخت آن دو سال طول می‌کشد.",
    },
)


@pytest.fixture(scope="module")
def makers(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Answerer:
    """An archive with two names that are alike in meaning, each in its own article."""
    folder = tmp_path_factory.mktemp("makers")
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, MAKERS)), encoding="utf-8")
    space = VectorSpace(encoder.identity)
    build_index(
        [folder / "a.jsonl"], folder / "home", encoder=encoder, config=IndexConfig(),
        cache_dir=folder / "cache",
    )  # fmt: skip
    return Answerer(open_snapshot(folder / "home", space=space), encoder)


@pytest.mark.parametrize(
    "text",
    [
        "How many cars did {} recall because of brakes?",
        "how many cars did {} recall because of brakes?",
        "HOW MANY CARS DID {} RECALL?",
        "Why were {}'s cars recalled?",
        "Wie viele Autos hat {} wegen der Bremsen zurückgerufen?",
    ],
)
def test_a_name_of_the_archive_is_not_taken_for_another(makers: Answerer, text: str) -> None:
    """Across scripts a name that the archive has elsewhere stands in what is quoted.

    Two makers of cars are alike in meaning; capitals, small letters and German, whose nouns all
    have capitals, make no difference.
    """
    name = str.upper if text.isupper() else str.lower if text[0].islower() else str
    assert isinstance(_ask(makers, text.format(name("Honda"))), Answer)
    refused = _ask(makers, text.format(name("Toyota")))
    assert isinstance(refused, NoAnswer)
    assert "toyota" in " ".join(refused.missing).casefold()


RIVERS = (
    {
        "title": "رودخانه‌های استان",
        "text": "رودخانه نیل‌رود در استان جریان دارد و طول رودخانه نیل‌رود ۴۰ کیلومتر است. "
        "ماهی در این رودخانه فراوان است. بلندترین رودخانه استان سیمین‌رود است.",
    },
    {
        "title": "A bridge over the Velden river",
        "text": "The bridge over the Velden river was opened by the mayor in spring. The first "
        "bridge of the town was built by monks. Two more bridges are planned.",
    },
)


@pytest.fixture(scope="module")
def rivers(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Answerer:
    """An archive in which one thing is said to be the longest, another the first."""
    folder = tmp_path_factory.mktemp("rivers")
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, RIVERS)), encoding="utf-8")
    space = VectorSpace(encoder.identity)
    build_index(
        [folder / "a.jsonl"], folder / "home", encoder=encoder, config=IndexConfig(),
        cache_dir=folder / "cache",
    )  # fmt: skip
    return Answerer(open_snapshot(folder / "home", space=space), encoder)


def test_a_superlative_comes_first(rivers: Answerer) -> None:
    """Asked for the first of a kind, the sentence that says so comes before one nearer by words."""
    reply = _ask(rivers, "Who built the first bridge on the Velden river?")
    assert isinstance(reply, Answer)
    assert reply.citations[0].quote.startswith("The first bridge")


def test_a_superlative_that_no_quote_has_is_not_sure(rivers: Answerer) -> None:
    """The same question without the superlative is answered surely, with it not."""
    plain = rivers.consider(read_question("طول رودخانه نیل‌رود چند کیلومتر است؟", now=NOW), k=1)
    most = rivers.consider(
        read_question("طول پرآب‌ترین رودخانه، نیل‌رود، چند کیلومتر است؟", now=NOW), k=1
    )
    assert plain.confidence >= SURE
    assert most.confidence < SURE


@pytest.mark.parametrize(
    ("text", "superlative"),
    [
        ("Which is the biggest dam?", True),
        ("گران‌ترین بازیکن کیست؟", True),
        ("اولین بازی کجا بود؟", True),
        ("What do most of them want?", False),
        ("Were at least two hurt in the forest?", False),
        ("What interest does the bank pay?", False),
    ],
)
def test_what_is_a_superlative(text: str, superlative: bool) -> None:  # noqa: FBT001
    """The first and the most of a kind are; "at least", "most of" and words in -est are not."""
    assert read_question(text, now=NOW).is_superlative is superlative
