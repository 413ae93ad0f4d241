/* `tonghop metrics`: the health of every node of this machine, for Prometheus. Printed, written to
 * a file for node-exporter's textfile collector, or as the answer to one HTTP request on standard
 * input, which a socket unit of systemd hands over: there is no server of our own.
 *
 * A node that hangs must not keep the others from being told, nor the whole beyond the time that
 * Prometheus waits (10 seconds): each gets its share of what time is left. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/clock.h"
#include "client/command.h"
#include "client/file.h"
#include "client/http.h"
#include "client/metrics.h"
#include "client/words.h"
#include "core/mem.h"

enum {
    NODE_MS = 2000, /* the most for one node */
    ALL_MS = 8000,  /* and for all of them */
    READ_MS = 5000, /* for the request to come */
    WRITE_MS = 5000,
    DRAIN_MS = 500, /* for whoever asked to close the connection */
    FILE_MODE = 0644,
};

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ---- asking the nodes ---- */

/* A copy that outlives the connection. An answer that is none of a node's is ERR_OK without a copy;
 * `reason` (of CONNECTION_REASON_SIZE bytes) says why there is no answer, if it is known. */
static enum err ask_status(const struct conf *conf, int64_t timeout_ms, Tonghop__Status **ret_copy,
                           char *reason)
{
    struct connection *connection = NULL;
    const Tonghop__Envelope *answer = NULL;
    Tonghop__StatusQuery query = TONGHOP__STATUS_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    request.body_case = TONGHOP__ENVELOPE__BODY_STATUS_QUERY;
    request.status_query = &query;
    /* The hello may take as long as the question. */
    enum err err = connection_open(conf, false, timeout_ms / 2, &connection, reason);
    if (err == ERR_OK)
        err = connection_request(connection, &request, &answer, reason);
    if (err == ERR_OK && answer->body_case == TONGHOP__ENVELOPE__BODY_STATUS) {
        size_t size = tonghop__status__get_packed_size(answer->status);
        uint8_t *bytes = mem_alloc(size + 1);
        (void)tonghop__status__pack(answer->status, bytes); /* as many as it said */
        *ret_copy = tonghop__status__unpack(NULL, size, bytes);
        free(bytes);
    }
    connection_close(&connection);
    return err;
}

/* "NAME" of "/etc/tonghop/NAME.conf"; the caller frees. */
static char *name_of(const char *path)
{
    char *copy = mem_strdup(path);
    const char *base = basename(copy);
    const char *dot = strrchr(base, '.');
    char *name = mem_strndup(base, dot != NULL ? (size_t)(dot - base) : strlen(base));
    free(copy);
    return name;
}

/* A daemon goes on with what it read before: it is asked where it is by default. */
static void ask_without_conf(int64_t timeout_ms, struct scrape *scrape)
{
    char reason[CONNECTION_REASON_SIZE];
    struct conf conf = {.runtime_dir = mem_printf("/run/tonghop/%s", scrape->name)};
    (void)ask_status(&conf, timeout_ms, &scrape->status, reason); /* what is wrong is told */
    if (scrape->status != NULL)
        scrape->unit = scrape->status->unit->id;
    free(conf.runtime_dir);
}

/* False: it is the configuration of a client, who has no health. Why a node does not answer is for
 * people: where nobody looks, tonghop_up tells it, and the node's own journal why. That this user
 * may not ask is told once, in any case: it says nothing of the nodes. */
static bool scrape_one(const struct common *common, const char *path, int64_t timeout_ms,
                       bool *is_kept_out, struct scrape *ret_scrape)
{
    struct problems problems = {.is_vietnamese = !common->is_english};
    struct conf conf;
    char reason[CONNECTION_REASON_SIZE] = "";
    enum err err = ERR_OK;
    bool is_node = true;
    *ret_scrape = (struct scrape){.name = name_of(path)};
    if (conf_read(path, &problems, &conf) == ERR_OK) {
        is_node = !conf.is_client;
        ret_scrape->unit = conf.unit;
        if (is_node)
            err = ask_status(&conf, timeout_ms, &ret_scrape->status, reason);
        conf_fini(&conf);
    } else {
        ret_scrape->has_mistakes = true;
        ask_without_conf(timeout_ms, ret_scrape);
    }
    command_print_problems(&problems);
    if (err == ERR_FORBIDDEN && !*is_kept_out)
        command_say("%s", words(common->is_english, WORD_METRICS_KEPT_OUT));
    else if (err != ERR_OK && err != ERR_FORBIDDEN && isatty(STDERR_FILENO))
        command_say("%s: %s", ret_scrape->name, reason);
    *is_kept_out |= err == ERR_FORBIDDEN;
    problems_fini(&problems);
    if (!is_node)
        free(ret_scrape->name);
    return is_node;
}

/* False: what is wrong was printed. */
static bool make_metrics(const struct common *common, struct buf *out)
{
    struct conf_paths paths = {0};
    if (!command_find_all_confs(common, &paths))
        return false;
    struct scrape *scrapes = mem_calloc(paths.count + 1, sizeof(*scrapes));
    size_t count = 0;
    bool is_kept_out = false;
    int64_t end_ms = clock_now_ms() + least(ALL_MS, common->timeout_ms);
    for (size_t i = 0; i < paths.count; i++) {
        int64_t share_ms = (end_ms - clock_now_ms()) / (int64_t)(paths.count - i);
        count += scrape_one(common, paths.items[i], least(NODE_MS, share_ms), &is_kept_out,
                            &scrapes[count]);
    }
    metrics_format(scrapes, count, TONGHOP_VERSION, out);
    for (size_t i = 0; i < count; i++) {
        free(scrapes[i].name);
        if (scrapes[i].status != NULL)
            tonghop__status__free_unpacked(scrapes[i].status, NULL);
    }
    free(scrapes);
    conf_paths_fini(&paths);
    return true;
}

/* ---- where they go ---- */

static int save_metrics(const struct common *common, const char *path)
{
    struct buf out = {0};
    int status = EXIT_INPUT;
    if (make_metrics(common, &out)) {
        bool is_saved = file_save(path, span_of(&out), FILE_MODE, true);
        status = is_saved ? EXIT_DONE : EXIT_NO;
        if (!is_saved)
            command_say(words(common->is_english, WORD_METRICS_CANNOT_WRITE), path,
                        strerror(errno));
    }
    buf_fini(&out);
    return status;
}

static int print_metrics(const struct common *common)
{
    struct buf out = {0};
    bool is_made = make_metrics(common, &out);
    if (is_made)
        (void)fwrite(out.data, 1, out.len, stdout); /* main looks for errors at the end */
    buf_fini(&out);
    return is_made ? EXIT_DONE : EXIT_INPUT;
}

/* ---- one HTTP request ---- */

/* False when nothing can be read or written before `end_ms`. */
static bool wait_for(int fd, short events, int64_t end_ms)
{
    struct pollfd item = {.fd = fd, .events = events};
    for (;;) {
        int64_t left_ms = end_ms - clock_now_ms();
        if (left_ms <= 0)
            return false;
        int count = poll(&item, 1, (int)left_ms);
        if (count > 0)
            return true;
        if (count < 0 && errno != EINTR)
            return false;
    }
}

/* Reads a request's head into HTTP_REQUEST_MAX bytes. What came until time, space or the other side
 * came to an end is for http_judge. */
static size_t read_request(uint8_t *ret_bytes)
{
    int64_t end_ms = clock_now_ms() + READ_MS;
    size_t len = 0;
    while (len < HTTP_REQUEST_MAX && !http_is_complete((struct span){ret_bytes, len}) &&
           wait_for(STDIN_FILENO, POLLIN, end_ms)) {
        ssize_t count = read(STDIN_FILENO, ret_bytes + len, HTTP_REQUEST_MAX - len);
        if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN))
            break;
        len += count > 0 ? (size_t)count : 0;
    }
    return len;
}

/* A reader that does not read is not waited for for ever, and is nobody's loss. */
static void write_answer(struct span bytes)
{
    int64_t end_ms = clock_now_ms() + WRITE_MS;
    int flags = fcntl(STDOUT_FILENO, F_GETFL);
    if (flags >= 0)
        (void)fcntl(STDOUT_FILENO, F_SETFL, flags | O_NONBLOCK); /* else a write may block */
    while (bytes.len > 0 && wait_for(STDOUT_FILENO, POLLOUT, end_ms)) {
        ssize_t count = write(STDOUT_FILENO, bytes.data, bytes.len);
        if (count < 0 && errno != EINTR && errno != EAGAIN)
            return;
        bytes.data += count > 0 ? count : 0;
        bytes.len -= count > 0 ? (size_t)count : 0;
    }
    if (flags >= 0)
        (void)fcntl(STDOUT_FILENO, F_SETFL, flags); /* a terminal may be shared with others */
}

/* A socket that is closed with something unread cuts off the answer that is still on its way. */
static void hang_up(void)
{
    uint8_t rest[HTTP_REQUEST_MAX];
    int64_t end_ms = clock_now_ms() + DRAIN_MS;
    if (shutdown(STDOUT_FILENO, SHUT_WR) != 0)
        return; /* it is none */
    while (wait_for(STDIN_FILENO, POLLIN, end_ms) && read(STDIN_FILENO, rest, sizeof(rest)) > 0)
        continue;
}

/* Whoever connects and says nothing gets nothing. The exit status is 0 whatever was asked: a unit
 * that fails tells of us. */
static int serve_http(const struct common *common)
{
    uint8_t request[HTTP_REQUEST_MAX];
    struct buf body = {0}, answer = {0};
    (void)signal(SIGPIPE, SIG_IGN);
    size_t len = read_request(request);
    if (len == 0)
        return EXIT_DONE;
    struct span asked = {request, len};
    enum http_answer judged = http_judge(asked, "/metrics");
    if (judged == HTTP_OK && !make_metrics(common, &body))
        judged = HTTP_FAILED;
    http_put_answer(judged, span_of(&body), http_is_head(asked), &answer);
    write_answer(span_of(&answer));
    hang_up();
    buf_fini(&body);
    buf_fini(&answer);
    return judged == HTTP_FAILED ? EXIT_INPUT : EXIT_DONE;
}

static int run_metrics(const struct common *common, int argc, char **argv)
{
    const char *output = NULL;
    bool is_http = false;
    const struct argument arguments[] = {{.name = "--output", .value = &output},
                                         {.name = "--http", .is_given = &is_http}};
    if (!command_parse(common, argc, argv, arguments, 2))
        return EXIT_INPUT;
    if (common->output != OUTPUT_TEXT)
        return command_usage("metrics", "%s", words(common->is_english, WORD_VERIFY_TEXT_ONLY));
    if (is_http && output != NULL)
        return command_usage("metrics", "%s", words(common->is_english, WORD_METRICS_ONE_WAY));
    if (is_http)
        return serve_http(common);
    return output != NULL ? save_metrics(common, output) : print_metrics(common);
}

const struct command command_metrics = {
    .name = "metrics",
    .arguments = "[--output FILE | --http]",
    .summary = "tell Prometheus how the nodes of this machine are",
    .summary_vi = "cho Prometheus biết tình trạng các nút trên máy này",
    .help =
        "All nodes of /etc/tonghop (or --etc), or the one that --node names. One that does not\n"
        "answer within 2 seconds has tonghop_up 0; all together take at most 8.\n\n"
        "  --output FILE   write them to FILE, at once and readable by all, for the textfile\n"
        "                  collector of node-exporter; else they are printed\n"
        "  --http          answer the HTTP request on standard input (GET /metrics), for a\n"
        "                  socket unit of systemd with Accept=yes\n\n"
        "Example:\n"
        "  tonghop metrics --output /var/lib/prometheus/node-exporter/tonghop.prom\n\n"
        "Exit status: 0, also when a node does not answer; 1 FILE cannot be written; 2 usage,\n"
        "or no configurations can be read.\n",
    .help_vi =
        "Mọi nút trong /etc/tonghop (hoặc --etc), hoặc nút nêu ở --node. Nút không trả lời trong "
        "2\n"
        "giây có tonghop_up bằng 0; tất cả mất nhiều nhất 8 giây.\n\n"
        "  --output TỆP   ghi vào TỆP, trọn vẹn trong một lần và ai cũng đọc được, cho textfile\n"
        "                 collector của node-exporter; nếu không thì in ra\n"
        "  --http         trả lời yêu cầu HTTP ở đầu vào (GET /metrics), cho một socket unit của\n"
        "                 systemd với Accept=yes\n\n"
        "Ví dụ:\n"
        "  tonghop metrics --output /var/lib/prometheus/node-exporter/tonghop.prom\n\n"
        "Mã kết thúc: 0, kể cả khi có nút không trả lời; 1 không ghi được TỆP; 2 lệnh sai, hoặc\n"
        "không đọc được cấu hình nào.\n",
    .run = run_metrics,
};
