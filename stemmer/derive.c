/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stemmer/derive.h"

#include "base/hash.h"
#include "base/utf8.h"
#include "stemmer/fold.h"
#include "stemmer/gender.h"
#include "stemmer/number.h"
#include "stemmer/stops.h"
#include "stemmer/unicode.h"
#include "stemmer/url.h"

#define TAIL_LEN 17 /* ~ and 16 hexadecimal digits */

enum fund_status derive_init(struct derive *d)
{
	spelling_init(&d->spelling);
	return stemmer_init(&d->stemmer);
}

void derive_release(struct derive *d)
{
	stemmer_release(&d->stemmer);
	buf_release(&d->folded);
	buf_release(&d->whole);
	buf_release(&d->clean);
	buf_release(&d->draft.bytes);
}

/* ---- the draft ---- */

/* Cuts a term that is too long behind a whole character and appends a hash of all of it. */
static struct slice cut(struct slice term, uint8_t out[TERM_MAX])
{
	size_t len = TERM_MAX - TAIL_LEN;
	uint64_t hash = hash_bytes(term.data, term.len);

	while (len && (term.data[len] & 0xC0) == 0x80)
		len--;
	memcpy(out, term.data, len);
	out[len++] = '~';
	for (int shift = 60; shift >= 0; shift -= 4)
		out[len++] = (uint8_t)"0123456789abcdef"[hash >> shift & 15];
	return slice_of(out, len);
}

/* Adds a term once at its position, in its strongest kind; an empty one is no term. */
static enum fund_status add_term(struct draft *draft, struct slice term, enum term_kind kind, unsigned shift)
{
	uint8_t shortened[TERM_MAX];

	if (term.len > TERM_MAX)
		term = cut(term, shortened);
	if (term.len == 0 || draft->n_terms == DRAFT_TERMS)
		return FUND_OK;
	for (unsigned i = 0; i < draft->n_terms; i++) {
		const struct draft_term *t = &draft->terms[i];
		if (t->shift == shift && t->kind <= kind &&
		    slice_equal(slice_part(slice_buf(&draft->bytes), t->off, t->len), term))
			return FUND_OK;
	}
	draft->terms[draft->n_terms++] = (struct draft_term){ .off = (uint32_t)draft->bytes.len, .len = (uint8_t)term.len,
							      .shift = (uint8_t)shift, .kind = (uint8_t)kind };
	return buf_add_slice(&draft->bytes, term);
}

/* The terms from number `from` on are of what is written so. */
static enum fund_status set_written(struct draft *draft, unsigned from, struct slice written)
{
	size_t off = draft->bytes.len;

	if (from == draft->n_terms)
		return FUND_OK;
	enum fund_status status = derive_written(written, &draft->bytes);
	for (unsigned i = from; i < draft->n_terms; i++) {
		draft->terms[i].written = (uint32_t)off;
		draft->terms[i].written_len = (uint8_t)(draft->bytes.len - off);
	}
	return status;
}

/* The term of a folded word: from the table of function words, or its stem, kept apart from those. */
static enum fund_status add_stem(struct derive *d, struct slice folded, enum term_kind kind, unsigned shift)
{
	uint8_t marked[TERM_MAX];
	struct slice term = stops_term(folded);

	if (term.data)
		return add_term(&d->draft, term, kind, shift);
	enum fund_status status = stemmer_stem(&d->stemmer, folded, &term);
	if (status != FUND_OK)
		return status;
	if (stops_has(term)) {
		memcpy(marked, term.data, term.len);
		marked[term.len] = STOPS_MARK;
		term = slice_of(marked, term.len + 1);
	}
	return add_term(&d->draft, term, kind, shift);
}

/* ---- a piece: what is between hyphens ---- */

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Appends runs of letters folded and numbers in their one form. */
static enum fund_status fold_piece(struct slice piece, struct buf *out)
{
	enum fund_status status = FUND_OK;
	struct number number;

	for (size_t at = 0, n; at < piece.len && status == FUND_OK; at += n) {
		struct slice rest = slice_from(piece, at);
		n = 0;
		if (is_digit(*rest.data)) {
			n = at == 0 ? number_iso_date(rest) : 0;
			n = n ? n : number_scan(rest);
			number_canonical(slice_of(rest.data, n), &number);
			status = buf_add(out, number.text, number.len);
			continue;
		}
		while (n < rest.len && !is_digit(rest.data[n]))
			n++;
		status = fold_text(slice_of(rest.data, n), out);
	}
	return status;
}

static struct slice without_genitive(struct slice piece)
{
	size_t n = piece.len;

	if (n > 2 && piece.data[n - 2] == '\'' && (piece.data[n - 1] | 0x20) == 's')
		piece.len -= 2;
	return piece;
}

/* The feminine form, signs gone, is what the piece is folded from; the masculine goes to *variant. Borrows d->clean. */
static enum fund_status split_gender(struct derive *d, struct slice *piece, struct slice *variant)
{
	struct gender_form form;

	*variant = slice_of(NULL, 0);
	if (!gender_find(*piece, &form))
		return FUND_OK;
	size_t ending = form.base_len + form.sign_len, rest = ending + form.ending_len + form.close_len;
	struct slice base = slice_of(piece->data, form.base_len);
	struct slice tail = slice_from(*piece, rest);
	enum fund_status status = buf_reserve(&d->clean, 2 * piece->len);

	buf_reset(&d->clean);
	if (status == FUND_OK)
		status = buf_add_slice(&d->clean, base);
	if (status == FUND_OK)
		status = buf_add(&d->clean, piece->data + ending, form.ending_len);
	if (status == FUND_OK)
		status = buf_add_slice(&d->clean, tail);
	size_t feminine = d->clean.len;
	if (status == FUND_OK)
		status = buf_add_slice(&d->clean, base);
	if (status == FUND_OK)
		status = buf_add_slice(&d->clean, tail);
	if (status != FUND_OK)
		return status;
	*piece = slice_of(d->clean.data, feminine);
	*variant = slice_from(slice_buf(&d->clean), feminine);
	return FUND_OK;
}

static enum fund_status add_folded_variant(struct derive *d, struct slice text, unsigned shift)
{
	buf_reset(&d->folded);
	enum fund_status status = fold_piece(text, &d->folded);
	return status == FUND_OK ? add_stem(d, slice_buf(&d->folded), TERM_VARIANT, shift) : status;
}

/* O'Neill, L'Oréal, d'Artagnan: what follows a particle of one or two letters. */
static struct slice behind_particle(struct slice piece)
{
	const uint8_t *sign = piece.len > 5 ? memchr(piece.data, '\'', 3) : NULL;
	size_t at = sign ? (size_t)(sign - piece.data) + 1 : piece.len;

	return slice_part(piece, at, at > 1 ? piece.len - at : 0);
}

/* Weaker terms of the piece, besides its masculine. */
static enum fund_status add_variants(struct derive *d, struct slice piece, unsigned shift)
{
	struct number number;

	if (is_digit(piece.data[0])) {
		size_t n = number_iso_date(piece);
		n = n ? n : number_scan(piece);
		number_canonical(slice_of(piece.data, n), &number);
		if (n == piece.len && number.variant_len)
			return add_term(&d->draft, slice_of(number.variant, number.variant_len), TERM_VARIANT, shift);
		return FUND_OK;
	}
	struct slice name = behind_particle(piece);
	return name.len >= 3 ? add_folded_variant(d, name, shift) : FUND_OK;
}

/* The spelling of today, where that is another one. */
static enum fund_status add_spelling(struct derive *d, struct slice folded, unsigned shift)
{
	uint8_t modern[SPELLING_ROOM];
	size_t len = spelling_modern(&d->spelling, folded, modern);

	return len ? add_stem(d, slice_of(modern, len), TERM_VARIANT, shift) : FUND_OK;
}

/* All terms of one piece. Compound parts of its folded form belong here. */
static enum fund_status add_piece(struct derive *d, struct slice piece, unsigned shift)
{
	struct slice masculine, written = piece;
	unsigned from = d->draft.n_terms;

	piece = without_genitive(piece);
	enum fund_status status = split_gender(d, &piece, &masculine);
	buf_reset(&d->folded);
	if (status == FUND_OK)
		status = fold_piece(piece, &d->folded);
	if (status == FUND_OK)
		status = add_stem(d, slice_buf(&d->folded), TERM_WORD, shift);
	if (status == FUND_OK)
		status = set_written(&d->draft, from, written);
	if (status == FUND_OK)
		status = add_spelling(d, slice_buf(&d->folded), shift);
	if (status == FUND_OK && masculine.len)
		status = add_folded_variant(d, masculine, shift);
	if (status == FUND_OK && piece.len)
		status = add_variants(d, piece, shift);
	return status;
}

/* ---- kinds of words ---- */

/* The piece at *at, which moves behind it; false at the end. A date is one piece. */
static bool next_piece(struct slice surface, size_t *at, struct slice *piece)
{
	size_t n = 0;

	if (*at >= surface.len)
		return false;
	struct slice rest = slice_from(surface, *at);
	if (*at == 0 && number_iso_date(rest) == rest.len) {
		n = rest.len;
	} else {
		/* a slash before it: the sign of Bürger/-innen */
		while (n < rest.len && rest.data[n] != '&' && (rest.data[n] != '-' || (n && rest.data[n - 1] == '/')))
			n++;
	}
	*piece = slice_of(rest.data, n);
	*at += n + 1;
	return true;
}

/* Folds each piece apart, as no digraph reaches across a hyphen, and joins them in d->whole. */
static enum fund_status fold_whole(struct derive *d, struct slice surface)
{
	enum fund_status status = FUND_OK;
	struct slice piece, masculine;

	for (size_t at = 0; status == FUND_OK && next_piece(surface, &at, &piece);) {
		piece = without_genitive(piece);
		status = split_gender(d, &piece, &masculine);
		if (status == FUND_OK)
			status = fold_piece(piece, &d->whole);
	}
	return status;
}

static enum fund_status derive_pieces(struct derive *d, struct slice surface)
{
	enum fund_status status = FUND_OK;
	unsigned shift = 0, from = d->draft.n_terms;
	struct slice piece;
	size_t at = 0;

	if (next_piece(surface, &at, &piece) && at < surface.len) {
		status = fold_whole(d, surface);
		if (status == FUND_OK)
			status = add_stem(d, slice_buf(&d->whole), TERM_WORD, 0);
		if (status == FUND_OK)
			status = set_written(&d->draft, from, surface);
	}
	for (at = 0; status == FUND_OK && next_piece(surface, &at, &piece); shift++)
		status = add_piece(d, piece, shift);
	d->draft.n_positions = (uint8_t)(shift ? shift : 1);
	return status;
}

/* Letters and digits of the address, each run a piece. */
static enum fund_status derive_url(struct derive *d, struct slice surface)
{
	struct slice url = url_core(surface);
	enum fund_status status = buf_add_slice(&d->whole, url);
	for (size_t i = 0; i < d->whole.len; i++) {
		uint8_t c = d->whole.data[i];
		d->whole.data[i] = c >= 'A' && c <= 'Z' ? c | 0x20 : c;
	}
	if (status == FUND_OK)
		status = add_term(&d->draft, slice_buf(&d->whole), TERM_WORD, 0);
	if (status == FUND_OK)
		status = set_written(&d->draft, 0, surface);
	unsigned shift = 0;
	for (size_t at = 0, n; status == FUND_OK && at < url.len && shift < WORD_PIECES; at += n) {
		uint32_t cp;
		n = 0;
		while (at + n < url.len && (utf8_decode(url.data + at + n, slice_end(url), &cp), cp < 0x80) &&
		       class_is_word(char_class(cp)))
			n++;
		if (n)
			status = add_piece(d, slice_part(url, at, n), shift++);
		else
			n = 1;
	}
	d->draft.n_positions = (uint8_t)(shift ? shift : 1);
	return status;
}

/* §218: the whole with its sign, and the number. */
static enum fund_status derive_paragraph(struct derive *d, struct slice surface)
{
	struct slice number = slice_from(surface, 2);
	enum fund_status status = buf_add(&d->whole, surface.data, 2);

	if (status == FUND_OK)
		status = fold_whole(d, number);
	if (status == FUND_OK)
		status = add_stem(d, slice_buf(&d->whole), TERM_WORD, 0);
	if (status == FUND_OK)
		status = set_written(&d->draft, 0, surface);
	return status == FUND_OK ? derive_pieces(d, number) : status;
}

static bool is_plus_form(struct slice surface)
{
	uint8_t last = surface.data[surface.len - 1];

	return surface.len > 1 && surface.len <= 6 && (last == '+' || last == '#');
}

/* C++: the letter folded, the signs kept. */
static enum fund_status derive_plus(struct derive *d, struct slice surface)
{
	size_t n = surface.len;

	while (n && (surface.data[n - 1] == '+' || surface.data[n - 1] == '#'))
		n--;
	enum fund_status status = fold_text(slice_of(surface.data, n), &d->whole);
	if (status == FUND_OK)
		status = buf_add(&d->whole, surface.data + n, surface.len - n);
	if (status == FUND_OK)
		status = add_term(&d->draft, slice_buf(&d->whole), TERM_WORD, 0);
	return status == FUND_OK ? set_written(&d->draft, 0, surface) : status;
}

static bool is_paragraph(struct slice surface)
{
	return surface.len > 2 && surface.data[0] == 0xC2 && surface.data[1] == 0xA7;
}

/* Only signs that no other word has make an address of it. */
static bool is_url(struct slice surface)
{
	return (memchr(surface.data, '.', surface.len) || memchr(surface.data, '/', surface.len)) &&
	       url_scan(surface) == surface.len;
}

enum fund_status derive_terms(struct derive *d, struct slice surface)
{
	d->draft.n_positions = 1;
	d->draft.n_terms = 0;
	buf_reset(&d->draft.bytes);
	buf_reset(&d->whole);
	if (surface.len == 0)
		return FUND_OK;
	if (is_url(surface))
		return derive_url(d, surface);
	if (is_paragraph(surface))
		return derive_paragraph(d, surface);
	return is_plus_form(surface) ? derive_plus(d, surface) : derive_pieces(d, surface);
}

enum fund_status derive_part(struct derive *d, struct slice folded, struct buf *out)
{
	uint8_t modern[SPELLING_ROOM];
	size_t len = spelling_modern(&d->spelling, folded, modern);

	d->draft.n_terms = 0;
	buf_reset(&d->draft.bytes);
	enum fund_status status = add_stem(d, len ? slice_of(modern, len) : folded, TERM_WORD, 0);
	return status == FUND_OK ? buf_add_slice(out, slice_buf(&d->draft.bytes)) : status;
}

enum fund_status derive_written(struct slice surface, struct buf *out)
{
	uint8_t shortened[TERM_MAX];
	size_t start = out->len;
	enum fund_status status = lower_text(surface, out);

	if (status != FUND_OK || out->len - start <= TERM_MAX)
		return status;
	struct slice kept = cut(slice_from(slice_buf(out), start), shortened);
	memcpy(out->data + start, kept.data, kept.len);
	out->len = start + kept.len;
	return FUND_OK;
}

enum fund_status derive_fold(struct derive *d, struct slice surface, struct buf *out)
{
	enum fund_status status;

	buf_reset(&d->whole);
	if (surface.len == 0)
		return FUND_OK;
	if (is_plus_form(surface) || is_url(surface)) {
		status = derive_terms(d, surface);
	} else {
		bool sign = is_paragraph(surface);
		status = sign ? buf_add(&d->whole, surface.data, 2) : FUND_OK;
		surface = slice_from(surface, 2 * sign);
		if (status == FUND_OK)
			status = fold_whole(d, surface);
	}
	return status == FUND_OK ? buf_add_slice(out, slice_buf(&d->whole)) : status;
}
