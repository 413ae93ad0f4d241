/* The answer is yes only where all that a receipt says of the report is what the node holds now.
 * Its time may be an earlier one: of a report that two nodes took in the later time stays. The
 * times of other levels are theirs to confirm: each can be asked. */
#include "client/receipt.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "client/words.h"
#include "core/instant.h"
#include "core/mem.h"

enum { LINE_SIZE = 1024 };

struct field {
    const char *key;
    size_t offset;
    bool is_optional;
};
static const struct field fields[] = {
    {"unit", offsetof(struct receipt, unit), false},
    {"unit-id", offsetof(struct receipt, unit_id), true},
    {"period", offsetof(struct receipt, period), false},
    {"kind", offsetof(struct receipt, kind), false},
    {"form", offsetof(struct receipt, form), false},
    {"revision", offsetof(struct receipt, revision), false},
    {"content", offsetof(struct receipt, content), false},
    {"received", offsetof(struct receipt, received), false},
};
enum { FIELD_COUNT = sizeof(fields) / sizeof(fields[0]) };

const char *receipt_hex(ProtobufCBinaryData bytes, char *out)
{
    out[0] = '\0';
    for (size_t i = 0; i < bytes.len && i < WIRE_DIGEST_SIZE; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", bytes.data[i]);
    return out;
}

/* ---- reading ---- */

/* What stands behind "key: "; NULL if the line is another. */
static const char *value_of(const char *line, const char *key)
{
    size_t len = strlen(key);
    return strncmp(line, key, len) == 0 && strncmp(line + len, ": ", 2) == 0 ? line + len + 2
                                                                             : NULL;
}

static void begin(struct receipts *receipts)
{
    receipts->items =
        mem_grow(receipts->items, receipts->count, &receipts->capacity, sizeof(*receipts->items));
    receipts->items[receipts->count++] = (struct receipt){0};
}

/* A field that is there already is one of another receipt: nothing is overwritten. */
static void take_line(char *line, struct receipts *receipts)
{
    line[strcspn(line, "\r\n")] = '\0';
    if (value_of(line, "receipt") != NULL)
        begin(receipts);
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const char *value = value_of(line, fields[i].key);
        if (value == NULL)
            continue;
        if (receipts->count == 0 ||
            ((char *)&receipts->items[receipts->count - 1] + fields[i].offset)[0] != '\0')
            begin(receipts);
        (void)snprintf((char *)&receipts->items[receipts->count - 1] + fields[i].offset,
                       RECEIPT_FIELD_SIZE, "%.*s", RECEIPT_FIELD_SIZE - 1, value);
    }
}

static bool is_number(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* The key of the field that is not there, or not as it is printed; NULL if all are. */
static const char *find_missing(const struct receipt *receipt)
{
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (!fields[i].is_optional && ((const char *)receipt + fields[i].offset)[0] == '\0')
            return fields[i].key;
    if (receipt->unit_id[0] != '\0' && !is_number(receipt->unit_id))
        return "unit-id";
    if (receipt->unit_id[0] == '\0' && !is_number(receipt->unit))
        return "unit-id";
    return is_number(receipt->revision) ? NULL : "revision";
}

static bool are_whole(const struct common *common, const char *path, struct receipts *receipts)
{
    if (receipts->count == 0)
        begin(receipts);
    for (size_t i = 0; i < receipts->count; i++) {
        struct receipt *receipt = &receipts->items[i];
        receipt->unit[strcspn(receipt->unit, " ")] = '\0';
        const char *missing = find_missing(receipt);
        if (missing != NULL) {
            command_say(words(common->is_english, WORD_RECEIPT_NOT_ONE), path, missing);
            return false;
        }
    }
    return true;
}

bool receipts_read(const struct common *common, const char *path, struct receipts *ret_receipts)
{
    char line[LINE_SIZE];
    bool is_stdin = strcmp(path, "-") == 0;
    FILE *file = is_stdin ? stdin : fopen(path, "re");
    *ret_receipts = (struct receipts){0};
    while (file != NULL && fgets(line, sizeof(line), file) != NULL)
        take_line(line, ret_receipts);
    bool is_read = file != NULL && ferror(file) == 0;
    if (!is_read)
        command_say("%s: %s", path, strerror(errno));
    if (file != NULL && !is_stdin)
        (void)fclose(file); /* it was only read */
    return is_read && are_whole(common, path, ret_receipts);
}

/* ---- comparing ---- */

struct finding {
    const char *result; /* for programs */
    enum word word;     /* %s: `revision` */
    uint64_t revision;
    const Tonghop__HistoryEntry *entry; /* that is meant and held, or NULL */
    bool is_earlier;                    /* the receipt's time */
};

static bool is_number_of(const struct receipt *receipt, const Tonghop__HistoryEntry *entry)
{
    return entry->revision == strtoull(receipt->revision, NULL, 10);
}

/* Of the same number and content. */
static struct finding compare(const struct receipt *receipt, const Tonghop__HistoryEntry *entry)
{
    char received[INSTANT_TEXT_SIZE];
    struct instant time;
    struct finding held = {"held", WORD_RECEIPT_HELD, entry->revision, entry, false};
    (void)instant_format((struct instant){entry->received_us}, received);
    if (strcmp(received, receipt->received) == 0)
        return held;
    if (instant_parse(receipt->received, &time) != ERR_OK || time.us > entry->received_us)
        return (struct finding){"differs", WORD_RECEIPT_OTHER_TIME, entry->revision, entry, false};
    held.is_earlier = true;
    return held;
}

/* Where two nodes took a report in, it may stand under another number. */
static struct finding find(const struct receipt *receipt, const Tonghop__History *history)
{
    char hex[RECEIPT_HEX_SIZE];
    const Tonghop__HistoryEntry *same = NULL, *numbered = NULL, *latest = NULL;
    for (size_t i = 0; i < history->n_entries; i++) {
        const Tonghop__HistoryEntry *entry = history->entries[i];
        bool is_numbered = is_number_of(receipt, entry);
        if (entry->is_latest)
            latest = entry;
        if (is_numbered)
            numbered = entry;
        if (strcmp(receipt_hex(entry->content, hex), receipt->content) == 0 &&
            (same == NULL || is_numbered))
            same = entry;
    }
    uint64_t number = strtoull(receipt->revision, NULL, 10);
    if (receipt->unit_id[0] != '\0' && strcmp(receipt->unit, history->unit->code) != 0)
        return (struct finding){"differs", WORD_RECEIPT_OTHER_UNIT, number, NULL, false};
    if (same != NULL && same == latest)
        return same == numbered ? compare(receipt, same)
                                : (struct finding){"renumbered", WORD_RECEIPT_RENUMBERED,
                                                   same->revision, same, false};
    if (same == NULL && numbered != NULL && numbered->content.len > 0)
        return (struct finding){"differs", WORD_RECEIPT_DIFFERS, number, NULL, false};
    if (numbered != NULL && numbered == latest && numbered->content.len == 0)
        return (struct finding){"unknown", WORD_RECEIPT_UNKNOWN, number, NULL, false};
    if (latest != NULL && (same != NULL || latest->revision > number))
        return (struct finding){"replaced", WORD_RECEIPT_REPLACED, latest->revision, NULL, false};
    return (struct finding){"not-held", WORD_RECEIPT_NOT_HELD, number, NULL, false};
}

/* At the node that was asked; 0: not known. */
static int64_t arrived_us(const Tonghop__HistoryEntry *entry)
{
    return entry->n_held > 0 ? entry->held[0]->arrived_us : 0;
}

/* ---- telling ---- */

static void print_line(const struct common *common, enum word word, const char *text)
{
    (void)printf("  ");
    (void)printf(words(common->is_english, word), text);
    (void)putchar('\n');
}

static void print_plain(const struct common *common, enum word word)
{
    (void)printf("  %s\n", words(common->is_english, word));
}

static void print_entry(const struct common *common, const Tonghop__HistoryEntry *entry)
{
    char time[INSTANT_TEXT_SIZE];
    print_line(common, WORD_RECEIPT_RECEIVED,
               instant_format((struct instant){entry->received_us}, time));
    if (arrived_us(entry) != 0)
        print_line(common, WORD_RECEIPT_HERE_SINCE,
                   instant_format((struct instant){arrived_us(entry)}, time));
    if (entry->withdrawn)
        print_plain(common, WORD_RECEIPT_WITHDRAWAL);
    if (entry->states & STATE_RETURNED)
        print_plain(common, WORD_RECEIPT_RETURNED);
    else if (!entry->counts && !entry->withdrawn)
        print_plain(common, WORD_RECEIPT_NOT_COUNTED);
}

static void print_finding(const struct common *common, const struct receipt *receipt,
                          const struct selection *selection, const Tonghop__UnitInfo *unit,
                          const struct finding *finding)
{
    char number[24], period[PERIOD_TEXT_SIZE];
    (void)snprintf(number, sizeof(number), "%" PRIu64, finding->revision);
    (void)printf(words(common->is_english, finding->word), number);
    (void)printf(": %s %s, %s", unit->code, selection_unit_name(common, unit),
                 selection_period(selection, period));
    if (selection->kind == KIND_PLAN)
        (void)printf(" (%s)", words(common->is_english, WORD_KIND_PLAN));
    (void)printf(words(common->is_english, WORD_NOTICE_FORM), receipt->form);
    (void)putchar('\n');
    if (finding->entry != NULL)
        print_entry(common, finding->entry);
    if (finding->is_earlier)
        print_line(common, WORD_RECEIPT_EARLIER, receipt->received);
}

static const char *const keys[] = {
    "unit",   "unit_id",       "unit_name", "period",  "kind",  "form",      "revision",
    "result", "held_revision", "received",  "arrived", "state", "withdrawn", "counts",
};

void receipt_add_keys(struct table *table)
{
    table_add_keys(table, keys, sizeof(keys) / sizeof(keys[0]));
}

static void add_row(const struct common *common, const struct receipt *receipt,
                    const struct selection *selection, const Tonghop__UnitInfo *unit,
                    const struct finding *finding, struct table *table)
{
    char period[PERIOD_TEXT_SIZE];
    const Tonghop__HistoryEntry *entry = finding->entry;
    selection_add_unit(common, unit, table);
    table_add(table, selection_period(selection, period));
    table_add(table, selection->kind == KIND_PLAN ? "plan" : "actual");
    table_add(table, receipt->form);
    table_add(table, receipt->revision);
    table_add(table, finding->result);
    table_add_number(table, entry != NULL                              ? entry->revision
                            : strcmp(finding->result, "replaced") == 0 ? finding->revision
                                                                       : 0);
    if (entry == NULL) {
        table_skip(table, 5);
        return;
    }
    table_add_instant(table, entry->received_us);
    table_add_instant(table, arrived_us(entry));
    table_add(table, entry->states & STATE_RETURNED   ? "returned"
                     : entry->states & STATE_ACCEPTED ? "accepted"
                                                      : "waiting");
    table_add(table, entry->withdrawn ? "yes" : "no");
    table_add(table, entry->counts ? "yes" : "no");
}

int receipt_check(const struct common *common, const struct receipt *receipt,
                  const struct selection *selection, const Tonghop__History *history,
                  struct table *table)
{
    struct finding finding = find(receipt, history);
    if (common->output == OUTPUT_TEXT)
        print_finding(common, receipt, selection, history->unit, &finding);
    else
        add_row(common, receipt, selection, history->unit, &finding, table);
    return strcmp(finding.result, "held") == 0      ? EXIT_DONE
           : strcmp(finding.result, "unknown") == 0 ? EXIT_UNKNOWN
                                                    : EXIT_NO;
}
