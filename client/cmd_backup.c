/* `tonghop backup`: a verified copy of the node's data, made by tonghopd beside the daemon; in a
 * folder of backups, the oldest go when there are enough. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/backups.h"
#include "client/clock.h"
#include "client/offline.h"
#include "core/mem.h"

static const struct offline_reason reasons[] = {
    {ERR_EXISTS, WORD_BACKUP_EXISTS},     {ERR_USAGE, WORD_BACKUP_PLACE},
    {ERR_NOT_FOUND, WORD_BACKUP_MISSING}, {ERR_FULL, WORD_BACKUP_FULL},
    {ERR_CORRUPT, WORD_BACKUP_DAMAGED},
};

struct wish {
    const char *file, *dir, *keep_text;
    bool is_force;
    size_t keep; /* 0: all */
};

/* False: printed, exit 2. */
static bool check_wish(const struct common *common, struct wish *wish)
{
    int64_t keep = 0;
    enum word wrong = WORD_COUNT;
    if ((wish->file == NULL) == (wish->dir == NULL))
        wrong = WORD_BACKUP_FILE_OR_DIR;
    else if (wish->dir == NULL ? wish->keep_text != NULL : wish->is_force)
        wrong = WORD_BACKUP_KEEP_DIR;
    if (wrong != WORD_COUNT) {
        (void)command_usage("backup", "%s", words(common->is_english, wrong));
        return false;
    }
    if (wish->keep_text != NULL &&
        (number_parse(wish->keep_text, 0, NUMBER_PLAIN, &keep) != ERR_OK || keep < 1)) {
        (void)command_usage("backup", words(common->is_english, WORD_OPTION_NUMBER), "--keep");
        return false;
    }
    wish->keep = (size_t)keep;
    return true;
}

static bool remove_one(const struct common *common, const char *dir, const struct backups *backups,
                       size_t index)
{
    char *path = mem_printf("%s/%s", dir, backups->names[index]);
    bool is_removed = backups_remove(backups, index);
    if (is_removed)
        command_say(words(common->is_english, WORD_BACKUP_REMOVED), path);
    else
        command_say(words(common->is_english, WORD_BACKUP_NOT_REMOVED), path, strerror(errno));
    free(path);
    return is_removed;
}

/* Removes the oldest, but never `made`, which stands among them where the clock was set back. */
static int prune(const struct common *common, const struct wish *wish, const char *node,
                 const char *made)
{
    struct backups backups;
    int status = EXIT_DONE;
    if (!backups_list(wish->dir, node, &backups)) {
        command_say(words(common->is_english, WORD_BACKUP_NOT_REMOVED), wish->dir, strerror(errno));
        status = EXIT_NO;
    }
    size_t left = status == EXIT_DONE ? backups_beyond(&backups, wish->keep) : 0;
    for (size_t i = 0; i < backups.count && left > 0; i++) {
        size_t len = strlen(backups.names[i]);
        if (strlen(made) >= len && strcmp(made + strlen(made) - len, backups.names[i]) == 0)
            continue;
        left--;
        if (!remove_one(common, wish->dir, &backups, i))
            status = EXIT_NO;
    }
    backups_fini(&backups);
    return status;
}

static int backup(const struct common *common, const struct conf *conf, const char *conf_path,
                  const struct wish *wish)
{
    struct buf out = {0};
    struct instant now = clock_now();
    char *file =
        wish->dir != NULL ? backups_path(wish->dir, conf->name, now) : mem_strdup(wish->file);
    const char *const words_of_daemon[] = {"--backup", file, wish->is_force ? "--force" : NULL,
                                           NULL};
    int status = offline_run(common, conf_path, words_of_daemon, &out);
    if (status == EXIT_DONE) {
        offline_print_backup(common, file, &out);
        command_say(words(common->is_english, WORD_BACKUP_DONE), conf->key_file);
        if (wish->keep > 0)
            status = prune(common, wish, conf->name, file);
    } else {
        offline_print_failure(common, conf->name, &out, reasons,
                              sizeof(reasons) / sizeof(reasons[0]), WORD_BACKUP_FAILED);
    }
    buf_fini(&out);
    free(file);
    return status;
}

static int run_backup(const struct common *common, int argc, char **argv)
{
    struct wish wish = {0};
    const struct argument arguments[] = {
        {.name = "FILE", .value = &wish.file},
        {.name = "--force", .is_given = &wish.is_force},
        {.name = "--dir", .value = &wish.dir},
        {.name = "--keep", .value = &wish.keep_text},
    };
    struct conf conf;
    char *path = NULL;
    if (!command_parse(common, argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0])) ||
        !check_wish(common, &wish) || !offline_find_conf(common, &conf, &path))
        return EXIT_INPUT;
    int status = backup(common, &conf, path, &wish);
    conf_fini(&conf);
    free(path);
    return status;
}

const struct command command_backup = {
    .name = "backup",
    .arguments = "FILE [--force] | --dir DIR [--keep N]",
    .summary = "copy the node's data to a file, and verify the copy",
    .summary_vi = "sao lưu dữ liệu của nút vào một tệp và kiểm tra bản sao",
    .help =
        "Holds every report that was acknowledged before it began; the daemon may go on running\n"
        "meanwhile. Reads the node's data folder, so it has to run on the node's machine as its\n"
        "user or as root. FILE appears when all of it is verified and on the disk. It does not\n"
        "hold the node's secret key: keep that, too.\n\n"
        "  --force    replace FILE if it is there\n"
        "  --dir DIR  instead of FILE: NODE-YYYYMMDD-HHMMSS.mdb in that folder\n"
        "  --keep N   then remove the oldest of the files with such names of this node, so that N\n"
        "             are left; no other file is touched\n\n"
        "Exit status: 0 done; 1 not possible now, nothing was left behind, or one that is too\n"
        "many could not be removed; 2 usage or FILE.\n",
    .help_vi =
        "Giữ mọi báo cáo đã được xác nhận trước khi bắt đầu; nút vẫn có thể đang chạy. Đọc thư "
        "mục\n"
        "dữ liệu của nút, nên phải chạy trên máy có nút, với quyền của nút hoặc của root. FILE "
        "chỉ\n"
        "xuất hiện khi đã kiểm tra xong và nằm chắc trên đĩa. Trong đó không có khóa bí mật của\n"
        "nút: hãy cất cả khóa.\n\n"
        "  --force    thay FILE nếu đã có\n"
        "  --dir DIR  thay cho FILE: tệp NÚT-YYYYMMDD-HHMMSS.mdb trong thư mục đó\n"
        "  --keep N   sau đó xóa những bản cũ nhất mang tên như vậy của nút này, chỉ giữ N bản;\n"
        "             không động đến tệp nào khác\n\n"
        "Mã kết thúc: 0 xong; 1 chưa làm được, không để lại gì, hoặc không xóa được bản cũ;\n"
        "2 lệnh hoặc FILE sai.\n",
    .run = run_backup,
};
