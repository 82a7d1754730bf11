/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session over an index that changes: each call is in one state, or says that it cannot be. */
#include <string.h>

#include "query/session.h"
#include "tests/site.h"

Suite *suite_session(void);

static struct analyser *analyser;
static struct session session;
static struct finding found;
static const char *names[1];

static void set_up(void)
{
	site_set_up();
	articles(0, 12);
	run_is(0, "12 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	ck_assert_int_eq(analyser_new(&analyser), FUND_OK);
	names[0] = index_dir;
	session_init(&session, names, 1, NULL, analyser);
}

static void tear_down(void)
{
	session_release(&session);
	finding_release(&found);
	found = (struct finding){ .page = ARENA_INIT };
	analyser_free(analyser);
	site_tear_down();
}

static enum fund_status overwritten(struct session *s, void *times, struct fault *why)
{
	(void)s, (void)why;
	++*(uint32_t *)times;
	return FUND_STALE;
}

/* Without a place in lock.mdb: what a taker read was overwritten each time. */
START_TEST(an_index_that_changes_faster_than_it_is_read_is_given_up)
{
	struct fault why = { 0 };
	uint32_t times = 0;
	ck_assert_int_eq(session_read(&session, overwritten, &times, &why), FUND_STALE);
	ck_assert_uint_gt(times, 1);
	ck_assert_str_eq(why.text, "the index changes faster than it can be read here: make its lock.mdb writable for this user, or try again");
}
END_TEST

START_TEST(a_page_of_hits_is_of_the_state_that_was_searched_or_none)
{
	struct search_options options = { .limit = UINT32_MAX, .to = UINT32_MAX };
	struct session_query q = { SLICE_LIT("Feuerwehr"), &options, 5, HIT_KEY, NULL };
	struct fault why = { 0 };
	ck_assert_int_eq(session_find(&session, &found, &q, &why), FUND_OK);
	session_let_go(&session);
	ck_assert_int_eq(session_page(&session, &found, 5, 100, HIT_KEY, &why), FUND_OK);
	ck_assert_uint_eq(found.search.result.n_hits, 7);
	session_let_go(&session);
	article("neu.txt", "Feuerwehr.\n");
	run_is(0, "1 added, 0 changed, 0 removed, 12 unchanged, 0 failed");
	ck_assert_int_eq(session_page(&session, &found, 5, 100, HIT_KEY, &why), FUND_STALE);
	ck_assert_str_eq(why.text, "the index changed while its hits were listed: the list above is not complete; run the query again");
}
END_TEST

Suite *suite_session(void)
{
	Suite *s = suite_create("session");
	TCase *t = tcase_create("changes");
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, an_index_that_changes_faster_than_it_is_read_is_given_up);
	tcase_add_test(t, a_page_of_hits_is_of_the_state_that_was_searched_or_none);
	suite_add_tcase(s, t);
	return s;
}
