/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/parts.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "indexer/hunspell.h"
#include "indexer/met_forms.h"
#include "indexer/part_forms.h"
#include "indexer/part_list.h"
#include "indexer/verb_stems.h"

#define WORD_BYTES_MAX 64u /* longer words are no compounds to us */
#define SPOOL_MEMORY ((size_t)4 << 20)
#define HEADS_AT_ONCE ((size_t)64 << 10)
#define NOUN_LEAST 3u	 /* times a noun was met */
#define NOUN_SHARE 2u	 /* so many times as often capitalised as not */

/* A part and a compound that has it. */
struct part_of {
	uint32_t part; /* number of its term */
	uint32_t compound;
};

struct parts {
	struct term_sink to;
	struct analyser *analyser;
	struct lexicon *lexicon;
	const char *dictionary;
	bool counts; /* the lexicon is being made */
	struct buf forms;  /* of the term that comes, folded: met_forms.h */
	struct buf folded;
	/* Words that may be compounds, in the order of their terms: see end_term() */
	struct spool heads, lists;
	struct buf head;   /* of the current term: its length u8 and bytes, those of the form that it is split by */
	struct buf shared; /* part_forms.h, of its forms; empty: all are alike */
	struct kept_list kept; /* its list */
	bool keeps;	   /* whether it has one */
	uint32_t next_doc; /* the smallest that may come */
	/* Those that are some */
	struct kept_list *compounds;
	size_t n_compounds, cap_compounds;
	struct part_of *of; /* by compound */
	size_t n_of, cap_of;
	/* Their parts, words of the lexicon */
	struct arena arena;
	struct slice *terms; /* of a part, by number; without class */
	size_t n_terms, cap_terms;
	uint32_t *number_of; /* by the lexicon's slot: number + 1 of its term; 0: was not met as a part yet */
	struct buf term;
};

enum fund_status parts_new(struct parts **out, const struct term_sink *to, struct analyser *analyser, struct lexicon *lexicon, const char *dictionary,
			   const char *dir)
{
	struct parts *p = calloc(1, sizeof *p);
	*out = p;
	if (!p)
		return FUND_NO_MEMORY;
	p->to = *to;
	p->analyser = analyser;
	p->lexicon = lexicon;
	p->dictionary = dictionary;
	p->counts = lexicon->n == 0;
	p->arena = (struct arena)ARENA_INIT;
	spool_init(&p->heads, dir, SPOOL_MEMORY);
	spool_init(&p->lists, dir, SPOOL_MEMORY);
	return FUND_OK;
}

void parts_free(struct parts *p)
{
	if (!p)
		return;
	spool_release(&p->heads);
	spool_release(&p->lists);
	free(p->compounds);
	free(p->of);
	arena_release(&p->arena);
	free(p->terms);
	free(p->number_of);
	buf_release(&p->head);
	buf_release(&p->shared);
	buf_release(&p->forms);
	buf_release(&p->folded);
	buf_release(&p->term);
	free(p);
}

/* ---- the words go by ---- */

/* Most words in small letters are folded: no umlaut, nothing that may be one. */
static bool is_folded(struct slice word)
{
	uint8_t before = 0;
	for (size_t i = 0; i < word.len; before = word.data[i++]) {
		if (word.data[i] < 'a' || word.data[i] > 'z')
			return false;
		if (word.data[i] == 'e' && (before == 'a' || before == 'o' || before == 'u'))
			return false;
	}
	return true;
}

/* Folds the forms that words by themselves have. */
static enum fund_status fold_forms(struct parts *p, struct slice forms)
{
	struct cursor c = cursor_of(forms);
	struct met_form f;
	enum fund_status st = FUND_OK;
	buf_reset(&p->forms);
	while (st == FUND_OK && met_form_next(&c, &f)) {
		if (f.capital + f.small == 0 || f.word.len > WORD_BYTES_MAX)
			continue;
		if (!is_folded(f.word)) {
			buf_reset(&p->folded);
			st = analyse_fold(p->analyser, f.word, &p->folded);
			f.word = slice_buf(&p->folded);
		}
		if (st == FUND_OK && f.word.len && f.word.len <= WORD_BYTES_MAX)
			st = met_form_put(&p->forms, &f);
	}
	return st;
}

static bool is_noun(const struct met_form *f) { return f->capital >= NOUN_LEAST && f->capital > NOUN_SHARE * f->small; }

/* Several forms may be folded to the same: adds up what stands further behind. */
static void add_up(struct met_form *f, struct cursor rest)
{
	struct met_form other;
	while (met_form_next(&rest, &other))
		if (slice_equal(other.word, f->word)) {
			f->capital += other.capital;
			f->small += other.small;
		}
}

static bool stood_before(const struct parts *p, const struct met_form *f)
{
	struct cursor c = cursor_of(slice_buf(&p->forms));
	struct met_form other;
	while (met_form_next(&c, &other) && other.word.data != f->word.data)
		if (slice_equal(other.word, f->word))
			return true;
	return false;
}

/* More often met; among equals the shorter, then by bytes: whatever the inputs. */
static bool is_better(const struct met_form *a, const struct met_form *b)
{
	if (b->word.len == 0 || a->capital + a->small != b->capital + b->small)
		return b->word.len == 0 || a->capital + a->small > b->capital + b->small;
	return a->word.len != b->word.len ? a->word.len < b->word.len : slice_compare(a->word, b->word) < 0;
}

/* A noun is a word of the lexicon; a verb in -ieren, or the noun made of it, gives its stem. */
static enum fund_status count_form(struct parts *p, const struct met_form *f)
{
	struct slice stem = verb_stem_of_ieren(f->word);
	enum fund_status st = is_noun(f) ? lexicon_add(p->lexicon, f->word, f->capital + f->small, LEXICON_NOUN) : FUND_OK;
	return st == FUND_OK && stem.len ? lexicon_add(p->lexicon, stem, f->capital + f->small, 0) : st;
}

static enum fund_status count_verb(struct parts *p, struct slice term)
{
	uint64_t n = verb_times(term, slice_buf(&p->forms));
	return n ? lexicon_add(p->lexicon, term, n, 0) : FUND_OK;
}

/* Counts the nouns among the forms, and stems in -ier; *best: the one that the term is split by, capitalised at least half of the time. */
static enum fund_status count_forms(struct parts *p, struct met_form *best)
{
	struct cursor c = cursor_of(slice_buf(&p->forms));
	struct met_form f;
	enum fund_status st = FUND_OK;
	*best = (struct met_form){ .capital = 0 };
	while (st == FUND_OK && met_form_next(&c, &f)) {
		if (stood_before(p, &f))
			continue;
		add_up(&f, c);
		if (p->counts)
			st = count_form(p, &f);
		if (f.capital >= f.small && is_better(&f, best))
			*best = f;
	}
	return st;
}

static enum fund_status put_word(struct buf *to, struct slice word)
{
	enum fund_status st = buf_add_byte(to, (uint8_t)word.len);
	return st == FUND_OK ? buf_add_slice(to, word) : st;
}

static enum fund_status keep_list(struct parts *p, struct slice term, struct slice form, struct slice forms)
{
	bool differ = false;
	buf_reset(&p->head);
	buf_reset(&p->shared);
	enum fund_status st = put_word(&p->head, term);
	if (st == FUND_OK)
		st = put_word(&p->head, form);
	if (st == FUND_OK)
		st = part_forms_shared(p->analyser, forms, form, &p->folded, &p->shared, &differ);
	if (!differ)
		buf_reset(&p->shared);
	p->keeps = true;
	p->next_doc = 0;
	p->kept = (struct kept_list){ .at = spool_len(&p->lists) };
	return st;
}

static enum fund_status begin_term(void *context, struct slice term, struct slice forms)
{
	struct parts *p = context;
	struct met_form best;
	enum fund_status st = FUND_OK;
	p->keeps = false;
	if (term.data[0] == CLASS_WORD) {
		st = fold_forms(p, forms);
		if (st == FUND_OK)
			st = count_forms(p, &best);
		if (st == FUND_OK && p->counts)
			st = count_verb(p, slice_from(term, 1));
		if (st == FUND_OK && best.word.len)
			st = keep_list(p, slice_from(term, 1), best.word, forms);
	}
	return st == FUND_OK ? p->to.begin_term(p->to.context, term, forms) : st;
}

static enum fund_status keep_posting(struct parts *p, uint32_t doc, const struct posting *posting)
{
	uint8_t bytes[2 * VARINT32_MAX + 1], *end = put_varint(put_varint(bytes, doc - p->next_doc), posting->freq);
	*end++ = posting->boost;
	enum fund_status st = spool_write(&p->lists, bytes, (size_t)(end - bytes));
	for (uint32_t i = 0, next = 0; i < posting->freq && st == FUND_OK; next = posting->pos[i++] + 1) {
		st = spool_varint(&p->lists, posting->pos[i] - next);
		if (st == FUND_OK && p->shared.len)
			st = spool_varint(&p->lists, posting->forms ? posting->forms[i] : 0);
	}
	p->next_doc = doc + 1;
	p->kept.df++;
	return st;
}

static enum fund_status add_posting(void *context, uint32_t doc, const struct posting *posting)
{
	struct parts *p = context;
	enum fund_status st = p->keeps ? keep_posting(p, doc, posting) : FUND_OK;
	return st == FUND_OK ? p->to.add_posting(p->to.context, doc, posting) : st;
}

/* A head: what keep_list() began, then df, the bytes of the list and those of `shared`, each a varint, and these. */
static enum fund_status end_term(void *context)
{
	struct parts *p = context;
	enum fund_status st = FUND_OK;
	if (p->keeps) {
		p->keeps = false;
		st = spool_write(&p->heads, p->head.data, p->head.len);
		if (st == FUND_OK)
			st = spool_varint(&p->heads, p->kept.df);
		if (st == FUND_OK)
			st = spool_varint(&p->heads, spool_len(&p->lists) - p->kept.at);
		if (st == FUND_OK)
			st = spool_varint(&p->heads, p->shared.len);
		if (st == FUND_OK)
			st = spool_write(&p->heads, p->shared.data, p->shared.len);
	}
	return st == FUND_OK ? p->to.end_term(p->to.context) : st;
}

struct term_sink parts_sink(struct parts *p) { return (struct term_sink){ p, begin_term, add_posting, end_term }; }

/* ---- splitting ---- */

/* A head, as it is read again. */
struct candidate {
	uint8_t term[UINT8_MAX], form[UINT8_MAX];
	uint8_t term_len, form_len;
	struct kept_list list;
	uint8_t *shared;
	size_t n_shared, cap_shared;
};

static enum fund_status next_candidate(struct spool_reader *in, struct candidate *c)
{
	c->term_len = spool_reader_u8(in);
	spool_reader_bytes(in, c->term, c->term_len);
	c->form_len = spool_reader_u8(in);
	spool_reader_bytes(in, c->form, c->form_len);
	c->list.df = (uint32_t)spool_reader_varint(in);
	c->list.at = c->list.end;
	c->list.end += spool_reader_varint(in);
	c->n_shared = (size_t)spool_reader_varint(in);
	uint8_t *shared = array_room(c->shared, c->n_shared + 1, &c->cap_shared, 1);
	if (!shared)
		return FUND_NO_MEMORY;
	c->shared = shared;
	spool_reader_bytes(in, c->shared, c->n_shared);
	return in->status;
}

struct splitting {
	struct parts *parts;
	struct slice term, form; /* of the word that is split */
	uint32_t last;		 /* where its last part begins, as far as is known */
	size_t letters;		 /* up to the end of that part's stem */
};

static enum fund_status add_term(struct parts *p, struct slice part)
{
	struct slice *terms = array_room(p->terms, p->n_terms + 1, &p->cap_terms, sizeof *terms);
	if (!terms)
		return FUND_NO_MEMORY;
	p->terms = terms;
	buf_reset(&p->term);
	enum fund_status st = analyse_part(p->analyser, part, &p->term);
	if (st != FUND_OK)
		return st;
	p->terms[p->n_terms] = arena_slice(&p->arena, slice_buf(&p->term));
	return p->terms[p->n_terms++].data ? FUND_OK : FUND_NO_MEMORY;
}

/* The number of a part's term. A word of the lexicon, and so is every part, is stemmed once. */
static enum fund_status number_of(struct parts *p, struct slice part, uint32_t *number)
{
	uint32_t *known = &p->number_of[lexicon_find(p->lexicon, part) - p->lexicon->slots];
	if (*known == 0) {
		enum fund_status st = add_term(p, part);
		if (st != FUND_OK)
			return st;
		*known = (uint32_t)p->n_terms;
	}
	*number = *known - 1;
	return FUND_OK;
}

static enum fund_status add_part(void *context, struct slice part, unsigned level, uint32_t end)
{
	struct splitting *s = context;
	struct parts *p = s->parts;
	uint32_t number;
	struct part_of *of = array_room(p->of, p->n_of + 1, &p->cap_of, sizeof *of);
	if (!of)
		return FUND_NO_MEMORY;
	p->of = of;
	enum fund_status st = number_of(p, part, &number);
	if (st == FUND_OK && level == 0) {
		size_t rest = utf8_length(slice_from(s->form, s->last)), stem = utf8_length(p->terms[number]);
		s->letters = utf8_length(slice_part(s->form, 0, s->last)) + (stem < rest ? stem : rest);
		s->last = end;
	}
	if (st == FUND_OK && p->terms[number].len && !slice_equal(p->terms[number], s->term))
		p->of[p->n_of++] = (struct part_of){ number, (uint32_t)p->n_compounds };
	return st;
}

/* Which forms are the compound, a byte each; stays NULL where all are. */
static enum fund_status choose_forms(struct parts *p, const struct candidate *c, size_t letters, const uint8_t **is_compound)
{
	uint8_t *yes = NULL;
	for (size_t i = 0; i < c->n_shared && !yes; i++)
		if (c->shared[i] < letters && !(yes = arena_alloc(&p->arena, c->n_shared)))
			return FUND_NO_MEMORY;
	for (size_t i = 0; i < c->n_shared && yes; i++)
		yes[i] = c->shared[i] >= letters;
	*is_compound = yes;
	return FUND_OK;
}

/* A word that has no parts is forgotten. */
static enum fund_status split(struct parts *p, const struct candidate *c)
{
	struct splitting splitting = { .parts = p, .term = slice_of(c->term, c->term_len), .form = slice_of(c->form, c->form_len) };
	size_t before = p->n_of;
	struct kept_list *compounds = array_room(p->compounds, p->n_compounds + 1, &p->cap_compounds, sizeof *compounds);
	if (!compounds)
		return FUND_NO_MEMORY;
	p->compounds = compounds;
	enum fund_status st = compound_parts(p->lexicon, NULL, splitting.form, &(struct part_sink){ &splitting, add_part });
	if (st != FUND_OK || p->n_of == before)
		return st;
	struct kept_list *list = &p->compounds[p->n_compounds++];
	*list = c->list;
	list->has_forms = c->n_shared > 0;
	return choose_forms(p, c, splitting.letters, &list->is_compound);
}

static enum fund_status split_all(struct parts *p)
{
	struct spool_reader in;
	struct candidate c = { .list = { 0 } };
	p->number_of = calloc(p->lexicon->n_slots + 1, sizeof *p->number_of);
	if (!p->number_of)
		return FUND_NO_MEMORY;
	enum fund_status st = spool_reader_init(&in, &p->heads, 0, spool_len(&p->heads), HEADS_AT_ONCE);
	while (st == FUND_OK && !spool_reader_ended(&in)) {
		st = next_candidate(&in, &c);
		if (st == FUND_OK)
			st = split(p, &c);
	}
	if (st == FUND_OK)
		st = in.status;
	spool_reader_release(&in);
	free(c.shared);
	free(p->number_of);
	p->number_of = NULL;
	return st;
}

/* ---- lists of parts ---- */

/* The parts in the order of their terms, and of each its compounds. */
struct part_order {
	struct numbered {
		struct slice term;
		uint32_t number;
	} *parts;
	size_t n; /* terms: several words may have the same */
	size_t *first;	     /* by place: where its compounds begin; one more at the end */
	uint32_t *compounds; /* ascending; one twice where it has the part twice */
};

static int by_term(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;
	return slice_compare(x->term, y->term);
}

/* place_of: by number. */
static void sort_terms(const struct parts *p, struct part_order *o, uint32_t *place_of)
{
	for (uint32_t i = 0; i < p->n_terms; i++)
		o->parts[i] = (struct numbered){ p->terms[i], i };
	if (p->n_terms > 1)
		qsort(o->parts, p->n_terms, sizeof *o->parts, by_term);
	for (size_t i = 0; i < p->n_terms; i++) {
		o->n += i == 0 || !slice_equal(o->parts[i].term, o->parts[o->n - 1].term);
		o->parts[o->n - 1].term = o->parts[i].term;
		place_of[o->parts[i].number] = (uint32_t)o->n - 1;
	}
}

/* Compounds come in ascending order, and stay in it. */
static void lay_out(const struct parts *p, struct part_order *o, const uint32_t *place_of)
{
	size_t *count = o->first + 1; /* one further than where it belongs: placing moves it back */
	for (size_t i = 0; i < p->n_of; i++)
		count[place_of[p->of[i].part] + 1]++;
	for (size_t i = 1; i <= o->n; i++)
		count[i] += count[i - 1];
	for (size_t i = 0; i < p->n_of; i++)
		o->compounds[count[place_of[p->of[i].part]]++] = p->of[i].compound;
}

static enum fund_status order_parts(const struct parts *p, struct part_order *o)
{
	uint32_t *place_of = calloc(p->n_terms + 1, sizeof *place_of);
	o->parts = calloc(p->n_terms + 1, sizeof *o->parts);
	o->first = calloc(p->n_terms + 2, sizeof *o->first);
	o->compounds = calloc(p->n_of + 1, sizeof *o->compounds);
	bool ok = place_of && o->parts && o->first && o->compounds;
	if (ok) {
		sort_terms(p, o, place_of);
		lay_out(p, o, place_of);
	}
	free(place_of);
	return ok ? FUND_OK : FUND_NO_MEMORY;
}

static void part_order_release(struct part_order *o)
{
	free(o->parts);
	free(o->first);
	free(o->compounds);
}

static enum fund_status write_part(struct parts *p, struct part_list *list, const struct part_order *o, size_t place)
{
	enum fund_status st = FUND_OK;
	part_list_reset(list);
	for (size_t i = o->first[place]; i < o->first[place + 1] && st == FUND_OK; i++)
		if (i == o->first[place] || o->compounds[i] != o->compounds[i - 1])
			st = part_list_add(list, &p->lists, &p->compounds[o->compounds[i]]);
	if (st != FUND_OK || list->n_postings == 0)
		return st;
	buf_reset(&p->term);
	st = buf_add_byte(&p->term, CLASS_PART);
	if (st == FUND_OK)
		st = buf_add_slice(&p->term, o->parts[place].term);
	return st == FUND_OK ? part_list_write(list, &p->to, slice_buf(&p->term)) : st;
}

static enum fund_status write_parts(struct parts *p)
{
	struct part_order o = { .n = 0 };
	struct part_list list = { .n_runs = 0 };
	enum fund_status st = order_parts(p, &o);
	free(p->of);
	p->of = NULL;
	for (size_t i = 0; i < o.n && st == FUND_OK; i++)
		st = write_part(p, &list, &o, i);
	part_list_release(&list);
	part_order_release(&o);
	return st;
}

enum fund_status parts_finish(struct parts *p, struct fault *why)
{
	enum fund_status st = p->counts ? hunspell_add(p->lexicon, p->analyser, p->dictionary, why) : FUND_OK;
	if (st == FUND_OK && p->counts)
		st = compound_choose_parts(p->lexicon);
	if (st == FUND_OK)
		st = split_all(p);
	return st == FUND_OK ? write_parts(p) : st;
}
