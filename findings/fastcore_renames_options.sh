#!/usr/bin/env bash
# A parameter `dry_run` of a function is the option --dry_run of its command with fastcore 2.2.12, and --dry-run, and no
# longer --dry_run, with fastcore 2.2.39: within a third digit, a script that calls such a command stops.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
cat >"$work/command.py" <<'PY'
from fastcore.script import anno_parser
def command(dry_run:bool=False): pass
for option in '--dry_run', '--dry-run':
    unknown = anno_parser(command).parse_known_args([option])[1]
    print(option, 'is unknown' if unknown else 'is known')
PY
said() {   # version, the option that it knows
    "$work/venv/bin/pip" install --quiet --disable-pip-version-check "fastcore==$1"
    "$work/venv/bin/python" "$work/command.py" >"$work/log"
    echo "fastcore $1: $(paste -sd, "$work/log")"
    grep -qx -e "$2 is known" "$work/log" && [ "$(grep -c 'is known' "$work/log")" = 1 ]
}
said 2.2.12 --dry_run
said 2.2.39 --dry-run
