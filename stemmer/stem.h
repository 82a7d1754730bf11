/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stem.h - the German Snowball stemmer behind one function.
 *
 * libstemmer 3 takes ae, oe, ue for umlauts of its own accord, 2.2 does not. Folding (fold.h) has decided that before,
 * so what is left of these pairs is hidden from the stemmer: both versions then agree on them.
 */
#ifndef STEMMER_STEM_H
#define STEMMER_STEM_H

#include "base/bytes.h"

#define STEM_MAX 256 /* bytes; longer words are left alone */

struct sb_stemmer;
struct stemmer {
	struct sb_stemmer *snowball;
};

/* FUND_NO_MEMORY is the only failure. */
enum fund_status stemmer_init(struct stemmer *s);
void stemmer_release(struct stemmer *s); /* also on {0} */

/* The stem of a folded word: mostly its own first bytes. Valid until the next call, and as long as `word` is. */
enum fund_status stemmer_stem(struct stemmer *s, struct slice word, struct slice *stem);

#endif
