/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * container.h - a file of files: its members one after the other, each as an input of its own.
 *
 * Links, devices and folders are passed over. A member's name is only a name: nothing is opened or written by it.
 */
#ifndef INDEXER_CONTAINER_H
#define INDEXER_CONTAINER_H

#include "indexer/input_source.h"

struct container;

struct member {
	struct slice name;	/* its key in the container: UTF-8 where the container says what it is, else bytes as they are */
	struct slice file_name; /* what a file of its kind would be called: helps recognition */
	struct input *in;	/* whoever gets it closes it, before the next member is asked for */
	uint32_t date;		/* packed; of a capture; 0: none */
};

struct container_format {
	const char *name;
	/* Do these first bytes begin one? `head` holds up to 64 KiB. */
	bool (*recognise)(struct slice head);
	/* Takes the input, also when it fails; the budget must outlive it. FUND_UNSUPPORTED: it is something else that looks like one (an office file). */
	enum fund_status (*open)(struct container **out, struct input *in, struct read_budget *budget, struct fault *why);
	/* FUND_OK: a member; its slices live until the next call. FUND_END: no more, or broken off where a member's input told why. Anything else with
	 * *recovered: this member cannot be read (its name is set), the rest can; without: the container ends here. */
	enum fund_status (*next)(struct container *c, struct member *out, bool *recovered, struct fault *why);
	void (*close)(struct container *c); /* NULL is allowed */
};

extern const struct container_format container_tar, container_zip, container_7z, container_warc;
/* NULL: none begins so. */
const struct container_format *container_of(struct slice head);

#endif
