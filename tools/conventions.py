"""Measure what other libraries give where a metric has no obvious value. `python tools/conventions.py` makes a
temporary environment beside the running one, installs pinned versions there, and writes
data/results/conventions.json. Not in CI."""
import argparse, json, subprocess, sysconfig, tempfile, venv, warnings
from importlib.metadata import version
from pathlib import Path
import numpy as np

OUT = Path(__file__).parents[1]/'data/results/conventions.json'
PACKAGES = ( # beside those that the tests need
    'torchmetrics==1.9.0', 'monai==1.6.1', 'MedPy==0.5.2', 'SimpleITK==2.5.7', 'surface-distance==0.1',
    'miseval==1.3.0', 'pytorch-ignite==0.5.5', 'torcheval==0.0.7', 'pymia==0.3.4',
)

# The cases: masks

def mask(*pixels):
    "A mask of 8×8 pixels in which the named ones are lesion."
    m = np.zeros(64, bool)
    m[list(pixels)] = True
    return m.reshape(8,8)

EMPTY, FULL, LESION = mask(), ~mask(), mask(*range(16))
HALF = mask(*range(8)) # half of the lesion: JA 0.5
MASKS = { # case → predictions, truths
    'both empty': ([EMPTY], [EMPTY]),
    'missed lesion': ([EMPTY], [LESION]),
    'lesion where none is': ([LESION], [EMPTY]),
    'both full': ([FULL], [FULL]),
    'one empty image of three': ([HALF, LESION, EMPTY], [LESION, LESION, EMPTY]), # 0.5, 1, and the empty pair
}

def per_image(f):
    "A library that compares two masks: the mean over the images is taken here."
    return lambda preds, truths: np.mean([float(f(p, t)) for p,t in zip(preds, truths)])

def tensors(masks, channels=False):
    import torch
    t = torch.tensor(np.stack(masks)).long()
    return t[:,None] if channels else t

def torchmetrics_jaccard(**options):
    def f(preds, truths):
        from torchmetrics.functional.classification import binary_jaccard_index
        return binary_jaccard_index(tensors(preds), tensors(truths), **options)
    return f

def torchmetrics_mean_iou(preds, truths):
    from torchmetrics.segmentation import MeanIoU
    metric = MeanIoU(num_classes=2, include_background=False, input_format='index')
    metric.update(tensors(preds), tensors(truths))
    return metric.compute()

def monai(**options):
    def f(preds, truths):
        from monai.metrics import MeanIoU
        metric = MeanIoU(**options)
        metric(tensors(preds, True).float(), tensors(truths, True).float())
        return metric.aggregate()
    return f

def smp(reduction, **options):
    def f(preds, truths):
        from segmentation_models_pytorch.metrics import get_stats, iou_score
        stats = get_stats(tensors(preds, True), tensors(truths, True), mode='binary')
        return iou_score(*stats, reduction=reduction, **options)
    return f

def sklearn_jaccard(**options):
    def f(p, t):
        from sklearn.metrics import jaccard_score
        return jaccard_score(t.ravel(), p.ravel(), **options)
    return per_image(f)

def medpy(p, t):
    from medpy.metric.binary import jc
    return jc(p, t)

def simpleitk(p, t):
    import SimpleITK as sitk
    overlap = sitk.LabelOverlapMeasuresImageFilter()
    overlap.Execute(*[sitk.GetImageFromArray(m.astype(np.uint8)) for m in (t, p)])
    return overlap.GetJaccardCoefficient()

def surface_distance(p, t):
    import surface_distance
    dice = surface_distance.compute_dice_coefficient(t, p)
    return dice/(2-dice) # it has the Dice coefficient only

def miseval(p, t):
    from miseval import evaluate
    return evaluate(t.astype(int), p.astype(int), metric='IoU', multi_class=False)

def pymia(p, t):
    from pymia.evaluation.metric import JaccardCoefficient
    from pymia.evaluation.metric.base import ConfusionMatrix
    metric = JaccardCoefficient()
    metric.confusion_matrix = ConfusionMatrix(p.astype(int), t.astype(int))
    return metric.calculate()

def ignite(preds, truths):
    from ignite.metrics import ConfusionMatrix, JaccardIndex
    counts = ConfusionMatrix(2)
    metric = JaccardIndex(counts)
    counts.update((one_hot(preds), tensors(truths)))
    return metric.compute()[1]

def one_hot(masks):
    import torch
    return torch.nn.functional.one_hot(tensors(masks), 2).movedim(-1, 1).float()

def fastai(preds, truths):
    from fastai.metrics import JaccardCoeff
    metric = JaccardCoeff()
    class Batch: pass
    Batch.pred, Batch.y, Batch.yb = one_hot(preds), tensors(truths), (tensors(truths),)
    metric.reset()
    metric.accumulate(Batch)
    return metric.value

def official(p, t):
    from isic_challenge_scoring import metrics
    from isic_challenge_scoring.confusion import create_binary_confusion_matrix
    return metrics.binary_jaccard(create_binary_confusion_matrix(t, p))

def ours(preds, truths):
    from ckdnet.metrics import seg_metrics
    return seg_metrics(preds, truths).JA.mean()

JACCARD = { # (package, setting) → function of predictions and truths
    ('isic-challenge-scoring', 'binary_jaccard, mean over images'): per_image(official),
    ('ckdnet', 'seg_metrics'): ours,
    ('torchmetrics', 'binary_jaccard_index'): torchmetrics_jaccard(),
    ('torchmetrics',
     'binary_jaccard_index(zero_division=1)'): torchmetrics_jaccard(zero_division=1),
    ('torchmetrics', 'segmentation.MeanIoU'): torchmetrics_mean_iou,
    ('monai', 'MeanIoU'): monai(),
    ('monai', 'MeanIoU(ignore_empty=False)'): monai(ignore_empty=False),
    ('segmentation-models-pytorch', "iou_score('micro')"): smp('micro'),
    ('segmentation-models-pytorch', "iou_score('micro-imagewise')"): smp('micro-imagewise'),
    ('segmentation-models-pytorch', "iou_score('micro-imagewise', zero_division=0)"):
        smp('micro-imagewise', zero_division=0),
    ('scikit-learn', 'jaccard_score, mean over images'): sklearn_jaccard(),
    ('scikit-learn',
     'jaccard_score(zero_division=1), mean over images'): sklearn_jaccard(zero_division=1),
    ('MedPy', 'jc, mean over images'): per_image(medpy),
    ('SimpleITK', 'LabelOverlapMeasures, mean over images'): per_image(simpleitk),
    ('surface-distance',
     'compute_dice_coefficient as JA, mean over images'): per_image(surface_distance),
    ('miseval', "evaluate('IoU'), mean over images"): per_image(miseval),
    ('pymia', 'JaccardCoefficient, mean over images'): per_image(pymia),
    ('pytorch-ignite', 'JaccardIndex of the lesion'): ignite,
    ('fastai', 'JaccardCoeff'): fastai,
}

# The cases: diagnoses of three classes

SURE = np.array([[.8,.1,.1], [.1,.8,.1], [.1,.1,.8], [.7,.2,.1]])
LOW = np.array([[.4,.3,.3], [.3,.4,.3], [.3,.3,.4], [.2,.4,.4]]) # never above 0.5; the last image is a tie
DIAGNOSES = { # case → probabilities, labels
    'a class absent': (SURE, np.array([0,1,1,0])), # of the third class there is no image; recalls 1 and 1/2
    'probabilities below 0.5': (LOW, np.array([0,1,2,2])),
}

def sklearn_balanced(probs, labels):
    from sklearn.metrics import balanced_accuracy_score
    return balanced_accuracy_score(labels, probs.argmax(1))

def sklearn_recall(**options):
    def f(probs, labels):
        from sklearn.metrics import recall_score
        return recall_score(labels, probs.argmax(1), average='macro', labels=[0,1,2], **options)
    return f

def torchmetrics_recall(probs, labels):
    import torch
    from torchmetrics.functional.classification import multiclass_recall
    return multiclass_recall(torch.tensor(probs), torch.tensor(labels), num_classes=3,
                             average='macro')

def torchmetrics_recall_half(probs, labels):
    import torch
    from torchmetrics.functional.classification import multilabel_recall
    return multilabel_recall(torch.tensor(probs), torch.tensor(np.eye(3, dtype=int)[labels]),
                             num_labels=3)

def torcheval_recall(probs, labels):
    import torch
    from torcheval.metrics.functional import multiclass_recall
    return multiclass_recall(torch.tensor(probs), torch.tensor(labels), num_classes=3,
                             average='macro')

def ignite_recall(probs, labels):
    import torch
    from ignite.metrics import Recall
    metric = Recall(average=False)
    metric.update((torch.tensor(probs), torch.tensor(labels)))
    return metric.compute().mean()

def official_frames(probs, labels):
    import pandas as pd
    truth = pd.DataFrame(np.eye(3)[labels], columns=list('abc'))
    return truth, pd.DataFrame(probs, columns=list('abc')), pd.Series(1., index=truth.index)

def official_balanced(probs, labels):
    from isic_challenge_scoring import metrics
    return metrics.balanced_multiclass_accuracy(*official_frames(probs, labels))

def official_sensitivity(probs, labels):
    from isic_challenge_scoring import metrics
    from isic_challenge_scoring.confusion import create_binary_confusion_matrix
    t,p,_ = official_frames(probs, labels)
    counts = [create_binary_confusion_matrix(*[o[c].gt(.5).to_numpy() for o in (t, p)])
              for c in 'abc']
    return np.mean([metrics.binary_sensitivity(cm) for cm in counts])

def our_bma(probs, labels):
    from ckdnet.metrics import bma
    return bma(probs, labels)

def our_sensitivity(probs, labels):
    from ckdnet.metrics import isic2018_cls_metrics
    return isic2018_cls_metrics(probs, labels)['mean']['SEN']

RECALL = {
    ('isic-challenge-scoring',
     'balanced_multiclass_accuracy (the largest probability)'): official_balanced,
    ('isic-challenge-scoring', 'mean binary_sensitivity (p > 0.5)'): official_sensitivity,
    ('ckdnet', 'bma'): our_bma,
    ('ckdnet', "isic2018_cls_metrics, mean of 'SEN'"): our_sensitivity,
    ('scikit-learn', 'balanced_accuracy_score of the argmax'): sklearn_balanced,
    ('scikit-learn', "recall_score('macro') of the argmax"): sklearn_recall(),
    ('torchmetrics', "multiclass_recall('macro')"): torchmetrics_recall,
    ('torchmetrics', 'multilabel_recall (p > 0.5)'): torchmetrics_recall_half,
    ('torcheval', "multiclass_recall('macro')"): torcheval_recall,
    ('pytorch-ignite', 'Recall, mean'): ignite_recall,
}

# The cases: scores of one class against the rest

SCORES = { # case → scores, truths
    'no positive': (np.array([.1,.4,.8]), np.zeros(3, int)),
    'no negative': (np.array([.1,.4,.8]), np.ones(3, int)),
    'all scores equal': (np.full(4, .5), np.array([0,1,0,1])),
}

def sklearn_auc(p, t):
    from sklearn.metrics import roc_auc_score
    return roc_auc_score(t, p)

def torchmetrics_auc(p, t):
    import torch
    from torchmetrics.functional.classification import binary_auroc
    return binary_auroc(torch.tensor(p), torch.tensor(t))

def torcheval_auc(p, t):
    import torch
    from torcheval.metrics.functional import binary_auroc
    return binary_auroc(torch.tensor(p), torch.tensor(t))

def monai_auc(p, t):
    import torch
    from monai.metrics import compute_roc_auc
    return compute_roc_auc(torch.tensor(p), torch.tensor(t))

def our_auc(p, t):
    from ckdnet.metrics import auc
    return auc(p, t)

AUC = {
    ('scikit-learn', 'roc_auc_score (the official scorer calls it)'): sklearn_auc,
    ('ckdnet', 'auc'): our_auc,
    ('torchmetrics', 'binary_auroc'): torchmetrics_auc,
    ('torcheval', 'binary_auroc'): torcheval_auc,
    ('monai', 'compute_roc_auc'): monai_auc,
}

# A classifier against itself: DeLong's test

def mlstatkit(p, t):
    from MLstatkit import Delong_test
    return Delong_test(t, p, p, return_ci=False)[1]

def our_delong(p, t):
    from ckdnet.stats import delong
    return delong(p, p, t)['p']

ITSELF = {'against itself': (np.array([.1,.4,.35,.8,.7]), np.array([0,0,1,1,1]))}
DELONG = {('MLstatkit', 'Delong_test, p'): mlstatkit, ('ckdnet', 'delong, p'): our_delong}

TABLES = {'Jaccard index':(JACCARD, MASKS), 'recall, mean over classes':(RECALL, DIAGNOSES),
          'AUC':(AUC, SCORES),
          "DeLong's test":(DELONG, ITSELF)}

def outcome(f, case):
    "A number, or the kind of error, as text for JSON."
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        try:
            value = f(*case)
            if value is None: return 'None'
            value = float(value)
        except Exception as e:
            return f'{type(e).__name__}: {str(e).splitlines()[0][:100]}' if str(e) else type(
                e).__name__
    return round(value,
                 4) if abs(value)<1e6 else f'{value:.1e}' if np.isfinite(value) else str(value)

def measure():
    "All tables: name → rows with package, version, setting and the value of each case."
    out = {}
    for name,(functions,cases) in TABLES.items():
        rows = []
        for (package,setting),f in functions.items():
            v = '' if package=='ckdnet' else version(package)
            values = {c:outcome(f, data) for c,data in cases.items()}
            rows.append(dict(package=package, version=v, setting=setting) | values)
        out[name] = rows
    return out

def beside():
    "Run this file in a temporary environment that sees the packages of the running one."
    with tempfile.TemporaryDirectory() as d:
        venv.create(d, with_pip=True)
        python = Path(d)/'bin/python'
        code = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
        site = Path(subprocess.check_output([python, '-c', code], text=True).strip())
        (site/'zz_running.pth').write_text(sysconfig.get_paths()['purelib']+'\n')
        subprocess.run([python, '-m', 'pip', 'install', '-q', *PACKAGES], check=True)
        subprocess.run([python, __file__, '--here'], check=True)

if __name__=='__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--here', action='store_true',
                        help='measure with the packages that are installed')
    if parser.parse_args().here:
        OUT.write_text(json.dumps(measure(), indent=1, ensure_ascii=False)+'\n')
    else: beside()
