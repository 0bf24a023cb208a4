"""Names across scripts: a question's name leads to the archive's own spelling."""

from pathlib import Path

import pytest

from index.errors import SnapshotCorrupt
from index.lexical.names import Name, NameIndex, NameIndexBuilder
from index.text.tokenize import words

_PASSAGES = (
    "جان کربی درباره جت‌های سوخو سخن گفت؛ خلبانان ایرانی در روسیه آموزش دیدند.",
    "نرماندی منطقه‌ای در فرانسه است و واشنگتن پایتخت آمریکا.",
    "اکسیژن در سال ۱۷۷۴ کشف شد و کارابا شهری است. John Kirby spoke.",
)


@pytest.fixture(name="path")
def fixture_path(tmp_path: Path) -> Path:
    """Write the names of three passages."""
    builder = NameIndexBuilder()
    for passage in _PASSAGES:
        builder.add(words(passage))
    builder.write(tmp_path / "names.tsv")
    return tmp_path / "names.tsv"


def _terms(names: NameIndex, question: str) -> dict[str, list[str]]:
    return {name.word: [term for term, _ in name.terms] for name in names.expand(question)}


@pytest.mark.parametrize(
    ("question", "asked", "expected"),
    [
        pytest.param("what did Kirby say?", "kirby", ["kirby", "کرب"], id="English"),
        pytest.param("about Sukhoi jets", "sukhoi", ["سوخو"], id="English kh"),
        pytest.param("Was sagte er über Suchoi?", "suchoi", ["سوخو"], id="German ch"),
        pytest.param("Что сказал Кирби?", "кирби", ["کرب", "kirby"], id="Russian"),
        pytest.param("τι είναι το Σουχόι;", "σουχόι", ["سوخو"], id="Greek"),
        pytest.param("Where is Normandy?", "normandy", ["نرماند"], id="English, a stemmed token"),
        pytest.param("Das alte Washington", "washington", ["واشنگتن"], id="German capital"),
        pytest.param("what is oxygen", "oxygen", ["اکسیژن"], id="no capitals"),
    ],
)
def test_expand_finds_the_archives_spelling(
    path: Path, question: str, asked: str, expected: list[str]
) -> None:
    """A name of another script is answered with the tokens of this archive."""
    found = _terms(NameIndex.open(path), question)

    assert sorted(expected) == sorted(found[asked])


def test_expand_weighs_the_archives_own_spelling_most(path: Path) -> None:
    """An exact token weighs 1; the other falls with likeness and number of terms."""
    (name,) = NameIndex.open(path).expand("did Kirby")

    assert name.terms[0] == ("kirby", 1.0)
    assert name.terms[1][0] == "کرب"
    assert name.terms[1][1] == pytest.approx(0.9125**3 / 2**0.25)


@pytest.mark.parametrize(
    "question",
    ["", "؟", "is it the what", "خلبانان ایرانی", "诺曼人", "\x00\u202e", "ab cd", "\t\n"],
)
def test_expand_is_empty_when_nothing_is_a_name_of_another_script(
    path: Path, question: str
) -> None:
    """Words that the archive spells alike, and scripts without rules, are left alone."""
    assert NameIndex.open(path).expand(question) == []


def test_expand_carries_numbers_over(path: Path) -> None:
    """Numbers of any script become tokens, each once."""
    expected = [Name("1774", (("1774", 1.0),)), Name("12", (("12", 1.0),))]

    assert expected == NameIndex.open(path).expand("在 ۱۷۷۴, १७७४ 12")


def test_expand_says_when_the_archive_has_no_such_name(path: Path) -> None:
    """A capitalised word without an answer is still a name."""
    assert NameIndex.open(path).expand("where is Zanzibar?") == [Name("zanzibar", ())]


def test_write_gives_the_same_bytes_in_any_order(path: Path, tmp_path: Path) -> None:
    """The file depends on the words, not on their order."""
    builder = NameIndexBuilder()
    for passage in reversed(_PASSAGES):
        builder.add(reversed(words(passage)))
    builder.write(tmp_path / "again.tsv")

    assert path.read_bytes() == (tmp_path / "again.tsv").read_bytes()


def test_open_an_archive_without_words(tmp_path: Path) -> None:
    """No words, no names, no error."""
    NameIndexBuilder().write(tmp_path / "names.tsv")
    names = NameIndex.open(tmp_path / "names.tsv")

    assert names.expand("where is Kirby") == [Name("kirby", ())]


@pytest.mark.parametrize(
    "data",
    [None, b"", b"other\n", b"#pasokh names 2\nKRB\tx\ty"],
    ids=["missing", "empty", "other", "cut"],
)
def test_open_when_the_file_is_not_whole(tmp_path: Path, data: bytes | None) -> None:
    """A missing, empty, foreign or cut file is a clear error."""
    if data is not None:
        (tmp_path / "names.tsv").write_bytes(data)

    with pytest.raises(SnapshotCorrupt, match="pasokh index build"):
        NameIndex.open(tmp_path / "names.tsv")
