#!/usr/bin/env bash
# isic-challenge-scoring 5.4.1 sorts the images of the ground truth and of the submission by their ids, but not the
# column `score_weight`: if the ground truth is not sorted, each weight belongs to another image. The same rows in
# another order have another score.
set -euo pipefail
d=$(mktemp -d); trap 'rm -rf "$d"' EXIT
python3 -m venv "$d/venv"
"$d/venv/bin/pip" install -q --disable-pip-version-check isic-challenge-scoring==5.4.1 pandas==2.3.3 numpy==2.2.6
cd "$d"
"$d/venv/bin/python" - <<'PY'
from importlib.metadata import version
from pathlib import Path
from isic_challenge_scoring.classification import ClassificationMetric, ClassificationScore

header = 'image,A,B'
images = { # id → true class, weight, probability of A; the images of weight 1 are all predicted right
    'ISIC_0000001': ('A', 1., .9), 'ISIC_0000002': ('B', 1., .1),
    'ISIC_0000003': ('A', 0., .1), 'ISIC_0000004': ('B', 0., .9)}

def score(order):
    "The official balanced accuracy for a ground truth with its rows in this order."
    truth = [f'{header},score_weight,validation_weight']
    truth += [f"{i},{float(images[i][0]=='A')},{float(images[i][0]=='B')},{images[i][1]},{images[i][1]}" for i in order]
    Path('truth.csv').write_text('\n'.join(truth)+'\n')
    rows = [f'{i},{p},{1-p:.1f}' for i,(_,_,p) in images.items()]
    Path('mine.csv').write_text('\n'.join([header,*rows])+'\n')
    metric = ClassificationMetric.BALANCED_ACCURACY
    s = ClassificationScore.from_file(Path('truth.csv'), Path('mine.csv'), metric)
    return s.overall, s.macro_average['accuracy']

ids = list(images)
for name,order in (('sorted', ids), ('reversed', ids[::-1])):
    balanced,accuracy = score(order)
    print(f"isic-challenge-scoring {version('isic-challenge-scoring')}, ground truth {name}: "
          f'balanced accuracy {balanced:.2f}, mean accuracy {accuracy:.2f}')
assert score(ids)[1]==1 and score(ids[::-1])[1]!=1, 'The behaviour has changed.'
PY
echo 'The weights of an unsorted ground truth are given to other images.'
