"""The matching mechanisms that have a name, each with a sentence for HR."""

from typing import NamedTuple

from revlab.pairing.assignment import OptimalAssignment
from revlab.pairing.leximin import Bottleneck, Leximin
from revlab.pairing.lottery_policy import LotteryDraw
from revlab.pairing.mechanisms import (
    DeferredAcceptance,
    Greedy,
    Mechanism,
    SerialDictatorship,
    at_random,
)
from revlab.pairing.mixer import Mixer
from revlab.pairing.nash import NashWelfare
from revlab.pairing.rank_maximal import RankMaximal
from revlab.pairing.stable_lattice import StableCompromise
from revlab.pairing.trading_cycles import TopTradingCycles

__all__ = ["MECHANISMS", "NamedMechanism"]

_STABLE = "No two people would both rather have each other;"
_BEST_FOR = f"{_STABLE} the best such matching for"
_OF_SUCH = f"{_STABLE} of such matchings, the one that gives"
_MOST = "As many dyads as possible are made;"


class NamedMechanism(NamedTuple):
    """A mechanism with its name and what it does, in a sentence."""

    name: str
    mechanism: Mechanism
    note: str


MECHANISMS = tuple(
    NamedMechanism(*entry)
    for entry in (
        ("random", at_random, "Allowed dyads are drawn at random."),
        (
            "serial_dictatorship",
            SerialDictatorship("mentees"),
            "Mentees choose their best free mentor in random order.",
        ),
        ("greedy", Greedy(), "The best remaining dyad is made, again and again."),
        (
            "stable_mentee",
            DeferredAcceptance("mentees"),
            f"{_BEST_FOR} mentees.",
        ),
        (
            "stable_mentor",
            DeferredAcceptance("mentors"),
            f"{_BEST_FOR} mentors.",
        ),
        ("optimal", OptimalAssignment("score"), "The total score is as large as possible."),
        (
            "most_pairs",
            OptimalAssignment("pairs"),
            f"{_MOST} of such matchings, the largest score.",
        ),
        (
            "best_with_price",
            OptimalAssignment("price", price=0.25),
            "The total score is as large as possible, less 0.25 for every person left out.",
        ),
        (
            "egalitarian",
            StableCompromise("egalitarian"),
            f"{_OF_SUCH} both sides together the best choices.",
        ),
        (
            "minimum_regret",
            StableCompromise("minimum_regret"),
            f"{_OF_SUCH} the worst-served person the best choice.",
        ),
        (
            "rank_maximal",
            RankMaximal("mentees"),
            "As many mentees as possible get their first choice, then their second, and so on.",
        ),
        (
            "top_trading_cycles",
            TopTradingCycles("mentees"),
            "Mentees trade the priority that mentors give them, until no trade helps anybody.",
        ),
        ("bottleneck", Bottleneck(), f"{_MOST} the worst of them is as good as possible."),
        (
            "leximin",
            Leximin(),
            f"{_MOST} the worst of them is as good as possible, then the second worst, and so on.",
        ),
        ("nash", NashWelfare(), f"{_MOST} the product of their scores is as large as possible."),
        (
            "lottery",
            LotteryDraw(cap=0.4),
            "Dyads are drawn so that none is likelier than 40%, at the least loss of score.",
        ),
        (
            "mixer",
            Mixer(),
            "People meet a few others at an event and pair by mutual choice, on first impressions.",
        ),
    )
)
"""All mechanisms that run without further settings. A new one is one entry here."""
