"""Run a notebook, show how far it is, and keep it with its results and as a web page: `python tools/demo.py NOTEBOOK
FOLDER`. A line for each section, what its cells print, and every ten seconds how far a training is, with the minutes
and seconds since the start."""
import re, sys, time
from pathlib import Path
import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from ckdnet.progress import Due

class Told(NotebookClient):
    "Runs a notebook, and says what it does."
    def say(self, text):
        minutes,seconds = divmod(int(time.monotonic()-self.start), 60)
        for line in text.splitlines():
            if line.strip(): print(f'{minutes}:{seconds:02}  {line}', flush=True)

    def say_epoch(self, bars):
        "The two bars of a training, of its epochs and of an epoch's batches, in words."
        counts = re.findall(r'\[(\d+)/(\d+) ', bars)
        if len(counts)<2 or not self.due(): return
        (epoch,epochs),(batch,batches) = ([int(n) for n in pair] for pair in counts[:2])
        self.say(f'   epoch {min(epoch+1, epochs)} of {epochs}, {batch/batches:.0%} of its batches')

    def process_message(self, msg, cell, cell_index):
        kind,content = msg['msg_type'], msg['content']
        if kind=='stream': self.say(re.sub(r'.*\r', '', content['text']))
        if kind=='update_display_data': self.say_epoch(content['data']['text/plain'])
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
    told.start,told.due = time.monotonic(), Due(10, 10)
    told.execute()
    files = {folder/source.name:'the executed notebook',
             (folder/source.name).with_suffix('.html'):'the same as a page for the browser'}
    written,page = files
    nbformat.write(nb, written)
    page.write_text(HTMLExporter().from_notebook_node(nb)[0], encoding='utf-8')
    print('Written:', *(f'  {file}  {what}' for file,what in files.items()), sep='\n')
