"""What revlab leaves to scipy and statsmodels agrees with R as well; what is left out, and why."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from inference_r_entries import ENTRIES, Key, Numbers, agrees, cases, entry_of, read
from scipy import stats
from statsmodels.discrete.count_model import ZeroInflatedNegativeBinomialP
from statsmodels.stats.outliers_influence import variance_inflation_factor
from statsmodels.stats.power import TTestIndPower, TTestPower
from statsmodels.stats.proportion import samplesize_proportions_2indep_onetail
from test_inference_r_models import LEFT_OUT, dummies, ones
from test_inference_r_models import MADE as MODELS
from test_inference_r_reference import MADE as FIRST

ATTITUDE = read("attitude")
ANOREXIA = read("anorexia")
ANOREXIA["change"] = ANOREXIA["Postwt"] - ANOREXIA["Prewt"]
ARMS = [part.to_numpy() for _, part in ANOREXIA.groupby("Treat")["change"]]


def one_way() -> Numbers:
    return list(stats.f_oneway(*ARMS))


def shares_of_variance() -> Numbers:
    n, k = len(ANOREXIA), len(ARMS)
    within = sum(float(((arm - arm.mean()) ** 2).sum()) for arm in ARMS)
    total = float(((ANOREXIA["change"] - ANOREXIA["change"].mean()) ** 2).sum())
    noise = within / (n - k)
    between = total - within
    return [between / total, (between - (k - 1) * noise) / (total + noise)]


def judges_agree() -> Numbers:
    table = read("wine").pivot(index="judge", columns="bottle", values="rating").to_numpy()
    return [stats.friedmanchisquare(*table.T).statistic / (table.shape[0] * 7)]


def residual_normality() -> Numbers:
    centred = np.concatenate([arm - arm.mean() for arm in ARMS])
    return list(stats.shapiro(centred))


def inflation() -> Numbers:
    x = sm.add_constant(ATTITUDE.drop(columns="rating")).to_numpy()
    return [variance_inflation_factor(x, k) for k in range(1, x.shape[1])]


def quine(*columns: str) -> tuple[np.ndarray, np.ndarray]:
    frame = read("quine")
    levels = {"Sex": ["M"], "Age": ["F1", "F2", "F3"], "Eth": ["N"], "Lrn": ["SL"]}
    chosen = {name: levels[name] for name in columns}
    return frame["Days"].to_numpy(), ones(dummies(frame, chosen))


def poisson() -> Numbers:
    y, x = quine("Sex", "Age", "Eth", "Lrn")
    return list(sm.GLM(y, x, family=sm.families.Poisson()).fit(tol=1e-12).params)


def quasi_poisson() -> Numbers:
    y, x = quine("Sex")
    fit = sm.GLM(y, x, family=sm.families.Poisson()).fit(scale="X2", tol=1e-12)
    return [fit.params[1], fit.bse[1]]


def epilepsy() -> Numbers:
    frame = read("epil")
    x = ones(np.column_stack([frame["lbase"], frame["trt"] == "progabide"]))
    model = sm.GEE(
        frame["y"],
        x,
        groups=frame["subject"],
        family=sm.families.Poisson(),
        cov_struct=sm.cov_struct.Exchangeable(),
    )
    fit = model.fit()
    # geepack divides by the number of pairs and of rows, statsmodels allows for coefficients
    left = np.asarray((fit.model.endog - fit.fittedvalues) / np.sqrt(fit.fittedvalues))
    visits = left.reshape(-1, 4)
    pairs = (visits.sum(axis=1) ** 2 - (visits**2).sum(axis=1)).sum() / (len(visits) * 12)
    return [*fit.params, *fit.bse, float(pairs / (left**2).mean())]


def improved_by_arm() -> Numbers:
    frame = read("arthritis")
    found = stats.chi2_contingency(pd.crosstab(frame["Treatment"], frame["Improved"]))
    return [found.statistic, found.dof, found.pvalue]


def proportions() -> Numbers:
    n = samplesize_proportions_2indep_onetail(
        diff=0.2, prop2=0.6, power=0.8, alpha=0.025, alternative="larger"
    )
    return [float(n)]


def two_groups(**settings: float | None) -> Numbers:
    # R counts the tail of the right sign only
    found = TTestIndPower().solve_power(alpha=0.025, alternative="larger", **settings)
    return [float(found)]


def one_group() -> Numbers:
    found = TTestPower().solve_power(effect_size=0.4, power=0.8, alpha=0.025, alternative="larger")
    return [float(found)]


MADE: dict[Key, Callable[[], Numbers]] = {
    ("rank epsilon squared", "eps2"): lambda: [
        stats.kruskal(*ARMS).statistic / (len(ANOREXIA) - 1)
    ],
    ("One-way ANOVA", "F,p"): one_way,
    ("omega squared / eta squared one-way", "eta2,omega2"): shares_of_variance,
    ("Kendall W (Friedman effect size)", "W"): judges_agree,
    ("Shapiro-Wilk residuals", "W,p"): residual_normality,
    ("Brown-Forsythe (median Levene)", "F,p"): lambda: list(stats.levene(*ARMS, center="median")),
    ("VIF", "vif x6"): inflation,
    ("Spearman rho, exact=FALSE", "rho,p"): lambda: list(
        stats.spearmanr(ATTITUDE["rating"], ATTITUDE["complaints"])
    ),
    ("Kendall tau-b asymptotic", "tau,p"): lambda: list(
        stats.kendalltau(ATTITUDE["rating"], ATTITUDE["complaints"], method="asymptotic")
    ),
    ("Poisson", "coef"): poisson,
    ("overdispersion: Poisson quasi SE for SexM", "coef,quasi se"): quasi_poisson,
    ("GEE Poisson exchangeable", "coef,robust se,alpha"): epilepsy,
    ("chi2", "X2,df,p"): improved_by_arm,
    ("power.t.test n per group d=.5 power .8", "n"): lambda: two_groups(effect_size=0.5, power=0.8),
    ("power.t.test power n=20 d=.8", "power"): lambda: two_groups(effect_size=0.8, nobs1=20),
    ("power.t.test paired n for d_z=.4", "n"): one_group,
    ("power.prop.test .6 vs .8", "n"): proportions,
}


@pytest.mark.parametrize(("entry", "compute"), cases(MADE))
def test_a_library_gives_the_numbers_of_r(entry: dict[str, Any], compute: Callable[[], Numbers]):
    got = compute()
    assert agrees(entry, got), got


def test_a_zero_inflated_model_finds_a_higher_maximum_than_r():
    frame = read("biochemists")
    women, married = frame["fem"] == "Women", frame["mar"] == "Married"
    x = ones(np.column_stack([women, married, frame[["kid5", "phd", "ment"]]]))
    model = ZeroInflatedNegativeBinomialP(
        frame["art"].to_numpy(), x, exog_infl=ones(frame[["ment"]])
    )
    value = entry_of(("zero-inflated NB", "count coef(6),zero coef(2),theta,logLik"))["value"]
    r = np.array([*value[6:8], *value[:6], 1 / value[8]])
    fit = model.fit(start_params=r, method="bfgs", maxiter=500, gtol=1e-6, disp=0)
    assert model.loglike(r) == pytest.approx(value[9], abs=1e-9)
    assert fit.llf > value[9] + 1e-6
    assert np.abs(model.score(r)).max() > 50 * np.abs(model.score(fit.params)).max()
    assert fit.params == pytest.approx(r, rel=4e-3)


def test_all_but_a_few_entries_are_reproduced_and_each_once():
    keys = [*FIRST, *MODELS, *MADE]
    named = {id(entry_of(key)) for key in keys}
    assert len(named) == len(keys)
    left = {id(entry_of(key)) for key in LEFT_OUT}
    assert not named & left
    assert len(named) + len(left) == len(ENTRIES)
    assert len(named) >= 104
    assert len(left) <= 5
