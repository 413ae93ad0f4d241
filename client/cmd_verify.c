/* `tonghop verify`: recomputes everything from the reports held and compares. The daemon's program
 * does it, in a process of its own that only reads, beside the one that runs; so this command is
 * replaced by it. */
#include <stdlib.h>

#include "client/offline.h"
#include "client/words.h"

static int run_verify(const struct common *common, int argc, char **argv)
{
    static const char *const arguments[] = {"--verify", NULL};
    struct conf conf;
    char *path = NULL;
    if (!command_parse(common, argc, argv, NULL, 0))
        return EXIT_INPUT;
    if (common->output != OUTPUT_TEXT)
        return command_usage("verify", "%s", words(common->is_english, WORD_VERIFY_TEXT_ONLY));
    if (!offline_find_conf(common, &conf, &path))
        return EXIT_INPUT;
    int status = offline_become(common, path, arguments);
    conf_fini(&conf);
    free(path);
    return status;
}

const struct command command_verify = {
    .name = "verify",
    .arguments = "",
    .summary = "recompute every total from the reports held and compare",
    .summary_vi = "tính lại mọi số tổng hợp từ các báo cáo đang giữ và so sánh",
    .help =
        "Reads the node's data folder, so it has to run on the node's machine as its user or as\n"
        "root; the daemon may go on running meanwhile. Prints text; --format is refused.\n\n"
        "Exit status: 0 no difference; 1 there are some, each listed.\n",
    .help_vi =
        "Đọc thư mục dữ liệu của nút, nên phải chạy trên máy có nút, với quyền của nút hoặc của\n"
        "root; nút vẫn có thể đang chạy. Chỉ in văn bản, không dùng được --format.\n\n"
        "Mã kết thúc: 0 không có sai khác; 1 có, kèm danh sách.\n",
    .run = run_verify,
};
