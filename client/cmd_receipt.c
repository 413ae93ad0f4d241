/* `tonghop receipt`: a report's receipt as a text that can be kept, and checked at any level. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/selection.h"
#include "client/table.h"
#include "client/words.h"
#include "core/instant.h"

enum {
    HEX_SIZE = 2 * WIRE_DIGEST_SIZE + 1,
    FIELD_SIZE = 128,
    LINE_SIZE = 1024,
    ASK_TIMES = 4,
    PAUSE_MS = 200
};

struct asked {
    struct selection selection;
    const char *form, *file;
};

/* What a receipt says; the keys are the same in every language, because programs read them. */
struct receipt {
    char unit[FIELD_SIZE], period[FIELD_SIZE], kind[FIELD_SIZE], form[FIELD_SIZE],
        revision[FIELD_SIZE], content[FIELD_SIZE];
};
struct field {
    const char *key;
    size_t offset;
};
static const struct field fields[] = {
    {"unit", offsetof(struct receipt, unit)},
    {"period", offsetof(struct receipt, period)},
    {"kind", offsetof(struct receipt, kind)},
    {"form", offsetof(struct receipt, form)},
    {"revision", offsetof(struct receipt, revision)},
    {"content", offsetof(struct receipt, content)},
};
enum { FIELD_COUNT = sizeof(fields) / sizeof(fields[0]) };

static const char *hex_of(ProtobufCBinaryData bytes, char *out)
{
    out[0] = '\0';
    for (size_t i = 0; i < bytes.len && i < WIRE_DIGEST_SIZE; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", bytes.data[i]);
    return out;
}

/* ---- printing ---- */

static bool is_same(ProtobufCBinaryData a, ProtobufCBinaryData b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static const char *kind_name(const Tonghop__HistoryEntry *entry)
{
    return entry->key->kind == KIND_PLAN ? "plan" : "actual";
}

static void print_held(const struct common *common, const Tonghop__HistoryEntry *entry,
                       const Tonghop__HeldBy *held)
{
    char time[INSTANT_TEXT_SIZE];
    (void)printf("held: %s, %" PRIu32 " %s",
                 held->arrived_us != 0 ? instant_format((struct instant){held->arrived_us}, time)
                                       : "-",
                 held->unit->id, selection_unit_name(common, held->unit));
    if (!is_same(held->content, entry->content))
        (void)printf(" (%s)", words(common->is_english, WORD_RECEIPT_OTHER_CONTENT));
    (void)putchar('\n');
}

static void print_text(const struct common *common, const Tonghop__UnitInfo *unit,
                       const char *period, const Tonghop__HistoryEntry *entry)
{
    char hex[HEX_SIZE], time[INSTANT_TEXT_SIZE];
    (void)printf("receipt: tonghop 1\nunit: %" PRIu32 " %s\nperiod: %s\nkind: %s\nform: %s\n"
                 "revision: %" PRIu64 "\ncontent: %s\nreceived: %s\n",
                 unit->id, selection_unit_name(common, unit), period, kind_name(entry), entry->form,
                 entry->revision, hex_of(entry->content, hex),
                 instant_format((struct instant){entry->received_us}, time));
    for (size_t i = 0; i < entry->n_held; i++)
        print_held(common, entry, entry->held[i]);
}

static const char *const keys[] = {"unit_id", "unit_name",    "period",  "kind",
                                   "form",    "revision",     "content", "received",
                                   "held_by", "held_by_name", "arrived", "same"};

static void add_rows(const struct common *common, const Tonghop__UnitInfo *unit, const char *period,
                     const Tonghop__HistoryEntry *entry, struct table *table)
{
    char hex[HEX_SIZE], time[INSTANT_TEXT_SIZE];
    for (size_t i = 0; i < entry->n_held; i++) {
        const Tonghop__HeldBy *held = entry->held[i];
        table_add_number(table, unit->id);
        table_add(table, selection_unit_name(common, unit));
        table_add(table, period);
        table_add(table, kind_name(entry));
        table_add(table, entry->form);
        table_add_number(table, entry->revision);
        table_add(table, hex_of(entry->content, hex));
        table_add(table, instant_format((struct instant){entry->received_us}, time));
        table_add_number(table, held->unit->id);
        table_add(table, selection_unit_name(common, held->unit));
        table_add(table, held->arrived_us != 0
                             ? instant_format((struct instant){held->arrived_us}, time)
                             : NULL);
        table_add(table, is_same(held->content, entry->content) ? "yes" : "no");
    }
}

static int print_receipts(const struct common *common, const struct asked *asked,
                          const Tonghop__History *history)
{
    char period[PERIOD_TEXT_SIZE];
    struct table *table = table_new();
    size_t count = 0;
    table_add_keys(table, keys, sizeof(keys) / sizeof(keys[0]));
    (void)selection_period(&asked->selection, period);
    for (size_t i = 0; i < history->n_entries; i++) {
        const Tonghop__HistoryEntry *entry = history->entries[i];
        if (!entry->is_latest)
            continue;
        if (common->output != OUTPUT_TEXT)
            add_rows(common, history->unit, period, entry, table);
        else if (count > 0)
            (void)putchar('\n');
        if (common->output == OUTPUT_TEXT)
            print_text(common, history->unit, period, entry);
        count++;
    }
    if (common->output != OUTPUT_TEXT)
        table_print(table, common->output, stdout);
    table_free(&table);
    if (count > 0)
        return EXIT_DONE;
    selection_say_nothing_filed(common, &asked->selection, history->unit, asked->form);
    return EXIT_NO;
}

/* ---- checking ---- */

static void take_line(char *line, struct receipt *receipt)
{
    line[strcspn(line, "\r\n")] = '\0';
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        size_t len = strlen(fields[i].key);
        if (strncmp(line, fields[i].key, len) == 0 && strncmp(line + len, ": ", 2) == 0)
            (void)snprintf((char *)receipt + fields[i].offset, FIELD_SIZE, "%.*s", FIELD_SIZE - 1,
                           line + len + 2);
    }
}

/* The last one, if the file has several. Prints what is wrong and returns false. */
static bool read_receipt(const struct common *common, const char *path, struct receipt *ret)
{
    char line[LINE_SIZE];
    bool is_stdin = strcmp(path, "-") == 0;
    FILE *file = is_stdin ? stdin : fopen(path, "re");
    *ret = (struct receipt){0};
    while (file != NULL && fgets(line, sizeof(line), file) != NULL)
        take_line(line, ret);
    bool is_read = file != NULL && ferror(file) == 0;
    if (!is_read)
        command_say("%s: %s", path, strerror(errno));
    if (file != NULL && !is_stdin)
        (void)fclose(file); /* it was only read */
    ret->unit[strcspn(ret->unit, " ")] = '\0';
    for (size_t i = 0; i < FIELD_COUNT && is_read; i++) {
        is_read = ((const char *)ret + fields[i].offset)[0] != '\0';
        if (!is_read)
            command_say(words(common->is_english, WORD_RECEIPT_NOT_ONE), path, fields[i].key);
    }
    return is_read;
}

static int say(const struct common *common, enum word word, uint64_t number, int status)
{
    char text[24];
    (void)snprintf(text, sizeof(text), "%" PRIu64, number);
    (void)printf(words(common->is_english, word), text);
    (void)putchar('\n');
    return status;
}

/* The answer is yes only where what was handed in is what the node holds now. A fork may have given
 * it another number. */
static int check(const struct common *common, const struct receipt *receipt,
                 const Tonghop__History *history)
{
    char hex[HEX_SIZE];
    uint64_t latest = 0, number = strtoull(receipt->revision, NULL, 10);
    const Tonghop__HistoryEntry *same = NULL, *numbered = NULL;
    for (size_t i = 0; i < history->n_entries; i++) {
        const Tonghop__HistoryEntry *entry = history->entries[i];
        if (entry->is_latest)
            latest = entry->revision;
        if (entry->revision == number)
            numbered = entry;
        if (strcmp(hex_of(entry->content, hex), receipt->content) == 0 &&
            (same == NULL || entry->revision == number))
            same = entry;
    }
    if (same != NULL && same->is_latest)
        return say(common, WORD_RECEIPT_HELD, same->revision, EXIT_DONE);
    if (same == NULL && numbered != NULL)
        return say(common, WORD_RECEIPT_DIFFERS, number, EXIT_NO);
    if (same != NULL || latest > number)
        return say(common, WORD_RECEIPT_REPLACED, latest, EXIT_NO);
    return say(common, WORD_RECEIPT_NOT_HELD, number, EXIT_NO);
}

/* ---- asking ---- */

static int ask(const struct common *common, const struct asked *asked, const char *unit,
               struct connection *connection, const Tonghop__Envelope **ret_answer)
{
    char period[PERIOD_TEXT_SIZE];
    Tonghop__HistoryQuery query = TONGHOP__HISTORY_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    query.kind = asked->selection.kind;
    query.period = selection_period(&asked->selection, period);
    query.unit = command_request_text(unit);
    query.form = command_request_text(asked->form);
    request.body_case = TONGHOP__ENVELOPE__BODY_HISTORY_QUERY;
    request.history_query = &query;
    return command_request(common, connection, &request, TONGHOP__ENVELOPE__BODY_HISTORY,
                           ret_answer);
}

/* Each question has every node ask the one above: after as many as there are levels the answer
 * names the top. */
static int ask_levels(const struct common *common, const struct asked *asked,
                      struct connection *connection, const Tonghop__Envelope **ret_answer)
{
    const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};
    int status = EXIT_DONE;
    for (int i = 0; i < ASK_TIMES && status == EXIT_DONE; i++) {
        if (i > 0)
            (void)nanosleep(&pause, NULL);
        status = ask(common, asked, asked->selection.unit_text, connection, ret_answer);
    }
    return status;
}

static int print_or_check(const struct common *common, const struct asked *asked,
                          const struct receipt *receipt)
{
    const Tonghop__Envelope *answer = NULL;
    struct connection *connection = NULL;
    char unit[FIELD_SIZE + 3];
    int status = command_connect(common, &connection);
    if (receipt != NULL)
        (void)snprintf(unit, sizeof(unit), "id:%s", receipt->unit);
    if (status == EXIT_DONE)
        status = receipt != NULL ? ask(common, asked, unit, connection, &answer)
                                 : ask_levels(common, asked, connection, &answer);
    if (status == EXIT_DONE)
        status = receipt != NULL ? check(common, receipt, answer->history)
                                 : print_receipts(common, asked, answer->history);
    connection_close(&connection);
    return status;
}

static int run_check(const struct common *common, struct asked *asked)
{
    struct receipt receipt;
    if (!read_receipt(common, asked->file, &receipt))
        return EXIT_INPUT;
    asked->selection.period_text = receipt.period;
    asked->selection.kind_text = receipt.kind;
    asked->form = receipt.form;
    if (!selection_check(common, "receipt", &asked->selection))
        return EXIT_INPUT;
    return print_or_check(common, asked, &receipt);
}

static int run_receipt(const struct common *common, int argc, char **argv)
{
    struct asked asked = {0};
    const struct argument arguments[] = {
        {.name = "UNIT", .value = &asked.selection.unit_text},
        {.name = "--period", .value = &asked.selection.period_text},
        SELECTION_KIND(asked.selection),
        {.name = "--form", .value = &asked.form},
        {.name = "--check", .value = &asked.file},
    };
    bool is_english = common->is_english;
    if (!command_parse(common, argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0])))
        return EXIT_INPUT;
    bool has_other = asked.selection.unit_text != NULL || asked.selection.period_text != NULL ||
                     asked.selection.kind_text != NULL || asked.form != NULL;
    if (asked.file != NULL && has_other)
        return command_usage("receipt", "%s", words(is_english, WORD_RECEIPT_CHECK_ALONE));
    if (asked.file != NULL)
        return run_check(common, &asked);
    if (asked.selection.unit_text == NULL || asked.selection.period_text == NULL)
        return command_usage("receipt", words(is_english, WORD_ARGUMENT_NEEDED),
                             asked.selection.unit_text == NULL ? "UNIT" : "--period");
    if (!selection_check(common, "receipt", &asked.selection))
        return EXIT_INPUT;
    return print_or_check(common, &asked, NULL);
}

const struct command command_receipt = {
    .name = "receipt",
    .arguments = "UNIT --period PERIOD [--form FORM] [--kind KIND] | --check FILE",
    .summary = "print a report's receipt, or check one",
    .summary_vi = "in giấy biên nhận của báo cáo, hoặc đối chiếu giấy biên nhận",
    .help =
        "A receipt names the report, its revision and the digest of its content, when its home\n"
        "took it in, and when each level above that is known to hold it. Keep it as a file. With\n"
        "--check the node, at whatever level, says whether that is what it holds: exit 0 if so;\n"
        "1 if it was replaced, is not there, or has another content.\n\n"
        "  --period PERIOD   2024-S1, 2024-S2 or 2024\n"
        "  --form FORM       only this form\n"
        "  --kind KIND       actual (default) or plan\n"
        "  --check FILE      a receipt as it was printed; -: standard input\n\n"
        "Examples:\n"
        "  tonghop receipt 23857 --period 2024-S1 --form chung > receipt.txt\n"
        "  tonghop receipt --check receipt.txt\n",
    .help_vi =
        "Giấy biên nhận ghi báo cáo nào, bản nào, mã đối chiếu nội dung, nút của đơn vị nhận lúc\n"
        "nào, và từng cấp trên đang giữ nhận lúc nào. Lưu lại thành tệp. Với --check, nút ở cấp\n"
        "nào cũng cho biết đó có phải bản đang giữ không: mã kết thúc 0 nếu đúng; 1 nếu đã được\n"
        "thay, không có, hoặc nội dung khác.\n\n"
        "  --period KỲ       2024-S1, 2024-S2 hoặc 2024\n"
        "  --form BIỂU-MẪU   chỉ biểu mẫu này\n"
        "  --kind LOẠI       actual (thực hiện, mặc định) hoặc plan (kế hoạch)\n"
        "  --check TỆP       giấy biên nhận đã in; -: đầu vào chuẩn\n\n"
        "Ví dụ:\n"
        "  tonghop receipt 23857 --period 2024-S1 --form chung > bien-nhan.txt\n"
        "  tonghop receipt --check bien-nhan.txt\n",
    .run = run_receipt,
};
