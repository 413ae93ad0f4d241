/* Finding tonghopd and running it. */
#include "client/offline.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/table.h"
#include "core/mem.h"

enum { SELF_MAX = 4096, ARGUMENTS_MAX = 8 };

bool offline_find_conf(const struct common *common, struct conf *ret_conf, char **ret_path)
{
    struct conf conf;
    if (!command_find_conf(common, &conf))
        return false;
    char *path = command_find_conf_path(common); /* it was found a moment ago */
    if (path == NULL || conf.is_client) {
        if (path != NULL)
            command_say(words(common->is_english, WORD_OFFLINE_CLIENT), path);
        free(path);
        conf_fini(&conf);
        return false;
    }
    *ret_conf = conf;
    *ret_path = path;
    return true;
}

/* The folder of this program, NULL when it cannot be told; the caller frees. */
static char *own_folder(void)
{
    char self[SELF_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (len <= 0)
        return NULL;
    self[len] = '\0';
    char *slash = strrchr(self, '/');
    return slash != NULL ? mem_strndup(self, (size_t)(slash - self)) : NULL;
}

/* Beside us, where an installation puts it, where a build puts it, else wherever PATH has it. */
static char *find_daemon(void)
{
    static const char *const places[] = {"tonghopd", "../sbin/tonghopd", "../daemon/tonghopd"};
    char *folder = own_folder();
    char *found = NULL;
    for (size_t i = 0; folder != NULL && found == NULL && i < sizeof(places) / sizeof(places[0]);
         i++) {
        char *path = mem_printf("%s/%s", folder, places[i]);
        if (access(path, X_OK) == 0)
            found = path;
        else
            free(path);
    }
    free(folder);
    return found != NULL ? found : mem_strdup("tonghopd");
}

int offline_become(const struct common *common, const char *conf_path, const char *const *arguments)
{
    char config[] = "--config";
    char *vector[ARGUMENTS_MAX + 4] = {find_daemon(), config, mem_strdup(conf_path)};
    size_t count = 3;
    for (size_t i = 0; i < ARGUMENTS_MAX && arguments[i] != NULL; i++)
        vector[count++] = mem_strdup(arguments[i]);
    (void)execvp(vector[0], vector); /* returns only when it fails */
    command_say(words(common->is_english, WORD_OFFLINE_NO_DAEMON), strerror(errno));
    free(vector[0]);
    for (size_t i = 2; i < count; i++)
        free(vector[i]);
    return EXIT_INPUT;
}

static void read_all(int fd, struct buf *out)
{
    uint8_t block[512];
    ssize_t got;
    while ((got = read(fd, block, sizeof(block))) != 0) {
        if (got > 0)
            buf_put(out, block, (size_t)got);
        else if (errno != EINTR)
            return;
    }
}

int offline_run(const struct common *common, const char *conf_path, const char *const *arguments,
                struct buf *out)
{
    int ends[2];
    int status = 0;
    /* The terminal's ^C is for tonghopd, which cleans up; we stay to say what became of it. */
    (void)signal(SIGINT, SIG_IGN);
    (void)signal(SIGCHLD, SIG_DFL);
    pid_t child = pipe(ends) == 0 ? fork() : -1;
    if (child == 0) {
        (void)signal(SIGINT, SIG_DFL);
        (void)close(ends[0]); /* these two are copies */
        if (dup2(ends[1], STDOUT_FILENO) == STDOUT_FILENO && close(ends[1]) == 0)
            (void)offline_become(common, conf_path, arguments);
        _exit(EXIT_INPUT);
    }
    if (child < 0) {
        command_say(words(common->is_english, WORD_OFFLINE_NO_DAEMON), strerror(errno));
        return EXIT_INPUT;
    }
    (void)close(ends[1]); /* nothing was written through it */
    read_all(ends[0], out);
    (void)close(ends[0]); /* nothing was written through it */
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return EXIT_UNKNOWN;
    return WEXITSTATUS(status);
}

/* What is good need not be told here; what may not be looked at should. */
static bool print_unknown(const struct buf *out)
{
    static const char *const goods[] = {"good: ", "tốt: "};
    const char *at = (const char *)out->data, *end = at + out->len;
    bool has_unknown = false;
    while (at < end) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        size_t len = (size_t)((line_end != NULL ? line_end : end) - at);
        if (strncmp(at, goods[0], strlen(goods[0])) != 0 &&
            strncmp(at, goods[1], strlen(goods[1])) != 0) {
            (void)fprintf(stderr, "%.*s\n", (int)len, at);
            has_unknown = true;
        }
        at += len + 1;
    }
    return has_unknown;
}

bool offline_check(const struct common *common, const char *conf_path)
{
    const char *const arguments[] = {"--check", "--lang", common->is_english ? "en" : "vi", NULL};
    struct buf out = {0};
    int status = offline_run(common, conf_path, arguments, &out);
    bool has_unknown = out.len > 0 && print_unknown(&out);
    buf_fini(&out);
    return status == EXIT_DONE && !has_unknown;
}

char *offline_value(const struct buf *out, const char *name)
{
    size_t name_len = strlen(name);
    const char *at = (const char *)out->data, *end = at + out->len;
    while (at < end) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        size_t len = (size_t)((line_end != NULL ? line_end : end) - at);
        if (len > name_len && strncmp(at, name, name_len) == 0 && at[name_len] == ' ')
            return mem_strndup(at + name_len + 1, len - name_len - 1);
        at += len + 1;
    }
    return NULL;
}

void offline_print_backup(const struct common *common, const char *file, const struct buf *out)
{
    static const struct heading columns[] = {
        {"reports", WORD_STATUS_REPORTS, TABLE_LEFT},
        {"catalogue", WORD_STATUS_CATALOGUE, TABLE_LEFT},
        {"bytes", WORD_COLUMN_SIZE, TABLE_LEFT},
        {"digest", WORD_COLUMN_DIGEST, TABLE_LEFT},
        {"aside", WORD_COLUMN_ASIDE, TABLE_LEFT},
    };
    const size_t count = sizeof(columns) / sizeof(columns[0]);
    char *values[sizeof(columns) / sizeof(columns[0])];
    struct table *table = table_new();
    table_add_column(table, "file", words(common->is_english, WORD_COLUMN_FILE), TABLE_LEFT);
    for (size_t i = 0; i < count; i++) {
        values[i] = offline_value(out, columns[i].key);
        if (values[i] != NULL) /* not every run has all */
            table_add_headings(table, common->is_english, &columns[i], 1);
    }
    table_add(table, file);
    for (size_t i = 0; i < count; i++) {
        if (values[i] != NULL)
            table_add(table, values[i]);
        free(values[i]);
    }
    table_print_record(table, common->output, stdout);
    table_free(&table);
}

void offline_print_failure(const struct common *common, const char *node_name,
                           const struct buf *out, const struct offline_reason *reasons,
                           size_t count, enum word otherwise)
{
    char *code = offline_value(out, "error");
    enum word word = otherwise;
    for (size_t i = 0; code != NULL && i < count; i++)
        if (strcmp(code, err_name(reasons[i].code)) == 0)
            word = reasons[i].word;
    command_say(words(common->is_english, word), node_name);
    free(code);
}

/* ---- export, import, restore ---- */

static void print_start(const struct common *common, const struct conf *conf, const struct buf *out)
{
    bool is_english = common->is_english;
    char *aside = offline_value(out, "aside");
    if (aside != NULL)
        command_say(words(is_english, WORD_RESTORE_ASIDE), aside);
    command_say(words(is_english, WORD_RESTORE_START), conf->name);
    command_say("%s", words(is_english, conf->parent_endpoint != NULL ? WORD_RESTORE_PARENT
                                                                      : WORD_RESTORE_ROOT));
    command_say("%s", words(is_english, WORD_RESTORE_KEYS));
    free(aside);
}

int offline_do(const struct common *common, int argc, char **argv, const struct offline_task *task)
{
    const char *file = NULL;
    bool is_flagged = false;
    const struct argument arguments[] = {
        {.name = "FILE", .value = &file, .is_needed = true},
        {.name = task->flag, .is_given = &is_flagged},
    };
    struct conf conf;
    char *path = NULL;
    struct buf out = {0};
    if (!command_parse(common, argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0])) ||
        !offline_find_conf(common, &conf, &path))
        return EXIT_INPUT;
    const char *const words_of_daemon[] = {task->option, file, is_flagged ? task->flag : NULL,
                                           NULL};
    int status = offline_run(common, path, words_of_daemon, &out);
    if (status == EXIT_DONE) {
        offline_print_backup(common, file, &out);
        command_say("%s", words(common->is_english, task->done));
        if (task->replaces_state)
            print_start(common, &conf, &out);
    } else {
        offline_print_failure(common, conf.name, &out, task->reasons, task->reason_count,
                              task->failed);
    }
    buf_fini(&out);
    conf_fini(&conf);
    free(path);
    return status;
}
