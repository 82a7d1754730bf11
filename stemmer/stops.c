/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stemmer/stops.h"

#include "base/hash.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define FORM_MAX 14

/* The folded forms, ascending, with the term of each: the stem of Snowball 2.2, which another version need not share.
 * Words that are as often another word once folded are left out (schon: schön). */
static const char forms[][2][FORM_MAX] = {
	{ "ab", "ab" }, { "aber", "aber" }, { "alle", "all" }, { "allem", "all" }, { "allen", "all" },
	{ "aller", "all" }, { "alles", "all" }, { "als", "als" }, { "also", "also" }, { "am", "am" },
	{ "an", "an" }, { "andere", "and" }, { "anderem", "and" }, { "anderen", "and" }, { "anderer", "and" },
	{ "anderes", "and" }, { "anders", "and" }, { "ans", "ans" }, { "auch", "auch" }, { "auf", "auf" },
	{ "aus", "aus" }, { "ausser", "auss" }, { "ausserhalb", "ausserhalb" }, { "bei", "bei" },
	{ "beide", "beid" }, { "beiden", "beid" }, { "beider", "beid" }, { "beim", "beim" },
	{ "bevor", "bevor" }, { "bin", "bin" }, { "bis", "bis" }, { "bist", "bist" }, { "da", "da" },
	{ "dabei", "dabei" }, { "dadurch", "dadurch" }, { "dafur", "dafur" }, { "dagegen", "dageg" },
	{ "daher", "dah" }, { "damit", "damit" }, { "danach", "danach" }, { "dann", "dann" },
	{ "daran", "daran" }, { "darauf", "darauf" }, { "darf", "darf" }, { "darin", "darin" },
	{ "daruber", "darub" }, { "darum", "darum" }, { "das", "das" }, { "dasjenige", "dasjen" },
	{ "dass", "dass" }, { "dasselbe", "dasselb" }, { "davon", "davon" }, { "davor", "davor" },
	{ "dazu", "dazu" }, { "dein", "dein" }, { "deine", "dein" }, { "deinem", "dein" },
	{ "deinen", "dein" }, { "deiner", "dein" }, { "deines", "dein" }, { "dem", "dem" },
	{ "demselben", "demselb" }, { "den", "den" }, { "denn", "denn" }, { "denselben", "denselb" },
	{ "der", "der" }, { "derjenige", "derjen" }, { "derselbe", "derselb" }, { "derselben", "derselb" },
	{ "des", "des" }, { "deshalb", "deshalb" }, { "desselben", "desselb" }, { "deswegen", "desweg" },
	{ "dich", "dich" }, { "die", "die" }, { "diejenige", "diejen" }, { "dies", "dies" },
	{ "diese", "dies" }, { "dieselbe", "dieselb" }, { "dieselben", "dieselb" }, { "diesem", "dies" },
	{ "diesen", "dies" }, { "dieser", "dies" }, { "dieses", "dies" }, { "dir", "dir" }, { "doch", "doch" },
	{ "dort", "dort" }, { "du", "du" }, { "durch", "durch" }, { "durfen", "durf" }, { "durfte", "durft" },
	{ "eben", "eben" }, { "ein", "ein" }, { "eine", "ein" }, { "einem", "ein" }, { "einen", "ein" },
	{ "einer", "ein" }, { "eines", "ein" }, { "einige", "einig" }, { "einigem", "einig" },
	{ "einigen", "einig" }, { "einiger", "einig" }, { "einiges", "einig" }, { "einmal", "einmal" },
	{ "entweder", "entwed" }, { "er", "er" }, { "es", "es" }, { "etwa", "etwa" }, { "etwas", "etwas" },
	{ "euch", "euch" }, { "euer", "euer" }, { "eure", "eur" }, { "eurem", "eur" }, { "euren", "eur" },
	{ "eurer", "eur" }, { "eures", "eur" }, { "falls", "fall" }, { "fur", "fur" }, { "gegen", "geg" },
	{ "gegenuber", "gegenub" }, { "gehabt", "gehabt" }, { "gewesen", "gewes" }, { "geworden", "geword" },
	{ "habe", "hab" }, { "haben", "hab" }, { "habt", "habt" }, { "hast", "hast" }, { "hat", "hat" },
	{ "hatte", "hatt" }, { "hatten", "hatt" }, { "hattest", "hatt" }, { "hattet", "hattet" },
	{ "her", "her" }, { "herab", "herab" }, { "herauf", "herauf" }, { "heraus", "heraus" },
	{ "herein", "herein" }, { "hier", "hier" }, { "hin", "hin" }, { "hinauf", "hinauf" },
	{ "hinaus", "hinaus" }, { "hinein", "hinein" }, { "hinter", "hint" }, { "ich", "ich" },
	{ "ihm", "ihm" }, { "ihn", "ihn" }, { "ihnen", "ihn" }, { "ihr", "ihr" }, { "ihre", "ihr" },
	{ "ihrem", "ihr" }, { "ihren", "ihr" }, { "ihrer", "ihr" }, { "ihres", "ihr" }, { "im", "im" },
	{ "immer", "imm" }, { "in", "in" }, { "indem", "ind" }, { "innerhalb", "innerhalb" }, { "ins", "ins" },
	{ "ist", "ist" }, { "ja", "ja" }, { "je", "je" }, { "jede", "jed" }, { "jedem", "jed" },
	{ "jeden", "jed" }, { "jeder", "jed" }, { "jedes", "jed" }, { "jedoch", "jedoch" }, { "jene", "jen" },
	{ "jenem", "jen" }, { "jenen", "jen" }, { "jener", "jen" }, { "jenes", "jen" }, { "jetzt", "jetzt" },
	{ "kann", "kann" }, { "kannst", "kann" }, { "kein", "kein" }, { "keine", "kein" },
	{ "keinem", "kein" }, { "keinen", "kein" }, { "keiner", "kein" }, { "keines", "kein" },
	{ "konnen", "konn" }, { "konnt", "konnt" }, { "konnte", "konnt" }, { "konnten", "konnt" },
	{ "mag", "mag" }, { "mal", "mal" }, { "man", "man" }, { "manche", "manch" }, { "manchem", "manch" },
	{ "manchen", "manch" }, { "mancher", "manch" }, { "manches", "manch" }, { "mehr", "mehr" },
	{ "mein", "mein" }, { "meine", "mein" }, { "meinem", "mein" }, { "meinen", "mein" },
	{ "meiner", "mein" }, { "meines", "mein" }, { "mich", "mich" }, { "mir", "mir" }, { "mit", "mit" },
	{ "mochte", "mocht" }, { "mochten", "mocht" }, { "muss", "muss" }, { "mussen", "muss" },
	{ "musste", "musst" }, { "mussten", "musst" }, { "nach", "nach" }, { "nachdem", "nachd" },
	{ "neben", "neb" }, { "nein", "nein" }, { "nicht", "nicht" }, { "nichts", "nicht" },
	{ "noch", "noch" }, { "nun", "nun" }, { "nur", "nur" }, { "ob", "ob" }, { "obwohl", "obwohl" },
	{ "oder", "oder" }, { "ohne", "ohn" }, { "per", "per" }, { "pro", "pro" }, { "sehr", "sehr" },
	{ "sei", "sei" }, { "seid", "seid" }, { "seien", "seien" }, { "sein", "sein" }, { "seine", "sein" },
	{ "seinem", "sein" }, { "seinen", "sein" }, { "seiner", "sein" }, { "seines", "sein" },
	{ "seit", "seit" }, { "selbst", "selb" }, { "sich", "sich" }, { "sie", "sie" }, { "sind", "sind" },
	{ "so", "so" }, { "sobald", "sobald" }, { "solange", "solang" }, { "solche", "solch" },
	{ "solchem", "solch" }, { "solchen", "solch" }, { "solcher", "solch" }, { "solches", "solch" },
	{ "soll", "soll" }, { "sollen", "soll" }, { "sollte", "sollt" }, { "sollten", "sollt" },
	{ "somit", "somit" }, { "sondern", "sond" }, { "sonst", "sonst" }, { "sowie", "sowi" },
	{ "sowohl", "sowohl" }, { "statt", "statt" }, { "trotz", "trotz" }, { "uber", "uber" }, { "um", "um" },
	{ "und", "und" }, { "uns", "uns" }, { "unser", "uns" }, { "unsere", "uns" }, { "unserem", "uns" },
	{ "unseren", "uns" }, { "unserer", "uns" }, { "unseres", "uns" }, { "unter", "unt" },
	{ "viel", "viel" }, { "viele", "viel" }, { "vielen", "viel" }, { "vieler", "viel" },
	{ "vieles", "viel" }, { "vom", "vom" }, { "von", "von" }, { "vor", "vor" }, { "wahrend", "wahrend" },
	{ "wann", "wann" }, { "war", "war" }, { "waren", "war" }, { "warum", "warum" }, { "was", "was" },
	{ "weder", "wed" }, { "wegen", "weg" }, { "weil", "weil" }, { "welche", "welch" },
	{ "welchem", "welch" }, { "welchen", "welch" }, { "welcher", "welch" }, { "welches", "welch" },
	{ "wem", "wem" }, { "wen", "wen" }, { "wenig", "wenig" }, { "wenige", "wenig" }, { "wenn", "wenn" },
	{ "wer", "wer" }, { "werde", "werd" }, { "werden", "werd" }, { "werdet", "werdet" },
	{ "weshalb", "weshalb" }, { "wessen", "wess" }, { "wie", "wie" }, { "wieder", "wied" },
	{ "wieso", "wieso" }, { "will", "will" }, { "wir", "wir" }, { "wird", "wird" }, { "wirst", "wirst" },
	{ "wo", "wo" }, { "woher", "woh" }, { "wohin", "wohin" }, { "wollte", "wollt" },
	{ "wollten", "wollt" }, { "worden", "word" }, { "wurde", "wurd" }, { "wurden", "wurd" },
	{ "wurdest", "wurd" }, { "zu", "zu" }, { "zum", "zum" }, { "zur", "zur" }, { "zwar", "zwar" },
	{ "zwischen", "zwisch" },
};

/* The terms of the table above, ascending, each once. */
static const char terms[][FORM_MAX] = {
	"ab", "aber", "all", "als", "also", "am", "an", "and", "ans", "auch", "auf", "aus", "auss",
	"ausserhalb", "bei", "beid", "beim", "bevor", "bin", "bis", "bist", "da", "dabei", "dadurch", "dafur",
	"dageg", "dah", "damit", "danach", "dann", "daran", "darauf", "darf", "darin", "darub", "darum", "das",
	"dasjen", "dass", "dasselb", "davon", "davor", "dazu", "dein", "dem", "demselb", "den", "denn",
	"denselb", "der", "derjen", "derselb", "des", "deshalb", "desselb", "desweg", "dich", "die", "diejen",
	"dies", "dieselb", "dir", "doch", "dort", "du", "durch", "durf", "durft", "eben", "ein", "einig",
	"einmal", "entwed", "er", "es", "etwa", "etwas", "euch", "euer", "eur", "fall", "fur", "geg",
	"gegenub", "gehabt", "gewes", "geword", "hab", "habt", "hast", "hat", "hatt", "hattet", "her", "herab",
	"herauf", "heraus", "herein", "hier", "hin", "hinauf", "hinaus", "hinein", "hint", "ich", "ihm", "ihn",
	"ihr", "im", "imm", "in", "ind", "innerhalb", "ins", "ist", "ja", "je", "jed", "jedoch", "jen",
	"jetzt", "kann", "kein", "konn", "konnt", "mag", "mal", "man", "manch", "mehr", "mein", "mich", "mir",
	"mit", "mocht", "muss", "musst", "nach", "nachd", "neb", "nein", "nicht", "noch", "nun", "nur", "ob",
	"obwohl", "oder", "ohn", "per", "pro", "sehr", "sei", "seid", "seien", "sein", "seit", "selb", "sich",
	"sie", "sind", "so", "sobald", "solang", "solch", "soll", "sollt", "somit", "sond", "sonst", "sowi",
	"sowohl", "statt", "trotz", "uber", "um", "und", "uns", "unt", "viel", "vom", "von", "vor", "wahrend",
	"wann", "war", "warum", "was", "wed", "weg", "weil", "welch", "wem", "wen", "wenig", "wenn", "wer",
	"werd", "werdet", "weshalb", "wess", "wie", "wied", "wieso", "will", "wir", "wird", "wirst", "wo",
	"woh", "wohin", "wollt", "word", "wurd", "zu", "zum", "zur", "zwar", "zwisch",
};

/* Where the key is in `n` rows of `row_len` bytes that begin with a string of up to FORM_MAX bytes, or NULL. */
static const char *find(struct slice key, const char *rows, size_t n, size_t row_len)
{
	char padded[FORM_MAX] = { 0 };
	size_t low = 0, high = n;

	if (key.len == 0 || key.len > FORM_MAX)
		return NULL;
	memcpy(padded, key.data, key.len);
	while (low < high) {
		size_t mid = (low + high) / 2;
		int c = memcmp(rows + mid * row_len, padded, FORM_MAX);
		if (c == 0)
			return rows + mid * row_len;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

struct slice stops_term(struct slice form)
{
	const char *row = find(form, &forms[0][0][0], COUNT(forms), sizeof(forms[0]));

	return row ? slice_str(row + FORM_MAX) : slice_of(NULL, 0);
}

bool stops_has(struct slice term)
{
	return find(term, &terms[0][0], COUNT(terms), sizeof(terms[0])) != NULL;
}

uint64_t stops_fingerprint(void)
{
	return hash_bytes_seed(forms, sizeof(forms), STOPS_MARK);
}
