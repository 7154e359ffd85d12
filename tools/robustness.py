"""What disturbances do to the released cascade: `python tools/robustness.py FOLDER`, the images of ISIC2017.

Writes data/results/isic2017_256/robustness.json. Goes on where it was stopped: tables are kept in runs/robustness."""
import sys
from pathlib import Path
import pandas as pd
from ckdnet.core import atomic_path, write_json
from ckdnet.data.index import fingerprint, get_dataset
from ckdnet.disturb import DISTURBANCES, STRENGTHS, effect, judge_disturbed
from ckdnet.predictor import Predictor

OUT = Path('data/results/isic2017_256/robustness.json')
KEPT = Path('runs/robustness')

def judged(predictor, df, kind=None, strength=0):
    "The table of one disturbance, read if it is there."
    file = KEPT/f'{kind}_{strength}.csv'
    if not file.exists():
        table = judge_disturbed(predictor, df, kind, strength)
        with atomic_path(file) as part: table.to_csv(part, index=False)
    return pd.read_csv(file)

if __name__ == '__main__':
    predictor = Predictor.from_pretrained()
    data = predictor.metadata['data']
    df = get_dataset(data['dataset']).index(sys.argv[1])
    df = df[df.split=='valid'].reset_index(drop=True)
    found = fingerprint(df, ('valid',))['sha256']
    if found != data['valid_sha256']:
        sys.exit(
            f"{sys.argv[1]} has other Validation images than the weights: {found}, not {data['valid_sha256']}.")
    plain = judged(predictor, df)
    effects = dict(none=effect(plain, plain, predictor.dataset))
    for kind in DISTURBANCES:
        for strength in STRENGTHS:
            effects[f'{kind} {strength}'] = effect(judged(predictor, df, kind, strength), plain,
                                                   predictor.dataset)
            print(kind, strength, effects[f'{kind} {strength}'], flush=True)
    amounts = {kind:list(amounts) for kind,(_,amounts) in DISTURBANCES.items()}
    write_json(OUT, dict(images=len(df), valid_sha256=found, amounts=amounts, effects=effects))
