"Name, version, description and dependencies of the package are in settings.ini; this file reads them."
import os
from configparser import ConfigParser
from pathlib import Path
from setuptools import find_packages, setup

cfg = ConfigParser(delimiters=['='])
cfg.read('settings.ini', encoding='utf-8')
cfg = cfg['DEFAULT']

extras = {key.removesuffix('_requirements'): cfg[key].split() for key in cfg
          if key.endswith('_requirements')}
extras['dev'] = sum(extras.values(), [])  # the development set-up has them all
pages = dict(Repository='', Issues='/issues', Changelog='/blob/main/CHANGELOG.md')
urls = {name: cfg['repository'] + page for name,page in pages.items()} if cfg['repository'] else {}
# so that the notebooks of nbs/paper/ find them anywhere; `make wheel` also builds a wheel without them
recorded = [] if os.environ.get('CKDNET_WITHOUT_RESULTS') else ['ckdnet.recorded']

setup(
    **{key: cfg[key] for key in ('version', 'description', 'author', 'license')},
    name=cfg['lib_name'], keywords=cfg['keywords'].split(), license_files=['LICENSE'],
    classifiers=cfg['classifiers'].strip().splitlines(),
    python_requires='>=' + cfg['min_python'],
    project_urls=urls,
    long_description=Path('README.md').read_text(encoding='utf-8'),
    long_description_content_type='text/markdown',
    packages=[*find_packages(include=['ckdnet', 'ckdnet.*']), *recorded],
    package_dir=dict.fromkeys(recorded, 'data/results'),
    package_data={'ckdnet': ['py.typed', 'paper_tables/*.csv', 'data/*.csv', 'figures.mplstyle',
                             'weights/*',
                             'sample/*', 'webpage/*'],
                  'ckdnet.recorded': ['*.json', '*/*', '*/*/*']},
    install_requires=cfg['requirements'].split(),
    extras_require=extras,
    entry_points={'console_scripts': cfg['console_scripts'].strip().splitlines(),
                  'nbdev': ['ckdnet = ckdnet._modidx:d']},
    zip_safe=False,
)
