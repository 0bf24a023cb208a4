"""Tests of the conversation over a real archive: every command and every button."""

import csv
import io
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from talker import Check, Talker, bare

from bot.answer.serving import Serving
from bot.question.question import MAX_QUESTION_CHARS, read_question
from bot.telegram.dialog.conversation import MENU, commands
from bot.telegram.dialog.memory import Memory
from bot.telegram.types import (
    AnswerButton,
    AnswerInline,
    EditMessage,
    EraseQueued,
    Kind,
    Outgoing,
    SendDocument,
    SendMessage,
)
from bot.texts.direction import safe
from bot.texts.language import Language, Text, say
from bot.texts.messages import Key
from bot.texts.remarks import AboutAnswer, RemarkText
from bot.texts.telegram import Phrase
from index import ArticleId, StorageError

EN = "What did Kirby say about Sukhoi jets?"
FA = "کربی درباره جت‌های سوخو چه گفت؟"
DAM = "What did the inspector write about wall 27 of the Karun dam?"
OFF_TOPIC = "Who won the 2022 World Cup?"
MARK = {Language.EN: "\u200e", Language.FA: "\u200f"}


def _said(
    calls: Sequence[Outgoing],
    phrase: Text,
    language: Language = Language.EN,
    **values: object,
) -> bool:
    """Tell whether one of the messages holds one of our texts."""
    text = say(phrase, language, **values)
    shown = [bare(getattr(call, "plain", None) or getattr(call, "text", "")) for call in calls]
    return any(text in one for one in shown)


def test_a_question_is_answered_with_verbatim_quotes(
    talker: Talker, check: Check, answerer: Serving
) -> None:
    """Each quote stands word for word behind its number, its source below."""
    (text,) = check(talker.send(EN))

    reply = answerer.answer(read_question(EN))
    for citation in reply.citations:
        assert f"[{citation.number}] {citation.quote}" in text
    assert (
        "Mehr, reporting Al Jazeera · 9 June 2023, 18:15 (\u2067۱۹ خرداد ۱۴۰۲، ۱۸:۱۵\u2069)" in text
    )
    assert text.startswith("\u200f[1] ")  # the quote is Persian


def test_sources_lead_to_their_pages(talker: Talker, check: Check) -> None:
    """Numbers link to their quotes; a button opens a Mini App in private, by https only."""

    def ask(public_url: str, **where: object) -> tuple[str, list[str]]:
        session = replace(talker.conversation.session, public_url=public_url)
        conversation = replace(talker.conversation, session=session)
        talker.conversation = conversation
        calls = talker.send(EN, **where)  # type: ignore[arg-type]  # fields of `Incoming`
        check(calls)
        message = calls[-1]
        assert isinstance(message, SendMessage)
        buttons = [button.web_app for row in message.keyboard for button in row if button.web_app]
        return message.html, buttons

    link = "/article/mehr-5805672#quote=1941-2206"
    html, buttons = ask("https://news.example/archive/")
    assert f'<a href="https://news.example/archive{link}">[1]</a> ' in html
    assert buttons == [f"https://news.example/archive{link}"]
    assert ask("http://127.0.0.1:8080")[1] == []
    assert ask("https://news.example", chat_id=-7, is_private=False)[1] == []
    assert "/article/" not in ask("")[0]


def test_a_persian_reader_gets_persian_labels(talker: Talker, check: Check) -> None:
    """Labels, digits and the first date are Persian, and every line of ours runs that way."""
    (text,) = check(talker.send(FA))

    assert "[۱]" in text
    assert "\u200fمنابع" in text
    assert (
        "مهر، به نقل از الجزیره · ۱۹ خرداد ۱۴۰۲، \u2066۱۸:۱۵\u2069 (\u20669 June 2023, 18:15\u2069)"
        in text
    )
    assert all(line[0] == "\u200f" for line in text.split("\n") if line)


def test_a_refusal_names_the_nearest_and_opens_it(talker: Talker, check: Check) -> None:
    """What the archive does not answer is said, with headlines that can be opened."""
    calls = talker.send(OFF_TOPIC)

    assert "answers this question." in bare(check(calls)[0])
    assert check(talker.press(calls, "Article 1"))
    why = check(talker.press(calls, "Why"))
    assert "rather not guess" in why[0]
    assert _said(talker.send("/sources"), Phrase.NO_SOURCES)
    assert _said(talker.send("/article 1"), Phrase.NO_SOURCES)
    assert _said(talker.send("/more"), Key.NO_MORE)


@pytest.mark.parametrize(
    ("typed", "text", "language"),
    [
        ("مرسی", RemarkText.THANKS, Language.FA),
        ("who are you?", RemarkText.WHO_ARE_YOU, Language.EN),
        ("👍", RemarkText.EMOJI, Language.EN),
    ],
)
def test_small_talk_is_answered_as_such(
    talker: Talker, memory: Memory, typed: str, text: Text, language: Language
) -> None:
    """One sentence of ours, without headlines and buttons, and nothing is remembered."""
    (reply,) = calls = talker.send(typed)
    assert isinstance(reply, SendMessage)
    assert _said(calls, text, language)
    assert reply.keyboard == ()
    assert memory.recent(talker.chat_id, before=10**9, n=3) == []


def test_small_talk_in_a_group_is_answered_only_when_addressed(talker: Talker) -> None:
    """Between others "thanks" is not for us."""
    group = {"is_private": False, "chat_id": -5, "user_id": 3}
    assert talker.send("thanks", is_addressed=False, **group) == ()
    assert _said(talker.send("@PasokhBot thanks", **group), RemarkText.THANKS)


def test_a_remark_acts_on_the_last_answer(talker: Talker, check: Check) -> None:
    """Sources, more and doubt are about the answer before, also after thanks."""
    talker.send(EN)
    talker.send("thanks!")
    assert check(talker.send("what's the source?")) == check(talker.send("/sources"))
    doubted = talker.send("is that true?")
    assert _said(doubted, AboutAnswer.IS_TRUE)
    assert _said(talker.send("more"), Key.MORE_HEAD)


@pytest.mark.parametrize("language", Language)
def test_every_command_answers_in_both_languages(
    talker: Talker, check: Check, language: Language
) -> None:
    """Each command says something, in the language chosen, before and after a question."""
    talker.send(f"/lang {language}")
    for asked in (False, True):
        if asked:
            talker.send(EN)
        for command in ("start", "start x", "ask", f"ask {EN}", "article 1", "article 99", *MENU):
            texts = check(
                talker.send(f"/{command}@PasokhBot" if " " not in command else f"/{command}")
            )
            assert texts, command
            lines = [line for text in texts for line in text.split("\n") if line]
            assert any(line.startswith(MARK[language]) for line in lines), command


@pytest.mark.parametrize(
    ("asked", "typed", "said", "language"),
    [
        (EN, "بیشتر", Key.MORE_HEAD, Language.FA),
        (EN, "منبع؟", Key.SOURCES, Language.FA),
        (EN, "/منابع", Key.SOURCES, Language.FA),
        (FA, "more", Key.MORE_HEAD, Language.EN),
        (FA, "/more", Key.MORE_HEAD, Language.FA),
        (EN, "/sources", Key.SOURCES, Language.EN),
    ],
)
def test_a_remark_is_answered_in_its_own_language(
    talker: Talker, asked: str, typed: str, said: Key, language: Language
) -> None:
    """What is typed tells the language of our words; a Latin command tells none."""
    talker.send(asked)
    assert _said(talker.send(typed), said, language)


def test_the_menu_is_what_the_commands_are(talker: Talker) -> None:
    """Every command of the menu is known, and Telegram takes the menu as it is."""
    for language, menu in commands().items():
        assert [name for name, _ in menu] == list(MENU)
        assert all(re.fullmatch("[a-z0-9_]{1,32}", name) for name, _ in menu)
        assert all(3 <= len(text) <= 256 for _, text in menu), language
    for name in MENU:
        assert not _said(talker.send(f"/{name}"), Phrase.UNKNOWN, command=f"/{name}")


def test_an_unknown_command_gets_short_help(talker: Talker) -> None:
    """In a private chat; in a group it may be another bot's."""
    assert _said(talker.send("/wat 1"), Phrase.UNKNOWN, command="/wat")
    assert _said(talker.send("/فارسی"), Phrase.UNKNOWN, Language.FA, command="/فارسی")
    assert _said(talker.send("/"), Phrase.UNKNOWN, command="/")
    assert talker.send("/wat", chat_id=-5, is_private=False) == ()
    assert talker.send("/start@OtherBot", chat_id=-5, is_private=False) == ()
    assert talker.send("/wat@PasokhBot", chat_id=-5, is_private=False)


def test_a_group_is_answered_only_when_addressed(
    talker: Talker, check: Check, memory: Memory
) -> None:
    """The mention is no part of the question, and the reply shows what it replies to."""
    assert talker.send(EN, chat_id=-5, is_private=False, is_addressed=False) == ()
    assert talker.send("", Kind.OTHER, chat_id=-5, is_private=False, is_addressed=False) == ()
    calls = talker.send(f"@pasokhbot, {EN}", chat_id=-5, is_private=False, message_id=44)

    assert check(calls)
    assert [call.reply_to for call in calls] == [44]
    assert memory.recent(-5, before=0, n=1)[0].question == EN


def test_others_questions_in_a_group_are_no_context(talker: Talker) -> None:
    """A follow-up leans on one's own question, or on the bot's message it replies to."""
    group = {"chat_id": -5, "is_private": False}
    talker.send(EN, user_id=1, **group)

    alone = talker.send("and what did Moscow answer?", user_id=2, **group)
    replying = talker.send("and what did Moscow say?", user_id=2, replied_text="[1] ...", **group)

    assert "Read as going on" not in alone[0].plain
    assert f"Read as going on from “{EN}”" in bare(replying[0].plain)


def test_a_follow_up_says_how_it_was_understood_until_reset(talker: Talker, memory: Memory) -> None:
    """The first line names the question before; after /reset there is none."""
    talker.send(EN)
    assert f"Read as going on from “{EN}”" in bare(talker.send("and the pilots?")[0].plain)
    assert memory.recent(7, before=0, n=1)[0].question == "and the pilots?"

    assert _said(talker.send("/reset"), Phrase.RESET_DONE)

    assert "going on" not in talker.send("and the pilots?")[0].plain


def test_an_edited_question_is_answered_anew(talker: Talker) -> None:
    """The answer says that it is for the edit; an edit that changes nothing gets none."""
    talker.send(OFF_TOPIC, message_id=900)

    calls = talker.send(EN, Kind.EDITED, message_id=900)

    assert calls[0].plain.startswith(f"\u200e{say(Phrase.EDITED, Language.EN)}")
    assert calls[0].reply_to == 900
    assert talker.send(EN, Kind.EDITED, message_id=900) == ()


def test_forwarded_and_long_texts_are_read_and_said_so(
    talker: Talker, check: Check, memory: Memory
) -> None:
    """A forwarded text is a question even where it looks like a command."""
    talker.send(EN)
    forwarded = talker.send(f"/reset {FA}", is_forwarded=True)
    long = talker.send(f"{EN} " + "padding " * 2000)

    assert _said(forwarded, Phrase.FORWARDED, Language.FA)
    assert _said(long, Phrase.TOO_LONG, limit=MAX_QUESTION_CHARS)
    assert check(forwarded)
    assert check(long)
    assert len(memory.recent(7, before=0, n=9)) == 3


@pytest.mark.parametrize("language", Language)
def test_what_is_no_text_gets_a_kind_sentence(talker: Talker, language: Language) -> None:
    """Voice, photos and stickers are thanked for, ten photos once; the same update as before."""
    talker.language_code = language.value
    assert _said(talker.send("", Kind.OTHER, update_id=10**7), Phrase.NO_TEXT, language)
    assert talker.send("", Kind.OTHER) == ()
    assert _said(talker.send("", Kind.OTHER, update_id=10**7), Phrase.NO_TEXT, language)
    assert _said(talker.send("", Kind.OTHER, chat_id=8), Phrase.NO_TEXT, language)


CLAIM = "Kirby said that Iranian pilots learn to fly Sukhoi jets in Russia."


@pytest.mark.parametrize("typed", ["", "@PasokhBot", "@PasokhBot is this true?", "درسته؟"])
def test_a_reply_to_somebody_s_message_asks_about_it(
    talker: Talker, memory: Memory, typed: str
) -> None:
    """With the bot's name alone or a bare question the message itself is asked, and said so."""
    calls = talker.send(typed, chat_id=-5, is_private=False, about=CLAIM)

    assert "سوخو" in calls[0].plain
    (turn,) = memory.recent(-5, before=0, n=9)
    assert turn.asked == CLAIM
    assert _said(calls, Phrase.ABOUT) or _said(calls, Phrase.ABOUT, Language.FA)
    following = talker.send("and the pilots?", chat_id=-5, is_private=False)
    assert "Read as going on" in following[0].plain


def test_a_question_in_reply_to_somebody_takes_what_it_lacks(talker: Talker) -> None:
    """A follow-up is completed from the message; a whole question is asked as it is."""
    group = {"chat_id": -5, "is_private": False, "about": CLAIM}

    assert _said(talker.send("@PasokhBot and what did Moscow answer?", **group), Phrase.ABOUT)
    alone = talker.send("@PasokhBot What did the inspector write about the Karun dam?", **group)
    assert "Karun" in alone[0].plain
    assert not _said(alone, Phrase.ABOUT)
    ours = talker.send("and the pilots?", replied_text="[1] ...", **group)
    assert not _said(ours, Phrase.ABOUT)


def test_an_answer_or_all_can_be_taken_away_as_a_file(talker: Talker) -> None:
    """The last answer by button or word, with /more's quotes; all questions once, in order."""
    assert _said(talker.send("/export csv"), Phrase.NOTHING_ASKED)
    talker.send(EN)
    talker.send("/more")
    talker.send(DAM)
    asked = talker.send("/export")
    assert _said(asked, Phrase.EXPORT_ASK)
    assert [one.label for one in asked[0].keyboard[0]] == ["CSV", "MD", "RIS", "BIB", "JSON"]
    pressed, _ = talker.press(asked, "RIS")[::-1]
    (typed,) = talker.send("/export ris")
    (everything,) = talker.send("/خروجی csv همه")

    assert isinstance(typed, SendDocument)
    assert (pressed.name, pressed.content) == (typed.name, typed.content)
    assert re.fullmatch(r"pasokh-20231114-221320\.ris", typed.name)
    assert "TI  - Karun dam: the long report\r\n" in typed.content
    rows = list(csv.DictReader(io.StringIO(everything.content.removeprefix("\ufeff"), newline="")))
    questions = [row["question"] for row in rows]
    assert sorted(set(questions), key=questions.index) == [EN, DAM]
    assert questions.count(EN) == 4
    assert talker.send("/export csv all", thread_id=4)[0] == replace(
        talker.send("/sources", thread_id=4)[0], reply_to=0
    )


def test_commands_after_a_refusal_are_about_the_last_answer(talker: Talker, check: Check) -> None:
    """They say so, and show what belongs to it."""
    talker.send(EN)
    talker.send(OFF_TOPIC)
    for command, shown in (
        ("/sources", "Sources"),
        ("/article 1", "کاخ سفید"),
        ("/more", "Further quotes"),
    ):
        note, *rest = check(talker.send(command))
        assert bare(note) == say(Key.EARLIER, Language.EN, question=EN)
        assert shown in rest[0]
        talker.send(OFF_TOPIC)
        talker.send(OFF_TOPIC)


@pytest.mark.parametrize(
    ("typed", "latin"),
    [
        ("/کمک", "/help"),
        ("/كمك", "/help"),
        ("/منابع", "/sources"),
        ("/خبر ۱", "/article 1"),
        ("/فقط", "/only"),
        ("/حریم", "/privacy"),
        ("/زبان انگلیسی", "/lang en"),
    ],
)
def test_commands_have_persian_names(talker: Talker, check: Check, typed: str, latin: str) -> None:
    """Typed as text they do what their Latin names do."""
    talker.send(FA)

    assert check(talker.send(typed)) == check(talker.send(latin))


@pytest.mark.parametrize("question", ["", "   ", "\u200f", "؟؟؟", "\x00", "@PasokhBot"])
def test_an_empty_question_gets_a_hint(talker: Talker, check: Check, question: str) -> None:
    """Nothing that can be looked up is told so."""
    assert check(talker.send(question))


def test_the_article_button_shows_the_quotes_in_their_place(
    talker: Talker, check: Check, answerer: Serving
) -> None:
    """All quotes of an article are set off, the rest of the body is there, furniture is not."""
    calls = talker.send(EN)
    article = answerer.article(ArticleId("mehr-5805672"))

    for opened in (
        talker.press(calls, "Article"),
        talker.send("/article 2"),
        talker.send("/article ۲"),
    ):
        shown = [call for call in opened if isinstance(call, SendMessage)]
        (text,) = check(tuple(shown))
        assert shown[0].html.count("<blockquote") == 2
        assert bare(text).replace("\n", "") in bare(article.headline + text).replace("\n", "")
        assert "captcha" not in text
        for part in article.body:
            assert "".join(part.cut(article.text).split()) in "".join(bare(text).split())


def test_a_long_article_opens_at_the_quote_and_can_be_read_on(talker: Talker, check: Check) -> None:
    """The part with the quote comes first; buttons turn the pages in place, to both ends."""
    calls = talker.send(DAM)
    assert "wall 27" in check(calls)[0]

    opened = talker.press(calls, "Article")
    page = next(call for call in opened if isinstance(call, SendMessage))
    assert "wall 27 of the dam" in page.plain.split("<blockquote")[0]
    number, last = map(int, re.search(r"Part (\d+) of (\d+)", page.plain).groups())
    assert 1 < number <= last
    seen = [page.plain]
    while "◀ Earlier" in [one.label for row in page.keyboard for one in row]:
        turned = talker.press((page,), "Earlier", message_id=5)
        page = next(call for call in turned if isinstance(call, EditMessage))
        check(turned)
        assert page.message_id == 5
        seen.append(page.plain)
    assert f"Part 1 of {last}" in page.plain
    while "Read on ▶" in [one.label for row in page.keyboard for one in row]:
        page = next(c for c in talker.press((page,), "Read on") if isinstance(c, EditMessage))
        seen.append(page.plain)
    assert all(any(f"Paragraph {n} of the report" in text for text in seen) for n in range(1, 41))


def test_more_goes_on_without_repeating(talker: Talker, check: Check) -> None:
    """Further quotes are numbered on, none twice, until there are none; then it is said."""
    calls = talker.send(EN)
    quoted: list[str] = []
    for _ in range(30):
        texts = [text for text in check(calls) if "Sources" in text]
        if not texts:
            break
        quoted += re.findall(r"\[(\d+)\] (.+)", texts[0].split("Sources")[0])
        calls = talker.press(calls, "More")
    assert _said(calls, Key.NO_MORE)
    assert [int(number) for number, _ in quoted] == list(range(1, len(quoted) + 1))
    assert len({quote for _, quote in quoted}) == len(quoted) > 5
    check(talker.send("/sources"))
    assert check(talker.send(f"/article {len(quoted)}"))


@pytest.mark.parametrize("language", Language)
def test_why_this_speaks_in_words(talker: Talker, check: Check, language: Language) -> None:
    """How sure, how near each quote, how old the news, which archive."""
    talker.send(f"/lang {language}")
    calls = talker.send(EN)

    (text,) = check(talker.press(calls, say(Phrase.BUTTON_WHY, language)))

    for phrase in (Phrase.WHY_HEAD, Phrase.WHY_FIRST, Phrase.WHY_CHECKED):
        assert say(phrase, language) in bare(text)
    assert say(Phrase.MONTHS_AGO, language, count=5) in bare(text)


def test_thumbs_are_kept_with_question_and_snapshot(
    talker: Talker, check: Check, memory: Memory
) -> None:
    """A vote counts once a person, and can be changed; in a group anybody may vote."""
    calls = talker.send(EN, chat_id=-5, is_private=False)
    for user, thumb in ((1, "👍"), (1, "👍"), (2, "👎"), (1, "👎"), (3, "👍")):
        answered = talker.press(calls, thumb, chat_id=-5, user_id=user, is_private=False)
        assert check(answered) == []
        assert isinstance(answered[0], AnswerButton)
        assert answered[0].text

    votes = memory.votes()
    assert [one.vote for one in votes] == [0, 0, 1]
    assert {one.question for one in votes} == {EN}
    assert {one.article_ids for one in votes} == {("mehr-5805672",)}
    assert votes[0].snapshot == talker.conversation.snapshot


def test_unknown_foreign_and_forgotten_buttons_get_a_kind_answer(talker: Talker) -> None:
    """Data is looked up, never trusted."""
    calls = talker.send(EN)
    data = calls[0].keyboard[0][0].data
    kind = say(Phrase.BUTTON_EXPIRED, Language.EN)

    for text, chat_id in (
        ("x", 7),
        ("", 7),
        ("é" * 40, 7),
        ("a" * 5000, 7),
        ("\x00", 7),
        (data, 8),
    ):
        (answered,) = talker.send(text, Kind.BUTTON, chat_id=chat_id)
        assert bare(answered.text) == kind
    talker.send("/reset")
    (answered,) = talker.send(data, Kind.BUTTON)
    assert bare(answered.text) == kind


def test_languages_can_be_chosen_by_button_and_by_word(talker: Talker) -> None:
    """The choice holds until another is made; auto follows the questions."""
    asked = talker.send("/lang")
    assert _said(asked, Phrase.LANG_ASK)
    assert _said(talker.press(asked, "فارسی"), Phrase.LANG_SET, Language.FA)
    assert "منابع" in talker.send(EN)[0].plain
    assert _said(talker.press(asked, "English"), Phrase.LANG_SET)
    assert "Sources" in talker.send(FA)[0].plain
    assert _said(talker.press(asked, "Auto"), Phrase.LANG_AUTO)
    assert "منابع" in talker.send(FA)[0].plain
    assert _said(talker.send("/lang انگلیسی"), Phrase.LANG_SET)


def test_privacy_says_how_long_and_deletes_everything(talker: Talker, memory: Memory) -> None:
    """After the button nothing is known of the chat or the person."""
    talker.send("/lang fa")
    talker.press(talker.send(EN), "👍")
    told = talker.send("/privacy")
    assert _said(told, Phrase.PRIVACY, Language.FA, days=30)

    erasing, *gone = talker.press(told, "🗑")

    assert erasing == EraseQueued(chat_id=7, user_id=7)
    assert _said(gone, Phrase.FORGOTTEN, Language.FA)
    assert memory.votes() == []
    assert memory.recent(7, before=0, n=1) == []
    assert memory.setting(7, "language") == ""


def test_inline_questions_offer_answers_with_citations(
    talker: Talker, check: Check, memory: Memory
) -> None:
    """The whole answer and each quote alone, or one thing that says there is none."""
    (call,) = talker.send(EN, Kind.INLINE)
    assert isinstance(call, AnswerInline)
    assert [one.id for one in call.results] == ["answer", "1", "2"]
    assert all("mehrnews.com" in one.html for one in call.results)
    (none,) = talker.send(OFF_TOPIC, Kind.INLINE)
    assert [one.id for one in none.results] == ["none"]
    (empty,) = talker.send("  ", Kind.INLINE)
    assert empty.results == ()
    assert check((call, none, empty))
    assert memory.recent(7, before=0, n=1) == []


def test_the_same_update_again_gives_the_same_and_changes_nothing(
    talker: Talker, memory: Memory
) -> None:
    """After a crash an update is answered again, with the same buttons, and kept once."""
    first = talker.send(EN, update_id=10**6)
    again = talker.send(EN, update_id=10**6)
    talker.send("and the pilots?", update_id=10**6 + 1)
    more = talker.press(first, "More", update_id=10**6 + 2)

    assert first == again
    assert len(memory.recent(7, before=0, n=9)) == 3
    assert talker.press(first, "More", update_id=10**6 + 2) == more
    assert talker.send("and the pilots?", update_id=10**6 + 1)[0].plain
    assert len(memory.recent(7, before=0, n=9)) == 3


def test_a_hostile_article_is_shown_safely_and_verbatim(talker: Talker, check: Check) -> None:
    """Markup, overrides and a huge headline stay text; the script address is no link."""
    question = "What did the minister of bees say about honey and wax exports?"
    calls = talker.send(question)
    text = "\n".join(check(calls))

    assert "<b honey & wax" in text
    assert "exports\ufffd rose </blockquote [9] (https://evil.example" in text
    assert "\u202e" not in text
    assert not any("javascript" in call.html for call in calls)
    assert check(talker.press(calls, "Article"))


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.EDITED, Kind.BUTTON, Kind.INLINE])
def test_a_failure_is_left_to_whoever_asks(talker: Talker, memory: Memory, kind: Kind) -> None:
    """A closed store fails every update; the caller is told, who tries again."""
    memory.close()

    with pytest.raises(StorageError, match="telegram-memory"):
        talker.send(EN, kind)


def test_many_chats_at_once_do_not_mix(talker: Talker) -> None:
    """Threads answer different chats, each with its own last answer."""

    def talk(chat_id: int) -> str:
        talker.send(DAM if chat_id % 2 else EN, chat_id=chat_id, user_id=chat_id)
        return talker.send("/sources", chat_id=chat_id)[0].plain

    with ThreadPoolExecutor(4) as pool:
        shown = list(pool.map(talk, range(100, 116)))
    assert all(("Karun" in text) == bool(number % 2) for number, text in enumerate(shown, 100))


def test_headlines_are_safe_text(talker: Talker) -> None:
    """What `bidi.safe` takes out is taken out of headlines, which are no quotes."""
    calls = talker.send("What did the minister of bees say about honey and wax exports?")
    assert all(safe(line) for line in calls[0].plain.split("\n") if line)
