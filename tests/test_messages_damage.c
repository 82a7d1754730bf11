/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the programs say of an index in which one structure is damaged that its pages do not show. */
#include <string.h>

#include "store/pages.h"
#include "store/snapshot.h"
#include "store/writer_private.h"
#include "tests/site.h"

Suite *suite_messages_damage(void);

static void set_up(void)
{
	site_set_up();
	articles(0, 60);
	run_is(0, "60 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	remove_article("3/0003.txt");
	run_is(0, "0 added, 0 changed, 1 removed, 59 unchanged, 0 failed");
}

static void flip(uint64_t off)
{
	size_t n;
	char *bytes = file_read(data_file, &n);
	ck_assert_uint_lt(off, n);
	bytes[off] = (char)(bytes[off] ^ 0x40);
	file_write_bytes(data_file, bytes, n);
	free(bytes);
}

/* In the midst of the first value of that concern; of a segment's, of that kind (layout.h). */
static void damage(uint8_t concern, uint8_t kind)
{
	struct snapshot *s;
	struct slice key = slice_of(&concern, 1), value;
	uint64_t off = 0;
	ck_assert_int_eq(snapshot_open(&s, index_dir, NULL), FUND_OK);
	const struct pages *p = snapshot_pages(s);
	while (off == 0 && pages_seek_gt(p, key, &key, &value) == FUND_OK && key.data[0] == concern)
		if (!kind || (key.len > 5 && key.data[5] == kind))
			off = (uint64_t)(value.data - p->map) + value.len / 2;
	snapshot_close(s);
	ck_assert_msg(off, "nothing of that kind: %02x %c", concern, kind ? kind : ' ');
	flip(off);
}

/* Behind "-i INDEX"; "@" is the archive. */
static const struct {
	uint8_t concern, kind;
	const char *arguments, *text;
} cases[] = {
	{ KEY_SOURCES, 0, "--status --failed", "/index: the list of files is damaged: run fundstelle-index --verify" },
	{ KEY_SOURCES, 0, "--status --failed --format=json", "/index: the list of files is damaged: run fundstelle-index --verify" },
	{ KEY_SOURCES, 0, "@", "the list of files is damaged: run fundstelle-index --verify" },
	{ KEY_LEXICON, 0, "@", "the lexicon is damaged: run fundstelle-index --verify" },
	{ KEY_TOMBSTONES, 0, "@", "the index cannot be read: run fundstelle-index --verify" },
	{ KEY_SEGMENT, 't', "--to-bulk=-", "the index cannot be read: run fundstelle-index --verify" },
	{ KEY_SEGMENT, 'k', "@", "the index cannot be read: run fundstelle-index --verify" },
};

START_TEST(a_structure_that_is_damaged_is_named)
{
	const char *given = cases[_i].arguments;
	remove_article("4/0004.txt");
	damage(cases[_i].concern, cases[_i].kind);
	struct outcome o = program_run(NULL, "fundstelle-index -i %s %s", index_dir, strcmp(given, "@") == 0 ? archive : given);
	ck_assert_msg(o.status == 2 && strstr(o.err, cases[_i].text), "%d: %s%s\nnot: %s", o.status, o.out, o.err, cases[_i].text);
	outcome_free(&o);
	program_expect(1, "fundstelle-index -i %s --verify", index_dir);
}
END_TEST

START_TEST(of_damaged_pages_no_backup_is_made)
{
	size_t n;
	uint64_t even, odd;
	char *bytes = file_read(data_file, &n);
	memcpy(&even, bytes + 144, 8);
	memcpy(&odd, bytes + 4096 + 144, 8);
	free(bytes);
	flip((odd > even ? 4096u : 0u) + 16 + 24 + 48 + 32); /* how many entries there are, as the meta page says */
	struct outcome o = program_run(NULL, "fundstelle-index -i %s --backup=%s/b", index_dir, scratch.dir);
	ck_assert_msg(o.status == 2 && strstr(o.err, "/b/data.mdb.new: not written: the index is damaged: index: "), "%d: %s", o.status, o.err);
	outcome_free(&o);
}
END_TEST

Suite *suite_messages_damage(void)
{
	Suite *s = suite_create("messages about damage");
	TCase *t = tcase_create("damage");
	tcase_add_checked_fixture(t, set_up, site_tear_down);
	tcase_add_loop_test(t, a_structure_that_is_damaged_is_named, 0, sizeof cases / sizeof *cases);
	if (sizeof(size_t) == 8) /* offsets of LMDB's layout */
		tcase_add_test(t, of_damaged_pages_no_backup_is_made);
	suite_add_tcase(s, t);
	return s;
}
