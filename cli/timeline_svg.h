/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timeline_svg.h - a timeline as a picture that a browser shows: bars for one query, lines for several. */
#ifndef CLI_TIMELINE_SVG_H
#define CLI_TIMELINE_SVG_H

#include "cli/report.h"

void timeline_svg(const struct report *r, struct printer *p);

#endif
