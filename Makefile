# A list of names for the scripts in scripts/, which can be run by hand just as well.

.DEFAULT_GOAL := help

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run run-windows
run: ## echo server and load generator, here and then as Windows programs under Wine
	@scripts/run.sh
run-windows: ## only the Windows half of "run"
	@scripts/run.sh --windows

.PHONY: test test-linux test-nobody test-race test-windows test-arch test-oldkernel test-libkqueue test-windows-386 test-exhaustive test-cli test-cli-windows test-prometheus test-web test-examples test-versions
test: ## everything below but benchmarks, test-exhaustive and test-windows-386, with a table at the end
	@scripts/test.sh
test-linux: ## the library's tests on this machine
	@scripts/test-linux.sh
test-nobody: ## the same as the user nobody (needs root)
	@scripts/test-nobody.sh
test-race: ## the same with the race detector
	@scripts/test-linux.sh --race
test-windows: ## windows/amd64 under Wine, then with the race detector
	@scripts/test-windows.sh
	@scripts/test-windows.sh --race
test-windows-386: ## windows/386 under Wine in a virtual machine (slow; needs root)
	@scripts/test-windows-386.sh
test-exhaustive: ## the conformance suite on windows/amd64 with nothing cut short (some minutes)
	@GOETIA_EXHAUSTIVE=1 scripts/test-windows.sh ./poll
test-arch: ## arm, arm64, mips, ppc64le, riscv64 and s390x, emulated
	@scripts/test-arch.sh
test-oldkernel: ## an older Linux kernel in a virtual machine
	@scripts/test-oldkernel.sh
test-cli: ## the command line tool's tests
	@scripts/test-cli.sh
test-cli-windows: ## the same under Wine
	@scripts/test-windows.sh --cli
test-web: ## curl, wrk and a browser against goetia serve, and curl against package httppark
	@scripts/test-web.sh
test-examples: ## the examples' tests
	@scripts/test-examples.sh
test-versions: ## package httppark with each Go version that the module supports
	@scripts/test-versions.sh
test-prometheus: ## the Prometheus collector's tests
	@scripts/test-prometheus.sh
test-libkqueue: ## the kqueue mechanism over libkqueue, where Debian's experimental has it
	@scripts/test-libkqueue.sh

.PHONY: lint vet-all
lint: ## gofumpt, go vet, staticcheck as several systems see the code, shellcheck
	@scripts/lint.sh
vet-all: ## the analyzers of go vet for every system and processor that is named
	@scripts/vet-all.sh

.PHONY: fuzz bench clean
fuzz: ## every fuzz target for FUZZTIME (3s)
	@scripts/fuzz.sh
bench: ## the report (COUNT=5, BENCH=regexp or BASE=earlier.txt: go test -bench and benchstat)
	@scripts/bench.sh
clean: ## remove builds (scripts/clean.sh --cache: also what was fetched)
	@scripts/clean.sh
