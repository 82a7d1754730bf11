/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses of files for terminals: which of them know such, and what is in one. */
#include <stdlib.h>
#include <string.h>

#include "cli/terminal.h"
#include "query/link.h"
#include "tests/scratch.h"

Suite *suite_link(void);

/* ---- terminals ---- */

static const struct {
	const char *name;
	const char *set[4]; /* name, value, … */
	bool knows;
} terminals[] = {
	{ "nothing is known", { NULL }, false },
	{ "a plain xterm", { "TERM", "xterm-256color" }, false },
	{ "a console", { "TERM", "linux" }, false },
	{ "GNOME's of today", { "TERM", "xterm-256color", "VTE_VERSION", "6800" }, true },
	{ "GNOME's of long ago", { "TERM", "xterm-256color", "VTE_VERSION", "4205" }, false },
	{ "Konsole of today", { "TERM", "xterm-256color", "KONSOLE_VERSION", "220401" }, true },
	{ "Konsole of long ago", { "TERM", "xterm-256color", "KONSOLE_VERSION", "180800" }, false },
	{ "Visual Studio Code's", { "TERM", "xterm-256color", "TERM_PROGRAM", "vscode" }, true },
	{ "Apple's", { "TERM", "xterm-256color", "TERM_PROGRAM", "Apple_Terminal" }, false },
	{ "kitty", { "TERM", "xterm-kitty" }, true },
	{ "foot under a name of its own", { "TERM", "foot-extra" }, true },
	{ "Windows'", { "TERM", "xterm-256color", "WT_SESSION", "1" }, true },
	{ "tmux within kitty", { "TERM", "xterm-kitty", "TMUX", "/tmp/tmux-0/default,1,0" }, false },
	{ "screen within GNOME's", { "TERM", "screen.xterm-256color", "VTE_VERSION", "6800" }, false },
	{ "dumb within Visual Studio Code", { "TERM", "dumb", "TERM_PROGRAM", "vscode" }, false },
	{ "none at all, though VTE_VERSION was left behind", { "VTE_VERSION", "6800" }, false },
};

static const char *const *set;

static const char *get(const char *name)
{
	for (int i = 0; i < 4 && set[i]; i += 2)
		if (strcmp(set[i], name) == 0)
			return set[i + 1];
	return NULL;
}

START_TEST(terminals_that_know_links_are_told_by_their_environment)
{
	set = terminals[_i].set;
	ck_assert_msg(terminal_knows_links(get) == terminals[_i].knows, "%s", terminals[_i].name);
}
END_TEST

/* ---- addresses ---- */

START_TEST(no_byte_of_an_address_steers_a_terminal)
{
	struct buf out = BUF_INIT;
	uint8_t all[256];
	for (int i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	ck_assert_int_eq(link_address(slice_of(all, sizeof all), "h\x1b\\", &out), FUND_OK);
	for (size_t i = 0; i < out.len; i++)
		ck_assert_msg(out.data[i] > ' ' && out.data[i] < 0x7F, "byte %zu", i);
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "file://h%1B%5C%00%01"));
	buf_reset(&out);
	ck_assert_int_eq(link_address(SLICE_LIT("/Zeit ung/M\xc3\xbcller_1-2.txt~"), "rechner", &out), FUND_OK);
	ck_assert_str_eq(buf_str(&out), "file://rechner/Zeit%20ung/M%C3%BCller_1-2.txt~");
	buf_release(&out);
}
END_TEST

/* ---- paths ---- */

static struct scratch scratch;
static struct manifest m;

static void set_up(void)
{
	struct root *root;
	char path[400];
	scratch_make(&scratch);
	m = (struct manifest){ .next_root = 0 };
	ck_assert_int_eq(manifest_add_root(&m, slice_str(scratch.dir), 0, &root), FUND_OK);
	snprintf(path, sizeof path, "%s/a.jsonl", scratch.dir);
	FILE *f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fclose(f);
	ck_assert_int_eq(manifest_add_root(&m, slice_str(path), 0, &root), FUND_OK);
	ck_assert_int_eq(manifest_add_root(&m, SLICE_LIT("/nirgends/da"), 0, &root), FUND_OK);
}

static void tear_down(void)
{
	manifest_release(&m);
	scratch_remove(&scratch);
}

static const struct {
	const char *name, *key, *behind; /* the path behind the scratch folder; NULL: none */
	uint32_t root;
	size_t id_len;
} paths[] = {
	{ "below a folder", "2021/11/truppen.txt", "/2021/11/truppen.txt", 0, 0 },
	{ "a file of many", "2021/a.jsonl#1#2", "/2021/a.jsonl", 0, 4 },
	{ "a container of a file of many", "a.tar#b/c.jsonl#7", "/a.tar", 0, 12 },
	{ "a root that is a file", "a.jsonl#1", "/a.jsonl", 1, 2 },
	{ "a root that is not here", "a.txt", NULL, 2, 0 },
	{ "a root that the index does not have", "a.txt", NULL, 9, 0 },
};

START_TEST(a_key_leads_to_its_file)
{
	struct buf out = BUF_INIT;
	char wanted[400];
	const struct article_key key = { paths[_i].root, slice_str(paths[_i].key), paths[_i].id_len };
	enum fund_status st = link_path(&m, &key, &out);
	ck_assert_msg(st == (paths[_i].behind ? FUND_OK : FUND_NOT_FOUND), "%s", paths[_i].name);
	snprintf(wanted, sizeof wanted, "%s%s", scratch.dir, paths[_i].behind ? paths[_i].behind : "");
	ck_assert_msg(!paths[_i].behind || slice_equal(slice_buf(&out), slice_str(wanted)), "%s", paths[_i].name);
	buf_release(&out);
}
END_TEST

Suite *suite_link(void)
{
	Suite *s = suite_create("link");
	TCase *t = tcase_create("addresses"), *p = tcase_create("paths");
	tcase_add_loop_test(t, terminals_that_know_links_are_told_by_their_environment, 0, (int)(sizeof terminals / sizeof *terminals));
	tcase_add_test(t, no_byte_of_an_address_steers_a_terminal);
	tcase_add_checked_fixture(p, set_up, tear_down);
	tcase_add_loop_test(p, a_key_leads_to_its_file, 0, (int)(sizeof paths / sizeof *paths));
	suite_add_tcase(s, t);
	suite_add_tcase(s, p);
	return s;
}
