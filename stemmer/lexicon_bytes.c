/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lexicon_bytes.c - a lexicon as an index keeps it: for each first letter a tree of what may follow, so that all words that begin a text are met on one way down.
 *
 * A node: length u8 and letters that all its words go on with; varint: 0, or twice the count of the word that ends here, and 1 more for a noun; number u8 of the
 * nodes below, and the letter that leads to each, ascending; where there are several, a width u8 and of that many bytes for each but the first, how far it begins
 * behind the first; those nodes.
 */
#include <stdlib.h>

#include "base/checked.h"
#include "stemmer/lexicon.h"

/* ---- writing ---- */

static int by_bytes(const void *a, const void *b)
{
	const struct lexicon_word *const *x = a, *const *y = b;
	return slice_compare(lexicon_bytes(*x), lexicon_bytes(*y));
}

/* Words in order, alike in their first `depth` letters. */
struct words {
	const struct lexicon_word *const *at;
	size_t n, depth;
};

/* How many letters more are all alike in. */
static size_t common(struct words w)
{
	const struct lexicon_word *first = w.at[0], *last = w.at[w.n - 1];
	size_t n = w.depth;
	while (n < first->len && n < last->len && first->data[n] == last->data[n])
		n++;
	return n - w.depth;
}

static enum fund_status put_node(struct words w, struct buf *out);

/* The nodes below, of words that are alike up to `w.depth` and go on there. */
struct below {
	struct buf letters, nodes;
	uint32_t begin[256]; /* of each, among the nodes */
};

static enum fund_status put_below(struct words w, struct below *b)
{
	enum fund_status st = FUND_OK;
	for (size_t i = 0, end; i < w.n && st == FUND_OK; i = end) {
		uint8_t letter = w.at[i]->data[w.depth];
		for (end = i; end < w.n && w.at[end]->data[w.depth] == letter;)
			end++;
		b->begin[b->letters.len] = (uint32_t)b->nodes.len;
		st = b->nodes.len > UINT32_MAX ? FUND_LIMIT : buf_add_byte(&b->letters, letter);
		if (st == FUND_OK)
			st = put_node((struct words){ w.at + i, end - i, w.depth + 1 }, &b->nodes);
	}
	return st;
}

static enum fund_status put_begins(const struct below *b, struct buf *out)
{
	size_t n = b->letters.len;
	uint8_t width = 1, room[4];
	while (width < 4 && b->begin[n - 1] >> 8 * width)
		width++;
	enum fund_status st = buf_add_byte(out, width);
	for (size_t i = 1; i < n && st == FUND_OK; i++) {
		put_u32(room, b->begin[i]);
		st = buf_add(out, room, width);
	}
	return st;
}

static enum fund_status put_node(struct words w, struct buf *out)
{
	struct below below;
	size_t n = common(w);
	const struct lexicon_word *first = w.at[0];
	bool ends = first->len == w.depth + n;
	below.letters = below.nodes = (struct buf)BUF_INIT;
	enum fund_status st = buf_add_byte(out, (uint8_t)n);
	if (st == FUND_OK)
		st = buf_add(out, first->data + w.depth, n);
	if (st == FUND_OK)
		st = buf_add_varint(out, ends ? 2 * (uint64_t)first->count + (first->flags & LEXICON_NOUN) : 0);
	if (st == FUND_OK)
		st = put_below((struct words){ w.at + ends, w.n - ends, w.depth + n }, &below);
	if (st == FUND_OK)
		st = buf_add_byte(out, (uint8_t)below.letters.len);
	if (st == FUND_OK)
		st = buf_add_slice(out, slice_buf(&below.letters));
	if (st == FUND_OK && below.letters.len > 1)
		st = put_begins(&below, out);
	if (st == FUND_OK)
		st = buf_add_slice(out, slice_buf(&below.nodes));
	buf_release(&below.letters), buf_release(&below.nodes);
	return st;
}

/* The words of one letter: how many, and the node that it leads to. */
static enum fund_status put_block(struct words w, struct buf *tree, struct buf *out)
{
	buf_reset(tree), buf_reset(out);
	enum fund_status st = w.n > UINT32_MAX ? FUND_LIMIT : buf_add_u32(tree, (uint32_t)w.n);
	if (st == FUND_OK)
		st = put_node(w, tree);
	return st == FUND_OK ? checked_put(slice_buf(tree), out) : st;
}

static enum fund_status each_letter(struct words w, void *context, enum fund_status (*block)(void *context, uint8_t letter, struct slice bytes))
{
	struct buf tree = BUF_INIT, bytes = BUF_INIT;
	enum fund_status st = FUND_OK;
	for (size_t i = 0, end; i < w.n && st == FUND_OK; i = end) {
		uint8_t letter = w.at[i]->data[0];
		for (end = i; end < w.n && w.at[end]->data[0] == letter;)
			end++;
		st = put_block((struct words){ w.at + i, end - i, 1 }, &tree, &bytes);
		if (st == FUND_OK)
			st = block(context, letter, slice_buf(&bytes));
	}
	buf_release(&tree), buf_release(&bytes);
	return st;
}

enum fund_status lexicon_encode(const struct lexicon *x, void *context, enum fund_status (*block)(void *context, uint8_t letter, struct slice bytes))
{
	const struct lexicon_word **sorted = malloc((x->n + 1) * sizeof *sorted);
	size_t n = 0;
	if (!sorted)
		return FUND_NO_MEMORY;
	for (size_t i = 0; i < x->n_slots; i++)
		if (x->slots[i].data)
			sorted[n++] = &x->slots[i];
	if (n > 1)
		qsort(sorted, n, sizeof *sorted, by_bytes);
	enum fund_status st = each_letter((struct words){ sorted, n, 0 }, context, block);
	free(sorted);
	return st;
}

/* ---- reading ---- */

struct node {
	struct slice label;
	uint64_t value; /* 0: no word ends here */
	const uint8_t *letters;
	size_t n_below, width;
	size_t begins; /* where the begins of those below stand */
	size_t below, end; /* and they themselves */
};

#define NODE_HEAD (VARINT64_MAX + 2u) /* bytes at most, the label left out */
#define NODE_USUAL 24u		      /* are all of it, mostly */

/* `*n` bytes from `at` on, or as many as there are before `end`. */
static const uint8_t *up_to(struct checked *c, size_t at, size_t end, size_t *n)
{
	*n = end - at < *n ? end - at : *n;
	return checked_at(c, at, *n);
}

/* The node [at, end). */
static bool read_node(struct checked *c, size_t at, size_t end, struct node *out)
{
	size_t have = NODE_USUAL;
	const uint8_t *p = up_to(c, at, end, &have);
	if (p && have && p[0] + NODE_HEAD > have) {
		have = p[0] + NODE_HEAD;
		p = up_to(c, at, end, &have);
	}
	if (!p || !have)
		return false;
	struct cursor head = cursor_of(slice_of(p, have));
	out->label = cursor_take(&head, cursor_u8(&head));
	out->value = cursor_varint(&head);
	out->n_below = cursor_u8(&head);
	if (head.bad || out->value == 1 || (out->value == 0 && out->n_below == 0))
		return false;
	at += have - cursor_left(&head);
	bool several = out->n_below > 1;
	have = out->n_below + several;
	out->letters = up_to(c, at, end, &have);
	if (!out->letters || have < out->n_below + several)
		return false;
	out->width = several ? out->letters[out->n_below] : 0;
	out->begins = at + have;
	out->end = end;
	size_t begins = several ? (out->n_below - 1) * out->width : 0;
	out->below = out->begins + begins;
	return out->width <= 4 && (out->width > 0 || !several) && out->below <= end;
}

/* Where the node of letter number `i` begins. */
static bool begin_of(struct checked *c, const struct node *node, size_t i, size_t *at)
{
	uint32_t v = 0;
	const uint8_t *p = i ? checked_at(c, node->begins + (i - 1) * node->width, node->width) : NULL;
	if (i && !p)
		return false;
	for (size_t k = 0; i && k < node->width; k++)
		v |= (uint32_t)p[k] << 8 * k;
	*at = node->below + v;
	return v <= node->end - node->below;
}

/* Where it is: from where, up to where. */
static bool find_below(struct checked *c, const struct node *node, size_t i, size_t *from, size_t *to)
{
	*to = node->end;
	if (!begin_of(c, node, i, from) || (i + 1 < node->n_below && !begin_of(c, node, i + 1, to)))
		return false;
	return *from <= *to;
}

static enum fund_status open_block(struct slice block, struct checked *c, uint32_t *n_words)
{
	enum fund_status st = checked_open(block, c);
	const uint8_t *number = st == FUND_OK ? checked_at(c, 0, 4) : NULL;
	*n_words = number ? get_u32(number) : 0;
	return number && *n_words ? FUND_OK : FUND_CORRUPT;
}

static enum fund_status add(struct lexicon *x, struct slice word, uint64_t value)
{
	return lexicon_add(x, word, value / 2, value & 1 ? LEXICON_NOUN : 0);
}

/* ---- all words ---- */

size_t lexicon_count(struct slice block)
{
	struct checked c;
	uint32_t n;
	return open_block(block, &c, &n) == FUND_OK && n <= c.bytes.len ? n : 0;
}

struct decoding {
	struct lexicon *lexicon;
	struct checked bytes;
	uint8_t word[LEXICON_WORD_MAX];
	uint32_t n;
};

/* The node [at, end) behind `len` letters. Each below has one letter more at least. */
static enum fund_status decode_node(struct decoding *d, size_t at, size_t end, size_t len)
{
	struct node node;
	if (!read_node(&d->bytes, at, end, &node) || node.label.len > LEXICON_WORD_MAX - len)
		return FUND_CORRUPT;
	memcpy(d->word + len, node.label.data, node.label.len);
	len += node.label.len;
	enum fund_status st = node.value ? add(d->lexicon, slice_of(d->word, len), node.value) : FUND_OK;
	d->n += node.value != 0;
	for (size_t i = 0; i < node.n_below && st == FUND_OK; i++) {
		size_t from, to;
		if (len == LEXICON_WORD_MAX || !find_below(&d->bytes, &node, i, &from, &to) || (i && node.letters[i] <= node.letters[i - 1]))
			return FUND_CORRUPT;
		d->word[len] = node.letters[i];
		st = decode_node(d, from, to, len + 1);
	}
	return st;
}

enum fund_status lexicon_decode(struct lexicon *x, uint8_t letter, struct slice block)
{
	struct decoding d = { .lexicon = x, .word = { letter } };
	uint32_t n_words;
	enum fund_status st = open_block(block, &d.bytes, &n_words);
	if (st == FUND_OK)
		st = decode_node(&d, 4, d.bytes.bytes.len, 1);
	return st == FUND_OK && d.n != n_words ? FUND_CORRUPT : st;
}

/* ---- those that a text begins with ---- */

struct beginnings {
	struct lexicon *lexicon;
	struct checked bytes;
	struct slice text;
};

/* The first `n` letters of the text, and an e behind them if that is wanted. */
static enum fund_status add_beginning(struct beginnings *b, size_t n, bool with_e, uint64_t value)
{
	uint8_t word[LEXICON_WORD_MAX];
	struct slice begin = slice_part(b->text, 0, n);
	if (value < 2 || n + with_e > LEXICON_WORD_MAX)
		return value < 2 ? FUND_CORRUPT : FUND_OK;
	if (with_e) {
		memcpy(word, begin.data, n);
		word[n] = 'e';
		begin = slice_of(word, n + 1);
	}
	return lexicon_find(b->lexicon, begin) ? FUND_OK : add(b->lexicon, begin, value);
}

/* Number of the letter among those of the node; n_below: it is not there. */
static size_t letter_at(const struct node *node, uint8_t letter)
{
	size_t i = 0;
	while (i < node->n_below && node->letters[i] < letter)
		i++;
	return i < node->n_below && node->letters[i] == letter ? i : node->n_below;
}

/* Schul-hof: does a word end with the e below this node? */
static enum fund_status add_grown(struct beginnings *b, const struct node *node, size_t n)
{
	struct node below;
	size_t from, to, i = letter_at(node, 'e');
	if (i == node->n_below || (n < b->text.len && b->text.data[n] == 'e'))
		return FUND_OK;
	if (!find_below(&b->bytes, node, i, &from, &to) || !read_node(&b->bytes, from, to, &below))
		return FUND_CORRUPT;
	return below.label.len == 0 && below.value ? add_beginning(b, n, true, below.value) : FUND_OK;
}

/* The node [*at, *end) behind `*n` letters of the text; then the one that the text leads to. FUND_END: it leads to none. */
static enum fund_status walk_node(struct beginnings *b, size_t *at, size_t *end, size_t *n)
{
	struct node node;
	size_t i = 0;
	enum fund_status st = FUND_OK;
	if (!read_node(&b->bytes, *at, *end, &node))
		return FUND_CORRUPT;
	for (; i < node.label.len && *n < b->text.len && node.label.data[i] == b->text.data[*n]; i++)
		++*n;
	if (i < node.label.len) {
		bool grown = i + 1 == node.label.len && node.label.data[i] == 'e' && node.value;
		st = grown ? add_beginning(b, *n, true, node.value) : FUND_OK;
		return st == FUND_OK ? FUND_END : st;
	}
	if (node.value)
		st = add_beginning(b, *n, false, node.value);
	if (st == FUND_OK)
		st = add_grown(b, &node, *n);
	if (st != FUND_OK)
		return st;
	i = *n < b->text.len ? letter_at(&node, b->text.data[*n]) : node.n_below;
	if (i == node.n_below)
		return FUND_END;
	++*n;
	return find_below(&b->bytes, &node, i, at, end) ? FUND_OK : FUND_CORRUPT;
}

enum fund_status lexicon_decode_beginnings(struct lexicon *x, struct slice block, struct slice text)
{
	struct beginnings b = { .lexicon = x, .text = text };
	uint32_t n_words;
	size_t at = 4, n = 1;
	enum fund_status st = open_block(block, &b.bytes, &n_words);
	for (size_t end = b.bytes.bytes.len; st == FUND_OK;)
		st = walk_node(&b, &at, &end, &n);
	return st == FUND_END ? FUND_OK : st;
}
