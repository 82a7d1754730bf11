/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Databases of Xapian that cannot be searched: somebody else's, of another version, damaged; and a module that does not fit. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sanitized.h"
#include "query/lender.h"
#include "tests/twins.h"
#include "xapian/layout.h"
#include "xapian/xapian_c.h"

static struct fault why;

START_TEST(a_database_that_is_not_ours_is_refused)
{
	const struct xapian_c *x;
	struct xapian_db *db;
	char path[400];
	if (!twins_possible())
		return;
	twins_make(31);
	ck_assert_int_eq(xapian_load(&x, &why), FUND_OK);
	snprintf(path, sizeof path, "%s/x", scratch.dir);
	ck_assert_int_eq(x->db_open(&db, path, XAPIAN_UPDATE, &why), FUND_OK);
	ck_assert_int_eq(x->db_set_metadata(db, "fundstelle.analysis", SLICE_LIT("0123456789abcdef-0"), &why), FUND_OK);
	ck_assert_int_eq(x->db_commit(db, &why), FUND_OK);
	struct outcome o = program_run(NULL, "fundstelle-query -i xapian:%s Haus", path);
	ck_assert_msg(o.status == 2 && strstr(o.err, "another analysis"), "%d %s", o.status, o.err);
	outcome_free(&o);
	ck_assert_int_eq(x->db_set_metadata(db, "fundstelle.analysis", SLICE_LIT(""), &why), FUND_OK);
	ck_assert_int_eq(x->db_commit(db, &why), FUND_OK);
	x->db_free(db);
	o = program_run(NULL, "fundstelle-query -i xapian:%s Haus", path);
	ck_assert_msg(o.status == 2 && strstr(o.err, "not one of fundstelle-index"), "%d %s", o.status, o.err);
	outcome_free(&o);
	o = program_run(NULL, "fundstelle-query -i xapian:%s/none Haus", scratch.dir);
	ck_assert_msg(o.status == 2 && strstr(o.err, "none"), "%d %s", o.status, o.err);
	outcome_free(&o);
	program_expect(2, "fundstelle-query -i xapian://nowhere Haus");
	program_expect(2, "fundstelle-query -i xapian://127.0.0.1:0 Haus");
	scratch_remove(&scratch);
}
END_TEST

/* Of a database that is there; a copy, so that each test has its own. */
static void set_metadata(const struct xapian_c *x, const char *path, const char *key, struct slice value)
{
	struct xapian_db *db;
	ck_assert_int_eq(x->db_open(&db, path, XAPIAN_UPDATE, &why), FUND_OK);
	ck_assert_int_eq(x->db_set_metadata(db, key, value, &why), FUND_OK);
	ck_assert_int_eq(x->db_commit(db, &why), FUND_OK);
	x->db_free(db);
}

static void database_says(const char *places, const char *query, const char *text)
{
	struct outcome o = program_run(NULL, "fundstelle-query %s %s", places, query);
	ck_assert_msg(o.status == 2 && strstr(o.err, text), "%d %s", o.status, o.err);
	outcome_free(&o);
}

START_TEST(databases_that_do_not_fit_are_refused)
{
	const struct xapian_c *x;
	struct xapian_db *db;
	struct xapian_state state;
	struct slice text;
	struct buf other = BUF_INIT;
	char path[400], both[800], one[400];
	if (!twins_possible())
		return;
	twins_make(31);
	ck_assert_int_eq(xapian_load(&x, &why), FUND_OK);
	program_expect(0, "fundstelle-index -q -i %s/i --to-xapian=%s/y", scratch.dir, scratch.dir);
	snprintf(path, sizeof path, "%s/y", scratch.dir);
	snprintf(one, sizeof one, "-i xapian:%s/y", scratch.dir);
	snprintf(both, sizeof both, "-i xapian:%s/x -i xapian:%s/y", scratch.dir, scratch.dir);
	ck_assert_int_eq(x->db_open(&db, path, XAPIAN_READ, &why), FUND_OK);
	ck_assert_int_eq(x->db_metadata(db, XAPIAN_METADATA_STATE, &text, &why), FUND_OK);
	ck_assert_int_eq(xapian_state_decode(text, &state), FUND_OK);
	state.weights.title++;
	ck_assert_int_eq(xapian_state_encode(&state, &other), FUND_OK);
	x->db_free(db);
	set_metadata(x, path, XAPIAN_METADATA_STATE, slice_buf(&other));
	database_says(both, "Haus", "/y: its title and lead weigh otherwise than those of xapian:");
	set_metadata(x, path, XAPIAN_METADATA_STATE, SLICE_LIT("x"));
	database_says(one, "Haus", "/y: written by another version: run fundstelle-index --to-xapian again");
	buf_release(&other);
	scratch_remove(&scratch);
}
END_TEST

START_TEST(a_document_of_somebody_else_is_named)
{
	const struct xapian_c *x;
	struct xapian_db *db;
	struct xapian_doc *doc;
	uint32_t number;
	char path[400], one[400];
	if (!twins_possible())
		return;
	twins_make(31);
	ck_assert_int_eq(xapian_load(&x, &why), FUND_OK);
	snprintf(path, sizeof path, "%s/x", scratch.dir);
	snprintf(one, sizeof one, "-i xapian:%s/x", scratch.dir);
	ck_assert_int_eq(x->db_open(&db, path, XAPIAN_UPDATE, &why), FUND_OK);
	ck_assert_int_eq(x->doc_new(&doc, &why), FUND_OK);
	ck_assert_int_eq(x->doc_add(doc, SLICE_LIT("Qfremd"), 0, &why), FUND_OK);
	ck_assert_int_eq(x->doc_add(doc, SLICE_LIT("haus"), 9, &why), FUND_OK);
	ck_assert_int_eq(x->doc_set_value(doc, XAPIAN_SLOT_RANKING, SLICE_LIT("x"), &why), FUND_OK);
	ck_assert_int_eq(x->db_replace(db, SLICE_LIT("Qfremd"), doc, &number, &why), FUND_OK);
	ck_assert_int_eq(x->db_commit(db, &why), FUND_OK);
	x->doc_free(doc);
	x->db_free(db);
	database_says(one, "-n 0 Haus", "a document that fundstelle-index did not write, or damaged");
	scratch_remove(&scratch);
}
END_TEST

/* A program by itself, with whatever stands in its module's place beside it; NULL: nothing. */
static void program_apart_says(const char *module, const char *text)
{
	char to[400], from[400];
	scratch_make(&scratch);
	if (module) {
		snprintf(to, sizeof to, "%s/fundstelle-xapian.so", scratch.dir);
		file_copy(module, to);
	}
	snprintf(from, sizeof from, "%s/fundstelle-query", getenv("FUNDSTELLE_BIN"));
	snprintf(to, sizeof to, "%s/fundstelle-query", scratch.dir);
	file_copy(from, to);
	ck_assert_int_eq(chmod(to, 0755), 0);
	struct outcome o = program_run(NULL, "%s -i xapian:%s/x Haus", to, scratch.dir);
	ck_assert_msg(o.status == 2 && strstr(o.err, text), "%d %s", o.status, o.err);
	outcome_free(&o);
	scratch_remove(&scratch);
}

static bool is_installed(void) { return access(MODULE_DIR "/fundstelle-xapian.so", F_OK) == 0; }

START_TEST(without_its_module_it_is_said_which_package_has_it)
{
	if (is_installed())
		printf("lender_refusals: %s has a module: not tested\n", MODULE_DIR);
	else
		program_apart_says(NULL, "Xapian's part of fundstelle is not installed (Debian: apt-get install fundstelle-xapian): ");
}
END_TEST

/* A library that is none of ours. */
START_TEST(a_module_of_another_version_is_refused)
{
	char module[400];
	snprintf(module, sizeof module, "%s/tests/crash/inject.so", getenv("FUNDSTELLE_BIN"));
	if (!is_installed())
		program_apart_says(module, "fundstelle-xapian.so is of another version than this program");
}
END_TEST

Suite *suite_lender_refusals(void);
Suite *suite_lender_refusals(void)
{
	Suite *s = suite_create("databases of Xapian that are refused");
	TCase *t = tcase_create("refusals");
	tcase_set_timeout(t, 600);
	tcase_add_test(t, a_database_that_is_not_ours_is_refused);
	tcase_add_test(t, databases_that_do_not_fit_are_refused);
	tcase_add_test(t, a_document_of_somebody_else_is_named);
	tcase_add_test(t, without_its_module_it_is_said_which_package_has_it);
	if (!SANITIZED) /* what else is loaded has no sanitizer */
		tcase_add_test(t, a_module_of_another_version_is_refused);
	suite_add_tcase(s, t);
	return s;
}
