"Speed, beside a usual loop of fastai."
import ckdnet.train # noqa: F401, imports fastai without its warning
