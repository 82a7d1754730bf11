/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/hash.h"
#include "tests/fuzz/fuzz.h"

#define READER(name, file)                                     \
	static void fuzz_##name(struct slice bytes);           \
	static void fuzz_##name(struct slice bytes) { fuzz_reader(file, bytes); }
#define TARGET(name) void fuzz_##name(struct slice bytes);
#include "tests/fuzz/targets.h"
#undef READER
#undef TARGET

#define READER(name, file) { #name, fuzz_##name },
#define TARGET(name) { #name, fuzz_##name },
const struct fuzz_target fuzz_targets[] = {
#include "tests/fuzz/targets.h"
};
const size_t fuzz_n_targets = sizeof(fuzz_targets) / sizeof(fuzz_targets[0]);

struct slice fuzz_sealed(struct buf *room, struct slice bytes)
{
	buf_reset(room);
	if (buf_add_slice(room, bytes) != FUND_OK)
		abort();
	if (room->len >= 4)
		put_u32(room->data, checksum(room->data + 4, room->len - 4));
	return slice_buf(room);
}
