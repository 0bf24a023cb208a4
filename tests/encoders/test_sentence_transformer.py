"""The same weights in sentence-transformers (torch) and in our engine."""

import json
import os
import pickle
import socketserver
import subprocess
import sys
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from e5_export import export_sentence_transformers

from index.encoders import (
    BundledConfig,
    Encoder,
    SentenceTransformerConfig,
    open_encoder,
)
from index.encoders.sentence_transformer import _folder_hash, choose_prefixes
from index.errors import EncoderError

SENTENCES = """\
پایتخت ایران شهر تهران است.
رئیس‌جمهور دیروز با سفیر ترکیه در کاخ سعدآباد دیدار و گفت‌وگو کرد.
قیمت هر سکهٔ بهار آزادی به ۴۵ میلیون و ۳۰۰ هزار تومان رسید.
تیم ملی والیبال ایران سه بر صفر از سد لهستان گذشت.
سازمان هواشناسی برای نُه استان هشدار نارنجی صادر کرد.
كتاب «شازده كوچولو» با ترجمهٔ محمد قاضي تجديد چاپ شد.
می‌خواهم بدانم چه کسی برندهٔ جایزهٔ نوبل ادبیات شد؟
نرخ تورم نقطه‌به‌نقطه در آبان‌ماه ۱۴۰۲ به ۳۹٫۲٪ رسید.
زلزله ۵/۲ ریشتری کرمان را لرزاند
وزارت نیرو: ذخیرۀ سدهای تهران ۱۷ درصد کمتر از پارسال است.
The central bank kept its key interest rate unchanged at 5.25% on Thursday.
Two people were injured when a tram derailed in the city centre.
Scientists reported a new species of frog in the Western Ghats.
عقد مجلس الأمن الدولي جلسة طارئة لبحث الأوضاع في السودان.
ارتفعت أسعار النفط بنسبة ٢٪ في تعاملات اليوم.
Cumhurbaşkanı, deprem bölgesinde yapılan konutların anahtarlarını teslim etti.
İstanbul'da yoğun kar yağışı nedeniyle uçak seferleri iptal edildi.
Die Bundesregierung hat ein neues Gesetz zur Energieeinsparung beschlossen.
Der FC Bayern gewann das Spiel in der Nachspielzeit.
Le président a annoncé une réforme des retraites très contestée.
À Besançon, la crème brûlée est servie l'été comme l'hiver.
El terremoto dejó al menos doce heridos en el sur de México.
La selección española se clasificó para la final.
O governo português anunciou novas medidas para a habitação.
Il Consiglio dei ministri ha approvato la legge di bilancio.
Правительство утвердило бюджет на следующий год.
В Москве прошёл сильнейший за последние годы снегопад.
Верховна Рада ухвалила закон у другому читанні.
Президентът на България посети Скопие.
国务院召开常务会议，研究部署稳就业工作。
中国队以三比零战胜对手，进入半决赛。
臺北市今天下午發生規模四點五的地震。
日本銀行は金融政策決定会合で金利の据え置きを決めた。
台風の影響で新幹線が運転を見合わせている。
한국은행이 기준금리를 동결했다.
서울 지하철 노조가 내일부터 파업에 들어간다.
भारत ने क्रिकेट विश्व कप का पहला मैच जीत लिया।
दिल्ली में वायु प्रदूषण का स्तर गंभीर श्रेणी में पहुँचा।
ঢাকায় ভারী বৃষ্টিতে জলাবদ্ধতা দেখা দিয়েছে।
وزیراعظم نے قوم سے خطاب میں نئی پالیسی کا اعلان کیا۔
د افغانستان په شمال کې سېلابونو زیان اړولی دی.
سەرۆکی هەرێم لەگەڵ وەزیری دەرەوە کۆبووەوە.
நாடாளுமன்றத் தேர்தல் தேதிகள் அறிவிக்கப்பட்டன.
తెలంగాణలో భారీ వర్షాలు కురుస్తున్నాయి.
รัฐบาลไทยประกาศวันหยุดพิเศษเพิ่มอีกหนึ่งวัน
Thủ tướng Việt Nam thăm chính thức Hàn Quốc.
Η κυβέρνηση ανακοίνωσε νέα μέτρα για την ενέργεια.
ממשלת ישראל אישרה את תקציב המדינה.
საქართველოს პარლამენტმა კანონი მიიღო.
Հայաստանի վարչապետը մեկնեց Փարիզ։
""".splitlines()


@pytest.mark.parametrize(
    ("model", "prompts", "wanted"),
    [
        ("intfloat/multilingual-e5-base", {}, ("query: ", "passage: ")),
        ("/models/e5-st", {"query": "", "document": ""}, ("query: ", "passage: ")),
        ("BAAI/bge-m3", {}, ("", "")),
        ("google/embeddinggemma-300m", {"query": "q|", "document": "d|"}, ("q|", "d|")),
        ("sentence-transformers/LaBSE", {"query": "", "document": ""}, ("", "")),
        ("some/model5-e500", {}, ("", "")),
    ],
)
def test_prefixes_by_model(model: str, prompts: dict[str, str], wanted: tuple[str, str]) -> None:
    """A model's own prompts come first, then its family's, then none."""
    assert choose_prefixes(model, prompts) == wanted


@pytest.mark.sentence_transformers
def test_a_model_is_not_sent_to_other_processes(reference: Encoder) -> None:
    """It would travel with each piece of work."""
    with pytest.raises(TypeError, match="stays in its process"):
        pickle.dumps(reference.count_tokens)


def test_a_missing_package_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without sentence-transformers the error gives the pip line."""
    monkeypatch.setitem(__import__("sys").modules, "sentence_transformers", None)
    with pytest.raises(EncoderError, match=r"pip install -c .* -e '\.\[sentence-transformers\]'"):
        open_encoder(SentenceTransformerConfig(model="any"))


@pytest.mark.sentence_transformers
def test_the_hub_learns_nothing_of_the_libraries_here(tmp_path: Path) -> None:
    """Whoever loads a model has told huggingface_hub before that it must not report."""
    code = f"""
from index.encoders.sentence_transformer import load_model
from index.errors import EncoderError
try:
    load_model("SentenceTransformer", {str(tmp_path / "none")!r})
except EncoderError:
    from huggingface_hub import constants
    print(constants.HF_HUB_DISABLE_TELEMETRY)
"""
    names = ("HF_HUB_DISABLE_TELEMETRY", "DISABLE_TELEMETRY", "DO_NOT_TRACK")
    env = {name: value for name, value in os.environ.items() if name not in names}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=env
    )

    assert ("True\n", 0) == (done.stdout, done.returncode), done.stderr


@pytest.mark.sentence_transformers
def test_a_model_that_is_nowhere_is_told_after_one_request(tmp_path: Path) -> None:
    """A hub that hangs up is asked once, not for a dozen files with tries and pauses."""
    n_asked = 0

    class HangsUp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            nonlocal n_asked
            n_asked += 1

    code = """
from index.encoders.sentence_transformer import load_model
load_model("SentenceTransformer", "nobody/no-such-model")
"""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), HangsUp) as server:
        Thread(target=server.serve_forever, args=(0.05,)).start()
        hub = {"HF_ENDPOINT": f"http://127.0.0.1:{server.server_address[1]}"}
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | hub | {"HF_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        server.shutdown()

    assert "EncoderError: Expected the model 'nobody/no-such-model' on this machine" in done.stderr
    assert "download the model elsewhere and give its folder" in done.stderr
    assert 1 == n_asked


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    """Return a folder laid out as a model with a module of its own folder."""
    names = ("model.safetensors", "2_Dense/model.safetensors", "tokenizer/vocab.txt", "merges.txt")
    for name in names:
        path = tmp_path / "model" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "model"


@pytest.mark.parametrize(
    "name", ["2_Dense/model.safetensors", "tokenizer/vocab.txt", "merges.txt", "a/b/c.py"]
)
def test_every_file_of_a_model_counts(model_folder: Path, name: str) -> None:
    """A change to a file, however deep, is another revision; so is a file more or elsewhere."""
    path = model_folder / name
    before = _folder_hash(model_folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("changed")
    changed = _folder_hash(model_folder)
    path.rename(path.with_name("moved"))
    assert len({before, changed, _folder_hash(model_folder)}) == 3


@pytest.mark.parametrize("name", [".git/HEAD", "1_Pooling/.cache", "README.md", "readme.txt"])
def test_files_that_make_no_vectors_do_not_count(model_folder: Path, name: str) -> None:
    """Hidden files and the README leave the revision as it is."""
    before = _folder_hash(model_folder)
    path = model_folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("changed")
    assert _folder_hash(model_folder) == before


def test_an_unreadable_file_of_a_model_is_explained(
    model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that cannot be read is named in an error of ours."""

    def refuse(*_args: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(EncoderError, match=r"/(merges|model|2_Dense).*Permission denied"):
        _folder_hash(model_folder)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the bundled weights as a sentence-transformers folder."""
    pytest.importorskip("sentence_transformers")
    folder = tmp_path_factory.mktemp("export") / "e5-small"
    export_sentence_transformers(folder)
    return folder


@pytest.fixture(scope="module")
def reference(exported: Path) -> Encoder:
    """Return the exported folder, opened in torch."""
    return open_encoder(SentenceTransformerConfig(model=str(exported)))


@pytest.mark.sentence_transformers
def test_vectors_agree(bundled: Encoder, reference: Encoder) -> None:
    """Our 8-bit engine stays within .995 of float32 torch in every script, on both sides."""
    assert len(SENTENCES) == 50
    for ours, theirs in (
        (bundled.encode_passages(SENTENCES), reference.encode_passages(SENTENCES)),
        (bundled.encode_queries(SENTENCES), reference.encode_queries(SENTENCES)),
    ):
        cosines = (ours * theirs).sum(axis=1)
        assert cosines.min() > 0.995
        assert cosines.mean() > 0.998


@pytest.mark.sentence_transformers
def test_token_ids_agree(exported: Path, encoder_cache: Path) -> None:
    """Our tokenizer and the library's give the same ids in every script."""
    tokenizers = pytest.importorskip("tokenizers")
    library = tokenizers.Tokenizer.from_file(str(exported / "tokenizer.json"))
    ours = open_encoder(BundledConfig(cache_dir=encoder_cache))
    texts = [*SENTENCES, "ﷺ ﻻ ① ｶﾞ", "\u200bالف\u200cب\u200d", "  a \t\n b  ", "", "ⵣⵣⵣ 𐎠𐎡"]
    for text in texts:
        assert (
            ours._network.tokenizer.ids(text) == library.encode(text, add_special_tokens=False).ids
        )  # type: ignore[attr-defined]


@pytest.mark.sentence_transformers
def test_rows_counts_and_identity(exported: Path, reference: Encoder) -> None:
    """Empty input, progress, token counts, and an identity that follows the prefixes."""
    assert reference.encode_queries([]).shape == (0, 384)
    seen: list[int] = []
    rows = reference.encode_passages(["a", "", "b" * 5000], progress=seen.append)
    assert np.abs(np.linalg.norm(rows, axis=1) - 1).max() < 1e-5
    assert seen == [3]
    assert reference.max_tokens == 512
    assert reference.count_tokens("سلام دنیا") == 2
    other = open_encoder(SentenceTransformerConfig(model=str(exported), query_prefix="x: "))
    assert other.identity != reference.identity
    (exported / "extra.json").write_text(json.dumps({}))
    changed = open_encoder(SentenceTransformerConfig(model=str(exported)))
    assert changed.identity.revision != reference.identity.revision


@pytest.mark.sentence_transformers
def test_a_missing_model_is_explained(tmp_path: Path) -> None:
    """A folder that is no model gives an error that names it."""
    pytest.importorskip("sentence_transformers")
    with pytest.raises(EncoderError, match="could not load it"):
        open_encoder(SentenceTransformerConfig(model=str(tmp_path)))
