# SPDX-License-Identifier: BSD-2-Clause
"""Tests of logarithms of speeds, what many of them together are worth, and how large
an effect is.

Every test is of a shift: `shift` is the logarithm of the ratio that is doubted.
Rank tests are for repetitions.  Processes are too few for them (of ten, no p is
below .001): for their means there are Student's and Welch's.
"""

import math

import numpy as np
from scipy import stats

MARGIN = 1.03  # ratios within it are no difference


def paired(differences, shift=0.0, alternative="two-sided"):
    """Wilcoxon's signed ranks: p that the differences are around the shift."""
    moved = np.asarray(differences, dtype=float) - shift
    if len(moved) == 0 or np.allclose(moved, 0, atol=1e-15):
        return 1.0
    return float(stats.wilcoxon(moved, alternative=alternative).pvalue)


def unpaired(a, b, shift=0.0, alternative="two-sided"):
    """Mann and Whitney's U: p that a is b, moved by the shift."""
    if len(a) == 0 or len(b) == 0:
        return 1.0
    return float(stats.mannwhitneyu(np.asarray(a) - shift, b, alternative=alternative).pvalue)


def constant(difference, alternative):
    """p where nothing varies: beyond doubt, or nothing to doubt."""
    beyond = {"two-sided": difference != 0, "greater": difference > 0, "less": difference < 0}
    return 0.0 if beyond[alternative] else 1.0


def student(means, shift=0.0, alternative="two-sided"):
    """p that the means of paired processes are around the shift."""
    moved = np.asarray(means, dtype=float) - shift
    if len(moved) < 2:
        return 1.0
    if np.ptp(moved) < 1e-15:
        return constant(moved[0], alternative)
    return float(stats.ttest_1samp(moved, 0, alternative=alternative).pvalue)


def welch(a, b, shift=0.0, alternative="two-sided"):
    """p that the means of a's processes are b's, moved by the shift."""
    a, b = np.asarray(a, dtype=float) - shift, np.asarray(b, dtype=float)
    if min(len(a), len(b)) < 2:
        return 1.0
    if max(np.ptp(a), np.ptp(b)) < 1e-15:
        return constant(a[0] - b[0], alternative)
    return float(stats.ttest_ind(a, b, equal_var=False, alternative=alternative).pvalue)


def holm(p_values):
    """Holm's adjustment: each p as if it were the only one that was asked for."""
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(steps, 1)
    return adjusted.tolist()


def cliffs_delta(a, b):
    """-1 to 1: how much more often one of a exceeds one of b than the other way round."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    return float(np.sign(a[:, None] - b[None, :]).mean())


def equivalence(test, margin=MARGIN):
    """Two one-sided tests: p that the ratio lies outside of 1/margin to margin.

    `test(shift, alternative)` is one of the two above with its samples.
    """
    edge = math.log(margin)
    return max(test(-edge, "greater"), test(edge, "less"))
