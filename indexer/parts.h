/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parts.h - a sink between the merge and the segment: passes all terms on, and adds the parts of compounds behind them.
 *
 * While the words go by, their forms are counted (unless the index has its lexicon already) and the lists of words that may be compounds are kept in a spool. At the
 * end each of them is split once, and each part gets the list of all its compounds' documents and positions: terms of the class x. A part stands
 * where its compound stands.
 * Memory   about 50 bytes a compound, the lexicon, and the postings of one part.
 */
#ifndef INDEXER_PARTS_H
#define INDEXER_PARTS_H

#include "base/spool.h"
#include "indexer/term_stream.h"
#include "stemmer/analyse.h"
#include "stemmer/compound.h"

struct parts;

/* `lexicon`: that of the index; an empty one is filled by counting, and from the hunspell dictionary. Sink, analyser, lexicon and dir are borrowed. */
enum fund_status parts_new(struct parts **out, const struct term_sink *to, struct analyser *analyser, struct lexicon *lexicon, const char *dictionary,
			   const char *dir);
void parts_free(struct parts *p);
struct term_sink parts_sink(struct parts *p);
/* Behind the last term. Terms of classes behind x must not have come. `why` is left as it is where the reason is not the dictionary's. */
enum fund_status parts_finish(struct parts *p, struct fault *why);

#endif
