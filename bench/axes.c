/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A workload's axes are what its variants have: `objects:1024/table:157` has
 * two.  A loop reads the args it knows and passes over all others, as it may
 * with those that the program has written itself.  What a user writes must
 * therefore be looked through before: an axis that no variant has would change
 * nothing, and a value that is no number would be 0.
 *
 * An axis that all variants have must be there.  One that some have not may be
 * 0, for it is what they go without; any other is 0 where a variant has that.
 * A word is one that a variant has.
 */
#include "bench/axes.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "stress/need.h"

/* "key:value" of some args, where they stand. */
struct axis {
	const char *key, *value; /* NULL value: there is no colon */
	int key_length, value_length;
};

/* The axes of args, one after the other; false: no more. */
static bool
axes_next(const char **args, struct axis *axis)
{
	const char *word = *args;
	int length, key;

	if (word == NULL)
		return false;
	length = (int)strcspn(word, "/");
	key = (int)strcspn(word, ":/");
	*axis = (struct axis){ .key = word, .key_length = key };
	if (key < length) {
		axis->value = word + key + 1;
		axis->value_length = length - key - 1;
	}
	*args = word[length] == '/' ? word + length + 1 : NULL;
	return true;
}

static bool
same(const char *a, int a_length, const char *b, int b_length)
{
	return a_length == b_length && memcmp(a, b, (size_t)a_length) == 0;
}

/* How often the args have that axis; *found: the last. */
static unsigned
axes_count(const char *args, const struct axis *axis, struct axis *found)
{
	struct axis other;
	unsigned count = 0;

	while (axes_next(&args, &other))
		if (same(other.key, other.key_length, axis->key,
			axis->key_length)) {
			*found = other;
			count++;
		}
	return count;
}

/* Digits, as many as an unsigned holds. */
static bool
is_number(const struct axis *axis)
{
	return axis->value_length > 0 &&
	       (int)strspn(axis->value, "0123456789") == axis->value_length &&
	       strtoull(axis->value, NULL, 10) <= UINT32_MAX;
}

static char *
value_wrong(const struct axis *axis, const struct axis *known, bool may_lack)
{
	if (!is_number(known))
		return need_printf("\"%.*s\" is not a word for %.*s",
		    axis->value_length, axis->value, axis->key_length,
		    axis->key);
	if (!is_number(axis))
		return need_printf(
		    "%.*s: \"%.*s\" is not a number of at most %u",
		    axis->key_length, axis->key, axis->value_length,
		    axis->value, UINT32_MAX);
	if (strtoull(axis->value, NULL, 10) == 0 && !may_lack)
		return need_printf(
		    "%.*s: must be at least 1", axis->key_length, axis->key);
	return NULL;
}

static char *
axis_wrong(const struct loop *loop, const struct axis *axis)
{
	bool may_lack = false, is_known = false;
	struct axis known = { 0 }, found;

	for (const struct variant *v = loop->variants; v->args != NULL; v++) {
		if (axes_count(v->args, axis, &found) == 0) {
			may_lack = true;
			continue;
		}
		if (same(found.value, found.value_length, axis->value,
			axis->value_length))
			return NULL;
		is_known = true;
		known = found;
	}
	if (!is_known)
		return need_printf("%s has no axis \"%.*s\"", loop->operation,
		    axis->key_length, axis->key);
	return value_wrong(axis, &known, may_lack);
}

/* What all variants have, of the first. */
static char *
axes_lacking(const struct loop *loop, const char *args)
{
	const char *first = loop->variants->args;
	struct axis axis, found;

	while (axes_next(&first, &axis)) {
		const struct variant *v = loop->variants;

		while (
		    v->args != NULL && axes_count(v->args, &axis, &found) != 0)
			v++;
		if (v->args == NULL && axes_count(args, &axis, &found) == 0)
			return need_printf("%s needs %.*s, as in %s",
			    loop->operation, axis.key_length, axis.key,
			    loop->variants->args);
	}
	return NULL;
}

char *
axes_wrong(const struct loop *loop, const char *args)
{
	const char *rest = args;
	struct axis axis, found;

	while (axes_next(&rest, &axis)) {
		char *why;

		if (axis.value == NULL || axis.key_length == 0)
			return need_printf("\"%s\" is not AXIS:VALUE/...: as "
					   "in %s",
			    args, loop->variants->args);
		if (axes_count(args, &axis, &found) != 1)
			return need_printf(
			    "%.*s is there twice", axis.key_length, axis.key);
		why = axis_wrong(loop, &axis);
		if (why != NULL)
			return why;
	}
	return axes_lacking(loop, args);
}
