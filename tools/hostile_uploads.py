"""Send files that are cut, renamed, empty or no images to the server, and count how it answers:
`python tools/hostile_uploads.py --n 1000` writes data/results/serve.json. The files are small, and all stay on this
machine."""
import argparse, io, json, struct
from collections import Counter
import httpx, numpy as np
from PIL import Image
from ckdnet.core import write_json
from ckdnet.predictor import sample
from load_server import OUT, OURS, running

NAMES = ('../../etc/passwd', '/etc/shadow.jpg', 'C:\\Windows\\system32\\a.jpg', 'a\0b.jpg',
         '<b>.jpg', '%2e%2e%2fa.jpg', 'é'*200+'.jpg',
         '', '.', '..', 'con.jpg', "a';--.jpg", 'x'*5000, '=1+1.jpg', '\r\n.jpg')
STARTS = ( # of other kinds of files
    b'%!PS-Adobe-3.0 EPSF-3.0\n', b'<!DOCTYPE html>', b'GIF89a', b'PK\3\4', b'II*\0\x08\0\0\0', b'BM',
    b'\x89PNG\r\n\x1a\n', b'RIFF\0\0\0\0WEBP', b'\0\0\0\x18ftypheic\0\0\0\0mif1heic',
    b'\0\0\0\x1cftypavif\0\0\0\0mif1', bytes(128)+b'DICM',
)

def as_file(im, kind):
    out = io.BytesIO()
    im.save(out, kind)
    return out.getvalue()

def hostile(whole, rng):
    "The bytes of an upload."
    kind = list(whole)[rng.integers(len(whole))]
    b,how = bytearray(whole[kind]), rng.integers(6)
    if how==0: return bytes(b[:rng.integers(len(b))]) # cut
    if how==1: return STARTS[rng.integers(len(STARTS))]+rng.bytes(rng.integers(2000)) # another type
    if how==2: return rng.bytes(rng.integers(3000))
    if how==3: # damaged
        for k in rng.integers(len(b), size=20): b[k] ^= 1<<rng.integers(8)
    if how==4: # a size that the file does not have
        b = bytearray(whole['BMP'])
        struct.pack_into('<ii', b, 18, *map(int, rng.integers(1, 2**31-1, 2)))
    return bytes(b)

def body(content, name, rng):
    "A request: usually a right one."
    how = rng.integers(12)
    kinds = ('multipart/form-data', 'multipart/form-data; boundary=x', 'application/json')
    if how<3: return dict(content=content, headers={'content-type':kinds[how]})
    if how==3: return dict(files=[('files', (name, content))]*20) # too many
    return dict(files=[(('files','file','x')[how%3], (name, content))])

if __name__=='__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--n', type=int, default=1000)
    parser.add_argument('--port', type=int, default=8766)
    a = parser.parse_args()
    rng,im = np.random.default_rng(0), Image.open(sample()).convert('RGB').resize((96,96))
    whole = {kind:as_file(im, kind) for kind in ('JPEG','PNG','BMP','TIFF','WEBP','GIF')}
    statuses = Counter()
    with running(OURS, a.port, 1) as process, httpx.Client(timeout=120) as client:
        url = f'http://127.0.0.1:{a.port}/predict'
        def right():
            said = client.post(url, files=[('files', ('a.png', whole['PNG']))]).json()
            return said['predictions'][0]['raw']
        before = right()
        for _ in range(a.n):
            name = NAMES[rng.integers(len(NAMES))]
            try: statuses[client.post(url, **body(hostile(whole, rng), name, rng)).status_code] += 1
            except httpx.TransportError as e: statuses[type(e).__name__] += 1
        alive,memory = right()==before, process.memory_info().rss/2**20
    other = sum(v for k,v in statuses.items() if k not in (200,413,422))
    out = dict(uploads=a.n, statuses={str(k):v for k,v in statuses.most_common()}, other=other,
               answers_as_before=alive, memory_MiB=memory)
    known = json.loads(OUT.read_text()) if OUT.exists() else {}
    write_json(OUT, known | dict(hostile=out))
    print(json.dumps(out, indent=1))
