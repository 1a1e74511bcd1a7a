#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# `vmrace hunt` and `vmrace replay`: a failure found, made small, kept, had
# again and told.

# shellcheck disable=SC2030,SC2031 # each test has a $file of its own
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || exit
}

search() {
	run --separate-stderr "$VMRACE_SEARCH" "$@"
}

# saved SCENARIO [ARGUMENT...]: hunt it; $file is what was saved.
saved() {
	search hunt "$@" -j 1
	[ "$status" = 0 ]
	file=$(echo "$1"-*.vmr)
	[ -f "$file" ]
}

# refused STATUS WORD: so was the last command, in one line that says it.
refused() {
	[ "$status" = "$1" ]
	[ -z "$output" ]
	# shellcheck disable=SC2154 # bats sets it
	[ "${#stderr_lines[@]}" = 1 ]
	[[ "$stderr" == *"$2"* ]]
}

@test "every kernel that takes a preemption or two is certified and small" {
	search hunt account,inversion,aba,dekker,lostwakeup,boundedbuffer,refcount --json
	[ "$status" = 0 ]
	[ "${#lines[@]}" = 7 ]
	/usr/bin/python3 - "${lines[@]}" <<-'END'
		import json, os, sys
		for line in sys.argv[1:]:
		    row = json.loads(line)
		    assert row["expectation_met"] and row["expected_to_fail"]
		    assert row["shrunk"]["certified"], row
		    assert row["shrunk"]["preemptions"] <= 2
		    assert row["reproducer_bytes"] == os.path.getsize(row["reproducer"]) <= 128
	END
}

@test "a certificate where dozens of tasks do the same" {
	search hunt reorder.60,twostage.60
	[ "$status" = 0 ]
	[ "$(grep -c 'certified: none with fewer preemptions (60 schedules, for 8.32e+81: tasks are alike)' \
		<<<"$output")" = 2 ]
}

@test "a replay is that failure again, whoever hunted it" {
	saved account
	search replay "$file"
	[ "$status" = 1 ]
	[[ "$output" == *"verdict: violation"*"a deposit or a payment is lost" ]]
	mkdir there
	search hunt account -r 77 -j 2 -o there
	# The least is the least.
	cmp "$file" there/account-*.vmr
}

@test "explore keeps what it finds, and the replay line works" {
	search explore refcount -n 500 -j 1 -o 'a place'
	[ "$status" = 1 ]
	line=$(sed -n 's/^replay: //p' <<<"$output")
	[[ "$line" == "./vmrace replay 'a place/refcount-"*".vmr' --explain" ]]
	run bash -c "\"\$VMRACE_SEARCH\" ${line#./vmrace }"
	[ "$status" = 1 ]
	[[ "$output" == *"THE SWITCH THAT MATTERS"* ]]
}

@test "a schedule too long to be told is kept by its seed" {
	printf 'vmrace-replay 1\naccount\nrandom 11 0\ntrace 0000000000000000 x\n' >seed
	search replay seed
	refused 4 "another build"
	search explore account --scheduler random -r 11 -n 1 -j 1 --json
	hash=${output#*\"trace_hash\":\"}
	hash=${hash%%\"*}
	sed -i "s/0000000000000000/$hash/" seed
	search replay seed
	[ "$status" = 1 ]
}

# normal: without what another edit of the sources may change.
normal() {
	sed -E 's/\.c:[0-9]+/.c:N/; s/commit=[^ ]*//; s/compiler=.*//; s/trace [0-9a-f]{16}/trace H/'
}

@test "the story of a lost payment" {
	saved account
	search replay "$file" --explain
	diff - <(normal <<<"$output") <<'END'
replay scenario=account strategy=none as-found=none rcu=earliest steps=20000  sanitizer=none 
account: one deposits, one pays
known to be wrong: the balance is read and written in two steps

step  CPU 0                                                 CPU 1
   0  begin
   1  read balance: 0
        account_task, kernel_atomicity.c:N
        | int balance = sync_load_relaxed(&a->balance);
====  CPU 1 preempts CPU 0: THE SWITCH THAT MATTERS ==============================================================
   2                                                        begin
   3                                                        read balance: 0
                                                              account_task, kernel_atomicity.c:N
                                                              | int balance = sync_load_relaxed(&a->balance);
   4                                                        write balance
                                                              account_task, kernel_atomicity.c:N
                                                              | sync_store_relaxed(&a->balance, balance + (i == 0 ?...
                                                              => balance: 0 -> -3

   5  write balance
        account_task, kernel_atomicity.c:N
        | sync_store_relaxed(&a->balance, balance + (i == 0 ? 10 : -3));
        => balance: -3 -> 10

at the end  balance: 10
6 steps, 1 preemption, trace H
verdict: violation !!!: invariant: a deposit or a payment is lost
END
}

@test "the story of a deadlock says who holds what" {
	saved inversion
	search replay "$file" --explain
	[[ "$output" == *"=> lock[0]: free -> CPU 0"* ]]
	[[ "$output" == *"stop  take lock[1], which CPU 1 holds"* ]]
	[[ "$output" == *"at the end  lock[0]: CPU 0, awaited by CPU 1; lock[1]: CPU 1, awaited by CPU 0"* ]]
	first=$output
	search replay "$file" --explain
	[ "$output" = "$first" ]
}

# ending: the rows of the story in $output that say who failed, and where.
ending() {
	sed -n '/^fail /,/^$/p' <<<"$output" | normal
}

@test "a panic stands in the column of the CPU that it comes from, with its line" {
	search explore collapse.copy -s original --as-found E1 --stop -o D
	[ "$status" = 1 ]
	search replay D/*.vmr --explain
	[ "$status" = 1 ]
	diff - <(ending) <<'END'
fail  panic: vm_object_collapse: we collapsed a copy-object!
        vm_object_absorb, vm_object_collapse.c:N
        | panic(vm->machine,

END
}

@test "an assertion and what uses retired memory fail in their CPU's column" {
	saved aba
	search replay "$file" --explain
	diff - <(ending) <<'END'
fail                                                        sync_add(&a->owner[head], 1) == 1
                                                              aba_pop, kernel_lockfree.c:N
                                                              | sched_expect(sync_add(&a->owner[head], 1) == 1);

END
	search replay "$file" --explain --json
	/usr/bin/python3 - "$output" <<-'END'
		import json, sys
		story = json.loads(sys.argv[1])["story"]
		end, = story["end"]
		assert (end["how"], end["cpu"], end["held_by"]) == ("fail", 1, None), end
		assert end["cpu"] == story["steps"][-1]["cpu"]
		assert end["does"] == story["text"]
		assert story["places"][end["place"]]["function"] == "aba_pop"
	END
	# Its CPU is who was picked, not who ran when that was seen.
	saved rcu.early
	search replay "$file" --explain --json
	/usr/bin/python3 - "$output" <<-'END'
		import json, sys
		story = json.loads(sys.argv[1])["story"]
		end, = story["end"]
		assert end["cpu"] == story["steps"][-1]["cpu"]
		assert end["place"] == story["steps"][-1]["place"] is not None
	END
	# What shows when all is over is nobody's.
	saved account
	search replay "$file" --explain --json
	[[ "$output" == *'"end":[]'* ]]
}

# schedule STRATEGY SCENARIO SCHEDULE: a reproducer of it, whatever it comes to.
schedule() {
	search explore "$2" -s "$1" -n 1 -j 1 --scheduler replay --schedule "$3" --json
	hash=${output#*\"trace_hash\":\"}
	printf 'vmrace-replay 1\n%s -s %s\n%s\ntrace %s x\n' "$2" "$1" "$3" "${hash:0:16}" >file.vmr
}

@test "a strategy's locks have the names of their roles" {
	while read -r strategy scenario name; do
		schedule "$strategy" "$scenario" 9:1
		search replay file.vmr --explain=all
		[ "$status" = 0 ]
		grep -qF "take $name" <<<"$output" || {
			echo "$strategy has no $name"
			false
		}
		# What is taken has a name, in text and as data.
		run ! grep -E "(take|drop) (lock )?\+|(take|drop) vm" <<<"$output"
		search replay file.vmr --explain --json
		[[ "$output" == *"\"take $name"* ]]
	done <<-'END'
		original fault.copy.page_clean page-queue lock
		original fault.copy.page_clean identity and cache-list lock
		fine collapse.cache_trim identity lock[
		rcu fault.copy.page_clean page-hash lock[
		global fault.copy.page_clean giant lock
	END
	schedule fine fault.copy.page_clean 9:1
	search replay file.vmr --explain=all
	[[ "$output" == *"take space "*".pmap lock"* ]]
	[[ "$output" == *"take object "*".lock"* ]]
}

@test "what one CPU does alone for long is folded, and =all unfolds it" {
	saved aba
	search replay "$file" --explain
	[[ "$output" == *"9 steps of CPU 1 alone"* ]]
	[[ "$output" != *$'\n   9 '* ]]
	search replay "$file" --explain=all
	[[ "$output" != *" alone"* ]]
	[[ "$output" == *$'\n   9 '* ]]
}

@test "a sleep: who prepares for it, who ends it, whom a wake-up misses" {
	saved boundedbuffer
	search replay "$file" --explain=all
	[[ "$output" == *"2  prepare to sleep on lock"* ]]
	[[ "$output" == *"=> wakes CPU 0, CPU 1"$'\n'* ]]
	[[ "$output" == *"wake up from lock, woken by CPU 2 in step 11"$'\n'* ]]
	saved lostwakeup
	search replay "$file" --explain
	[[ "$output" == *"wake who sleeps on ready: nobody"$'\n'* ]]
	[[ "$output" == *"stop  sleep on ready, for ever"* ]]
	[[ "${lines[-1]}" == *"deadlock: CPU 0: sleep on ready, for ever" ]]
}

@test "what was tried in vain is said to be" {
	# Both thieves look; the second is first.
	search explore worksteal -n 1 -j 1 --scheduler replay --schedule 0:1,3:2 --json
	hash=${output#*\"trace_hash\":\"}
	printf 'vmrace-replay 1\nworksteal\n0:1,3:2\ntrace %s x\n' "${hash:0:16}" >file.vmr
	search replay file.vmr --explain=all
	grep -qE ' compare and swap top$' <<<"$output"
	[ "$(grep -cE '^ {30,}compare and swap top, in vain$|^ *[0-9]+ {30,}compare and swap top, in vain$' <<<"$output")" = 1 ]
}

@test "RCU: words for its steps, the caller's lines, what they change" {
	saved rcu.unlock
	search replay "$file" --explain=all
	diff - <(normal <<<"$output" | sed -n '/^step/,/^at the end/p' | sed 's/  *$//') <<'END'
step  CPU 0                                CPU 1                                reclaimer
   0  begin
   1  take item A.lock
        unlock_task, rcu_memory.c:N
        | sync_spin_take(&item->lock);
        => item A.lock: free -> CPU 0
   2  write shelf[0]
        unlock_task, rcu_memory.c:N
        | sync_store(&shelf->item[0], NULL);
        => shelf[0]: item A -> none
   3  ask for a grace period
        unlock_task, rcu_memory.c:N
        | item_retire(item);
        => RCU callbacks: none -> 1 due
====  reclaimer preempts CPU 0: THE SWITCH THAT MATTERS =============================================================
   4                                                                            begin
   5                                                                            go on, a grace period being over
                                                                                  item_reclaim, rcu.h:42
                                                                                  => RCU callbacks: 1 due -> 1 under way
   6                                                                            write item A.value
                                                                                  item_free, rcu.h:36
                                                                                  | sync_store_relaxed(&item->value, ITEM_GONE);
                                                                                  => item A.value: 42 -> freed
                                                                                  => item A.lock: CPU 0 -> is no lock any more
   7                                                                            the callback has run
                                                                                  item_reclaim, rcu.h:42
                                                                                  => RCU callbacks: 1 under way -> none

   8  drop item A.lock
        unlock_task, rcu_memory.c:N
        | sync_spin_drop(&item->lock);
fail  what was retired is used when it is freed
        unlock_task, rcu_memory.c:N
        | sync_spin_drop(&item->lock);

at the end  shelf[0]: none; item A.value: freed; item A.lock: is no lock any more; RCU callbacks: none
END
	saved rcu.early
	search replay "$file" --explain
	[[ "$output" == *"begin an RCU section"* ]]
	[[ "$output" == *"=> open RCU sections: none -> CPU 1"* ]]
	[[ "$output" == *"read item A.value: 42"* ]]
	search hunt rcu.locked --rcu scheduled -j 1 --certify 0
	search replay rcu.locked-deadlock-*.vmr --explain
	[[ "$output" == *"=> CPU 1's grace period: none -> due"* ]]
	[[ "${lines[-1]}" == *"CPU 1: sleep on CPU 1's grace period, for ever; reclaimer: take lock, which CPU 1 holds" ]]
}

@test "an interrupt stands in its CPU's column, between its beginning and its end" {
	search hunt G2 -j 1 --certify 0
	file=$(echo store.pageout-*-G2-*.vmr)
	search replay "$file" --explain=all
	[ "$status" = 1 ]
	[[ "$output" == *$'\nstep  CPU 0 '*$' CPU 1\n'* ]]
	[[ "$output" != *"'s line"* ]]
	[[ "$output" == *$'\n----  CPU 0 is interrupted'* ]]
	[[ "$output" == *$'\n----  CPU 0 returns from the interrupt -'* ]]
	grep -A 1 -E '\| be interrupted by CPU 1, step [0-9]+, before step [0-9]+$' <<<"$output" |
		grep -qE '\|   mach_interrupt, shootdown_mach\.c:[0-9]+$'
	"$VMRACE_SEARCH" replay "$file" --explain --json >story.json 2>identity || true
	/usr/bin/python3 - <<-'END'
		import json, re
		story = json.load(open("story.json"))["story"]
		assert story["cpus"] == ["CPU 0", "CPU 1"], story["cpus"]
		steps = story["steps"]
		first = [i for i, s in enumerate(steps) if s["kind"] == "INTERRUPT"]
		last = [i for i, s in enumerate(steps) if s["returns"]]
		assert len(first) == len(last) == 1
		for i, s in enumerate(steps):
		    within = first[0] <= i <= last[0] and s["cpu"] == steps[first[0]]["cpu"]
		    assert s["interrupts"] == (1 if within else 0), (i, s)
		# It says before which step it came: that CPU's next of its own.
		sent, before = map(int, re.findall(r"step (\d+)", steps[first[0]]["does"]))
		assert steps[sent]["kind"] == "SEND" and steps[sent]["cpu"] == 1
		assert steps[before]["cpu"] == 0
		assert all(s["cpu"] == 1 for s in steps[last[0] + 1:before])
		# What a program loads and stores, and the translation it goes by.
		does = [s["does"] for s in steps]
		assert any(re.fullmatch(r"store to the bytes of frame\[\d+\]: 0x2", d) for d in does)
		assert re.fullmatch(r"load the bytes of frame\[\d+\]: 0x1", does[-1])
		changed = {story["words"][c["word"]]["name"] for s in steps for c in s["changes"]}
		assert {"cpu 0.tlb", "space 1's page 0x10000", "space 1.map lock"} <= changed
	END
}

# reads_well: nothing in $output is a raw offset, a bare kind, an empty value,
# a place in what carries the words out, or a place without a line.
reads_well() {
	run ! grep -nE '(^| )\+[0-9]+|^ *[0-9]+ +(\| )?[A-Z]+_|-> *$|\?\?|, (engine|execution|world|thread_ctl|disk_ctl|sync_rcu_ctl)\.c|^ .*, [a-z_]+\.c$' <<<"$output"
}

@test "the stories of all flagships, and of what RCU and the kernels do wrong" {
	search hunt A1,A6,A9,C2,C7,D1,D2,E1,E2,F1,G1,G2 -j 1 --certify 0
	[ "$status" = 0 ]
	search hunt rcu.leak,rcu.early,worksteal,ring,dekker,reorder.3,twostage.2 -j 1 --certify 0
	[ "$status" = 0 ]
	[ "$(echo ./*.vmr | wc -w)" -ge 19 ]
	for file in *.vmr; do
		search replay "$file" --explain=all
		[ "$status" = 1 ]
		reads_well
	done
	# What it is about is not folded away.
	search replay fault.page_clean-*.vmr --explain
	[[ "$output" == *"steps of CPU 0 alone"* ]]
	[[ "$output" == *"prepare to sleep on object 2"* ]]
	[[ "$output" == *"=> object 2.paging: 1 -> 0"* ]]
	[[ "$output" == *"vm_object_paging_wait, vm_object.c:"* ]]
	# What comes or goes as a whole is one line.
	search replay lookup.cache_trim-*.vmr --explain=all
	[[ "$output" == *"=> object 2: there -> not there"* ]]
	[[ "$output" == *"=> object 2.flags: external persists hashed -> external"* ]]
	run ! grep -E '=> object 2\..* -> not there' <<<"$output"
}

@test "what goes round and round is folded, whoever takes part" {
	saved afteryou
	search replay "$file" --explain
	[[ "$output" == *" steps that change nothing"* ]]
	[ "${#lines[@]}" -lt 80 ]
}

@test "as data: every step, its place, and what it changed" {
	saved aba
	search replay "$file" --explain --json
	[ "$status" = 1 ]
	/usr/bin/python3 - "$output" <<-'END'
		import json, sys
		row = json.loads(sys.argv[1])
		story = row["story"]
		assert row["preemptions"] == 2 and row["outcome"] == "assertion"
		assert len(story["steps"]) == row["points"]
		assert sum(s["preemption"] for s in story["steps"]) == 2
		assert sum(s["matters"] for s in story["steps"]) == 1
		names = [w["name"] for w in story["words"]]
		values = list(story["values"])
		for step in story["steps"]:
		    assert step["place"] is None or story["places"][step["place"]]
		    for change in step["changes"]:
		        assert values[change["word"]] == change["from"]
		        values[change["word"]] = change["to"]
		assert values[names.index("owner[1]")] == "2"
	END
}

@test "the page needs nothing but itself" {
	saved aba
	search replay "$file" --explain=html -o page.html
	[ "$status" = 1 ]
	run ! grep -qE '(src|href)=|https?://|@import|url\(' page.html
	/usr/bin/python3 - <<-'END'
		import json, re
		page = open("page.html").read()
		assert "@STORY@" not in page
		data = re.search(r'id="story">(.*?)</script>', page, re.S).group(1)
		assert json.loads(data)["scenario"] == "aba"
	END
	search replay "$file" --explain=html
	[ "$output" = "$(cat page.html)" ]
}

@test "an exhibit is hunted by its id; a crash is a failure like another" {
	search hunt A6 -j 1
	[ "$status" = 0 ]
	[[ "$output" == *"found      crash: killed by signal 11"* ]]
	[[ "$output" == *"certified: none with fewer preemptions"* ]]
	file=$(echo lookup.cache_trim-original-A6-crash-*.vmr)
	[ "$(wc -c <"$file")" -le 128 ]
	search replay "$file" --explain
	[ "$status" = 1 ]
	[[ "$output" == *"verdict: violation"*"crash: killed by signal 11"* ]]
	[ "$(ending | grep -cE '^fail  killed by signal 11 \(.*\): by a pointer that lay in freed memory$')" = 1 ]
	[ "$(ending | tail -n +2)" = "        vm_pager_object, vm_pager.c:N
        | if (pager->ops->populate != NULL)" ]
	first=$output
	search replay "$file" --explain
	[ "$output" = "$first" ]
	# Repaired, the same schedule goes another way.
	sed -i 's/ --as-found A6//' "$file"
	search replay "$file"
	refused 4 "comes to: sound"
}

@test "a crash costs its own execution and is told of by its seed" {
	search explore lookup.cache_trim -s original --as-found A6 -n 300 -j 2
	[ "$status" = 1 ]
	[[ "$output" == *"executions  300 in"* ]]
	[[ "$output" == *"crash x"* ]]
	seed=$(sed -n 's/.*first by random, seed \([0-9]*\),.*/\1/p' <<<"$output" | head -n 1)
	search explore lookup.cache_trim -s original --as-found A6 -n 1 -j 1 -r "$seed"
	[ "$status" = 1 ]
	[[ "$output" == *"crash x1"* ]]
}

@test "what is not expected is status 1, what is not found status 3" {
	search hunt bench.locks -d 0.2
	[ "$status" = 0 ]
	[[ "$output" == *"verdict: sound, as expected"* ]]
	search hunt safestack -d 0.05 -j 1
	[ "$status" = 3 ]
	[[ "$output" == *"verdict: not exposed, NOT as expected !!!"* ]]
}

@test "a file that is none: one line, status 4" {
	saved account
	: >empty
	head -c 4096 /dev/urandom >garbage
	head -n 2 "$file" >short
	head -c -1 "$file" >unended
	sed '$s/ [^ ]*$//' "$file" >uncommitted
	sed 's/trace .\{8\}/trace /' "$file" >hashless
	{ cat "$file" && echo more; } >long
	sed 1s/1/2/ "$file" >format
	sed '3s/.*/2:1,/' "$file" >comma
	sed '3s/.*/2:64/' "$file" >task
	for name in empty garbage short unended uncommitted hashless long format comma task missing .; do
		search replay "$name"
		refused 4 "vmrace: $name: "
	done
}

@test "one that names what is not here: one line, status 64" {
	saved account
	sed 2s/account/nobody/ "$file" >scenario
	sed '2s/$/ -s nobody/' "$file" >strategy
	sed '2s/$/ --as-found Z9/' "$file" >hazard
	for name in scenario strategy hazard; do
		search replay "$name"
		refused 64 "vmrace: $name: "
	done
}

@test "one of another build, and one of another sanitizer: status 4" {
	saved account
	sed "s/trace [0-9a-f]*/trace 0123456789abcdef/" "$file" >other
	search replay other
	refused 4 "made by another build"
	[[ "$stderr" == *"comes to: invariant; hunt again" ]]
	sed '2s/$/ --tsan/' "$file" >sanitizer
	search replay sanitizer
	refused 4 "./vmrace replay --tsan sanitizer"
}

@test "a full disk: said, and nothing half-written is left" {
	[ -w /dev/full ] || skip "there is no /dev/full"
	saved account
	mkdir closed
	chmod a-w closed
	if ! [ -w closed ]; then
		search hunt account -j 1 -o closed
		[ "$status" = 4 ]
	fi
	# A page where no file can be: the directory is not there.
	search replay "$file" --explain=html -o missing/page.html
	[ "$status" = 4 ]
	[[ "$stderr" == *"missing/page.html: No such file or directory: it is not written"* ]]
	run bash -c '"$VMRACE_SEARCH" replay "$1" --explain >/dev/full' - "$file"
	[[ "$output" == *"what was printed is not all there"* ]]
	# A file system of one page, if this machine lets us have one.
	mkdir small
	if mount -t tmpfs -o size=4k none small 2>/dev/null; then
		head -c 4096 /dev/zero >small/fill || true
		search hunt account -j 1 -o small
		left=$(find small -name '*.vmr*')
		umount small
		[ "$status" = 4 ]
		[[ "$stderr" == *"No space left on device"* ]]
		[ -z "$left" ]
	fi
}

@test "misuse" {
	for words in hunt "hunt nobody" "hunt Z9" "hunt A2" "hunt account -s nobody" \
		"hunt account -d x" "replay" "replay a b" "replay x --explain=pdf" \
		"replay x --json --explain=html" "replay x --json --explain=all" \
		"hunt account -s fine" "hunt E1 --rcu lazy" "hunt account --rcu lazy" \
		"hunt account,rcu.leak --rcu lazy" "hunt E1 -s fine,rcu --rcu lazy"; do
		# shellcheck disable=SC2086 # words
		search $words
		[ "$status" = 64 ]
		[ -z "$output" ]
		[ -n "$stderr" ]
	done
}
