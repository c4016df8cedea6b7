"""`ItemForm`: what the answers to one question can be."""

from dataclasses import dataclass

__all__ = ["ItemForm"]


@dataclass(frozen=True)
class ItemForm:
    """What the answers to one question can be.

    Parameters
    ----------
    item_id : str
        The item.
    low, high : int
        Smallest and largest answer.
    reverse : bool
        Whether a large answer means a small score.
    place : float
        Where the item stands in its scale, from -1 (first) to 1 (last).

    Examples
    --------
    >>> ItemForm("vo3", 1, 5, reverse=True, place=0.3).reverse
    True
    """

    item_id: str
    low: int
    high: int
    reverse: bool
    place: float
