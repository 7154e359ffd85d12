#!/usr/bin/env bash
# huggingface_hub 2.4.0: without a network, `hf_hub_download` raises an error that is a kind of "there is no such file"
# (LocalEntryNotFoundError is an EntryNotFoundError). A program that lets a file be absent, and catches that error for
# it, takes a repository that it cannot reach for one without the file. Here the file was a list of training images.
# Seen: a hub that answers 404, and a hub that does not answer, both end in `except EntryNotFoundError`.
# Fails if that changes.
set -euo pipefail
here=$(mktemp -d) && trap 'rm -rf "$here"' EXIT && cd "$here"
python3 -m venv venv && venv/bin/pip -q install huggingface_hub==2.4.0
cat > ask.py <<'PY'
import sys, tempfile, threading
from http.server import BaseHTTPRequestHandler, HTTPServer
import huggingface_hub
from huggingface_hub import hf_hub_download
from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError

class Hub(BaseHTTPRequestHandler):
    def log_message(self, *args): pass
    def do_HEAD(self):
        self.send_response(404)
        self.send_header('X-Error-Code', 'EntryNotFound')
        self.send_header('X-Repo-Commit', '0'*40)
        self.end_headers()

server = HTTPServer(('127.0.0.1', 0), Hub)
threading.Thread(target=server.serve_forever, daemon=True).start()

def ask(endpoint):
    try: hf_hub_download('owner/name', 'list.csv', endpoint=endpoint, cache_dir=tempfile.mkdtemp(dir='.'))
    except EntryNotFoundError as e: return 'not found', isinstance(e, LocalEntryNotFoundError)
    except Exception as e: return type(e).__name__, False

address = f'http://127.0.0.1:{server.server_port}'
there = ask(address)
server.shutdown()
server.server_close()
gone = ask(address)
print('huggingface_hub', huggingface_hub.__version__)
print(f'a hub that answers 404: {there[0]}; a hub that does not answer: {gone[0]}, told apart by its sub-class: {gone[1]}')
sys.exit(0 if (there, gone)==(('not found', False), ('not found', True)) else 'changed')
PY
venv/bin/python ask.py
