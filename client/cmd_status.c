/* `tonghop status`: is this node well, and if not, what is to be done. With --wait it asks again
 * until it is, also while there is no daemon yet: scripts need no sleep of their own. What only a
 * person at this node can end, nobody waits for. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/clock.h"
#include "client/health.h"
#include "client/offline.h"
#include "client/options.h"
#include "client/status.h"
#include "core/mem.h"

enum { POLL_MS = 100 };

/* ---- output ---- */

static json_t *notices_to_json(const Tonghop__Status *status)
{
    json_t *notices = json_array();
    for (size_t i = 0; i < status->n_notices; i++)
        (void)json_array_append_new(notices, json_string(status->notices[i]));
    return notices;
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
    (void)json_object_set_new(object, "notices", notices_to_json(status));
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

static void print_notices(const struct common *common, const Tonghop__Status *status)
{
    if (status->n_notices > 0)
        command_say("%s", words(common->is_english, WORD_STATUS_NOTICES));
    for (size_t i = 0; i < status->n_notices; i++)
        (void)fprintf(stderr, "  - %s\n", status->notices[i]);
}

static void print_status(const struct common *common, bool is_all, const Tonghop__Status *status)
{
    struct table *node = common->output == OUTPUT_TEXT
                             ? status_table_text(common->is_english, is_all, status)
                             : status_table_record(status);
    struct table *children = status_table_children(common, is_all, status);
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
    print_notices(common, status);
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

static bool is_last_answer(const Tonghop__Envelope *answer)
{
    return answer->body_case == TONGHOP__ENVELOPE__BODY_STATUS &&
           !health_may_settle(answer->status);
}

static int print_answer(const struct common *common, bool is_all, const Tonghop__Envelope *answer)
{
    if (answer->body_case == TONGHOP__ENVELOPE__BODY_REFUSAL)
        return command_print_refusal(common, answer->refusal);
    if (answer->body_case != TONGHOP__ENVELOPE__BODY_STATUS) {
        command_say(words(common->is_english, WORD_OTHER_ANSWER), wire_body_name(answer));
        return EXIT_UNKNOWN;
    }
    print_status(common, is_all, answer->status);
    return health_is_good(answer->status) ? EXIT_DONE : EXIT_NO;
}

static bool has_listener(const struct conf *conf)
{
    char *control = conf_control_path(conf);
    enum err err = sock_probe_local(control);
    free(control);
    return err == ERR_OK;
}

/* Why nobody answers on the local socket, as far as this machine can tell. */
static void explain_silence(const struct common *common, const struct conf *conf)
{
    char *path = command_find_conf_path(common);
    if (path == NULL)
        return;
    bool is_systemd = strncmp(path, COMMAND_ETC "/", sizeof(COMMAND_ETC)) == 0;
    if (has_listener(conf)) {
        command_say(
            words(common->is_english, is_systemd ? WORD_STATUS_HANGS_SERVICE : WORD_STATUS_HANGS),
            is_systemd ? conf->name : path);
    } else if (offline_check(common, path)) {
        char *start = is_systemd ? mem_printf("systemctl start tonghopd@%s", conf->name)
                                 : mem_printf("tonghopd --config %s", path);
        command_say(words(common->is_english, WORD_STATUS_COULD_START), start);
        free(start);
    }
    free(path);
}

static int run_status(const struct common *common, int argc, char **argv)
{
    const char *wait_text = NULL;
    bool is_all = false;
    const struct argument arguments[] = {{.name = "--all", .is_given = &is_all},
                                         {.name = "--wait", .value = &wait_text}};
    const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
    char reason[CONNECTION_REASON_SIZE];
    int64_t wait_ms = 0;
    struct conf conf;
    struct connection *connection = NULL;
    const Tonghop__Envelope *answer = NULL;

    if (!command_parse(common, argc, argv, arguments, 2))
        return EXIT_INPUT;
    if (wait_text != NULL && options_parse_seconds(wait_text, &wait_ms) != ERR_OK)
        return command_usage("status", words(common->is_english, WORD_OPTION_CHOICE), "--wait",
                             words(common->is_english, WORD_OPTION_SECONDS));
    if (!command_find_conf(common, &conf))
        return EXIT_INPUT;
    int64_t end_ms = clock_now_ms() + wait_ms;
    enum err err;
    bool is_over;
    for (;;) {
        int64_t left_ms = end_ms - clock_now_ms();
        bool is_short = wait_text != NULL && left_ms < common->timeout_ms;
        int64_t timeout_ms = is_short ? left_ms : common->timeout_ms;
        if (timeout_ms < POLL_MS)
            timeout_ms = POLL_MS; /* a last question must have a chance */
        err = ask(common, &conf, timeout_ms, &connection, &answer, reason);
        is_over = err == ERR_OK ? is_last_answer(answer) : err == ERR_USAGE;
        if (is_over || clock_now_ms() + POLL_MS >= end_ms)
            break;
        (void)nanosleep(&pause, NULL); /* a signal may shorten it */
    }
    int status = err == ERR_OK ? print_answer(common, is_all, answer)
                               : command_print_failure(common, err, reason);
    if ((err == ERR_NOT_FOUND || err == ERR_TIMEOUT) && !conf.is_client)
        explain_silence(common, &conf);
    if (wait_text != NULL && !is_over && status != EXIT_INPUT)
        command_say(words(common->is_english, WORD_STATUS_GAVE_UP), wait_text);
    connection_close(&connection);
    conf_fini(&conf);
    return status;
}

const struct command command_status = {
    .name = "status",
    .arguments = "[--all] [--wait SECONDS]",
    .summary = "say whether the node is well, and what to do if not",
    .summary_vi = "cho biết nút có hoạt động tốt không, và phải làm gì nếu không",
    .help =
        "Well means: linked with the node above (or the root), a catalogue in force, nothing "
        "being\n"
        "rebuilt, nothing left to be sent, nothing parked, in quarantine or alarming, and the "
        "last\n"
        "verification and backup, if there were any, good and not too old. What units have not\n"
        "filed is shown (campaign), and no reason not to be well.\n\n"
        "  --all            also details, and all nodes beneath instead of those not "
        "connected\n"
        "  --wait SECONDS   ask again until it is, also while no daemon is there yet, and as long\n"
        "                   as some of what is wrong may end without a person at this node\n\n"
        "Where no daemon of this machine answers, it says what keeps one from starting.\n"
        "Exit status: 0 well; 1 something is to be done; 3 no answer.\n",
    .help_vi =
        "Tốt nghĩa là: đã nối với cấp trên (hoặc là nút trên cùng), có danh mục, không đang tính\n"
        "lại, không còn gì chờ gửi, không có gì bị gác lại, bị cách ly hay báo động, lần kiểm tra "
        "và\n"
        "sao lưu gần nhất (nếu có) tốt và không quá cũ. Đơn vị còn thiếu báo cáo được nêu ở đợt "
        "báo\n"
        "cáo, không tính là lỗi của nút.\n\n"
        "  --all         thêm chi tiết, và mọi nút cấp dưới thay vì chỉ những nút không nối\n"
        "  --wait GIÂY   hỏi lại cho đến khi tốt, kể cả khi nút chưa chạy, chừng nào còn điều có "
        "thể\n"
        "                tự hết mà không cần người ở nút này\n\n"
        "Khi nút trên máy này không trả lời, lệnh cho biết điều gì ngăn nó khởi động.\n"
        "Mã kết thúc: 0 tốt; 1 có việc phải làm; 3 không có trả lời.\n",
    .run = run_status,
};
