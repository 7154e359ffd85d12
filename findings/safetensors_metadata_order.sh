#!/usr/bin/env bash
# safetensors 0.8.0: the same tensors with the same metadata give a file of other bytes in each process as soon as the
# metadata have several keys: their order in the header is random. So the hash of a file of weights does not tell whether
# two trainings agree; a hash of the tensors does.
# Seen: six processes, several hashes with four keys of metadata, one hash with one key. Fails if that changes.
set -euo pipefail
here=$(mktemp -d) && trap 'rm -rf "$here"' EXIT && cd "$here"
python3 -m venv venv && venv/bin/pip -q install safetensors==0.8.0 numpy==2.4.6
cat > save.py <<'PY'
import hashlib, sys
import numpy as np
from safetensors.numpy import save
metadata = dict(classes='melanoma,nevus', size='224', temperature='1.2', format='1')
keys = list(metadata)[:int(sys.argv[1])]
tensors = dict(weight=np.arange(4, dtype=np.float32))
print(hashlib.sha256(save(tensors, {k:metadata[k] for k in keys})).hexdigest())
PY
count() { for i in 1 2 3 4 5 6; do venv/bin/python save.py "$1"; done | sort -u | wc -l; }
one=$(count 1) four=$(count 4)
venv/bin/python -c 'import safetensors; print("safetensors", safetensors.__version__)'
echo "six processes: $one hash with one key of metadata, $four with four"
[ "$one" = 1 ] && [ "$four" -gt 1 ] || { echo 'changed'; exit 1; }
