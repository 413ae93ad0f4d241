/* `tonghop backup`: a verified copy of the node's data, made by tonghopd beside the daemon. */
#include <stdlib.h>

#include "client/offline.h"

static const struct offline_reason reasons[] = {
    {ERR_EXISTS, WORD_BACKUP_EXISTS},     {ERR_USAGE, WORD_BACKUP_PLACE},
    {ERR_NOT_FOUND, WORD_BACKUP_MISSING}, {ERR_FULL, WORD_BACKUP_FULL},
    {ERR_CORRUPT, WORD_BACKUP_DAMAGED},
};

static int run_backup(const struct common *common, int argc, char **argv)
{
    const char *file = NULL;
    bool is_force = false;
    const struct argument arguments[] = {
        {.name = "FILE", .value = &file, .is_needed = true},
        {.name = "--force", .is_given = &is_force},
    };
    struct conf conf;
    char *path = NULL;
    struct buf out = {0};
    if (!command_parse(common, argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0])) ||
        !offline_find_conf(common, &conf, &path))
        return EXIT_INPUT;
    const char *const words_of_daemon[] = {"--backup", file, is_force ? "--force" : NULL, NULL};
    int status = offline_run(common, path, words_of_daemon, &out);
    if (status == EXIT_DONE) {
        offline_print_backup(common, file, &out);
        command_say(words(common->is_english, WORD_BACKUP_DONE), conf.key_file);
    } else {
        offline_print_failure(common, conf.name, &out, reasons,
                              sizeof(reasons) / sizeof(reasons[0]), WORD_BACKUP_FAILED);
    }
    buf_fini(&out);
    conf_fini(&conf);
    free(path);
    return status;
}

const struct command command_backup = {
    .name = "backup",
    .arguments = "FILE [--force]",
    .summary = "copy the node's data to FILE, and verify the copy",
    .summary_vi = "sao lưu dữ liệu của nút vào FILE và kiểm tra bản sao",
    .help =
        "Holds every report that was acknowledged before it began; the daemon may go on running\n"
        "meanwhile. Reads the node's data folder, so it has to run on the node's machine as its\n"
        "user or as root. FILE appears when all of it is verified and on the disk. It does not\n"
        "hold the node's secret key: keep that, too.\n\n"
        "  --force   replace FILE if it is there\n\n"
        "Exit status: 0 done; 1 not possible now, nothing was left behind; 2 usage or FILE.\n",
    .help_vi =
        "Giữ mọi báo cáo đã được xác nhận trước khi bắt đầu; nút vẫn có thể đang chạy. Đọc thư "
        "mục\n"
        "dữ liệu của nút, nên phải chạy trên máy có nút, với quyền của nút hoặc của root. FILE "
        "chỉ\n"
        "xuất hiện khi đã kiểm tra xong và nằm chắc trên đĩa. Trong đó không có khóa bí mật của\n"
        "nút: hãy cất cả khóa.\n\n"
        "  --force   thay FILE nếu đã có\n\n"
        "Mã kết thúc: 0 xong; 1 chưa làm được, không để lại gì; 2 lệnh hoặc FILE sai.\n",
    .run = run_backup,
};
