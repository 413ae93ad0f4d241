/* `tonghop import`: makes the node's data anew from an export, by tonghopd; and says what has to be
 * known before the node is started. */
#include "client/offline.h"

static const struct offline_reason reasons[] = {
    {ERR_EXISTS, WORD_RESTORE_EXISTS},   {ERR_NOT_FOUND, WORD_RESTORE_MISSING},
    {ERR_USAGE, WORD_RESTORE_NO_FILE},   {ERR_BUSY, WORD_RESTORE_RUNNING},
    {ERR_FOREIGN, WORD_RESTORE_FOREIGN}, {ERR_MALFORMED, WORD_IMPORT_MALFORMED},
    {ERR_VERSION, WORD_RESTORE_VERSION}, {ERR_FULL, WORD_RESTORE_FULL},
};

static int run_import(const struct common *common, int argc, char **argv)
{
    static const struct offline_task task = {
        .option = "--import",
        .flag = "--replace",
        .reasons = reasons,
        .reason_count = sizeof(reasons) / sizeof(reasons[0]),
        .failed = WORD_RESTORE_FAILED,
        .done = WORD_IMPORT_DONE,
        .replaces_state = true,
    };
    return offline_do(common, argc, argv, &task);
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
