"""Run a notebook, show how far it is, and keep it with its results and as a web page: `python tools/demo.py NOTEBOOK
FOLDER`. A line for each section, and what its cells print, with the minutes and seconds since the start."""
import re, sys, time
from pathlib import Path
import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

class Told(NotebookClient):
    "Runs a notebook, and says what it does."
    def say(self, text):
        minutes,seconds = divmod(int(time.monotonic()-self.start), 60)
        for line in text.splitlines():
            if line.strip(): print(f'{minutes}:{seconds:02}  {line}', flush=True)

    def process_message(self, msg, cell, cell_index):
        if msg['msg_type']=='stream': self.say(re.sub(r'.*\r', '', msg['content']['text']))
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
    told.start = time.monotonic()
    told.execute()
    files = {folder/source.name:'the executed notebook',
             (folder/source.name).with_suffix('.html'):'the same as a page for the browser'}
    written,page = files
    nbformat.write(nb, written)
    page.write_text(HTMLExporter().from_notebook_node(nb)[0], encoding='utf-8')
    print('Written:', *(f'  {file}  {what}' for file,what in files.items()), sep='\n')
