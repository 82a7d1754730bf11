/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The query language: any line is a tree, or an error that points into the line. */
#include "query/ast.h"
#include "tests/fuzz/fuzz.h"

void fuzz_query(struct slice bytes);

static void check_tree(const struct ast *a, struct slice query, unsigned depth)
{
	FUZZ_CHECK(depth < 10000 && a->off <= query.len);
	for (const struct ast *c = a->kind == AST_GROUP ? a->children : NULL; c; c = c->next)
		check_tree(c, query, depth + 1);
}

void fuzz_query(struct slice bytes)
{
	for (int all = 0; all < 2; all++) {
		struct arena arena = ARENA_INIT;
		struct parse_options options = { .all = all };
		struct parse_warning warning = { 0 };
		struct ast *ast = NULL;
		struct fault why = { 0 };
		uint32_t error_off = 0;
		enum fund_status st = parse_query(&arena, bytes, &options, &ast, &warning, &error_off, &why);
		if (st == FUND_OK && ast)
			check_tree(ast, bytes, 0);
		if (st != FUND_OK)
			FUZZ_CHECK(why.text[0] && error_off <= bytes.len);
		arena_release(&arena);
	}
}
