/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analyse.h - German text in, terms out. The one door of stemmer/: indexer, query and snippets all analyse here, so
 * they cannot differ.
 *
 * Flow     UTF-8 -> words (words.h) -> folded (fold.h) -> [compound parts] -> stems (libstemmer) -> terms.
 * Cache    a table maps each surface form (the word as written, after soft hyphens and line ends are joined) to its
 *          struct word: analysed once per analyser, then one hash and one compare a token.
 * Units    pos: 0-based index of a word in the text; off, len: bytes of the input that the word covers (with the
 *          hyphen and newline of a word that was broken across lines).
 * Threads  one analyser a thread; nothing is shared, nothing global.
 */
#ifndef STEMMER_ANALYSE_H
#define STEMMER_ANALYSE_H

#include "base/bytes.h"

/* What a term is to its word. The order is that of strength. */
enum term_kind {
	TERM_WORD = 0,	  /* the folded stem of the word itself */
	TERM_PART = 1,	  /* a part of a compound */
	TERM_VARIANT = 2, /* another orthography, a lemma, the masculine of a gender form: weaker evidence */
	TERM_KINDS
};

#define TERM_MAX 128 /* bytes of a term; longer words end in a hash of the whole, so that they stay distinct */

/* A term of the analyser's own table: dense numbers from 0 in the order of first sight; (bytes, kind) is unique. */
struct term {
	struct slice bytes; /* normalised UTF-8, 1 to TERM_MAX bytes; lives as long as the analyser or until
			       analyser_reset() */
	uint32_t kind;	  /* enum term_kind */
	uint32_t n_forms; /* of a TERM_WORD: how many words as written were met */
};

/* A word as written, whatever its case: of a TERM_WORD the small letters of the word, or of the piece, that it was made of. Longer
 * ones than TERM_MAX are cut as terms are. Dense numbers from 0 in the order of first sight; (bytes, term) is unique. */
struct written {
	struct slice bytes;
	uint32_t term;
	uint32_t ordinal; /* among the term's: 0 the first met */
};
#define WRITTEN_MAX ((1u << 24) - 1) /* forms of a term; any further ones count as the last */

struct term_ref {
	uint32_t term;		/* number in the analyser's table */
	uint32_t shift : 8;	/* position of the term: the word's pos + shift (pieces of a hyphenated word: 0, 1, 2 …) */
	uint32_t written : 24;	/* of a TERM_WORD: ordinal of its form; else 0 */
};

/* A surface form with its analysis. Immutable; lives as long as the analyser or until analyser_reset(). */
struct word {
	struct slice surface; /* as written, soft hyphens and line breaks gone, NFC */
	uint32_t number;      /* dense, in the order of first sight */
	uint8_t n_positions;  /* how many positions it takes: 1, or as many as it has pieces */
	uint8_t n_refs;       /* may be 0: then the token takes its positions and has no term */
	const struct term_ref *refs; /* the terms: first the whole word (shift 0, TERM_WORD), then pieces and others */
};

struct token {
	const struct word *word;
	uint64_t hash; /* of the word's surface, by hash_bytes(); 0 for those that do not matter */
	bool plain;    /* the text has the surface as it is */
	uint32_t pos;  /* of the word's first piece */
	uint32_t off, len;
};

/* Boundaries that sentence and paragraph scope need; reported between tokens, before the token that begins there. */
enum boundary { BOUNDARY_SENTENCE, BOUNDARY_PARAGRAPH };

/* Receives the tokens of one text in order. A callback that returns anything but FUND_OK ends the analysis with that
 * status. `boundary` may be NULL. */
struct token_sink {
	void *context;
	enum fund_status (*token)(void *context, const struct token *token);
	enum fund_status (*boundary)(void *context, enum boundary what, uint32_t pos);
	/* May say of a surface form that its terms do not matter: its tokens then have a word without terms, of one position. NULL: all do. Asked some words
	 * before their tokens come. */
	bool (*matters)(void *context, struct slice surface);
};

struct analyser;

/* NULL settings are the defaults, which the fingerprint covers. FUND_NO_MEMORY is the only failure. */
enum fund_status analyser_new(struct analyser **out);
void analyser_free(struct analyser *a); /* NULL is allowed */
/* Forget all words and terms, keep the memory: numbers start at 0 again. */
void analyser_reset(struct analyser *a);

/* Analyse `text` (any bytes: invalid UTF-8 is replaced), positions counted from *pos, which is left at the next free
 * one. Texts over 4 GiB - 1 are FUND_LIMIT. Words in the table survive; so a loop over articles allocates only for
 * new words. */
enum fund_status analyse_text(struct analyser *a, struct slice text, uint32_t *pos, const struct token_sink *sink);

/* The analysis of one surface form (a query's word): the same as analyse_text() would give it. */
enum fund_status analyse_word(struct analyser *a, struct slice surface, const struct word **out);

uint32_t analyser_n_terms(const struct analyser *a);
const struct term *analyser_term(const struct analyser *a, uint32_t term);
uint32_t analyser_n_words(const struct analyser *a);
size_t analyser_memory(const struct analyser *a); /* bytes held, for the indexer's budget */

uint32_t analyser_n_written(const struct analyser *a);
struct written analyser_written(const struct analyser *a, uint32_t number); /* its bytes live as a term's */
/* A word in small letters as the forms of the index are: appended to out. What `=Wort` looks for. */
enum fund_status analyse_written(struct slice surface, struct buf *out);

/* A pattern with its letters composed, as those of words are; its signs stay, invalid UTF-8 is replaced. Appended to out. */
enum fund_status analyse_pattern(struct slice pattern, struct buf *out);
/* Where in `pattern` the character begins that is at `off` of what analyse_pattern() makes of it. */
size_t analyse_pattern_place(struct slice pattern, size_t off);

/* The folded, unstemmed, lower-case form of a surface form, for exact search, wildcards and suggestions; appended to
 * out. */
enum fund_status analyse_fold(struct analyser *a, struct slice surface, struct buf *out);

/* Calls `each` for every word in the table, in no order. */
void analyser_each_word(const struct analyser *a, void (*each)(void *context, const struct word *word), void *context);

/* The term of a folded word as a part of compounds: as TERM_WORD of that word in the spelling of today, in which all spellings meet; appended to out. */
enum fund_status analyse_part(struct analyser *a, struct slice folded, struct buf *out);

/* Stop words (articles, prepositions, pronouns …): dropped from ranking when a query has other words; never from the
 * index. `term` is a TERM_WORD. */
bool analyse_is_stop_word(const struct analyser *a, struct slice term);

/* The length of the number that `text` begins with, its separators included: 60 000 is one, and so is 8.685. 0: it begins with no digit. */
size_t analyse_number_len(struct slice text);

/* Names the settings and tables the analysis depends on, libstemmer's behaviour included (stems of a probe list): two
 * analysers with equal fingerprints give equal terms. `text` is for people ("german-2;snowball-2.2;..."), static. */
struct fingerprint {
	uint64_t hash;
	const char *text;
};
enum fund_status analyser_fingerprint(struct analyser *a, struct fingerprint *out);

#endif
