/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ranking.h - the figures that scores are made of.
 *
 * Those of ranking_default were measured: docs/RELEVANCE.md, where each one's worth is told. bench/rank.c asks with others.
 * Units    weights of kinds: an occurrence as a part or in another spelling counts as so many of the word itself.
 */
#ifndef QUERY_RANKING_H
#define QUERY_RANKING_H

struct ranking {
	double k1, b;	/* BM25 */
	double part;	/* the word as a part of a compound */
	double variant;	/* the word in another spelling */
	double own_part; /* the parts of a compound that was asked for, beside it */
	double near;	/* words asked for close to each other: proximity.h */
};

extern const struct ranking ranking_default;

#endif
