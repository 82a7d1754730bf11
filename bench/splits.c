/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * splits INDEX WORDS: what the words (one a line) are made of by the lexicon of the index: `word TAB part+part`, links with the part before them; the word alone
 * where it is no compound. On stderr, the words of the lexicon and the time a word, all words in memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "stemmer/analyse.h"
#include "stemmer/compound.h"
#include "store/snapshot.h"

#define ROUNDS 5

static void die(const char *what, const char *which)
{
	fprintf(stderr, "splits: %s: %s\n", which, what);
	exit(2);
}

static void load(const char *index, struct lexicon *x)
{
	struct snapshot *s;
	struct fault why = { 0 };
	struct slice block;
	if (snapshot_open(&s, index, &why) != FUND_OK)
		die(why.text, index);
	for (unsigned letter = 0; letter < LEXICON_LETTERS; letter++)
		if (snapshot_lexicon(s, (uint8_t)letter, &block) == FUND_OK && lexicon_decode(x, (uint8_t)letter, block) != FUND_OK)
			die("damaged lexicon", index);
	snapshot_close(s);
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* How many bytes of the word fold to the first `n` of its folded form. */
static size_t unfold(struct analyser *a, const char *word, size_t n, struct buf *room)
{
	size_t len = 0;
	do {
		do
			len++;
		while ((word[len] & 0xC0) == 0x80);
		buf_reset(room);
		if (analyse_fold(a, slice_of(word, len), room) != FUND_OK)
			die("no memory", word);
	} while (word[len] && room->len < n);
	return len;
}

static void print_split(struct analyser *a, const char *word, const struct compound *c, struct buf *room)
{
	size_t from = 0;
	printf("%s\t", word);
	for (uint32_t i = 0; i + 1 < c->n; i++) {
		size_t to = unfold(a, word, c->parts[i].end, room);
		printf("%.*s+", (int)(to - from), word + from);
		from = to;
	}
	printf("%s\n", word + from);
}

int main(int argc, char **argv)
{
	struct lexicon x = LEXICON_INIT;
	struct analyser *analyser;
	struct compound c;
	struct buf folded = BUF_INIT, room = BUF_INIT;
	char *line = NULL;
	size_t cap = 0, n_words = 0;
	double took = 0;
	FILE *words = argc == 3 ? fopen(argv[2], "r") : NULL;
	if (!words)
		die("usage: splits INDEX WORDS", argv[0]);
	if (analyser_new(&analyser) != FUND_OK)
		die("no memory", argv[0]);
	load(argv[1], &x);
	while (getline(&line, &cap, words) > 0) {
		line[strcspn(line, "\r\n")] = '\0';
		buf_reset(&folded);
		if (analyse_fold(analyser, slice_str(line), &folded) != FUND_OK)
			die("no memory", line);
		double start = now();
		for (int i = 0; i < ROUNDS; i++)
			compound_split(&x, NULL, slice_buf(&folded), &c);
		took += now() - start;
		print_split(analyser, line, &c, &room);
		n_words += ROUNDS;
	}
	fprintf(stderr, "%zu words in the lexicon, %.3f us a word\n", x.n, n_words ? 1e6 * took / (double)n_words : 0);
	free(line);
	fclose(words);
	buf_release(&folded);
	buf_release(&room);
	lexicon_release(&x);
	analyser_free(analyser);
	return 0;
}
