/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * W18: a recorded program's memory life, in so many copies at a time, on as
 * many simulated CPUs as there are threads: what all of the others together
 * come to in a program.  An operation is an event of the trace: a fault, a
 * call, a fork.
 *
 * The run is stress/'s (`vmrace run`), with its machine, its daemon and its own
 * judgement; the first time through is not timed.  So there is no telling
 * what each thread did.
 */
static const struct variant replay_variants[] = {
	{ "trace:shell/copies:2", TIER_NAMED },
	{ "trace:python/copies:2", TIER_FULL },
	{ "trace:make/copies:2", TIER_FULL },
	{ "trace:shell/copies:8", TIER_FULL },
	{ 0 },
};

struct replays {
	struct request request;
	struct plan *plan;
	char *path;
	struct aftermath after; /* of all runs */
};

static struct world *
replay_open(const struct request *request)
{
	struct replays *world = need_zeroed(1, sizeof(*world));
	const char *home = getenv("VMRACE_HOME");
	const char *name = strstr(request->args, "trace:") + strlen("trace:");

	if (home == NULL) {
		fputs("vmrace: W18: set VMRACE_HOME to the source tree, or "
		      "run it by ./vmrace\n",
		    stderr);
		free(world);
		return NULL;
	}
	world->request = *request;
	world->path = need_printf("%s/stress/traces/%.*s.vmt.zst", home,
	    (int)strcspn(name, "/"), name);
	world->plan = plan_create(world->path);
	if (world->plan != NULL)
		return (struct world *)world;
	free(world->path);
	free(world);
	return NULL;
}

/* What a run's oracles found is the world's finding. */
static void
replay_judge(struct replays *world, const struct run_result *result)
{
	char note[sizeof(world->after.note)];
	enum verdict verdict = judge(&result->evidence, note, sizeof(note));

	if (verdict != VERDICT_VIOLATION)
		return;
	world->after.violations++;
	memcpy(world->after.note, note, sizeof(note));
}

static void
replay_whole(struct world *opaque, uint64_t ns, struct whole *whole)
{
	struct replays *world = (struct replays *)opaque;
	struct run_config config = {
		.trace_name = world->path,
		.ops = &VM_NAME(vm_strategy),
		.cpus = world->request.threads,
		.copies =
		    (unsigned)args_number(world->request.args, "copies", 1),
		.seed = world->request.seed,
		.seconds = (double)ns * 1e-9,
		.shootdown = "mach",
		.quantum = 64,
		.watchdog_s = 60,
		.regime = TRUE, /* pinned */
	};
	struct run_result *result = need_zeroed(1, sizeof(*result));

	run_trace(world->plan, &config, result);
	whole->ops = result->events - result->warmup_events;
	whole->wall_ns = result->wall_ns - result->warmup_ns;
	replay_judge(world, result);
	free(result);
}

static void
replay_close(struct world *opaque, struct aftermath *after)
{
	struct replays *world = (struct replays *)opaque;

	after->violations = world->after.violations;
	memcpy(after->note, world->after.note, sizeof(after->note));
	plan_free(world->plan);
	free(world->path);
	free(world);
}

static const struct loop replay = {
	.workload = "W18",
	.operation = "replay",
	.sentence = "an event of a recorded program, copies of it at a time",
	.variants = replay_variants,
	.open = replay_open,
	.close = replay_close,
	.whole = replay_whole,
};
