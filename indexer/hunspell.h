/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hunspell.h - the words of a hunspell dictionary (de_DE.dic, de_DE.aff), for the lexicon that compounds are split by.
 *
 * Nouns are words, and those that suffixes make of them (Regelung of Regeln); inflection is left to the splitter. What only stands in front of others
 * joins as such: stems of verbs ("Schreib": NEEDAFFIX; of those in -ieren all), adjectives. Forbidden words and other verbs stay out.
 * Source   hunspell(5). FLAG in its default form and UTF-8; ISO 8859-1 or UTF-8.
 */
#ifndef INDEXER_HUNSPELL_H
#define INDEXER_HUNSPELL_H

#include "stemmer/analyse.h"
#include "stemmer/compound.h"

/* `path` of the .dic; the .aff is beside it. NULL, "" or a file that is not there is no failure: then nothing is added. FUND_NO_MEMORY, and why it
 * cannot be read. */
enum fund_status hunspell_add(struct lexicon *x, struct analyser *analyser, const char *path, struct fault *why);

#endif
