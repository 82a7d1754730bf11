/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Containers: what their members are called and hold, what happens where one is damaged, encrypted, a bomb, or something else than it seems. */
#include "config.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "tests/container_fixture.h"
#include "tests/scratch.h"

Suite *suite_containers(void);

#define ROOM ((size_t)4 << 20)
static uint8_t *room; /* where archives are made; not static bytes: a check for leaks reads all of those in every test */

static void set_up(void)
{
	room = malloc(ROOM);
	ck_assert_ptr_nonnull(room);
	container_set_up();
}

static void tear_down(void)
{
	container_tear_down();
	free(room);
}

/* ---- making them ---- */

struct made {
	const char *name, *text;
};

static void add_member(struct archive *a, const char *name, const void *bytes, size_t len, unsigned type)
{
	struct archive_entry *e = archive_entry_new();
	archive_entry_set_pathname(e, name);
	archive_entry_set_filetype(e, type);
	archive_entry_set_perm(e, 0644);
	archive_entry_set_size(e, type == AE_IFREG ? (la_int64_t)len : 0);
	if (type == AE_IFLNK)
		archive_entry_set_symlink(e, "/etc/passwd");
	ck_assert_int_eq(archive_write_header(a, e), ARCHIVE_OK);
	if (type == AE_IFREG)
		ck_assert_int_eq(archive_write_data(a, bytes, len), (la_ssize_t)len);
	archive_entry_free(e);
}

static void make_archive(struct buf *out, int (*format)(struct archive *), int (*filter)(struct archive *), const struct made *members, size_t n)
{
	size_t used = 0;
	struct archive *a = archive_write_new();
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0), before = uselocale(utf8);
	ck_assert_int_eq(format(a), ARCHIVE_OK);
	if (filter)
		ck_assert_int_eq(filter(a), ARCHIVE_OK);
	archive_write_set_bytes_per_block(a, 512);
	ck_assert_int_eq(archive_write_open_memory(a, room, ROOM, &used), ARCHIVE_OK);
	for (size_t i = 0; i < n; i++)
		add_member(a, members[i].name, members[i].text, strlen(members[i].text), AE_IFREG);
	ck_assert_int_eq(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
	uselocale(before);
	freelocale(utf8);
	buf_reset(out);
	ck_assert_int_eq(buf_add(out, room, used), FUND_OK);
}

static int as_7z(struct archive *a) { return archive_write_set_format_7zip(a); }
static int as_v7(struct archive *a) { return archive_write_set_format_v7tar(a); }
static int as_gnu(struct archive *a) { return archive_write_set_format_gnutar(a); }
static int as_pax(struct archive *a) { return archive_write_set_format_pax(a); }
static int as_ustar(struct archive *a) { return archive_write_set_format_ustar(a); }
static int as_zip(struct archive *a) { return archive_write_set_format_zip(a); }

static const struct {
	const char *name;
	int (*format)(struct archive *), (*filter)(struct archive *);
} kinds[] = {
	{ "old tar", as_v7, NULL },		     { "GNU tar", as_gnu, NULL },	   { "pax", as_pax, NULL },
	{ "ustar", as_ustar, NULL },		     { "zip", as_zip, NULL },		   { "7z", as_7z, NULL },
	{ "tar and gzip", as_pax, archive_write_add_filter_gzip }, { "tar and bzip2", as_pax, archive_write_add_filter_bzip2 },
	{ "tar and xz", as_pax, archive_write_add_filter_xz },	   { "tar and zstd", as_pax, archive_write_add_filter_zstd },
};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

START_TEST(every_member_is_read_as_a_file_is)
{
	static const struct made members[] = {
		{ "2021/03/eins.txt", "Text eins." }, { "Größe.txt", " date 2022-01 Text zwei." }, { "viele.jsonl", "{\"id\": \"a\", \"text\": \"A\"}\n{\"text\": \"B\"}\n" }, { "leer.txt", "" },
		{ "bild.txt", "\x89PNG\r\n\x1A\n" },
	};
	struct buf bytes = BUF_INIT;
	make_archive(&bytes, kinds[_i].format, kinds[_i].filter, members, 5);
	set_file(slice_buf(&bytes));
	ck_assert_str_eq(read_through("1999/archiv"), "2021/03/eins.txt||Text eins.|2021-3; Größe.txt||Text zwei.|2022-1; viele.jsonl|a|A|1999-0; viele.jsonl||B|1999-0; "
						       "?bild.txt: PNG picture: holds no article that can be read; ");
	buf_release(&bytes);
}
END_TEST

START_TEST(cut_anywhere_what_came_before_stays)
{
	struct made members[20];
	char names[20][16];
	static char text[20][20000];
	struct buf bytes = BUF_INIT;
	uint64_t rnd = 7;
	for (int i = 0; i < 20; i++) {
		for (size_t k = 0; k + 1 < sizeof text[i]; k++)
			text[i][k] = (char)('a' + random_below(&rnd, 26));
		snprintf(names[i], sizeof names[i], "%02d.txt", i);
		members[i] = (struct made){ names[i], text[i] };
	}
	make_archive(&bytes, kinds[_i].format, kinds[_i].filter, members, 20);
	set_file(slice_of(bytes.data, bytes.len / 2));
	const char *is = read_through("archiv");
	bool late = strstr(kinds[_i].name, "7z") || strstr(kinds[_i].name, "xz") || strstr(kinds[_i].name, "bzip2"); /* a directory at the end; a block of 900 kB */
	ck_assert_msg(late || strncmp(is, "00.txt||", 8) == 0, "%s: %s", kinds[_i].name, is);
	const char *bad = strchr(is, '!');
	ck_assert_msg(bad || strncmp(is, "failed", 6) == 0, "%s: no word of the damage: %s", kinds[_i].name, is);
	ck_assert_msg(!bad || !strchr(bad + 1, '!'), "%s: told twice: %s", kinds[_i].name, is);
	buf_release(&bytes);
}
END_TEST

START_TEST(containers_in_containers_name_the_way)
{
	struct buf inner = BUF_INIT, outer = BUF_INIT;
	make_archive(&inner, kinds[_i].format, kinds[_i].filter, (struct made[]){ { "x.txt", "Tief." } }, 1);
	struct archive *a = archive_write_new();
	size_t used;
	archive_write_set_format_zip(a);
	archive_write_open_memory(a, room, ROOM, &used);
	add_member(a, "2020-05-17/innen", inner.data, inner.len, AE_IFREG);
	add_member(a, "danach.txt", "Danach.", 7, AE_IFREG);
	archive_write_close(a);
	archive_write_free(a);
	set_file(slice_of(room, used));
	ck_assert_str_eq(read_through("archiv.zip"), "2020-05-17/innen#x.txt||Tief.|2020-5; danach.txt||Danach.|0-0; ");
	buf_release(&inner);
	buf_release(&outer);
}
END_TEST

#ifdef HAVE_EXPAT
static enum fund_status open_nothing(void *context, struct slice path, int *opened, struct fault *why)
{
	(void)path, (void)why;
	*opened = -1;
	++*(unsigned *)context;
	return FUND_NOT_FOUND;
}

START_TEST(a_member_has_no_files_of_the_archive_beside_it)
{
	static const char mets[] = "<mets><fileSec><fileGrp USE=\"FULLTEXT\"><file ID=\"A\"><FLocat href=\"seite.xml\"/></file></fileGrp></fileSec></mets>";
	unsigned n = 0;
	struct siblings siblings = { &n, open_nothing };
	struct buf bytes = BUF_INIT;
	file_reader_set_siblings(reader, &siblings);
	make_archive(&bytes, archive_write_set_format_ustar, NULL, (struct made[]){ { "mets.xml", mets } }, 1);
	set_file(slice_buf(&bytes));
	ck_assert_str_eq(read_through("a.tar"), "");
	ck_assert_uint_eq(n, 0);
	set_file(slice_str(mets)); /* by itself it has */
	ck_assert_str_eq(read_through("mets.xml"), "");
	ck_assert_uint_eq(n, 1);
	buf_release(&bytes);
}
END_TEST
#endif

START_TEST(nesting_ends_at_a_stated_depth)
{
	struct buf inner = BUF_INIT, outer = BUF_INIT;
	ck_assert_int_eq(buf_add_str(&inner, "Text"), FUND_OK);
	for (int depth = 0; depth < 7; depth++) {
		size_t used;
		struct archive *a = archive_write_new();
		archive_write_set_format_ustar(a);
		archive_write_open_memory(a, room, ROOM, &used);
		add_member(a, "m", inner.data, inner.len, AE_IFREG);
		archive_write_close(a);
		archive_write_free(a);
		buf_reset(&inner);
		ck_assert_int_eq(buf_add(&inner, room, used), FUND_OK);
	}
	set_file(slice_buf(&inner));
	ck_assert_str_eq(read_through("a.tar"), "!m#m#m#m#m: compression and containers are nested more than 5 deep; ");
	buf_release(&inner);
	buf_release(&outer);
}
END_TEST

/* ---- compression alone ---- */

static const struct {
	const char *ending;
	int (*filter)(struct archive *);
} filters[] = {
	{ ".gz", archive_write_add_filter_gzip }, { ".bz2", archive_write_add_filter_bzip2 },
	{ ".xz", archive_write_add_filter_xz },	  { ".zst", archive_write_add_filter_zstd },
};
#define N_FILTERS ((int)(sizeof(filters) / sizeof(filters[0])))

/* The text in `times` layers of compression, the innermost by filters[first], each around it by the `step`th behind. */
static struct slice compressed(const char *text, int first, int step, int times)
{
	size_t used;
	struct archive *a = archive_write_new();
	ck_assert_int_eq(archive_write_set_format_raw(a), ARCHIVE_OK);
	for (int i = 0; i < times; i++)
		ck_assert_int_eq(filters[(first + i * step) % N_FILTERS].filter(a), ARCHIVE_OK);
	archive_write_set_bytes_per_block(a, 0);
	ck_assert_int_eq(archive_write_open_memory(a, room, ROOM, &used), ARCHIVE_OK);
	add_member(a, "data", text, strlen(text), AE_IFREG);
	ck_assert_int_eq(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
	return slice_of(room, used);
}

START_TEST(every_layer_of_compression_counts_to_the_depth)
{
	const char *wanted = _i <= 5 ? "||Tief.|0-0; " : "failed: compression and containers are nested more than 5 deep";
	for (int first = 0; first < N_FILTERS; first++)
		for (int step = 0; step < 2; step++) {
			set_file(compressed("Tief.", first, step, _i));
			ck_assert_str_eq(read_through("a.txt"), wanted);
		}
}
END_TEST

START_TEST(an_empty_file_holds_no_article_when_compressed_neither)
{
	struct slice bytes = compressed("", _i, 0, 1);
	char name[16];
	snprintf(name, sizeof name, "leer.txt%s", filters[_i].ending);
	set_file(bytes);
	ck_assert_str_eq(read_through(name), "");
	for (size_t len = bytes.len - 1; len > 6; len--) { /* cut off it is damaged */
		set_file(slice_of(bytes.data, len));
		ck_assert_msg(strstr(read_through(name), "failed behind 0 bytes"), "%s, %zu of %zu bytes: %s", name, len, bytes.len, told);
	}
}
END_TEST

START_TEST(a_member_of_gzip_may_be_followed_by_zeros_and_others)
{
	static const struct {
		const char *name, *behind, *read;
		size_t len;
	} rows[] = {
		{ "nothing", "", "||Wort.|0-0; ", 0 },
		{ "a zero", "\0", "||Wort.|0-0; ", 1 },
		{ "zeros", "\0\0\0\0\0\0\0\0\0", "||Wort.|0-0; ", 9 },
		{ "something else", "\0xx", "failed: decompression failed behind 5 bytes: incorrect header check", 3 },
	};
	struct slice once = compressed("Wort.", 0, 0, 1);
	struct buf bytes = BUF_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_reset(&bytes);
		ck_assert_int_eq(buf_add_slice(&bytes, once), FUND_OK);
		ck_assert_int_eq(buf_add(&bytes, rows[i].behind, rows[i].len), FUND_OK);
		set_file(slice_buf(&bytes));
		const char *is = read_through("a.gz");
		ck_assert_msg(strcmp(is, rows[i].read) == 0, "%s: %s", rows[i].name, is);
	}
	buf_release(&bytes);
}
END_TEST

START_TEST(links_and_devices_are_passed_over_and_names_are_only_names)
{
	size_t used;
	struct archive *a = archive_write_new();
	archive_write_set_format_ustar(a);
	archive_write_open_memory(a, room, ROOM, &used);
	add_member(a, "../../flucht.txt", "Flucht.", 7, AE_IFREG);
	add_member(a, "/etc/flucht.txt", "Flucht.", 7, AE_IFREG);
	add_member(a, "link.txt", NULL, 0, AE_IFLNK);
	add_member(a, "fifo.txt", NULL, 0, AE_IFIFO);
	add_member(a, "ordner", NULL, 0, AE_IFDIR);
	archive_write_close(a);
	archive_write_free(a);
	set_file(slice_of(room, used));
	ck_assert_str_eq(read_through("evil.tar"), "../../flucht.txt||Flucht.|0-0; /etc/flucht.txt||Flucht.|0-0; ");
}
END_TEST

START_TEST(a_zip_of_dos_has_its_umlauts)
{
	struct buf bytes = BUF_INIT;
	make_archive(&bytes, as_zip, NULL, (struct made[]){ { "GrXYe.txt", "Text." } }, 1);
	for (size_t i = 0; i + 5 < bytes.len; i++)
		if (memcmp(bytes.data + i, "GrXYe", 5) == 0)
			memcpy(bytes.data + i, "Gr\x94\xE1" "e", 5);
	set_file(slice_buf(&bytes));
	ck_assert_str_eq(read_through("dos.zip"), "Größe.txt||Text.|0-0; ");
	buf_release(&bytes);
}
END_TEST

static const struct {
	const char *first, *told;
} office[] = {
	{ "mimetype", "skipped: office file or book: holds no article that can be read" },
	{ "[Content_Types].xml", "skipped: office file: holds no article that can be read" },
	{ "_rels/.rels", "skipped: office file: holds no article that can be read" },
	{ "META-INF/MANIFEST.MF", "skipped: program (Java): holds no article that can be read" },
	{ "mimetypes.txt", "mimetypes.txt||x|0-0; " },
};

START_TEST(a_zip_that_is_something_else_is_skipped)
{
	struct buf bytes = BUF_INIT;
	make_archive(&bytes, as_zip, NULL, (struct made[]){ { office[_i].first, "x" } }, 1);
	set_file(slice_buf(&bytes));
	ck_assert_str_eq(read_through("a.docx"), office[_i].told);
	buf_release(&bytes);
}
END_TEST

/* The first member's flag, in its own header and in the directory. */
START_TEST(an_encrypted_member_is_named_and_the_rest_goes_on)
{
	struct buf bytes = BUF_INIT;
	unsigned n = 0;
	make_archive(&bytes, as_zip, NULL, (struct made[]){ { "geheim.txt", "Geheim." }, { "offen.txt", "Offen." } }, 2);
	for (size_t i = 0; i + 46 + 10 < bytes.len; i++) {
		size_t flags = memcmp(bytes.data + i, "PK\3\4", 4) == 0 ? 6 : 8, name = flags == 6 ? 30 : 46;
		if (memcmp(bytes.data + i, "PK", 2) == 0 && memcmp(bytes.data + i + name, "geheim.txt", 10) == 0)
			bytes.data[i + flags] |= 1, n++;
	}
	ck_assert_uint_eq(n, 2);
	set_file(slice_buf(&bytes));
	ck_assert_str_eq(read_through("a.zip"), "!geheim.txt: is encrypted; offen.txt||Offen.|0-0; ");
	buf_release(&bytes);
}
END_TEST

/* ustar without anything else: the first member's header and text are a block each, so are those of the others. */
static const struct {
	const char *what;
	size_t at, len; /* bytes that are overwritten */
	uint8_t with;
	const char *expected;
} holes[] = {
	{ "nothing", 0, 0, 0, "a.txt||A.|0-0; b.txt||B.|0-0; c.txt||C.|0-0; " },
	{ "zeros for a header, as if the tar ended there", 1024, 512, 0, "a.txt||A.|0-0; !: Damaged tar archive; c.txt||C.|0-0; " },
	{ "other bytes for a header", 1024, 512, 0xFF, "a.txt||A.|0-0; !: Damaged tar archive; c.txt||C.|0-0; " },
	{ "a member of zeros, which is how a tar ends: with more behind it", 1024, 1024, 0, "a.txt||A.|0-0; c.txt||C.|0-0; " },
	{ "all from there on", 1024, SIZE_MAX, 0xFF, "a.txt||A.|0-0; !: Damaged tar archive; " },
};

START_TEST(a_hole_in_a_tar_is_told_and_the_rest_goes_on)
{
	struct buf bytes = BUF_INIT;
	make_archive(&bytes, as_ustar, NULL, (struct made[]){ { "a.txt", "A." }, { "b.txt", "B." }, { "c.txt", "C." } }, 3);
	size_t at = holes[_i].at, len = holes[_i].len < bytes.len - at ? holes[_i].len : bytes.len - at;
	memset(bytes.data + at, holes[_i].with, len);
	set_file(slice_buf(&bytes));
	ck_assert_str_eq(read_through("a.tar"), holes[_i].expected);
	buf_release(&bytes);
}
END_TEST

START_TEST(tars_one_behind_the_other_are_read_as_one)
{
	struct buf bytes = BUF_INIT, second = BUF_INIT;
	make_archive(&bytes, as_pax, NULL, (struct made[]){ { "a.txt", "A." } }, 1);
	make_archive(&second, as_gnu, NULL, (struct made[]){ { "b.txt", "B." } }, 1);
	ck_assert_int_eq(buf_add_slice(&bytes, slice_buf(&second)), FUND_OK);
	set_file(slice_buf(&bytes));
	ck_assert_str_eq(read_through("a.tar"), "a.txt||A.|0-0; b.txt||B.|0-0; ");
	buf_release(&bytes);
	buf_release(&second);
}
END_TEST

START_TEST(a_wrong_checksum_in_a_zip_fails_its_member)
{
	struct buf bytes = BUF_INIT;
	unsigned n = 0;
	make_archive(&bytes, as_zip, NULL, (struct made[]){ { "a.txt", "A." }, { "b.txt", "B. Hier steht mehr." }, { "c.txt", "C." } }, 3);
	for (size_t i = 0; i + 46 + 5 < bytes.len; i++) /* in the directory, which counts */
		if (memcmp(bytes.data + i, "PK\1\2", 4) == 0 && memcmp(bytes.data + i + 46, "b.txt", 5) == 0)
			bytes.data[i + 16] ^= 1, n++;
	ck_assert_uint_eq(n, 1);
	set_file(slice_buf(&bytes));
	ck_assert_ptr_nonnull(strstr(read_through("a.zip"), "a.txt||A.|0-0; !b.txt: ZIP bad CRC: "));
	ck_assert_ptr_nonnull(strstr(told, "; c.txt||C.|0-0; "));
	ck_assert_ptr_null(strstr(told, "Hier"));
	buf_release(&bytes);
}
END_TEST

START_TEST(a_bomb_in_a_container_fails_and_the_rest_goes_on)
{
	const size_t len = (size_t)40 << 20;
	char *bomb = calloc(1, len + 1);
	struct buf bytes = BUF_INIT;
	memset(bomb, 'a', len);
	make_archive(&bytes, as_zip, NULL, (struct made[]){ { "vor.txt", "Vorher." }, { "bombe.txt", bomb }, { "nach.txt", "Nachher." } }, 3);
	set_file(slice_buf(&bytes));
	ck_assert_str_eq(read_through("a.zip"), "vor.txt||Vorher.|0-0; !bombe.txt: expands to more than 250 times its size; nach.txt||Nachher.|0-0; ");
	free(bomb);
	buf_release(&bytes);
}
END_TEST

START_TEST(members_and_bytes_are_limited)
{
	struct reader_limits few = reader_limits_default;
	struct buf bytes = BUF_INIT;
	make_archive(&bytes, as_ustar, NULL, (struct made[]){ { "a.txt", "Text A" }, { "b.txt", "Text B" }, { "c.txt", "Text C" } }, 3);
	set_file(slice_buf(&bytes));
	file_reader_free(reader);
	few.members = 2;
	ck_assert_int_eq(file_reader_new(&reader, &few), FUND_OK);
	ck_assert_str_eq(read_through("a.tar"), "a.txt||Text A|0-0; b.txt||Text B|0-0; !: has more than 2 members; ");
	file_reader_free(reader);
	few.members = 10;
	few.total = 15;
	ck_assert_int_eq(file_reader_new(&reader, &few), FUND_OK);
	ck_assert_str_eq(read_through("a.tar"), "a.txt||Text A|0-0; b.txt||Text B|0-0; !c.txt: expands to more than 15 bytes; ");
	buf_release(&bytes);
}
END_TEST

Suite *suite_containers(void)
{
	Suite *s = suite_create("containers");
	TCase *c = tcase_create("archives");
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_loop_test(c, every_member_is_read_as_a_file_is, 0, N_KINDS);
	tcase_add_loop_test(c, cut_anywhere_what_came_before_stays, 0, N_KINDS);
	tcase_add_loop_test(c, containers_in_containers_name_the_way, 0, N_KINDS);
#ifdef HAVE_EXPAT
	tcase_add_test(c, a_member_has_no_files_of_the_archive_beside_it);
#endif
	tcase_add_test(c, nesting_ends_at_a_stated_depth);
	tcase_add_loop_test(c, every_layer_of_compression_counts_to_the_depth, 1, 8);
	tcase_add_loop_test(c, an_empty_file_holds_no_article_when_compressed_neither, 0, N_FILTERS);
	tcase_add_test(c, a_member_of_gzip_may_be_followed_by_zeros_and_others);
	tcase_add_test(c, links_and_devices_are_passed_over_and_names_are_only_names);
	tcase_add_test(c, a_zip_of_dos_has_its_umlauts);
	tcase_add_loop_test(c, a_zip_that_is_something_else_is_skipped, 0, sizeof office / sizeof *office);
	tcase_add_test(c, an_encrypted_member_is_named_and_the_rest_goes_on);
	tcase_add_loop_test(c, a_hole_in_a_tar_is_told_and_the_rest_goes_on, 0, sizeof holes / sizeof *holes);
	tcase_add_test(c, tars_one_behind_the_other_are_read_as_one);
	tcase_add_test(c, a_wrong_checksum_in_a_zip_fails_its_member);
	tcase_add_test(c, a_bomb_in_a_container_fails_and_the_rest_goes_on);
	tcase_add_test(c, members_and_bytes_are_limited);
	suite_add_tcase(s, c);
	return s;
}
