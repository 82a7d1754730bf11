/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cache of words, and the loop over a text. What the terms of a word are: derive.c. Where it begins and ends:
 * words.c.
 */
#include "stemmer/analyse.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "stemmer/derive.h"
#include "stemmer/fold.h"
#include "stemmer/gender.h"
#include "stemmer/number.h"
#include "stemmer/sentence.h"
#include "stemmer/spelling.h"
#include "stemmer/stops.h"
#include "stemmer/terms.h"
#include "stemmer/unicode.h"
#include "stemmer/url.h"
#include "stemmer/words.h"

/* Raise it with every change of what a text's terms, positions or boundaries are that the tables do not show. */
#define ANALYSIS_VERSION 1
#define SLOTS_FIRST 1024u

/* Slots are probed one by one; the hash spares nearly all looks at other words. */
struct word_slot {
	const struct word *word; /* NULL: empty */
	uint32_t hash;
};

struct analyser {
	struct arena arena; /* words with their refs and surfaces, and the bytes of terms */
	struct word_slot *slots;
	size_t n_slots; /* a power of two */
	uint32_t n_words;
	struct terms terms, written;
	struct derive derive;
};

enum fund_status analyser_new(struct analyser **out)
{
	struct analyser *a = malloc(sizeof(*a));

	*out = NULL;
	if (a == NULL)
		return FUND_NO_MEMORY;
	a->arena = (struct arena)ARENA_INIT;
	a->n_slots = SLOTS_FIRST;
	a->n_words = 0;
	a->slots = calloc(a->n_slots, sizeof(*a->slots));
	memset(&a->derive, 0, sizeof(a->derive));
	a->written = (struct terms){ 0 };
	enum fund_status status = terms_init(&a->terms);
	if (status == FUND_OK)
		status = terms_init(&a->written);
	if (status == FUND_OK)
		status = derive_init(&a->derive);
	if (status != FUND_OK || a->slots == NULL) {
		analyser_free(a);
		return FUND_NO_MEMORY;
	}
	*out = a;
	return FUND_OK;
}

void analyser_free(struct analyser *a)
{
	if (a == NULL)
		return;
	derive_release(&a->derive);
	terms_release(&a->terms);
	terms_release(&a->written);
	arena_release(&a->arena);
	free(a->slots);
	free(a);
}

void analyser_reset(struct analyser *a)
{
	arena_reset(&a->arena);
	terms_reset(&a->terms);
	terms_reset(&a->written);
	memset(a->slots, 0, a->n_slots * sizeof(*a->slots));
	a->n_words = 0;
}

/* ---- the cache ---- */

static void enter_slot(struct word_slot *slots, size_t n_slots, struct word_slot entry)
{
	size_t at = entry.hash & (n_slots - 1);

	while (slots[at].word)
		at = (at + 1) & (n_slots - 1);
	slots[at] = entry;
}

static enum fund_status grow_slots(struct analyser *a)
{
	size_t n_slots = a->n_slots * 2;
	struct word_slot *slots = calloc(n_slots, sizeof(*slots));

	if (slots == NULL)
		return FUND_NO_MEMORY;
	for (size_t i = 0; i < a->n_slots; i++) {
		if (a->slots[i].word)
			enter_slot(slots, n_slots, a->slots[i]);
	}
	free(a->slots);
	a->slots = slots;
	a->n_slots = n_slots;
	return FUND_OK;
}

/* What is written so, as a form of the term: *ordinal. */
static enum fund_status enter_written(struct analyser *a, uint32_t term, struct slice bytes, uint32_t *ordinal)
{
	uint32_t n = a->written.n, number;
	enum fund_status status = terms_add(&a->written, &a->arena, bytes, term, &number);

	if (status != FUND_OK)
		return status;
	struct term *written = terms_at(&a->written, number), *of = terms_at(&a->terms, term);
	if (number == n) {
		of->n_forms += of->n_forms < WRITTEN_MAX;
		written->n_forms = of->n_forms - 1;
	}
	*ordinal = written->n_forms;
	return FUND_OK;
}

/* The word with its refs and its surface behind it, in one piece of the arena. */
static enum fund_status enter_word(struct analyser *a, struct slice surface, const struct word **out)
{
	const struct draft *draft = &a->derive.draft;
	size_t refs_len = draft->n_terms * sizeof(struct term_ref);
	struct word *word = arena_alloc(&a->arena, sizeof(*word) + refs_len + surface.len);

	if (word == NULL)
		return FUND_NO_MEMORY;
	struct term_ref *refs = (struct term_ref *)(word + 1);
	uint8_t *copy = (uint8_t *)refs + refs_len;
	for (unsigned i = 0; i < draft->n_terms; i++) {
		const struct draft_term *t = &draft->terms[i];
		struct slice bytes = slice_part(slice_buf(&draft->bytes), t->off, t->len);
		uint32_t ordinal = 0;
		enum fund_status status = terms_add(&a->terms, &a->arena, bytes, t->kind, &refs[i].term);
		if (status == FUND_OK && t->kind == TERM_WORD)
			status = enter_written(a, refs[i].term, slice_part(slice_buf(&draft->bytes), t->written, t->written_len), &ordinal);
		if (status != FUND_OK)
			return status;
		refs[i].shift = t->shift;
		refs[i].written = ordinal & WRITTEN_MAX;
	}
	if (surface.len)
		memcpy(copy, surface.data, surface.len);
	*word = (struct word){ slice_of(copy, surface.len), a->n_words, draft->n_positions, draft->n_terms, refs };
	*out = word;
	return FUND_OK;
}

/* Analyses a word that is not in the table. */
static enum fund_status add_word(struct analyser *a, struct slice surface, uint32_t hash, const struct word **out)
{
	enum fund_status status = FUND_OK;

	if (((size_t)a->n_words + 1) * 3 > a->n_slots * 2)
		status = grow_slots(a);
	if (status == FUND_OK)
		status = derive_terms(&a->derive, surface);
	if (status == FUND_OK)
		status = enter_word(a, surface, out);
	if (status != FUND_OK)
		return status;
	a->n_words++;
	enter_slot(a->slots, a->n_slots, (struct word_slot){ *out, hash });
	return FUND_OK;
}

/* memcmp() for the short words of a language, without the call. */
static inline bool same_bytes(const uint8_t *x, const uint8_t *y, size_t len)
{
	uint64_t a, b;
	uint32_t c, d;

	if (len < 4)
		return len == 0 || (x[0] == y[0] && x[len / 2] == y[len / 2] && x[len - 1] == y[len - 1]);
	if (len < 8) { /* two fours that overlap */
		memcpy(&c, x, 4);
		memcpy(&d, y, 4);
		if (c != d)
			return false;
		memcpy(&c, x + len - 4, 4);
		memcpy(&d, y + len - 4, 4);
		return c == d;
	}
	for (size_t i = 0; i + 8 < len; i += 8) {
		memcpy(&a, x + i, 8);
		memcpy(&b, y + i, 8);
		if (a != b)
			return false;
	}
	memcpy(&a, x + len - 8, 8);
	memcpy(&b, y + len - 8, 8);
	return a == b;
}

static inline enum fund_status find_word(struct analyser *a, struct slice surface, uint32_t hash,
					 const struct word **out)
{
	size_t at = hash & (a->n_slots - 1);

	for (const struct word *word; (word = a->slots[at].word) != NULL; at = (at + 1) & (a->n_slots - 1)) {
		if (a->slots[at].hash == hash && word->surface.len == surface.len &&
		    same_bytes(word->surface.data, surface.data, surface.len)) {
			*out = word;
			return FUND_OK;
		}
	}
	return add_word(a, surface, hash, out);
}

/* ---- texts and words ---- */

/* The scanner runs two words ahead, so that the memory of a word is on its way when the word is looked up: first its
 * slot, then what the slot points to. */
#define AHEAD 2
_Static_assert(AHEAD < WORDS_KEPT, "surfaces must last until they are looked up");

struct ahead {
	struct span span;
	uint64_t hash;
	bool is_word; /* else the text has ended */
	bool matters;
};

struct pipeline {
	struct words words;
	struct ahead ring[4];
	unsigned n;
};

/* Scans one word more. */
static inline void scan_ahead(const struct analyser *a, struct pipeline *line, const struct token_sink *sink)
{
	struct ahead *last = &line->ring[line->n++ % 4];

	last->is_word = words_next(&line->words, &last->span);
	last->matters = last->is_word && (!sink->matters || sink->matters(sink->context, last->span.surface));
	last->hash = 0;
	if (!last->matters)
		return;
	last->hash = hash_bytes(last->span.surface.data, last->span.surface.len);
	__builtin_prefetch(&a->slots[last->hash & (a->n_slots - 1)]);
}

/* The next word, and what comes behind it is fetched. */
static inline const struct ahead *next_ahead(const struct analyser *a, struct pipeline *line, const struct token_sink *sink)
{
	scan_ahead(a, line, sink);
	const struct ahead *second = &line->ring[(line->n - AHEAD) % 4];
	const struct word *word = second->matters ? a->slots[second->hash & (a->n_slots - 1)].word : NULL;
	if (word) {
		__builtin_prefetch(word);
		__builtin_prefetch((const char *)word + 56);
	}
	return &line->ring[(line->n - AHEAD - 1) % 4];
}

/* For tokens that do not matter to their sink. */
static const struct word no_word = { .surface = { NULL, 0 }, .n_positions = 1 };

enum fund_status analyse_text(struct analyser *a, struct slice text, uint32_t *pos, const struct token_sink *sink)
{
	struct pipeline line;
	struct slice before = slice_of(NULL, 0);
	enum fund_status status = FUND_OK;
	enum boundary what;

	/* Every position takes at least a byte. */
	if (text.len > UINT32_MAX || text.len > UINT32_MAX - *pos)
		return FUND_LIMIT;
	line.n = 0;
	words_init(&line.words, text);
	for (int i = 0; i < AHEAD; i++)
		scan_ahead(a, &line, sink);
	for (const struct ahead *next; status == FUND_OK && (next = next_ahead(a, &line, sink))->is_word;) {
		struct slice as_written = slice_part(text, next->span.off, next->span.len);
		struct token token = { &no_word, next->hash, next->span.surface.data == as_written.data, *pos, next->span.off, next->span.len };
		if (next->matters)
			status = find_word(a, next->span.surface, (uint32_t)next->hash, &token.word);
		if (status == FUND_OK && next->span.gap && before.len && sink->boundary &&
		    sentence_boundary(next->span.gap, before, as_written, &what))
			status = sink->boundary(sink->context, what, *pos);
		if (status == FUND_OK) {
			*pos += token.word->n_positions;
			status = sink->token(sink->context, &token);
		}
		before = as_written;
	}
	return status;
}

enum fund_status analyse_word(struct analyser *a, struct slice surface, const struct word **out)
{
	struct words words;
	struct span span = { .surface = { NULL, 0 } };

	*out = NULL;
	if (surface.len > UINT32_MAX)
		return FUND_LIMIT;
	words_init(&words, surface);
	words_next(&words, &span);
	return find_word(a, span.surface, (uint32_t)hash_bytes(span.surface.data, span.surface.len), out);
}

enum fund_status analyse_fold(struct analyser *a, struct slice surface, struct buf *out)
{
	struct words words;
	struct span span;
	enum fund_status status = FUND_OK;

	if (surface.len > UINT32_MAX)
		return FUND_LIMIT;
	words_init(&words, surface);
	while (status == FUND_OK && words_next(&words, &span))
		status = derive_fold(&a->derive, span.surface, out);
	return status;
}

enum fund_status analyse_written(struct slice surface, struct buf *out)
{
	struct words words;
	struct span span = { .surface = { NULL, 0 } };

	if (surface.len > UINT32_MAX)
		return FUND_LIMIT;
	words_init(&words, surface);
	words_next(&words, &span);
	return derive_written(span.surface, out);
}

enum fund_status analyse_pattern(struct slice pattern, struct buf *out)
{
	const uint8_t *p = pattern.data, *end = slice_end(pattern);
	enum fund_status status = FUND_OK;

	while (p < end && status == FUND_OK) {
		uint8_t bytes[4];
		uint32_t cp;
		p += char_decode_composed(p, end, &cp);
		status = buf_add(out, bytes, utf8_encode(cp, bytes));
	}
	return status;
}

size_t analyse_pattern_place(struct slice pattern, size_t off)
{
	const uint8_t *p = pattern.data, *end = slice_end(pattern);

	for (size_t at = 0; p < end && at < off;) {
		uint8_t bytes[4];
		uint32_t cp;
		p += char_decode_composed(p, end, &cp);
		at += utf8_encode(cp, bytes);
	}
	return pattern.len ? (size_t)(p - pattern.data) : 0;
}

void analyser_each_word(const struct analyser *a, void (*each)(void *context, const struct word *word), void *context)
{
	for (size_t i = 0; i < a->n_slots; i++)
		if (a->slots[i].word)
			each(context, a->slots[i].word);
}

enum fund_status analyse_part(struct analyser *a, struct slice folded, struct buf *out)
{
	return derive_part(&a->derive, folded, out);
}

size_t analyse_number_len(struct slice text) { return text.len && text.data[0] >= '0' && text.data[0] <= '9' ? number_scan(text) : 0; }

bool analyse_is_stop_word(const struct analyser *a, struct slice term)
{
	(void)a;
	return stops_has(term);
}

/* ---- about the analyser ---- */

uint32_t analyser_n_terms(const struct analyser *a)
{
	return a->terms.n;
}

const struct term *analyser_term(const struct analyser *a, uint32_t term)
{
	return terms_at(&a->terms, term);
}

uint32_t analyser_n_written(const struct analyser *a)
{
	return a->written.n;
}

struct written analyser_written(const struct analyser *a, uint32_t number)
{
	const struct term *t = terms_at(&a->written, number);

	return (struct written){ t->bytes, t->kind, t->n_forms };
}

uint32_t analyser_n_words(const struct analyser *a)
{
	return a->n_words;
}

size_t analyser_memory(const struct analyser *a)
{
	return sizeof(*a) + a->arena.held + a->n_slots * sizeof(*a->slots) + terms_memory(&a->terms) + terms_memory(&a->written);
}

/* Words that between them use most rules of the stemmer, and those in which its versions differ. Folded. */
static const char probes[] =
	"hauser hausern truppenaufmarschs deeskalation systeme systems politiker politikerin politikerinnen kanzlerin "
	"vorbereitet findet berichtet gefunden regierungen moglichkeiten freundlichkeit freundschaften wissenschaftlich "
	"entwicklungen burgermeisters kinder kindern kindes frauen mauern feuer neuen aktuellen michaels israelische "
	"quellen strassen arbeitslosigkeit gesetzlichen wichtigsten schnellste schonsten politischen ereignisse "
	"ergebnissen bauern spielend laufende arbeiten arbeitete gearbeitet unternehmens verhandlungen ministerin "
	"europaischer wahlerinnen zeitungen zeitung artikel artikeln journalisten bucher bucherei tage tagen tages "
	"jahrhunderts yachten ";

enum fund_status analyser_fingerprint(struct analyser *a, struct fingerprint *out)
{
	static const char name_2[] = "german-1;snowball-2", name_3[] = "german-1;snowball-3";
	uint64_t hash = hash_bytes_seed(probes, sizeof(probes), ANALYSIS_VERSION);
	struct slice stem;

	hash = hash_bytes_seed(NULL, 0, hash ^ fold_fingerprint());
	hash = hash_bytes_seed(NULL, 0, hash ^ gender_fingerprint());
	hash = hash_bytes_seed(NULL, 0, hash ^ url_fingerprint());
	hash = hash_bytes_seed(NULL, 0, hash ^ spelling_fingerprint());
	hash = hash_bytes_seed(NULL, 0, hash ^ stops_fingerprint());
	for (const char *p = probes, *stop; *p; p = stop + 1) {
		stop = strchr(p, ' ');
		enum fund_status status = stemmer_stem(&a->derive.stemmer, slice_of(p, (size_t)(stop - p)), &stem);
		if (status != FUND_OK)
			return status;
		hash = hash_bytes_seed(stem.data, stem.len, hash);
	}
	enum fund_status status = stemmer_stem(&a->derive.stemmer, SLICE_LIT("system"), &stem);
	out->hash = hash;
	out->text = slice_equal(stem, SLICE_LIT("system")) ? name_3 : name_2;
	return status;
}
