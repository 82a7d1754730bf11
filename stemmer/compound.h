/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compound.h - what a German compound is made of: truppenaufmarsch -> truppe, aufmarsch.
 *
 * The whole word is covered by words of the lexicon, with linking elements between them (s es n en er e ns ens, and the dropped e). Of all covers the one with the
 * fewest parts, then with the most frequent ones. Endings that derive words (-heit, -schaft, -ung) are no parts.
 * Verbs stand in front of other words by their stem: Jonglierkeule, Fahrplan. Behind one, -ende is no end but a participle: Studierende.
 */
#ifndef STEMMER_COMPOUND_H
#define STEMMER_COMPOUND_H

#include "stemmer/lexicon.h"

#define COMPOUND_PARTS 8u
#define COMPOUND_LEVELS 3u /* of compounds within compounds */
#define COMPOUND_LEAST 7u /* bytes of the shortest word that is looked at */

struct compound {
	uint32_t n;
	struct compound_part {
		uint8_t word[LEXICON_WORD_MAX]; /* as in the lexicon: without its linking element */
		uint8_t len;
		uint8_t off, end; /* what it takes of the compound, the linking element included */
	} parts[COMPOUND_PARTS];
};

/* Of the words that were gathered for a lexicon, keeps those that may be parts: no endings, no short ones that are met by chance. */
enum fund_status compound_choose_parts(struct lexicon *x);

/* Where words come from that the lexicon does not have yet: adds those that `text` begins with, as lexicon_decode_beginnings() does. */
struct word_source {
	void *context;
	enum fund_status (*beginnings)(void *context, struct lexicon *x, struct slice text);
};

/* `folded`: letters. out->n 0: no compound, as far as is known; else at least 2. `source` may be NULL: then it cannot fail. */
enum fund_status compound_split(struct lexicon *x, const struct word_source *source, struct slice folded, struct compound *out);

/* All parts at all levels: those of a part that is a compound itself follow it. Level 0: of the word itself, of which the part takes what is before `end`. */
struct part_sink {
	void *context;
	enum fund_status (*part)(void *context, struct slice word, unsigned level, uint32_t end);
};
enum fund_status compound_parts(struct lexicon *x, const struct word_source *source, struct slice folded, const struct part_sink *sink);

#endif
