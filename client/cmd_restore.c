/* `tonghop restore`: puts a backup in the place of the node's data, by tonghopd; and says what has
 * to be known before the node is started. */
#include "client/offline.h"

static const struct offline_reason reasons[] = {
    {ERR_EXISTS, WORD_RESTORE_EXISTS},   {ERR_NOT_FOUND, WORD_RESTORE_MISSING},
    {ERR_USAGE, WORD_RESTORE_NO_FILE},   {ERR_BUSY, WORD_RESTORE_RUNNING},
    {ERR_FOREIGN, WORD_RESTORE_FOREIGN}, {ERR_CORRUPT, WORD_RESTORE_DAMAGED},
    {ERR_VERSION, WORD_RESTORE_VERSION}, {ERR_FULL, WORD_RESTORE_FULL},
};

static int run_restore(const struct common *common, int argc, char **argv)
{
    static const struct offline_task task = {
        .option = "--restore",
        .flag = "--replace",
        .reasons = reasons,
        .reason_count = sizeof(reasons) / sizeof(reasons[0]),
        .failed = WORD_RESTORE_FAILED,
        .done = WORD_RESTORE_DONE,
        .replaces_state = true,
    };
    return offline_do(common, argc, argv, &task);
}

const struct command command_restore = {
    .name = "restore",
    .arguments = "FILE [--replace]",
    .summary = "put a backup in the place of the node's data",
    .summary_vi = "khôi phục dữ liệu của nút từ bản sao lưu FILE",
    .help = "FILE is what `tonghop backup` made, or `mdb_copy`. It is checked before anything is\n"
            "changed: that it is this unit's, whole, and adds up. The daemon must not run, and\n"
            "nothing is ever deleted. Run it on the node's machine as its user or as root.\n\n"
            "  --replace   the node has data: set it aside, in the same folder, as\n"
            "              data.mdb.before-restore-DATE-TIME\n\n"
            "Exit status: 0 done; 1 refused, nothing was changed; 2 usage or FILE.\n",
    .help_vi =
        "FILE do `tonghop backup` hoặc `mdb_copy` tạo ra, được kiểm tra trước khi có gì thay đổi:\n"
        "đúng đơn vị, còn nguyên vẹn, số liệu khớp. Nút phải đang dừng, và không có gì bị xóa. "
        "Hãy\n"
        "chạy trên máy có nút, với quyền của nút hoặc của root.\n\n"
        "  --replace   nút đang có dữ liệu: cất dữ liệu đó sang một bên, trong cùng thư mục, tên\n"
        "              data.mdb.before-restore-NGÀY-GIỜ\n\n"
        "Mã kết thúc: 0 xong; 1 bị từ chối, không có gì thay đổi; 2 lệnh hoặc FILE sai.\n",
    .run = run_restore,
};
