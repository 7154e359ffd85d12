# `make help` lists the targets. Each makes what it needs first, on a machine with Python (with venv) and make.
PYTHON ?= python3
export PATH := $(CURDIR)/.venv/bin:$(PATH)
INSTALLED := .venv/.installed
.DEFAULT_GOAL := help
.PHONY: help install demo test browser-test coverage paper build-smoke alone lowest style check readme docs export outputs badges wheel
.PHONY: clean-nbs
# another index beside pip's own, such as PyTorch's, whose builds (2.14.1+cpu) pip prefers to the same version without a plus
TORCH_INDEX ?=
EXTRA_INDEX := $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

install: $(INSTALLED) ## make .venv with the pinned development set-up; TORCH_INDEX=… is pip's index for PyTorch

$(INSTALLED): settings.ini setup.py constraints.txt
	$(PYTHON) -m venv .venv
	@echo 'Installing the development set-up into .venv; this takes a few minutes.'
	.venv/bin/python -m pip install --quiet --disable-pip-version-check $(EXTRA_INDEX) -c constraints.txt -e '.[dev]'
	touch $@

demo: $(INSTALLED) ## train, evaluate and show the cascade on the embedded sample; writes demo/
	@echo 'nbs/tutorials/demo.ipynb: three stages are trained, evaluated and drawn; up to 5 minutes on two cores. Results: demo/'
	python tools/demo.py nbs/tutorials/demo.ipynb demo

test: build-smoke ## run every notebook of nbs/ and count what passed
	CKDNET_RESULTS=$(CURDIR)/build/smoke/results python tools/test.py

browser-test: $(INSTALLED) ## run the index, the app and the web page in a headless Chromium; screenshots in build/browser
	OMP_NUM_THREADS=1 python tools/browser_test.py

coverage: build-smoke ## run every notebook and list the lines and branches of ckdnet/ that none of them runs
	CKDNET_RESULTS=$(CURDIR)/build/smoke/results python tools/measure_coverage.py

paper: build-smoke ## run nbs/paper/ from training to figure, in a minute, on drawn lesions
	CKDNET_RESULTS=$(CURDIR)/build/smoke/results nbdev_test nbs/paper --n-workers 2 --timing

build-smoke: $(INSTALLED)
	rm -rf build/smoke
	OMP_NUM_THREADS=1 python tools/smoke.py build/smoke

alone: $(INSTALLED) ## run every notebook alone in an empty folder, with the package installed; records the times
	python tools/alone.py

lowest: $(INSTALLED) ## install the lowest versions that settings.ini allows into build/lowest, and run some notebooks
	python tools/lowest.py

style: $(INSTALLED) ## the style of this checkout in numbers; BEFORE=FOLDER puts another checkout beside it
	python tools/style.py $(BEFORE) .

check: $(INSTALLED) ## exports, README, clean notebooks and package metadata agree; a failing notebook fails
	bash tools/check.sh

readme: $(INSTALLED) ## write README.md from nbs/index.ipynb
	python tools/readme.py nbs/index.ipynb README.md

docs: $(INSTALLED) ## write the notebooks and an index of all names as web pages, build/docs/index.html
	python tools/docs.py build/docs

export: $(INSTALLED) ## write ckdnet/ from the notebooks
	nbdev-export

outputs: $(INSTALLED) ## run every notebook and keep what it shows
	OMP_NUM_THREADS=1 python tools/outputs.py

badges: $(INSTALLED) ## give each notebook its install cell and badge; REPOSITORY=https://… sets the address everywhere
	python tools/colab.py $(if $(filter undefined,$(origin REPOSITORY)),,'$(REPOSITORY)')
	nbdev-clean
	python tools/readme.py nbs/index.ipynb README.md

wheel: $(INSTALLED) ## build the wheel, and one without the recorded results: build/wheel and build/wheel-small
	rm -rf build/wheel build/wheel-small build/lib
	pip wheel --quiet --no-deps --wheel-dir build/wheel .
	rm -rf build/lib # the next one must not find what this one has copied
	CKDNET_WITHOUT_RESULTS=1 pip wheel --quiet --no-deps --wheel-dir build/wheel-small .
	rm -rf build/lib
	@du -h build/wheel/*.whl build/wheel-small/*.whl

clean-nbs: $(INSTALLED) ## remove what a run leaves in the notebooks' metadata
	nbdev-clean
