/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rule_writer.h - the forms of a dictionary chunk while it is made: their rules are numbered by how much it saves when all are known.
 *
 * Bytes    docs/FORMAT.md, "Forms".
 */
#ifndef STORE_RULE_WRITER_H
#define STORE_RULE_WRITER_H

#include "store/edits.h"

struct rule_use {
	uint32_t rule; /* number in the order of first sight */
	uint32_t at;   /* it stands before this byte of raw */
};

/* Starts as {0}. */
struct rule_writer {
	struct buf raw; /* all forms' bytes but for their rules */
	struct rule_use *uses;
	size_t n_uses, cap_uses;
	struct rule *rules; /* those met, and a table of their numbers by hash */
	size_t n_rules, cap_rules;
	uint32_t *slots;
	size_t n_slots;
	struct buf bytes; /* of the rules */
};
void rule_writer_release(struct rule_writer *w); /* also on {0} */
void rule_writer_reset(struct rule_writer *w);
/* Appends a rule with its places. */
enum fund_status rule_writer_add(struct rule_writer *w, const struct edit *edit);
/* Numbers the rules: appends the list to out. Nothing may be added from here to the reset. */
enum fund_status rule_writer_list(struct rule_writer *w, struct buf *out);
/* Appends what was added between two states of the writer. */
struct rule_range {
	size_t raw, uses;
};
static inline struct rule_range rule_writer_now(const struct rule_writer *w) { return (struct rule_range){ w->raw.len, w->n_uses }; }
enum fund_status rule_writer_put(const struct rule_writer *w, struct rule_range from, struct rule_range to, struct buf *out);

#endif
