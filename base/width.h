/* SPDX-License-Identifier: GPL-2.0-or-later */
/* width.h - how many columns of a terminal a text takes: two for wide characters, none for combining ones. */
#ifndef BASE_WIDTH_H
#define BASE_WIDTH_H

#include "base/bytes.h"

/* Of one character that is no control character. */
uint32_t character_width(uint32_t cp);
uint32_t text_width(struct slice text);
/* The bytes of the longest beginning (ending) that takes at most `columns`; no combining character is cut from its base. */
size_t text_fitting(struct slice text, uint32_t columns);
size_t text_fitting_end(struct slice text, uint32_t columns);

#endif
