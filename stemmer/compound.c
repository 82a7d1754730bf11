/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stemmer/compound.h"

#include <math.h>

#define PART_LEAST 3u /* letters */

/* What may stand between a part and the next. The empty one first: the word as it is. */
static const struct ending {
	const char *text;
	size_t len;
} links[] = { { "", 0 }, { "s", 1 }, { "n", 1 }, { "en", 2 }, { "es", 2 }, { "er", 2 }, { "e", 1 }, { "ns", 2 }, { "ens", 3 } };
/* Inflection that the last part may have. */
static const struct ending inflections[] = { { "", 0 }, { "s", 1 }, { "n", 1 }, { "en", 2 }, { "es", 2 }, { "e", 1 }, { "er", 2 }, { "ern", 3 } };

/* Endings that derive a word, and short words that begin or end many others by chance. */
static const char *const no_parts[] = {
	"heit", "keit", "igkeit", "schaft", "ung", "ungen", "tum", "ling", "linge", "lich", "isch", "chen", "lein", "nis", "nisse", "erei", "ion", "ionen", "ismus", "ist",
	"isten", "tat", "taten", "ment", "anz", "enz", "ant", "ent", "eur", "ieren", "los", "bar", "sam", "haft", "weise", "voll", "reich", "fach", "mal", "tion", "ator",
	"ens", "ern", "est", "ier", "ich", "ein", "aus", "auf", "ab", "an", "bei", "mit", "nach", "vor", "ver", "ent", "zer", "her", "hin", "der", "die", "das", "den", "und",
	"oder", "all", "alle", "als", "art", "ten", "ter", "tag", "tage", "ari", "ali", "era", "eta", "ina", "ada", "uni", "oma", "eis", "reis", "ren", "lin", "lan", "man",
	"van", "von", "don", "san", "sen", "son", "ster", "land", "lands", "berg", "burg", "bach", "dorf", "hausen", "heim", "stein", "feld", "wald", "furt", "brunn",
	/* what ends the names of people and places */
	"dorfer", "berger", "bacher", "hofen", "hofer", "heimer", "hausen", "hauser", "steiner", "felder", "walder", "weiler", "hagen", "hagener", "stadter", "furter", "brunner", "lander",
	"meyer", "meier", "maier", "mayer", "huber", "lechner", "miller", "ski", "anne", "elle", "ellen", "gen", "wer",
};
#define N(table) (sizeof(table) / sizeof((table)[0]))

/* Names end in these, and are no compounds for that; behind a known word that is no name they are parts. */
static bool is_place_ending(struct slice s)
{
	static const char *const places[] = { "land", "berg", "burg", "bach", "dorf", "heim", "stein", "feld", "wald", "furt", "tag", "tage", "art", "eis", "reis" };
	for (size_t i = 0; i < N(places); i++)
		if (strlen(places[i]) == s.len && memcmp(places[i], s.data, s.len) == 0)
			return true;
	return false;
}

static bool is_no_part(struct slice s)
{
	for (size_t i = 0; i < N(no_parts); i++)
		if ((uint8_t)no_parts[i][0] == s.data[0] && strlen(no_parts[i]) == s.len && memcmp(no_parts[i], s.data, s.len) == 0)
			return !is_place_ending(s);
	return false;
}

/* ---- which words may be parts ---- */

#define VERB_LEAST 6u /* letters of a stem beside a dictionary: it has the short ones that stand in front of others (Schreib-, Fahr-) */

/* Short words are all about by chance, names above all: those that no dictionary has must be frequent to count, where there is one. */
static uint64_t least_count(const struct lexicon_word *w, bool has_dictionary)
{
	if (has_dictionary && w->flags == 0 && w->len < VERB_LEAST)
		return UINT64_MAX;
	static const uint64_t alone[] = { 40, 8, 3, 3 }, beside[] = { 1000, 400, 40, 3 }, attested[] = { 15, 1, 1, 1 };
	size_t i = w->len < 6 ? w->len - PART_LEAST : 3;
	return (w->flags & LEXICON_ATTESTED ? attested : has_dictionary ? beside : alone)[i];
}

enum fund_status compound_choose_parts(struct lexicon *x)
{
	struct lexicon kept = LEXICON_INIT;
	enum fund_status st = FUND_OK;
	bool has_dictionary = false;
	for (size_t i = 0; i < x->n_slots; i++)
		has_dictionary |= x->slots[i].flags & LEXICON_ATTESTED;
	for (size_t i = 0; i < x->n_slots && st == FUND_OK; i++) {
		const struct lexicon_word *w = &x->slots[i];
		if (w->len >= PART_LEAST && w->count >= least_count(w, has_dictionary) && !is_no_part(lexicon_bytes(w)))
			st = lexicon_add(&kept, lexicon_bytes(w), w->count, w->flags);
	}
	lexicon_release(x);
	*x = kept;
	return st;
}

/* ---- splitting ---- */

/* Landsberger, Westhofen: no plural of Berg and Hof. */
static bool ends_names(struct slice s)
{
	static const char *const names[] = { "berg", "hof", "heim", "stein", "bach", "burg", "dorf" };
	for (size_t i = 0; i < N(names); i++)
		if (strlen(names[i]) == s.len && memcmp(names[i], s.data, s.len) == 0)
			return true;
	return false;
}

struct candidate {
	double cost; /* of all parts up to here; INFINITY: no cover */
	uint8_t from; /* where the last of them begins */
	uint8_t len;  /* of its word */
	bool grown;   /* the word has an e more than the compound shows */
};

struct split {
	const struct lexicon *x;
	struct slice word;
	struct candidate best[LEXICON_WORD_MAX + 1];
};

/* Fewest parts first: a part costs more than any count can win back. */
static double cost_of(uint64_t count) { return 100.0 - log((double)count); }

static const struct lexicon_word *known(const struct split *s, struct slice part, uint64_t hash)
{
	return part.len >= PART_LEAST ? lexicon_find_hashed(s->x, part, hash) : NULL;
}

static void consider(struct split *s, size_t from, size_t to, size_t len, bool grown, uint64_t count, double penalty)
{
	double cost = s->best[from].cost + cost_of(count) + penalty;
	if (cost < s->best[to].cost)
		s->best[to] = (struct candidate){ cost, (uint8_t)from, (uint8_t)len, grown };
}

static bool begins(struct slice s, const char *with) { return s.len >= strlen(with) && memcmp(s.data, with, strlen(with)) == 0; }

/* May the next part begin behind this link? Fahr-ende, Studier-enden, Privilegier-teste are participles, skalier-bare an adjective; nothing links -ier- to
 * what follows. */
static bool may_follow(const struct lexicon_word *w, struct slice rest, size_t link)
{
	if (w->flags & LEXICON_NOUN)
		return true;
	if (begins(rest, "ende") || begins(rest, "bare"))
		return false;
	bool is_ier = memcmp(slice_end(lexicon_bytes(w)) - 3, "ier", 3) == 0;
	return !is_ier || (link == 0 && !begins(rest, "teste"));
}

/* The word [from, end) is known: whatever may stand behind it, the next part begins there, or the compound ends. */
static void end_part(struct split *s, size_t from, size_t end, const struct lexicon_word *w)
{
	const uint8_t *p = s->word.data + end;
	size_t left = s->word.len - end;
	for (size_t i = 0; i < N(links); i++) {
		size_t n = links[i].len;
		if (n < left && memcmp(p, links[i].text, n) == 0 && may_follow(w, slice_of(p, left), n))
			consider(s, from, end + n, end - from, false, w->count, n ? 1.0 : 0.0);
	}
	for (size_t i = 0; i < N(inflections) && w->flags & LEXICON_NOUN; i++)
		if (inflections[i].len == left && memcmp(p, inflections[i].text, left) == 0 && from > 0 && !(left == 2 && p[0] == 'e' && p[1] != 's' && ends_names(lexicon_bytes(w))))
			consider(s, from, s->word.len, end - from, false, w->count, left ? 1.0 : 0.0);
}

/* Schul-hof: the word is Schule. */
static void end_grown(struct split *s, size_t from, size_t end, uint64_t hash)
{
	uint8_t grown[LEXICON_WORD_MAX];
	size_t len = end - from;
	hash = lexicon_hash(hash, 'e');
	if (end == s->word.len || s->word.data[end] == 'e' || !lexicon_may_begin(s->x, hash) || len + 1 > sizeof grown)
		return;
	memcpy(grown, s->word.data + from, len);
	grown[len] = 'e';
	const struct lexicon_word *w = known(s, slice_of(grown, len + 1), hash);
	if (w)
		consider(s, from, end, len + 1, true, w->count, 2.0);
}

/* All words that begin at `from`: letter by letter, as long as any word of the lexicon goes on so. */
static void parts_from(struct split *s, size_t from)
{
	uint64_t hash = LEXICON_HASH;
	for (size_t end = from; end < s->word.len;) {
		hash = lexicon_hash(hash, s->word.data[end++]);
		if (!lexicon_may_begin(s->x, hash))
			return;
		if (from == 0 && end == s->word.len)
			return; /* the word itself */
		const struct lexicon_word *w = known(s, slice_part(s->word, from, end - from), hash);
		if (w)
			end_part(s, from, end, w);
		if (end - from > PART_LEAST)
			end_grown(s, from, end, hash);
	}
}

static void read_back(const struct split *s, struct compound *out)
{
	struct compound_part back[COMPOUND_PARTS];
	uint32_t n = 0;
	for (size_t at = s->word.len; at > 0 && n < COMPOUND_PARTS; at = s->best[at].from) {
		const struct candidate *c = &s->best[at];
		struct compound_part *p = &back[n++];
		p->off = c->from;
		p->end = (uint8_t)at;
		p->len = c->len;
		memcpy(p->word, s->word.data + c->from, c->grown ? c->len - 1u : c->len);
		if (c->grown)
			p->word[c->len - 1] = 'e';
	}
	for (uint32_t i = 0; i < n; i++)
		out->parts[i] = back[n - 1 - i];
	out->n = n;
}

/* The source's words, and for which places of the whole word it has given them: what begins at one of them in a part of it is among those. */
struct asking {
	const struct word_source *source;
	uint64_t asked;
};
_Static_assert(LEXICON_WORD_MAX <= 64, "a bit a place");

static enum fund_status ask(struct asking *a, struct lexicon *x, struct slice rest, size_t place)
{
	if (!a->source || a->asked >> place & 1)
		return FUND_OK;
	a->asked |= (uint64_t)1 << place;
	return a->source->beginnings(a->source->context, x, rest);
}

/* `folded` stands at `at` in the whole word. */
static enum fund_status split_at(struct lexicon *x, struct asking *asking, struct slice folded, size_t at, struct compound *out)
{
	struct split s = { .x = x, .word = folded };
	out->n = 0;
	if (folded.len < COMPOUND_LEAST || folded.len > LEXICON_WORD_MAX)
		return FUND_OK;
	for (size_t i = 0; i <= folded.len; i++)
		s.best[i].cost = i ? INFINITY : 0;
	for (size_t from = 0; from + PART_LEAST <= folded.len; from++) {
		if (s.best[from].cost == INFINITY)
			continue;
		enum fund_status st = ask(asking, x, slice_from(folded, from), at + from);
		if (st != FUND_OK)
			return st;
		parts_from(&s, from);
	}
	if (s.best[folded.len].cost == INFINITY || s.best[folded.len].cost > 100.0 * COMPOUND_PARTS)
		return FUND_OK;
	read_back(&s, out);
	if (out->n < 2)
		out->n = 0;
	return FUND_OK;
}

enum fund_status compound_split(struct lexicon *x, const struct word_source *source, struct slice folded, struct compound *out)
{
	return split_at(x, &(struct asking){ source, 0 }, folded, 0, out);
}

static enum fund_status parts_of(struct lexicon *x, struct asking *asking, struct slice word, size_t at, unsigned level, const struct part_sink *sink)
{
	struct compound c;
	enum fund_status st = split_at(x, asking, word, at, &c);
	for (uint32_t i = 0; i < c.n && st == FUND_OK; i++) {
		struct slice part = slice_of(c.parts[i].word, c.parts[i].len);
		st = sink->part(sink->context, part, level, c.parts[i].end);
		if (st == FUND_OK && level + 1 < COMPOUND_LEVELS)
			st = parts_of(x, asking, part, at + c.parts[i].off, level + 1, sink);
	}
	return st;
}

enum fund_status compound_parts(struct lexicon *x, const struct word_source *source, struct slice folded, const struct part_sink *sink)
{
	return parts_of(x, &(struct asking){ source, 0 }, folded, 0, 0, sink);
}
