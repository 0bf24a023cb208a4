"""Any sentence-transformers model as an encoder, by hub name or local folder.

Does not: cut long texts into windows; the model drops what exceeds its length.
Sole importer of sentence_transformers in `index`, and only once a model is opened.
"""

import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from hashlib import blake2b, file_digest
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import numpy as np

from index.arrays import Vectors
from index.encoders.config import SentenceTransformerConfig
from index.encoders.protocol import TEXTS_AT_ONCE, EncoderIdentity, Progress, unit_rows
from index.errors import EncoderError, how_to_install

# (query, passage) by model family, from the model cards on huggingface.co; first match wins.
_FAMILIES = (
    (
        r"e5.*instruct",
        (
            "Instruct: Given a web search query, retrieve relevant passages that answer the "
            "query\nQuery: "
        ),
        "",
    ),
    (r"(^|[/_-])e5-", "query: ", "passage: "),
    (r"bge-m3", "", ""),
    (
        r"bge-(small|base|large)-en",
        "Represent this sentence for searching relevant passages: ",
        "",
    ),
    (r"bge-(small|base|large)-zh", "为这个句子生成表示以用于检索相关文章:", ""),
    (r"nomic-embed-text", "search_query: ", "search_document: "),
    (r"embeddinggemma", "task: search result | query: ", "title: none | text: "),
    (r"snowflake-arctic-embed", "query: ", ""),
    (
        r"mxbai-embed",
        "Represent this sentence for searching relevant passages: ",
        "",
    ),
)
_DEFAULT_MAX_TOKENS = 512
_HUB_TIMEOUT_S = 5.0


class SentenceTransformerEncoder:
    """An open sentence-transformers model."""

    def __init__(self, config: SentenceTransformerConfig) -> None:
        """Load the model, from the hub if it is no folder.

        Raises:
            EncoderError: If sentence-transformers is not installed or cannot load the model.
        """
        self._model = load_model("SentenceTransformer", config.model, device=config.device)
        self._batch_size = config.batch_size
        prompts = getattr(self._model, "prompts", None) or {}
        query, passage = choose_prefixes(config.model, prompts)
        self._query_prefix = query if config.query_prefix is None else config.query_prefix
        self._passage_prefix = passage if config.passage_prefix is None else config.passage_prefix
        prefixes = f"{self._query_prefix}\0{self._passage_prefix}".encode()
        prefix_hash = blake2b(prefixes, digest_size=4).hexdigest()
        folder = Path(config.model)
        if folder.is_dir():
            name, revision = folder.name, _folder_hash(folder)
        else:
            commit = getattr(self._model[0].auto_model.config, "_commit_hash", None)
            name, revision = config.model, str(commit or "")[:12]
        if not revision:
            msg = (
                f"Expected the hub's commit of {name!r} so that its vectors can be told from "
                "others, found none; download the model and give its folder instead."
            )
            raise EncoderError(msg)
        ask_dim = getattr(self._model, "get_embedding_dimension", None)
        self._identity = EncoderIdentity(
            name=name,
            revision=f"{revision}-{prefix_hash}",
            dim=int((ask_dim or self._model.get_sentence_embedding_dimension)()),
        )

    def __reduce__(self) -> tuple[object, ...]:
        """Refuse to be pickled: the whole model, up to gigabytes, would be sent along."""
        raise TypeError("a sentence-transformers model stays in its process")

    @property
    def identity(self) -> EncoderIdentity:
        """The vector space: model files or hub commit, and the prefixes."""
        return self._identity

    @property
    def max_tokens(self) -> int:
        """Tokens the model reads of one text, prefix and markers included."""
        return int(self._model.max_seq_length or _DEFAULT_MAX_TOKENS)

    @property
    def texts_at_once(self) -> int:
        """Texts per call that keep the processors busy."""
        return TEXTS_AT_ONCE

    def encode_queries(self, texts: Sequence[str], /) -> Vectors:
        """Encode questions: float32 (n, dim), unit rows in the order given; (0, dim) for none."""
        return self._encode([self._query_prefix + text for text in texts], None)

    def encode_passages(
        self, texts: Sequence[str], /, *, progress: Progress | None = None
    ) -> Vectors:
        """Encode passages as `encode_queries` does; `progress` gets the number newly done."""
        return self._encode([self._passage_prefix + text for text in texts], progress)

    def count_tokens(self, text: str, /) -> int:
        """Count the tokens of `text` alone, without prefix and markers."""
        return len(self._model.tokenizer.encode(text, add_special_tokens=False, verbose=False))

    def _encode(self, texts: Sequence[str], progress: Progress | None) -> Vectors:
        rows = np.zeros((len(texts), self._identity.dim), dtype=np.float32)
        # sentence-transformers sorts by length itself, so it gets several batches at once.
        step = self._batch_size * 16
        for start in range(0, len(texts), step):
            part = list(texts[start : start + step])
            try:
                # Subtle: an empty prompt keeps a model's default prompt from being added to ours.
                encoded = self._model.encode(
                    part,
                    prompt="",
                    batch_size=self._batch_size,
                    show_progress_bar=False,
                    convert_to_numpy=True,
                )
            except (RuntimeError, ValueError, TypeError, IndexError) as error:
                msg = f"Expected {self._identity.name} to encode {len(part)} texts, but: {error}"
                raise EncoderError(msg) from error
            if not np.isfinite(encoded).all():
                msg = (
                    f"Expected finite vectors from {self._identity.name}, found others; "
                    "use another model or device."
                )
                raise EncoderError(msg)
            rows[start : start + len(part)] = encoded
            if progress:
                progress(len(part))
        return unit_rows(rows)


def choose_prefixes(model: str, prompts: Mapping[str, str]) -> tuple[str, str]:
    """Return the query and passage prefix: the model's own prompts, else its family's.

    A model without prompts lists them all as empty, which says nothing.
    """
    query = prompts.get("query", "")
    passage = prompts.get("passage") or prompts.get("document", "")
    if query or passage:
        return query, passage
    for pattern, family_query, family_passage in _FAMILIES:
        if re.search(pattern, model.lower()):
            return family_query, family_passage
    return "", ""


def load_model(
    kind: Literal["SentenceTransformer", "CrossEncoder"], model: str, *, device: str | None = None
) -> Any:  # noqa: ANN401  # an optional library
    """Load a model of sentence-transformers, from the hub if it is not on this machine.

    The hub is asked for nothing that is here, as a folder or in the hub's cache.

    Raises:
        EncoderError: If sentence-transformers is not installed or cannot load the model.
    """
    # Read once, when huggingface_hub is loaded: without this, requests to the hub tell it about the
    # libraries of this machine.
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    try:
        # Here because torch takes seconds to load, and only those pay who chose such a model.
        import sentence_transformers
    except ImportError as error:
        msg = (
            f"Expected sentence-transformers to be installed for {model!r}, but: {error}; "
            f"{how_to_install('sentence-transformers')}"
        )
        raise EncoderError(msg) from error
    load = partial(getattr(sentence_transformers, kind), model, device=device)
    try:
        if Path(model).is_dir():
            return load()
        with suppress(OSError):  # it is not in the cache
            return load(local_files_only=True)
        _reach_hub(model)
        return load()
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, ImportError) as error:
        named = "model" if kind == "SentenceTransformer" else "cross-encoder"
        msg = (
            f"Expected a sentence-transformers {named} (folder or hub name) at {model!r}, "
            f"but could not load it: {error}"
        )
        raise EncoderError(msg) from error


def _reach_hub(model: str) -> None:
    """Ask the hub once for a model, whatever it answers.

    Subtle: loading asks for a dozen files, each time with tries and pauses, which takes a minute
    and a half where the hub cannot be reached.

    Raises:
        EncoderError: If it cannot be reached.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

    try:
        HfApi().model_info(model, timeout=_HUB_TIMEOUT_S)
    except (HfHubHTTPError, ValueError):
        return  # it answered, or the name is none: loading says what is wrong
    except Exception as error:  # of whichever library it makes requests with
        msg = (
            f"Expected the model {model!r} on this machine or on the Hugging Face hub, but it is "
            f"no folder, it is not in the hub's cache, and the hub cannot be reached ({error}); "
            "connect, or download the model elsewhere and give its folder."
        )
        raise EncoderError(msg) from error


def _folder_hash(folder: Path) -> str:
    """Return 12 hexadecimal digits of every file's path and content: any may change vectors.

    Hidden files (.git, .cache) and READMEs are left out.

    Raises:
        EncoderError: If one cannot be read.
    """
    digest = blake2b(digest_size=6)
    for name in sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")):
        path, parts = folder / name, PurePosixPath(name).parts
        is_hidden = any(part.startswith(".") for part in parts)
        if is_hidden or parts[-1].upper().startswith("README") or not path.is_file():
            continue
        try:
            with path.open("rb") as file:
                content = file_digest(file, lambda: blake2b(digest_size=16)).digest()
        except OSError as error:
            msg = f"Expected to read the model's file {path}, but: {error.strerror}."
            raise EncoderError(msg) from error
        digest.update(os.fsencode(name) + b"\0" + content)
    return digest.hexdigest()
