/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "stress/trace_scan.h"

boolean_t
scan_word(const char **text, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(*text, word, length) != 0)
		return FALSE;
	*text += length;
	return TRUE;
}

/* What the digit is worth; base or more: it is none. */
static unsigned
digit_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return (unsigned)(digit - '0');
	if (digit >= 'a' && digit <= 'f')
		return (unsigned)(digit - 'a') + 10;
	return 16;
}

boolean_t
scan_number(const char **text, unsigned base, uint64_t most, uint64_t *number)
{
	const char *at = *text;
	uint64_t sum = 0;
	unsigned digit;

	for (; (digit = digit_value(*at)) < base; at++) {
		if (digit > most || sum > (most - digit) / base)
			return FALSE;
		sum = sum * base + digit;
	}
	if (at == *text || (**text == '0' && at != *text + 1))
		return FALSE;
	*text = at;
	*number = sum;
	return TRUE;
}
