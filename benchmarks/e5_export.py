"""Export of the bundled weights as a standard sentence-transformers folder.

For tests and benchmarks only; the product reads the packed weights themselves.
"""

import json
from base64 import b64encode
from pathlib import Path

import numpy as np
from e5_charsmap import build_charsmap

from index.encoders.e5.weights import E5Weights, Floats, PieceTable, find_weights

_MATRICES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
_MARKERS = {
    "bos_token": "<s>",
    "cls_token": "<s>",
    "eos_token": "</s>",
    "mask_token": "<mask>",
    "pad_token": "<pad>",
    "sep_token": "</s>",
    "unk_token": "<unk>",
}


def export_sentence_transformers(folder: Path) -> None:
    """Write `folder` (480 MB), ready for `SentenceTransformer(str(folder))`.

    Needs safetensors, which comes with sentence-transformers.
    """
    from safetensors.numpy import save_file

    weights = E5Weights(find_weights())
    folder.mkdir(parents=True, exist_ok=True)
    save_file(_tensors(weights), folder / "model.safetensors", metadata={"format": "pt"})
    for name, content in _files(weights).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def tokenizer_json() -> str:
    """Return the tokenizer as `tokenizers.Tokenizer.from_str` reads it."""
    return json.dumps(_tokenizer(E5Weights(find_weights()).pieces))


def _tensors(weights: E5Weights) -> dict[str, Floats]:
    hidden = weights.shape.hidden
    tensors = {
        "embeddings.word_embeddings.weight": weights.matrix("emb.word", columns=hidden),
        "embeddings.position_embeddings.weight": weights.vector("emb.pos").reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": weights.vector("emb.type").reshape(-1, hidden),
        "embeddings.LayerNorm.weight": weights.vector("emb.ln.w"),
        "embeddings.LayerNorm.bias": weights.vector("emb.ln.b"),
    }
    for layer in range(weights.shape.layers):
        at, to = f"l{layer}.", f"encoder.layer.{layer}."
        for short, long in _MATRICES.items():
            columns = weights.shape.feed_forward if short == "fo" else hidden
            tensors[f"{to}{long}.weight"] = weights.matrix(f"{at}{short}.w", columns=columns)
            tensors[f"{to}{long}.bias"] = weights.vector(f"{at}{short}.b")
        for short, long in _NORMS.items():
            tensors[f"{to}{long}.weight"] = weights.vector(f"{at}{short}.w")
            tensors[f"{to}{long}.bias"] = weights.vector(f"{at}{short}.b")
    return {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}


def _files(weights: E5Weights) -> dict[str, object]:
    shape = weights.shape
    module = "sentence_transformers.models."
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "attention_probs_dropout_prob": 0.1,
            "hidden_act": "gelu",
            "hidden_dropout_prob": 0.1,
            "hidden_size": shape.hidden,
            "intermediate_size": shape.feed_forward,
            "layer_norm_eps": weights.epsilon,
            "max_position_embeddings": shape.positions,
            "num_attention_heads": shape.heads,
            "num_hidden_layers": shape.layers,
            "pad_token_id": 0,
            "type_vocab_size": shape.types,
            "vocab_size": shape.vocabulary,
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": module + "Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": module + "Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": module + "Normalize"},
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_mean_tokens": True,
        },
        "2_Normalize/config.json": {},
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "passage": "passage: "},
            "similarity_fn_name": "cosine",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            "model_input_names": ["input_ids", "attention_mask"],
            **_MARKERS,
        },
        "special_tokens_map.json": _MARKERS,
        "tokenizer.json": _tokenizer(weights.pieces),
    }


def _tokenizer(pieces: PieceTable) -> dict[str, object]:
    metaspace = {
        "type": "Metaspace",
        "replacement": "\u2581",
        "prepend_scheme": "always",
        "split": True,
    }
    charsmap = build_charsmap(pieces.normaliser)
    return {
        "version": "1.0",
        "added_tokens": [
            {
                "id": row,
                "content": pieces.piece(row).decode(),
                "single_word": False,
                "lstrip": row == len(pieces) - 1,
                "rstrip": False,
                "normalized": False,
                "special": True,
            }
            for row in sorted(pieces.special)
        ],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "NFC"},
                {"type": "Precompiled", "precompiled_charsmap": b64encode(charsmap).decode()},
            ],
        },
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [{"type": "WhitespaceSplit"}, metaspace],
        },
        "post_processor": _markers(pieces),
        "decoder": metaspace,
        "model": {
            "type": "Unigram",
            "unk_id": pieces.unknown,
            "byte_fallback": False,
            "vocab": [
                [pieces.piece(row).decode(), score]
                for row, score in enumerate(pieces.scores.tolist())
            ],
        },
    }


def _markers(pieces: PieceTable) -> dict[str, object]:
    """Return the rule that puts a text between `<s>` and `</s>`."""
    start, end = ({"SpecialToken": {"id": name, "type_id": 0}} for name in ("<s>", "</s>"))
    first, second = ({"Sequence": {"id": name, "type_id": 0}} for name in ("A", "B"))
    return {
        "type": "TemplateProcessing",
        "single": [start, first, end],
        "pair": [start, first, end, end, second, end],
        "special_tokens": {
            name: {"id": name, "ids": [row], "tokens": [name]}
            for name, row in (("<s>", pieces.bos), ("</s>", pieces.eos))
        },
    }
