#!/usr/bin/env bash
# netcal 1.4.0, TemperatureScaling: its documentation divides the logits by the temperature T, as Guo et al. 2017, and
# finds the best T. But its property `temperature` is 1/T, the factor of the logits. Whoever reports it,
# or divides the logits by it in another program, makes overconfident probabilities more so instead of less.
#
# Guess: the property is T.
# Seen: 'best T 1.912, netcal.temperature 0.523'; negative log-likelihood as it is 0.82, divided by it 1.26, by T 0.70.
# Fails if the property is not 1/T any more.
set -euo pipefail
here=$(mktemp -d) && trap 'rm -rf "$here"' EXIT && cd "$here"
python3 -m venv venv
venv/bin/pip -q install netcal==1.4.0 torch==2.14.1 scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1
venv/bin/python -W ignore - <<'PY'
from importlib.metadata import version
import numpy as np
from netcal.scaling import TemperatureScaling
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

rng = np.random.default_rng(0)
logits = 3*rng.normal(size=(198,3))  # of a classifier that is twice as sure as it should be
labels = np.array([rng.choice(3, p=p) for p in softmax(logits/2, axis=1)])

def nll(t): return -log_softmax(logits/t, axis=1)[np.arange(198), labels].mean()

best = minimize_scalar(nll, bounds=(.05,20), method='bounded').x
scaling = TemperatureScaling()
scaling.fit(softmax(logits, axis=1), labels)
found = float(np.ravel(scaling.temperature)[0])
calibrated = scaling.transform(softmax(logits, axis=1))
print('netcal', version('netcal'))
print(f'best T {best:.3f}, netcal.temperature {found:.3f}')
print(f'negative log-likelihood: as it is {nll(1):.2f}, divided by netcal.temperature {nll(found):.2f}, by T {nll(best):.2f}')
assert np.allclose(calibrated, softmax(logits/best, axis=1), atol=1e-3), 'changed: another calibration'
assert abs(found*best-1)<1e-3, 'changed: the property is not 1/T any more'
PY
