/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/automaton.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/utf8.h"
#include "query/near_end.h"

#define STATES_MAX 1024u
#define QUICK 256u /* letters below it are looked up, those above are worked out */
#define LETTERS_NODES 256u /* no letters are wanted by automata of more */
enum { UNKNOWN, DEAD, FIRST }; /* numbers of states */

struct state {
	uint32_t follow[QUICK]; /* UNKNOWN: not asked yet */
	uint32_t cost;		/* of the word that ends here; UINT32_MAX: none does */
};

struct automaton {
	struct near_word *near; /* not NULL: all of it */
	struct automaton_node *nodes;
	uint32_t n_nodes, cap_nodes;
	struct letter_range *ranges;
	uint32_t n_ranges;
	size_t cap_ranges;
	uint32_t start;
	bool full;   /* a node found no room */
	bool failed; /* out of memory */
	uint32_t n_vain; /* automaton_vain() */
	/* states */
	struct state *states;
	uint32_t n_states;
	uint32_t first_state; /* nothing read yet; UNKNOWN: to be made */
	uint32_t set_words; /* of 64 bits, in a set of nodes */
	uint64_t *sets;	    /* by state */
	uint32_t *slots;     /* 2 * STATES_MAX of them: hash of a set to its state */
	uint64_t *next_set;  /* being made */
	uint32_t *stack;     /* of nodes to visit */
};

enum fund_status automaton_new(struct automaton **out)
{
	*out = calloc(1, sizeof **out);
	return *out ? FUND_OK : FUND_NO_MEMORY;
}

enum fund_status automaton_of_near(struct automaton **out, struct near_word *word)
{
	enum fund_status st = automaton_new(out);
	if (st == FUND_OK)
		(*out)->near = word;
	else
		free(word);
	return st;
}

const struct near_word *automaton_near(const struct automaton *a) { return a->near; }

void automaton_free(struct automaton *a)
{
	if (!a)
		return;
	free(a->near);
	free(a->nodes);
	free(a->ranges);
	free(a->states);
	free(a->sets);
	free(a->slots);
	free(a->next_set);
	free(a->stack);
	free(a);
}

/* ---- nodes ---- */

uint32_t automaton_add(struct automaton *a, struct automaton_node node)
{
	if (a->n_nodes == a->cap_nodes) {
		uint32_t cap = a->cap_nodes ? 2 * a->cap_nodes : 64;
		struct automaton_node *grown = cap <= AUTOMATON_NODES ? realloc(a->nodes, cap * sizeof *grown) : NULL;
		if (!grown) {
			a->full = true;
			a->failed |= cap <= AUTOMATON_NODES;
			return NODE_NONE;
		}
		a->nodes = grown;
		a->cap_nodes = cap;
	}
	a->nodes[a->n_nodes] = node;
	return a->n_nodes++;
}

struct automaton_node *automaton_node(struct automaton *a, uint32_t number) { return &a->nodes[number]; }

enum fund_status automaton_add_range(struct automaton *a, uint32_t from, uint32_t to)
{
	struct letter_range *grown = array_room(a->ranges, a->n_ranges + (size_t)1, &a->cap_ranges, sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	a->ranges = grown;
	a->ranges[a->n_ranges++] = (struct letter_range){ from, to };
	return FUND_OK;
}

uint32_t automaton_n_ranges(const struct automaton *a) { return a->n_ranges; }

enum fund_status automaton_finish(struct automaton **out, uint32_t start)
{
	struct automaton *a = *out;
	enum fund_status st = a->failed ? FUND_NO_MEMORY : a->full || start == NODE_NONE ? FUND_LIMIT : FUND_OK;
	a->start = start;
	a->set_words = (a->n_nodes + 63) / 64;
	if (st == FUND_OK) {
		a->states = malloc((STATES_MAX + FIRST) * sizeof *a->states);
		a->sets = malloc((STATES_MAX + FIRST) * (size_t)a->set_words * sizeof *a->sets);
		a->slots = malloc(2 * STATES_MAX * sizeof *a->slots);
		a->next_set = malloc(a->set_words * sizeof *a->next_set);
		a->stack = malloc(a->n_nodes * sizeof *a->stack);
		if (!a->states || !a->sets || !a->slots || !a->next_set || !a->stack)
			st = FUND_NO_MEMORY;
	}
	if (st != FUND_OK) {
		automaton_free(a);
		*out = NULL;
	}
	return st;
}

uint32_t automaton_vain(const struct automaton *a) { return a->n_vain; }

bool automaton_failed(const struct automaton *a) { return a->failed; }

/* Simple case mapping of the letters that European newspapers have. */
uint32_t automaton_lower(uint32_t cp)
{
	if ((cp >= 'A' && cp <= 'Z') || (cp >= 0xC0 && cp <= 0xDE && cp != 0xD7) || (cp >= 0x391 && cp <= 0x3A9) || (cp >= 0x410 && cp <= 0x42F))
		return cp + 32;
	if (cp >= 0x400 && cp <= 0x40F)
		return cp + 80;
	if ((cp >= 0x100 && cp <= 0x137) || (cp >= 0x14A && cp <= 0x177))
		return cp | 1;
	if ((cp >= 0x139 && cp <= 0x148) || (cp >= 0x179 && cp <= 0x17E))
		return cp + (cp & 1);
	return cp == 0x178 ? 0xFF : cp == 0x1E9E ? 0xDF : cp;
}

/* ---- sets of nodes ---- */

static bool in_set(const uint64_t *set, uint32_t node) { return set[node / 64] >> node % 64 & 1; }

/* Adds the node and all that are reached from it without a letter. */
static void visit(struct automaton *a, uint64_t *set, uint32_t node, bool at_start, bool at_end)
{
	uint32_t depth = 0;
	a->stack[depth++] = node;
	set[node / 64] |= (uint64_t)1 << node % 64;
	while (depth > 0) {
		const struct automaton_node *n = &a->nodes[a->stack[--depth]];
		bool passes = n->kind == NODE_SPLIT || (n->kind == NODE_BEGIN && at_start) || (n->kind == NODE_END && at_end);
		uint32_t to[2] = { n->next, n->kind == NODE_SPLIT ? n->other : n->next };
		for (int i = 0; i < 2 && passes; i++)
			if (!in_set(set, to[i])) {
				set[to[i] / 64] |= (uint64_t)1 << to[i] % 64;
				a->stack[depth++] = to[i];
			}
	}
}

static bool takes(const struct automaton *a, const struct automaton_node *n, uint32_t cp)
{
	bool in = false;
	if (n->kind == NODE_LETTER)
		return n->value == cp;
	if (n->kind == NODE_ANY)
		return true;
	if (n->kind != NODE_SET)
		return false;
	for (uint32_t i = 0; i < n->n_ranges && !in; i++)
		in = cp >= a->ranges[n->value + i].from && cp <= a->ranges[n->value + i].to;
	return in != n->negated;
}

/* ---- what all words have ---- */

/* Is there a word without this letter? Of one that only may have it, as of a set, there is. */
static bool may_lack(const struct automaton *a, uint32_t cp, uint32_t stack[LETTERS_NODES])
{
	uint64_t met[LETTERS_NODES / 64] = { 0 };
	uint32_t depth = 0;
	stack[depth++] = a->start;
	while (depth > 0) {
		const struct automaton_node *n = &a->nodes[stack[--depth]];
		uint32_t to[2] = { n->next, n->kind == NODE_SPLIT ? n->other : n->next };
		if (n->kind == NODE_ACCEPT)
			return true;
		for (int i = 0; i < 2 && !(n->kind == NODE_LETTER && n->value == cp); i++)
			if (!in_set(met, to[i])) {
				met[to[i] / 64] |= (uint64_t)1 << to[i] % 64;
				stack[depth++] = to[i];
			}
	}
	return false;
}

struct letters_wanted automaton_letters(const struct automaton *a)
{
	uint32_t stack[LETTERS_NODES];
	struct letters_wanted wanted = { 0 };
	if (a->near)
		return near_word_wanted(a->near);
	for (uint32_t i = 0; i < a->n_nodes && a->n_nodes <= LETTERS_NODES; i++) {
		const struct automaton_node *n = &a->nodes[i];
		uint8_t bytes[4] = { (uint8_t)n->value };
		if (n->kind != NODE_LETTER || n->value == UTF8_REPLACEMENT || may_lack(a, n->value, stack)) /* any byte may be read as that one */
			continue;
		size_t len = n->value < 0x80 ? 1 : utf8_encode(n->value, bytes);
		wanted.all |= letters_in(slice_of(bytes, len));
	}
	return wanted;
}

/* ---- states ---- */

/* The least cost of a word that ends with these nodes. */
static uint32_t end_cost(struct automaton *a, const uint64_t *set)
{
	uint32_t cost = UINT32_MAX;
	uint64_t *all = a->next_set;
	memcpy(all, set, a->set_words * sizeof *all);
	for (uint32_t i = 0; i < a->n_nodes; i++)
		if (in_set(set, i) && a->nodes[i].kind == NODE_END)
			visit(a, all, i, false, true);
	for (uint32_t i = 0; i < a->n_nodes; i++)
		if (in_set(all, i) && a->nodes[i].kind == NODE_ACCEPT && a->nodes[i].value < cost)
			cost = a->nodes[i].value;
	return cost;
}

static void forget_states(struct automaton *a)
{
	memset(a->slots, 0, 2 * STATES_MAX * sizeof *a->slots);
	memset(&a->states[DEAD], 0, sizeof a->states[DEAD]);
	for (uint32_t i = 0; i < QUICK; i++)
		a->states[DEAD].follow[i] = DEAD;
	a->states[DEAD].cost = UINT32_MAX;
	memset(a->sets + DEAD * (size_t)a->set_words, 0, a->set_words * sizeof *a->sets);
	a->n_states = FIRST;
	a->first_state = UNKNOWN;
}

static bool is_empty(const struct automaton *a, const uint64_t *set)
{
	uint64_t any = 0;
	for (uint32_t i = 0; i < a->set_words; i++)
		any |= set[i];
	return any == 0;
}

/* The state of the set in next_set. *forgot: all numbers given before are void. */
static uint32_t state_of(struct automaton *a, bool *forgot)
{
	size_t len = a->set_words * sizeof *a->sets;
	if (is_empty(a, a->next_set))
		return DEAD;
	uint32_t at = (uint32_t)hash_bytes(a->next_set, len) % (2 * STATES_MAX);
	for (; a->slots[at]; at = (at + 1) % (2 * STATES_MAX))
		if (memcmp(a->sets + a->slots[at] * (size_t)a->set_words, a->next_set, len) == 0)
			return a->slots[at];
	if (a->n_states == STATES_MAX) {
		forget_states(a);
		*forgot = true;
		at = (uint32_t)hash_bytes(a->next_set, len) % (2 * STATES_MAX);
	}
	uint32_t number = a->n_states++;
	uint64_t *set = a->sets + number * (size_t)a->set_words;
	memcpy(set, a->next_set, len);
	memset(a->states[number].follow, 0, sizeof a->states[number].follow);
	a->states[number].cost = end_cost(a, set);
	a->slots[at] = number;
	return number;
}

static uint32_t start_state(struct automaton *a)
{
	bool forgot = false;
	if (a->n_states == 0)
		forget_states(a);
	if (a->first_state != UNKNOWN)
		return a->first_state;
	memset(a->next_set, 0, a->set_words * sizeof *a->next_set);
	visit(a, a->next_set, a->start, true, false);
	a->first_state = state_of(a, &forgot);
	return a->first_state;
}

static uint32_t step(struct automaton *a, uint32_t state, uint32_t cp)
{
	bool forgot = false;
	if (cp < QUICK && a->states[state].follow[cp] != UNKNOWN)
		return a->states[state].follow[cp];
	const uint64_t *set = a->sets + state * (size_t)a->set_words;
	memset(a->next_set, 0, a->set_words * sizeof *a->next_set);
	for (uint32_t w = 0; w < a->set_words; w++)
		for (uint64_t bits = set[w]; bits; bits &= bits - 1) {
			const struct automaton_node *n = &a->nodes[w * 64 + (uint32_t)__builtin_ctzll(bits)];
			if (takes(a, n, cp))
				visit(a, a->next_set, n->next, false, false);
		}
	uint32_t next = state_of(a, &forgot);
	if (cp < QUICK && !forgot)
		a->states[state].follow[cp] = next;
	return next;
}

bool automaton_may_begin(struct automaton *a, struct slice head)
{
	if (a->near) {
		uint64_t bytes = 0;
		for (size_t i = 0; i < NEAR_END_LETTERS; i++)
			bytes = bytes << 8 | (i < head.len ? head.data[i] : 0xF0u); /* a letter that is cut */
		a->n_vain = 0;
		return near_end_may_begin(a->near, bytes);
	}
	const uint8_t *p = head.data, *end = slice_end(head);
	uint32_t state = start_state(a);
	while (p < end && state != DEAD) {
		uint32_t cp, want = *p < 0x80 ? 1 : *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : 4;
		if ((size_t)(end - p) < want)
			return true;
		p += utf8_decode(p, end, &cp);
		state = step(a, state, cp);
	}
	a->n_vain = (uint32_t)(p - head.data);
	return state != DEAD;
}

bool automaton_matches(struct automaton *a, struct slice word, uint32_t *cost)
{
	if (a->near) {
		uint32_t far = near_word_distance(a->near, word, &a->n_vain);
		*cost = far <= near_word_most(a->near) ? far * near_word_unit(a->near) : UINT32_MAX;
		return *cost != UINT32_MAX;
	}
	const uint8_t *p = word.data, *end = slice_end(word);
	uint32_t state = start_state(a);
	while (p < end && state != DEAD) {
		uint32_t cp = *p;
		p += cp < 0x80 ? 1 : utf8_decode(p, end, &cp);
		state = step(a, state, cp);
	}
	*cost = a->states[state].cost;
	a->n_vain = state == DEAD ? (uint32_t)(p - word.data) : 0;
	return *cost != UINT32_MAX;
}
