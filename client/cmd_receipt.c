/* `tonghop receipt`: a report's receipt as a text that can be kept, and checked at any level. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/receipt.h"
#include "client/selection.h"
#include "client/table.h"
#include "client/words.h"
#include "core/instant.h"

enum { ASK_TIMES = 4, PAUSE_MS = 200 };

struct asked {
    struct selection selection;
    const char *form, *file;
};

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
    (void)printf("held: %s, %s %s",
                 held->arrived_us != 0 ? instant_format((struct instant){held->arrived_us}, time)
                                       : "-",
                 held->unit->code, selection_unit_name(common, held->unit));
    if (!is_same(held->content, entry->content))
        (void)printf(" (%s)", words(common->is_english, WORD_RECEIPT_OTHER_CONTENT));
    (void)putchar('\n');
}

static void print_text(const struct common *common, const Tonghop__UnitInfo *unit,
                       const char *period, const Tonghop__HistoryEntry *entry)
{
    char hex[RECEIPT_HEX_SIZE], time[INSTANT_TEXT_SIZE];
    (void)printf("receipt: tonghop 1\nunit: %s %s\nunit-id: %" PRIu32 "\nperiod: %s\nkind: %s\n"
                 "form: %s\nrevision: %" PRIu64 "%s\ncontent: %s\nreceived: %s\n",
                 unit->code, selection_unit_name(common, unit), unit->id, period, kind_name(entry),
                 entry->form, entry->revision, entry->withdrawn ? "\nwithdrawn: yes" : "",
                 receipt_hex(entry->content, hex),
                 instant_format((struct instant){entry->received_us}, time));
    for (size_t i = 0; i < entry->n_held; i++)
        print_held(common, entry, entry->held[i]);
}

static const char *const keys[] = {
    "unit",     "unit_id", "unit_name",  "period",       "kind",    "form", "revision",  "content",
    "received", "held_by", "held_by_id", "held_by_name", "arrived", "same", "withdrawn",
};

static void add_rows(const struct common *common, const Tonghop__UnitInfo *unit, const char *period,
                     const Tonghop__HistoryEntry *entry, struct table *table)
{
    char hex[RECEIPT_HEX_SIZE], time[INSTANT_TEXT_SIZE];
    for (size_t i = 0; i < entry->n_held; i++) {
        const Tonghop__HeldBy *held = entry->held[i];
        selection_add_unit(common, unit, table);
        table_add(table, period);
        table_add(table, kind_name(entry));
        table_add(table, entry->form);
        table_add_number(table, entry->revision);
        table_add(table, receipt_hex(entry->content, hex));
        table_add(table, instant_format((struct instant){entry->received_us}, time));
        selection_add_unit(common, held->unit, table);
        table_add_instant(table, held->arrived_us);
        table_add(table, is_same(held->content, entry->content) ? "yes" : "no");
        table_add(table, entry->withdrawn ? "yes" : "no");
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

static int print(const struct common *common, const struct asked *asked)
{
    const Tonghop__Envelope *answer = NULL;
    struct connection *connection = NULL;
    int status = command_connect(common, &connection);
    if (status == EXIT_DONE)
        status = ask_levels(common, asked, connection, &answer);
    if (status == EXIT_DONE)
        status = print_receipts(common, asked, answer->history);
    connection_close(&connection);
    return status;
}

/* ---- checking ---- */

/* Raises the status that was found: EXIT_NO of another than what is held, EXIT_UNKNOWN where the
 * node cannot tell. EXIT_DONE, or why it could not be asked. */
static int check_one(const struct common *common, const struct receipt *receipt,
                     struct connection *connection, struct table *table, int *found)
{
    const Tonghop__Envelope *answer = NULL;
    char unit[RECEIPT_FIELD_SIZE + 3];
    struct asked asked = {
        .selection = {.period_text = receipt->period, .kind_text = receipt->kind},
        .form = receipt->form,
    };
    if (!selection_check(common, "receipt", &asked.selection))
        return EXIT_INPUT;
    (void)snprintf(unit, sizeof(unit), "id:%s",
                   receipt->unit_id[0] != '\0' ? receipt->unit_id : receipt->unit);
    int status = ask(common, &asked, unit, connection, &answer);
    if (status != EXIT_DONE)
        return status;
    int result = receipt_check(common, receipt, &asked.selection, answer->history, table);
    *found = result > *found ? result : *found;
    return EXIT_DONE;
}

/* The worst of all: one receipt that is not right is not made up for by others. */
static int check_all(const struct common *common, const struct receipts *receipts)
{
    struct connection *connection = NULL;
    struct table *table = table_new();
    receipt_add_keys(table);
    int status = command_connect(common, &connection), found = EXIT_DONE;
    for (size_t i = 0; connection != NULL && i < receipts->count && status <= EXIT_NO; i++) {
        int asked = check_one(common, &receipts->items[i], connection, table, &found);
        status = asked > status ? asked : status;
    }
    if (common->output != OUTPUT_TEXT && table_row_count(table) > 0)
        table_print(table, common->output, stdout);
    table_free(&table);
    connection_close(&connection);
    return found > status ? found : status;
}

static int run_check(const struct common *common, const char *path)
{
    struct receipts receipts;
    int status = EXIT_INPUT;
    if (receipts_read(common, path, &receipts))
        status = check_all(common, &receipts);
    free(receipts.items);
    return status;
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
        return run_check(common, asked.file);
    if (asked.selection.unit_text == NULL || asked.selection.period_text == NULL)
        return command_usage("receipt", words(is_english, WORD_ARGUMENT_NEEDED),
                             asked.selection.unit_text == NULL ? "UNIT" : "--period");
    if (!selection_check(common, "receipt", &asked.selection))
        return EXIT_INPUT;
    return print(common, &asked);
}

const struct command command_receipt = {
    .name = "receipt",
    .arguments = "UNIT --period PERIOD [--form FORM] [--kind KIND] | --check FILE",
    .summary = "print a report's receipt, or check one",
    .summary_vi = "in giấy biên nhận của báo cáo, hoặc đối chiếu giấy biên nhận",
    .help =
        "A receipt names the report, its revision and the digest of its content, when its home\n"
        "took it in, and when each level above that is known to hold it. Keep it as a file. With\n"
        "--check the node, at whatever level, says of each receipt in FILE whether that is what "
        "it\n"
        "holds, and since when: exit 0 if all are; 1 if one was replaced, is not there, or says\n"
        "another content or revision, or a later time; 3 if the node is of an earlier version,\n"
        "which cannot tell. An earlier time is pointed at: of a report that two nodes took in the\n"
        "later one stays. When other levels held it, they say themselves.\n\n"
        "  --period PERIOD   2024-S1, 2024-S2 or 2024\n"
        "  --form FORM       only this form\n"
        "  --kind KIND       actual (default) or plan\n"
        "  --check FILE      receipts as they were printed; -: standard input\n\n"
        "Examples:\n"
        "  tonghop receipt 23857 --period 2024-S1 --form chung > receipt.txt\n"
        "  tonghop receipt --check receipt.txt\n",
    .help_vi =
        "Giấy biên nhận ghi báo cáo nào, bản nào, mã đối chiếu nội dung, nút của đơn vị nhận lúc\n"
        "nào, và từng cấp trên đang giữ nhận lúc nào. Lưu lại thành tệp. Với --check, nút ở cấp\n"
        "nào cũng cho biết từng giấy biên nhận trong TỆP có đúng bản đang giữ không, giữ từ lúc\n"
        "nào: mã kết thúc 0 nếu đúng cả; 1 nếu có giấy đã được thay, không có, hoặc khác nội "
        "dung,\n"
        "số bản, hoặc giờ nhận muộn hơn; 3 nếu nút là phiên bản cũ nên không rõ. Giờ sớm hơn thì\n"
        "được nêu ra: nếu hai nút cùng nhận một báo cáo, giờ sau được giữ. Cấp khác giữ từ lúc\n"
        "nào thì hỏi chính cấp đó.\n\n"
        "  --period KỲ       2024-S1, 2024-S2 hoặc 2024\n"
        "  --form BIỂU-MẪU   chỉ biểu mẫu này\n"
        "  --kind LOẠI       actual (thực hiện, mặc định) hoặc plan (kế hoạch)\n"
        "  --check TỆP       giấy biên nhận đã in; -: đầu vào chuẩn\n\n"
        "Ví dụ:\n"
        "  tonghop receipt 23857 --period 2024-S1 --form chung > bien-nhan.txt\n"
        "  tonghop receipt --check bien-nhan.txt\n",
    .run = run_receipt,
};
