#!/usr/bin/env bash
# scikit-learn: StratifiedGroupKFold(shuffle=True) does not stratify before 1.8.0. With one image per group the folds are
# as uneven as by chance, and a split with a fixed random_state is another one from 1.8.0 on (scikit-learn PR 32540).
# Notebook services that still have 1.6 give other folds than a new installation, without a warning.
# Seen: 1.7.2 puts 15 to 25 of 199 melanomas into each of ten folds, 1.8.0 19 or 20. Fails if that changes.
set -euo pipefail
here=$(mktemp -d) && trap 'rm -rf "$here"' EXIT && cd "$here"
cat > folds.py <<'PY'
import sys, numpy as np, sklearn
from sklearn.model_selection import StratifiedGroupKFold
y = np.random.default_rng(0).choice(['nevus','keratosis','melanoma'], 2000, p=[.6,.3,.1])
folds = StratifiedGroupKFold(10, shuffle=True, random_state=42).split(y, y, groups=np.arange(len(y)))
n = sorted(int((y[test]=='melanoma').sum()) for _,test in folds)
print('scikit-learn', sklearn.__version__, 'melanomas per fold:', *n)
assert (n[-1]-n[0]<=1)==(sys.argv[1]=='stratified'), 'changed'
PY
python3 -m venv venv
for version in 1.7.2 1.8.0; do
    venv/bin/pip -q install scikit-learn==$version
    venv/bin/python folds.py $([ $version = 1.8.0 ] && echo stratified || echo by_chance)
done
