"""The engine's network in torch, so that it can be trained: the same tokenizer, the same 4-bit matrices.

Matrices are rounded to 4-bit blocks on every pass while the gradient goes through unrounded (the straight-through
estimator of Bengio, Léonard and Courville, 2013): what is trained is what the engine will compute.
"""

from collections.abc import Sequence

import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from torch import Tensor, nn
from torch.nn.utils import parametrize
from transformers import BertConfig, BertModel

from knowledge.training.engine_file import BLOCK, EngineFile, Pieces

AT_MOST = 112
"""Pieces of a text in training; longer texts are cut."""
FROZEN = 6
"""Layers from below that stay as they are: their output is kept for each text, which halves the work of a step."""
TOGETHER = 16
"""Texts of like length that share one padded pass."""

_NAMES = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "output.LayerNorm": "oln",
}
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


class FourBits(nn.Module):
    """Rounds a matrix to 4-bit blocks; the gradient passes as if it had not."""

    def forward(self, weight: Tensor) -> Tensor:
        """Return `weight` rounded, the same shape."""
        with torch.no_grad():
            rows = weight.detach().reshape(-1, BLOCK)
            largest = rows.gather(1, rows.abs().argmax(dim=1, keepdim=True))
            scale = (largest / -8).half().float()
            steps = torch.where(scale == 0, torch.zeros_like(rows), rows / scale)
            rounded = (torch.clamp(torch.round(steps), -8, 7) * scale).reshape(weight.shape)
        return weight + (rounded - weight).detach()


class Network(nn.Module):
    """multilingual-e5-small as the engine has it: texts in, unit-length vectors out."""

    def __init__(self, file: EngineFile) -> None:
        super().__init__()
        shape = file.shape
        config = BertConfig(
            vocab_size=shape.pieces,
            hidden_size=shape.hidden,
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads,
            intermediate_size=shape.inner,
            max_position_embeddings=shape.positions,
            type_vocab_size=shape.types,
            layer_norm_eps=shape.epsilon,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        self.tokenizer = build_tokenizer(file.pieces)
        self._pad = file.pieces.pad
        self._kept: dict[str, Tensor] = {}
        self.bert = BertModel(config, add_pooling_layer=False)
        parameters = dict(self.bert.named_parameters())
        with torch.no_grad():
            for stored, own in self._names(shape.layers).items():
                parameters[own].copy_(torch.from_numpy(file.numbers(stored)).reshape(parameters[own].shape))
        self.bert.requires_grad_(False)
        upper = self.bert.encoder.layer[FROZEN:]
        upper.requires_grad_(True)
        for module in upper.modules():
            if isinstance(module, nn.Linear):
                parametrize.register_parametrization(module, "weight", FourBits())

    def forward(self, texts: Sequence[str]) -> Tensor:
        """Return float32 of shape (len(texts), hidden), unit length. Texts carry their prefix already."""
        self._keep([text for text in texts if text not in self._kept])
        order = sorted(range(len(texts)), key=lambda n: len(self._kept[texts[n]]))
        parts = [order[n : n + TOGETHER] for n in range(0, len(order), TOGETHER)]
        rows = torch.cat([self._upper([self._kept[texts[n]] for n in part]) for part in parts])
        return rows[torch.tensor(order).argsort()]

    def _upper(self, lines: Sequence[Tensor]) -> Tensor:
        """Return the vectors of texts given as their kept states, shapes (pieces, hidden)."""
        hidden = nn.utils.rnn.pad_sequence([line.float() for line in lines], True)
        held = _held([len(line) for line in lines])
        hidden = self._layers(hidden, held, FROZEN, None).float()
        weights = held.unsqueeze(-1).to(hidden.dtype)
        return nn.functional.normalize((hidden * weights).sum(1) / weights.sum(1), dim=-1)

    def _keep(self, texts: Sequence[str]) -> None:
        """Run the frozen layers over `texts` and keep what they give, in half precision."""
        ordered = sorted(set(texts), key=len)
        encoded = [e.ids for e in self.tokenizer.encode_batch_fast(ordered)]
        with torch.no_grad():
            for at in range(0, len(encoded), TOGETHER):
                lines = encoded[at : at + TOGETHER]
                ids = nn.utils.rnn.pad_sequence([torch.tensor(line) for line in lines], True, self._pad)
                hidden = self._layers(self.bert.embeddings(ids), _held([len(line) for line in lines]), 0, FROZEN)
                for n, line in enumerate(lines):
                    self._kept[ordered[at + n]] = hidden[n, : len(line)].half()

    def _layers(self, hidden: Tensor, held: Tensor, start: int, end: int | None) -> Tensor:
        for layer in self.bert.encoder.layer[start:end]:
            out = layer(hidden, attention_mask=held[:, None, None, :])
            hidden = out if isinstance(out, Tensor) else out[0]
        return hidden

    def write_into(self, file: EngineFile) -> None:
        """Put the trained numbers into `file`."""
        with torch.no_grad():
            parameters = dict(self.bert.named_parameters())
            for stored, own in self._names(file.shape.layers).items():
                trained = parameters.get(own, parameters.get(_original(own)))
                if trained is not None and trained.requires_grad:
                    file.put(stored, trained.detach().float().numpy())

    @staticmethod
    def _names(layers: int) -> dict[str, str]:
        names = dict(_EMBEDDINGS)
        for layer in range(layers):
            for own, stored in _NAMES.items():
                names[f"l{layer}.{stored}.w"] = f"encoder.layer.{layer}.{own}.weight"
                names[f"l{layer}.{stored}.b"] = f"encoder.layer.{layer}.{own}.bias"
        return names


def build_tokenizer(pieces: Pieces) -> Tokenizer:
    """Return the unigram tokenizer over `pieces`."""
    scored = [(text, float(score)) for text, score in zip(pieces.texts, pieces.scores, strict=True)]
    tokenizer = Tokenizer(models.Unigram(scored, unk_id=pieces.unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    begin, end = pieces.texts[pieces.begin], pieces.texts[pieces.end]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}", special_tokens=[(begin, pieces.begin), (end, pieces.end)]
    )
    tokenizer.enable_truncation(AT_MOST)
    return tokenizer


def _held(lengths: Sequence[int]) -> Tensor:
    """Return where a padded batch holds pieces, bool of shape (texts, longest)."""
    return torch.arange(max(lengths))[None, :] < torch.tensor(lengths)[:, None]


def _original(name: str) -> str:
    stem, _, last = name.rpartition(".")
    return f"{stem}.parametrizations.{last}.original"
