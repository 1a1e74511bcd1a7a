#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# Records of real runs are what analysis/schema/ says, field by field, however a
# row ends; what is not is noticed.  Also run in the tsan build, for the rows
# that only it has.

bats_require_minimum_version 1.5.0
load pack

setup() {
	/usr/bin/python3 -c 'import jsonschema' 2>/dev/null ||
		skip "python3-jsonschema is not installed"
	export TMPDIR=$BATS_TEST_TMPDIR
	cd "$BATS_TEST_TMPDIR" || return
	analysis=$VMRACE_HOME/analysis
}

# vmrace WORD...: its records on stdout and in out/, which must be the same and
# all there are.
vmrace() {
	rm -rf out
	run --separate-stderr "$VMRACE_STRESS" "$@" --json -o out </dev/null
	[ "$output" = "$(cat out/*.jsonl)" ]
	"$analysis/check_records.py" out/*.jsonl
}

# search WORD...: the same of the search program.
search() {
	VMRACE_STRESS=$VMRACE_SEARCH vmrace "$@"
}

# What does not depend on the build is looked at in one.
dev_only() {
	[ "$VMRACE_SANITIZE" != thread ] || skip "the dev build's"
}

# longer_if_unexposed COMMAND...: until the row has met what it hunts, at most 30 s.
longer_if_unexposed() {
	local seconds
	for seconds in 0.3 3 30; do
		"$@" -d "$seconds"
		[ "$status" = 3 ] || return 0
	done
}

# fields EXPRESSION: of each record, in Python.
fields() {
	/usr/bin/python3 -c 'import json, sys
for line in sys.stdin:
	r = json.loads(line)
	print(eval(sys.argv[1]))' "$1" <<<"$output"
}

# -o without --json: the same records beside the text, which has none.
texts_too() {
	rm -rf out
	run --separate-stderr "$VMRACE_STRESS" "$@" -o out </dev/null
	[[ $output == *"verdict: "* ]]
	[[ $output != *'{"'* ]]
	"$analysis/check_records.py" out/*.jsonl
}

@test "stress: sound" {
	dev_only
	longer_if_unexposed vmrace stress deallocate,empty -s fine,rcu -c 4 --perturb
	[ "$status" = 0 ]
	[ "$(fields '(r["driver"], r["strategy"], r["verdict"], r["status"])')" = \
		"('deallocate', 'fine', 'sound', 0)
('deallocate', 'rcu', 'sound', 0)
('empty', 'fine', 'sound', 0)
('empty', 'rcu', 'sound', 0)" ]
	[ "$(fields 'r["perturb"] and r["delays"] > 0' | head -n 2)" = $'True\nTrue' ]
	[ "$(fields 'r["exposed"] == sum(p["met"] for p in r["met"])' | uniq)" = True ]
	longer_if_unexposed texts_too stress deallocate -c 4
	[ "$status" = 0 ]
}

@test "stress: not exposed" {
	dev_only
	vmrace stress deallocate -c 1 --no-daemon -d 0.1
	[ "$status" = 3 ]
	[ "$(fields '(r["verdict"], r["exposed"], r["daemon"])')" = "('not exposed', 0, False)" ]
	texts_too stress deallocate -c 1 --no-daemon -d 0.1
	[ "$status" = 3 ]
}

@test "stress: a violation, or under ThreadSanitizer its reports" {
	vmrace stress deallocate -s busted -c 4 -d 20
	case $VMRACE_SANITIZE in
	thread)
		[ "$(fields 'r["convicted_by"] in [race["pair"] for race in r["races"] if "pair" in race]')" = True ]
		[ "$(fields '"; by %s, trial " % r["convicted_by"] in "; " + r["note"]')" = True ]
		[ "$(fields 'r["convicted_by"] in [p["a"] + " x " + p["b"] for p in r["met"]]')" = True ]
		[ "$(fields 'r["reports"] >= len(r["races"]) > 0')" = True ]
		;;
	*)
		[ "$status" = 1 ]
		[ "$(fields '(r["verdict"], r["reports"], r["convicted_by"])')" = "('violation', 0, None)" ]
		;;
	esac
	[ "$(fields '"-r %d " % r["seed"] in r["replay"]')" = True ]
	[ "$(fields '"seed=%d " % r["seed"] in r["identity"]')" = True ]
	texts_too stress deallocate -s busted -c 4 -d 20
}

@test "stress: exhibits are named, and their reports, too" {
	local seed
	for seed in 1 2 3 4 5; do
		vmrace stress lookup -s fine -c 4 -d 4 -r "$seed" --perturb --as-found G1,A9
		[ "$(fields 'r["as_found"]')" = "['A9', 'G1']" ]
		[ "$VMRACE_SANITIZE" = thread ] || return 0
		[ "$(fields '"A9" in {race.get("hazard") for race in r["races"]}')" = False ] || break
	done
	[ "$(fields '"A9" in {race.get("hazard") for race in r["races"]}')" = True ]
	for seed in 1 2 3 4 5; do
		texts_too stress lookup -s fine -c 4 -d 4 -r "$seed" --perturb --as-found A9
		[[ $output != *"[hazard A9]"* ]] || break
	done
	[[ $output == *"[hazard A9]"* ]]
}

@test "run: sound, in every mode" {
	dev_only
	vmrace run shell -s fine,rcu -c 1,2 -k 2 --verify --frames 80%
	[ "$status" = 0 ]
	[ "$(fields '(r["strategy"], r["cpus"], r["verify"], r["verdict"])')" = \
		"('fine', 1, True, 'sound')
('fine', 2, True, 'sound')
('rcu', 1, True, 'sound')
('rcu', 2, True, 'sound')" ]
	vmrace run shell -c 1 --rounds 2 --yardstick
	[ "$(fields '(r["round"], r["kernel_faults_per_s"] > 0)')" = $'(1, True)\n(2, True)' ]
	texts_too run shell -c 1
	[ "$status" = 0 ]
}

@test "run: not exposed" {
	dev_only
	pack t <<<'m 0 10000 1000 3 p'
	vmrace run t -c 2
	[ "$status" = 3 ]
	[ "$(fields '(r["verdict"], r["trace"])')" = "('not exposed', 't')" ]
}

@test "run: violations, a crash and the watchdog's among them" {
	dev_only
	for plant in wrong-value refusal leak crash hang; do
		vmrace run shell -c 1 --verify --plant "$plant" --watchdog 3
		[ "$status" = 1 ]
		[ "$(fields '(r["plant"], r["verdict"], r["status"])')" = "('$plant', 'violation', 1)" ]
		[ "$(fields 'r["finished"]')" = "$([ $plant = crash ] && echo False || echo True)" ]
		texts_too run shell -c 1 --verify --plant "$plant" --watchdog 3
		[ "$status" = 1 ]
	done
}

@test "run: a sanitizer's report" {
	[ "$VMRACE_SANITIZE" = thread ] || skip "the tsan build's"
	vmrace run shell -s fine -c 2 --plant race
	[ "$status" = 66 ]
	[ "$(fields '(r["verdict"], r["status"], r["reports"] > 0)')" = "('sanitizer report', 66, True)" ]
	texts_too run shell -s fine -c 2 --plant race
	[ "$status" = 66 ]
}

@test "explore: sound, failed, complete and not" {
	search explore bench.locks,inversion,account --scheduler portfolio -n 900
	[ "$status" = 1 ]
	[ "$(fields '(r["scenario"], r["status"], r["wrong"] is None, len(r["schedulers"]))')" = \
		"('bench.locks', 0, True, 5)
('inversion', 1, False, 5)
('account', 1, False, 5)" ]
	search explore bench.count.3x3 --scheduler dpor
	[ "$(fields '(r["complete"], r["space"]["seen"], r["space"]["whole"])')" = "(True, 1680, True)" ]
	search explore bench.locks --scheduler bound --bound 1
	[ "$(fields '[b["none_fails"] for b in r["space"]["bounds"]]')" = "[True, True]" ]
	[ "$(fields 'r["space"]["whole"]')" = False ]
}

@test "hunt: found and saved, sound, not found" {
	rm -f ./*.vmr
	search hunt account -d 60
	[ "$status" = 0 ]
	[ "$(fields '(r["verdict"], r["expectation_met"], r["shrunk"]["certified"])')" = "('violation', True, True)" ]
	[ "$(fields '(r["as_found"], r["shrunk"]["preemptions"])')" = "([], 1)" ]
	[ -s "$(fields 'r["reproducer"]')" ]
	[ "$(fields 'r["replay"]')" = "./vmrace replay $(fields 'r["reproducer"]') --explain" ]
	search hunt bench.locks -d 0.2
	[ "$(fields '(r["verdict"], r["expectation_met"], r["found"], r["shrunk"], r["reproducer"])')" = \
		"('sound', True, None, None, None)" ]
	search hunt safestack -d 0.05 -j 1
	[ "$(fields '(r["verdict"], r["expectation_met"])')" = "('not exposed', False)" ]
	search hunt E1 -d 60
	[ "$(fields 'r["as_found"]' | sort -u)" = "['E1']" ]
}

@test "replay: with a story, and without" {
	dev_only
	"$VMRACE_SEARCH" hunt account -j 1 >text
	file=$(echo account-*.vmr)
	search replay "$file"
	[ "$status" = 1 ]
	[ "$(fields '(r["verdict"], r["outcome"], r["preemptions"], "story" in r)')" = \
		"('violation', 'invariant', 1, False)" ]
	search replay "$file" --explain
	[ "$(fields '(len(r["story"]["steps"]), r["points"])')" = "(6, 6)" ]
	# Without --json, a record is in the directory alone; a story is in a file.
	run "$VMRACE_SEARCH" replay "$file" -o more
	[[ $output == *"verdict: violation"* ]]
	"$analysis/check_records.py" more/replay.jsonl
	run "$VMRACE_SEARCH" replay "$file" --explain -o story
	[ -f story ]
	grep -q "THE SWITCH THAT MATTERS" story
}

@test "a row that ^C ends is a whole record, and says so" {
	dev_only
	for words in "stress deallocate" "stress all -s all" "run make -c 2" "run make -s all -c 1,2"; do
		rm -rf out text
		# shellcheck disable=SC2086 # words
		"$VMRACE_STRESS" $words -d 60 --json -o out >text 2>err &
		child=$!
		until [ -s err ]; do sleep 0.1; done
		sleep 1
		kill -INT "$child"
		status=0
		wait "$child" || status=$?
		[ "$status" = 130 ]
		diff text out/*.jsonl
		"$analysis/check_records.py" text
		output=$(<text)
		[ "$(fields '(r["interrupted"], r["note"])')" = "(True, 'so far: interrupted')" ]
	done
}

@test "who wrote it, of what, where and when" {
	dev_only
	before=$(date -u +%FT%TZ)
	vmrace stress empty -d 0.1 -r 7
	[ "$(fields 'r["host"]')" = "$(uname -n)" ]
	[ "$(fields 'r["kernel"]')" = "$(uname -r)" ]
	[ "$(fields 'r["cores"]')" = "$(getconf _NPROCESSORS_ONLN)" ]
	[ "vmrace $(fields 'r["version"]')" = "$("$VMRACE_STRESS" --version)" ]
	[[ ! $(fields 'r["started"]') < $before ]]
	[[ ! $(fields 'r["started"]') > $(date -u +%FT%TZ) ]]
	# shellcheck disable=SC2154 # bats sets it
	[ "$(fields 'r["identity"]')" = "${stderr_lines[0]}" ]
	# Its command line is one that a shell can read back.
	vmrace stress empty -d 0.1 -o "a 'b'"
	eval "set -- $(fields 'r["argv"]')"
	[ "$*" = "vmrace stress -d 0.1 -o a 'b' --json -o out empty" ]
}

@test "the commit, and whether it was changed since" {
	dev_only
	command -v git >/dev/null || skip "git is not installed"
	look() {
		cmake -DSOURCE="$PWD/a tree" -DOUTPUT="$PWD/commit.h" \
			-P "$VMRACE_HOME/stress/commit.cmake"
		commit=$(sed -n 's/^#define VMRACE_COMMIT "\(.*\)"$/\1/p' commit.h)
		dirty=$(sed -n 's/^#define VMRACE_DIRTY *//p' commit.h)
	}
	mkdir "a tree"
	look
	[ "$commit $dirty" = "unknown 0" ]
	git -C "a tree" init -q
	look
	[ "$commit $dirty" = "unknown 0" ]
	git -C "a tree" -c user.name=x -c user.email=x@y commit -q --allow-empty -m x
	look
	[ "$commit $dirty" = "$(git -C "a tree" rev-parse HEAD) 0" ]
	# What a part of analysis/evidence.py has written is no change.
	mkdir -p "a tree/docs/pictures"
	touch "a tree/docs/evidence.md" "a tree/docs/pictures/first-conviction.svg"
	look
	[ "$dirty" = 0 ]
	touch "a tree/new"
	look
	[ "$dirty" = 1 ]
	# A file that need not change is not touched, and nothing is built anew.
	touch -d '2 days ago' commit.h
	look
	[ -n "$(find commit.h -mtime +0)" ]
}

@test "list --json" {
	dev_only
	"$VMRACE_STRESS" list --json >all
	"$analysis/check_records.py" --list all
	for what in $("$VMRACE_STRESS" list | awk '{ print $1 }'); do
		"$VMRACE_STRESS" list "$what" --json >one
		"$analysis/check_records.py" --list one
	done
}

@test "every damage to a record is noticed" {
	vmrace stress deallocate -s fine,busted -c 4 -d 2
	cat out/*.jsonl >records
	vmrace stress deallocate -c 1 --no-daemon -d 0.1
	cat out/*.jsonl >>records
	vmrace run shell -c 1 --rounds 1 --yardstick
	cat out/*.jsonl >>records
	search explore account -n 2000
	cat out/*.jsonl >>records
	search explore bench.count.3x3 --scheduler dpor
	cat out/*.jsonl >>records
	search hunt account,bench.locks -d 0.5
	cat out/*.jsonl >>records
	cp out/account-*.vmr kept.vmr
	search replay kept.vmr
	cat out/*.jsonl >>records
	"$VMRACE_HOME/tests/damage.py" records
}

@test "the checker refuses what is no record" {
	dev_only
	for text in '' '{}' '[]' '17' '{"command":"list"}' '{"command":"stress"'; do
		printf '%s' "$text" >odd
		run "$analysis/check_records.py" odd
		[ "$status" = 1 ]
		[ -n "$output" ]
	done
	run "$analysis/check_records.py"
	[ "$status" = 64 ]
}

@test "docs/records.md tells of every field" {
	dev_only
	/usr/bin/python3 - "$VMRACE_HOME" <<-'END'
		import json, sys
		text = open(sys.argv[1] + "/docs/records.md").read()
		for name in "origin", "stress", "run", "explore", "hunt", "replay", "bench":
		    schema = json.load(open(f"{sys.argv[1]}/analysis/schema/{name}.json"))
		    for field, what in schema["properties"].items():
		        told = f"`{field}`" in text
		        assert told or what.get("minimum") == 0 and name == "run", field
	END
}
