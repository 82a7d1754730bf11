/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan_apart.c - a compound that somebody wrote as two words all the same: Jonglier Keulen for Jonglierkeulen, Truppen Aufmarsch.
 *
 * Their letters are the compound's, linking elements included: "Truppen Aufmarsch", but no "große Stadt" for Großstadt. Only the last word may have any inflection.
 * Who writes so is the exception: looked for only where few articles have the compound.
 */
#include "query/plan_private.h"

#include "query/matches.h"

#define APART_ENOUGH 10u    /* articles that have the compound: two words would rank below them, and to look for them takes time */
#define APART_COMMON 300u /* articles that have the rarer of the two words: the same */

/* How many bytes of the word fold to `n` of its folded form; 0: none do (a letter folds to two). */
static enum fund_status unfold(struct plan_build *b, struct slice word, size_t n, size_t *len)
{
	struct buf folded = BUF_INIT;
	enum fund_status st = FUND_OK;
	size_t at = n < word.len ? n : word.len;
	while (at < word.len && (word.data[at] & 0xC0) == 0x80)
		at++;
	for (; st == FUND_OK && at < word.len && folded.len < n; at++) {
		if ((word.data[at] & 0xC0) == 0x80)
			continue;
		buf_reset(&folded);
		st = analyse_fold(b->searcher->analyser, slice_of(word.data, at), &folded);
		if (folded.len >= n)
			break;
	}
	*len = folded.len == n && at < word.len ? at : 0;
	buf_release(&folded);
	return st;
}

/* "head tail", as plan_span() reads them. */
struct two_words {
	struct ast phrase, head, tail;
};

static enum fund_status two_words(struct plan_build *b, struct slice word, size_t cut, struct two_words *out)
{
	uint8_t *text = arena_alloc(b->arena, word.len + 1);
	if (!text)
		return FUND_NO_MEMORY;
	memcpy(text, word.data, cut);
	text[cut] = ' ';
	memcpy(text + cut + 1, word.data + cut, word.len - cut);
	out->head = (struct ast){ .kind = AST_EXACT, .text = slice_of(text, cut), .next = &out->tail };
	out->tail = (struct ast){ .kind = AST_WORD, .text = slice_of(text + cut + 1, word.len - cut) };
	out->phrase = (struct ast){ .kind = AST_PHRASE, .text = slice_of(text, word.len + 1), .children = &out->head };
	return FUND_OK;
}

/* Is it cheap to say where they are neighbours? */
static bool is_cheap(const struct plan *phrase)
{
	uint64_t least = UINT64_MAX;
	for (uint32_t i = 0; i < phrase->n_phrase; i++)
		least = phrase->phrase[i].places.df < least ? phrase->phrase[i].places.df : least;
	return phrase->kind == PLAN_PHRASE && least <= APART_COMMON;
}

/* Are they neighbours anywhere, in any inflection? Mostly they are not, and that is sooner known than their forms. */
static enum fund_status are_neighbours(struct plan_build *b, struct slice text, bool *any)
{
	struct plan *phrase;
	enum fund_status st = plan_phrase(b, text, FIELD_ANY, &phrase);
	*any = false;
	return st == FUND_OK && phrase && is_cheap(phrase) ? matches_any(b->searcher, phrase, b->arena, any) : st;
}

/* As rare as the compound; where no article has that, as its rarest word. */
static double scale_of(const struct plan *word, const struct plan *apart)
{
	double most = 0;
	if (word->kind != PLAN_NONE)
		return word->scale;
	for (uint32_t i = 0; i < apart->n_slots; i++)
		most = apart->slots[i]->idf > most ? apart->slots[i]->idf : most;
	return most * SCORE_UNIT;
}

static enum fund_status add_apart(struct plan_build *b, struct slice surface, size_t cut, const struct plan *word, struct plan *best)
{
	struct two_words words;
	struct plan *apart;
	bool any = false;
	enum fund_status st = two_words(b, surface, cut, &words);
	if (st == FUND_OK)
		st = are_neighbours(b, words.phrase.text, &any);
	if (st != FUND_OK || !any)
		return st;
	st = plan_span(b, &words.phrase, &apart);
	if (st == FUND_OK && apart && apart->kind == PLAN_SPAN)
		st = matches_any(b->searcher, apart, b->arena, &any);
	else
		any = false;
	if (st != FUND_OK || !any)
		return st;
	apart->is_variant = true;
	apart->scale = b->searcher->ranking.variant * scale_of(word, apart);
	return plan_add_child(b, best, apart);
}

/* In how many articles the word stands in one piece. */
static uint64_t whole_df(const struct plan *word)
{
	const struct plan *whole = word->kind == PLAN_WORD ? word->children[0] : word;
	return whole->kind == PLAN_TERM && whole->term.kind == TERM_WORD ? whole->term.places.df : 0;
}

bool plan_is_rare(const struct plan *word) { return whole_df(word) < APART_ENOUGH; }

enum fund_status plan_written_apart(struct plan_build *b, struct slice surface, const struct word_parts *parts, struct plan **word)
{
	struct plan *best;
	size_t cut;
	bool unknown = b->unknown;
	enum fund_status st = plan_node_new(b, PLAN_BEST, &best);
	if (st == FUND_OK && (*word)->kind != PLAN_NONE)
		st = plan_add_child(b, best, *word);
	for (uint32_t i = 0; i < parts->n && st == FUND_OK; i++) {
		if (parts->parts[i].level > 0)
			continue;
		st = unfold(b, surface, parts->parts[i].end, &cut);
		if (st == FUND_OK && cut)
			st = add_apart(b, surface, cut, *word, best);
	}
	b->unknown = unknown;
	if (st != FUND_OK || best->n_children == 0)
		return st;
	*word = plan_simplest(b, best);
	return FUND_OK;
}
