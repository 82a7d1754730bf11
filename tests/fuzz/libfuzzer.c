/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libfuzzer.c - one target under libFuzzer: that which $FUZZ_TARGET names. Built by scripts/fuzz alone. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct fuzz_target *target;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *name = getenv("FUZZ_TARGET");
	(void)argc, (void)argv;
	for (size_t i = 0; i < fuzz_n_targets; i++) {
		if (!name)
			puts(fuzz_targets[i].name);
		else if (strcmp(fuzz_targets[i].name, name) == 0)
			target = &fuzz_targets[i];
	}
	if (!target)
		exit(name ? 2 : 0); /* without a name: they were listed */
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	target->run(slice_of(data, size));
	return 0;
}
