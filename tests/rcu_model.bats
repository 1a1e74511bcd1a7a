#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# The modelled RCU: what is sound under every model that keeps the promise, and
# that each model which breaks it is convicted.  All of it exhaustively, so that
# nothing hangs on a seed.  Also run in the tsan and asan builds.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || exit # reproducers go there
}

explore() {
	run --separate-stderr "$VMRACE_SEARCH" explore "$@" </dev/null
}

# scenarios EXPRESSION: names of rcu.* for which it holds, between commas.
scenarios() {
	"$VMRACE_SEARCH" list scenarios --json | /usr/bin/python3 -c '
import json, sys
print(",".join(s["name"] for s in json.load(sys.stdin)["scenarios"]
               if s["name"].startswith("rcu.") and eval(sys.argv[1])))' "$1"
}

# rows EXPRESSION: what it is for each record on stdout, in Python.
rows() {
	/usr/bin/python3 -c 'import json, sys
for line in sys.stdin:
    r = json.loads(line)
    print(eval(sys.argv[1]))' "$1" <<<"$output"
}

orders=rcu.remove,rcu.readers,rcu.nested,rcu.complete,rcu.chain,rcu.updaters
orders+=,rcu.transitive,rcu.relay,rcu.replace,rcu.retire,rcu.share,rcu.own
orders+=,rcu.held,rcu.cursor,rcu.deferred,rcu.barrier.orders

@test "what is sound is sound in every order, under every RCU that keeps the promise" {
	sound=$(scenarios '"wrong" not in s')
	[[ ,$sound, == *,rcu.barrier,*,rcu.await,* ]]
	explore "$sound" --scheduler dpor --json
	[ "$status" = 0 ]
	[ "$(rows 'r["complete"]' | sort -u)" = True ]
	for model in scheduled lazy batched coarse; do
		explore "$orders,rcu.barrier" --scheduler dpor --rcu "$model" --json
		[ "$status" = 0 ]
		[ "$(rows 'r["complete"] and r["rcu"]' | sort -u)" = "['$model']" ]
	done
}

@test "each of these asks for a grace period: without one it fails" {
	explore "$orders" --scheduler dpor --rcu nowait --json
	[ "$(rows 'r["failures"] > 0' | sort -u)" = True ]
	# The outcome itself is met, not only somebody's opinion of it.
	[[ $VMRACE_SANITIZE == "" ]] || return 0
	explore "${orders%,rcu.retire,*},rcu.deferred" --scheduler dpor --rcu nowait --json
	[ "$(rows '"assertion" in {f["verdict"] for f in r["found"]}' | sort -u)" = True ]
}

@test "what is wrong is convicted, for what it is" {
	[[ $VMRACE_SANITIZE == "" ]] || skip "a sanitizer may be first"
	wrong=$(scenarios '"wrong" in s and s["name"] != "rcu.leak"')
	explore "$wrong" --scheduler dpor --json
	[ "$status" = 1 ]
	verdicts=$(rows '(r["scenario"], sorted({f["verdict"] for f in r["found"]}))')
	[ "$verdicts" = "('rcu.overlap', ['assertion'])
('rcu.across', ['assertion'])
('rcu.cursor.once', ['assertion'])
('rcu.inside', ['assertion'])
('rcu.outside', ['use after retire'])
('rcu.leak.word', ['use after retire'])
('rcu.early', ['use after retire'])
('rcu.unlock', ['use after retire'])" ]
}

@test "each busted RCU is convicted, by what it is that it breaks" {
	busted=$("$VMRACE_SEARCH" list rcu --json | /usr/bin/python3 -c '
import json, sys
print(" ".join(w["name"] for w in json.load(sys.stdin)["rcu"]
               if w["group"] == "busted" and w["name"] != "sound"))')
	convicted=
	while read -r model scenario blind; do
		explore "$scenario" --scheduler dpor --rcu "$model"
		[ "$status" = 1 ] || [ "$status" = 66 ]
		[[ $output == *"rcu=$model "* ]]
		# And it is that scenario which does.
		explore "$blind" --scheduler dpor --rcu "$model"
		[ "$status" = 0 ]
		convicted+="$model "
	done <<-'END'
		nowait rcu.remove rcu.barrier
		butone rcu.remove rcu.barrier
		others rcu.own rcu.remove
		joins rcu.share rcu.retire
		nested rcu.nested rcu.remove
		hasty rcu.deferred rcu.remove
		inreader rcu.retire rcu.remove
		ownqueue rcu.barrier rcu.remove
	END
	[ "$convicted" = "$busted " ]
}

@test "a program that lives on more than is promised is told by the model" {
	explore rcu.await,rcu.locked --scheduler dpor
	[ "$status" = 0 ]
	explore rcu.await --scheduler dpor --rcu lazy
	[ "$status" = 1 ]
	[[ ${lines[-1]} == "verdict: violation !!!: livelock: "* ]]
	explore rcu.locked --scheduler dpor --rcu scheduled
	[ "$status" = 1 ]
	[[ ${lines[-1]} == "verdict: violation !!!: deadlock: "* ]]
}

@test "a strategy without grace periods uses what it has retired" {
	for strategy in rcu percpu; do
		explore lookup.cache_trim -s "$strategy" --rcu nowait --stop -n 100000
		[ "$status" = 1 ] || [ "$status" = 66 ]
		[[ $VMRACE_SANITIZE != "" ]] || [[ ${lines[-1]} == *" use after retire: "* ]]
	done
	for model in earliest scheduled lazy batched; do
		explore lookup.cache_trim,lookup.deallocate,deallocate.cache_trim \
			-s rcu,percpu --rcu "$model" -n 3000
		[ "$status" = 0 ]
	done
}

@test "a failure is repeated under the RCU that it was found under" {
	explore rcu.deferred --rcu hasty,coarse --stop -j 1
	[ "$status" = 1 ] || [ "$status" = 66 ]
	line=$(grep '^replay: ' <<<"$output")
	file=$(echo rcu.deferred-*.vmr)
	[[ $(sed -n 2p "$file") == "rcu.deferred"*" --rcu hasty,coarse" ]]
	run --separate-stderr eval "\"\$VMRACE_SEARCH\" ${line#replay: ./vmrace}"
	[ "$status" = 1 ] || [ "$status" = 66 ]
	[[ $output == *"rcu=hasty,coarse "*"RCU as in: hasty,coarse"* ]]
	# Under another it is another execution.
	sed -i 's/--rcu hasty,coarse/--rcu lazy/' "$file"
	run --separate-stderr "$VMRACE_SEARCH" replay "$file"
	[ "$status" = 4 ]
	sed -i 's/--rcu lazy/--rcu nobody/' "$file"
	run --separate-stderr "$VMRACE_SEARCH" replay "$file"
	[ "$status" = 64 ]
	# shellcheck disable=SC2154
	[[ $stderr == *'models no RCU of "nobody"'* ]]
}

@test "hunt expects a busted RCU to fail, and shrinks it" {
	[[ $VMRACE_SANITIZE == "" ]] || skip "a sanitizer may be first"
	run --separate-stderr "$VMRACE_SEARCH" hunt rcu.retire --rcu joins,coarse -d 1
	[[ $output == *"rcu=joins,coarse "* ]]
	run --separate-stderr "$VMRACE_SEARCH" hunt rcu.share --rcu joins
	[ "$status" = 0 ]
	[[ $output == *"certified"* ]]
	[[ $(cat rcu.share-*.vmr) == *$'\n'"rcu.share --rcu joins"$'\n'* ]]
}

@test "what is no RCU is refused in one line" {
	for words in nobody earliest,nobody "" "lazy,"; do
		explore rcu.remove --rcu "$words"
		[ "$status" = 64 ]
		[ "$output" = "" ]
		[[ $stderr == *'--rcu: "'*'": see "vmrace list rcu"'* ]]
	done
}

# share WORDS: of random schedules that convict the leaked pointer.
share() {
	"$VMRACE_SEARCH" explore rcu.leak --rcu "$1" -n 400 -j 1 --json 2>/dev/null |
		/usr/bin/python3 -c 'import json, sys
r = json.load(sys.stdin)
print(100 * r["failures"] // r["executions"])'
}

@test "precise edges convict a leaked pointer in most schedules, coarse ones do not" {
	[[ $VMRACE_SANITIZE == *thread* ]] || skip "only ThreadSanitizer has edges"
	precise=$(share precise) coarse=$(share coarse)
	echo "precise $precise %, coarse $coarse %"
	[ "$precise" -ge 50 ]
	[ "$coarse" -lt "$precise" ]
}
