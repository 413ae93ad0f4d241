/* A report's head is what its revisions say together: the import makes it from them, the export
 * looks whether it is so, since otherwise something would be lost. Private to daemon/export. */
#ifndef EXPORT_HEAD_H
#define EXPORT_HEAD_H

#include "export/line.h"
#include "wire/digest.h"

struct head_made {
    struct line_report report;
    struct head head;
    struct digest_state digested;
    uint8_t accepted_states;
    bool has_latest, has_accepted;
};

void head_begin(struct head_made *made, const struct line_report *report);
/* Each revision in turn, with what its filing says; `content` is the filing's content digest. */
void head_take(struct head_made *made, const struct revision *revision, const struct report *report,
               const uint8_t *content);
/* NULL, and the head is whole; or what does not fit. */
const char *head_end(struct head_made *made);

/* Whether a head that is held says the same. */
bool head_agrees(const struct head_made *made, const struct head *held);

#endif
