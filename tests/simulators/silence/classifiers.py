"""Three small classifiers, honest cross-validation by whole homes, and how likely chance does as well.

A nearest-neighbours vote finds clusters, a ridge regression on the classes finds any linear mark, and the best single
threshold finds one number that gives a behavior away, which the others may drown in noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    type Guess = Callable[[np.ndarray, int], np.ndarray]
    """From classes of the known rows, tries by rows, and how many classes there are, to the asked rows' of each try."""
    type Classifier = Callable[[np.ndarray, np.ndarray], Guess]

NEIGHBOURS = 5
RIDGE = 1.0
AT_ONCE = 50
"""So many shuffles are asked about together: one large product of matrices is many times faster than small ones."""


def nearest(known: np.ndarray, asked: np.ndarray) -> Guess:
    """Guess by the vote of the nearest."""
    distances = ((asked[:, None, :] - known[None, :, :]) ** 2).sum(axis=2)
    near = np.argsort(distances, axis=1, kind="stable")[:, :NEIGHBOURS]

    def guess(classes: np.ndarray, many: int) -> np.ndarray:
        voted = classes[:, near]
        return np.stack([(voted == each).sum(axis=2) for each in range(many)], axis=2).argmax(axis=2)

    return guess


def linear(known: np.ndarray, asked: np.ndarray) -> Guess:
    """Guess by a ridge regression on each class, solved over the samples (there are more numbers than homes)."""
    gram = known @ known.T + RIDGE * known.shape[1] ** 0.5 * np.eye(len(known))
    weights = np.linalg.solve(gram, known @ asked.T).T

    def guess(classes: np.ndarray, many: int) -> np.ndarray:
        wanted = np.eye(many)[classes]
        mean = wanted.mean(axis=1, keepdims=True)
        return (weights @ (wanted - mean) + mean).argmax(axis=2)

    return guess


def one_number(known: np.ndarray, asked: np.ndarray) -> Guess:
    """Guess by the one number whose classes lie farthest apart: the nearest class mean on it."""
    squares = (known**2).mean(axis=0)

    def guess(classes: np.ndarray, many: int) -> np.ndarray:
        members = np.eye(many)[classes].transpose(0, 2, 1)
        sizes = members.sum(axis=2)[:, :, None]
        sums = (members.reshape(-1, len(known)) @ known).reshape(len(classes), many, -1)
        means = sums / np.maximum(sizes, 1)
        within = squares - (sizes / len(known) * means**2).sum(axis=1) + 1e-9
        best = (means.var(axis=1) / within).argmax(axis=1)
        there = np.take_along_axis(means, best[:, None, None], axis=2)[:, None, :, 0]
        return np.abs(asked[:, best].T[:, :, None] - there).argmin(axis=2)

    return guess


CLASSIFIERS: dict[str, Classifier] = {
    "nearest neighbours": nearest,
    "ridge regression": linear,
    "best single number": one_number,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How well one classifier did, and how often as well or better on homes whose behaviours were shuffled."""

    name: str
    accuracy: float
    chance: float
    p_value: float
    samples: int


def judge(name: str, samples: np.ndarray, home_of: np.ndarray, behaviours: np.ndarray, shuffles: int) -> Result:
    """Cross-validate by whole homes: no home is known in part.

    ``samples`` are rows of numbers, ``home_of`` the home of each row, ``behaviours`` the class of each home. All homes'
    rows are in the same order, and rows of the same place (the same request) are compared with each other: their mean
    is taken off. What is shuffled is who did what, among the homes' first rows, among their second ones, and so on: a
    home's clock forgets within hours, so its rows are as good as those of several homes.
    """
    chance = np.random.default_rng(20_261_125)
    folds = _folds(behaviours)[home_of]
    turn_of = np.concatenate([np.arange(count) for count in np.bincount(home_of)])
    guesses = [
        CLASSIFIERS[name](*_scaled(_compared(samples, turn_of, folds == fold), folds == fold))
        for fold in range(folds.max() + 1)
    ]
    many = int(behaviours.max()) + 1

    def right(classes: np.ndarray) -> np.ndarray:
        found = np.zeros(len(classes), dtype=int)
        for fold, guess in enumerate(guesses):
            told = guess(classes[:, folds != fold], many)
            found += (told == classes[:, folds == fold]).sum(axis=1)
        return found

    def shuffled(classes: np.ndarray) -> np.ndarray:
        mixed = classes.copy()
        for turn in range(turn_of.max() + 1):
            mixed[turn_of == turn] = chance.permutation(classes[turn_of == turn])
        return mixed

    true = behaviours[home_of]
    (found,) = right(true[None])
    as_well = 0
    for begin in range(0, shuffles, AT_ONCE):
        tries = [shuffled(true) for _ in range(begin, min(begin + AT_ONCE, shuffles))]
        as_well += int((right(np.stack(tries)) >= found).sum())
    return Result(
        name=name,
        accuracy=float(found) / len(samples),
        chance=float(np.bincount(true).max() / len(samples)),
        p_value=(as_well + 1) / (shuffles + 1),
        samples=len(samples),
    )


def _folds(behaviours: np.ndarray) -> np.ndarray:
    """Put one home of each behavior into each fold."""
    folds = np.zeros(len(behaviours), dtype=int)
    for behaviour in np.unique(behaviours):
        (members,) = np.nonzero(behaviours == behaviour)
        folds[members] = np.arange(len(members))
    return folds


def _compared(samples: np.ndarray, turn_of: np.ndarray, left_out: np.ndarray) -> np.ndarray:
    """Return each row without the mean of the known rows of its place."""
    compared = samples.copy()
    for turn in range(turn_of.max() + 1):
        compared[turn_of == turn] -= samples[(turn_of == turn) & ~left_out].mean(axis=0)
    return compared


def _scaled(samples: np.ndarray, left_out: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the known and the asked rows, on the known ones' scale; what is the same in all known rows stays."""
    known, asked = samples[~left_out], samples[left_out]
    spread = known.std(axis=0)
    spread[spread == 0] = 1.0
    return (known - known.mean(axis=0)) / spread, np.clip((asked - known.mean(axis=0)) / spread, -20, 20)
