/* Finding the node, asking it, and saying what went wrong. */
#include "client/command.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/catalogue_cache.h"
#include "client/words.h"
#include "client/wrap.h"
#include "core/counted.h"
#include "core/mem.h"

enum { FOLDERS_MAX = 2 };

static const char conf_suffix[] = ".conf";

void command_say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = mem_vprintf(format, args);
    va_end(args);
    if (strchr(format, '{') != NULL)
        text = counted_text(text);
    (void)fprintf(stderr, "tonghop: %s\n", text); /* there is nowhere to report that this fails */
    free(text);
}

void command_say_long(const char *text)
{
    char *line = mem_printf("tonghop: %s", text);
    char *lines = wrap_text(line, WRAP_COLUMNS);
    (void)fprintf(stderr, "%s\n", lines);
    free(lines);
    free(line);
}

int command_usage(const char *name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fprintf(stderr, "tonghop %s: ", name);
    (void)vfprintf(stderr, format, args);
    (void)fprintf(stderr, "\n  tonghop %s --help\n", name);
    va_end(args);
    return EXIT_INPUT;
}

void command_print_problems(const struct problems *problems)
{
    for (size_t i = 0; i < problems->count; i++) {
        char *line = problem_format(&problems->items[i]);
        (void)fprintf(stderr, "%s\n", line);
        free(line);
    }
    if (problems->dropped_count > 0)
        (void)fprintf(stderr, "... +%zu\n", problems->dropped_count);
}

/* ---- which node ---- */

/* Where configurations are looked for, in order. */
struct folders {
    char *paths[FOLDERS_MAX];
    size_t count;
    char *text; /* all of them, for messages */
};

static struct folders folders_of(const struct common *common)
{
    struct folders folders = {0};
    if (common->etc != NULL) {
        folders.paths[folders.count++] = mem_strdup(common->etc);
    } else {
        const char *home = getenv("HOME");
        folders.paths[folders.count++] = mem_strdup(COMMAND_ETC);
        if (home != NULL && home[0] == '/')
            folders.paths[folders.count++] = mem_printf("%s/%s", home, COMMAND_HOME_ETC);
    }
    folders.text = folders.count == 1 ? mem_strdup(folders.paths[0])
                                      : mem_printf("%s, %s", folders.paths[0], folders.paths[1]);
    return folders;
}

static void folders_fini(struct folders *folders)
{
    for (size_t i = 0; i < folders->count; i++)
        free(folders->paths[i]);
    free(folders->text);
}

/* The names of the configurations there are, each once. */
struct names {
    char **items;
    size_t count, capacity;
};

static void names_fini(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i]);
    free(names->items);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool names_contain(const struct names *names, const char *name, size_t len)
{
    for (size_t i = 0; i < names->count; i++)
        if (strlen(names->items[i]) == len && strncmp(names->items[i], name, len) == 0)
            return true;
    return false;
}

/* False, with errno set: the folder is not there, or not for us. */
static bool names_add_folder(struct names *names, const char *folder)
{
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return false;
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        size_t len = strlen(entry->d_name);
        size_t suffix_len = sizeof(conf_suffix) - 1;
        if (entry->d_name[0] == '.' || len <= suffix_len ||
            strcmp(entry->d_name + len - suffix_len, conf_suffix) != 0 ||
            names_contain(names, entry->d_name, len - suffix_len))
            continue;
        names->items =
            mem_grow(names->items, names->count, &names->capacity, sizeof(*names->items));
        names->items[names->count++] = mem_strndup(entry->d_name, len - suffix_len);
    }
    (void)closedir(dir); /* reading it is over */
    return true;
}

/* The path of NAME.conf in the first folder that has it, NULL if none. */
static char *find_in(const struct folders *folders, const char *name)
{
    for (size_t i = 0; i < folders->count; i++) {
        char *path = mem_printf("%s/%s%s", folders->paths[i], name, conf_suffix);
        if (access(path, F_OK) == 0)
            return path;
        free(path);
    }
    return NULL;
}

static char *find_only_one(const struct common *common, const struct folders *folders)
{
    struct names names = {0};
    char *path = NULL;
    for (size_t i = 0; i < folders->count; i++)
        (void)names_add_folder(&names, folders->paths[i]); /* then it has none for us */
    if (names.count == 0) {
        command_say(words(common->is_english, WORD_NO_NODE), folders->text);
    } else if (names.count == 1) {
        path = find_in(folders, names.items[0]);
    } else {
        qsort(names.items, names.count, sizeof(*names.items), compare_names);
        command_say("%s", words(common->is_english, WORD_SEVERAL_NODES));
        for (size_t i = 0; i < names.count; i++)
            (void)fprintf(stderr, "  --node %s\n", names.items[i]);
    }
    names_fini(&names);
    return path;
}

char *command_find_conf_path(const struct common *common)
{
    const char *name = common->node != NULL ? common->node : getenv("TONGHOP_NODE");
    if (common->config != NULL)
        return mem_strdup(common->config);
    struct folders folders = folders_of(common);
    char *path;
    if (name != NULL && name[0] != '\0') {
        /* A name is not a way out of the folder. */
        path = strchr(name, '/') == NULL ? find_in(&folders, name) : NULL;
        if (path == NULL)
            command_say(words(common->is_english, WORD_NODE_UNKNOWN), name, folders.text);
    } else {
        path = find_only_one(common, &folders);
    }
    folders_fini(&folders);
    return path;
}

static void add_path(struct conf_paths *paths, char *path)
{
    paths->items = mem_grow(paths->items, paths->count, &paths->capacity, sizeof(*paths->items));
    paths->items[paths->count++] = path;
}

bool command_find_all_confs(const struct common *common, struct conf_paths *ret_paths)
{
    const char *folder = common->etc != NULL ? common->etc : COMMAND_ETC;
    struct names names = {0};
    if (common->config != NULL || common->node != NULL) {
        char *path = command_find_conf_path(common);
        if (path != NULL)
            add_path(ret_paths, path);
        return path != NULL;
    }
    bool is_read = names_add_folder(&names, folder);
    if (!is_read)
        command_say(words(common->is_english, WORD_FOLDER_UNREADABLE), folder, strerror(errno));
    if (names.count > 0)
        qsort(names.items, names.count, sizeof(*names.items), compare_names);
    for (size_t i = 0; i < names.count; i++)
        add_path(ret_paths, mem_printf("%s/%s%s", folder, names.items[i], conf_suffix));
    names_fini(&names);
    return is_read;
}

void conf_paths_fini(struct conf_paths *paths)
{
    for (size_t i = 0; i < paths->count; i++)
        free(paths->items[i]);
    free(paths->items);
    *paths = (struct conf_paths){0};
}

bool command_find_conf(const struct common *common, struct conf *ret_conf)
{
    char *path = command_find_conf_path(common);
    if (path == NULL)
        return false;
    struct problems problems = {.is_vietnamese = !common->is_english};
    enum err err = conf_read(path, &problems, ret_conf);
    command_print_problems(&problems);
    problems_fini(&problems);
    free(path);
    return err == ERR_OK;
}

/* ---- asking ---- */

/* `text` is about this very case: where it also says what to do, what the code means in general
 * would lead astray. */
static void print_refused(const struct common *common, const char *code, const char *text,
                          bool is_enough)
{
    char *refused = mem_printf(words(common->is_english, WORD_REFUSED), code,
                               is_enough ? text : words_of_error(common->is_english, code));
    command_say_long(refused);
    free(refused);
    if (!is_enough)
        (void)fprintf(stderr, "  %s\n", text);
}

int command_print_failure(const struct common *common, enum err err, const char *reason)
{
    switch (err) {
    case ERR_NOT_FOUND:
        command_say(words(common->is_english, WORD_NOT_REACHED), reason);
        return EXIT_UNKNOWN;
    case ERR_IO:
    case ERR_BUSY:
    case ERR_TIMEOUT:
        command_say(words(common->is_english, WORD_NO_ANSWER), reason);
        return EXIT_UNKNOWN;
    case ERR_USAGE:
        command_say_long(reason);
        return EXIT_INPUT;
    default:
        print_refused(common, err_name(err), reason, err == ERR_FORBIDDEN || err == ERR_FOREIGN);
        return EXIT_NO;
    }
}

int command_connect(const struct common *common, struct connection **ret_connection)
{
    char reason[CONNECTION_REASON_SIZE] = "";
    struct conf conf;
    if (!command_find_conf(common, &conf))
        return EXIT_INPUT;
    enum err err =
        connection_open(&conf, !common->is_english, common->timeout_ms, ret_connection, reason);
    conf_fini(&conf);
    if (err != ERR_OK)
        return command_print_failure(common, err, reason);
    char *folder = catalogue_cache_home();
    connection_keep_catalogues(*ret_connection, folder);
    free(folder);
    return EXIT_DONE;
}

/* Of these the node's words say what to do (those of 0.1.0 may say only what is wrong); a list of
 * mistakes is introduced by the general ones. */
static bool is_told_by_node(const Tonghop__Refusal *refusal)
{
    static const enum err errors[] = {ERR_NOT_FOUND, ERR_EXISTS,    ERR_INVALID, ERR_NOT_HOME,
                                      ERR_CATALOGUE, ERR_FORBIDDEN, ERR_FOREIGN, ERR_CLOSED};
    if (refusal->text[0] == '\0' || refusal->n_problems > 0)
        return false;
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (strcmp(refusal->code, err_name(errors[i])) == 0)
            return true;
    return false;
}

static int print_refusal(const struct common *common, const Tonghop__Refusal *refusal, bool is_told)
{
    bool is_english = common->is_english;
    print_refused(common, refusal->code, refusal->text, is_told);
    for (size_t i = 0; i < refusal->n_problems; i++)
        (void)fprintf(stderr, "  - %s\n", refusal->problems[i]->text);
    if (refusal->current_revision > 0) {
        (void)fputs("  ", stderr);
        (void)fprintf(stderr, words(is_english, WORD_CURRENT_REVISION),
                      (unsigned long long)refusal->current_revision);
        (void)fputc('\n', stderr);
    }
    if (refusal->home > 0 && !is_told) {
        (void)fputs("  ", stderr);
        (void)fprintf(stderr, words(is_english, WORD_HOME_IS), refusal->home);
        (void)fputc('\n', stderr);
    }
    return EXIT_NO;
}

int command_print_refusal(const struct common *common, const Tonghop__Refusal *refusal)
{
    return print_refusal(common, refusal, is_told_by_node(refusal));
}

/* Of an order of the campaign that is refused the node's words say all, also with a list. */
static bool is_order(const Tonghop__Envelope *request)
{
    return request->body_case == TONGHOP__ENVELOPE__BODY_CLOSE ||
           request->body_case == TONGHOP__ENVELOPE__BODY_MARK ||
           request->body_case == TONGHOP__ENVELOPE__BODY_REOPEN ||
           request->body_case == TONGHOP__ENVELOPE__BODY_REMIND;
}

int command_request(const struct common *common, struct connection *connection,
                    Tonghop__Envelope *request, int expected_body,
                    const Tonghop__Envelope **ret_answer)
{
    char reason[CONNECTION_REASON_SIZE] = "";
    const Tonghop__Envelope *answer;
    enum err err = connection_request(connection, request, &answer, reason);
    if (err != ERR_OK)
        return command_print_failure(common, err, reason);
    if (answer->body_case == TONGHOP__ENVELOPE__BODY_REFUSAL) {
        if (!command_is_bad_question(request, answer->refusal))
            return print_refusal(common, answer->refusal,
                                 is_order(request) || is_told_by_node(answer->refusal));
        command_say_long(answer->refusal->text);
        return EXIT_INPUT;
    }
    if ((int)answer->body_case != expected_body) {
        command_say(words(common->is_english, WORD_OTHER_ANSWER), wire_body_name(answer));
        return EXIT_UNKNOWN;
    }
    *ret_answer = answer;
    return EXIT_DONE;
}

char *command_request_text(const char *text)
{
    static char none[] = "";
    return text != NULL ? (char *)(uintptr_t)text : none;
}

bool command_is_bad_question(const Tonghop__Envelope *request, const Tonghop__Refusal *refusal)
{
    static const enum err input_errors[] = {ERR_USAGE, ERR_SYNTAX, ERR_RANGE, ERR_NOT_FOUND};
    switch (request->body_case) {
    case TONGHOP__ENVELOPE__BODY_TOTALS_QUERY:
    case TONGHOP__ENVELOPE__BODY_COVERAGE_QUERY:
    case TONGHOP__ENVELOPE__BODY_EXPLAIN_QUERY:
    case TONGHOP__ENVELOPE__BODY_EDITIONS_QUERY:
    case TONGHOP__ENVELOPE__BODY_DIFFERENCE_QUERY:
    case TONGHOP__ENVELOPE__BODY_INBOX_QUERY:
    case TONGHOP__ENVELOPE__BODY_WATCH_QUERY:
        break;
    case TONGHOP__ENVELOPE__BODY_HISTORY_QUERY:
        if (request->history_query->latest_only)
            return false; /* asked on the way to a filing, which is what is refused */
        break;
    default: /* an order is refused; only a question can be wrong */
        return false;
    }
    for (size_t i = 0; i < sizeof(input_errors) / sizeof(input_errors[0]); i++)
        if (strcmp(refusal->code, err_name(input_errors[i])) == 0)
            return true;
    return false;
}

/* ---- arguments ---- */

bool command_option(int argc, char **argv, int *index, const char *name, const char **ret_value)
{
    const char *argument = argv[*index];
    size_t len = strlen(name);
    if (strncmp(argument, name, len) != 0)
        return false;
    if (argument[len] == '=') {
        *ret_value = argument + len + 1;
        return true;
    }
    if (argument[len] != '\0')
        return false;
    *ret_value = NULL;
    if (*index + 1 < argc)
        *ret_value = argv[++*index];
    return true;
}

bool command_flag(char **argv, int index, const char *name)
{
    return strcmp(argv[index], name) == 0;
}

/* True for an argument that is an option: it begins with "-" and is not a number such as -25. */
static bool is_option(const char *argument)
{
    return argument[0] == '-' && argument[1] != '\0' && strchr("0123456789.,", argument[1]) == NULL;
}

/* Takes argv[*index] if it is one of the options. One whose value is missing, or that was there
 * before, sets `*ret_word` to what is wrong. */
static bool take_option(int argc, char **argv, int *index, const struct argument *arguments,
                        size_t count, enum word *ret_word)
{
    for (size_t i = 0; i < count; i++) {
        const struct argument *argument = &arguments[i];
        if (argument->name[0] != '-')
            continue;
        if (argument->is_given != NULL) {
            if (!command_flag(argv, *index, argument->name))
                continue;
            *argument->is_given = true;
            return true;
        }
        const char *value;
        if (command_option(argc, argv, index, argument->name, &value)) {
            if (value == NULL)
                *ret_word = WORD_OPTION_NO_VALUE;
            else if (*argument->value != NULL)
                *ret_word = WORD_OPTION_TWICE;
            *argument->value = value;
            return true;
        }
    }
    return false;
}

/* Gives `text` to the next argument that stands by itself. */
static bool take_positional(const char *text, const struct argument *arguments, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (arguments[i].name[0] == '-' || *arguments[i].value != NULL)
            continue;
        *arguments[i].value = text;
        return true;
    }
    return false;
}

/* What was wrong; of a known option, its name alone. */
static void say_wrong(const struct common *common, const char *name, enum word word,
                      const char *argument)
{
    bool is_known = word == WORD_OPTION_NO_VALUE || word == WORD_OPTION_TWICE;
    char *text = mem_strndup(argument, is_known ? strcspn(argument, "=") : strlen(argument));
    (void)command_usage(name, words(common->is_english, word), text);
    free(text);
}

/* A script whose variable is not set must not act on all units, or on the node's own. */
static bool is_empty(const struct argument *argument)
{
    static const char *const names[] = {"UNIT", "--unit", "--period", "--form", "--kind"};
    if (argument->is_given != NULL || *argument->value == NULL || (*argument->value)[0] != '\0')
        return false;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(argument->name, names[i]) == 0)
            return true;
    return false;
}

bool command_parse(const struct common *common, int argc, char **argv,
                   const struct argument *arguments, size_t count)
{
    bool are_options_over = false;
    for (int i = 1; i < argc; i++) {
        const char *wrong = argv[i];
        enum word word = WORD_COUNT;
        if (!are_options_over && command_flag(argv, i, "--")) {
            are_options_over = true;
        } else if (are_options_over || !is_option(argv[i])) {
            if (!take_positional(argv[i], arguments, count))
                word = WORD_ARGUMENT_EXTRA;
        } else if (!take_option(argc, argv, &i, arguments, count, &word)) {
            word = WORD_OPTION_UNKNOWN;
        }
        if (word != WORD_COUNT) {
            say_wrong(common, argv[0], word, wrong);
            return false;
        }
    }
    for (size_t i = 0; i < count; i++) {
        bool is_missing = arguments[i].is_needed && *arguments[i].value == NULL;
        if (is_missing || is_empty(&arguments[i])) {
            (void)command_usage(
                argv[0],
                words(common->is_english, is_missing ? WORD_ARGUMENT_NEEDED : WORD_ARGUMENT_EMPTY),
                arguments[i].name);
            return false;
        }
    }
    return true;
}

bool command_parse_unit_id(const struct common *common, const char *name, const char *text,
                           uint32_t *ret_id)
{
    static const char prefix[] = "id:";
    const char *digits =
        strncmp(text, prefix, sizeof(prefix) - 1) == 0 ? text + sizeof(prefix) - 1 : text;
    int64_t id;
    if (number_parse(digits, 0, NUMBER_PLAIN, &id) != ERR_OK || id < 1 || id > UINT32_MAX) {
        (void)command_usage(name, words(common->is_english, WORD_NOT_A_UNIT_ID), text);
        return false;
    }
    *ret_id = (uint32_t)id;
    return true;
}

bool command_parse_key(const struct common *common, const char *name, const char *text,
                       uint8_t *ret_key)
{
    if (key_parse(text, ret_key) == ERR_OK)
        return true;
    (void)command_usage(name, words(common->is_english, WORD_NOT_A_KEY), text);
    return false;
}
