"""Numbers computed in R, each with its call, reproduced by the inference room."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from inference_r_entries import Numbers, agrees, cases, entry_of, read

from revlab.inference.duration import kaplan_meier, median_duration
from revlab.inference.dyads import sides_correlation
from revlab.inference.effect_sizes import hedges_g, hedges_g_paired
from revlab.inference.equivalence import tost
from revlab.inference.estimate import Contrast, Estimate
from revlab.inference.inversion import Replay
from revlab.inference.items import item_analysis
from revlab.inference.log_rank import log_rank
from revlab.inference.multiplicity import adjusted
from revlab.inference.randomisation import randomisation_test
from revlab.inference.regression import RobustFit, cluster_robust, hc2
from revlab.inference.reliability import cronbach_alpha, omega_total
from revlab.inference.sign_flip import sign_flip_test
from revlab.inference.superiority import probability_of_superiority
from revlab.inference.two_sample import mean_difference, paired_change

SLEEP = read("sleep")
G1 = SLEEP["extra"][SLEEP["group"] == 1].to_numpy()
G2 = SLEEP["extra"][SLEEP["group"] == 2].to_numpy()
ANOREXIA = read("anorexia")
CFT = ANOREXIA[ANOREXIA["Treat"] != "FT"]
GAIN = (CFT["Postwt"] - CFT["Prewt"]).to_numpy()
CBT, CONT = (GAIN[(CFT["Treat"] == name).to_numpy()] for name in ("CBT", "Cont"))
RATINGS = read("teaching_ratings")
LUNG = read("cancer")
DIED = (LUNG["status"] == 2).to_numpy()
BENJAMINI_HOCHBERG_1995 = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
    0.5719, 0.6528, 0.7590, 1.0,
]  # fmt: skip


def turned(name: str, items: list[str]) -> pd.DataFrame:
    """Return bfi answers with the reversed items turned."""
    frame = read(name)
    frame[items] = 7 - frame[items]
    return frame


AGREEABLE = turned("bfi_agreeableness", ["A1"])
CONSCIENTIOUS = turned("bfi_conscientiousness", ["C4", "C5"])


def test_of(estimate: Estimate) -> Numbers:
    return [estimate.statistic, estimate.df, estimate.p_value]


test_of.__test__ = False  # type: ignore[attr-defined]


def interval_of(estimate: Estimate) -> Numbers:
    return [estimate.estimate, estimate.conf_low, estimate.conf_high]


def ratings(kind: str) -> RobustFit:
    columns = [
        np.ones(len(RATINGS)),
        RATINGS["beauty"],
        RATINGS["gender"] == "female",
        RATINGS["minority"] == "yes",
        RATINGS["native"] == "no",
    ]
    design = np.column_stack(columns).astype(float)
    return cluster_robust(design, RATINGS["eval"], cluster=RATINGS["prof"], kind=kind)


def ancova(kind: str) -> Numbers:
    arms = [ANOREXIA["Treat"] == "Cont", ANOREXIA["Treat"] == "FT"]
    design = np.column_stack([np.ones(len(ANOREXIA)), ANOREXIA["Prewt"], *arms]).astype(float)
    if kind == "HC2":
        return list(hc2(design, ANOREXIA["Postwt"]).std_errors)
    # HC3 is CR3 with every row its own cluster
    rows = np.arange(len(ANOREXIA))
    return list(cluster_robust(design, ANOREXIA["Postwt"], cluster=rows, kind="CR3").std_errors)


def lin() -> Numbers:
    z = (CFT["Treat"] == "CBT").to_numpy(dtype=float)
    pre = (CFT["Prewt"] - CFT["Prewt"].mean()).to_numpy()
    fit = hc2(np.column_stack([np.ones(len(z)), z, pre, z * pre]), CFT["Postwt"])
    e = fit.estimate(1)
    return [e.estimate, e.std_error, e.df, e.conf_low, e.conf_high, e.p_value]


def cohens_d() -> Numbers:
    g = hedges_g(CBT, CONT)
    factor = g.estimate / (g.statistic * np.sqrt(1 / len(CBT) + 1 / len(CONT)))
    return [number / factor for number in interval_of(g)]


def cliffs_delta() -> Numbers:
    return [
        2 * x - 1 for x in interval_of(probability_of_superiority(CBT, CONT, interval="fisher_z"))
    ]


def tost_of(estimate: Estimate, margin: float) -> Numbers:
    result = tost(estimate, low=-margin, high=margin)
    return [result.p_lower, result.p_upper]


def two_sample_permutation() -> Numbers:
    people = np.arange(20)
    frame = pd.DataFrame({"dyad_id": people, "pool_id": people, "pre": 0.0})
    frame["arm"], frame["post"] = np.repeat(["one", "two"], 10), np.r_[G1, G2]
    every = Replay(exact_limit=200_000)
    return [randomisation_test(frame, Contrast("one", "two"), replay=every).p_value]


def medians_by_sex() -> Numbers:
    numbers: Numbers = []
    for sex in (1, 2):
        rows = (LUNG["sex"] == sex).to_numpy()
        numbers += interval_of(median_duration(LUNG["time"][rows], DIED[rows], interval="log"))
    return numbers


def survival_at() -> Numbers:
    curve = kaplan_meier(LUNG["time"], DIED)
    rows = [curve[curve["time"] <= when].iloc[-1] for when in (180, 365)]
    return [row["survival"] for row in rows] + [row["std_error"] for row in rows]


def standardised_alpha() -> Numbers:
    full = AGREEABLE.dropna()
    return [cronbach_alpha((full - full.mean()) / full.std()).estimate]


def alpha_with_n(items: pd.DataFrame) -> Numbers:
    alpha = cronbach_alpha(items)
    return [alpha.n, alpha.estimate]


def feldt() -> Numbers:
    alpha = cronbach_alpha(AGREEABLE)
    return [alpha.conf_low, alpha.estimate, alpha.conf_high]


def log_rank_lung() -> Numbers:
    estimate = log_rank(LUNG["time"], DIED, treated=(LUNG["sex"] == 2).to_numpy())
    return [estimate.statistic**2, estimate.p_value]


def spouses() -> Numbers:
    frame = read("husbands_wives")
    r = sides_correlation(frame["age_husb_at_marriage"], frame["age_wife_at_marriage"])
    return [r.n, *interval_of(r)]


def sleep_interval() -> Numbers:
    return interval_of(mean_difference(G1, G2))[1:]


CR2 = ratings("CR2")
MADE: dict[tuple[str, str], Callable[[], Numbers]] = {
    ("t.test(g1, g2)$statistic", "t"): lambda: [mean_difference(G1, G2).statistic],
    ("t.test(g1, g2)$conf.int", "ci(diff)"): sleep_interval,
    ("Welch t on change", "t,df,p"): lambda: test_of(mean_difference(CBT, CONT)),
    ("Student t on change", "t,df,p"): lambda: test_of(
        mean_difference(CBT, CONT, variances="equal")
    ),
    ("Cohen d (pooled) + noncentral-t CI", "d,lo,hi"): cohens_d,
    ("Hedges g (pooled, exact gamma J) + CI", "g,lo,hi"): lambda: interval_of(hedges_g(CBT, CONT)),
    ("Cliff's delta + CI (normal approx, effectsize)", "delta,lo,hi"): cliffs_delta,
    ("Probability of superiority P(X>Y)+.5P(=), nonparametric", "p_superiority"): lambda: [
        probability_of_superiority(CBT, CONT).estimate
    ],
    ("paired t", "t,df,p"): lambda: test_of(paired_change(G2, G1)),
    ("Hedges g_z paired + CI", "gz,lo,hi"): lambda: interval_of(hedges_g_paired(G2, G1)),
    ("Exact two-sample permutation test of mean (two-sided)", "p"): two_sample_permutation,
    ("Exact paired sign-flip permutation test of mean", "p"): lambda: [
        sign_flip_test(G1 - G2).p_value
    ],
    ("TOST paired +-2h", "p_lower,p_upper"): lambda: tost_of(paired_change(G2, G1), 2),
    ("TOST Welch +-5 lb", "p_lower,p_upper"): lambda: tost_of(mean_difference(CBT, CONT), 5),
    ("TOST pooled +-5 lb", "p_lower,p_upper"): lambda: tost_of(
        mean_difference(CBT, CONT, variances="equal"), 5
    ),
    ("ANCOVA HC2 SE", "se"): lambda: ancova("HC2"),
    ("ANCOVA HC3 SE", "se"): lambda: ancova("HC3"),
    ("Lin(2013) fully interacted ATE, HC2", "est,se,df,lo,hi,p"): lin,
    ("OLS", "coef"): lambda: list(CR2.coefficients),
    ("cluster-robust SE CR1S (94 profs)", "se"): lambda: list(ratings("CR1S").std_errors),
    ("cluster-robust SE CR2 (94 profs)", "se"): lambda: list(CR2.std_errors),
    ("cluster-robust SE CR3 (94 profs)", "se"): lambda: list(ratings("CR3").std_errors),
    ("CR2 + Satterthwaite t", "df_Satt"): lambda: list(CR2.df),
    ("CR2 + Satterthwaite t", "p_Satt"): lambda: [CR2.estimate(k).p_value for k in range(5)],
    ("lm_robust CR2 (estimatr) SE,df", "se then df"): lambda: [*CR2.std_errors, *CR2.df],
    ("Cronbach alpha raw", "n,alpha"): lambda: alpha_with_n(AGREEABLE),
    ("psych::alpha(Cc)", "n,alpha"): lambda: alpha_with_n(CONSCIENTIOUS),
    ("Cronbach alpha standardized", "std.alpha"): standardised_alpha,
    ("alpha 95% CI (Feldt)", "lo,alpha,hi"): feldt,
    ("alpha if item dropped", "raw_alpha x5"): lambda: list(
        item_analysis(AGREEABLE)["alpha_if_dropped"]
    ),
    ("corrected item-total r (r.drop)", "r.drop x5"): lambda: list(
        item_analysis(AGREEABLE)["item_rest"]
    ),
    (
        "omega (congeneric, ML 1-factor on correlations): (sum l)^2/((sum l)^2+sum u)",
        "omega_u",
    ): lambda: [omega_total(AGREEABLE, seed=1, n_boot=100).estimate],
    ("dyad: Pearson r distinguishable", "n,r,lo,hi"): spouses,
    ("Kaplan-Meier by sex median log CI", "median,lo,hi male; female"): medians_by_sex,
    ("Kaplan-Meier overall loglog CI", "median,lo,hi"): lambda: interval_of(
        median_duration(LUNG["time"], DIED)
    ),
    ("Kaplan-Meier S(t), Greenwood SE", "S,se"): survival_at,
    ("log-rank", "chi2,p"): log_rank_lung,
    ("Holm", "p_adj"): lambda: list(adjusted(BENJAMINI_HOCHBERG_1995, method="holm")),
    ("BY", "p_adj"): lambda: list(adjusted(BENJAMINI_HOCHBERG_1995, method="fdr_by")),
}


CASES = cases(MADE)


@pytest.mark.parametrize(("entry", "compute"), CASES)
def test_a_number_from_r_is_reproduced(entry: dict[str, Any], compute: Callable[[], Numbers]):
    got = compute()
    assert agrees(entry, got), got


def test_the_reference_sees_a_wrong_standard_error():
    entry = entry_of(("cluster-robust SE CR2 (94 profs)", "se"))
    assert not agrees(entry | {"tol": 1e-3}, list(ratings("CR1").std_errors))


def test_at_least_38_entries_are_reproduced():
    assert len({str(case.id) for case in CASES}) >= 38
