/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/translate.h"

#include <stddef.h>
#include <string.h>

#include "base/coverage.h"

static const struct translator *translator; /* NULL: English */

void translate_by(const struct translator *by) { translator = by; }

bool translates(void) { return translator != NULL; }

const char *translate(const char *text)
{
	message_seen(text);
	return translator ? translator->one(text) : text;
}

const char *translate_plural(const char *one, const char *many, unsigned long n)
{
	message_seen(one);
	return translator ? translator->plural(one, many, n) : n == 1 ? one : many;
}

char *decimal_for_people(char *number)
{
	char *point = translator ? strchr(number, '.') : NULL;
	if (point)
		*point = translator->decimal_point();
	return number;
}
