"""The numbers of the model card, computed again by `evaluate_set`: `python tools/evaluate_validation.py FOLDER`.

FOLDER has the images of ISIC2017. Fails for a metric, interval or calibration that is not that of the card,
digit by digit."""
import sys
from ckdnet.evaluate_set import evaluate_set
from ckdnet.pretrained import load_cascade
from ckdnet.publish import model_card

if __name__ == '__main__':
    metadata = load_cascade()[1]
    evaluated = evaluate_set(None, metadata['data']['dataset'], sys.argv[1]).record['evaluated']
    again = metadata | dict(metrics={k:evaluated['metrics'][k] for k in metadata['metrics']},
                            calibration=evaluated['calibration'])
    for name,card in metadata['metrics'].items():
        print(name, *(f'{v:.6f}' for v in (*card, *again['metrics'][name])))
    lines = zip(model_card(metadata).splitlines(), model_card(again).splitlines(), strict=True)
    different = [f'card:  {a}\nagain: {b}' for a,b in lines if a!=b]
    if different: sys.exit('\n'.join(different))
    print('The card, written from these numbers, is the same text.')
