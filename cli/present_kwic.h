/* SPDX-License-Identifier: GPL-2.0-or-later */
/* present_kwic.h - lines of a concordance as text, JSON, JSON Lines or TSV, one after the other. */
#ifndef CLI_PRESENT_KWIC_H
#define CLI_PRESENT_KWIC_H

#include "cli/present.h"

struct kwic_presenter {
	struct printer *p;
	enum format_id format;
	const struct present_options *options;
	uint32_t width; /* of each context */
	bool any;
	struct buf room;
};

void kwic_begin(struct kwic_presenter *k, const struct answer *head);
void kwic_print(struct kwic_presenter *k, const struct fundstelle_line *line);
void kwic_end(struct kwic_presenter *k);
/* What fits beside date and key. */
uint32_t kwic_default_width(const struct present_options *o, enum format_id format);

#endif
