/* SPDX-License-Identifier: BSD-2-Clause */
#include "stress/scenarios/watch.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static struct watch_value *
watch_add(
    struct watch *watch, const char *name, const volatile void *at, size_t size)
{
	struct watch_value *value;

	if (watch->count == WATCH_MAX) {
		watch->lost++;
		return NULL;
	}
	value = &watch->value[watch->count++];
	snprintf(value->name, sizeof(value->name), "%s", name);
	value->at = at;
	value->size = size;
	value->text[0] = '\0';
	return value;
}

void
watch_number(
    struct watch *watch, const char *name, const volatile void *at, long value)
{
	watch_words(watch, name, at, "%ld", value);
}

void
watch_flags(struct watch *watch, const char *name, const volatile void *at,
    unsigned long value, const char *const *flags)
{
	char words[WATCH_TEXT] = "";
	size_t used = 0;

	for (unsigned i = 0; flags[i] != NULL && used < sizeof(words); i++)
		if ((value >> i & 1) != 0)
			used +=
			    (size_t)snprintf(words + used, sizeof(words) - used,
				"%s%s", used > 0 ? " " : "", flags[i]);
	watch_words(watch, name, at, "%s", used > 0 ? words : "none");
}

void
watch_words(struct watch *watch, const char *name, const volatile void *at,
    const char *format, ...)
{
	struct watch_value *value = watch_add(watch, name, at, 1);
	va_list ap;

	if (value == NULL)
		return;
	va_start(ap, format);
	vsnprintf(value->text, sizeof(value->text), format, ap);
	va_end(ap);
}

char
watch_letter(struct watch *watch, const volatile void *thing)
{
	for (unsigned i = 0; i < watch->meets; i++)
		if (watch->met[i] == thing)
			return (char)('A' + i);
	if (watch->meets == WATCH_MET)
		return '?';
	watch->met[watch->meets] = thing;
	return (char)('A' + watch->meets++);
}

void
watch_told(void *arg, const char *name, const volatile void *at, size_t size,
    const char *text)
{
	struct watch_value *value = watch_add(arg, name, at, size);

	if (value != NULL && text != NULL)
		snprintf(value->text, sizeof(value->text), "%s", text);
}

void
watch_name(
    struct watch *watch, const char *name, const volatile void *at, size_t size)
{
	(void)watch_add(watch, name, at, size);
}
