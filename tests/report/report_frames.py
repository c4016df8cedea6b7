"""Small synthetic frames, one per figure, for the tests of the report room."""

import numpy as np
import pandas as pd

from revlab.inference.estimate import Estimate
from revlab.rng import stream

NAN = float("nan")


def estimate(low: float = 0.05, high: float = 0.57, **more: object) -> Estimate:
    fields: dict[str, object] = {
        "contrast": "optimal - random", "n": 40, "n_missing": 6, "n_clusters": 8,
        "unit": "points on a 1-5 scale", "convention": "CR2 standard errors, Satterthwaite",
    }  # fmt: skip
    fields |= more
    contrast = str(fields.pop("contrast"))
    return Estimate(
        "digital confidence", "ancova_cr2", contrast, (low + high) / 2, 0.13, 8.5, 2.4, 0.02,
        low, high, **fields,  # type: ignore[arg-type]
    )  # fmt: skip


def _pairs() -> pd.DataFrame:
    rng = stream(1, "pairs")
    grid = np.indices((26, 30)).reshape(2, -1)
    score = np.round(rng.beta(4, 4, size=grid.shape[1]), 4)
    score[rng.random(score.size) < 0.2] = np.nan
    frame = pd.DataFrame({"row": grid[0], "column": grid[1], "score": score, "paired": False})
    best = frame.dropna().sort_values("score", ascending=False).drop_duplicates("row")
    frame.loc[best.drop_duplicates("column").index, "paired"] = True
    return frame


def _sessions() -> pd.DataFrame:
    rng = stream(1, "sessions")
    rows = []
    for dyad in range(26):
        last = 6 if rng.random() < 0.7 else int(rng.integers(2, 6))
        for session in range(1, 7):
            held = "held" if rng.random() < 0.85 else "skipped"
            rows.append((f"D{dyad:03d}", session, held if session <= last else "not reached"))
    return pd.DataFrame(rows, columns=["dyad_id", "session", "status"])


def _outcomes() -> pd.DataFrame:
    rng = stream(1, "outcomes")
    pre = np.round(rng.normal(2.9, 0.6, 46), 2).clip(1, 5)
    arm = np.repeat(["optimal", "random"], 23)
    post = np.round(pre + rng.normal(0.3, 0.5, 46) + 0.3 * (arm == "optimal"), 2).clip(1, 5)
    post[[3, 30, 31]] = np.nan
    return pd.DataFrame({"arm": arm, "pre": pre, "post": post})


def _likert() -> pd.DataFrame:
    rng = stream(1, "likert")
    items = [
        "I speak up when I see a better way to do something.",
        "I can set up a video meeting without help.",
        "I know whom to ask about a new tool.",
    ]
    frames = [
        pd.DataFrame(
            {"item": item, "value": pd.array(rng.binomial(4, 0.45 + 0.15 * k, 40) + 1, "Int64")}
        )
        for k, item in enumerate(items)
    ]
    frame = pd.concat(frames, ignore_index=True).assign(low=1, high=5)
    frame.loc[[2, 50, 51], "value"] = pd.NA
    return frame


def _policies() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "policy": ["random", "serial_dictatorship", "greedy", "stable_mentee",
                       "stable_mentor", "optimal", "most_pairs"],
            "n_dyads": [24, 25, 25, 25, 25, 25, 26],
            "mean_score": [0.42, 0.55, 0.618, 0.602, 0.604, 0.634, 0.631],
            "total_score": [10.1, 13.7, 15.4, 15.0, 15.1, 15.9, 16.4],
            "worst_score": [0.08, 0.17, 0.12, 0.19, 0.21, 0.31, 0.31],
        }
    )  # fmt: skip


def _survival() -> pd.DataFrame:
    rows = []
    for arm, shares in (
        ("optimal", [1, 1, 0.96, 0.91, 0.91, 0.87]),
        ("random", [1, 0.96, 0.87, 0.83, 0.74, 0.65]),
    ):
        for time, share in enumerate(shares, start=1):
            low, high = max(share - 0.13, 0), min(share + 0.08, 1)
            rows.append((arm, time, int(23 * share), share, low, high))
    columns = ["arm", "time", "at_risk", "survival", "conf_low", "conf_high"]
    return pd.DataFrame(rows, columns=columns)


def _flow() -> pd.DataFrame:
    rows = []
    for role, counts in (("mentor", [30, 26, 24, 21]), ("mentee", [26, 26, 22, 17])):
        stages = ["enrolled", "paired", "met at least once", "answered the last survey"]
        for stage, n in zip(stages, counts, strict=True):
            of = counts[0]
            share = n / of
            rows.append((stage, role, n, of, share, max(share - 0.15, 0), min(share + 0.08, 1)))
    columns = ["stage", "role", "n", "of", "share", "conf_low", "conf_high"]
    return pd.DataFrame(rows, columns=columns)


def _growth() -> pd.DataFrame:
    rows = []
    for arm, means in (("optimal", [2.86, 3.1, 3.4]), ("random", [3.05, 3.05, 3.2])):
        for wave, mean in enumerate(means, start=1):
            label = ("before", "midway", "after")[wave - 1]
            rows.append((arm, wave, label, mean, mean - 0.4, mean + 0.4, 24 - 3 * wave))
    columns = ["arm", "wave", "label", "estimate", "conf_low", "conf_high", "n"]
    return pd.DataFrame(rows, columns=columns)


def _ties() -> pd.DataFrame:
    rows = [
        (1, 0.24, 0.19, 0.29, 90, 0.5),
        (2, 0.3, 0.24, 0.36, 70, 0.5),
        (3, 0.36, 0.3, 0.43, 66, 0.51),
    ]
    return pd.DataFrame(rows, columns=["wave", "estimate", "conf_low", "conf_high", "n", "chance"])


def _reasons() -> pd.DataFrame:
    rows = []
    for reason, counts in (("moved on", [2, 2, 0, 3, 0, 0]), ("no time", [1, 1, 2, 1, 1, 0])):
        shares = np.cumsum(counts) / 45
        for time, (count, share) in enumerate(zip(counts, shares, strict=True), start=1):
            low, high = max(share - 0.06, 0.01), share + 0.1
            rows.append((reason, time, count, share, low, high))
    columns = ["reason", "time", "events", "share", "conf_low", "conf_high"]
    return pd.DataFrame(rows, columns=columns)


def _gaps() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "gap": [1.4, 2.0, 3.0, 4.6],
            "low": [1, 2, 3, 4],
            "high": [2, 2, 3, 6],
            "n": [7, 21, 18, 9],
            "estimate": [3.21, 3.52, 3.6, 3.34],
            "conf_low": [2.6, 3.2, 3.3, 2.8],
            "conf_high": [3.8, 3.8, 3.9, 3.9],
        }
    )


def _series() -> pd.DataFrame:
    month = np.arange(36)
    after = month >= 18
    without = 20 * np.exp(0.005 * month)
    fitted = np.where(after, without * np.exp(0.2 + 0.004 * (month - 18)), without)
    count = stream(1, "series").poisson(fitted)
    return pd.DataFrame(
        {"month": month, "count": count, "rate": count.astype(float), "fitted": fitted,
         "without": without, "after": after}
    )  # fmt: skip


def _evaluations() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "policy": ["logged", "optimal", "stable_mentee", "greedy"],
            "estimate": [3.19, 3.23, 3.27, 3.62],
            "conf_low": [2.81, 2.58, 2.42, 3.25],
            "conf_high": [3.58, 3.88, 4.12, 4.0],
            "whole_low": [2.81, 2.45, 2.2, 2.57],
            "whole_high": [3.58, 4.02, 4.4, 4.44],
            "share": [1.0, 0.94, 0.83, 1.0],
        }
    )


def _sensitivity() -> pd.DataFrame:
    rows = [
        ("complete", 0.42, 0.12, 0.72, 0.42, 0.42),
        ("imputed", 0.38, 0.05, 0.71, 0.38, 0.38),
        ("weighted", 0.4, 0.03, 0.77, 0.4, 0.4),
        ("bounds", NAN, -0.1, 0.85, 0.2, 0.6),
        ("worst_case", NAN, -1.3, 1.9, -0.9, 1.5),
        ("tipping", -0.6, NAN, NAN, NAN, NAN),
        ("response", 0.12, -0.05, 0.29, 0.12, 0.12),
    ]
    columns = ["approach", "estimate", "conf_low", "conf_high", "bound_low", "bound_high"]
    return pd.DataFrame(rows, columns=columns)


def _drivers() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "assumption": ["how well the score tells the true fit", "how often pairs end early",
                           "how much fit adds to a session", "how fast relationships grow"],
            "total": [0.41, 0.12, 0.35, 0.01],
            "total_low": [0.33, 0.09, 0.27, 0.0],
            "total_high": [0.5, 0.16, 0.44, 0.02],
            "first": [0.34, 0.1, 0.2, -0.01],
        }
    )  # fmt: skip


def _formats() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "format": ["training sprint", "reverse mentoring", "no programme"],
            "gain": [0.06, 0.03, 0.0],
            "conf_low": [0.0, 0.01, 0.0],
            "conf_high": [0.13, 0.06, 0.0],
            "hours": [6.7, 2.3, 0.0],
            "best_gain": [0.7, 0.3, 0.0],
        }
    )


def _records() -> pd.DataFrame:
    shares = [0.0, 0.2, 0.4, 0.6]
    lines = {"search finds somebody": (1.0, 0.1), "names can help": (1.0, 0.9),
             "needs a partner meets": (0.4, 0.3)}  # fmt: skip
    parts = [
        pd.DataFrame({"line": line, "share": shares, "mean": start * (1 - lost * np.array(shares))})
        for line, (start, lost) in lines.items()
    ]
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(low=frame["mean"] - 0.05, high=frame["mean"] + 0.03)


def _ladder() -> pd.DataFrame:
    ends = {
        "declined": [0.27, 0.06, 0.11, 0.06, 0.51], "unpaired": [0, 0, 0.03, 0.05, 0.04],
        "dropped": [0.1, 0.09, 0.05, 0.04, 0.14], "climbed": [0.63, 0.48, 0.29, 0.15, 0.31],
    }  # fmt: skip
    frame = pd.DataFrame({"ladder": [*["step by step"] * 4, "at once"], "step": [1, 2, 3, 4, 1]})
    rungs = ["mixer", "speed meetings", "three sessions", "six sessions", "six sessions"]
    frame = frame.assign(rung=rungs, **ends)
    return frame.assign(climbed_low=frame["climbed"] - 0.05, climbed_high=frame["climbed"] + 0.05)


def _interviews() -> pd.DataFrame:
    frame = pd.DataFrame({"reliability": [0.64, 0.7, 0.72, 0.77, 0.81, 0.9, 1.0]})
    frame["price"] = 20 * (frame["reliability"] ** 0.5 - 0.8)
    frame = frame.assign(low=0.6 * frame["price"], high=1.5 * frame["price"])
    return frame.assign(interviews=[0, NAN, 1, 2, 3, NAN, NAN], hours=[0, NAN, 2, 4, 6, NAN, NAN])


def synthetic_frames() -> dict[str, pd.DataFrame]:
    """Return a frame for each name in FIGURES."""
    rng = stream(1, "frames")
    grades = pd.DataFrame(
        {
            "side": ["mentor"] * 3 + ["mentee"] * 3,
            "grade": [1, 2, 3, 3, 4, 5],
            "grade_label": ["AO", "EO", "HEO", "HEO", "SEO", "Grade 7"],
            "n": [12, 14, 4, 3, 15, 8],
        }
    )
    skills = pd.DataFrame(
        {
            "skill": ["manage online meetings", "use spreadsheets", "write for social media",
                      "protect personal data", "edit short videos"],
            "offered": [4, 20, 11, 9, 3],
            "needed": [19, 8, 12, 15, 3],
        }
    )  # fmt: skip
    ranks = pd.DataFrame(
        {
            "side": np.repeat(["mentee", "mentor"], 5),
            "rank": [1, 2, 3, 5, 14] * 2,
            "n": [14, 5, 3, 2, 1, 9, 7, 4, 3, 2],
        }
    )
    sizes = np.array([26, 40, 60, 80, 120, 160])
    powers = [
        pd.DataFrame(
            {"estimator": name, "n_pairs": sizes, "power": 1 - np.exp(-sizes / scale),
             "mcse": 0.02, "n_sims": 500}
        )
        for name, scale in (("ancova_cr2", 55.0), ("pool_means", 80.0))
    ]  # fmt: skip
    forest = pd.DataFrame(
        {
            "estimand": ["digital confidence", "openness", "voice"],
            "contrast": "optimal - random",
            "estimate": [0.42, 0.05, 0.2],
            "conf_low": [0.28, -0.15, -0.3],
            "conf_high": [0.56, 0.2, 0.7],
            "n": [40, 41, 38],
        }
    )
    return {
        "grades": grades,
        "skills": skills,
        "heat": _pairs(),
        "scores": _pairs(),
        "policies": _policies(),
        "ranks": ranks,
        "chance": pd.DataFrame({"cap": [1.0, 0.5, 0.2], "kept_share": [1.0, 0.97, 0.9]}),
        "flow": _flow(),
        "attendance": _sessions(),
        "survival": _survival(),
        "growth": _growth(),
        "gaps": _gaps(),
        "series": _series(),
        "reasons": _reasons(),
        "likert": _likert(),
        "change": _outcomes(),
        "forest": forest,
        "sensitivity": _sensitivity(),
        "evaluations": _evaluations(),
        "formats": _formats(),
        "records": _records(),
        "ties": _ties(),
        "ladder": _ladder(),
        "interviews": _interviews(),
        "drivers": _drivers(),
        "power": pd.concat(powers, ignore_index=True),
        "sampling": pd.DataFrame({"estimate": rng.normal(0.28, 0.2, 500), "estimand": 0.3}),
    }


def settings() -> dict[str, dict[str, object]]:
    """Return keyword arguments for the figures that take some."""
    return {
        "change": {"estimate": estimate(), "margin": 0.25},
        "forest": {"margin": 0.25},
        "sensitivity": {"margin": 0.25},
        "power": {"target": 0.9},
    }
