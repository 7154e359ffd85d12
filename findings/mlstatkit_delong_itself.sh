#!/usr/bin/env bash
# MLstatkit 0.1.91, Delong_test: a classifier compared with itself gets p = 0, the strongest evidence of a difference.
# The variance of the difference is 0, so it takes a bootstrap, and all draws of the difference are 0: none is above 0.
# Seen: 'itself: AUCs 0.736 and 0.736, z 0.0, p 0.0 (bootstrap)'; the same for two classifiers with the same order of the cases.
# With other scores it is DeLong's test. Fails if p of a classifier against itself is not 0 any more.
set -euo pipefail
here=$(mktemp -d) && trap 'rm -rf "$here"' EXIT && cd "$here"
python3 -m venv venv && venv/bin/pip -q install MLstatkit==0.1.91 numpy==2.4.6
venv/bin/python - <<'PY'
from importlib.metadata import version
import numpy as np
from MLstatkit import Delong_test

rng = np.random.default_rng(0)
melanoma = (np.arange(100)%3==0).astype(int)
probs = .6*rng.uniform(size=100)+.4*melanoma*rng.uniform(size=100)
print('MLstatkit', version('MLstatkit'))
for name,other in dict(itself=probs, calibrated=probs**2).items():
    z,p,_,_,a,b,info = Delong_test(melanoma, probs, other)
    print(f"{name}: AUCs {a:.3f} and {b:.3f}, z {z}, p {p} ({info['method']})")
    assert a==b and p==0, 'changed: equal AUCs are no difference any more'
PY
