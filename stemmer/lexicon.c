/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stemmer/lexicon.h"

#include <stdlib.h>

#define SLOTS_FIRST 64u
#define BLOCK_BYTES 1000u

void lexicon_release(struct lexicon *x)
{
	arena_release(&x->arena);
	free(x->slots);
	free(x->beginnings);
	*x = (struct lexicon)LEXICON_INIT;
}

static uint64_t hash_of(struct slice word)
{
	uint64_t hash = LEXICON_HASH;

	for (size_t i = 0; i < word.len; i++)
		hash = lexicon_hash(hash, word.data[i]);
	return hash;
}

/* 32 bits a slot. */
static size_t bit_of(const struct lexicon *x, uint64_t hash) { return (size_t)(hash >> 24) & (32 * x->n_slots - 1); }

static size_t slot_of(const struct lexicon *x, struct slice word, uint64_t hash)
{
	size_t at = (size_t)(hash >> 20) & (x->n_slots - 1);

	while (x->slots[at].data && !slice_equal(lexicon_bytes(&x->slots[at]), word))
		at = (at + 1) & (x->n_slots - 1);
	return at;
}

/* Hashes of a word's beginnings, by their length. */
struct hashes {
	uint64_t of[LEXICON_WORD_MAX + 1];
};

/* Those of up to `from` letters are there. */
static void hash_beginnings(struct hashes *h, const uint8_t *word, size_t from, size_t len)
{
	h->of[0] = LEXICON_HASH;
	for (size_t i = from; i < len; i++)
		h->of[i + 1] = lexicon_hash(h->of[i], word[i]);
}

static void note_beginnings(struct lexicon *x, const struct hashes *h, size_t from, size_t len)
{
	for (size_t i = from + 1; i <= len; i++)
		x->beginnings[bit_of(x, h->of[i]) / 64] |= (uint64_t)1 << bit_of(x, h->of[i]) % 64;
}

bool lexicon_may_begin(const struct lexicon *x, uint64_t hash)
{
	return x->n_slots && x->beginnings[bit_of(x, hash) / 64] >> bit_of(x, hash) % 64 & 1;
}

static enum fund_status grow(struct lexicon *x, size_t n_slots)
{
	struct lexicon bigger = *x;
	struct hashes h;

	bigger.n_slots = n_slots;
	bigger.slots = calloc(bigger.n_slots, sizeof *bigger.slots);
	bigger.beginnings = calloc(bigger.n_slots / 2, sizeof *bigger.beginnings);
	if (!bigger.slots || !bigger.beginnings) {
		free(bigger.slots);
		free(bigger.beginnings);
		return FUND_NO_MEMORY;
	}
	for (size_t i = 0; i < x->n_slots; i++)
		if (x->slots[i].data) {
			struct slice word = lexicon_bytes(&x->slots[i]);
			hash_beginnings(&h, word.data, 0, word.len);
			bigger.slots[slot_of(&bigger, word, h.of[word.len])] = x->slots[i];
			note_beginnings(&bigger, &h, 0, word.len);
		}
	free(x->slots);
	free(x->beginnings);
	*x = bigger;
	return FUND_OK;
}

void lexicon_reset(struct lexicon *x)
{
	arena_reset(&x->arena);
	if (x->n) {
		memset(x->slots, 0, x->n_slots * sizeof *x->slots);
		memset(x->beginnings, 0, x->n_slots / 2 * sizeof *x->beginnings);
	}
	x->n = 0;
}

enum fund_status lexicon_reserve(struct lexicon *x, size_t n)
{
	size_t n_slots = x->n_slots ? x->n_slots : SLOTS_FIRST;

	if (n > SIZE_MAX / 4 - x->n)
		return FUND_NO_MEMORY;
	while (n_slots < 2 * (x->n + n))
		n_slots *= 2;
	return n_slots > x->n_slots ? grow(x, n_slots) : FUND_OK;
}

/* The beginnings of up to `noted` letters are those of a word that is in. */
static enum fund_status add_hashed(struct lexicon *x, struct slice word, const struct hashes *h, size_t noted, uint64_t count, unsigned flags)
{
	enum fund_status st = lexicon_reserve(x, 1);
	if (st != FUND_OK)
		return st;
	struct lexicon_word *w = &x->slots[slot_of(x, word, h->of[word.len])];
	if (!w->data) {
		w->data = arena_slice(&x->arena, word).data;
		if (!w->data)
			return FUND_NO_MEMORY;
		w->len = (uint8_t)word.len;
		x->n++;
		note_beginnings(x, h, noted, word.len);
	}
	w->count = count < UINT32_MAX - w->count ? w->count + (uint32_t)count : UINT32_MAX;
	w->flags |= (uint8_t)flags;
	return FUND_OK;
}

enum fund_status lexicon_add(struct lexicon *x, struct slice word, uint64_t count, unsigned flags)
{
	struct hashes h;
	if (word.len == 0 || word.len > LEXICON_WORD_MAX)
		return FUND_OK;
	hash_beginnings(&h, word.data, 0, word.len);
	return add_hashed(x, word, &h, 0, count, flags);
}

const struct lexicon_word *lexicon_find(const struct lexicon *x, struct slice word) { return lexicon_find_hashed(x, word, hash_of(word)); }

const struct lexicon_word *lexicon_find_hashed(const struct lexicon *x, struct slice word, uint64_t hash)
{
	const struct lexicon_word *w = x->n && word.len <= LEXICON_WORD_MAX ? &x->slots[slot_of(x, word, hash)] : NULL;
	return w && w->data ? w : NULL;
}

/* ---- bytes ---- */

static int by_bytes(const void *a, const void *b)
{
	const struct lexicon_word *const *x = a, *const *y = b;
	return slice_compare(lexicon_bytes(*x), lexicon_bytes(*y));
}

static enum fund_status put_word(const struct lexicon_word *w, struct slice before, struct buf *out)
{
	uint8_t head[2], count[VARINT64_MAX];
	size_t shared = 0;

	while (shared < before.len && shared < w->len && before.data[shared] == w->data[shared])
		shared++;
	head[0] = (uint8_t)shared;
	head[1] = (uint8_t)(w->len - shared);
	enum fund_status st = buf_add(out, head, sizeof head);
	if (st == FUND_OK)
		st = buf_add(out, w->data + shared, w->len - shared);
	return st == FUND_OK ? buf_add(out, count, (size_t)(put_varint(count, 2 * (uint64_t)w->count + (w->flags & LEXICON_NOUN)) - count)) : st;
}

static enum fund_status each_block(const struct lexicon_word *const *sorted, size_t n, void *context,
				   enum fund_status (*block)(void *context, struct slice first, struct slice bytes))
{
	struct buf bytes = BUF_INIT;
	enum fund_status st = FUND_OK;

	for (size_t i = 0, first; i < n && st == FUND_OK;) {
		struct slice before = slice_of(NULL, 0);
		buf_reset(&bytes);
		for (first = i; i < n && st == FUND_OK && bytes.len < BLOCK_BYTES; i++) {
			st = put_word(sorted[i], before, &bytes);
			before = lexicon_bytes(sorted[i]);
		}
		if (st == FUND_OK)
			st = block(context, lexicon_bytes(sorted[first]), slice_buf(&bytes));
	}
	buf_release(&bytes);
	return st;
}

enum fund_status lexicon_encode(const struct lexicon *x, void *context, enum fund_status (*block)(void *context, struct slice first, struct slice bytes))
{
	const struct lexicon_word **sorted = malloc((x->n + 1) * sizeof(*sorted));
	size_t n = 0;

	if (!sorted)
		return FUND_NO_MEMORY;
	for (size_t i = 0; i < x->n_slots; i++)
		if (x->slots[i].data)
			sorted[n++] = &x->slots[i];
	if (n > 1)
		qsort(sorted, n, sizeof *sorted, by_bytes);
	enum fund_status st = each_block(sorted, n, context, block);
	free(sorted);
	return st;
}

/* A word of a block, as it is read: so many bytes of the word before, and the rest. */
struct entry {
	size_t shared;
	struct slice rest;
	uint64_t count;
	unsigned flags;
};

/* `len` is that of the word before. FUND_END behind the last. */
static enum fund_status next_entry(struct cursor *c, size_t len, struct entry *e)
{
	const uint8_t *p = c->p;
	size_t left = (size_t)(c->end - p);
	if (left == 0)
		return FUND_END;
	if (left < 3 || p[1] == 0 || p[1] > left - 3 || p[0] > len || (size_t)p[0] + p[1] > LEXICON_WORD_MAX)
		return FUND_CORRUPT;
	e->shared = p[0];
	e->rest = slice_of(p + 2, p[1]);
	c->p += 2 + p[1];
	uint64_t count = *c->p < 0x80 ? *c->p++ : cursor_varint(c);
	e->count = count / 2;
	e->flags = count & 1 ? LEXICON_NOUN : 0;
	return c->bad || e->count == 0 ? FUND_CORRUPT : FUND_OK;
}

size_t lexicon_count(struct slice block)
{
	struct cursor c = cursor_of(block);
	struct entry e;
	size_t n = 0, len = 0;
	for (; next_entry(&c, len, &e) == FUND_OK; n++)
		len = e.shared + e.rest.len;
	return n;
}

enum fund_status lexicon_decode(struct lexicon *x, struct slice block)
{
	struct cursor c = cursor_of(block);
	struct entry e;
	uint8_t word[LEXICON_WORD_MAX];
	struct hashes h;
	size_t len = 0;
	enum fund_status st;

	while ((st = next_entry(&c, len, &e)) == FUND_OK) {
		len = e.shared + e.rest.len;
		memcpy(word + e.shared, e.rest.data, e.rest.len);
		hash_beginnings(&h, word, e.shared, len);
		st = add_hashed(x, slice_of(word, len), &h, e.shared, e.count, e.flags);
		if (st != FUND_OK)
			return st;
	}
	return st == FUND_END ? FUND_OK : st;
}

/* For lexicon_decode_beginnings(). */
struct beginnings {
	struct lexicon *lexicon;
	struct slice text;
	size_t same;	/* letters that the word at hand has in common with the text */
	uint8_t letter; /* of it behind those; 0: it has no more */
	size_t first_e; /* letters that one must have in common with it which, with an e behind them, is sorted behind the text */
};

/* The word that is the text up to e->shared and then the rest, where it begins the text. FUND_END where neither this word does nor one behind it. */
static enum fund_status add_beginning(struct beginnings *b, const struct entry *e)
{
	uint8_t word[LEXICON_WORD_MAX], next = 0;
	size_t len = e->shared + e->rest.len, n = e->shared;
	b->letter = 0;
	while (n < len && n < b->text.len && e->rest.data[n - e->shared] == b->text.data[n])
		n++;
	b->same = n;
	if (n < len)
		next = b->letter = e->rest.data[n - e->shared];
	if (next > 'e' && n <= b->first_e && (n == b->text.len || next > b->text.data[n]))
		return FUND_END;
	if (n + 1 < len || (n < len && next != 'e'))
		return FUND_OK;
	memcpy(word, b->text.data, n);
	if (n < len)
		word[n] = 'e';
	struct slice whole = slice_of(word, len);
	return lexicon_find(b->lexicon, whole) ? FUND_OK : lexicon_add(b->lexicon, whole, e->count, e->flags);
}

/* Passes words that share more with the one before than that does with the text: they differ from it in the same place. Returns the length of the last. */
static size_t pass_alike(struct cursor *c, size_t same, size_t len)
{
	const uint8_t *p = c->p;
	while (c->end - p >= 3 && p[0] > same && p[1] <= c->end - p - 3) {
		len = (size_t)p[0] + p[1];
		p += 2 + p[1];
		while (p < c->end && *p++ >= 0x80)
			continue;
	}
	c->p = p;
	return len;
}

/* The first of the text's beginnings that sorts behind the last word of a block; empty: none does. */
static struct slice beginning_behind(const struct beginnings *b, uint8_t *room)
{
	struct slice text = b->text;
	size_t n = b->same;
	bool before = n < text.len && b->letter < text.data[n], with_e = b->letter < 'e' && n >= LEXICON_BEGINNING_MIN && (!before || text.data[n] > 'e');
	if (before && !with_e)
		return slice_part(text, 0, n + 1);
	while (!with_e && n > LEXICON_BEGINNING_MIN) /* behind the text itself */
		with_e = text.data[--n] < 'e';
	if (!with_e || n + 1 > LEXICON_WORD_MAX)
		return slice_of(NULL, 0);
	memcpy(room, text.data, n);
	room[n] = 'e';
	return slice_of(room, n + 1);
}

enum fund_status lexicon_decode_beginnings(struct lexicon *x, struct slice block, struct slice text, uint8_t room[static LEXICON_WORD_MAX], struct slice *next)
{
	struct cursor c = cursor_of(block);
	struct beginnings b = { x, text, 0, 0, LEXICON_BEGINNING_MIN };
	struct entry e;
	size_t len = 0;
	enum fund_status st;

	while (b.first_e < text.len && text.data[b.first_e] >= 'e')
		b.first_e++;
	while ((st = next_entry(&c, len, &e)) == FUND_OK) {
		len = e.shared + e.rest.len;
		st = add_beginning(&b, &e);
		if (st != FUND_OK)
			return st;
		len = pass_alike(&c, b.same, len);
	}
	if (st != FUND_END)
		return st;
	struct slice behind = beginning_behind(&b, room);
	if (next)
		*next = behind;
	return behind.len ? FUND_OK : FUND_END;
}
