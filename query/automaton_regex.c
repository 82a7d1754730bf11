/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * automaton_regex.c - extended regular expressions of POSIX: read into a tree, then made into nodes from their end.
 *
 *	expression = branch { "|" branch }
 *	branch     = { atom [ "*" | "+" | "?" | "{" n [ "," [ m ] ] "}" ] ... }
 *	atom       = "(" expression ")" | "[" set "]" | "." | "^" | "$" | "\" sign | letter
 */
#include "query/automaton.h"

#include <stdlib.h>

#include "base/translate.h"
#include "base/utf8.h"

#define DEPTH_MAX 100u
#define ROW_MAX 10u /* signs of repetition behind one another */
#define REPEAT_MAX 255u /* RE_DUP_MAX */
#define STEPS_MAX 200000u /* of making nodes: repeats of nothing make none, and still take time */
#define NO_END UINT32_MAX

enum tree_kind { TREE_LETTER, TREE_ANY, TREE_SET, TREE_BEGIN, TREE_END, TREE_ROW, TREE_CHOICE, TREE_REPEAT };

struct tree {
	enum tree_kind kind;
	bool negated;
	uint32_t value, n_ranges; /* letter; ranges */
	uint32_t least, most;	  /* repeats; NO_END */
	struct tree *children, *last, *next; /* the last child first: nodes are made from the end */
};

struct reader {
	struct slice text;
	uint32_t at, depth, steps;
	struct automaton *automaton;
	struct arena arena;
	uint32_t *off;
	struct fault *why;
	enum fund_status status; /* of the first failure */
};

static struct tree *fail(struct reader *r, uint32_t off, const char *text)
{
	if (r->status == FUND_OK) {
		r->status = fault_set(r->why, FUND_INVALID, "%s", translate(text));
		*r->off = off;
	}
	return NULL;
}

static struct tree *tree_new(struct reader *r, enum tree_kind kind)
{
	struct tree *t = arena_alloc(&r->arena, sizeof *t);
	if (!t && r->status == FUND_OK)
		r->status = fault_set(r->why, FUND_NO_MEMORY, "out of memory");
	if (t)
		*t = (struct tree){ .kind = kind };
	return t;
}

static void push(struct tree *parent, struct tree *child)
{
	child->next = parent->children;
	parent->children = child;
}

static bool at_end(const struct reader *r) { return r->at >= r->text.len; }
static uint8_t byte_at(const struct reader *r, uint32_t at) { return at < r->text.len ? r->text.data[at] : 0; }

static uint32_t take_letter(struct reader *r)
{
	uint32_t cp;
	r->at += (uint32_t)utf8_decode(r->text.data + r->at, slice_end(r->text), &cp);
	return cp;
}

/* ---- sets ---- */

static const struct {
	const char *name;
	struct letter_range ranges[8]; /* up to one that is 0 */
} classes[] = {
	{ "alpha", { { 'a', 'z' }, { 0xDF, 0xF6 }, { 0xF8, 0x24F }, { 0x370, 0x3FF }, { 0x400, 0x52F }, { 0x1E00, 0x1EFF } } },
	{ "lower", { { 'a', 'z' }, { 0xDF, 0xF6 }, { 0xF8, 0x24F }, { 0x370, 0x3FF }, { 0x400, 0x52F }, { 0x1E00, 0x1EFF } } },
	{ "upper", { { 'a', 'z' }, { 0xDF, 0xF6 }, { 0xF8, 0x24F }, { 0x370, 0x3FF }, { 0x400, 0x52F }, { 0x1E00, 0x1EFF } } },
	{ "alnum", { { 'a', 'z' }, { '0', '9' }, { 0xDF, 0xF6 }, { 0xF8, 0x24F }, { 0x370, 0x3FF }, { 0x400, 0x52F }, { 0x1E00, 0x1EFF } } },
	{ "digit", { { '0', '9' } } },
	{ "xdigit", { { '0', '9' }, { 'a', 'f' } } },
	{ "punct", { { '!', '/' }, { ':', '@' }, { '[', '`' }, { '{', '~' } } },
	{ "blank", { { ' ', ' ' }, { '\t', '\t' } } },
	{ "space", { { ' ', ' ' }, { '\t', '\r' } } },
	{ "cntrl", { { 1, 31 }, { 127, 127 } } },
	{ "print", { { ' ', '~' }, { 0xA0, 0x10FFFF } } },
	{ "graph", { { '!', '~' }, { 0xA1, 0x10FFFF } } },
};

/* The range, and its capitals as small letters. */
static void add_range(struct reader *r, uint32_t from, uint32_t to)
{
	static const struct letter_range capitals[] = { { 'A', 'Z' }, { 0xC0, 0xDE }, { 0x391, 0x3A9 }, { 0x410, 0x42F } };
	enum fund_status st = automaton_add_range(r->automaton, from, to);
	for (size_t i = 0; i < sizeof capitals / sizeof *capitals && st == FUND_OK; i++) {
		uint32_t low = from > capitals[i].from ? from : capitals[i].from, high = to < capitals[i].to ? to : capitals[i].to;
		if (low <= high)
			st = automaton_add_range(r->automaton, low + 32, high + 32);
	}
	if (st == FUND_OK && from == to && automaton_lower(from) != from)
		st = automaton_add_range(r->automaton, automaton_lower(from), automaton_lower(from));
	if (st != FUND_OK && r->status == FUND_OK)
		r->status = fault_set(r->why, st, "out of memory");
}

/* Behind "[:": up to ":]". */
static void add_class(struct reader *r)
{
	uint32_t start = r->at;
	while (!at_end(r) && byte_at(r, r->at) != ':')
		r->at++;
	struct slice name = slice_part(r->text, start, r->at - start);
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (slice_equal(name, slice_str(classes[i].name)) && byte_at(r, r->at + 1) == ']') {
			for (const struct letter_range *c = classes[i].ranges; c < classes[i].ranges + 8 && c->to; c++)
				add_range(r, c->from, c->to);
			r->at += 2;
			return;
		}
	fail(r, start, "not a class of letters: [:alpha:], [:digit:], [:alnum:], [:lower:], [:upper:] …");
}

/* A letter in brackets; also [.x.] and [=x=]. */
static uint32_t set_letter(struct reader *r)
{
	uint8_t sign = byte_at(r, r->at + 1);
	if (byte_at(r, r->at) != '[' || (sign != '.' && sign != '='))
		return take_letter(r);
	r->at += 2;
	uint32_t cp = at_end(r) ? 0 : take_letter(r);
	if (byte_at(r, r->at) != sign || byte_at(r, r->at + 1) != ']')
		fail(r, r->at, "one letter should stand between [. and .] or [= and =]");
	r->at += 2;
	return cp;
}

static void add_element(struct reader *r)
{
	uint32_t start = r->at;
	if (byte_at(r, r->at) == '[' && byte_at(r, r->at + 1) == ':') {
		r->at += 2;
		add_class(r);
		return;
	}
	uint32_t from = set_letter(r), to = from;
	if (byte_at(r, r->at) == '-' && byte_at(r, r->at + 1) != ']' && r->at + 1 < r->text.len) {
		r->at++;
		to = set_letter(r);
	}
	if (to < from)
		fail(r, start, "this range ends before it begins");
	else
		add_range(r, from, to);
}

/* Behind "[". */
static struct tree *read_set(struct reader *r)
{
	uint32_t open = r->at - 1;
	struct tree *t = tree_new(r, TREE_SET);
	if (!t)
		return NULL;
	t->value = automaton_n_ranges(r->automaton);
	if (byte_at(r, r->at) == '^') {
		t->negated = true;
		r->at++;
	}
	for (bool first = true; r->status == FUND_OK && !at_end(r) && (first || byte_at(r, r->at) != ']'); first = false)
		add_element(r);
	if (at_end(r))
		return fail(r, open, "this bracket is not closed: ']' is missing");
	r->at++;
	t->n_ranges = automaton_n_ranges(r->automaton) - t->value;
	return t;
}

/* ---- atoms and repeats ---- */

static struct tree *read_choice(struct reader *r);

static struct tree *read_group(struct reader *r)
{
	uint32_t open = r->at - 1;
	if (++r->depth > DEPTH_MAX)
		return fail(r, open, "parentheses nested more than 100 deep");
	struct tree *t = read_choice(r);
	r->depth--;
	if (t && byte_at(r, r->at) != ')')
		return fail(r, open, "this parenthesis is not closed: ')' is missing");
	r->at++;
	return t;
}

static struct tree *letter_tree(struct reader *r, uint32_t cp)
{
	struct tree *t = tree_new(r, TREE_LETTER);
	if (t)
		t->value = automaton_lower(cp);
	return t;
}

static struct tree *read_escape(struct reader *r)
{
	uint32_t start = r->at - 1;
	uint8_t c = byte_at(r, r->at);
	if (at_end(r))
		return fail(r, start, "a sign should stand behind this backslash");
	if ((c >= '0' && c <= '9') || is_letter(c))
		return fail(r, start, "a backslash stands before signs only; digits are [0-9], letters [[:alpha:]]");
	return letter_tree(r, take_letter(r));
}

static struct tree *read_atom(struct reader *r)
{
	uint32_t start = r->at, cp = take_letter(r);
	switch (cp) {
	case '(': return read_group(r);
	case '[': return read_set(r);
	case '.': return tree_new(r, TREE_ANY);
	case '^': return tree_new(r, TREE_BEGIN);
	case '$': return tree_new(r, TREE_END);
	case '\\': return read_escape(r);
	case '*':
	case '+':
	case '?':
	case '{': return fail(r, start, "nothing stands before this that could be repeated");
	case ')': return fail(r, start, "this parenthesis was never opened");
	default: return letter_tree(r, cp);
	}
}

static uint32_t read_number(struct reader *r)
{
	uint32_t n = 0, start = r->at;
	for (; byte_at(r, r->at) >= '0' && byte_at(r, r->at) <= '9'; r->at++)
		n = n > REPEAT_MAX ? n : n * 10 + (byte_at(r, r->at) - '0');
	if (r->at == start || n > REPEAT_MAX)
		fail(r, start, "a number from 0 to 255 should stand here");
	return n;
}

/* Behind "{". */
static void read_interval(struct reader *r, struct tree *t)
{
	uint32_t start = r->at;
	t->least = t->most = read_number(r);
	if (byte_at(r, r->at) == ',') {
		r->at++;
		t->most = byte_at(r, r->at) == '}' ? NO_END : read_number(r);
	}
	if (r->status != FUND_OK)
		return;
	if (byte_at(r, r->at) != '}')
		fail(r, r->at, "'}' should stand here");
	else if (t->most < t->least)
		fail(r, start, "the second number is less than the first");
	r->at++;
}

static struct tree *read_repeats(struct reader *r, struct tree *atom)
{
	while (atom && !at_end(r)) {
		uint8_t sign = byte_at(r, r->at);
		if (sign != '*' && sign != '+' && sign != '?' && sign != '{')
			break;
		struct tree *t = tree_new(r, TREE_REPEAT);
		if (!t)
			return NULL;
		r->at++;
		t->least = sign == '+';
		t->most = sign == '?' ? 1 : NO_END;
		push(t, atom);
		if (sign == '{')
			read_interval(r, t);
		t->value = atom->kind == TREE_REPEAT ? atom->value + 1 : 1;
		if (t->value > ROW_MAX)
			return fail(r, r->at - 1, "more than 10 repeats of repeats");
		atom = t;
	}
	return r->status == FUND_OK ? atom : NULL;
}

static struct tree *read_row(struct reader *r)
{
	struct tree *row = tree_new(r, TREE_ROW);
	while (row && r->status == FUND_OK && !at_end(r) && byte_at(r, r->at) != '|' && !(byte_at(r, r->at) == ')' && r->depth)) {
		struct tree *atom = read_repeats(r, read_atom(r));
		if (!atom)
			return NULL;
		push(row, atom);
	}
	return r->status == FUND_OK ? row : NULL;
}

static struct tree *read_choice(struct reader *r)
{
	struct tree *choice = tree_new(r, TREE_CHOICE), *row = choice ? read_row(r) : NULL;
	if (!row)
		return NULL;
	push(choice, row);
	while (byte_at(r, r->at) == '|' && !at_end(r)) {
		r->at++;
		row = read_row(r);
		if (!row)
			return NULL;
		push(choice, row);
	}
	return choice;
}

/* ---- nodes ---- */

static uint32_t make(struct reader *r, const struct tree *t, uint32_t next);

static uint32_t split(struct reader *r, uint32_t next, uint32_t other)
{
	if (next == NODE_NONE || other == NODE_NONE)
		return NODE_NONE;
	return automaton_add(r->automaton, (struct automaton_node){ .kind = NODE_SPLIT, .next = next, .other = other });
}

static uint32_t make_repeat(struct reader *r, const struct tree *t, uint32_t next)
{
	const struct tree *child = t->children;
	uint32_t end = next;
	if (t->most == NO_END) {
		uint32_t loop = split(r, next, next), body = loop == NODE_NONE ? NODE_NONE : make(r, child, loop);
		if (body == NODE_NONE)
			return NODE_NONE;
		automaton_node(r->automaton, loop)->next = body;
		next = loop;
	}
	for (uint32_t i = t->least; t->most != NO_END && i < t->most && next != NODE_NONE; i++) /* each of them may be the last */
		next = split(r, make(r, child, next), end);
	for (uint32_t i = 0; i < t->least && next != NODE_NONE; i++)
		next = make(r, child, next);
	return next;
}

static uint32_t make(struct reader *r, const struct tree *t, uint32_t next)
{
	uint32_t from = NODE_NONE;
	if (next == NODE_NONE || ++r->steps > STEPS_MAX)
		return NODE_NONE;
	switch (t->kind) {
	case TREE_LETTER: return automaton_add(r->automaton, (struct automaton_node){ .kind = NODE_LETTER, .value = t->value, .next = next });
	case TREE_ANY: return automaton_add(r->automaton, (struct automaton_node){ .kind = NODE_ANY, .next = next });
	case TREE_BEGIN: return automaton_add(r->automaton, (struct automaton_node){ .kind = NODE_BEGIN, .next = next });
	case TREE_END: return automaton_add(r->automaton, (struct automaton_node){ .kind = NODE_END, .next = next });
	case TREE_SET:
		return automaton_add(r->automaton, (struct automaton_node){ .kind = NODE_SET, .negated = t->negated, .value = t->value, .n_ranges = t->n_ranges, .next = next });
	case TREE_ROW:
		for (const struct tree *c = t->children; c && next != NODE_NONE; c = c->next)
			next = make(r, c, next);
		return next;
	case TREE_CHOICE:
		for (const struct tree *c = t->children; c; c = c->next) {
			uint32_t one = make(r, c, next);
			from = c == t->children ? one : split(r, one, from);
			if (from == NODE_NONE)
				break;
		}
		return from;
	case TREE_REPEAT: return make_repeat(r, t, next);
	}
	return NODE_NONE;
}

enum fund_status automaton_regex(struct automaton **out, struct slice expression, uint32_t *off, struct fault *why)
{
	struct reader r = { .text = expression, .off = off, .why = why };
	uint32_t start = NODE_NONE;
	*out = NULL;
	*off = 0;
	if (automaton_new(&r.automaton) != FUND_OK)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	struct tree *t = read_choice(&r);
	if (t && !at_end(&r))
		t = fail(&r, r.at, "this parenthesis was never opened");
	if (t)
		start = make(&r, t, automaton_add(r.automaton, (struct automaton_node){ .kind = NODE_ACCEPT }));
	arena_release(&r.arena);
	if (r.status != FUND_OK) {
		automaton_free(r.automaton);
		return r.status;
	}
	*out = r.automaton;
	enum fund_status st = automaton_finish(out, start);
	if (st == FUND_LIMIT)
		fault_set(why, st, "this expression is too complex: more than %u places in it, repeats counted as often as they may occur", AUTOMATON_NODES);
	return st;
}
