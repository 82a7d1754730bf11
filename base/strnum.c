/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/strnum.h"

#include <string.h>
#include <strings.h>

/* The digits at *s, at most `max`; *s then stands behind them. Reads all digits before it says that they are too many. */
static enum fund_status read_digits(const char **s, uint64_t max, uint64_t *n)
{
	const char *p = *s;
	uint64_t value = 0;
	enum fund_status st = *p >= '0' && *p <= '9' ? FUND_OK : FUND_INVALID;

	for (; *p >= '0' && *p <= '9'; p++) {
		uint64_t digit = (uint64_t)(*p - '0');
		if (digit > max || value > (max - digit) / 10)
			st = FUND_LIMIT;
		else
			value = value * 10 + digit;
	}
	*s = p;
	*n = value;
	return st;
}

enum fund_status parse_count(const char *s, uint64_t max, uint64_t *n)
{
	uint64_t value;
	enum fund_status st = read_digits(&s, max, &value);

	if (*s)
		return FUND_INVALID;
	if (!st)
		*n = value;
	return st;
}

static enum fund_status scale(enum fund_status st, uint64_t value, uint64_t unit, uint64_t *out)
{
	if (st)
		return st;
	if (value > UINT64_MAX / unit)
		return FUND_LIMIT;
	*out = value * unit;
	return FUND_OK;
}

enum fund_status parse_size(const char *s, uint64_t *bytes)
{
	static const char units[] = "KMGT";
	uint64_t value, unit = 1;
	enum fund_status st = read_digits(&s, UINT64_MAX, &value);

	if (*s) {
		const char *found = strchr(units, *s & ~0x20);
		if (!found || (s[1] && strcasecmp(s + 1, "B") != 0 && strcasecmp(s + 1, "iB") != 0))
			return FUND_INVALID;
		unit = (uint64_t)1 << 10 * (found - units + 1);
	}
	return scale(st, value, unit, bytes);
}

enum fund_status parse_duration(const char *s, uint64_t *seconds)
{
	static const struct { char letter; uint32_t seconds; } units[] = {
		{ 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 },
	};
	uint64_t value, unit = 0;
	enum fund_status st = read_digits(&s, UINT64_MAX, &value);

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (s[0] == units[i].letter && s[1] == '\0')
			unit = units[i].seconds;
	if (*s == '\0')
		unit = 1;
	else if (unit == 0)
		return FUND_INVALID;
	return scale(st, value, unit, seconds);
}
