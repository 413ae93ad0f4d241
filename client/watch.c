/* One answer of a node that is followed. */
#include "client/watch.h"

#include <inttypes.h>
#include <stdlib.h>

#include "client/notice.h"
#include "client/selection.h"
#include "client/words.h"
#include "core/instant.h"
#include "core/mem.h"

/* One of the two. */
struct event {
    const Tonghop__Change *change;
    const Tonghop__InboxEntry *entry;
    uint64_t number;
};

static const char *const keys[] = {
    "event",     "number",      "unit",   "unit_id", "unit_name",  "kind",  "period",
    "form",      "revision",    "state",  "counts",  "withdrawn",  "time",  "author",
    "author_id", "author_name", "person", "reason",  "indicators", "until", "edition",
    "count",     "delivered",   "seen",   "seen_by", "seen_event",
};
enum { KEY_COUNT = sizeof(keys) / sizeof(keys[0]) };

static const char *state_of(uint32_t states)
{
    if (states & STATE_RETURNED)
        return "returned";
    return states & STATE_ACCEPTED ? "accepted" : "waiting";
}

/* ---- for programs ---- */

static void add_change(const struct common *common, const Tonghop__Change *change,
                       struct table *table)
{
    table_add(table, "report");
    table_add_number(table, change->number);
    selection_add_unit(common, change->unit, table);
    table_add(table, change->key->kind == KIND_PLAN ? "plan" : "actual");
    table_add(table, change->period);
    table_add(table, change->form);
    table_add_number(table, change->revision);
    table_add(table, state_of(change->states));
    table_add(table, change->counts ? "yes" : "no");
    table_add(table, change->withdrawn ? "yes" : "no");
    table_add_instant(table, change->received_us);
    table_skip(table, 3); /* the node that says it */
    table_add(table, change->author);
    table_add(table, change->reason);
    table_skip(table, 8);
}

static void add_entry(const struct common *common, const struct event *event, struct table *table)
{
    const Tonghop__InboxEntry *entry = event->entry;
    table_add(table, notice_event(entry->type));
    table_add_number(table, event->number);
    notice_add_report(common, entry, table);
    table_skip(table, 3); /* the state of a report */
    notice_add_said(common, entry, table);
    table_add(table, entry->heard != 0 ? notice_event(entry->heard) : NULL);
}

static void print_rows(const struct common *common, const struct event *events, size_t count,
                       bool is_restarted, bool has_headings, FILE *out)
{
    struct table *table = table_new();
    table_add_keys(table, keys, KEY_COUNT);
    if (is_restarted) {
        table_add(table, "restarted");
        table_skip(table, KEY_COUNT - 1);
    }
    for (size_t i = 0; i < count; i++) {
        if (events[i].change != NULL)
            add_change(common, events[i].change, table);
        else
            add_entry(common, &events[i], table);
    }
    table_print_lines(table, common->output, has_headings, out);
    table_free(&table);
}

/* ---- for people ---- */

static void print_change(const struct common *common, const Tonghop__Change *change, FILE *out)
{
    bool is_english = common->is_english;
    char time[INSTANT_TEXT_SIZE], number[24];
    enum word state = change->states & STATE_RETURNED   ? WORD_COVERAGE_RETURNED
                      : change->states & STATE_ACCEPTED ? WORD_COVERAGE_ACCEPTED
                                                        : WORD_COVERAGE_WAITING;
    if (change->withdrawn)
        state = WORD_COLUMN_WITHDRAWN;
    (void)fprintf(out, "%s  %s: %s %s, %s",
                  instant_format((struct instant){change->received_us}, time),
                  words(is_english, WORD_WATCH_REPORT), change->unit->code,
                  selection_unit_name(common, change->unit), change->period);
    if (change->key->kind == KIND_PLAN)
        (void)fprintf(out, " (%s)", words(is_english, WORD_KIND_PLAN));
    (void)fprintf(out, words(is_english, WORD_NOTICE_FORM), change->form);
    (void)snprintf(number, sizeof(number), "%" PRIu64, change->revision);
    (void)fprintf(out, words(is_english, WORD_NOTICE_REVISION), number);
    (void)fprintf(out, ", %s", words(is_english, state));
    if (change->author[0] != '\0')
        (void)fprintf(out, ", %s", change->author);
    (void)fputc('\n', out);
}

static void print_entry(const struct common *common, const Tonghop__InboxEntry *entry, FILE *out)
{
    char time[INSTANT_TEXT_SIZE];
    bool is_seen = entry->type == NOTICE_HEARD;
    char *line = notice_line(common, entry);
    char *until = notice_end(common, entry);
    char *detail = notice_detail(common, entry);
    (void)fprintf(out, "%s  %s%s\n%s",
                  instant_format((struct instant){is_seen ? entry->seen_us : entry->time_us}, time),
                  line, until, detail);
    free(line);
    free(until);
    free(detail);
}

/* ---- both ---- */

static int by_number(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

void watch_print(const struct common *common, const Tonghop__Changes *changes, bool has_headings,
                 FILE *out)
{
    size_t count = 0;
    struct event *events = mem_calloc(changes->n_changes + changes->n_notices + 1, sizeof(*events));
    for (size_t i = 0; i < changes->n_changes; i++)
        events[count++] =
            (struct event){.change = changes->changes[i], .number = changes->changes[i]->number};
    for (size_t i = 0; i < changes->n_notices; i++)
        events[count++] = (struct event){.entry = changes->notices[i]->entry,
                                         .number = changes->notices[i]->number};
    /* A node of an earlier version tells reports alone, in their order, without numbers. */
    if (changes->n_notices > 0)
        qsort(events, count, sizeof(*events), by_number);
    if (common->output != OUTPUT_TEXT) {
        print_rows(common, events, count, changes->restarted, has_headings, out);
    } else {
        for (size_t i = 0; i < count; i++) {
            if (events[i].change != NULL)
                print_change(common, events[i].change, out);
            else
                print_entry(common, events[i].entry, out);
        }
    }
    free(events);
}
