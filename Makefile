# What a contributor runs; CONTRIBUTING.md says when. `make` alone lists it.
.PHONY: help check fix quick test nightly bench docs

help:
	@sed -n "s/^\([a-z]*\): ##/\1\t/p" Makefile

check: ## formatting, lint, types, dead code, the JavaScript (npm ci once before)
	ruff check .
	ruff format --check .
	mypy
	vulture
	npm run --silent check

fix: ## format, and mend what the linters can
	ruff check --fix .
	ruff format .
	npm run --silent fix

quick: ## the tests that need neither a browser nor long
	python -m pytest -n 2 --dist loadfile -m "not browser"

test: ## all tests but the nightly ones, as in the README
	python -m pytest -n 2 --dist loadfile

nightly: ## the tests that take very long or need a network
	python -m pytest -m nightly
	python -m pytest tests/strangers tests/game/test_blame.py --hypothesis-profile nightly

bench: ## the README's tables of speed, on two idle cores
	python -m benchmarks.steps
	python -m benchmarks.page
	python -m benchmarks.digits
	python -m benchmarks.walk
	python -m benchmarks.memory

docs: ## what scripts write: the picture of the house, the tables of the studies, the lesson plans
	python -m scripts.draw_house
	python -m ganlab study --docs
	python -m scripts.write_plans
