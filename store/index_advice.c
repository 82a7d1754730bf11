/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/index_advice.h"

#include <stddef.h>

#include "base/translate.h"

const char *index_advice(enum fund_status status, bool writes)
{
	if (status == FUND_CORRUPT)
		return translate("a damaged index does not mend: copy data.mdb of a backup back, or build another with fundstelle-index -i DIR PATH");
	if (status == FUND_NO_SPACE && writes)
		return translate("the index is as it was: make room, then run again");
	if (status == FUND_NO_MEMORY && writes)
		return translate("the index is as it was: a smaller --memory or fewer --jobs need less");
	return NULL;
}
