/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stemmer/sentence.h"

#include "base/utf8.h"
#include "stemmer/unicode.h"
#include "stemmer/words.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define ENTRY_MAX 10 /* bytes; the lists ascend by bytes */

/* Never the last word of a sentence: something must follow. */
static const char titles[][ENTRY_MAX] = {
	"Abb", "Abs", "Bd", "Bez", "Dipl", "Dr", "Fr", "Frhr", "Frl", "Hl", "Hr", "Hrn", "Hrsg",
	"Ing", "Kfm", "Lic", "Mr", "Mrs", "Ms", "Nr", "Nrn", "Prof", "Rn", "Sr", "St", "Str",
	"Tel", "Ziff", "abzgl", "allg", "bspw", "bzgl", "bzw", "ca", "cand", "dgl", "dipl", "ebd", "ehem",
	"einschl", "evtl", "exkl", "geb", "gegr", "gem", "gest", "ggf", "hl", "inkl", "insb", "insbes", "jew",
	"med", "mtl", "nachm", "nat", "nom", "phil", "pol", "rd", "rer", "resp", "sog", "spez",
	"stellv", "tgl", "theol", "urspr", "verh", "verst", "vgl", "vorm", "wg", "zool", "zzgl",
};

/* May be the last. */
static const char abbreviations[][ENTRY_MAX] = {
	"Apr", "Art", "Aug", "Chr", "Co", "Corp", "Dez", "Feb", "Hs", "Inc", "Jan", "Jg", "Jh", "Jhd", "Jhdt", "Jr", "Jul",
	"Jun", "Kap", "Ltd", "MdB", "Mill", "Mio", "Mrd", "Mrz", "Nov", "Okt", "Sek", "Sen", "Sep", "Sept",
	"Std", "Tsd", "anschl", "etc", "ff", "jun", "sen", "u", "usf", "usw",
};

/* Capitalised in the middle of a sentence only by accident. */
static const char starters[][ENTRY_MAX] = {
	"Aber", "Alle", "Als", "Also", "Am", "An", "Auch", "Auf", "Aus", "Bei", "Beide", "Beim", "Bereits",
	"Bis", "Da", "Dabei", "Dafür", "Dagegen", "Daher", "Damit", "Danach", "Dann", "Daran", "Darauf",
	"Darum", "Das", "Dazu", "Dem", "Den", "Denn", "Der", "Des", "Deshalb", "Die", "Dies", "Diese",
	"Diesem", "Diesen", "Dieser", "Dieses", "Doch", "Dort", "Durch", "Ein", "Eine", "Einem", "Einen",
	"Einer", "Eines", "Er", "Es", "Etwa", "Für", "Gegen", "Hier", "Ich", "Ihr", "Ihre", "Im", "In",
	"Insgesamt", "Ist", "Jetzt", "Kein", "Keine", "Man", "Mit", "Nach", "Nachdem", "Nicht", "Noch", "Nun",
	"Nur", "Ob", "Obwohl", "Oder", "Ohne", "Schon", "Sein", "Seine", "Seit", "Sie", "Sind", "So", "Und",
	"Unter", "Viele", "Vom", "Von", "Vor", "Wann", "War", "Waren", "Warum", "Was", "Weil", "Wenn", "Wer",
	"Wie", "Wir", "Wird", "Wo", "Während", "Zu", "Zudem", "Zum", "Zur", "Zwar", "Zwischen", "Über",
};

static bool listed(struct slice word, const char (*list)[ENTRY_MAX], size_t n)
{
	char key[ENTRY_MAX] = { 0 };
	size_t low = 0;

	if (word.len == 0 || word.len > ENTRY_MAX)
		return false;
	memcpy(key, word.data, word.len);
	while (low < n) {
		size_t mid = (low + n) / 2;
		int c = memcmp(key, list[mid], ENTRY_MAX);
		if (c == 0)
			return true;
		if (c < 0)
			n = mid;
		else
			low = mid + 1;
	}
	return false;
}

/* 3. or 31. or II.: an ordinal as likely as the end of a sentence. */
static bool is_ordinal(struct slice word)
{
	bool digits = word.len <= 2, roman = word.len <= 5;

	for (size_t i = 0; i < word.len && i < 6; i++) {
		digits &= word.data[i] >= '0' && word.data[i] <= '9';
		roman &= word.data[i] == 'I' || word.data[i] == 'V' || word.data[i] == 'X';
	}
	return digits || roman;
}

/* B. or z.B. */
static bool is_initial(struct slice word)
{
	uint32_t cp;
	size_t n = utf8_decode(word.data, slice_end(word), &cp);

	return (n == word.len && class_is_letter(char_class(cp))) ||
	       (word.len <= 12 && word.len > 2 && word.data[n] == '.' && cp > '9');
}

static bool full_stop_ends(struct slice before, struct slice after)
{
	if (listed(before, titles, COUNT(titles)))
		return false;
	if (is_ordinal(before) || is_initial(before) || listed(before, abbreviations, COUNT(abbreviations)))
		return listed(after, starters, COUNT(starters));
	return true;
}

bool sentence_boundary(uint32_t gap, struct slice before, struct slice after, enum boundary *what)
{
	uint32_t cp;

	*what = gap & GAP_PARAGRAPH ? BOUNDARY_PARAGRAPH : BOUNDARY_SENTENCE;
	if (gap & GAP_PARAGRAPH)
		return true;
	if (!(gap & (GAP_FULL_STOP | GAP_STRONG_STOP)) || before.len == 0 || after.len == 0)
		return false;
	utf8_decode(after.data, slice_end(after), &cp);
	if (char_class(cp) == CHAR_LOWER)
		return false;
	return gap & GAP_STRONG_STOP || full_stop_ends(before, after);
}
