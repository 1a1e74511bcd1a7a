#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# The launcher, in a tree of its own whose path has spaces.  The tools it calls
# are stand-ins that write down how they were called; the program that cmake
# "builds" tells its arguments, directory and environment.
#
# shellcheck disable=SC2016 # stand-ins expand what they are given, later
# shellcheck disable=SC2030,SC2031,SC2154 # variables of bats and of one test

bats_require_minimum_version 1.5.0

setup() {
	home="$BATS_TEST_TMPDIR/a place with spaces"
	stubs="$BATS_TEST_TMPDIR/stubs"
	calls="$BATS_TEST_TMPDIR/calls"
	export calls
	unset TSAN_OPTIONS ASAN_OPTIONS VMRACE_HOME
	mkdir -p "$home/stress" "$stubs"
	cp "$BATS_TEST_DIRNAME/../vmrace" "$BATS_TEST_DIRNAME/../CMakeLists.txt" \
		"$BATS_TEST_DIRNAME/../CMakePresets.json" "$home"
	: >"$calls"
	stub id 'echo 1000'
	stub dpkg-query 'echo installed'
	stub sudo 'echo "sudo $*" >>"$calls"; exit 1'
	stub apt-get 'echo "apt-get $*" >>"$calls"'
	stub ctest 'echo "ctest $*" >>"$calls"; echo "in $PWD"'
	stub cmake '
		echo "cmake $*" >>"$calls"
		case $1 in
		--fresh) mkdir -p "build/$3" ;;
		--build) cp "$calls.program" "build/$3/${5-vmrace-stress}" ;;
		esac'
	cat >"$calls.program" <<-'END'
		#!/bin/sh
		printf '<%s>' "$@"
		echo
		echo "in $PWD"
		echo "home $VMRACE_HOME"
		echo "tsan $TSAN_OPTIONS"
		[ -z "$verdict" ] || echo "verdict: $verdict"
		exit "${end-0}"
	END
	chmod +x "$calls.program"
	cp "$calls.program" "$home/stress/demo.sh"
	mkdir "$home/analysis"
	echo 'import sys; print(sys.argv[1:]); sys.exit(7)' >"$home/analysis/report.py"
	PATH="$stubs:$PATH"
	cd "$BATS_TEST_TMPDIR" || return
}

# stub NAME TEXT: a command of that name, first in the path.
stub() {
	printf '#!/bin/sh\n%s\n' "$2" >"$stubs/$1"
	chmod +x "$stubs/$1"
}

# launch WORD...: with no terminal, and stderr apart.
launch() {
	run --separate-stderr "$home/vmrace" "$@" </dev/null
}

@test "help names every command, and needs nothing" {
	stub dpkg-query 'exit 1'
	launch help
	[ "$status" = 0 ]
	for command in demo test list record report run bench; do
		[[ "$output" == *"  $command "* ]]
	done
	help=$output
	launch --help
	[ "$output" = "$help" ]
	[ ! -s "$calls" ]
}

@test "help names no command that does not exist" {
	launch help
	while read -r command; do
		launch "$command"
		[[ "$stderr" != *"no command is named"* ]]
	done < <(sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p' <<<"$output")
}

@test "replay takes the build that its file asks for, or the one that is asked for" {
	printf 'vmrace-replay 1\nx.y --tsan -s busted\n-\ntrace 0 x\n' >'a race'
	printf 'vmrace-replay 1\nx.y\n-\ntrace 0 x\n' >plain
	printf 'something else\nx.y --tsan\n' >none
	while read -r preset words; do
		: >"$calls"
		eval "launch replay $words"
		grep -q -- "--build --preset $preset" "$calls"
	done <<-'END'
		tsan 'a race' --explain
		hunt plain
		hunt none
		hunt missing
		asan 'a race' --asan
		tsan --tsan plain
	END
}

@test "the version is CMake's" {
	launch --version
	[ "$status" = 0 ]
	[[ "$output" =~ ^"vmrace "[0-9.]+$ ]]
}

@test "an unknown command is misuse, in one line" {
	for words in "" "frobnicate" "nonsense" "sabotage all" "--frobnicate"; do
		# shellcheck disable=SC2086 # words
		launch $words
		[ "$status" = 64 ]
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" = 1 ]
	done
}

@test "the program runs where the caller is, with its words untouched" {
	launch run "a trace.vmt.zst" -s 'x y' ''
	[ "$status" = 0 ]
	[ "${lines[0]}" = "<run><a trace.vmt.zst><-s><x y><>" ]
	[ "${lines[1]}" = "in $BATS_TEST_TMPDIR" ]
	[ "${lines[2]}" = "home $home" ]
	[ -z "$stderr" ]
}

@test "the program's exit status is the launcher's" {
	for end in 1 3 66 130; do
		end=$end launch run x
		[ "$status" = "$end" ]
	done
}

@test "it works through a symbolic link" {
	ln -s "$home/vmrace" link
	run ./link list strategies
	[ "$status" = 0 ]
	[ "${lines[2]}" = "home $home" ]
}

@test "run takes the release build; --tsan and --asan, anywhere, the others" {
	launch run make
	grep -q 'build --preset release --target vmrace-stress$' "$calls"
	launch run make --tsan -s all
	[ "${lines[0]}" = "<run><make><-s><all>" ]
	grep -q 'build --preset tsan ' "$calls"
	launch --asan run make
	[ "${lines[0]}" = "<run><make>" ]
	grep -q 'build --preset asan ' "$calls"
	launch --asan run make --tsan
	[ "$status" = 64 ]
}

@test "bench takes the release build of its own program, and no sanitizer's" {
	launch bench W1 -- --benchmark_filter=rcu --tsan
	[ "$status" = 0 ]
	[ "${lines[0]}" = "<bench><W1><--><--benchmark_filter=rcu><--tsan>" ]
	grep -q 'build --preset release --target vmrace-bench$' "$calls"
	launch bench --tsan W1
	[ "$status" = 64 ]
}

@test "bench without a choice is smoke: what is counted, then what is measured" {
	launch bench -o out --tier smoke
	[ "$status" = 0 ]
	[ "$(sed -n 's/.*--build --preset \([a-z]* --target [a-z-]*\)$/\1/p' "$calls" | xargs)" = \
		"release --target vmrace-bench count --target vmrace-bench" ]
	[ "${lines[0]}" = "<bench><--measure><count><-o><out><--tier><smoke>" ]
	[ "${lines[4]}" = "<bench><-o><out><--tier><smoke>" ]
	for words in "W1" "--tier full" "-n 1"; do
		# shellcheck disable=SC2086 # words
		launch bench $words
		[ "${#lines[@]}" = 4 ]
	done
}

@test "smoke says one verdict, and stops at counts that are unsound" {
	verdict=sound launch bench
	[ "$status" = 0 ]
	[ "$(grep -c '^verdict' <<<"$output")" = 1 ]
	[ "${lines[-1]}" = "verdict: sound" ]
	[ "${#lines[@]}" = 9 ]
	end=1 verdict=violation launch bench
	[ "$status" = 1 ]
	[ "${lines[-1]}" = "verdict: violation" ]
	[ "${#lines[@]}" = 5 ]
}

@test "list without a name is of both programs, one object with --json" {
	cat >"$calls.program" <<-'END'
		#!/bin/sh
		name=${0##*/}
		case "$2" in
		--json) printf '{\n  "%s": [\n    {\n    }\n  ]\n}\n' "$name" ;;
		*) echo "$name: $*" ;;
		esac
	END
	launch list
	[ "$status" = 0 ]
	[ "${lines[0]}" = "vmrace-search: list" ]
	[ "${lines[1]}" = "vmrace-stress: list" ]
	[[ ${lines[2]} == "workloads "* ]]
	launch list --json
	[ "$status" = 0 ]
	/usr/bin/python3 - "$output" <<-'END'
		import json, sys
		assert list(json.loads(sys.argv[1])) == ["vmrace-search", "vmrace-stress"]
	END
	launch list --long schedulers
	[ "$output" = "vmrace-search: list --long schedulers" ]
	launch list --help
	[ "$output" = "vmrace-stress: list --help" ]
	printf '#!/bin/sh\nexit 4\n' >"$calls.program"
	launch list --json
	[ "$status" = 4 ]
	[ -z "$output" ]
}

@test "list workloads is asked of the program that has them" {
	launch list workloads
	[ "$status" = 0 ]
	[ "${lines[0]}" = "<bench><--list>" ]
	for words in "workloads --json" "--json workloads"; do
		# shellcheck disable=SC2086 # words
		launch list $words
		[ "$status" = 0 ]
		[ "${lines[0]}" = "<bench><--list><--json>" ]
	done
	for words in "workloads W1" "workloads --long" "workloads workloads"; do
		# shellcheck disable=SC2086 # words
		launch list $words
		[ "$status" = 64 ]
		[ -z "$output" ]
		[ "$stderr" = "vmrace: list workloads takes --json and nothing else" ]
	done
	launch list traces
	[ "${lines[0]}" = "<list><traces>" ]
}

@test "bench --measure count takes the build that counts" {
	launch bench W1 --measure count
	[ "$status" = 0 ]
	grep -q 'build --preset count --target vmrace-bench$' "$calls"
	launch bench --measure latency
	grep -q 'build --preset release --target vmrace-bench$' "$calls"
}

@test "what follows -- is the recorded program's" {
	launch record -o t.vmt.zst -- cc --tsan --help
	[ "${lines[0]}" = "<record><-o><t.vmt.zst><--><cc><--tsan><--help>" ]
	grep -q 'build --preset release ' "$calls"
}

@test "demo gets the release build's program" {
	launch demo
	[ "${lines[0]}" = "<$home/build/release/vmrace-stress>" ]
	[ "${lines[2]}" = "home $home" ]
	launch demo --tsan
	[ "$status" = 64 ]
}

@test "demo's and test's help need nothing" {
	launch demo --help
	[ "${lines[0]}" = "<$home/build/release/vmrace-stress><--help>" ]
	launch test --help
	[ "$status" = 0 ]
	[ ! -s "$calls" ]
}

@test "report is analysis/'s: it builds nothing, and its help installs nothing" {
	launch report "a directory" -o x
	[ "$status" = 7 ]
	[ "$output" = "['a directory', '-o', 'x']" ]
	launch report --tsan x
	[ "$status" = 64 ]
	stub dpkg-query 'exit 1'
	launch report --help
	[ "$output" = "['--help']" ]
	launch report x
	[ "$status" = 4 ]
	[[ "$stderr" == *"python3-scipy"* ]]
	run ! grep -qE 'cmake|apt-get' "$calls"
}

@test "the user's TSAN_OPTIONS are left to the program" {
	TSAN_OPTIONS=exitcode=7 launch run make --tsan
	[ "${lines[3]}" = "tsan exitcode=7" ]
}

@test "a tree is configured once, and again when it has moved or the presets changed" {
	launch run make
	launch run make
	[ "$(grep -c -e '--fresh' "$calls")" = 1 ]
	mv "$home" "$home, moved"
	home="$home, moved"
	launch run make
	[ "$(grep -c -e '--fresh' "$calls")" = 2 ]
	touch -d 'now + 1 minute' "$home/CMakePresets.json"
	launch run make
	[ "$(grep -c -e '--fresh' "$calls")" = 3 ]
}

@test "a build that fails says why, and where all of it is" {
	stub cmake 'echo "something.c:1: error: wrong"; exit 1'
	launch run make
	[ "$status" = 4 ]
	[ -z "$output" ]
	[[ "$stderr" == *"something.c:1: error: wrong"* ]]
	[[ "$stderr" == *"$home/build/release/build.log"* ]]
	grep -q wrong "$home/build/release/build.log"
}

@test "a tree that cannot be written to is said to be so, in one line" {
	: >"$home/build"
	launch run make
	[ "$status" = 4 ]
	[ "${#stderr_lines[@]}" = 1 ]
	[[ "$stderr" == *"cannot write to $home/build/release"* ]]
}

@test "what is missing is installed through sudo, and said before" {
	stub dpkg-query 'case $* in *ninja-build) ;; *) echo installed ;; esac'
	stub sudo 'echo "sudo $*" >>"$calls"'
	launch run make
	[ "$status" = 0 ]
	[[ "$stderr" == *"sudo apt-get install -y --no-install-recommends ninja-build" ]]
	grep -q '^sudo .*apt-get .*update' "$calls"
	grep -q '^sudo .*apt-get .*install -y --no-install-recommends ninja-build$' "$calls"
}

@test "root needs no sudo" {
	stub dpkg-query 'case $* in *ninja-build) ;; *) echo installed ;; esac'
	stub id 'echo 0'
	launch run make
	[ "$status" = 0 ]
	grep -q '^apt-get .*install -y --no-install-recommends ninja-build$' "$calls"
	run ! grep -q sudo "$calls"
}

@test "without sudo it says exactly what is missing" {
	stub dpkg-query 'case $* in *ninja-build | *cmake) ;; *) echo installed ;; esac'
	launch run make
	[ "$status" = 4 ]
	[ "${#stderr_lines[@]}" = 1 ]
	[[ "$stderr" == *"apt-get install -y --no-install-recommends cmake ninja-build" ]]
	run ! grep -q apt-get "$calls"
}

@test "package lists that cannot be updated do not stop it; packages do" {
	stub dpkg-query 'exit 1'
	stub id 'echo 0'
	stub apt-get 'case $* in *update) exit 100 ;; esac'
	launch run make
	[ "$status" = 0 ]
	stub apt-get 'echo "E: Unable to locate package"; exit 100'
	launch run make
	[ "$status" = 4 ]
	[[ "$stderr" == *"E: Unable to locate package"* ]]
}

@test "test: dev, then the counts, then gcc, then the smoke of the tsan and asan builds" {
	launch test
	[ "$status" = 0 ]
	[ "${lines[0]}" = "in $home" ]
	[ "$(sed -n 's/^cmake --build --preset \([a-z]*\).*/\1/p' "$calls" | xargs)" = "dev count gcc tsan asan" ]
	grep -q '^ctest --preset dev .*-LE ^(soak|perf|nightly)\$$' "$calls"
	grep -q '^ctest --preset tsan .*-L ^tsan-smoke\$$' "$calls"
	grep -q '^ctest --preset asan .*-L ^asan-smoke\$$' "$calls"
}

@test "test --all leaves out no label, and takes perf from the release build, the search's from hunt" {
	launch test --all
	[ "$status" = 0 ]
	grep -q '^ctest --preset dev .*-LE ^perf\$$' "$calls"
	grep -q '^ctest --preset release .*-L ^perf\$ -E ^perf_search\$$' "$calls"
	[ "$(tail -n 1 "$calls" | sed 's/ -j [0-9]*//')" = 'ctest --preset hunt -L ^perf$ -R ^perf_search$' ]
}

@test "test passes arguments to one build's ctest" {
	launch test -R 'object/fine'
	grep -q '^ctest --preset dev .* -R object/fine$' "$calls"
	run ! grep -q 'tsan' "$calls"
	launch test --asan
	grep -q '^ctest --preset asan ' "$calls"
}

@test "a test that fails is status 1, and the end" {
	stub ctest 'echo "ctest $*" >>"$calls"; exit 8'
	launch test
	[ "$status" = 1 ]
	[ "$(grep -c ctest "$calls")" = 1 ]
}
