# Targets for people; what they do is in sandbox/ and in package.json's scripts.
.DEFAULT_GOAL := help
.PHONY: help demo down test check bench

INSTALLED := node_modules/.installed

help:
	@echo 'make demo    bring up the sandbox and the stack `local` in it (the first time builds its programs: about 15 minutes)'
	@echo 'make down    end every process of the sandbox; its data stay'
	@echo 'make check   lint, types and unit tests'
	@echo 'make test    all tests, with a sandbox of their own'
	@echo 'make bench   measure previews and calls to Okta'

demo: $(INSTALLED)
	@npm run -s sandbox -- demo

down: $(INSTALLED)
	@npm run -s sandbox -- down

check test bench: $(INSTALLED)
	@npm run -s $@

$(INSTALLED): package-lock.json
	@command -v npm >/dev/null && command -v node >/dev/null || \
	  { echo 'Node.js 20.19 or newer with npm is needed (https://nodejs.org).' >&2; exit 1; }
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' || \
	  { echo "Node.js 20.19 or newer is needed; PATH has $$(node --version)." >&2; exit 1; }
	npm ci --no-audit --no-fund
	@touch $@
