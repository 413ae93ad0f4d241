/* The journal of systemd: an event goes there with its fields, as docs/EVENTS.md names them. */
#ifndef DAEMON_JOURNAL_H
#define DAEMON_JOURNAL_H

#include <stddef.h>
#include <sys/uio.h>

#include "core/log.h"

/* Whose events they are, as far as that is known. */
struct journal {
    const char *node; /* NULL before the configuration is read */
    uint32_t unit;
};

enum {
    JOURNAL_FIELDS_MAX = 20,
    JOURNAL_TEXT_SIZE = 4096, /* of all fields; one that has no room is left out */
    JOURNAL_LINGER_MS = 100,
};

/* "NAME=value" for each field; the length of a value is told apart, so that no value can be taken
 * for another field. */
struct journal_message {
    struct iovec fields[JOURNAL_FIELDS_MAX];
    int field_count;
    char text[JOURNAL_TEXT_SIZE];
    size_t text_len;
};

/* True when standard error is the journal. */
bool journal_is_stderr(void);
void journal_compose(const struct journal *journal, const struct log_entry *entry,
                     struct journal_message *ret_message);
/* For log_set_journal; `journal` is a struct journal. Allocates nothing. */
bool journal_send(void *journal, const struct log_entry *entry);
/* Where standard error is the journal: gives it time to see whose the last lines were, before this
 * process ends. Blocks for JOURNAL_LINGER_MS. */
void journal_linger(void);

#endif
