/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/date_text.h"

#include <stdio.h>

const char *date_text(uint32_t year, uint32_t month, uint32_t day, char out[DATE_TEXT_MAX])
{
	out[0] = 0;
	if (day)
		snprintf(out, DATE_TEXT_MAX, "%04u-%02u-%02u", year & 0xFFFF, month & 0xFF, day & 0xFF);
	else if (month)
		snprintf(out, DATE_TEXT_MAX, "%04u-%02u", year & 0xFFFF, month & 0xFF);
	else if (year)
		snprintf(out, DATE_TEXT_MAX, "%04u", year & 0xFFFF);
	return out;
}
