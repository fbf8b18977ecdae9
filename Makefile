# The four things one does here. Tools are set up inside the checkout, in .tools/, and reused.

SHELL := /bin/bash
export PATH := $(CURDIR)/.tools/bin:$(PATH)
# Where rustup has no wasm target, tools/setup leaves here what cargo has to be told.
LOAD := if [ -e .tools/wasm.env ]; then source .tools/wasm.env; fi;
PORT ?= 8080
export PORT

.PHONY: serve port build dev test audit embeds deploy conformance fuzz bench content-report check fast clean

# The release build on http://127.0.0.1:8080 (PORT= changes it).
serve: port build
	@cargo run --locked --quiet --bin serve

# Said before the build, not minutes later.
port:
	@if (exec 3<>/dev/tcp/127.0.0.1/$(PORT)) 2>/dev/null; then \
	  echo "Port $(PORT) is taken. Stop what uses it, or choose another: make serve PORT=$$(( $(PORT) + 1 ))" >&2; exit 1; fi

# dist/, ready to lie on any host. SITE_URL=https://host/path/ says where.
build: .tools/build.ready
	@echo "[build] program, then pages (the first time takes a few minutes)"
	@$(LOAD) trunk build --release
	@$(LOAD) cargo run --locked --quiet --bin prerender -- --pack dist

# Rebuilds and reloads on a change of code, style or content.
dev: port .tools/build.ready
	@$(LOAD) trap 'kill 0' EXIT; trunk serve --port $(PORT) & \
	  while sleep 1; do [ -e target/debug/prerender ] && [ -d target/trunk-output ] && target/debug/prerender --watch; done

# Everything that has to hold before a change lands.
test: .tools/test.ready
	@$(LOAD) tests/run

# The site's figures in one table; target/audit/ has the details (wants dist/: make build).
audit: .tools/test.ready
	@cargo build --locked --quiet --bin serve
	@node tests/audit/run.mjs

# The recipes of deploy/ in real nginx and Caddy, and what nginx serves in a second beside one without rules (wants dist/: make build).
deploy: .tools/test.ready
	@node tests/deploy/run.mjs

# The embeds in seven real sites, in both browsers (wants dist/: make build). A part of `make test`.
embeds: .tools/test.ready
	@$(LOAD) node tests/embeds/build.mjs
	@for browser in chromium firefox; do \
	  BROWSER=$$browser node --test --test-concurrency=1 --test-reporter=spec tests/embeds/sites.test.mjs || exit 1; done

# The labs' algorithms against the real products; /conformance/ shows what came of it.
conformance: .tools/test.ready
	@$(LOAD) cargo test --locked --test '*conform*' --test 'http_*'

# Random bytes for everything that reads what readers and authors write, FUZZ_SECONDS for each of six targets; the last lines
# of each count the executions. Wants a nightly toolchain: rustup toolchain install nightly. Every test run does so briefly.
FUZZ_SECONDS ?= 600
fuzz:
	@command -v cargo-fuzz >/dev/null || cargo install cargo-fuzz --locked --root .tools
	@for target in http_message http_lab address scenario_json access_log front_matter; do \
	  case $$target in http_*) words=http;; *) words=$$target;; esac; mkdir -p fuzz/corpus/$$target fuzz/crashes/$$target; \
	  cargo +nightly fuzz run --fuzz-dir fuzz $$target fuzz/corpus/$$target fuzz/seeds/$$target fuzz/crashes/$$target -- \
	    -dict=fuzz/$$words.dict -max_len=4096 -timeout=20 -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 || exit 1; done

# The glossary by level, topic and kind: entries, words, sources, oldest review.
content-report:
	@cargo run --locked --quiet --bin prerender -- --report

# What an author or a Rust change needs to know first: seconds, no browser.
fast: .tools/build.ready
	@cargo run --locked --quiet --bin prerender -- --check
	@cargo test --locked --no-default-features --lib --test content_rules --test golden_traces --test limiters_conform --test never_panics --test snapshots

check: fast

.tools/build.ready: tools/setup tools/package-lock.json Cargo.lock
	@tools/setup build && touch $@

.tools/test.ready: .tools/build.ready tools/requirements.txt tests/embeds/requirements.txt tests/embeds/package-lock.json
	@tools/setup test && touch $@

# Decisions a second of every limiter beside governor's, and of every balancer; the simulation's customers a second beside
# SimPy's and Ciw's; a million-line log and the picture of the
# load-balancing lab in the browser (wants dist/: make build).
bench: .tools/test.ready
	@set -o pipefail; cargo bench --locked --no-default-features | .tools/venv/bin/python tests/bench/queueing_peers.py -
	@node tests/bench/log.mjs
	@node tests/bench/balancing.mjs

clean:
	rm -rf target dist
