/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/present.h"

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

void present_link(struct printer *p, struct fundstelle_text address, uint32_t number)
{
	char id[16] = "";
	if (!address.len)
		return;
	if (number)
		snprintf(id, sizeof id, "id=%u", number);
	print_format(p, "\033]8;%s;%.*s\033\\", id, (int)address.len, address.data);
}

void present_link_end(struct printer *p, struct fundstelle_text address)
{
	if (address.len)
		print_str(p, "\033]8;;\033\\");
}

void present_linked_key(struct printer *p, struct fundstelle_text key, struct fundstelle_text address, uint32_t number)
{
	present_link(p, address, number);
	print_key(p, text_slice(key), false);
	present_link_end(p, address);
}

void present_linked_date(struct printer *p, struct fundstelle_date date, struct fundstelle_text address, uint32_t number)
{
	char text[DATE_TEXT_MAX];
	if (!has_date(date))
		return;
	present_link(p, address, number);
	print_str(p, date_format(date, text));
	present_link_end(p, address);
}

/* Of a score the decimal that decides, rounded as the engine does. */
#define PRINTED 100

const char *score_format(int64_t millionths, char out[32])
{
	int64_t printed = ((millionths < 0 ? -millionths : millionths) + PRINTED / 2) / PRINTED;
	snprintf(out, 32, "%s%lld.%04lld", millionths < 0 ? "-" : "", (long long)(printed / (MILLION / PRINTED)), (long long)(printed % (MILLION / PRINTED)));
	return out;
}
