/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sentence.h - does a sentence or a paragraph begin between two words?
 *
 * An empty line begins a paragraph, which is the end of a sentence, too. ! ? … and the full stop end a sentence when
 * the next word is not in small letters. A full stop does not behind Dr., z. B., J., nor behind 3. or II., unless the
 * next word is one that mostly begins sentences (Der, In, Es …); behind Prof. and the like it never does.
 */
#ifndef STEMMER_SENTENCE_H
#define STEMMER_SENTENCE_H

#include "stemmer/analyse.h"

/* `gap` is the set of enum gap between the words `before` and `after`, both as they stand in the text. Returns
 * whether there is a boundary, and which. */
bool sentence_boundary(uint32_t gap, struct slice before, struct slice after, enum boundary *what);

#endif
