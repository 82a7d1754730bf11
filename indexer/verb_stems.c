/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/verb_stems.h"

#include "indexer/met_forms.h"

/* Shorter ones are mostly nouns' plurals (Nieren, Tieren), and are met in many words by chance. */
#define IER_LEAST 6u
#define STEM_LEAST 4u
#define TIMES_LEAST 3u
#define SHARE_E 4u	  /* fahren, so many times as often as fahre: adjectives have -en and -e alike, sagten is rarer than sagte */
#define SHARE_ADJECTIVE 20u /* and as -er, -es, -em */

struct slice verb_stem_of_ieren(struct slice folded)
{
	bool is_one = folded.len >= IER_LEAST + 2 && memcmp(slice_end(folded) - 5, "ieren", 5) == 0;
	return slice_of(folded.data, is_one ? folded.len - 2 : 0);
}

/* How often small letters were written in these forms of the stem. */
struct endings {
	uint64_t none, e, en, adjective;
};

static void count_ending(struct endings *n, struct slice ending, uint64_t times)
{
	const char *p = (const char *)ending.data;
	if (ending.len == 0)
		n->none += times;
	else if (ending.len == 1 && p[0] == 'e')
		n->e += times;
	else if (ending.len == 2 && p[0] == 'e' && p[1] == 'n')
		n->en += times;
	else if (ending.len == 2 && p[0] == 'e' && strchr("rsm", p[1]))
		n->adjective += times;
}

uint64_t verb_times(struct slice term, struct slice forms)
{
	struct endings n = { 0, 0, 0, 0 };
	struct cursor c = cursor_of(forms);
	struct met_form f;
	if (term.len < STEM_LEAST)
		return 0;
	while (met_form_next(&c, &f))
		if (f.small && f.word.len >= term.len && memcmp(f.word.data, term.data, term.len) == 0)
			count_ending(&n, slice_from(f.word, term.len), f.small);
	bool is_verb = n.en >= TIMES_LEAST && n.e > 0 && n.en >= SHARE_E * n.e && n.en >= SHARE_ADJECTIVE * n.adjective && n.en >= n.none;
	return is_verb ? n.en : 0;
}
