/* SPDX-License-Identifier: BSD-2-Clause */
/* A race's pair of functions, and the hazard it belongs to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stress/stress_report.h"

static struct race
race_of(const char *a, const char *b)
{
	struct race race = { .kind = "data-race", .count = 1 };

	snprintf(race.side[0].function, RACE_NAME, "%s", a);
	snprintf(race.side[1].function, RACE_NAME, "%s", b);
	race.side[1].write = TRUE;
	return race;
}

/* The "hazard" of its row in a record; NULL: it has none. */
static char *
hazard_in_record(const struct race *race)
{
	static struct stress_result result;
	struct stress_config config = {
		.driver = stress_find("copy"),
		.ops = vm_strategy_find("fine"),
		.shootdown = "mach",
		.identity = "",
		.replay = "",
	};
	json_t *json, *hazard;
	char *id = NULL;

	result.races = (struct races){ .count = 1 };
	result.races.race[0] = *race;
	json = stress_json(&config, &result);
	assert_non_null(json);
	hazard = json_object_get(
	    json_array_get(json_object_get(json, "races"), 0), "hazard");
	if (hazard != NULL)
		id = strdup(json_string_value(hazard));
	json_decref(json);
	return id;
}

/* The text of its row. */
static char *
text_of(const struct race *race)
{
	static struct stress_result result;
	struct stress_config config = { .driver = stress_find("copy"),
		.replay = "" };
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	result.races = (struct races){ .count = 1 };
	result.races.race[0] = *race;
	stress_print(out, &config, &result, FALSE);
	fclose(out);
	return text;
}

static void
assert_hazard(const char *a, const char *b, const char *id)
{
	struct race race = race_of(a, b);
	char *recorded = hazard_in_record(&race), *text = text_of(&race);
	char mark[32];

	snprintf(mark, sizeof(mark), "[hazard %s]", id != NULL ? id : "");
	if (id != NULL) {
		assert_non_null(recorded);
		assert_string_equal(recorded, id);
		assert_non_null(strstr(text, mark));
	} else {
		assert_null(recorded);
		assert_null(strstr(text, "[hazard"));
	}
	free(recorded);
	free(text);
}

static void
a_pair_has_its_hazard_in_text_and_record(void **state)
{
	(void)state;
	assert_hazard("vm_object_wait_busy", "vm_fault_release_page", "D2");
	assert_hazard("vm_mmap_file", "vm_mmap_file", "A9");
	assert_hazard(
	    "vm_object_extendable", "vm_object_paging_begin_at", "F1");
}

static void
the_order_of_the_sides_is_nothing(void **state)
{
	(void)state;
	assert_hazard("vm_fault_release_page", "vm_object_wait_busy", "D2");
	assert_hazard("vm_fault_release_page", "vm_object_page_remove", "C7");
	assert_hazard("vm_object_page_remove", "vm_fault_release_page", "C7");
}

static void
one_function_of_a_pair_is_none(void **state)
{
	(void)state;
	assert_hazard("vm_object_wait_busy", "vm_object_wait_busy", NULL);
	assert_hazard("vm_object_wait_busy", "vm_fault_release", NULL);
	assert_hazard("vm_object_wait_busy", "", NULL);
	assert_hazard("", "", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pair_has_its_hazard_in_text_and_record),
		cmocka_unit_test(the_order_of_the_sides_is_nothing),
		cmocka_unit_test(one_function_of_a_pair_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
