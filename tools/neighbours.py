"""Try the cascade with the tools of other projects: python tools/neighbours.py data/results/neighbours.json

A temporary virtual environment sees the packages of this one and gets the tools in the versions below. Each tool is
run in a process of its own. What it did, or the words with which it failed, is written with the versions."""
import argparse, importlib.metadata, json, os, subprocess, sys, sysconfig, tempfile, venv
from pathlib import Path

TOOLS = dict( # name of the check: the package and its version
    lightning='lightning==2.6.6', accelerate='accelerate==1.15.0', ignite='pytorch-ignite==0.5.5',
    skorch='skorch==1.4.0', captum='captum==0.9.0', gradcam='grad-cam==1.5.7',
    torchao='torchao==0.18.0',
    monai='monai==1.6.1', smp='segmentation_models_pytorch==0.6.0', kornia='kornia==0.9.0',
    albumentations='albumentations==2.0.8', peft='peft==0.21.2', mlflow='mlflow==3.17.2',
    pycocotools='pycocotools==2.0.11', netcal='netcal==1.4.0', export='torch', mypy='mypy==2.4.1',
    pyright='basedpyright==1.40.2')

def cascade():
    "A small cascade, a batch, its masks and its diagnoses."
    import torch
    from ckdnet.models.cascade import create_ckdnet
    torch.manual_seed(0)
    net = create_ckdnet('test_resnet', width=16)
    x = torch.randn(4,3,64,64)
    return net, x, (torch.rand(4,64,64)>.5).long(), torch.tensor([0,1,2,1])

def total_loss(net, x, mask, label):
    from ckdnet.losses import SegLoss, WeightedCrossEntropy
    out = net(x)
    return WeightedCrossEntropy([1,2,1])(out.logits, label) + SegLoss()(out.fine_logits, mask)

def loader(x, mask, label):
    from torch.utils.data import DataLoader, TensorDataset
    return DataLoader(TensorDataset(x, mask, label), 2)

def adam(net):
    import torch
    return torch.optim.Adam(net.parameters(), 1e-3)

def lightning():
    import lightning as L
    net, *data = cascade()
    class Module(L.LightningModule):
        def __init__(self):
            super().__init__()
            self.net = net
        def training_step(self, batch, _): return total_loss(self.net, *batch)
        def configure_optimizers(self): return adam(self)
    with tempfile.TemporaryDirectory() as d:
        L.Trainer(max_epochs=1, accelerator='cpu', logger=False, enable_checkpointing=False,
                  default_root_dir=d,
                  enable_progress_bar=False, enable_model_summary=False).fit(Module(),
                                                                             loader(*data))
    return 'one epoch of the whole cascade'

def accelerate():
    from accelerate import Accelerator
    net, *data = cascade()
    accelerator = Accelerator(cpu=True)
    net,opt,dl = accelerator.prepare(net, adam(net), loader(*data))
    for batch in dl:
        accelerator.backward(total_loss(net, *batch))
        opt.step()
        opt.zero_grad()
    return 'one epoch of the whole cascade'

def ignite():
    from ignite.engine import Engine
    net, *data = cascade()
    opt = adam(net)
    def step(engine, batch):
        opt.zero_grad()
        loss = total_loss(net, *batch)
        loss.backward()
        opt.step()
        return loss.item()
    Engine(step).run(loader(*data), max_epochs=1)
    return 'one epoch of the whole cascade'

def skorch():
    import torch
    from skorch import NeuralNetClassifier
    from ckdnet.models.ckd_cls import CKDClsNet
    from ckdnet.models.encoders import create_encoder
    _,x,_,y = cascade()
    net = CKDClsNet(create_encoder('test_resnet'), mask_channel=False, entangle=False)
    model = NeuralNetClassifier(net, criterion=torch.nn.CrossEntropyLoss, max_epochs=1,
                                train_split=None, verbose=0)
    probs = model.fit(x.numpy(), y.numpy()).predict_proba(x.numpy())
    assert probs.shape==(4,3)
    return 'fit and predict_proba of the plain classifier'

def captum():
    import torch
    from captum.attr import IntegratedGradients
    net,x,_,_ = cascade()
    net.eval()
    x = x[:1]
    maps, error = IntegratedGradients(net.classify).attribute(x, target=0, n_steps=200,
                                                              return_convergence_delta=True)
    with torch.no_grad(): change = (net.classify(x)-net.classify(0*x))[0,0].item()
    assert maps.shape==x.shape
    return f'integrated gradients of the diagnosis; their sum misses the change {change:.3f} by {abs(error.item()):.3f}'

def gradcam():
    import numpy as np, torch
    from pytorch_grad_cam import GradCAM
    from ckdnet.data.synthetic import draw
    from ckdnet.pretrained import load_cascade
    net = load_cascade()[0]
    image,_ = draw('melanoma', np.random.default_rng(4), 224)
    mean,std = (torch.tensor(v).view(1,3,1,1) for v in (net.cls.encoder.mean, net.cls.encoder.std))
    x = (torch.tensor(image).permute(2,0,1)[None]/255-mean)/std
    class Diagnosis(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.net = net.requires_grad_(True)
        def forward(self, x): return self.net.classify(x)
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
    theirs = GradCAM(Diagnosis(), [net.cls.atten])(x, [ClassifierOutputTarget(2)])[0]
    with torch.no_grad():
        _,o = net.cls.encode(x, *net.diffuse_to_cls(x))
        a = net.cls.atten(o)[0]
    ours = torch.einsum('c,chw->hw', net.cls.fc.weight[2], a).relu()
    ours = torch.nn.functional.interpolate(ours[None,None], size=(224,224), mode='bilinear')[0,0]
    ours = ((ours-ours.min())/(ours.max()-ours.min())).detach().numpy()
    difference = np.abs(ours-theirs).max()
    assert difference<1e-4, f'differs by {difference}'
    return f'the map at cls.atten is the weighted sum of its channels by cls.fc; largest difference {difference:.1e}'

def torchao():
    import torch
    from torchao.quantization import Int8WeightOnlyConfig, quantize_
    net,x,_,_ = cascade()
    net.eval()
    with torch.no_grad():
        before = net(x).logits.softmax(1)
        quantize_(net, Int8WeightOnlyConfig())
        after = net(x).logits.softmax(1)
    return f'int8 weights of linear layers; a probability changes by at most {(before-after).abs().max():.1e}'

def monai():
    import torch
    from monai.inferers import sliding_window_inference
    from monai.losses import DiceLoss
    net,_,_,_ = cascade()
    net.eval()
    x = torch.randn(1,3,96,96)
    with torch.no_grad():
        mask = sliding_window_inference(x, (64,64), 1, lambda part: net(part).fine_logits)
    assert mask.shape==(1,1,96,96)
    DiceLoss(sigmoid=True)(mask, (mask>0).float())
    return 'sliding windows over a larger image, and its Dice loss on the logits'

def smp():
    import torch
    import segmentation_models_pytorch as smp
    from ckdnet.models.encoders import WholeEncoder
    from ckdnet.models.root_seg import RootSegNet
    works, fails = [], []
    for name in smp.encoders.get_encoder_names():
        large = any(part in name for part in ('32x','48d','154','l2','v2-l','b7','b6'))
        if large or name.startswith(('tu-','timm-')): continue
        try:
            net = smp.encoders.get_encoder(name, weights=None)
            with torch.no_grad():
                RootSegNet(WholeEncoder(net, net.out_channels), 16).eval()(torch.randn(1,3,64,64))
            works.append(name)
        except Exception as e: fails.append(f'{name} ({type(e).__name__}: {str(e)[:80]})')
    note = f'; not: {", ".join(fails)}' if fails else ''
    tried = f'{len(works)} of {len(works)+len(fails)} of its encoders'
    return f'{tried} (the large ones, and those of timm, were not tried) as that of RootSeg-Net{note}'

def kornia():
    from kornia.augmentation import AugmentationSequential, RandomHorizontalFlip, RandomRotation
    net,x,mask,label = cascade()
    augment = AugmentationSequential(RandomHorizontalFlip(), RandomRotation(90.),
                                     data_keys=['input','mask'])
    x,mask = augment(x, mask[:,None].float())
    assert total_loss(net, x, mask[:,0].round(), label).isfinite()
    return 'its augmentation of image and mask before a training step'

def albumentations():
    import albumentations as A, numpy as np, torch
    from ckdnet.data.synthetic import draw
    net,_,_,_ = cascade()
    image,mask = draw('melanoma', np.random.default_rng(0), 96)
    t = A.Compose([A.HorizontalFlip(p=1), A.Resize(64, 64), A.Normalize()])(
        image=image, mask=mask.astype(np.uint8))
    x = torch.tensor(t['image']).permute(2,0,1)[None]
    assert total_loss(net.eval(), x, torch.tensor(t['mask'])[None], torch.tensor([0])).isfinite()
    return 'its augmentation of image and mask before a training step'

def export():
    import torch
    net,x,_,_ = cascade()
    net.eval()
    class Tensors(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.net = net
        def forward(self, x): return tuple(self.net(x))
    free = {0: torch.export.Dim('batch', min=1, max=8)}
    with torch.no_grad():
        program = torch.export.export(Tensors(), (x,), dynamic_shapes=(free,))
        difference = max((a-b).abs().max().item()
                         for a,b in zip(program.module()(x[:3]), net(x[:3])))
    return f'torch.export with a free batch; largest difference {difference:.1e}'

def peft():
    import torch
    from peft import LoraConfig, get_peft_model
    net, *data = cascade()
    net.eval()
    with torch.no_grad(): before = net(data[0]).logits
    adapted = get_peft_model(net, LoraConfig(target_modules=['cls.fc'], r=2))
    with torch.no_grad(): assert torch.equal(adapted(data[0]).logits, before)
    opt = adam(adapted)
    total_loss(adapted, *data).backward()
    opt.step()
    with torch.no_grad(): assert not torch.equal(adapted(data[0]).logits, before)
    trained = sum(p.numel() for p in adapted.parameters() if p.requires_grad)
    return f'a low-rank adapter of cls.fc: equal at first, other after a step of its {trained:,} numbers'

def mlflow():
    import mlflow.pytorch, numpy as np, torch
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec
    net,x,_,_ = cascade()
    net.eval()
    batch = TensorSpec(np.dtype('float32'), (-1,*x.shape[1:]))
    signature = ModelSignature(inputs=Schema([batch])) # MLflow infers none for several outputs
    with tempfile.TemporaryDirectory() as d, torch.no_grad():
        mlflow.pytorch.save_model(net, f'{d}/saved', input_example=x.numpy(), signature=signature)
        back = mlflow.pytorch.load_model(f'{d}/saved')
        assert torch.equal(back(x).fine_logits, net(x).fine_logits)
    return 'saved and loaded in its default format, a program of torch.export, with a signature; equal'

def pycocotools():
    import numpy as np
    from pycocotools import mask as coco
    from ckdnet.metrics import seg_metrics
    rng = np.random.default_rng(0)
    pred,truth = rng.random((2,5,64,64))>.6
    encoded = [[coco.encode(np.asfortranarray(m.astype(np.uint8))) for m in masks]
               for masks in (pred, truth)]
    theirs = np.diag(coco.iou(*encoded, [False]*len(truth)))
    ours = seg_metrics(pred, truth).JA.to_numpy()
    assert np.allclose(ours, theirs), (ours, theirs)
    return f'its IoU of five pairs of masks is our JA; largest difference {np.abs(ours-theirs).max():.0e}'

def netcal():
    import numpy as np
    from netcal.metrics import ECE
    from ckdnet.calibration import ece
    rng = np.random.default_rng(0)
    probs = rng.dirichlet(np.ones(3), 500)
    labels = rng.integers(0, 3, 500)
    theirs = ECE(bins=10).measure(probs, labels)
    ours = ece(probs, labels, bins='uniform')
    assert abs(ours-theirs)<1e-6, (ours, theirs)
    return f'its calibration error with ten bins is ours of equal width; difference {abs(ours-theirs):.0e}'

WRONG_TYPE = """from ckdnet.models.cascade import create_ckdnet
net = create_ckdnet('resnet18', n_classes='three')
"""

def type_checker(*command):
    "Does it find the wrong type of an argument?"
    with tempfile.TemporaryDirectory() as d:
        (Path(d)/'use.py').write_text(WRONG_TYPE)
        said = subprocess.run([sys.executable, '-m', *command, 'use.py'], capture_output=True,
                              text=True, cwd=d).stdout
    errors = [line for line in said.splitlines() if 'error: ' in line]
    assert len(errors)==1 and 'n_classes' in errors[0], said.strip()
    return f'a wrong type of an argument is found: {errors[0].split("error: ")[-1]}'

def mypy(): return type_checker('mypy', '--follow-imports=silent')

def pyright(): return type_checker('basedpyright')

def check(name):
    "Run one check in this process, and print the result as JSON."
    import warnings
    warnings.filterwarnings('ignore')
    try: result = dict(works=True, words=globals()[name]())
    except Exception as e: result = dict(works=False, words=f'{type(e).__name__}: {str(e)[:300]}')
    print(
        'RESULT '+json.dumps(
            dict(version=importlib.metadata.version(TOOLS[name].split('==')[0]), **result)))

def make_environment(folder):
    "A virtual environment that sees the packages of this one; its Python."
    venv.create(folder, with_pip=True)
    python = folder/'bin'/'python'
    find = 'import sysconfig; print(sysconfig.get_path("purelib"))'
    site = subprocess.run([python, '-c', find], capture_output=True, text=True,
                          check=True).stdout.strip()
    (Path(site)/'development.pth').write_text(sysconfig.get_path('purelib'))
    wanted = [package for package in TOOLS.values() if '==' in package]
    subprocess.run([python, '-m', 'pip', 'install', '-q', '--disable-pip-version-check', *wanted],
                   check=True)
    return python

def run(python, name):
    env = os.environ | dict(PYTHONPATH=str(Path(__file__).resolve().parents[1]))
    try:
        p = subprocess.run([python, __file__, '--check', name], capture_output=True, text=True,
                           timeout=600, env=env)
    except subprocess.TimeoutExpired:
        return dict(works=False, words='not finished after 10 minutes')
    lines = [line for line in p.stdout.splitlines() if line.startswith('RESULT ')]
    return json.loads(lines[-1][7:]) if lines else dict(works=False, words=p.stderr.strip()[-300:])

def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('out', nargs='?', help='the file to write')
    parser.add_argument('--check', help='run one check in this process')
    parser.add_argument('--python', help='the Python of an environment that has the tools already')
    args = parser.parse_args()
    if args.check: return check(args.check)
    with tempfile.TemporaryDirectory() as d:
        python = args.python or make_environment(Path(d)/'venv')
        tools = {}
        for name in TOOLS:
            tools[name] = run(python, name)
            print(name, tools[name], flush=True)
    versions = {name:importlib.metadata.version(name) for name in ('torch','timm','fastai')}
    result = dict(python=sys.version.split()[0], versions=versions, tools=tools)
    Path(args.out).write_text(json.dumps(result, indent=1)+'\n', encoding='utf-8')

if __name__=='__main__': main()
