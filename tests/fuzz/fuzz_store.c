/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The index's own bytes: whatever they are, they are read, or are FUND_CORRUPT. What stands behind a checksum is given a right one, since
 * damage that hits it would be found by it alone.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "base/checked.h"
#include "base/hash.h"
#include "stemmer/lexicon.h"
#include "store/memory_chunks.h"
#include "store/pages.h"
#include "store/source_block.h"
#include "store/text_block.h"
#include "tests/fuzz/fuzz.h"

void fuzz_lexicon(struct slice bytes);
void fuzz_manifest(struct slice bytes);
void fuzz_sources(struct slice bytes);
void fuzz_text_block(struct slice bytes);
void fuzz_text_directory(struct slice bytes);
void fuzz_pages(struct slice bytes);

static struct buf sealed;

static void check_status(enum fund_status st)
{
	FUZZ_CHECK(st == FUND_OK || st == FUND_END || st == FUND_NOT_FOUND || st == FUND_CORRUPT || st == FUND_FORMAT || st == FUND_OLDER || st == FUND_STALE);
}

static enum fund_status decode_again(void *context, uint8_t letter, struct slice block) { return lexicon_decode(context, letter, block); }

/* All bytes, with their checksums: what the block of a letter wraps. */
void fuzz_lexicon(struct slice bytes)
{
	struct lexicon x = LEXICON_INIT, again = LEXICON_INIT;
	buf_reset(&sealed);
	FUZZ_CHECK(checked_put(bytes, &sealed) == FUND_OK);
	enum fund_status st = lexicon_decode(&x, 't', slice_buf(&sealed));
	check_status(st);
	if (st == FUND_OK)
		FUZZ_CHECK(lexicon_encode(&x, &again, decode_again) == FUND_OK && again.n == x.n);
	lexicon_reset(&again);
	check_status(lexicon_decode_beginnings(&again, slice_buf(&sealed), SLICE_LIT("truppenaufmarsch")));
	lexicon_release(&x);
	lexicon_release(&again);
}

/* The checksum of a manifest is at its end. */
void fuzz_manifest(struct slice bytes)
{
	struct manifest m = { 0 }, copy = { 0 };
	struct fault why = { 0 };
	buf_reset(&sealed);
	FUZZ_CHECK(buf_add_slice(&sealed, bytes) == FUND_OK);
	if (sealed.len >= 4)
		put_u32(sealed.data + sealed.len - 4, checksum(sealed.data, sealed.len - 4));
	enum fund_status st = manifest_decode(slice_buf(&sealed), &m, &why);
	check_status(st);
	if (st == FUND_OK) {
		FUZZ_CHECK(manifest_copy(&copy, &m) == FUND_OK);
		buf_reset(&sealed);
		FUZZ_CHECK(manifest_encode(&m, &sealed) == FUND_OK);
	}
	manifest_release(&m);
	manifest_release(&copy);
}

void fuzz_sources(struct slice bytes)
{
	struct slice block = fuzz_sealed(&sealed, bytes);
	struct buf name = BUF_INIT;
	struct cursor c;
	struct source s;
	uint64_t n;
	enum fund_status st = source_block_open(block, &c, &n);
	check_status(st);
	for (uint64_t i = 0; i < n && st == FUND_OK; i++) {
		st = source_block_next(&c, i == 0, &name, &s);
		check_status(st);
	}
	buf_release(&name);
}

/* Four bytes: the length that the directory would tell; then the block. */
void fuzz_text_block(struct slice bytes)
{
	struct buf raw = BUF_INIT;
	struct stored_article a;
	if (bytes.len < 4)
		return;
	uint32_t raw_len = get_u32(bytes.data) & 0xFFFFF;
	enum fund_status st = text_block_unpack(fuzz_sealed(&sealed, slice_of(bytes.data + 4, bytes.len - 4)), raw_len, &raw);
	check_status(st);
	/* the records themselves: of what was unpacked, and of the bytes as they are */
	struct cursor c = cursor_of(st == FUND_OK ? slice_buf(&raw) : bytes);
	while (cursor_left(&c) && !c.bad) {
		struct slice record = text_record_next(&c);
		if (!c.bad)
			check_status(stored_article_decode(record, &a));
	}
	buf_release(&raw);
}

/* Eight articles in two blocks, "0" to "7". */
#define DIRECTORY_DOCS 8u
static void put_texts(struct chunk_sink sink)
{
	struct text_builder *builder;
	struct buf stored = BUF_INIT;
	uint32_t n, raw_len;
	FUZZ_CHECK(text_builder_new(&builder) == FUND_OK);
	for (uint32_t i = 0; i < DIRECTORY_DOCS; i++) {
		struct stored_article a = { .title = slice_of(&"01234567"[i], 1) };
		FUZZ_CHECK(text_builder_add(builder, &a) == FUND_OK);
		if (i % 4 == 3)
			FUZZ_CHECK(text_builder_close(builder, &stored, &n, &raw_len) == FUND_OK);
	}
	FUZZ_CHECK(sink.put(sink.context, CHUNK_TEXT, slice_of("\0\0\0\0", 4), slice_buf(&stored)) == FUND_OK);
	text_builder_free(builder);
	buf_release(&stored);
}

/* A chunk of the directory behind its checksum; two blocks of texts are where it may point to. */
void fuzz_text_directory(struct slice bytes)
{
	struct memory_chunks chunks = { 0 };
	struct chunk_sink sink = memory_chunks_sink(&chunks);
	struct segment_stats stats = { .n_docs = DIRECTORY_DOCS, .n_stores = 1, .stores = { { .n_docs = DIRECTORY_DOCS } } };
	struct text_cache cache = TEXT_CACHE_WALK;
	struct stored_article a;
	struct text_run run;
	struct segment *s;
	put_texts(sink);
	FUZZ_CHECK(sink.put(sink.context, CHUNK_TEXT_DIRECTORY, slice_of("\0\0\0\0", 4), fuzz_sealed(&sealed, bytes)) == FUND_OK);
	memory_chunks_settle(&chunks);
	FUZZ_CHECK(segment_of_chunks(&s, memory_chunks_source(&chunks), &stats, (struct field_weights){ 1, 1 }) == FUND_OK);
	for (uint32_t doc = 0; doc <= DIRECTORY_DOCS; doc++) {
		enum fund_status st = segment_article(s, doc, &cache, &a);
		check_status(st);
		FUZZ_CHECK(st != FUND_OK || a.title.len == 1);
	}
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; st == FUND_OK; i++) {
		st = segment_text_run(s, i, &run);
		FUZZ_CHECK(st != FUND_OK || i < bytes.len);
	}
	check_status(st);
	text_cache_release(&cache);
	segment_free(s);
	memory_chunks_release(&chunks);
}

static void use_pages(const struct pages *p)
{
	struct slice key = SLICE_LIT("\x10"), found, value;
	struct fault why = { 0 };
	check_status(pages_check(p, &why));
	pages_will_need_value(p, key);
	check_status(pages_get(p, key, &value));
	check_status(pages_seek_le(p, key, &found, &value));
	enum fund_status st = pages_seek_ge(p, (struct slice){ NULL, 0 }, &found, &value);
	for (int i = 0; i < 1000 && st == FUND_OK; i++)
		st = pages_seek_gt(p, found, &found, &value);
	check_status(st);
}

void fuzz_pages(struct slice bytes)
{
	struct pages p = { 0 };
	struct fault why = { 0 };
	int fd = memfd_create("pages", MFD_CLOEXEC);
	FUZZ_CHECK(fd >= 0 && pwrite(fd, bytes.data, bytes.len, 0) == (ssize_t)bytes.len);
	/* a file is as long as its meta pages say */
	size_t page = 4096;
	FUZZ_CHECK(ftruncate(fd, (off_t)((bytes.len + page - 1) / page * page)) == 0);
	enum fund_status st = pages_open(&p, fd, 0, &why);
	check_status(st);
	close(fd);
	if (st == FUND_OK)
		use_pages(&p);
	pages_close(&p);
}
