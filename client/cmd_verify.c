/* `tonghop verify`: recomputes everything from the reports held and compares. The daemon's program
 * does it, in a process of its own that only reads, beside the one that runs. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/offline.h"
#include "client/words.h"
#include "core/mem.h"

/* The daemon's one line of the result, in Vietnamese; as it is where it has another form. */
static void print_result(const struct buf *out)
{
    char *line = mem_strndup((const char *)out->data, out->len);
    uint64_t reports, figures, differences;
    int end = 0;
    if (sscanf(line, "%" SCNu64 " %*s %" SCNu64 " accumulated %*s %" SCNu64 " %*[a-z]%n", &reports,
               &figures, &differences, &end) != 3 ||
        end == 0)
        (void)printf("%s", line);
    else
        (void)printf(words(false, WORD_VERIFY_RESULT), reports, figures, differences,
                     line[end] == ' ' ? words(false, WORD_VERIFY_REBUILDING) : "");
    free(line);
}

/* Each difference is a line of the daemon's log, in English as all of that is. */
static int run_in_vietnamese(const struct common *common, const char *path,
                             const char *const *arguments)
{
    struct buf out = {0};
    int status = offline_run(common, path, arguments, &out);
    if (out.len > 0)
        print_result(&out);
    buf_fini(&out);
    return status;
}

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
    int status = common->is_english ? offline_become(common, path, arguments)
                                    : run_in_vietnamese(common, path, arguments);
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
