/* `tonghop import`: makes the node's data anew from an export, by tonghopd; and says what has to be
 * known before the node is started. */
#include <stdlib.h>

#include "client/offline.h"

static const struct offline_reason reasons[] = {
    {ERR_EXISTS, WORD_RESTORE_EXISTS},   {ERR_NOT_FOUND, WORD_RESTORE_MISSING},
    {ERR_USAGE, WORD_RESTORE_NO_FILE},   {ERR_BUSY, WORD_RESTORE_RUNNING},
    {ERR_FOREIGN, WORD_RESTORE_FOREIGN}, {ERR_MALFORMED, WORD_IMPORT_MALFORMED},
    {ERR_VERSION, WORD_RESTORE_VERSION}, {ERR_FULL, WORD_RESTORE_FULL},
};

static void print_hints(const struct common *common, const struct conf *conf, const struct buf *out)
{
    bool is_english = common->is_english;
    char *aside = offline_value(out, "aside");
    command_say("%s", words(is_english, WORD_IMPORT_DONE));
    if (aside != NULL)
        command_say(words(is_english, WORD_RESTORE_ASIDE), aside);
    command_say(words(is_english, WORD_RESTORE_START), conf->name);
    command_say("%s", words(is_english, conf->parent_endpoint != NULL ? WORD_RESTORE_PARENT
                                                                      : WORD_RESTORE_ROOT));
    command_say("%s", words(is_english, WORD_RESTORE_KEYS));
    free(aside);
}

static int run_import(const struct common *common, int argc, char **argv)
{
    const char *file = NULL;
    bool is_replace = false;
    const struct argument arguments[] = {
        {.name = "FILE", .value = &file, .is_needed = true},
        {.name = "--replace", .is_given = &is_replace},
    };
    struct conf conf;
    char *path = NULL;
    struct buf out = {0};
    if (!command_parse(common, argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0])) ||
        !offline_find_conf(common, &conf, &path))
        return EXIT_INPUT;
    const char *const words_of_daemon[] = {"--import", file, is_replace ? "--replace" : NULL, NULL};
    int status = offline_run(common, path, words_of_daemon, &out);
    if (status == EXIT_DONE) {
        offline_print_backup(common, file, &out);
        print_hints(common, &conf, &out);
    } else {
        offline_print_failure(common, conf.name, &out, reasons,
                              sizeof(reasons) / sizeof(reasons[0]), WORD_RESTORE_FAILED);
    }
    buf_fini(&out);
    conf_fini(&conf);
    free(path);
    return status;
}

const struct command command_import = {
    .name = "import",
    .arguments = "FILE [--replace]",
    .summary = "make the node's data anew from an export",
    .summary_vi = "tạo lại dữ liệu của nút từ tệp kết xuất FILE",
    .help =
        "FILE is what `tonghop export` wrote, of this unit. Every line is checked against the "
        "bytes\n"
        "in it, totals are computed anew and verified, and only then anything changes. The daemon\n"
        "must not run, and nothing is ever deleted. Run it on the node's machine as its user or "
        "as\n"
        "root.\n\n"
        "  --replace   the node has data: set it aside, in the same folder, as\n"
        "              data.mdb.before-restore-DATE-TIME\n\n"
        "Exit status: 0 done; 1 refused, nothing was changed; 2 usage or FILE.\n",
    .help_vi =
        "FILE do `tonghop export` ghi, của đúng đơn vị này. Từng dòng được đối chiếu với các byte\n"
        "gốc trong đó, số tổng hợp được tính lại và kiểm tra, rồi mới có gì thay đổi. Nút phải "
        "đang\n"
        "dừng, và không có gì bị xóa. Hãy chạy trên máy có nút, với quyền của nút hoặc của "
        "root.\n\n"
        "  --replace   nút đang có dữ liệu: cất dữ liệu đó sang một bên, trong cùng thư mục, tên\n"
        "              data.mdb.before-restore-NGÀY-GIỜ\n\n"
        "Mã kết thúc: 0 xong; 1 bị từ chối, không có gì thay đổi; 2 lệnh hoặc FILE sai.\n",
    .run = run_import,
};
