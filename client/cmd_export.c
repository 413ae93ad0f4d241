/* `tonghop export`: all that the node holds, as lines of JSON, written by tonghopd beside the
 * daemon.
 */
#include "client/offline.h"

static const struct offline_reason reasons[] = {
    {ERR_EXISTS, WORD_BACKUP_EXISTS},     {ERR_USAGE, WORD_BACKUP_PLACE},
    {ERR_NOT_FOUND, WORD_BACKUP_MISSING}, {ERR_FULL, WORD_BACKUP_FULL},
    {ERR_CORRUPT, WORD_BACKUP_DAMAGED},
};

static int run_export(const struct common *common, int argc, char **argv)
{
    static const struct offline_task task = {
        .option = "--export",
        .flag = "--force",
        .reasons = reasons,
        .reason_count = sizeof(reasons) / sizeof(reasons[0]),
        .failed = WORD_BACKUP_FAILED,
        .done = WORD_EXPORT_DONE,
    };
    return offline_do(common, argc, argv, &task);
}

const struct command command_export = {
    .name = "export",
    .arguments = "FILE [--force]",
    .summary = "write all the node's data to FILE in an open form, lines of JSON",
    .summary_vi = "kết xuất toàn bộ dữ liệu của nút ra FILE ở dạng mở, mỗi dòng một JSON",
    .help = "Every revision of every report, readable and with the reporters' bytes, the "
            "catalogue, the\n"
            "enrolled keys and the quarantine: docs/EXPORT.md has the form. Two exports of the "
            "same data\n"
            "are equal to the byte. The daemon may go on running meanwhile. Reads the node's data "
            "folder,\n"
            "so it has to run on the node's machine as its user or as root. It does not hold the "
            "node's\n"
            "secret key.\n\n"
            "  --force   replace FILE if it is there\n\n"
            "Exit status: 0 done; 1 not possible now, nothing was left behind; 2 usage or FILE.\n",
    .help_vi =
        "Mọi bản của mọi báo cáo, đọc được và kèm nguyên các byte bên nộp đã gửi, cùng danh mục, "
        "các\n"
        "khóa đã đăng ký và những gì đang cách ly; docs/EXPORT.md mô tả định dạng. Hai lần kết "
        "xuất\n"
        "cùng một dữ liệu giống nhau từng byte. Nút vẫn có thể đang chạy. Đọc thư mục dữ liệu của\n"
        "nút, nên phải chạy trên máy có nút, với quyền của nút hoặc của root. Trong đó không có "
        "khóa\n"
        "bí mật của nút.\n\n"
        "  --force   thay FILE nếu đã có\n\n"
        "Mã kết thúc: 0 xong; 1 chưa làm được, không để lại gì; 2 lệnh hoặc FILE sai.\n",
    .run = run_export,
};
