/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * passage.h - a text with what matches in it, and parts of it as they are shown: valid UTF-8 on one line, words whole.
 *
 * Shape    Blanks and line ends become single blanks; a word that was hyphenated at a line's end is one word again; soft hyphens go.
 * Units    offsets are bytes of the text that was read.
 */
#ifndef QUERY_PASSAGE_H
#define QUERY_PASSAGE_H

#include "query/finder.h"
#include "query/hits.h"

#define PASSAGE_TEXT_MAX 0x7FFFFFFFu /* longer texts are cut there */

/* Keeps its buffers from text to text. */
struct passage {
	struct finder *finder;
	uint32_t margin; /* words that are wanted beside those that match: finder_find(); all of them at first */
	struct slice text;
	struct found found; /* until the next text */
	uint32_t *words;    /* where each word begins; the top bit: a sentence does too */
	uint32_t n_words;
	size_t cap_words;
	/* private */
	uint32_t *joints; /* line ends within a word: "Truppen-\naufmarsch" */
	uint32_t n_joints;
	size_t cap_joints;
	bool sentence; /* the next word begins one */
};
#define PASSAGE_SENTENCE 0x80000000u
static inline uint32_t passage_word_off(const struct passage *p, uint32_t word) { return p->words[word] & ~PASSAGE_SENTENCE; }

enum fund_status passage_init(struct passage *p, struct searcher *searcher, const struct plan *plan); /* as finder_new() */
void passage_release(struct passage *p); /* also on {0} */
enum fund_status passage_read(struct passage *p, struct slice text, enum field field);
/* The last word that begins at `off` or before; 0 where none does. */
uint32_t passage_word_at(const struct passage *p, uint32_t off);

/* Copies text[from, until) to `to`, which has room for three times as much; `start` is where the copy began. Gives the end. */
uint8_t *passage_copy(const struct passage *p, uint32_t from, uint32_t until, const uint8_t *start, uint8_t *to);
/* The same with its marks, in the arena. */
enum fund_status passage_render(const struct passage *p, uint32_t from, uint32_t until, struct arena *arena, struct marked_text *out);

#endif
