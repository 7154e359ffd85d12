"""Run a notebook, show how far it is, and keep it with its results and as a web page: `python tools/demo.py NOTEBOOK
FOLDER`. A line for each section, what its cells print, and after ten silent seconds how far a training is, with the
minutes and seconds since the start."""
import re, sys, time
from pathlib import Path
from threading import Thread
import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

SILENCE = 10 # s, at most

class Told(NotebookClient):
    "Runs a notebook, and says what it does."
    def begin(self):
        self.start = self.said = time.monotonic()
        self.state = 'Python starts'
        Thread(target=self.beat, daemon=True).start()

    def say(self, text, state='at work'):
        minutes,seconds = divmod(int(time.monotonic()-self.start), 60)
        for line in text.splitlines():
            if line.strip(): print(f'{minutes}:{seconds:02}  {line}', flush=True)
        self.said,self.state = time.monotonic(), state

    def beat(self):
        "Say how far it is when nothing else was said."
        while True:
            time.sleep(1)
            if time.monotonic()-self.said>=SILENCE: self.say(f'   {self.state}', self.state)

    def hear_epoch(self, bars):
        "The two bars of a training, of its epochs and of an epoch's batches, in words."
        counts = re.findall(r'\[(\d+)/(\d+) ', bars)
        if len(counts)<2: return
        (epoch,epochs),(batch,batches) = ([int(n) for n in pair] for pair in counts[:2])
        self.state = f'epoch {min(epoch+1, epochs)} of {epochs}, {batch/batches:.0%} of its batches'

    def process_message(self, msg, cell, cell_index):
        kind,content = msg['msg_type'], msg['content']
        if kind=='stream': self.say(re.sub(r'.*\r', '', content['text']))
        if kind=='update_display_data': self.hear_epoch(content['data']['text/plain'])
        return super().process_message(msg, cell, cell_index)

    async def async_execute_cell(self, cell, cell_index, *args, **kwargs):
        heading = re.search(r'^##? (.*)', cell.source, re.M) if cell.cell_type=='markdown' else None
        if heading: self.say(f'— {heading[1]}')
        return await super().async_execute_cell(cell, cell_index, *args, **kwargs)

if __name__=='__main__':
    source,folder = map(Path, sys.argv[1:])
    folder.mkdir(exist_ok=True)
    nb = nbformat.read(source, 4)
    told = Told(nb, timeout=None, kernel_name='python3', extra_arguments=['--log-level=ERROR'],
                resources={'metadata':{'path':str(folder)}})
    told.begin()
    told.execute()
    files = {folder/source.name:'the executed notebook',
             (folder/source.name).with_suffix('.html'):'the same as a page for the browser'}
    written,page = files
    nbformat.write(nb, written)
    page.write_text(HTMLExporter().from_notebook_node(nb)[0], encoding='utf-8')
    print('Written:', *(f'  {file}  {what}' for file,what in files.items()), sep='\n')
