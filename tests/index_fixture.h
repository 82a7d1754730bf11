/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * index_fixture.h - directories that vanish, and segments whose every value follows from a seed, so that they can be
 * compared without keeping them.
 */
#ifndef TESTS_INDEX_FIXTURE_H
#define TESTS_INDEX_FIXTURE_H

#include "store/index_writer.h"

/* An empty directory of its own; the path is static until the next call. */
const char *fixture_make_dir(void);
void fixture_remove_dir(const char *dir);

uint64_t fixture_hash(uint64_t a, uint64_t b, uint64_t c); /* well mixed */

/* Term t is in document d with the frequency, boost and positions that the functions say. The first quarter of the
 * terms has no positions, term 0 is in every document, every term in at least one. */
struct model {
	uint64_t seed;
	uint32_t n_docs, n_terms;
};
struct slice model_term(const struct model *m, uint32_t t, char room[32]);
bool model_has_positions(const struct model *m, uint32_t t);
uint32_t model_freq(const struct model *m, uint32_t t, uint32_t doc); /* 0: not in it; at most 5 */
uint8_t model_boost(const struct model *m, uint32_t t, uint32_t doc);
uint32_t model_position(const struct model *m, uint32_t t, uint32_t doc, uint32_t i);
/* Which of MODEL_FORMS words stands there: every other term with positions has some of them, the others have the first. */
#define MODEL_FORMS 5u
uint32_t model_form(const struct model *m, uint32_t t, uint32_t doc, uint32_t i);
struct slice model_form_word(const struct model *m, uint32_t t, uint32_t form, char room[40]);
/* The forms that the term has, as the index has them; n of them, and of each its number for model_form_word(). */
struct model_forms {
	uint32_t n, form[MODEL_FORMS], df[MODEL_FORMS];
	uint64_t cf[MODEL_FORMS];
};
void model_count_forms(const struct model *m, uint32_t t, struct model_forms *out);
struct slice model_key(const struct model *m, uint32_t doc, char room[64], size_t *id_len);
uint32_t model_words(const struct model *m, uint32_t doc);
struct slice model_body(const struct model *m, uint32_t doc, char room[256]);

extern const struct index_settings fixture_settings;

/* These fail the running test when something is wrong. */
struct index_writer *fixture_open(const char *dir);
void fixture_write_segment(struct index_writer *w, const struct model *m, struct segment_stats *stats);
/* The segment is held: index_writer.h. The caller frees the writer. */
struct segment_writer *fixture_hold_segment(struct index_writer *w, const struct model *m, struct segment_stats *stats);
/* The same documents as those of the published segment of that number, whose texts it keeps. */
void fixture_take_over(struct index_writer *w, const struct model *m, uint32_t number, struct segment_stats *stats);
/* Adds the segment to what is published, and publishes. */
void fixture_publish_segment(struct index_writer *w, const struct model *m);
void fixture_republish(struct index_writer *w); /* the same segments, with the tombstones to come */
void fixture_check_segment(struct segment *s, const struct model *m);
/* The published segments are these. */
void fixture_check_index(const char *dir, const struct model *models, uint32_t n);

/* Keys of a segment: its chunks (concern 0x10) or tombstones (0x03). */
uint32_t fixture_count_keys(const struct snapshot *snapshot, uint8_t concern, uint32_t segment);

/* For child processes: the same without failing a test. */
enum fund_status fixture_try_segment(struct index_writer *w, const struct model *m, struct segment_stats *stats);

#endif
