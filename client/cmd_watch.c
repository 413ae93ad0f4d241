/* `tonghop watch`: what changes at a node, as it happens.
 *
 * The cursor is saved after what it stands for was written out: whoever is killed in between tells
 * the last answer again, and leaves out nothing. A line is written at once, so that none is cut. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/command.h"
#include "client/file.h"
#include "client/watch.h"
#include "client/words.h"
#include "core/mem.h"

enum {
    WAIT_MS = 10000, /* for one answer */
    AGAIN_MS = 500,  /* until a node that is away is tried again */
    LINE_MAX_BYTES = 1 << 16,
    FILE_MODE = 0644,
    ENDED = -1, /* whoever read the output has gone */
};

struct watcher {
    const struct common *common;
    const char *unit, *cursor_file;
    bool is_from_start, is_once;
    char *cursor;      /* "": none yet */
    bool has_headings; /* they are to come */
    bool is_away;
    struct connection *connection;
};

/* ---- signals ---- */

/* Between two answers nothing is half done. */
static void end_now(int number)
{
    (void)number;
    _exit(EXIT_DONE);
}

static void set_signals(sigset_t *ret_ending)
{
    struct sigaction action = {.sa_handler = end_now};
    struct sigaction ignored = {.sa_handler = SIG_IGN};
    (void)sigemptyset(&action.sa_mask); /* none of these fails with what it is given */
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGPIPE, &ignored, NULL);
    (void)sigemptyset(ret_ending);
    (void)sigaddset(ret_ending, SIGINT);
    (void)sigaddset(ret_ending, SIGTERM);
}

/* ---- the cursor ---- */

static void say_no_cursor(const struct watcher *watcher)
{
    char *text =
        mem_printf(words(watcher->common->is_english, WORD_WATCH_NO_CURSOR), watcher->cursor_file);
    command_say_long(text);
    free(text);
}

/* A file that is not there is no cursor yet; one that is there and empty is somebody's mistake,
 * unless all is to be told: to begin at now would leave out what came meanwhile. */
static bool read_cursor(struct watcher *watcher)
{
    char text[WIRE_CURSOR_MAX + 2] = "";
    FILE *file = watcher->cursor_file != NULL ? fopen(watcher->cursor_file, "re") : NULL;
    bool is_read = file != NULL || watcher->cursor_file == NULL || errno == ENOENT;
    int error = errno;
    if (file != NULL) {
        size_t len = fread(text, 1, sizeof(text) - 1, file);
        is_read = ferror(file) == 0;
        error = errno;
        text[len] = '\0';
        text[strcspn(text, "\r\n")] = '\0';
        (void)fclose(file); /* it was only read */
    }
    if (!is_read)
        command_say("%s: %s", watcher->cursor_file, strerror(error));
    watcher->cursor = mem_strdup(text);
    if (file != NULL && is_read && text[0] == '\0' && !watcher->is_from_start) {
        say_no_cursor(watcher);
        return false;
    }
    return is_read;
}

static bool save_cursor(struct watcher *watcher, const char *cursor)
{
    if (strcmp(watcher->cursor, cursor) == 0)
        return true;
    free(watcher->cursor);
    watcher->cursor = mem_strdup(cursor);
    if (watcher->cursor_file == NULL)
        return true;
    char *line = mem_printf("%s\n", cursor);
    struct span bytes = {(const uint8_t *)line, strlen(line)};
    bool is_saved = file_save(watcher->cursor_file, bytes, FILE_MODE, true);
    if (!is_saved)
        command_say(words(watcher->common->is_english, WORD_METRICS_CANNOT_WRITE),
                    watcher->cursor_file, strerror(errno));
    free(line);
    return is_saved;
}

/* ---- output ---- */

/* Whoever read a pipe has gone: nobody is to be told. */
static bool is_reader_gone(void)
{
    struct pollfd item = {.fd = STDOUT_FILENO};
    return poll(&item, 1, 0) == 1 && (item.revents & POLLERR) != 0;
}

/* What could not be written is of no use to anybody, and no failure. */
static bool drop_output(void)
{
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    bool is_dropped = fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0;
    clearerr(stdout);
    if (fd >= 0)
        (void)close(fd); /* nothing was written */
    return is_dropped;
}

/* EXIT_DONE, ENDED, or an exit status. */
static int tell(struct watcher *watcher, const Tonghop__Changes *changes)
{
    bool is_something = changes->n_changes + changes->n_notices > 0 || changes->restarted;
    if (changes->restarted)
        command_say("%s", words(watcher->common->is_english, WORD_WATCH_RESTARTED));
    if (is_something || watcher->has_headings)
        watch_print(watcher->common, changes, watcher->has_headings, stdout);
    watcher->has_headings = false;
    if (fflush(stdout) != 0 || ferror(stdout)) {
        if (errno == EPIPE)
            return ENDED;
        command_say(words(watcher->common->is_english, WORD_OUTPUT_FAILED), strerror(errno));
        return EXIT_UNKNOWN;
    }
    return save_cursor(watcher, changes->cursor) ? EXIT_DONE : EXIT_INPUT;
}

/* ---- asking ---- */

static void wait_ms(int64_t ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
}

/* That a node is being started, or has too many who follow it, ends by itself. */
static bool may_come_back(enum err err)
{
    return err == ERR_NOT_FOUND || err == ERR_TIMEOUT || err == ERR_IO || err == ERR_BUSY ||
           err == ERR_NO_SESSION || err == ERR_CATALOGUE;
}

/* The node is away: says so once, and waits. An exit status where that is of no use. */
static int be_away(struct watcher *watcher, enum err err, const char *reason)
{
    connection_close(&watcher->connection);
    if (watcher->is_once || !may_come_back(err))
        return command_print_failure(watcher->common, err, reason);
    if (!watcher->is_away)
        command_say(words(watcher->common->is_english, WORD_WATCH_AWAY), reason);
    watcher->is_away = true;
    wait_ms(AGAIN_MS);
    return EXIT_DONE;
}

static int take_answer(struct watcher *watcher, const Tonghop__Envelope *request,
                       const Tonghop__Envelope *answer)
{
    if (answer->body_case == TONGHOP__ENVELOPE__BODY_REFUSAL) {
        enum err err = connection_refusal_err(answer->refusal);
        if (!watcher->is_once && may_come_back(err) &&
            !command_is_bad_question(request, answer->refusal)) {
            char *reason = mem_strdup(answer->refusal->text);
            int status = be_away(watcher, err, reason);
            free(reason);
            return status;
        }
        if (err == ERR_SYNTAX && watcher->cursor_file != NULL && watcher->cursor[0] != '\0') {
            say_no_cursor(watcher);
            return EXIT_INPUT;
        }
        int status = command_print_refusal(watcher->common, answer->refusal);
        return command_is_bad_question(request, answer->refusal) ? EXIT_INPUT : status;
    }
    if (answer->body_case != TONGHOP__ENVELOPE__BODY_CHANGES)
        return command_print_failure(watcher->common, ERR_MALFORMED, wire_body_name(answer));
    if (watcher->is_away)
        command_say("%s", words(watcher->common->is_english, WORD_WATCH_BACK));
    watcher->is_away = false;
    return tell(watcher, answer->changes);
}

/* One question. `*ret_is_over`: there is nothing more to tell now. Signals wait meanwhile only
 * while an answer is told. */
static int ask(struct watcher *watcher, const struct conf *conf, const sigset_t *ending,
               bool *ret_is_over)
{
    char reason[CONNECTION_REASON_SIZE] = "";
    Tonghop__WatchQuery query = TONGHOP__WATCH_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer = NULL;
    const struct common *common = watcher->common;
    query.unit = command_request_text(watcher->unit);
    query.cursor = watcher->cursor;
    query.from_now = !watcher->is_from_start;
    /* The first answer is a place to begin: with one, nothing is missed any more. */
    query.wait_ms = watcher->is_once || watcher->cursor[0] == '\0' ? 0 : WAIT_MS;
    query.notices = true;
    request.body_case = TONGHOP__ENVELOPE__BODY_WATCH_QUERY;
    request.watch_query = &query;
    enum err err = ERR_OK;
    if (watcher->connection == NULL)
        err = connection_open(conf, !common->is_english, common->timeout_ms, &watcher->connection,
                              reason);
    if (err == ERR_OK)
        err =
            connection_request_long(watcher->connection, query.wait_ms, &request, &answer, reason);
    if (err != ERR_OK)
        return be_away(watcher, err, reason);
    (void)sigprocmask(SIG_BLOCK, ending, NULL); /* it cannot fail */
    int status = take_answer(watcher, &request, answer);
    (void)sigprocmask(SIG_UNBLOCK, ending, NULL);
    *ret_is_over = status == EXIT_DONE && watcher->connection != NULL && !answer->changes->more;
    return status;
}

static int follow(struct watcher *watcher, const struct conf *conf)
{
    sigset_t ending;
    int status = EXIT_DONE;
    bool is_over = false;
    set_signals(&ending);
    (void)setvbuf(stdout, NULL, _IOLBF, LINE_MAX_BYTES); /* else lines may be cut, no more */
    while (status == EXIT_DONE && !(watcher->is_once && is_over)) {
        is_over = false;
        if (is_reader_gone())
            status = ENDED;
        else
            status = ask(watcher, conf, &ending, &is_over);
    }
    if (status != ENDED)
        return status;
    return drop_output() ? EXIT_DONE : EXIT_UNKNOWN;
}

static int run_watch(const struct common *common, int argc, char **argv)
{
    struct watcher watcher = {.common = common};
    struct conf conf;
    const struct argument arguments[] = {
        {.name = "--unit", .value = &watcher.unit},
        {.name = "--cursor-file", .value = &watcher.cursor_file},
        {.name = "--from-start", .is_given = &watcher.is_from_start},
        {.name = "--once", .is_given = &watcher.is_once},
    };
    int status = EXIT_INPUT;
    if (!command_parse(common, argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0])) ||
        !command_find_conf(common, &conf))
        return EXIT_INPUT;
    if (read_cursor(&watcher)) {
        watcher.has_headings = common->output == OUTPUT_CSV && watcher.cursor[0] == '\0';
        status = follow(&watcher, &conf);
    }
    connection_close(&watcher.connection);
    free(watcher.cursor);
    conf_fini(&conf);
    return status;
}

const struct command command_watch = {
    .name = "watch",
    .arguments = "[--unit UNIT] [--cursor-file FILE] [--from-start] [--once]",
    .summary = "follow what changes: reports, and what is said to units",
    .summary_vi = "theo dõi các thay đổi: báo cáo và những gì gửi cho các đơn vị",
    .help =
        "Prints a line for each change until it is ended: a report that was filed, corrected or\n"
        "withdrawn, accepted or returned; reminders, closings, reopenings; and what was seen. A\n"
        "report that changed several times meanwhile is told once, as it is now. With --format\n"
        "json each line is an object. When the node is away it waits for it.\n\n"
        "  --unit UNIT         only of this unit and those beneath it\n"
        "  --cursor-file FILE  goes on from where FILE says, and keeps it: nothing is missed; "
        "when\n"
        "                      it was killed, what it told last may come twice, by its `number`\n"
        "  --from-start        without a FILE yet: first all that the node holds\n"
        "  --once              end when there is nothing more to tell\n\n"
        "Example:\n"
        "  tonghop watch --format json --cursor-file /var/lib/dashboard/cursor --from-start\n",
    .help_vi =
        "In mỗi thay đổi một dòng cho đến khi dừng lệnh: báo cáo được nộp, đính chính, rút lại,\n"
        "được nhận hoặc bị trả lại; lời nhắc, khóa kỳ, mở lại kỳ; và việc đã xem. Báo cáo thay "
        "đổi\n"
        "nhiều lần thì chỉ in một lần, theo tình trạng hiện tại. Với --format json, mỗi dòng là\n"
        "một đối tượng. Khi nút ngừng chạy, lệnh chờ đến khi nút chạy lại.\n\n"
        "  --unit ĐƠN-VỊ      chỉ đơn vị này và cấp dưới\n"
        "  --cursor-file TỆP  tiếp từ vị trí ghi trong TỆP và ghi lại vị trí mới: không sót thay\n"
        "                     đổi nào; nếu lệnh bị giết, phần vừa in có thể lặp lại, cùng "
        "`number`\n"
        "  --from-start       khi chưa có TỆP: in trước mọi thứ nút đang giữ\n"
        "  --once             dừng khi không còn gì để in\n\n"
        "Ví dụ:\n"
        "  tonghop watch --format json --cursor-file /var/lib/dashboard/cursor --from-start\n",
    .run = run_watch,
};
