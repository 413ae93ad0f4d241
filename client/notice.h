/* What was said to units, as commands print it: returns, reminders, closings, reopenings. */
#ifndef CLIENT_NOTICE_H
#define CLIENT_NOTICE_H

#include "client/command.h"
#include "client/table.h"

/* What happened, for programs: "returned", "reminded", "closed" ...; "other" of one that this
 * version does not know. */
const char *notice_event(uint32_t type);
/* The day, if a moment is the end of one in Viet Nam, else the moment. INSTANT_TEXT_SIZE. */
const char *notice_until(int64_t until_us, char *out);
/* One line: what happened, of which report, and who said it. The caller frees. */
char *notice_line(const struct common *common, const Tonghop__InboxEntry *entry);
/* Of a reopening ", until DAY", else "". Likewise. */
char *notice_end(const struct common *common, const Tonghop__InboxEntry *entry);
/* Why, and which cells: lines that begin with blanks, each with its end; "" for none. Likewise. */
char *notice_detail(const struct common *common, const Tonghop__InboxEntry *entry);

/* For programs: columns, and a row of them. */
void notice_add_keys(struct table *table);
void notice_add(const struct common *common, const Tonghop__InboxEntry *entry, struct table *table);
/* Cells of such a row: from `unit` to `revision`, and from `time` to `seen_by`. */
void notice_add_report(const struct common *common, const Tonghop__InboxEntry *entry,
                       struct table *table);
void notice_add_said(const struct common *common, const Tonghop__InboxEntry *entry,
                     struct table *table);

#endif
