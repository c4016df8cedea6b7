"""A series before and after a date: against statsmodels, by simulation, and with no cause named."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM

from revlab.errors import EstimateError, OptionError, TableError
from revlab.fieldwork.series_file import read_series
from revlab.inference.interrupted import FEWEST_MONTHS, SEASONS, interrupted_series
from revlab.inference.series_errors import ERRORS, series_errors
from revlab.rng import stream


def frame_of(
    rng: np.random.Generator, n: int = 48, *, level: float = 0.0, slope: float = 0.0,
    alike: float = 0.0, sd: float = 0.0,
) -> pd.DataFrame:  # fmt: skip
    shock = rng.normal(size=n) * sd
    for k in range(1, n):
        shock[k] = alike * shock[k - 1] + np.sqrt(1 - alike**2) * shock[k]
    place = np.arange(n)
    after = place >= n // 2
    log_rate = 3.4 + after * (level + slope * (place - n // 2) / 12) + shock
    months = pd.period_range("2022-01", periods=n, freq="M").astype(str)
    return pd.DataFrame({"month": months, "count": rng.poisson(np.exp(log_rate))})


def design_of(n: int, season: str) -> np.ndarray:
    place = np.arange(n, dtype=float)
    after = (place >= n // 2).astype(float)
    columns = [np.ones(n), place / 12, after, after * (place - n // 2) / 12]
    if season == "yearly":
        columns += [np.sin(2 * np.pi * place / 12), np.cos(2 * np.pi * place / 12)]
    return np.column_stack(columns)


@pytest.mark.parametrize("season", SEASONS)
def test_coefficients_and_errors_are_those_of_statsmodels(season: str) -> None:
    rng = stream(1, "series")
    frame = frame_of(rng, 60, level=0.3, sd=0.3, alike=0.5)
    frame["exposure"] = rng.uniform(5, 20, size=60)
    model = GLM(frame["count"], design_of(60, season), family=Poisson(),
                offset=np.log(frame["exposure"]))  # fmt: skip
    first = frame["month"][30]
    wide = model.fit(scale="X2", tol=1e-12)
    quasi = interrupted_series(frame, first, season=season, errors="quasi_poisson")
    lags = int(4 * 0.6 ** (2 / 9))
    robust = model.fit(
        cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}, tol=1e-12
    )
    ours = interrupted_series(frame, first, season=season, errors="newey_west")
    for k, name in ((2, "level"), (3, "slope")):
        assert getattr(quasi, name).estimate == pytest.approx(wide.params.iloc[k], abs=1e-8)
        assert getattr(quasi, name).std_error == pytest.approx(wide.bse.iloc[k], rel=1e-7)
        least = max(robust.bse.iloc[k], wide.bse.iloc[k])
        assert getattr(ours, name).std_error == pytest.approx(least, rel=1e-6)
    assert quasi.errors.dispersion == pytest.approx(wide.scale, rel=1e-7)
    assert quasi.table["fitted"].to_numpy() == pytest.approx(
        (wide.mu / frame["exposure"]).to_numpy(), rel=1e-7
    )
    assert quasi.level.df == 60 - design_of(60, season).shape[1]


def test_newey_west_is_not_only_its_floor() -> None:
    """In a series that goes together the robust part decides, and is that of statsmodels."""
    for seed in range(20):
        frame = frame_of(stream(seed, "nw"), 96, sd=0.5, alike=0.8)
        model = GLM(frame["count"], design_of(96, "none"), family=Poisson())
        robust = model.fit(cov_type="HAC", cov_kwds={"maxlags": 3, "use_correction": True})
        if robust.bse.iloc[2] > model.fit(scale="X2").bse.iloc[2]:
            ours = interrupted_series(frame, frame["month"][48], errors="newey_west")
            assert ours.level.std_error == pytest.approx(robust.bse.iloc[2], rel=1e-5)
            break
    else:
        raise AssertionError("no series of twenty had robust errors above the floor")


@pytest.mark.parametrize(
    ("n", "alike", "sd", "least"),
    [(24, 0.0, 0.0, 0.94), (48, 0.0, 0.2, 0.93), (48, 0.3, 0.2, 0.90), (48, 0.6, 0.4, 0.87)],
)
def test_intervals_cover_what_is_true(n: int, alike: float, sd: float, least: float) -> None:
    hits = []
    for k in range(250):
        frame = frame_of(stream(k, "cover", n), n, level=0.2, slope=0.1, alike=alike, sd=sd)
        found = interrupted_series(frame, frame["month"][n // 2])
        hits.append(
            [
                e.conf_low < true < e.conf_high
                for e, true in ((found.level, 0.2), (found.slope, 0.1))
            ]
        )
    assert (np.mean(hits, axis=0) >= least).all()
    assert (np.mean(hits, axis=0) <= 0.995).all()


def test_the_likeness_of_months_is_found_and_pays() -> None:
    """Where months go together the errors grow; where they do not, hardly."""
    found = {}
    for alike in (0.0, 0.8):
        made = []
        for k in range(60):
            frame = frame_of(stream(k, "alike"), 96, alike=alike, sd=0.4)
            made.append([interrupted_series(frame, frame["month"][48], errors=e) for e in ERRORS])
        found[alike] = (
            np.mean([one[0].errors.correlation for one in made]),
            np.mean([one[0].level.std_error / one[2].level.std_error for one in made]),
            np.mean([one[0].level.df for one in made]),
        )
    assert found[0.0][0] < 0.12
    assert 0.5 < found[0.8][0] < 0.85
    assert found[0.0][1] < 1.1 < 1.5 < found[0.8][1]
    assert found[0.8][2] < found[0.0][2] <= 92


def test_the_correction_undoes_what_a_regression_does_to_residuals() -> None:
    """The plain correlation of residuals is too low; the one that is used is not."""
    plain, used = [], []
    for k in range(300):
        rng = stream(k, "normal")
        noise = rng.normal(size=36)
        for j in range(1, 36):
            noise[j] = 0.5 * noise[j - 1] + np.sqrt(0.75) * noise[j]
        design, mean = design_of(36, "none"), np.full(36, 400.0)
        count = mean + 60 * (noise - design @ np.linalg.lstsq(design, noise, rcond=None)[0])
        residual = count - mean
        plain.append(residual[1:] @ residual[:-1] / (residual @ residual))
        used.append(series_errors(count, mean, design, kind="autoregressive").correlation)
    assert np.mean(plain) < 0.4
    assert np.mean(used) == pytest.approx(0.45, abs=0.08)


def test_without_likeness_the_first_kind_is_nearly_the_third() -> None:
    count = np.array([3.0, 9, 2, 8, 3, 9, 2, 8, 3, 9, 2, 8])
    mean, design = np.full(12, count.mean()), np.ones((12, 1))
    ours, plain = (series_errors(count, mean, design, kind=ERRORS[k]) for k in (0, 2))
    assert ours.correlation == 0.0
    assert ours.covariance == pytest.approx(plain.covariance)
    assert (ours.df, plain.df) == (pytest.approx(11.0), 11.0)


def test_what_the_months_before_go_on_to_is_the_line_without_the_step() -> None:
    frame = frame_of(stream(3, "line"), 48, level=0.5)
    found = interrupted_series(frame, "2024-01")
    table = found.table
    assert (table["fitted"] == table["without"])[:24].all()
    ratio = np.log(table["fitted"] / table["without"])[24:]
    assert ratio.iloc[0] == pytest.approx(found.level.estimate)
    assert np.diff(ratio) == pytest.approx(np.full(23, found.slope.estimate / 12))
    assert table["after"].sum() == 24
    assert repr(found) == "Series of 24 months before and 24 after a date"


def test_no_cause_is_named() -> None:
    found = interrupted_series(frame_of(stream(4, "note")), "2024-01")
    for one in (found.level, found.slope):
        assert "cannot be put down to the programme" in one.note
        assert "effect" not in f"{one!r} {one.note} {one.convention}"


def test_order_does_not_matter_and_gaps_do() -> None:
    frame = frame_of(stream(5, "order"))
    mixed = frame.sample(frac=1, random_state=1)
    assert interrupted_series(mixed, "2024-01").level == interrupted_series(frame, "2024-01").level
    for bad in (frame.drop(index=7), pd.concat([frame, frame.head(1)])):
        with pytest.raises(EstimateError, match="each month once, without gaps"):
            interrupted_series(bad, "2024-01")


def test_short_and_bad_series_are_refused() -> None:
    frame = frame_of(stream(6, "bad"))
    for start, words in (("2022-12", "11 months before 2022-12 and 37"), ("2025-02", "37 months")):
        with pytest.raises(EstimateError, match=words):
            interrupted_series(frame, start)
    assert interrupted_series(frame, "2023-01").level.n == 48
    with pytest.raises(EstimateError, match="fewer than 24 on a side"):
        interrupted_series(frame, "2023-06", season="yearly")
    with pytest.raises(EstimateError, match=r"lacks the columns \['count'\]"):
        interrupted_series(frame[["month"]], "2024-01")
    with pytest.raises(EstimateError, match="months must be written as 2026-01"):
        interrupted_series(frame, "soon")
    for value in (-1, np.nan, 2.5):
        with pytest.raises(EstimateError, match="whole number of 0 or more"):
            interrupted_series(frame.assign(count=[value, *frame["count"][1:]]), "2024-01")
    with pytest.raises(EstimateError, match="every exposure must be a number above 0"):
        interrupted_series(frame.assign(exposure=0), "2024-01")
    with pytest.raises(EstimateError, match="all counts on one side are 0"):
        interrupted_series(
            frame.assign(count=np.where(np.arange(48) < 24, frame["count"], 0)), "2024-01"
        )
    with pytest.raises(OptionError, match="`errors` must be one of"):
        interrupted_series(frame, "2024-01", errors="plain")
    with pytest.raises(OptionError, match="`season` must be one of"):
        interrupted_series(frame, "2024-01", season="weekly")
    assert FEWEST_MONTHS == 12


def test_a_series_is_read_and_every_fault_is_named(tmp_path: Path) -> None:
    path = tmp_path / "applications.csv"
    path.write_text("month,count\n2026-02,4\n2026-01,3\n", encoding="utf-8")
    assert read_series(path).to_dict("list") == {"month": ["2026-01", "2026-02"], "count": [3, 4]}
    path.write_text(
        "month,count,exposure\nJan 2026,4,1\n2026-13,3,\n2026-03,x,0\n2026-04,-1,2\n",
        encoding="utf-8",
    )
    with pytest.raises(TableError, match="must be a whole number") as caught:
        read_series(path)
    assert "row 4, column 'count': must be a whole number" in str(caught.value)
    assert "row 5, column 'count': must be at least 0" in str(caught.value)
    path.write_text("month,count,exposure\nJan 2026,4,1\n2026-13,3,\n2026-03,2,0\n", "utf-8")
    with pytest.raises(TableError, match="must be a year and a month") as caught:
        read_series(path)
    assert [(f.row, f.column) for f in caught.value.faults] == [
        (2, "month"), (3, "month"), (3, "exposure"), (4, "exposure"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("month", "rule"),
    [
        ("2026-00", "must be a year and a month"),
        ("2026-1", "must be a year and a month"),
        ("26-01", "must be a year and a month"),
        ("2026/01", "must be a year and a month"),
        ("2026-01", "repeats row 2"),
    ],
)
def test_a_month_is_written_in_one_way_and_stands_once(
    tmp_path: Path, month: str, rule: str
) -> None:
    path = tmp_path / "series.csv"
    path.write_text(f"month,count\n2026-01,3\n{month},4\n", encoding="utf-8")
    with pytest.raises(TableError, match=f"row 3.*{rule}"):
        read_series(path)


def test_exposures_are_put_in_the_order_of_time_and_rates_are_per_exposure() -> None:
    rng = stream(7, "exposure")
    frame = frame_of(rng, level=0.4).assign(exposure=rng.integers(5, 20, size=48))
    found = interrupted_series(frame, "2024-01")
    mixed = interrupted_series(frame.sample(frac=1, random_state=2), "2024-01")
    assert mixed.level == found.level
    assert found.table["rate"].tolist() == (frame["count"] / frame["exposure"]).tolist()


@pytest.mark.parametrize(("errors", "said"), [("autoregressive", "months that go together"),
                                              ("newey_west", "Newey-West"),
                                              ("quasi_poisson", "quasi-Poisson")])  # fmt: skip
def test_a_series_says_its_level_its_months_and_its_errors(errors: str, said: str) -> None:
    frame = frame_of(stream(8, "words"), sd=0.2)
    for name in ("level", "slope"):
        wide, narrow = (
            getattr(interrupted_series(frame, "2023-07", errors=errors, conf_level=level), name)
            for level in (0.95, 0.8)
        )
        assert said in wide.convention
        assert "of 18 months before and 30 after" in wide.convention
        half = student.ppf(0.9, narrow.df) * narrow.std_error
        assert narrow.conf_high - narrow.estimate == pytest.approx(half)
        assert narrow.conf_level == 0.8
        assert wide.conf_low < narrow.conf_low


def test_endless_exposures_and_no_counts_at_all_are_refused() -> None:
    frame = frame_of(stream(9, "endless"))
    with pytest.raises(EstimateError, match="every exposure must be a number above 0"):
        interrupted_series(frame.assign(exposure=np.inf), "2024-01")
    with pytest.raises(EstimateError, match="and not all 0"):
        interrupted_series(frame.assign(count=0), "2024-01")


def test_months_never_spread_less_than_poisson_and_are_at_most_nearly_the_same() -> None:
    """Too even counts keep Poisson's error; a long swing has the highest likeness that is used."""
    count = np.array([9.0, 10, 10, 11, 10, 10, 9, 11, 10, 10, 10, 10])
    mean, design = np.full(12, 10.0), np.ones((12, 1))
    even = series_errors(count, mean, design, kind="autoregressive")
    assert (even.dispersion < 0.1, even.correlation) == (True, 0.0)
    assert even.covariance[0, 0] == pytest.approx(1 / 120)
    swing = 100 + 60 * np.sign(np.arange(120) - 59.5)
    long = series_errors(swing, np.full(120, 100.0), np.ones((120, 1)), kind="autoregressive")
    assert 0.9 < long.correlation <= 0.95


def test_the_covariance_of_months_is_the_sandwich_of_their_likeness() -> None:
    """By whole matrices, with the degrees of freedom of Satterthwaite."""
    frame = frame_of(stream(10, "sandwich"), 60, alike=0.7, sd=0.5)
    found = interrupted_series(frame, frame["month"][30])
    mean = found.table["fitted"].to_numpy()
    scaled = np.sqrt(mean)[:, None] * design_of(60, "none")
    residual = (frame["count"].to_numpy() - mean) / np.sqrt(mean)
    rho = found.errors.correlation
    pattern = np.array([[rho ** abs(i - j) for j in range(60)] for i in range(60)])
    solve = np.linalg.pinv(scaled)
    rest = np.eye(60) - scaled @ solve
    left = rest @ pattern @ rest
    scale = residual @ residual / np.trace(left)
    assert rho > 0.2
    assert found.errors.covariance == pytest.approx(scale * solve @ pattern @ solve.T, rel=1e-6)
    assert found.errors.df == pytest.approx(np.trace(left) ** 2 / (left**2).sum(), rel=1e-6)
    # the expected likeness of such residuals is that of the ones that are there
    seen = residual[1:] @ residual[:-1] / (residual @ residual)
    assert np.trace(left[1:, :-1]) / np.trace(left) == pytest.approx(seen, abs=1e-4)


def test_the_floor_of_newey_and_west_keeps_the_table_symmetric() -> None:
    frame = frame_of(stream(11, "floor"), 30)
    table = interrupted_series(frame, frame["month"][15], errors="newey_west").errors.covariance
    assert table == pytest.approx(table.T)
    assert (np.linalg.eigvalsh(table) > 0).all()
