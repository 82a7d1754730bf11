/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/present.h"

#include <stdio.h>
#include <string.h>

const struct presenter *presenter_of(enum format_id format)
{
	static const struct presenter *const presenters[] = { &present_text, &present_json, &present_jsonl, &present_tsv, &present_trec, &present_paths, NULL };
	return presenters[format];
}

void present_color(struct printer *p, const struct present_options *o, enum present_look look)
{
	static const char *const codes[] = { "\033[0m", "\033[1m", "\033[2m", "\033[1;31m" };
	if (o->color)
		print_str(p, codes[look]);
}

void present_link(struct printer *p, struct slice address, uint32_t number)
{
	char id[16] = "";
	if (!address.len)
		return;
	if (number)
		snprintf(id, sizeof id, "id=%u", number);
	print_format(p, "\033]8;%s;%.*s\033\\", id, (int)address.len, (const char *)address.data);
}

void present_link_end(struct printer *p, struct slice address)
{
	if (address.len)
		print_str(p, "\033]8;;\033\\");
}

void present_linked_key(struct printer *p, struct slice key, struct slice address, uint32_t number)
{
	present_link(p, address, number);
	print_key(p, key, false);
	present_link_end(p, address);
}

void present_linked_date(struct printer *p, uint32_t date, struct slice address, uint32_t number)
{
	char text[16];
	if (!date)
		return;
	present_link(p, address, number);
	print_str(p, date_format(date, text));
	present_link_end(p, address);
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

const char *field_name(enum field field)
{
	static const char *const names[FIELDS] = { "text", "title", "author", "section", "source" };
	return names[field];
}

const char *score_format(int64_t micro, char out[32])
{
	int64_t printed = micro < 0 ? score_printed(-micro) : score_printed(micro);
	snprintf(out, 32, "%s%lld.%04lld", micro < 0 ? "-" : "", (long long)(printed / (SCORE_UNIT / SCORE_PRINTED)), (long long)(printed % (SCORE_UNIT / SCORE_PRINTED)));
	return out;
}
