/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/near_end.h"

#include "base/utf8.h"
#include "query/near_word_private.h"

#define NEAR_HALF_OF_TWO 3u /* letters of a half that is worth to be known by itself: within two edits, and within one */
#define NEAR_HALF_OF_ONE 4u

static bool is_inner(uint8_t byte) { return (byte & 0xC0) == 0x80; }
static const struct direction *direction_of(const struct near_end *e) { return e->back ? &e->word->back : &e->word->forth; }

/* Letters of the word for one end. Between both stand so many that no confusion is of both. */
static uint32_t share(const struct near_word *w, bool back)
{
	uint32_t between = w->forth.confusions ? OCR_LETTERS - 1 : 0, n = w->n > between ? w->n - between : 0, half = (n + !back) / 2;
	return half < NEAR_END_LETTERS ? half : NEAR_END_LETTERS;
}

static uint64_t first_places(uint32_t n) { return n ? UINT64_MAX >> (64 - n) : 0; }

static void charge(struct near_end *e, bool adds)
{
	e->adds = adds;
	e->half = adds ? share(e->word, e->back) : e->word->n + 1;
	e->any = adds ? e->word->edit + 1 : e->word->most + 1;
	e->mine = first_places(e->half);
	e->others = first_places(e->word->n + 1) & ~e->mine;
	e->reached[0] = least(e->word, e->rows[0], e->others);
	e->least[0] = 0;
}

void near_end_init(struct near_end *e, const struct near_word *w, bool back)
{
	*e = (struct near_end){ .word = w, .back = back, .used_up = NEAR_END_LETTERS };
	start(w, e->rows[0]);
	/* Of two edits, one half has both or the other none: ends of both edits, which are many, need not be known. Of short halves there is too little to tell. */
	charge(e, share(w, true) >= (w->most > w->edit ? NEAR_HALF_OF_TWO : NEAR_HALF_OF_ONE));
}

void near_end_tell(struct near_end *e, uint32_t any)
{
	e->any = any;
	e->used_up = NEAR_END_LETTERS;
}

static uint32_t shift_of(uint32_t n_bytes) { return 8 * (NEAR_END_LETTERS - n_bytes); }
static uint8_t byte_at(uint64_t bytes, uint32_t at) { return (uint8_t)(bytes >> shift_of(at + 1)); }

/* Most letters of several bytes have two. 0: this one has not. */
static uint32_t letter_of_two(const struct near_end *e, uint64_t bytes, uint32_t at, uint32_t *cp)
{
	uint32_t outer = byte_at(bytes, at), inner = at + 1 < NEAR_END_LETTERS ? byte_at(bytes, at + 1) : 0;
	uint32_t first = e->back ? inner : outer, second = e->back ? outer : inner;
	*cp = (first & 0x1Fu) << 6 | (second & 0x3Fu);
	return first >= 0xC2 && first < 0xE0 && is_inner((uint8_t)second) ? 2 : 0;
}

/* A letter of several bytes. */
static uint32_t long_letter(const struct near_end *e, uint64_t bytes, uint32_t at, uint32_t *cp, bool *whole)
{
	uint8_t room[NEAR_END_LETTERS], first = byte_at(bytes, at);
	uint32_t left = NEAR_END_LETTERS - at, n = e->back ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
	while (e->back && n <= left && is_inner(byte_at(bytes, at + n - 1)))
		n++;
	if (n > left)
		return 0;
	for (uint32_t i = 0; i < n; i++)
		room[e->back ? n - 1 - i : i] = byte_at(bytes, at + i);
	*whole = utf8_decode(room, room + n, cp) == n && *cp != UTF8_REPLACEMENT;
	return n;
}

/* The letter behind the first `at` bytes. -> its bytes; 0: none is left, or it is cut. */
static uint32_t letter_at(const struct near_end *e, uint64_t bytes, uint32_t at, uint32_t *cp, bool *whole)
{
	*cp = at < NEAR_END_LETTERS ? byte_at(bytes, at) : 0;
	*whole = true;
	if (*cp < 0x80)
		return *cp != 0;
	return letter_of_two(e, bytes, at, cp) ? 2 : long_letter(e, bytes, at, cp, whole);
}

/* The letter behind those that were read. */
static inline uint32_t next_letter(const struct near_end *e, uint64_t bytes, uint32_t *cp, bool *whole)
{
	uint32_t at = e->len[e->n], byte = at < NEAR_END_LETTERS ? byte_at(bytes, at) : 0;
	if (byte == 0 || byte >= 0x80)
		return letter_at(e, bytes, at, cp, whole);
	*cp = byte;
	*whole = true;
	return 1;
}

/* Reads letter i of the end. -> the places that it may yet come to, in `room` if they are not the row itself */
static const uint64_t *read_end(struct near_end *e, uint32_t i, uint64_t *room)
{
	const struct near_word *w = e->word;
	const struct direction *d = direction_of(e);
	struct behind b = { .n = i + 1 };
	if (!d->confusions) {
		read_letter(w, d, e->rows[i], e->letters[i], e->rows[i + 1]);
		return e->rows[i + 1];
	}
	for (uint32_t k = 0; k < OCR_LETTERS && k <= i; k++) {
		b.letters[k] = ocr_letter(e->letters[i - k]);
		b.rows[k] = e->rows[i - k];
	}
	near_word_read_confusable(w, d, &b, e->rows[i + 1]);
	near_word_hopes(w, d, &b, e->rows[i + 1], room);
	return room;
}

/* Does it matter to know ends of this cost? */
static bool is_told(const struct near_end *e, uint32_t cost) { return cost <= e->word->most && cost < e->any; }

/* Letters that stand as in what was read last. */
static void keep_letters(struct near_end *e, uint64_t bytes)
{
	uint64_t differ = bytes ^ e->bytes;
	uint32_t same = differ ? ((uint32_t)__builtin_clzll(differ) - (64 - 8 * NEAR_END_LETTERS)) / 8 : NEAR_END_LETTERS;
	e->n = e->n_whole;
	while (e->n && e->len[e->n] > same)
		e->n--;
	e->n_whole = e->n;
	e->bytes = bytes;
}

/* Reads letters until no word may begin (end) so. */
static void read_letters(struct near_end *e, uint64_t bytes)
{
	uint64_t room[NEAR_COST_MAX + 1];
	uint32_t n, cp;
	bool whole;
	e->used_up = NEAR_END_LETTERS;
	for (keep_letters(e, bytes); is_told(e, e->least[e->n]) && !e->far[e->n] && (n = next_letter(e, bytes, &cp, &whole)) > 0; e->n++) {
		uint32_t i = e->n;
		e->letters[i] = cp;
		e->len[i + 1] = e->len[i] + n;
		e->n_whole += whole && e->n_whole == i;
		const uint64_t *row = read_end(e, i, room);
		uint32_t on = least(e->word, row, e->mine), done = least(e->word, e->rows[i + 1], e->others);
		e->far[i + 1] = !reaches(e->word, row);
		e->reached[i + 1] = done < e->reached[i] ? done : e->reached[i];
		e->least[i + 1] = on < e->reached[i + 1] ? on : e->reached[i + 1];
	}
}

/* Bytes of the word's letters from `at` on, `n` of them or as many as there are. */
static uint32_t bytes_ahead(const struct near_word *w, const struct direction *d, uint32_t at, uint32_t n)
{
	uint32_t len = d->begins[at + n < w->n ? at + n : w->n] - d->begins[at];
	return len < NEAR_END_LETTERS ? len : NEAR_END_LETTERS;
}

/* The first `n` letters have used up the limit: where did all but the last come to? If the word goes on with that from there, no other letter is like it. */
static void find_likes(struct near_end *e, uint32_t n)
{
	e->come_to = 0;
	e->last_shift = e->head_shift;
	if (n == 0)
		return;
	for (uint32_t i = 0; i <= e->least[n]; i++)
		e->come_to |= e->rows[n - 1][i];
	if (!(places(e->word, direction_of(e), e->letters[n - 1]) & e->come_to))
		e->last_shift = shift_of(e->len[n - 1]);
}

/* Ways ascend. */
static void add_way(struct near_end *e, uint64_t tail, uint32_t shift)
{
	uint32_t i = e->n_ways++;
	for (; i > 0 && e->ways[i - 1].tail > tail; i--)
		e->ways[i] = e->ways[i - 1];
	e->ways[i].tail = tail;
	e->ways[i].shift = shift;
}

/* So only the word's own letters go on, from each place that was come to, as far as this end is charged. */
static void find_ways(struct near_end *e, uint32_t n)
{
	const struct direction *d = direction_of(e);
	uint32_t len = e->len[n];
	e->used_up = n;
	e->head_shift = shift_of(len);
	e->head = e->bytes >> e->head_shift << e->head_shift;
	e->n_ways = 0;
	find_likes(e, n);
	for (uint64_t rest = e->rows[n][e->least[n]] & e->mine & (bit(e->word->n) - 1); rest && e->n_ways < NEAR_END_WAYS; rest &= rest - 1) {
		uint32_t at = (uint32_t)__builtin_ctzll(rest), to = len + bytes_ahead(e->word, d, at, e->half - at);
		uint32_t shift = shift_of(to < NEAR_END_LETTERS ? to : NEAR_END_LETTERS);
		add_way(e, (d->ahead[at] >> 8 * len) >> shift << shift, shift);
	}
}

/* Behind the letters that have used up the limit: the first end from this one on that goes one of the ways; where none does, the first one behind them. */
static uint64_t next_way(const struct near_end *e, uint64_t bytes)
{
	uint64_t tail = bytes ^ e->head;
	for (uint32_t i = 0; i < e->n_ways; i++) {
		if ((tail ^ e->ways[i].tail) >> e->ways[i].shift == 0)
			return bytes;
		if (e->ways[i].tail > tail)
			return e->head | e->ways[i].tail;
	}
	return e->head + ((uint64_t)1 << e->head_shift);
}

/* The last letter is in vain behind those before it. */
static uint64_t behind_vain(struct near_end *e)
{
	uint32_t shift = shift_of(e->len[e->n]);
	uint64_t next = ((e->bytes >> shift) + 1) << shift; /* whatever stands behind the letter */
	if (e->n == 0 || e->n != e->n_whole)
		return 0;
	if (e->word->forth.confusions || is_told(e, e->least[e->n]))
		return next;
	find_ways(e, e->n - 1);
	return next_way(e, next);
}

/* The word ends behind its letters, and is too short: longer ones go on as the word does where no edit is left. */
static uint64_t behind_short(struct near_end *e)
{
	if (e->n != e->n_whole || e->word->forth.confusions || e->reached[e->n] == e->least[e->n] || is_told(e, e->least[e->n] + 1))
		return 0;
	find_ways(e, e->n);
	return next_way(e, e->bytes + 1);
}

/* Are near words longer than an end? */
static bool is_long(const struct near_end *e) { return e->word->n > NEAR_END_LETTERS + e->word->shrinks; }

/*
 * Does this end begin with the letters that have used up the limit, or with others that leave the same ways: another letter in the place of the last one, where the
 * word goes on with neither? Then these are those.
 */
static inline bool leaves_ways(struct near_end *e, uint64_t bytes)
{
	uint64_t differ = bytes ^ e->head;
	uint32_t cp = bytes >> e->head_shift & 0xFF, len = 1;
	bool whole = cp != 0;
	if (differ >> e->head_shift == 0)
		return true;
	if (differ >> e->last_shift != 0)
		return false;
	if (cp >= 0x80 || e->last_shift - e->head_shift > 8)
		len = letter_at(e, bytes, e->len[e->used_up - 1], &cp, &whole);
	if (!whole || 8 * len != e->last_shift - e->head_shift || (places(e->word, direction_of(e), cp) & e->come_to))
		return false;
	e->head = bytes >> e->head_shift << e->head_shift;
	return true;
}

/* Where the outer letters are known to have used up the limit: 0: this end goes on as the word does, or is another. */
static uint64_t skip_vain(struct near_end *e, uint64_t bytes)
{
	if (e->used_up < NEAR_END_LETTERS && leaves_ways(e, bytes) && (bytes != e->head || is_long(e))) {
		uint64_t next = next_way(e, bytes + (bytes == e->head));
		if (next > bytes && (next ^ e->head) >> e->head_shift && is_long(e) && leaves_ways(e, next))
			return next_way(e, next + 1);
		if (next > bytes)
			return next;
	}
	return 0;
}

static bool is_near(const struct near_word *w, uint64_t bytes, bool back)
{
	uint8_t word[NEAR_END_LETTERS];
	uint32_t n = 0, vain;
	while (n < NEAR_END_LETTERS && byte_at(bytes, n))
		n++;
	for (uint32_t i = 0; i < n; i++)
		word[back ? n - 1 - i : i] = byte_at(bytes, i);
	return near_word_distance(w, slice_of(word, n), &vain) <= w->most;
}

/* A word that is all there: may it be near? */
static bool may_be_whole(const struct near_end *e, uint64_t bytes)
{
	return !is_long(e) && is_near(e->word, bytes, e->back);
}

/* -> the next end that is not in vain, where this one is (*cost above the limit) and that is known */
static uint64_t cost_of(struct near_end *e, uint64_t bytes, uint32_t *cost)
{
	read_letters(e, bytes);
	*cost = e->far[e->n] ? e->word->most + 1 : e->least[e->n];
	if (!is_told(e, *cost))
		return behind_vain(e);
	if ((bytes & 0xFF) != 0 || may_be_whole(e, bytes))
		return 0;
	*cost = e->word->most + 1;
	return behind_short(e);
}

uint64_t near_end_cost(struct near_end *e, uint64_t bytes, uint32_t *cost)
{
	uint64_t next = skip_vain(e, bytes), further;
	uint32_t other;
	if (next) {
		*cost = e->word->most + 1;
		return next;
	}
	next = cost_of(e, bytes, cost);
	/* The next letter in the place of this one is often in vain, too, as long as nothing stands behind it. */
	while (next && next < NEAR_END_NOWHERE && (next & 0xFF) == 0 && (further = cost_of(e, next, &other)) > 0)
		next = further;
	return next;
}

bool near_end_may_begin(const struct near_word *w, uint64_t bytes)
{
	struct near_end e;
	near_end_init(&e, w, false);
	charge(&e, false);
	read_letters(&e, bytes);
	return e.least[e.n] <= w->most;
}
