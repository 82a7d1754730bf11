/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spelling.h - the spelling of today of a word in an older or regional one.
 *
 *     Nothwendigkeit  Notwendigkeit      komponiren   komponieren      Centralrath   Zentralrat
 *     Telephon        Telefon            Schifffahrt  Schiffahrt       Verzeichniß   Verzeichnis
 *     Jänner          Januar             giebt        gibt             Potential     Potenzial
 *
 * Both sides meet in it: who asks in one spelling finds the other as weaker evidence (TERM_VARIANT). Words that keep th, c or y today are left alone
 * where they are known (Theater, Computer); where one is not, it gets a variant that nobody asks for.
 *
 * Sources   Regeln für die deutsche Rechtschreibung nebst Wörterverzeichnis (1902), for th, c, -iren, -niß, ey, dt, double vowels; Amtliche
 *           Regelung 1996/2006, paragraphs 32 (ph, ti), 45 (three consonants); Österreichisches Wörterbuch, for the names of months.
 */
#ifndef STEMMER_SPELLING_H
#define STEMMER_SPELLING_H

#include "base/bytes.h"

#define SPELLING_MAX 96 /* longer words are left alone */
#define SPELLING_ROOM (2 * SPELLING_MAX)

struct spelling {
	uint8_t first[27];   /* of the rules that begin with each letter */
	uint32_t second[26]; /* a bit for each letter that may follow where a rule fits */
};
void spelling_init(struct spelling *s);

/* `folded`: a word as fold_text() gives it. The length of what stands in `out`; 0: the word is spelt as today. */
size_t spelling_modern(const struct spelling *tables, struct slice folded, uint8_t out[SPELLING_ROOM]);

/* Of the tables, for the analysis' fingerprint. */
uint64_t spelling_fingerprint(void);

#endif
