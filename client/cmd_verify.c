/* `tonghop verify`: recomputes everything from the reports held and compares. The daemon's program
 * does it, in a process of its own that only reads, beside the one that runs; so this command is
 * replaced by it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/command.h"
#include "client/words.h"
#include "core/mem.h"

enum { SELF_MAX = 4096 };

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

static int run_verify(const struct common *common, int argc, char **argv)
{
    struct conf conf;
    if (!command_parse(common, argc, argv, NULL, 0) || !command_find_conf(common, &conf))
        return EXIT_INPUT;
    bool is_client = conf.is_client;
    char *path = command_find_conf_path(common); /* it was found a moment ago */
    conf_fini(&conf);
    if (path == NULL)
        return EXIT_INPUT;
    if (is_client) {
        command_say(words(common->is_english, WORD_VERIFY_CLIENT), path);
        free(path);
        return EXIT_INPUT;
    }
    char *daemon = find_daemon();
    char verify[] = "--verify", config[] = "--config";
    char *arguments[] = {daemon, verify, config, path, NULL};
    (void)execvp(daemon, arguments); /* returns only when it fails */
    command_say(words(common->is_english, WORD_VERIFY_NO_DAEMON), strerror(errno));
    free(daemon);
    free(path);
    return EXIT_INPUT;
}

const struct command command_verify = {
    .name = "verify",
    .arguments = "",
    .summary = "recompute every total from the reports held and compare",
    .summary_vi = "tính lại mọi số tổng hợp từ các báo cáo đang giữ và so sánh",
    .help =
        "Reads the node's data folder, so it has to run on the node's machine as its user; the\n"
        "daemon may go on running meanwhile.\n\n"
        "Exit status: 0 no difference; 1 there are some, each listed.\n",
    .help_vi =
        "Đọc thư mục dữ liệu của nút, nên phải chạy trên máy có nút và với quyền của nút; nút vẫn\n"
        "có thể đang chạy.\n\n"
        "Mã kết thúc: 0 không có sai khác; 1 có, kèm danh sách.\n",
    .run = run_verify,
};
