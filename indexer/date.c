/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/date.h"

#include "store/segment.h"

#define YEAR_FIRST 1500u
#define YEAR_LAST 2100u

static const struct {
	const char *name; /* lower case, UTF-8; a longer form stands before its own beginning */
	uint8_t month;
} months[] = {
	{ "januar", 1 },   { "january", 1 },   { "jänner", 1 },	 { "jaenner", 1 }, { "jän", 1 },      { "jan", 1 },
	{ "februar", 2 },  { "february", 2 },  { "feber", 2 },	 { "feb", 2 },	   { "märz", 3 },     { "maerz", 3 },
	{ "march", 3 },	   { "mär", 3 },       { "mar", 3 },	 { "mrz", 3 },	   { "april", 4 },    { "apr", 4 },
	{ "mai", 5 },	   { "may", 5 },       { "juni", 6 },	 { "june", 6 },	   { "jun", 6 },      { "juli", 7 },
	{ "july", 7 },	   { "jul", 7 },       { "august", 8 },	 { "aug", 8 },	   { "september", 9 }, { "sept", 9 },
	{ "sep", 9 },	   { "oktober", 10 },  { "october", 10 }, { "okt", 10 },   { "oct", 10 },     { "november", 11 },
	{ "nov", 11 },	   { "dezember", 12 }, { "december", 12 }, { "dez", 12 },  { "dec", 12 },
	/* as old papers and their catalogues have them */
	{ "hornung", 2 },  { "junius", 6 },    { "julius", 7 },	   { "septembris", 9 }, { "octobris", 10 }, { "novembris", 11 }, { "decembris", 12 },
};

static const char *const weekdays[] = {
	"montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonnabend", "sonntag", "monday", "tuesday", "wednesday", "thursday",
	"friday", "saturday", "sunday", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "mo", "di", "mi", "do", "fr", "sa", "so",
};

static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

static uint32_t month_days(uint32_t year, uint32_t month)
{
	static const uint8_t days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

/* month and day 0: not given. */
static uint32_t pack(uint32_t y, uint32_t m, uint32_t d)
{
	bool possible = y >= YEAR_FIRST && y <= YEAR_LAST && m <= 12 && (d == 0 || (m > 0 && d <= month_days(y, m)));
	return possible ? DATE_PACK(y, m, d) : 0;
}

/* ---- scanning: each takes from the front and says whether it found what it looks for ---- */

static size_t take_number(struct slice *s, uint32_t *value)
{
	size_t n = 0;
	for (*value = 0; n < s->len && n < 9 && is_digit(s->data[n]); n++)
		*value = *value * 10 + (uint32_t)(s->data[n] - '0');
	s->data += n;
	s->len -= n;
	return n;
}

static bool take_char(struct slice *s, char c)
{
	if (s->len == 0 || s->data[0] != (uint8_t)c)
		return false;
	s->data++;
	s->len--;
	return true;
}

static void take_blanks(struct slice *s)
{
	while (s->len && (s->data[0] == ' ' || s->data[0] == '\t' || s->data[0] == '\n' || s->data[0] == '\r')) {
		s->data++;
		s->len--;
	}
}

/* A lower-case word, whatever the case of the text (Ä as well). */
static bool take_word(struct slice *s, const char *word)
{
	size_t len = strlen(word);
	if (s->len < len)
		return false;
	for (size_t i = 0; i < len; i++) {
		uint8_t c = s->data[i], w = (uint8_t)word[i];
		bool umlaut = i > 0 && (uint8_t)word[i - 1] == 0xC3 && c + 0x20 == w;
		if (c != w && !umlaut && (!is_letter(c) || (c | 0x20) != w))
			return false;
	}
	if (s->len > len && (is_letter(s->data[len]) || s->data[len] >= 0x80))
		return false;
	s->data += len;
	s->len -= len;
	return true;
}

static uint32_t take_month(struct slice *s)
{
	for (size_t i = 0; i < sizeof months / sizeof *months; i++)
		if (take_word(s, months[i].name)) {
			take_char(s, '.');
			return months[i].month;
		}
	return 0;
}

static void take_weekday(struct slice *s)
{
	for (size_t i = 0; i < sizeof weekdays / sizeof *weekdays; i++)
		if (take_word(s, weekdays[i])) {
			take_char(s, '.');
			take_char(s, ',');
			take_blanks(s);
			return;
		}
}

static bool number_goes_on(const struct slice *s) { return s->len && is_digit(s->data[0]); }

static uint32_t full_year(uint32_t y, size_t digits) { return digits == 2 ? y + (y <= 68 ? 2000 : 1900) : y; }

/* ---- forms ---- */

/* What catalogues and letterheads put before a date: "[1855]", "ca. 1855", "den 3. März". */
static void take_openers(struct slice *s)
{
	static const char *const openers[] = { "ca", "um", "vom", "am", "den", "dem" };
	while (take_char(s, '[') || take_char(s, '('))
		take_blanks(s);
	for (size_t i = 0; i < sizeof openers / sizeof *openers; i++)
		if (take_word(s, openers[i])) {
			take_char(s, '.');
			take_blanks(s);
		}
}

/* Behind a year of four digits: -01, -01-18, -1-8, also with '/'. */
static uint32_t iso_rest(struct slice *s, uint32_t year)
{
	struct slice back = *s;
	uint32_t m, d;
	char mark = s->len && s->data[0] == '/' ? '/' : '-';
	size_t n = take_char(s, mark) ? take_number(s, &m) : 0;
	bool short_form = n == 1; /* 2022-1-8, which only a day behind it tells from 2022-1 */
	if (n != 1 && n != 2) {
		*s = back;
		return pack(year, 0, 0);
	}
	struct slice behind_year = back;
	back = *s;
	n = take_char(s, mark) ? take_number(s, &d) : 0;
	if ((n != 2 && !(n == 1 && short_form)) || number_goes_on(s)) {
		*s = short_form ? behind_year : back;
		return short_form ? pack(year, 0, 0) : m ? pack(year, m, 0) : 0;
	}
	return m && d ? pack(year, m, d) : 0;
}

/* Behind a day: ".01.2022", ". Januar 2022", " Jan 2022". */
static uint32_t day_rest(struct slice *s, uint32_t day)
{
	uint32_t m, y;
	bool dot = take_char(s, '.');
	take_blanks(s);
	size_t n = take_number(s, &m);
	if (n == 0)
		m = take_month(s);
	else if (!dot || n > 2 || !take_char(s, '.'))
		return 0;
	take_blanks(s);
	n = take_number(s, &y);
	return (n == 2 || n == 4) && m && day ? pack(full_year(y, n), m, day) : 0;
}

static uint32_t starts_with_number(struct slice *s)
{
	uint32_t v;
	size_t n = take_number(s, &v);
	if (n == 8 && !number_goes_on(s)) /* 20220118 */
		return v % 100 && v / 100 % 100 ? pack(v / 10000, v / 100 % 100, v % 100) : 0;
	if (n == 6 && !number_goes_on(s)) /* 202201 */
		return v % 100 ? pack(v / 100, v % 100, 0) : 0;
	if (n == 4)
		return iso_rest(s, v);
	return n == 1 || n == 2 ? day_rest(s, v) : 0;
}

/* "Januar 2022", "January 18, 2022". */
static uint32_t starts_with_month(struct slice *s)
{
	uint32_t m = take_month(s), v, y;
	take_blanks(s);
	size_t n = m ? take_number(s, &v) : 0;
	if (n == 4)
		return pack(v, m, 0);
	if (n == 0 || n > 2)
		return 0;
	take_char(s, ',');
	take_blanks(s);
	n = take_number(s, &y);
	return n == 4 && v ? pack(y, m, v) : 0;
}

uint32_t date_parse_prefix(struct slice text, size_t *len)
{
	struct slice s = text;
	take_blanks(&s);
	take_openers(&s);
	take_weekday(&s);
	take_openers(&s);
	uint32_t date = s.len && is_digit(s.data[0]) ? starts_with_number(&s) : starts_with_month(&s);
	*len = date ? text.len - s.len : 0;
	return date;
}

uint32_t date_parse(struct slice text)
{
	size_t len;
	return date_parse_prefix(text, &len);
}

/* ---- paths ---- */

/* A date anywhere in a path: a number of 4 or 8 digits that no digit touches, what follows read as in 2022-01-18 or 2022/01/18. */
static uint32_t date_at(struct slice path, size_t at)
{
	struct slice s = slice_from(path, at);
	uint32_t v;
	struct slice number = s;
	size_t n = take_number(&number, &v);
	if (n != 4 && n != 8)
		return 0;
	if (n == 4 && number.len && number.data[0] == '_') { /* 2022_01_18 */
		uint8_t copy[10];
		size_t len = s.len < sizeof copy ? s.len : sizeof copy;
		for (size_t i = 0; i < len; i++)
			copy[i] = s.data[i] == '_' ? '-' : s.data[i];
		struct slice dashed = slice_of(copy, len);
		return starts_with_number(&dashed);
	}
	return starts_with_number(&s);
}

static int precision(uint32_t date) { return !date ? 0 : !DATE_MONTH(date) ? 1 : !DATE_DAY(date) ? 2 : 3; }

/* A year alone is a date only as a folder or file name of its own: "1234.txt" is a number, "2022/x" a year. */
static bool year_alone_is_fine(struct slice path, size_t at)
{
	bool left = at == 0 || path.data[at - 1] == '/';
	return left && at + 4 < path.len && path.data[at + 4] == '/';
}

uint32_t date_of_path(struct slice path)
{
	uint32_t best = 0;
	for (size_t i = 0; i < path.len; i++) {
		if (!is_digit(path.data[i]) || (i > 0 && is_digit(path.data[i - 1])))
			continue;
		uint32_t date = date_at(path, i);
		if (precision(date) == 1 && !year_alone_is_fine(path, i))
			continue;
		if (date && precision(date) >= precision(best))
			best = date;
	}
	return best;
}
