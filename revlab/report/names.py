"""The words a reader sees for the columns and the code words of the tidy frames."""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = [
    "CODED_COLUMNS",
    "COUNT_COLUMNS",
    "HUMAN_NAMES",
    "PERCENT_COLUMNS",
    "WORDS",
    "heading",
    "words",
]

_PEOPLE = {
    "person_id": "Person", "side": "Side", "role": "Role", "unit": "Unit", "grade": "Grade",
    "grade_label": "Grade", "profession": "Profession", "site": "Site", "tenure": "Years here",
    "capacity": "Most pairs per person", "availability": "Free times", "languages": "Languages",
    "interests": "Interests", "objectives": "Objectives", "skill_id": "Skill", "skill": "Skill",
    "level": "Level (0 to 5)", "source": "Source", "offered": "People who offer it",
    "needed": "People who need it", "share_complete": "Filled in", "manager_id": "Manager",
    "field": "revlab reads", "heading": "From the column", "done": "What was done",
    "written": "What somebody writes", "confidence": "How sure", "wanted_by": "People who want it",
    "offered_by": "Offered by", "able": "At a level that helps",
}  # fmt: skip

_PAIRING = {
    "policy": "Pairing policy", "mechanism": "Mechanism", "note": "Note", "n_dyads": "Pairs",
    "total_score": "Total fit", "mean_score": "Mean fit", "worst_score": "Lowest fit",
    "blocking_pairs": "Would both rather switch", "coverage": "Needed skills covered",
    "mentee_first_choice_share": "Mentees with first choice",
    "mentor_first_choice_share": "Mentors with first choice",
    "median_mentee_rank": "Median choice of mentees",
    "median_mentor_rank": "Median choice of mentors",
    "unmatched_mentors": "Mentors left over", "unmatched_mentees": "Mentees left over",
    "dyad_id": "Pair", "pool_id": "Pool", "arm": "Arm", "mentor_id": "Mentor (junior)",
    "mentee_id": "Mentee (senior)", "score": "Fit", "mentor_score": "Fit for the mentor",
    "mentee_score": "Fit for the mentee", "mentor_rank": "Choice of the mentor",
    "mentee_rank": "Choice of the mentee", "rank": "Choice", "reason": "Reason",
    "what_would_help": "What would help", "judge": "Yardstick", "value": "Value",
    "better": "Better is", "envy": "Would rather have another's partner", "group": "Group",
    "matched": "Matched", "impact_ratio": "Rate against the best-served group",
    "verdict": "Verdict", "part": "Part", "weight": "Weight", "words": "In words",
    "cap": "No pair is likelier than", "kept_share": "Share of the best fit kept",
    "possible_pairs": "Pairs that can be drawn", "likeliest_mentee": "Likeliest pair of a mentee",
    "lie": "What they would say", "gain_share": "Could gain by it", "largest_gain": "Largest gain",
    "must_bring": "Breaking a pair must bring", "n_kept": "Kept", "n_repaired": "Broken by choice",
    "n_new": "New", "n_waiting": "People waiting", "n_changed": "Pairs that change",
    "sentence": "What it does", "quota": "Quota", "reached": "Reached",
    "cost_score": "Fit it costs", "cost_dyads": "Pairs it costs", "binds": "Holds the pairs back",
}  # fmt: skip

_FIELDWORK = {
    "parameter": "Quantity", "low": "Lowest", "high": "Highest", "meaning": "Meaning",
    "doi": "DOI", "checked": "Seen or assumed", "item_id": "Item", "item": "Item",
    "scale_id": "Scale", "text": "Wording", "reverse": "Reversed", "min_valid": "Answers needed",
    "wave": "Wave", "label": "Label", "week": "Week", "session": "Session", "status": "Status",
    "planned": "Planned", "held": "Held", "skipped": "Skipped", "not_reached": "Not reached",
    "ended": "Ended early", "end_reason": "Reason for ending", "last_session": "Last session",
    "respondent_id": "Person", "pre": "Before", "post": "After", "change": "Change",
    "n_items": "Items", "name": "Name", "licence": "Licence", "file": "File",
    "column": "Column", "holds": "Holds", "required": "Required", "allowed": "Allowed",
}  # fmt: skip

_INFERENCE = {
    "estimand": "What is estimated", "estimator": "Method", "contrast": "Compared",
    "estimate": "Estimate", "std_error": "Standard error", "df": "Degrees of freedom",
    "statistic": "Statistic", "p_value": "p", "conf_low": "From", "conf_high": "To",
    "conf_level": "Interval level", "n": "n", "n_missing": "Missing", "n_clusters": "Pools",
    "convention": "How computed", "stage": "Stage", "of": "Of", "share": "Share",
    "asked": "Asked", "answered": "Answered", "criterion": "Criterion", "observed": "Observed",
    "light": "Light", "p_red": "Chance of red", "amber": "Amber from", "green": "Green from",
    "time": "Sessions", "at_risk": "Still running", "events": "Ended",
    "survival": "Share still running", "item_rest": "Agrees with the others",
    "whole_low": "All pairs, from", "whole_high": "All pairs, to", "truth": "Truth",
    "alpha_if_dropped": "Alpha without it", "mean": "Mean", "sd": "Standard deviation",
    "margin": "Margin", "not_worse": "At worst a margin behind",
    "p_lower": "p, below the margin", "p_upper": "p, above the margin", "sessions": "Sessions",
    "approach": "Way to treat what is missing", "bound_low": "Least difference",
    "bound_high": "Largest difference",
    "median": "Median", "min": "Lowest", "max": "Highest", "adjusted_p": "p, adjusted",
}  # fmt: skip

_DESIGN = {
    "diagnosand": "Property of the design", "mcse": "Simulation error", "n_sims": "Simulations",
    "n_failed": "Failed fits", "n_pairs": "Pairs", "n_pools": "Pools", "effect": "Effect",
    "power": "Power", "estimand_name": "Question", "replication": "Run", "failed": "Failure",
    "bias": "Bias", "rmse": "Typical error", "format": "Format",
    "gain": "Gain per person (SD)", "hours": "Hours",
    "gain_per_100_hours": "Per 100 hours", "ideas": "Ideas per 100 people",
    "best_gain": "Most in all", "best_value": "Most per hour",
    "times_needed": "Times as much to lead",
    "dominated_by": "Behind", "format_reach": "Reached",
    "senior_gain": "Senior (SD)", "junior_gain": "Junior (SD)",
    "doubt": "Doubt", "assumption": "Assumption", "total": "Decides",
    "total_low": "From", "total_high": "To", "first": "Alone",
    "flips_low": "Turns if low", "flips_high": "Turns if high",
    "default": "Usual value", "informed_by": "Learnt from",
}  # fmt: skip

HUMAN_NAMES: Mapping[str, str] = MappingProxyType(
    {**_PEOPLE, **_PAIRING, **_FIELDWORK, **_INFERENCE, **_DESIGN}
)
"""Column of a tidy frame -> heading that a reader sees."""

COUNT_COLUMNS = frozenset(
    {
        "n", "of", "n_missing", "n_clusters", "n_dyads", "n_pairs", "n_pools", "n_sims", "n_failed",
        "blocking_pairs", "unmatched_mentors", "unmatched_mentees", "grade", "wave", "week",
        "session", "rank", "mentor_rank", "mentee_rank", "at_risk", "events", "planned", "held",
        "skipped", "not_reached", "last_session", "asked", "answered", "offered", "needed",
        "capacity", "replication", "n_items", "possible_pairs", "n_kept", "n_repaired", "n_new",
        "n_waiting", "n_changed", "cost_dyads", "wanted_by", "offered_by", "able",
    }
)  # fmt: skip
"""Columns that count: shown without decimals even if missing values made them floats."""

PERCENT_COLUMNS = frozenset(
    {
        "share", "coverage", "mentee_first_choice_share", "mentor_first_choice_share", "p_red",
        "power", "survival", "conf_level", "share_complete", "cap", "kept_share",
        "likeliest_mentee", "gain_share", "reached", "best_gain", "best_value", "format_reach",
        "doubt", "total", "total_low", "total_high", "first", "flips_low", "flips_high",
    }
)  # fmt: skip
"""Columns of shares between 0 and 1: shown as per cent."""

CODED_COLUMNS = frozenset(
    {
        "policy", "arm", "role", "side", "status", "ended", "stage", "judge", "diagnosand",
        "estimator", "light", "source", "scale_id", "lie", "part", "approach",
    }
)  # fmt: skip
"""Columns whose values are code words, which `words` turns into what a reader sees."""

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "random": "random",
        "serial_dictatorship": "choosing in turn",
        "greedy": "best pair first",
        "stable_mentee": "stable (mentees first)",
        "stable_mentor": "stable (mentors first)",
        "optimal": "best total fit",
        "most_pairs": "most pairs",
        "best_with_price": "best fit, few left over",
        "egalitarian": "stable, fair to both sides",
        "minimum_regret": "stable, best worst choice",
        "rank_maximal": "most first choices",
        "top_trading_cycles": "trading cycles",
        "bottleneck": "best worst pair",
        "leximin": "worst pairs first",
        "nash": "balanced fit",
        "lottery": "lottery (40% at most)",
        "logged": "the lottery that was run",
        "mixer": "informal event",
        "by_hand": "pairs made by hand",
        "truncate": "name only the favourites",
        "exaggerate": "exaggerate their wishes",
        "understate_capacity": "offer fewer places",
        "pool_means": "pool means",
        "event_rate": "events over exposure, by pool",
        "rate_ratio": "ratio of rates, by pool",
        "rate_ratio_test": "arms dealt to pools anew",
        "cross_share": "share of ties, by pool",
        "homophily_test": "levels dealt out anew",
        "ties_change": "change in contacts, by pool",
        "ties_contrast": "change in contacts, by pool",
        "mean_gap": "mean distance, by pool",
        "hazard_slope": "chance to end per session, by pool",
        "goal_mean": "mean goal attainment, by pool",
        "goal_contrast": "goal attainment, by pool",
        "goals_stated": "share of goals, by pool",
        "median_to_first": "Kaplan-Meier median",
        "time_to_first": "mean time, by pool",
        "meeting_test": "arms dealt to pools anew",
        "slopes_cr2": "each pair's own line, by pool",
        "mixed_growth": "growth model",
        "lasted_cr2": "mean sessions, by pool",
        "restricted_mean": "area under the curve",
        "restricted_mean_difference": "difference of areas under the curves",
        "contrast_over_sd": "contrast in standard deviations",
        "hedges_g_paired": "change in standard deviations",
        "reliable_change": "change beyond noise",
        "actor_partner": "actor-partner model",
        "icc": "intraclass correlation",
        "group_icc": "intraclass correlation of pools",
        "cox": "Cox regression",
        "cox_check": "check of the Cox regression",
        "discrete_hazard": "chance to end per session",
        "counts": "regression of counts",
        "complete": "complete pairs only",
        "imputed": "missing answers filled in",
        "weighted": "rare answers count more",
        "bounds": "bounds for those who always answer",
        "worst_case": "every gap at an end of the scale",
        "tipping": "shift that changes the answer",
        "response": "difference in who answered",
        "ancova_cr2": "adjusted for the start, by pool",
        "change_cr2": "change, by pool",
        "lin_cr2": "adjusted for the start in each arm, by pool",
        "mixed_pools": "adjusted for the start, mixed model",
        "superiority": "share of dyads that changed more",
        "type_s": "wrong sign when it finds something",
        "exaggeration": "exaggeration when it finds something",
        "rmse": "typical error",
        "early": "ended early",
        "pre": "before",
        "post": "after",
    }
)
"""Code word -> the words a reader sees; other code words lose their underscores."""


def words(code: str) -> str:
    """Return a code word as a reader sees it.

    Examples
    --------
    >>> words("optimal"), words("mean_width")
    ('best total fit', 'mean width')
    """
    return WORDS.get(code, code.replace("_", " "))


def heading(column: str) -> str:
    """Return the heading of a column, made from its name if it is not in `HUMAN_NAMES`.

    Examples
    --------
    >>> heading("n_dyads"), heading("next_step")
    ('Pairs', 'Next step')
    """
    plain = words(column)
    return HUMAN_NAMES.get(column, plain[:1].upper() + plain[1:])
