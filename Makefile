# Targets for people; what they do is in sandbox/ and in package.json's scripts.
.DEFAULT_GOAL := help
.PHONY: help demo down test check bench

INSTALLED := node_modules/.installed
# The browser of the tests; another one of its kind does as well: make test CHROMIUM=/path/of/it
CHROMIUM ?= /usr/bin/chromium
export CHROMIUM

# Takes a lock until the shell ends, since npm empties node_modules first. The link names the process that holds it.
LOCK := .npm-ci.lock
ALONE = until ln -s $$$$ $(LOCK) 2>/dev/null; do \
  kill -0 "$$(readlink $(LOCK))" 2>/dev/null || rm -f $(LOCK); sleep 1; done; \
  trap 'rm -f $(LOCK)' EXIT; trap 'exit 130' INT TERM

help:
	@echo 'make demo    bring up the sandbox and the stack `local` in it (the first time fetches its programs, or builds them)'
	@echo 'make down    end every process of the sandbox; its data stay'
	@echo 'make check   lint, types and unit tests'
	@echo 'make test    all tests, with a sandbox of their own'
	@echo 'make bench   measure previews, calls to Okta, sign-in, rollback, the catalog, adoption and rotation'

demo: $(INSTALLED)
	@npm run -s sandbox -- demo

down: $(INSTALLED)
	@npm run -s sandbox -- down

check test bench: $(INSTALLED)
	@npm run -s $@

test bench: $(CHROMIUM)

$(CHROMIUM):
	@echo 'Installing the package chromium (about 20 seconds)'
	@{ apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >/dev/null || \
	  { echo 'Chromium is needed: install it, or say where it is with CHROMIUM=/path/of/it.' >&2; exit 1; }

$(INSTALLED): package-lock.json
	@command -v npm >/dev/null && command -v node >/dev/null || \
	  { echo 'Node.js 20.19 or newer with npm is needed (https://nodejs.org).' >&2; exit 1; }
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' || \
	  { echo "Node.js 20.19 or newer is needed; PATH has $$(node --version)." >&2; exit 1; }
	@$(ALONE); test $@ -nt $< || { \
	  echo 'Installing the packages (about a minute)'; npm ci --no-audit --no-fund --no-update-notifier && touch $@; }
