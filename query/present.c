/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/present.h"

#include <stdio.h>
#include <string.h>

static const struct presenter *const presenters[] = { &present_text, &present_json, &present_jsonl, &present_tsv, &present_trec, &present_paths };

const struct presenter *presenter_find(const char *name)
{
	for (size_t i = 0; i < sizeof presenters / sizeof *presenters; i++)
		if (strcmp(presenters[i]->name, name) == 0)
			return presenters[i];
	return NULL;
}

const char *date_format(uint32_t date, char out[16])
{
	out[0] = 0;
	if (DATE_DAY(date))
		snprintf(out, 16, "%04u-%02u-%02u", DATE_YEAR(date) & 0xFFFF, DATE_MONTH(date), DATE_DAY(date));
	else if (DATE_MONTH(date))
		snprintf(out, 16, "%04u-%02u", DATE_YEAR(date) & 0xFFFF, DATE_MONTH(date));
	else if (date)
		snprintf(out, 16, "%04u", DATE_YEAR(date) & 0xFFFF);
	return out;
}

const char *score_format(int64_t micro, char out[32])
{
	int64_t printed = score_printed(micro);
	snprintf(out, 32, "%lld.%04lld", (long long)(printed / (SCORE_UNIT / SCORE_PRINTED)), (long long)(printed % (SCORE_UNIT / SCORE_PRINTED)));
	return out;
}
