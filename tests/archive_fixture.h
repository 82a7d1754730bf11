/* SPDX-License-Identifier: GPL-2.0-or-later */
/* archive_fixture.h - a small random archive on disk, indexed by the indexer's own code, and the same articles in memory for naive references. */
#ifndef TESTS_ARCHIVE_FIXTURE_H
#define TESTS_ARCHIVE_FIXTURE_H

#include "stemmer/analyse.h"
#include "tests/scratch.h"

#define ARTICLE_WORDS_MAX 600

struct model_article {
	char key[32];
	uint32_t date; /* packed */
	uint32_t n, n_title; /* words, those of the title first */
	uint16_t word[ARTICLE_WORDS_MAX]; /* numbers of the vocabulary */
	bool dead;
};

struct archive_model {
	struct scratch scratch;
	char archive[300], index[300];
	uint32_t n_words; /* vocabulary */
	struct model_article *articles;
	uint32_t n;
};

/* The w-th word of the vocabulary: made up, its own stem, no stop word. */
const char *model_word(uint32_t w, char room[16]);

/* `n` articles by `runs` runs of the indexer, each of which but the last adds three quarters of what is left, so that they are not merged; behind the last some are deleted. Few words
 * make many ties. */
void archive_model_make(struct archive_model *m, uint64_t seed, uint32_t runs, uint32_t n, uint32_t n_words);
void archive_model_remove(struct archive_model *m);
/* One run over the archive; fails the test unless it succeeds. */
void archive_model_index(struct archive_model *m);

#endif
