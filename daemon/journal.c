/* Fields are composed on the stack, since being out of memory is an event, too. */

/* The places in this file are of no use to whoever reads an event. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "journal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-journal.h>
#include <time.h>
#include <unistd.h>

#include "core/report.h"
#include "core/utf8.h"

/* Where libsystemd sends to. It keeps silent when nothing is there, and the line would be lost. */
static const char journal_socket[] = "/run/systemd/journal/socket";

bool journal_is_stderr(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat st;
    char expected[64];
    if (stream == NULL || fstat(STDERR_FILENO, &st) != 0)
        return false;
    (void)snprintf(expected, sizeof(expected), "%ju:%ju", (uintmax_t)st.st_dev,
                   (uintmax_t)st.st_ino);
    return strcmp(stream, expected) == 0;
}

static void __attribute__((format(printf, 2, 3)))
add(struct journal_message *message, const char *format, ...)
{
    char *text = message->text + message->text_len;
    size_t room = sizeof(message->text) - message->text_len;
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, room, format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= room || message->field_count == JOURNAL_FIELDS_MAX)
        return;
    utf8_make_line(text); /* an address or a name may be somebody else's choice */
    message->fields[message->field_count++] = (struct iovec){text, strlen(text)};
    message->text_len += (size_t)len + 1;
}

static void add_report(struct journal_message *message, const struct report_key *report)
{
    struct period period = report->period;
    char text[PERIOD_TEXT_SIZE];
    if (period.label == 0) /* what is not of one report, but of all of a year */
        period.label = PERIOD_Y;
    add(message, "TONGHOP_KIND=%s", report->kind == KIND_PLAN ? "plan" : "actual");
    add(message, "TONGHOP_PERIOD=%s", period_format(period, text));
    if (report->form != 0)
        add(message, "TONGHOP_FORM=%" PRIu32, report->form);
}

static void add_fields(struct journal_message *message, const struct log_fields *fields)
{
    uint32_t unit = fields->report != NULL ? fields->report->unit : fields->unit;
    if (unit != 0)
        add(message, "TONGHOP_UNIT=%" PRIu32, unit);
    if (fields->report != NULL)
        add_report(message, fields->report);
    if (fields->revision != 0)
        add(message, "TONGHOP_REVISION=%" PRIu64, fields->revision);
    if (fields->catalogue != 0)
        add(message, "TONGHOP_CATALOGUE=%" PRIu32, fields->catalogue);
    if (fields->key != NULL)
        add(message, "TONGHOP_KEY=%s", fields->key);
    if (fields->peer != NULL)
        add(message, "TONGHOP_PEER=%s", fields->peer);
    if (fields->error != ERR_OK)
        add(message, "TONGHOP_ERROR=%s", err_name(fields->error));
}

void journal_compose(const struct journal *journal, const struct log_entry *entry,
                     struct journal_message *ret_message)
{
    ret_message->field_count = 0;
    ret_message->text_len = 0;
    add(ret_message, "MESSAGE=%s", entry->line);
    add(ret_message, "PRIORITY=%d", (int)entry->level);
    add(ret_message, "SYSLOG_IDENTIFIER=tonghopd");
    if (journal->node != NULL) {
        add(ret_message, "TONGHOP_NODE=%s", journal->node);
        add(ret_message, "TONGHOP_NODE_UNIT=%" PRIu32, journal->unit);
    }
    if (entry->event != NULL) {
        add(ret_message, "MESSAGE_ID=%s", entry->event->message_id);
        add(ret_message, "TONGHOP_EVENT=%s", entry->event->name);
    }
    if (entry->fields != NULL)
        add_fields(ret_message, entry->fields);
}

bool journal_send(void *journal, const struct log_entry *entry)
{
    struct journal_message message;
    if (access(journal_socket, W_OK) != 0)
        return false;
    journal_compose(journal, entry, &message);
    return sd_journal_sendv(message.fields, message.field_count) == 0;
}

/* The journal looks up the unit of a process in /proc, when it reads the first line of it. Of one
 * that has ended by then it knows none, and `journalctl -u` does not show the line: that is the one
 * that says why a daemon did not start. Nothing tells that the journal has looked, so we wait. */
void journal_linger(void)
{
    const struct timespec pause = {.tv_nsec = JOURNAL_LINGER_MS * 1000000L};
    if (journal_is_stderr())
        (void)nanosleep(&pause, NULL); /* a signal may cut it short: it asks us to end */
}
