/* SPDX-License-Identifier: GPL-2.0-or-later */
/* driver.c - fuzzing without a fuzzer: the stored seeds, and mutations of them by a generator that gives the same in every run. */
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "tests/scratch.h"

struct seeds {
	struct buf *file;
	unsigned n;
};

static int by_name(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

static void load(struct buf *out, const char *folder, const char *name)
{
	char path[600];
	ssize_t n;
	snprintf(path, sizeof path, "%s/%s", folder, name);
	int fd = open(path, O_RDONLY);
	FUZZ_CHECK(fd >= 0 && buf_reserve(out, FUZZ_MAX) == FUND_OK);
	while (out->len < FUZZ_MAX && (n = read(fd, out->data + out->len, FUZZ_MAX - out->len)) > 0)
		out->len += (size_t)n;
	close(fd);
}

static void load_all(struct seeds *s, const char *folder)
{
	struct dirent **names;
	int n = scandir(folder, &names, NULL, by_name);
	for (int i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.') {
			s->file = realloc(s->file, (s->n + 1) * sizeof *s->file);
			FUZZ_CHECK(s->file);
			s->file[s->n] = (struct buf)BUF_INIT;
			load(&s->file[s->n++], folder, names[i]->d_name);
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

/* Bytes that parsers stumble over. */
static const char *const tokens[] = { "<", ">", "</", "&#", ";", "\"", "'", "<!--", "-->", "]]>", "<![CDATA[", "{", "}", "[", "]", "\\u", "\r\n\r\n", "\n", "\t", ",", "--",
				      "=?utf-8?Q?", "=\n", "%00", "\xFF\xFE", "\xEF\xBB\xBF", "\xC3", "\xF0\x9F", "(", ")", "+", "-", "*", "~", "2022-01-18", "99999999999999999999" };

static size_t mutate_once(uint8_t *p, size_t len, uint64_t *rnd, const struct buf *other)
{
	size_t at = len ? random_below(rnd, (uint32_t)len) : 0, n = 1 + random_below(rnd, 16);
	static const uint8_t edges[] = { 0, 1, 0x7F, 0x80, 0xFF, ' ' };
	switch (random_below(rnd, 8)) {
	case 0: /* a bit */
		if (len)
			p[at] ^= (uint8_t)(1u << random_below(rnd, 8));
		return len;
	case 1: /* a byte at its edges */
		if (len)
			p[at] = edges[random_below(rnd, sizeof edges)];
		return len;
	case 2: /* cut out */
		n = n * n < len - at ? n * n : len - at;
		memmove(p + at, p + at + n, len - at - n);
		return len - n;
	case 3: /* twice */
		n = n * n < len - at ? n * n : len - at;
		if (len + n > FUZZ_MAX)
			return len;
		memmove(p + at + n, p + at, len - at);
		return len + n;
	case 4: { /* a token put in */
		const char *t = tokens[random_below(rnd, sizeof tokens / sizeof *tokens)];
		n = strlen(t);
		if (len + n > FUZZ_MAX)
			return len;
		memmove(p + at + n, p + at, len - at);
		memcpy(p + at, t, n);
		return len + n;
	}
	case 5: /* a number put over it */
		if (len - at >= 4)
			put_u32(p + at, random_below(rnd, 2) ? (uint32_t)random_next(rnd) : (uint32_t)len - random_below(rnd, 16));
		return len;
	case 6: /* the end cut off */
		return at;
	default: /* goes on as another */
		if (other->len == 0)
			return len;
		n = random_below(rnd, (uint32_t)other->len);
		if (at + other->len - n > FUZZ_MAX)
			return len;
		memcpy(p + at, other->data + n, other->len - n);
		return at + other->len - n;
	}
}

/* In memory of exactly that length, so that a byte too far is seen by AddressSanitizer. */
static void try(const struct fuzz_target *t, struct slice bytes, int crash)
{
	uint8_t *exact = malloc(bytes.len ? bytes.len : 1);
	FUZZ_CHECK(exact && pwrite(crash, bytes.data, bytes.len, 0) == (ssize_t)bytes.len && ftruncate(crash, (off_t)bytes.len) == 0);
	if (bytes.len)
		memcpy(exact, bytes.data, bytes.len);
	t->run(slice_of(exact, bytes.len));
	free(exact);
}

unsigned fuzz_replay(const struct fuzz_target *t, const char *folder, unsigned n, int crash)
{
	static const struct buf nothing = BUF_INIT;
	static uint8_t room[FUZZ_MAX];
	struct seeds seeds = { NULL, 0 };
	uint64_t rnd = 0x9E3779B97F4A7C15u;
	load_all(&seeds, folder);
	for (unsigned i = 0; i < seeds.n; i++)
		try(t, slice_buf(&seeds.file[i]), crash);
	for (unsigned i = 0; i < n; i++) {
		const struct buf *from = seeds.n ? &seeds.file[random_below(&rnd, seeds.n)] : &nothing;
		const struct buf *other = seeds.n ? &seeds.file[random_below(&rnd, seeds.n)] : &nothing;
		size_t len = from->len;
		if (len)
			memcpy(room, from->data, len);
		for (uint32_t k = 1 + random_below(&rnd, 8); k; k--)
			len = mutate_once(room, len, &rnd, other);
		try(t, slice_of(room, len), crash);
	}
	unsigned n_seeds = seeds.n;
	for (unsigned i = 0; i < seeds.n; i++)
		buf_release(&seeds.file[i]);
	free(seeds.file);
	return n_seeds;
}
