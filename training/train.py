"""Train the reader, resumable.

    python -m training.train PAIRS OUT [--rank 24] [--frozen 4] [--begin CHECKPOINT]

PAIRS is what `training.prepare` wrote. OUT/last.pt is written every few minutes and read again
where it is there; OUT/NUMBER.pt (the averaged weights after so many pairs) makes the learning
curve. One thread: on two cores two trainings beside each other are faster than one with two.

The learning rate rises over the first steps and then stays; what is evaluated is the moving average
of the weights, so that every checkpoint is as good as one at the end of a schedule (Izmailov et
al., arXiv 1803.05407).
"""

import argparse
import pickle
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from training.data import Group, Pair
from training.network import Reader

STEP_PAIRS = 48
POOL = 24
"""Steps whose pairs are sorted by length together."""
TOKENS = 1_400
WARM = 100
AVERAGED = 0.995
SAVED_S = 240
LAST = "last.pt"
SPAN = 0.5
"""Weight of the loss of start and end."""


def padded(pairs: Sequence[Pair]) -> tuple[Tensor, Tensor | None]:
    """Return ids (n, tokens) and the mask of tokens, None where nothing is padded."""
    longest = max(len(pair.ids) for pair in pairs)
    ids = torch.ones((len(pairs), longest), dtype=torch.int64)
    mask = torch.zeros((len(pairs), longest), dtype=torch.bool)
    for row, pair in enumerate(pairs):
        ids[row, : len(pair.ids)] = torch.tensor(pair.ids)
        mask[row, : len(pair.ids)] = True
    return ids, None if bool(mask.all()) else mask


def loss_of(reader: Reader, pairs: Sequence[Pair], *, is_bag: bool) -> Tensor:
    """Return the summed loss of pairs; of a bag the likeliest pair counts."""
    ids, mask = padded(pairs)
    answers, span = reader(ids, mask)
    if is_bag:
        return functional.softplus(-answers.max())
    wanted = torch.tensor([float(pair.answers) for pair in pairs])
    loss = functional.binary_cross_entropy_with_logits(answers, wanted, reduction="sum")
    rows = [row for row, pair in enumerate(pairs) if pair.answers and pair.start > 0]
    if rows:
        logits = span[rows]
        if mask is not None:
            logits = logits.masked_fill(~mask[rows][..., None], -1e4)
        ends = torch.tensor([[pairs[row].start, pairs[row].end] for row in rows])
        loss = loss + SPAN * functional.cross_entropy(
            logits.transpose(1, 2).flatten(0, 1), ends.flatten(), reduction="sum"
        )
    return loss


def batches(pool: Sequence[Group]) -> Iterator[tuple[list[Pair], bool]]:
    """Yield pairs of like length together, and bags whole."""
    single = [pair for group in pool if not group.is_bag for pair in group.pairs]
    single.sort(key=lambda pair: len(pair.ids))
    batch: list[Pair] = []
    for pair in single:
        if batch and (len(batch) + 1) * len(pair.ids) > TOKENS:
            yield batch, False
            batch = []
        batch.append(pair)
    if batch:
        yield batch, False
    for group in pool:
        if group.is_bag:
            yield group.pairs, True


class Training:
    """Weights under training, their moving average, and how far it is.

    Attributes:
        seen, step: Pairs and steps so far.
        epoch, group: Where the next group stands in the order of this epoch.
    """

    def __init__(self, reader: Reader, *, rate: float, out: Path, every: int) -> None:
        """Begin, or go on where `out` has a checkpoint."""
        self._reader, self._rate, self._out, self._every = reader, rate, out, every
        self._trained = reader.trained()
        self._optimizer = torch.optim.AdamW(
            list(self._trained.values()), lr=rate, weight_decay=0.01
        )
        self._average = {name: value.detach().clone() for name, value in self._trained.items()}
        self.seen = self.step = self.epoch = self.group = 0
        out.mkdir(parents=True, exist_ok=True)
        if (out / LAST).exists():
            kept = torch.load(out / LAST)
            reader.load_state_dict(kept["weights"], strict=False)
            self._optimizer.load_state_dict(kept["optimizer"])
            self._average = kept["average"]
            self.seen, self.step, self.epoch, self.group = kept["place"]

    def learn(self, pool: Sequence[Group]) -> float:
        """Take all pairs of some groups once; returns the mean loss of a pair."""
        some = list(batches(pool))
        random.Random(self.step).shuffle(some)
        pending, losses = 0, 0.0
        for number, (pairs, is_bag) in enumerate(some):
            loss = loss_of(self._reader, pairs, is_bag=is_bag)
            (loss / STEP_PAIRS).backward()  # type: ignore[no-untyped-call]
            losses += float(loss.detach())
            pending += len(pairs)
            if pending >= STEP_PAIRS or number + 1 == len(some):
                self._take_step(pending)
                pending = 0
        return losses / sum(len(pairs) for pairs, _ in some)

    def _take_step(self, pairs: int) -> None:
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate * min(1.0, (self.step + 1) / WARM)
        torch.nn.utils.clip_grad_norm_(self._trained.values(), 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad()
        self.step += 1
        share = min(AVERAGED, self.step / (self.step + 10))
        for name, value in self._trained.items():
            self._average[name].lerp_(value.detach(), 1 - share)
        before, self.seen = self.seen, self.seen + pairs
        if before // self._every != self.seen // self._every:
            self.keep(self.seen // self._every * self._every)

    def keep(self, number: int) -> None:
        """Write the averaged weights as those after so many pairs."""
        torch.save({"average": self._average}, self._out / f"{number}.pt")

    def save(self) -> None:
        """Write all that is needed to go on, whole or not at all."""
        whole = {
            "weights": self._trained,
            "optimizer": self._optimizer.state_dict(),
            "average": self._average,
            "place": (self.seen, self.step, self.epoch, self.group),
        }
        torch.save(whole, self._out / "last.tmp")
        (self._out / "last.tmp").replace(self._out / LAST)


def main() -> None:
    """Train until ended."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pairs", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--rank", type=int, default=24)
    parser.add_argument("--frozen", type=int, default=4, help="lowest layers that stay")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--begin", type=Path, help="weights to begin with")
    parser.add_argument("--most", type=int, default=10**9, help="pairs")
    parser.add_argument("--every", type=int, default=10_000, help="pairs between kept checkpoints")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    reader = Reader(options.rank)
    for layer in reader.layers[: options.frozen]:
        layer.requires_grad_(requires_grad=False)
    if options.begin:
        reader.load_state_dict(torch.load(options.begin)["average"], strict=False)
    training = Training(reader, rate=options.rate, out=options.out, every=options.every)
    groups: list[Group] = pickle.loads(options.pairs.read_bytes())
    saved = time.monotonic()
    while training.seen < options.most:
        order = list(range(len(groups)))
        random.Random(options.seed + training.epoch).shuffle(order)
        pool: list[Group] = []
        while training.group < len(order) and _pairs(pool) < STEP_PAIRS * POOL:
            pool.append(groups[order[training.group]])
            training.group += 1
        loss = training.learn(pool)
        if training.group == len(order):
            training.group, training.epoch = 0, training.epoch + 1
        print(f"{training.seen} pairs, step {training.step}, loss {loss:.4f}", flush=True)
        if time.monotonic() - saved > SAVED_S or training.seen >= options.most:
            training.save()
            saved = time.monotonic()
    training.keep(training.seen)


def _pairs(groups: Sequence[Group]) -> int:
    return sum(len(group.pairs) for group in groups)


if __name__ == "__main__":
    main()
