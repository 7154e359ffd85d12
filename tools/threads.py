"""Predict from eight threads at once, and compare every number with that of one call after the other.

    python tools/threads.py --n 200     calls of each thread
"""
import argparse, sys, tempfile
from pathlib import Path
from threading import Thread
import torch
from ckdnet.data.synthetic import make_synthetic
from ckdnet.predictor import Predictor

def numbers(p):
    return (p.name, p.raw, p.measures,
            p.fine_prob.tobytes(), p.coarse_prob.tobytes(), p.cams.tobytes())

def differences(predictor, images, n, threads=8):
    "Calls whose answer is another one, or an error, of `n` in each thread."
    alone = [numbers(predictor(f)) for f in images]
    wrong = []
    def client(k):
        for i in range(k, k+n):
            i %= len(images)
            try: same = numbers(predictor(images[i])) == alone[i]
            except Exception as e: same = wrong.append(f'{images[i].name}: {e!r}')
            if same is False: wrong.append(f'{images[i].name}: other numbers')
    clients = [Thread(target=client, args=(k,)) for k in range(threads)]
    for t in clients: t.start()
    for t in clients: t.join()
    return wrong

if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--n', type=int, default=200, help='calls of each thread')
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as d:
        images = make_synthetic(Path(d)/'drawn', n_train=8, n_valid=6, n_test=6, size=160)/'ISIC-2017_Training_Data'
        wrong = differences(Predictor.from_pretrained(), sorted(images.glob('*.jpg')), args.n)
    print(
        f'8 threads × {args.n} calls, torch with {torch.get_num_threads()} threads: {len(wrong)} differ')
    for text in wrong[:5]: print(text)
    sys.exit(len(wrong) > 0)
