"Name, version, description and dependencies of the package are in settings.ini; this file reads them."
from configparser import ConfigParser
from pathlib import Path
from setuptools import find_packages, setup

cfg = ConfigParser(delimiters=['='])
cfg.read('settings.ini', encoding='utf-8')
cfg = cfg['DEFAULT']

export,app,excel,dev = (cfg[f'{name}_requirements'].split() for name in ('export','app','excel','dev'))

setup(
    name=cfg['lib_name'], version=cfg['version'], description=cfg['description'], author=cfg['author'],
    license=cfg['license'], keywords=cfg['keywords'].split(), python_requires='>=' + cfg['min_python'],
    project_urls={'Repository': cfg['repository']} if cfg['repository'] else {},
    long_description=Path('README.md').read_text(encoding='utf-8'), long_description_content_type='text/markdown',
    packages=[*find_packages(include=['ckdnet', 'ckdnet.*']), 'ckdnet.recorded'],
    package_dir={'ckdnet.recorded': 'data/results'},  # so that the notebooks of nbs/paper/ find them anywhere
    package_data={'ckdnet': ['paper_tables/*.csv', 'data/*.csv', 'figures.mplstyle', 'weights/*', 'sample/*',
                             'webpage/*'],
                  'ckdnet.recorded': ['*.json', '*/*', '*/*/*']},
    install_requires=cfg['requirements'].split(),
    extras_require={'export': export, 'app': app, 'excel': excel, 'dev': dev + export + app + excel},
    entry_points={'console_scripts': cfg['console_scripts'].strip().splitlines(), 'nbdev': ['ckdnet = ckdnet._modidx:d']},
    zip_safe=False,
)
