/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * affix_writer.h - in which blocks of the dictionary are the forms that begin, or end, with certain letters?
 *
 * Shape    two sorted maps, from a class and the first (last, in reverse) FORM_HEAD bytes of a form to the numbers of blocks.
 * Bytes    docs/FORMAT.md, "Beginnings and ends".
 * Memory   16 bytes for each different (beginning, block) and (end, block) until finish.
 */
#ifndef STORE_AFFIX_WRITER_H
#define STORE_AFFIX_WRITER_H

#include "store/chunks.h"

struct affix {
	uint64_t key; /* class and bytes, big-endian, behind a shorter form zeros */
	uint32_t block;
};

struct affixes {
	struct affix *all;
	size_t n, cap;
};

/* Starts as {0}. */
struct affix_writer {
	struct affixes heads, tails;
};
void affix_writer_release(struct affix_writer *w); /* also on {0} */
/* Blocks do not fall. */
enum fund_status affix_writer_add(struct affix_writer *w, uint8_t class, struct slice word, uint32_t block);
enum fund_status affix_writer_finish(struct affix_writer *w, struct chunk_sink sink);

#endif
