/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boxes.h - where on its page a snippet's marks were printed, for articles that came from OCR. */
#ifndef QUERY_BOXES_H
#define QUERY_BOXES_H

#include "query/hits.h"
#include "store/segment.h"

/* For marks of a snippet of the article's body; none where it has no layout, or a lead, which the snippet may be of. Allocated in the arena, names of pages too. */
enum fund_status boxes_find(const struct stored_article *article, const struct marked_text *snippet, struct arena *arena, const struct shown_box **out,
			    uint32_t *n);

#endif
