/* `tonghop`: a table of subcommands, the options common to all, and help. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "client/options.h"
#include "client/words.h"
#include "core/log.h"

static const struct command *const commands[] = {
    &command_init,     &command_enrol,  &command_keys,       &command_revoke,  &command_catalogue,
    &command_submit,   &command_amend,  &command_receipt,    &command_inbox,   &command_watch,
    &command_phrase,   &command_totals, &command_coverage,   &command_explain, &command_history,
    &command_accept,   &command_return, &command_remind,     &command_close,   &command_reopen,
    &command_editions, &command_status, &command_quarantine, &command_verify,  &command_backup,
    &command_restore,  &command_export, &command_import,     &command_rekey,   &command_metrics,
};

enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]), NAME_MAX_LEN = 31, GUESS_MAX = 2 };

static const char help_en[] =
    "\nOptions of every command, before or after its name:\n"
    "  --node NAME        which node or client: NAME.conf; else TONGHOP_NODE, else the only one\n"
    "  --etc DIR          where NAME.conf is, instead of /etc/tonghop and ~/.config/tonghop\n"
    "  --config FILE      that very configuration\n"
    "  --format FORMAT    text (default), csv or json\n"
    "  --lang LANGUAGE    vi or en; else TONGHOP_LANG, else the locale\n"
    "  --numbers STYLE    how numbers are written in input: plain (2861, 75.6) or vi (2.861, "
    "75,6)\n"
    "  --timeout SECONDS  how long to wait for an answer (15)\n"
    "  --help, --version\n"
    "\nExit status: 0 done; 1 the answer is no (refused, differs, unhealthy); 2 usage or input;\n"
    "3 no answer: the outcome is unknown and repeating is safe.\n";

static const char help_vi[] =
    "\nTùy chọn chung, đặt trước hoặc sau tên lệnh:\n"
    "  --node TÊN         nút hoặc bên nộp: TÊN.conf; không có thì TONGHOP_NODE, rồi nút duy nhất\n"
    "  --etc THƯ-MỤC      nơi có TÊN.conf, thay cho /etc/tonghop và ~/.config/tonghop\n"
    "  --config TỆP       đúng tệp cấu hình đó\n"
    "  --format DẠNG      text (mặc định), csv hoặc json\n"
    "  --lang NGÔN-NGỮ    vi hoặc en; nếu không có thì TONGHOP_LANG, rồi theo hệ thống\n"
    "  --numbers KIỂU     cách viết số khi nhập: plain (2861, 75.6) hoặc vi (2.861, 75,6)\n"
    "  --timeout GIÂY     chờ trả lời bao lâu (15)\n"
    "  --help, --version\n"
    "\nMã kết thúc: 0 xong; 1 trả lời là không (bị từ chối, có sai khác, có vấn đề);\n"
    "2 lệnh hoặc dữ liệu nhập sai; 3 không có trả lời: chưa rõ kết quả, chạy lại là an toàn.\n";

static const char *summary_of(const struct command *command, bool is_english)
{
    return is_english || command->summary_vi == NULL ? command->summary : command->summary_vi;
}

static void print_help(bool is_english, FILE *out)
{
    (void)fprintf(out, "%s\n  tonghop COMMAND ...\n  tonghop COMMAND --help\n\n",
                  words(is_english, WORD_USAGE));
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        (void)fprintf(out, "  %-11s %s\n", commands[i]->name, summary_of(commands[i], is_english));
    (void)fputs(is_english ? help_en : help_vi, out);
}

static void print_command_help(const struct command *command, bool is_english)
{
    const char *help = is_english || command->help_vi == NULL ? command->help : command->help_vi;
    (void)printf("%s\n  tonghop %s %s\n\n%s\n", words(is_english, WORD_USAGE), command->name,
                 command->arguments, summary_of(command, is_english));
    if (help != NULL)
        (void)printf("\n%s", help);
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many letters have to be changed, added or left out to make one word of the other
 * (Levenshtein). `a` has at most NAME_MAX_LEN bytes. */
static size_t distance(const char *a, const char *b)
{
    size_t row[NAME_MAX_LEN + 1];
    size_t len = strlen(a);
    for (size_t i = 0; i <= len; i++)
        row[i] = i;
    for (size_t j = 1; b[j - 1] != '\0'; j++) {
        size_t diagonal = row[0];
        row[0] = j;
        for (size_t i = 1; i <= len; i++) {
            size_t changed = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[i];
            row[i] = least(changed, least(row[i], row[i - 1]) + 1);
        }
    }
    return row[len];
}

static int refuse_command(const char *name, bool is_english)
{
    const char *guess = NULL;
    size_t best = GUESS_MAX + 1;
    for (size_t i = 0; i < COMMAND_COUNT && strlen(name) <= NAME_MAX_LEN; i++) {
        size_t d = distance(name, commands[i]->name);
        if (d < best) {
            best = d;
            guess = commands[i]->name;
        }
    }
    command_say(words(is_english, WORD_COMMAND_UNKNOWN), name);
    if (guess != NULL)
        command_say(words(is_english, WORD_COMMAND_GUESS), guess);
    (void)fputs("  tonghop --help\n", stderr);
    return EXIT_INPUT;
}

static int run(int argc, char **argv)
{
    struct options options;
    if (!options_take(&argc, argv, &options))
        return EXIT_INPUT;
    bool is_english = options.common.is_english;
    if (options.wants_version) {
        (void)puts("tonghop " TONGHOP_VERSION);
        return EXIT_DONE;
    }
    if (argc < 2) {
        print_help(is_english, options.wants_help ? stdout : stderr);
        return options.wants_help ? EXIT_DONE : EXIT_INPUT;
    }
    const struct command *command = find_command(argv[1]);
    if (command == NULL)
        return refuse_command(argv[1], is_english);
    if (options.wants_help) {
        print_command_help(command, is_english);
        return EXIT_DONE;
    }
    int status = command->run(&options.common, argc - 1, argv + 1);
    /* Errors of standard output are sticky: a full disk must not look like a finished table. */
    if (fflush(stdout) != 0 || ferror(stdout)) {
        command_say(words(is_english, WORD_OUTPUT_FAILED), strerror(errno));
        return EXIT_UNKNOWN;
    }
    return status;
}

int main(int argc, char **argv)
{
    log_setup(LOG_LEVEL_WARNING, 0);
    return run(argc, argv);
}
