/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stemmer/url.h"

#include "base/hash.h"

#define SCHEME_MAX 10
#define LOCAL_MAX 64
#define HOST_MAX 253

/* The common ones, and none that is a German word. */
static const char domains[] =
	" de at ch eu com net org info biz edu gov int mil uk fr nl be pl cz dk se no fi ru ua us ca jp cn tv io li lu "
	"hu sk si hr gr pt ie tr il br au nz kr int name pro app dev blog news online shop berlin hamburg bayern koeln "
	"wien ";

static bool is_alnum(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool one_of(uint8_t c, const char *set)
{
	return c != 0 && c < 0x80 && strchr(set, c) != NULL;
}

static bool begins(struct slice text, size_t at, const char *with)
{
	size_t len = strlen(with);

	return text.len >= at + len && memcmp(text.data + at, with, len) == 0;
}

/* The length of "https://" or the like, or 0. */
static size_t scheme_len(struct slice text)
{
	size_t n = 0;

	while (n < text.len && n < SCHEME_MAX && is_alnum(text.data[n]))
		n++;
	return n >= 3 && begins(text, n, "://") ? n + 3 : 0;
}

/* The length of labels with dots between them at text[at]; *last is where the last label begins. */
static size_t host_len(struct slice text, size_t at, size_t *last)
{
	size_t n = 0;

	*last = 0;
	while (at + n < text.len && n < HOST_MAX) {
		uint8_t c = text.data[at + n];
		bool dot = c == '.' && n && at + n + 1 < text.len && is_alnum(text.data[at + n + 1]) &&
			   is_alnum(text.data[at + n - 1]);
		if (!is_alnum(c) && !dot && !(c == '-' && n))
			break;
		n++;
		if (dot)
			*last = n;
	}
	while (n && text.data[at + n - 1] == '-')
		n--;
	return n;
}

static bool is_domain(struct slice label)
{
	char key[12];

	if (label.len < 2 || label.len > sizeof(key) - 3)
		return false;
	key[0] = ' ';
	memcpy(key + 1, label.data, label.len);
	key[label.len + 1] = ' ';
	key[label.len + 2] = '\0';
	return strstr(domains, key) != NULL;
}

/* Path, port and query behind the host, without the punctuation of the sentence around it. */
static size_t path_len(struct slice text, size_t at)
{
	size_t n = 0;

	if (at >= text.len || !one_of(text.data[at], "/:?#"))
		return 0;
	if (text.data[at] != '/' && (at + 1 == text.len || !is_alnum(text.data[at + 1])))
		return 0;
	while (at + n < text.len && at + n < URL_MAX &&
	       (is_alnum(text.data[at + n]) || one_of(text.data[at + n], "-._~:/?#@!$&'()*+,;=%")))
		n++;
	while (n && one_of(text.data[at + n - 1], ".,:;!?'()*"))
		n--;
	return n;
}

/* The length of "name@", or 0. */
static size_t local_len(struct slice text)
{
	size_t n = 0;

	while (n < text.len && n < LOCAL_MAX && (is_alnum(text.data[n]) || one_of(text.data[n], "._%+-")))
		n++;
	return n && n + 1 < text.len && text.data[n] == '@' && is_alnum(text.data[n + 1]) ? n + 1 : 0;
}

/* A sign may follow a host, also a quotation mark (C2 or E2 in UTF-8), but no letter. */
static bool bounds_host(uint8_t c)
{
	return c < 0x80 ? c != '@' && c != '_' : c == 0xC2 || c == 0xE2;
}

size_t url_scan(struct slice text)
{
	size_t scheme = scheme_len(text), local = scheme ? 0 : local_len(text), at = scheme + local, last;
	size_t host = host_len(text, at, &last), end = at + host;

	if (host == 0 || (last == 0 && scheme == 0))
		return 0;
	bool bounded = end == text.len || bounds_host(text.data[end]);
	bool known = scheme || local || begins(text, 0, "www.") ||
		     is_domain(slice_part(text, at + last, host - last));
	if (!bounded || !known)
		return 0;
	return end + (local ? 0 : path_len(text, end));
}

struct slice url_core(struct slice url)
{
	size_t skip = scheme_len(url);

	if (begins(url, skip, "www."))
		skip += 4;
	while (url.len > skip + 1 && url.data[url.len - 1] == '/')
		url.len--;
	return slice_from(url, skip);
}

uint64_t url_fingerprint(void)
{
	return hash_bytes_seed(domains, sizeof(domains), URL_MAX);
}
