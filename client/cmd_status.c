/* `tonghop status`: is this node well, and if not, what is to be done. With --wait it asks again
 * until it is, also while there is no daemon yet: scripts need no sleep of their own. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/health.h"
#include "client/options.h"
#include "client/role.h"
#include "client/table.h"
#include "client/words.h"
#include "core/mem.h"

enum { POLL_MS = 100, DISK_UNIT = 1 << 20 };

static int64_t now_ms(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_MONOTONIC, &ts); /* fails for unknown clocks only */
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* ---- output ---- */

static void add_field(struct table *table, const struct common *common, const char *key,
                      enum word heading)
{
    table_add_column(table, key, words(common->is_english, heading), TABLE_LEFT);
}

static void add_unit(struct table *table, const struct common *common,
                     const Tonghop__UnitInfo *unit)
{
    const char *name = words_name(common->is_english, unit->name_vi, unit->name_en);
    if (common->output != OUTPUT_TEXT)
        table_addf(table, "%u", unit->id);
    else if (name[0] != '\0')
        table_addf(table, "%s %s (id:%u)", unit->code, name, unit->id);
    else
        table_addf(table, "id:%u", unit->id);
}

static void add_parent(struct table *table, const struct common *common,
                       const Tonghop__Status *status)
{
    bool is_english = common->is_english;
    const char *trouble = status->parent_trouble;
    if (common->output != OUTPUT_TEXT)
        table_add(table, status->has_parent ? status->parent_endpoint : NULL);
    else if (!status->has_parent)
        table_add(table, words(is_english, WORD_STATUS_PARENT_ROOT));
    else if (status->parent_linked)
        table_addf(table, words(is_english, WORD_STATUS_PARENT_LINKED), status->parent_endpoint);
    else if (trouble[0] == '\0')
        table_addf(table, words(is_english, WORD_STATUS_PARENT_UNLINKED), status->parent_endpoint);
    else
        table_addf(table, words(is_english, WORD_STATUS_PARENT_BROKEN), status->parent_endpoint,
                   trouble);
}

static void add_count(struct table *table, uint64_t count)
{
    table_addf(table, "%llu", (unsigned long long)count);
}

/* What there is to say of the node itself, in one row. */
static struct table *node_table(const struct common *common, const Tonghop__Status *status)
{
    bool is_text = common->output == OUTPUT_TEXT;
    struct table *table = table_new();
    char time_text[INSTANT_TEXT_SIZE];

    add_field(table, common, "software", WORD_STATUS_NODE);
    add_field(table, common, "unit", WORD_STATUS_UNIT);
    add_field(table, common, "catalogue", WORD_STATUS_CATALOGUE);
    add_field(table, common, "started", WORD_STATUS_STARTED);
    add_field(table, common, "parent", WORD_STATUS_PARENT);
    if (!is_text)
        add_field(table, common, "linked", WORD_STATUS_PARENT);
    add_field(table, common, "reports", WORD_STATUS_REPORTS);
    add_field(table, common, "outbox", WORD_STATUS_OUTBOX);
    add_field(table, common, "parked", WORD_STATUS_PARKED);
    add_field(table, common, "quarantine", WORD_STATUS_QUARANTINE);
    add_field(table, common, "alarms", WORD_STATUS_ALARMS);
    add_field(table, common, is_text ? "disk" : "disk_free_bytes", WORD_STATUS_DISK);
    add_field(table, common, "rebuilding", WORD_STATUS_REBUILDING);
    add_field(table, common, "restoring", WORD_STATUS_RESTORING);

    table_add(table, status->software);
    add_unit(table, common, status->unit);
    if (status->catalogue > 0)
        table_addf(table, "%u", status->catalogue);
    else
        table_add(table, is_text ? words(common->is_english, WORD_NONE) : NULL);
    table_add(table, instant_format((struct instant){status->started_us}, time_text));
    add_parent(table, common, status);
    if (!is_text)
        table_add(table, status->parent_linked ? "yes" : "no");
    add_count(table, status->report_count);
    add_count(table, status->outbox_count);
    add_count(table, status->parked_count);
    add_count(table, status->quarantine_count);
    add_count(table, status->alarm_count);
    if (is_text)
        table_addf(table, "%llu MiB", (unsigned long long)(status->disk_free_bytes / DISK_UNIT));
    else
        add_count(table, status->disk_free_bytes);
    table_add(table,
              words(common->is_english || !is_text, status->rebuilding ? WORD_YES : WORD_NO));
    table_add(table, words(common->is_english || !is_text, status->restoring ? WORD_YES : WORD_NO));
    return table;
}

static struct table *children_table(const struct common *common, const Tonghop__Status *status)
{
    bool is_text = common->output == OUTPUT_TEXT;
    bool is_english = common->is_english || !is_text;
    struct table *table = table_new();

    add_field(table, common, "unit", WORD_STATUS_UNIT);
    add_field(table, common, "role", WORD_KEYS_ROLE);
    add_field(table, common, "name", WORD_KEYS_NAME);
    add_field(table, common, "connected", WORD_KEYS_CONNECTED);
    add_field(table, common, "heard", WORD_STATUS_HEARD);
    for (size_t i = 0; i < status->n_children; i++) {
        const Tonghop__Link *link = status->children[i];
        char heard[INSTANT_TEXT_SIZE];
        add_unit(table, common, link->unit);
        table_add(table, is_text ? role_word(is_english, link->role) : role_name(link->role));
        table_add(table, link->name);
        table_add(table, words(is_english, link->connected ? WORD_YES : WORD_NO));
        if (link->heard_us > 0)
            table_add(table, instant_format((struct instant){link->heard_us}, heard));
        else
            table_add(table, is_text ? words(is_english, WORD_STATUS_NEVER) : NULL);
    }
    return table;
}

/* One object, with what is beneath inside. */
static void print_json(const Tonghop__Status *status, const struct table *node,
                       const struct table *children)
{
    json_t *nodes = table_to_json(node);
    json_t *object = json_array_get(nodes, 0); /* belongs to `nodes` */
    json_t *problems = json_array();
    char *text;
    for (size_t i = 0; health_complaint(status, true, i, &text); i++) {
        (void)json_array_append_new(problems, json_string(text));
        free(text);
    }
    (void)json_object_set_new(object, "healthy", json_boolean(health_is_good(status)));
    (void)json_object_set_new(object, "children", table_to_json(children));
    (void)json_object_set_new(object, "problems", problems);
    (void)json_dumpf(object, stdout, JSON_INDENT(2));
    (void)putchar('\n');
    json_decref(nodes);
}

static void print_verdict(const struct common *common, const Tonghop__Status *status)
{
    bool is_english = common->is_english;
    char *text;
    if (health_is_good(status)) {
        command_say("%s", words(is_english, WORD_STATUS_HEALTHY));
        return;
    }
    command_say("%s", words(is_english, WORD_STATUS_UNHEALTHY));
    for (size_t i = 0; health_complaint(status, is_english, i, &text); i++) {
        (void)fprintf(stderr, "  - %s\n", text);
        free(text);
    }
}

static void print_status(const struct common *common, const Tonghop__Status *status)
{
    struct table *node = node_table(common, status);
    struct table *children = children_table(common, status);
    if (common->output == OUTPUT_JSON) {
        print_json(status, node, children);
    } else {
        table_print_record(node, common->output, stdout);
        if (common->output == OUTPUT_TEXT && table_row_count(children) > 0) {
            (void)putchar('\n');
            table_print(children, common->output, stdout);
        }
    }
    table_free(&node);
    table_free(&children);
    (void)fflush(stdout); /* before the verdict on standard error; main checks */
    print_verdict(common, status);
}

/* ---- asking ---- */

/* One question on a connection of its own, so that a daemon that comes up later, or again, is met
 * anew. The answer belongs to the connection. */
static enum err ask(const struct common *common, const struct conf *conf, int64_t timeout_ms,
                    struct connection **connection, const Tonghop__Envelope **ret_answer,
                    char *reason)
{
    Tonghop__StatusQuery query = TONGHOP__STATUS_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    request.body_case = TONGHOP__ENVELOPE__BODY_STATUS_QUERY;
    request.status_query = &query;
    connection_close(connection);
    enum err err = connection_open(conf, !common->is_english, timeout_ms, connection, reason);
    return err == ERR_OK ? connection_request(*connection, &request, ret_answer, reason) : err;
}

static bool is_good_answer(const Tonghop__Envelope *answer)
{
    return answer->body_case == TONGHOP__ENVELOPE__BODY_STATUS && health_is_good(answer->status);
}

static int print_answer(const struct common *common, const Tonghop__Envelope *answer)
{
    if (answer->body_case == TONGHOP__ENVELOPE__BODY_REFUSAL)
        return command_print_refusal(common, answer->refusal);
    if (answer->body_case != TONGHOP__ENVELOPE__BODY_STATUS) {
        command_say(words(common->is_english, WORD_OTHER_ANSWER), wire_body_name(answer));
        return EXIT_UNKNOWN;
    }
    print_status(common, answer->status);
    return health_is_good(answer->status) ? EXIT_DONE : EXIT_NO;
}

static int run_status(const struct common *common, int argc, char **argv)
{
    const char *wait_text = NULL;
    const struct argument arguments[] = {{.name = "--wait", .value = &wait_text}};
    const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
    char reason[CONNECTION_REASON_SIZE];
    int64_t wait_ms = 0;
    struct conf conf;
    struct connection *connection = NULL;
    const Tonghop__Envelope *answer = NULL;

    if (!command_parse(common, argc, argv, arguments, 1))
        return EXIT_INPUT;
    if (wait_text != NULL && options_parse_seconds(wait_text, &wait_ms) != ERR_OK)
        return command_usage("status", words(common->is_english, WORD_OPTION_CHOICE), "--wait",
                             "30 | 0.5 ...");
    if (!command_find_conf(common, &conf))
        return EXIT_INPUT;
    int64_t end_ms = now_ms() + wait_ms;
    enum err err;
    for (;;) {
        int64_t left_ms = end_ms - now_ms();
        bool is_short = wait_text != NULL && left_ms < common->timeout_ms;
        int64_t timeout_ms = is_short ? left_ms : common->timeout_ms;
        if (timeout_ms < POLL_MS)
            timeout_ms = POLL_MS; /* a last question must have a chance */
        err = ask(common, &conf, timeout_ms, &connection, &answer, reason);
        bool is_over = (err == ERR_OK && is_good_answer(answer)) || err == ERR_USAGE;
        if (is_over || now_ms() + POLL_MS >= end_ms)
            break;
        (void)nanosleep(&pause, NULL); /* a signal may shorten it */
    }
    int status =
        err == ERR_OK ? print_answer(common, answer) : command_print_failure(common, err, reason);
    if (wait_text != NULL && status != EXIT_DONE && status != EXIT_INPUT)
        command_say(words(common->is_english, WORD_STATUS_GAVE_UP), wait_text);
    connection_close(&connection);
    conf_fini(&conf);
    return status;
}

const struct command command_status = {
    .name = "status",
    .arguments = "[--wait SECONDS]",
    .summary = "say whether the node is well, and what to do if not",
    .summary_vi = "cho biết nút có hoạt động tốt không, và phải làm gì nếu không",
    .help = "Well means: linked with the node above (or the root), a catalogue in force, nothing "
            "being\n"
            "rebuilt, nothing left to be sent, nothing parked, in quarantine or alarming.\n\n"
            "  --wait SECONDS   ask again until it is, also while no daemon is there yet\n\n"
            "Exit status: 0 well; 1 something is to be done; 3 no answer.\n",
    .help_vi =
        "Tốt nghĩa là: đã nối với cấp trên (hoặc là nút trên cùng), có danh mục, không đang tính\n"
        "lại, không còn gì chờ gửi, không có gì bị gác lại, bị cách ly hay báo động.\n\n"
        "  --wait GIÂY   hỏi lại cho đến khi tốt, kể cả khi nút chưa chạy\n\n"
        "Mã kết thúc: 0 tốt; 1 có việc phải làm; 3 không có trả lời.\n",
    .run = run_status,
};
