/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * converter.h - a program beside the reader that makes text of what it is given: pdftotext.
 *
 * A reader starts nothing by itself, as it opens nothing (siblings.h); whoever reads for it does, confined (confine_program()).
 */
#ifndef INDEXER_CONVERTER_H
#define INDEXER_CONVERTER_H

#include "base/bytes.h"

struct converter {
	void *context;
	/* Starts it. *fd: a socket that is its input, up to shutdown(SHUT_WR), and its output, up to the end. The caller closes it. FUND_UNSUPPORTED: there
	 * is no such program. A second start ends the first. */
	enum fund_status (*start)(void *context, int *fd, struct fault *why);
	/* Behind the end of its output: how it ended, as waitpid() says. */
	enum fund_status (*end)(void *context, int *status, struct fault *why);
};

#endif
