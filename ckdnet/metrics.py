import numpy as np, torch
from fastai.learner import Metric
from sklearn.metrics import roc_auc_score
class JaccardMetric(Metric):
    def reset(self): self.v=[]
    def accumulate(self,learn):
        p,t=learn.pred.as_subclass(torch.Tensor)[:,0]>0,learn.y.as_subclass(torch.Tensor)>0
        i,u=(p&t).sum((1,2)),(p|t).sum((1,2))
        self.v.append(torch.where(u>0,i/u.clamp(min=1),1.))
    @property
    def value(self): return torch.cat(self.v).mean().item() if self.v else None
    @property
    def name(self): return 'jaccard'
class AverageAUC(Metric):
    def reset(self): self.p,self.t=[],[]
    def accumulate(self,learn): self.p.append(learn.pred.as_subclass(torch.Tensor).float().softmax(1).cpu().numpy()); self.t.append(learn.y.cpu().numpy())
    @property
    def value(self):
        p,t=np.concatenate(self.p),np.concatenate(self.t)
        return float(np.nanmean([roc_auc_score(t==c,p[:,c]) if 0<(t==c).sum()<len(t) else np.nan for c in ((0,1) if p.shape[1]==3 else range(p.shape[1]))]))
    @property
    def name(self): return 'average_auc'
def isic2017_cls_metrics(*a): raise NotImplementedError
def seg_metrics(*a): raise NotImplementedError
