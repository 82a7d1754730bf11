/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lender.c - opening databases, what they say of themselves and of words. Servers are opened at the same time, a thread each. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/strnum.h"
#include "base/translate.h"
#include "query/lender_private.h"
#include "store/forms.h"

#define PREFIX "xapian:"
#define STEPS 3u /* what is waited for one after the other at most: opening, an answer, asking who is lost. Together they take the timeout */

/* ---- names ---- */

bool lender_is_name(const char *name) { return strncmp(name, PREFIX, strlen(PREFIX)) == 0; }

static bool is_server(const char *name) { return strncmp(name, PREFIX "//", strlen(PREFIX) + 2) == 0; }

/* HOST:PORT or [HOST]:PORT into `host`. */
static enum fund_status part_address(const char *name, char host[256], unsigned *port, struct fault *why)
{
	const char *text = name + strlen(PREFIX) + 2, *colon = strrchr(text, ':');
	size_t n = colon ? (size_t)(colon - text) : 0;
	uint64_t number = 0;
	if (n > 2 && text[0] == '[' && text[n - 1] == ']') {
		text++;
		n -= 2;
	}
	if (n == 0 || n > 255 || parse_count(colon + 1, 65535, &number) != FUND_OK || number == 0)
		return fault_set(why, FUND_INVALID, "%s: a server is named xapian://HOST:PORT", name);
	memcpy(host, text, n);
	host[n] = '\0';
	*port = (unsigned)number;
	return FUND_OK;
}

/* ---- one database ---- */

struct opening {
	struct lender *lender;
	struct member *member;
	pthread_t thread;
	bool threaded;
	uint64_t analysis;
	enum fund_status status;
	struct fault why;
	struct xapian_wait wait;
};

static uint32_t timeout_seconds(const struct lender *l) { return l->servers->timeout ? l->servers->timeout : SERVER_TIMEOUT_DEFAULT; }
static uint32_t step_ms(const struct lender *l) { return timeout_seconds(l) * (1000u / STEPS); }

static enum fund_status connect_to(const struct lender *l, const char *name, struct xapian_db **db, struct fault *why)
{
	char host[256];
	unsigned port = 0;
	if (!is_server(name))
		return l->x->db_open(db, name + strlen(PREFIX), XAPIAN_READ, why);
	*db = NULL;
	enum fund_status st = part_address(name, host, &port, why);
	return st == FUND_OK ? l->x->db_open_remote(db, host, port, step_ms(l), why) : st;
}

/* The words were made by this program's analysis, and what we need beside them is there. */
static enum fund_status check_member(struct opening *o)
{
	const struct xapian_c *x = o->lender->x;
	struct member *m = o->member;
	struct slice text;
	char hash[20];
	enum fund_status st = x->db_metadata(m->db, XAPIAN_METADATA_ANALYSIS, &text, &o->why);
	if (st != FUND_OK)
		return st;
	snprintf(hash, sizeof hash, "%016llx", (unsigned long long)o->analysis);
	if (text.len == 0)
		return fault_set(&o->why, FUND_FORMAT, "%s: a Xapian database, but not one of fundstelle-index --to-xapian", m->name);
	if (text.len < 16 || memcmp(text.data, hash, 16) != 0)
		return fault_set(&o->why, FUND_FINGERPRINT,
				 "%s: made with another analysis of words than this program has: run fundstelle-index --rebuild, then --to-xapian", m->name);
	st = x->db_metadata(m->db, XAPIAN_METADATA_STATE, &text, &o->why);
	if (st == FUND_OK && xapian_state_decode(text, &m->state) != FUND_OK)
		return fault_set(&o->why, FUND_FORMAT, "%s: written by another version: run fundstelle-index --to-xapian again", m->name);
	if (st == FUND_OK)
		st = x->db_uuid(m->db, &text, &o->why);
	if (st == FUND_OK && text.len && memchr(text.data, ':', text.len)) /* Xapian says of them what the first one says of itself */
		return fault_set(&o->why, FUND_FORMAT, "%s: several databases in one (a stub file): name each of them", m->name);
	m->uuid = st == FUND_OK ? hash_bytes(text.data, text.len) : 0;
	return st;
}

static void *open_member(void *opening)
{
	struct opening *o = opening;
	uint64_t start = clock_us();
	o->status = connect_to(o->lender, o->member->name, &o->member->db, &o->why);
	if (o->status != FUND_OK)
		return NULL;
	o->wait = (struct xapian_wait){ .limit_us = 1000u * (uint64_t)step_ms(o->lender), .taken_us = clock_us() - start };
	o->lender->x->db_wait(o->member->db, o->member->remote ? &o->wait : NULL);
	o->status = check_member(o);
	o->lender->x->db_wait(o->member->db, NULL);
	if (o->wait.taken_us > o->wait.limit_us && o->member->remote)
		o->status = fault_set(&o->why, FUND_TIMEOUT, "Xapian: the answers took too long in all");
	return NULL;
}

/* Everything but what a database says of itself is the server's fault. */
static bool is_lost(const struct opening *o)
{
	enum fund_status st = o->status;
	return o->member->remote && st != FUND_OK && st != FUND_FINGERPRINT && st != FUND_FORMAT && st != FUND_INVALID && st != FUND_NO_MEMORY;
}

/* ---- those that do not answer ---- */

void servers_free(struct servers *s)
{
	if (s)
		free(s->lost);
	free(s);
}

static bool was_lost(const struct servers *s, const char *name)
{
	for (uint32_t i = 0; i < s->n_lost; i++)
		if (strcmp(s->lost[i].name, name) == 0)
			return true;
	return false;
}

static void note_lost(struct servers *s, const char *name, const struct fault *why)
{
	if (s->n_lost < SERVERS_MAX && !was_lost(s, name))
		s->lost[s->n_lost++] = (struct lost_server){ .name = name, .why = *why };
}

/* All at the same time: so several that are dead take no longer than one. */
static void open_all(struct opening *o, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		o[i].threaded = n > 1 && o[i].member->remote && pthread_create(&o[i].thread, NULL, open_member, &o[i]) == 0;
	for (uint32_t i = 0; i < n; i++)
		if (!o[i].threaded)
			open_member(&o[i]);
	for (uint32_t i = 0; i < n; i++)
		if (o[i].threaded)
			pthread_join(o[i].thread, NULL);
}

static enum fund_status lost_fault(const struct lost_server *lost, struct fault *why)
{
	return fault_set(why, FUND_TIMEOUT, "%s does not answer, and its articles would be missing (--partial goes on without them): %s", lost->name, lost->why.text);
}

static enum fund_status take_outcome(struct lender *l, const struct opening *o, struct fault *why)
{
	if (o->status == FUND_OK)
		return FUND_OK;
	if (!is_lost(o)) {
		if (strncmp(o->why.text, o->member->name, strlen(o->member->name)) == 0)
			return fault_set(why, o->status, "%s", o->why.text);
		return fault_set(why, o->status, "%s: %s", o->member->name, o->why.text);
	}
	note_lost(l->servers, o->member->name, &o->why);
	return l->servers->partial ? FUND_OK : lost_fault(&l->servers->lost[l->servers->n_lost - 1], why);
}

/* Opens what is not lost; what is lost now leaves the list. */
static enum fund_status open_members(struct lender *l, uint64_t analysis, struct fault *why)
{
	struct opening *o = calloc(l->n_members + (size_t)1, sizeof *o);
	uint32_t kept = 0;
	enum fund_status st = FUND_OK;
	if (!o)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	for (uint32_t i = 0; i < l->n_members; i++)
		o[i] = (struct opening){ .lender = l, .member = &l->members[i], .analysis = analysis };
	open_all(o, l->n_members);
	for (uint32_t i = 0; i < l->n_members && st == FUND_OK; i++)
		st = take_outcome(l, &o[i], why);
	for (uint32_t i = 0; i < l->n_members && st == FUND_OK; i++) {
		struct member m = l->members[i];
		if (o[i].status == FUND_OK) {
			l->members[kept++] = m;
			continue;
		}
		l->x->db_free(m.db);
	}
	if (st == FUND_OK)
		l->n_members = kept;
	free(o);
	return st;
}

/* Asks all servers anew, at the same time. True: some are lost now. */
static bool find_lost(struct lender *l)
{
	uint32_t before = l->servers->n_lost, n = 0;
	struct opening *o = calloc(l->n_members + (size_t)1, sizeof *o);
	struct member *probes = calloc(l->n_members + (size_t)1, sizeof *probes);
	for (uint32_t i = 0; o && probes && i < l->n_members; i++) {
		if (!l->members[i].remote)
			continue;
		probes[n] = (struct member){ .name = l->members[i].name, .remote = true };
		o[n] = (struct opening){ .lender = l, .member = &probes[n] };
		n++;
	}
	if (n)
		open_all(o, n);
	for (uint32_t i = 0; i < n; i++) {
		if (is_lost(&o[i]))
			note_lost(l->servers, probes[i].name, &o[i].why);
		l->x->db_free(probes[i].db);
	}
	free(o);
	free(probes);
	return l->servers->n_lost > before;
}

/* ---- life ---- */

static enum fund_status join_members(struct lender *l, struct fault *why)
{
	enum fund_status st = l->x->db_open(&l->db, NULL, XAPIAN_EMPTY, why);
	for (uint32_t i = 0; i < l->n_members && st == FUND_OK; i++) {
		const struct xapian_state *s = &l->members[i].state, *first = &l->members[0].state;
		if (s->weights.title != first->weights.title || s->weights.lead != first->weights.lead)
			return fault_set(why, FUND_FORMAT, "%s: its title and lead weigh otherwise than those of %s", l->members[i].name, l->members[0].name);
		l->sum_length += s->sum_length;
		st = l->x->db_add(l->db, l->members[i].db, why);
	}
	return st == FUND_OK ? l->x->db_size(l->db, &l->n_docs, &l->average, why) : st;
}

bool lender_has_servers(const struct lender *l)
{
	for (uint32_t i = 0; i < l->n_members; i++)
		if (l->members[i].remote)
			return true;
	return false;
}

/* From now on all calls count together. */
static void count_waiting(struct lender *l)
{
	if (!lender_has_servers(l))
		return;
	l->wait = (struct xapian_wait){ .limit_us = 1000000u * (uint64_t)timeout_seconds(l) };
	l->x->db_wait(l->db, &l->wait);
	for (uint32_t i = 0; i < l->n_members; i++)
		l->x->db_wait(l->members[i].db, &l->wait);
}

void lender_begin(struct lender *l) { l->wait.taken_us = 0; }

static enum fund_status read_analysis(struct lender *l, struct fault *why)
{
	struct slice text;
	enum fund_status st = l->x->db_metadata(l->members[0].db, XAPIAN_METADATA_TEXT, &text, why);
	return st == FUND_OK ? buf_add_slice(&l->analysis, text) : st;
}

static enum fund_status open_lender(struct lender *l, const char *const *names, uint32_t n, uint64_t analysis, struct fault *why)
{
	enum fund_status st = xapian_load(&l->x, why);
	if (st != FUND_OK)
		return st;
	for (uint32_t i = 0; i < n; i++)
		if (!was_lost(l->servers, names[i]))
			l->members[l->n_members++] = (struct member){ .name = names[i], .remote = is_server(names[i]) };
	st = open_members(l, analysis, why);
	if (st == FUND_OK && l->n_members == 0)
		return fault_set(why, FUND_END, "%s: %s", l->servers->lost[0].name, l->servers->lost[0].why.text);
	if (st == FUND_OK)
		st = join_members(l, why);
	if (st == FUND_OK)
		st = read_analysis(l, why);
	if (st == FUND_OK)
		count_waiting(l);
	return st;
}

enum fund_status lender_open(struct lender **out, const char *const *names, uint32_t n, uint64_t analysis, struct servers *servers, struct fault *why)
{
	struct lender *l = calloc(1, sizeof *l);
	*out = NULL;
	if (!l)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	if (n > SERVERS_MAX)
		n = SERVERS_MAX;
	l->servers = servers ? servers : &l->own;
	l->arena = (struct arena)ARENA_INIT;
	if (!l->servers->lost)
		l->servers->lost = calloc(SERVERS_MAX, sizeof *l->servers->lost);
	enum fund_status st = l->servers->lost ? open_lender(l, names, n, analysis, why) : fault_set(why, FUND_NO_MEMORY, "out of memory");
	if (st == FUND_OK)
		*out = l;
	else
		lender_close(l);
	return st;
}

void lender_close(struct lender *l)
{
	if (!l)
		return;
	segment_free(l->segment);
	memory_chunks_release(&l->chunks);
	arena_release(&l->arena);
	for (uint32_t i = 0; l->x && i < l->n_members; i++) {
		l->x->db_free(l->members[i].db);
		for (size_t k = 0; k < LEXICON_LETTERS; k++)
			buf_release(&l->members[i].lexicon[k].block);
	}
	if (l->x)
		l->x->db_free(l->db);
	buf_release(&l->analysis);
	buf_release(&l->name);
	free(l->own.lost);
	free(l);
}

const struct fault *lender_fault(const struct lender *l) { return l && l->why.text[0] ? &l->why : NULL; }

/* A server that hung once and answers again is not waited for a second time. */
enum fund_status lender_judge(struct lender *l, struct fault *why)
{
	enum fund_status st = l->why.status;
	*why = l->why;
	if (st == FUND_STALE || st == FUND_NO_MEMORY || st == FUND_CORRUPT || st == FUND_UNSUPPORTED)
		return st;
	if (!lender_has_servers(l))
		return st == FUND_INVALID ? FUND_IO : st;
	bool lost = find_lost(l);
	if (lost && !l->servers->partial)
		return lost_fault(&l->servers->lost[l->servers->n_lost - 1], why);
	if (lost || st == FUND_IO)
		return FUND_STALE;
	if (st == FUND_TIMEOUT && l->wait.taken_us >= l->wait.limit_us)
		return fault_set(why, st, "the servers answer, but too slowly: %u seconds were not enough (--timeout)", timeout_seconds(l));
	return st == FUND_TIMEOUT ? st : FUND_IO;
}

enum fund_status lender_failed(struct lender *l, enum fund_status st, const char *what)
{
	if (!l->why.text[0])
		fault_set(&l->why, st, "%s: %s", l->members[0].name, translate(what));
	return st;
}

/* ---- figures ---- */

uint32_t lender_n_docs(const struct lender *l) { return l->n_docs; }
uint64_t lender_sum_length(const struct lender *l) { return l->sum_length; }
struct field_weights lender_weights(const struct lender *l) { return l->members[0].state.weights; }
struct slice lender_analysis(const struct lender *l) { return slice_buf(&l->analysis); }
struct arena *lender_arena(struct lender *l) { return &l->arena; }

struct state_mark lender_mark(const struct lender *l)
{
	struct state_mark mark = { 0, 0 };
	for (uint32_t i = 0; i < l->n_members; i++) {
		const struct member *m = &l->members[i];
		const uint64_t id[] = { mark.id, m->uuid }, state[] = { mark.generation, m->state.mark };
		mark.id = hash_bytes(id, sizeof id);
		mark.generation = hash_bytes(state, sizeof state);
	}
	mark.id += mark.id == 0;
	return mark;
}

struct state_mark lender_state(const struct lender *l)
{
	struct state_mark state = { lender_mark(l).id, 0 };
	for (uint32_t i = 0; i < l->n_members; i++)
		if (l->members[i].state.generation > state.generation)
			state.generation = l->members[i].state.generation;
	return state;
}

/* Xapian's k1 * (1 - b + b * length / average) shall be ours, though its lengths are in other units and its average is of its own documents alone. */
void lender_rank(struct lender *l, const struct ranking *ranking, double average_length)
{
	double at_zero = ranking->k1 * (1 - ranking->b);
	double at_average = average_length > 0 ? ranking->k1 * ranking->b * l->average / XAPIAN_LENGTH_UNITS / average_length : 0;
	l->k1 = at_zero + at_average;
	l->b = l->k1 > 0 ? at_average / l->k1 : 0;
}

/* ---- words ---- */

enum fund_status lender_name(struct lender *l, struct slice term, struct slice *out)
{
	buf_reset(&l->name);
	enum fund_status st = xapian_term_name(term, &l->name);
	*out = slice_buf(&l->name);
	return st;
}

/* The pseudo-frequencies less what titles add to them. That of a lead is no more than that of the body: layout.h has no terms for it. */
static enum fund_status take_titles(struct lender *l, struct slice term, uint64_t *cf)
{
	uint64_t titles = 0;
	uint32_t df;
	buf_reset(&l->name);
	enum fund_status st = xapian_prefixed(XAPIAN_PREFIX_TITLE, slice_from(term, 1), &l->name);
	if (st == FUND_OK)
		st = l->x->db_term(l->db, slice_buf(&l->name), &df, &titles, &l->why);
	*cf -= titles < *cf ? titles : *cf;
	return st;
}

enum fund_status lender_term(struct lender *l, struct slice term, uint64_t *df, uint64_t *cf)
{
	struct slice name;
	uint32_t n = 0;
	*df = 0;
	enum fund_status st = lender_name(l, term, &name);
	if (st == FUND_OK)
		st = l->x->db_term(l->db, name, &n, cf, &l->why);
	if (st == FUND_OK && cf && n && term.data[0] == 'w')
		st = take_titles(l, term, cf);
	*df = n;
	return st == FUND_UNSUPPORTED && !l->why.text[0] ? FUND_OK : st;
}

/* ---- the lexicon ---- */

struct word_reading {
	struct lender *lender;
	struct member *member;
};

/* The letter's block: fetched once, since a server is asked for all of it. Empty: there is none. */
static enum fund_status read_block(const struct word_reading *r, uint8_t letter, struct slice *block)
{
	struct lexicon_copy *copy = &r->member->lexicon[letter];
	char key[60];
	struct slice text;
	enum fund_status st = FUND_OK;
	if (!copy->read) {
		snprintf(key, sizeof key, XAPIAN_METADATA_LEXICON_OF, letter);
		st = r->lender->x->db_metadata(r->member->db, key, &text, &r->lender->why);
		if (st == FUND_OK)
			st = buf_add_slice(&copy->block, text);
		copy->read = st == FUND_OK;
	}
	*block = slice_buf(&copy->block);
	return st;
}

static enum fund_status beginnings(void *context, struct lexicon *x, struct slice text)
{
	const struct word_reading *r = context;
	struct slice block;
	enum fund_status st = read_block(r, text.data[0], &block);
	return st == FUND_OK && block.len ? lexicon_decode_beginnings(x, block, text) : st;
}

enum fund_status lender_word_source(struct lender *l, uint32_t i, struct word_source *out)
{
	if (i >= l->n_members)
		return FUND_END;
	struct word_reading *r = arena_alloc(&l->arena, sizeof *r);
	if (!r)
		return FUND_NO_MEMORY;
	*r = (struct word_reading){ l, &l->members[i] };
	*out = (struct word_source){ r, beginnings };
	return FUND_OK;
}
