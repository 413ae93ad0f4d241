/* `tonghop return`: a report goes back to its unit, with a reason and the cells in question. */
#include "client/mark.h"
#include "core/report.h"

static int run_return(const struct common *common, int argc, char **argv)
{
    return mark_run(common, "return", STATE_RETURNED, argc, argv);
}

const struct command command_return = {
    .name = "return",
    .arguments = "UNIT --period PERIOD [--form FORM] [--cell CODE ...] --reason TEXT",
    .summary = "return a report to its unit, with a reason",
    .summary_vi = "trả lại báo cáo cho đơn vị, kèm lý do",
    .help =
        "At any node above the unit. What is returned does not count any more; the unit reads the\n"
        "reason in `tonghop inbox` and `tonghop history`, and files a correction, which says what "
        "it\n"
        "answers. A period that was closed has to be reopened for the unit first.\n\n"
        "  --period PERIOD   2024-S1, 2024-S2 or 2024\n"
        "  --form FORM       of which form; needed where the unit has filed several\n"
        "  --cell CODE       an indicator of the form that is in question; may be repeated\n"
        "  --reason TEXT     why: what has to be looked at\n"
        "  --revision N      that one, and refused if it was replaced; else the latest\n"
        "  --kind KIND       actual (default) or plan\n\n"
        "Example:\n"
        "  tonghop return 23857 --period 2024-S1 --cell reception.visits --reason 'count again'\n",
    .help_vi =
        "Tại nút bất kỳ ở cấp trên của đơn vị. Báo cáo bị trả lại không được tính nữa; đơn vị đọc\n"
        "lý do bằng `tonghop inbox` và `tonghop history`, rồi nộp bản sửa, bản sửa ghi rõ trả lời\n"
        "bản nào. Kỳ đã khóa thì phải mở lại cho đơn vị trước.\n\n"
        "  --period KỲ       2024-S1, 2024-S2 hoặc 2024\n"
        "  --form BIỂU-MẪU   biểu mẫu nào; cần nêu khi đơn vị đã nộp nhiều biểu mẫu\n"
        "  --cell MÃ         chỉ tiêu cần xem lại, thuộc biểu mẫu; có thể lặp lại\n"
        "  --reason LÝ-DO    vì sao: cần xem lại điều gì\n"
        "  --revision SỐ     đúng bản này, không làm gì nếu đã bị thay; nếu không có thì bản mới "
        "nhất\n"
        "  --kind LOẠI       actual (thực hiện, mặc định) hoặc plan (kế hoạch)\n\n"
        "Ví dụ:\n"
        "  tonghop return 23857 --period 2024-S1 --cell reception.visits --reason 'đếm lại'\n",
    .run = run_return,
};
