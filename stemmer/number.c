/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stemmer/number.h"

#define GROUPS_MAX 8

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* At most NUMBER_MAX, so that a run of a million digits stays linear. */
static size_t count_digits(struct slice text, size_t at)
{
	size_t n = 0;

	while (n < NUMBER_MAX && at + n < text.len && is_digit(text.data[at + n]))
		n++;
	return n;
}

/* A separator of groups of three that is not ASCII: no-break, thin and narrow blanks, the curly apostrophe. */
static size_t grouping_sign(struct slice text, size_t at)
{
	static const char signs[][4] = { "\u00A0", "\u2009", "\u202F", "\u2019" };

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		size_t len = strlen(signs[i]);
		if (text.len - at >= len && memcmp(text.data + at, signs[i], len) == 0)
			return len;
	}
	return 0;
}

/* The separator at text[at] and its length; 0 when no number goes on there. Signs of grouping come as '\''. */
static uint8_t separator(struct slice text, size_t at, size_t *len)
{
	uint8_t c = at < text.len ? text.data[at] : 0;

	*len = 1;
	if (c == ' ' && text.len - at > 3 && memcmp(text.data + at + 1, "000", 3) == 0)
		c = '\'';
	if (c >= 0x80) {
		*len = grouping_sign(text, at);
		c = *len ? '\'' : 0;
	}
	if (c != '.' && c != ',' && c != ':' && c != '\'')
		return 0;
	size_t n = count_digits(text, at + *len);
	return n == 0 || (c == '\'' && n != 3) ? 0 : c;
}

/* May a number with the separator `last` (0: none yet) and a last group of `n` digits go on with `sign`? */
static bool goes_on(uint8_t last, size_t n, uint8_t sign, size_t n_next)
{
	if (sign == '\'' && n > 3)
		return false;
	if (last == 0)
		return true;
	if (last == ',')
		return sign == ',' && n == 3 && n_next == 3;
	return sign == last || (sign == ',' && last != ':') || (sign == '.' && last == ':');
}

size_t number_scan(struct slice text)
{
	size_t at = count_digits(text, 0), n = at, sign_len;
	uint8_t last = 0, sign;

	for (int groups = 1; groups < GROUPS_MAX && (sign = separator(text, at, &sign_len)) != 0; groups++) {
		size_t n_next = count_digits(text, at + sign_len);
		if (!goes_on(last, n, sign, n_next) || at + sign_len + n_next > NUMBER_MAX)
			break;
		at += sign_len + n_next;
		n = n_next;
		last = sign;
	}
	return at > NUMBER_MAX ? NUMBER_MAX : at;
}

size_t number_iso_date(struct slice text)
{
	static const char shape[] = "dddd-dd-dd";

	if (text.len < sizeof(shape) - 1 || (text.len >= sizeof(shape) && is_digit(text.data[sizeof(shape) - 1])))
		return 0;
	for (size_t i = 0; i < sizeof(shape) - 1; i++) {
		if (shape[i] == 'd' ? !is_digit(text.data[i]) : text.data[i] != '-')
			return 0;
	}
	return sizeof(shape) - 1;
}

/* A number taken apart: groups of digits and the separators before them. */
struct groups {
	size_t n;
	struct slice digits[GROUPS_MAX];
	uint8_t sign[GROUPS_MAX];
};

static void split(struct slice scanned, struct groups *g)
{
	size_t at = count_digits(scanned, 0), len;

	*g = (struct groups){ .n = 1, .digits[0] = slice_of(scanned.data, at) };
	while (g->n < GROUPS_MAX && at < scanned.len) {
		uint8_t sign = scanned.data[at];
		len = 1;
		if (sign != '-')
			sign = separator(scanned, at, &len);
		if (sign == 0)
			break;
		size_t n = count_digits(scanned, at + len);
		g->digits[g->n] = slice_part(scanned, at + len, n);
		g->sign[g->n++] = sign;
		at += len + n;
	}
}

static void add(struct number *out, struct slice s)
{
	if (s.len > NUMBER_MAX - out->len)
		s.len = NUMBER_MAX - out->len;
	memcpy(out->text + out->len, s.data, s.len);
	out->len += s.len;
}

static struct slice without_zeros(struct slice digits)
{
	while (digits.len > 1 && digits.data[0] == '0')
		digits = slice_from(digits, 1);
	return digits;
}

static unsigned small_value(struct slice digits)
{
	return digits.len == 1 ? (unsigned)digits.data[0] - '0'
	       : digits.len == 2 ? ((unsigned)digits.data[0] - '0') * 10 + digits.data[1] - '0' : 1000U;
}

static bool is_date(const struct groups *g, struct slice *day, struct slice *month, struct slice *year)
{
	if (g->n != 3 || g->sign[1] != g->sign[2] || (g->sign[1] != '.' && g->sign[1] != '-'))
		return false;
	bool iso = g->sign[1] == '-';
	*day = g->digits[iso ? 2 : 0];
	*month = g->digits[1];
	*year = g->digits[iso ? 0 : 2];
	return (year->len == 4 || year->len == 2) && small_value(*day) <= 31 && small_value(*month) <= 12;
}

/* How many groups from the first are one whole number in groups of three; 1 when none follow. */
static size_t thousands(const struct groups *g)
{
	size_t n = 1;

	if (g->n == 1 || g->digits[0].len > 3 || g->digits[0].data[0] == '0' || g->sign[1] == ':')
		return 1;
	while (n < g->n && g->digits[n].len == 3 && g->sign[n] == g->sign[1])
		n++;
	bool ends = n == g->n || (g->sign[n] == ',' && n + 1 == g->n);
	return ends && (g->sign[1] != ',' || n > 2) ? n : 1;
}

static void set_variant(struct number *out, struct slice s)
{
	memcpy(out->variant, s.data, s.len);
	out->variant_len = s.len;
}

void number_canonical(struct slice scanned, struct number *out)
{
	struct groups g;
	struct slice day, month, year;

	out->len = out->variant_len = 0;
	split(scanned, &g);
	if (is_date(&g, &day, &month, &year)) {
		add(out, without_zeros(day));
		add(out, SLICE_LIT("."));
		add(out, without_zeros(month));
		add(out, SLICE_LIT("."));
		add(out, year);
		if (year.len == 4)
			set_variant(out, year);
		return;
	}
	size_t n_whole = thousands(&g);
	bool clock = g.n == 2 && g.digits[0].len == 2 && g.digits[1].len == 2 && g.sign[1] != ',';
	add(out, clock ? without_zeros(g.digits[0]) : g.digits[0]);
	for (size_t i = 1; i < g.n; i++) {
		uint8_t sign = g.sign[i] == ':' ? '.' : g.sign[i];
		if (i >= n_whole && sign != '\'')
			add(out, slice_of(&sign, 1));
		add(out, g.digits[i]);
	}
	if (g.n == 2 && g.sign[1] == '.' && n_whole == 1) {
		set_variant(out, slice_of(out->text, out->len));
		out->variant[out->len - g.digits[1].len - 1] = ',';
	}
}
