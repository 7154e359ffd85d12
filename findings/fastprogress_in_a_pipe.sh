#!/usr/bin/env bash
# fastprogress asks whether `stdout.isatty` is true, not `stdout.isatty()`: its bar is also written where no terminal is,
# so a log file of a training keeps every state of the bar, with \r between them.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check fastprogress==1.1.6 fastcore==2.2.39
cat >"$work/bar.py" <<'PY'
import time
from fastprogress.fastprogress import printing, progress_bar
for i in progress_bar(range(100)): time.sleep(.02)
print(f'\nprinting() without a terminal: {bool(printing())}')
PY
"$work/venv/bin/python" "$work/bar.py" >"$work/log"
returns=$(tr -cd '\r' <"$work/log" | wc -c)
"$work/venv/bin/pip" list --disable-pip-version-check 2>/dev/null | grep -i '^fastprogress '
tail -n 1 "$work/log"
echo "carriage returns in the log file of 100 steps: $returns"
[ "$returns" -gt 5 ] && grep -q 'without a terminal: True' "$work/log"
