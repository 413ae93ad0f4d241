/* `tonghop accept`: a revision that waits is taken into the totals. */
#include "client/mark.h"
#include "core/report.h"

static int run_accept(const struct common *common, int argc, char **argv)
{
    return mark_run(common, "accept", STATE_ACCEPTED, argc, argv);
}

const struct command command_accept = {
    .name = "accept",
    .arguments = "UNIT --period PERIOD [--form FORM] [--revision N]",
    .summary = "accept a unit's report that waits",
    .summary_vi = "duyệt báo cáo đang chờ của một đơn vị",
    .help =
        "For forms that are accepted by hand, at the node that serves the unit's parent. Until "
        "then\n"
        "the report is held and not counted; an earlier accepted one goes on counting. `tonghop\n"
        "history` shows what was filed.\n\n"
        "  --period PERIOD   2024-S1, 2024-S2 or 2024\n"
        "  --form FORM       of which form; needed where the unit has filed several\n"
        "  --revision N      that one, and refused if it was replaced; else the latest\n"
        "  --kind KIND       actual (default) or plan\n\n"
        "Example:\n"
        "  tonghop accept 23857 --period 2024-S1\n",
    .help_vi =
        "Dùng cho biểu mẫu phải duyệt, tại nút phục vụ đơn vị cấp trên trực tiếp. Chưa duyệt thì\n"
        "báo cáo được giữ mà chưa tính; bản đã duyệt trước đó vẫn được tính. Xem số đã nộp\n"
        "bằng `tonghop history`.\n\n"
        "  --period KỲ       2024-S1, 2024-S2 hoặc 2024\n"
        "  --form BIỂU-MẪU   biểu mẫu nào; cần nêu khi đơn vị đã nộp nhiều biểu mẫu\n"
        "  --revision SỐ     đúng bản này, không làm gì nếu đã bị thay; nếu không có thì bản mới "
        "nhất\n"
        "  --kind LOẠI       actual (thực hiện, mặc định) hoặc plan (kế hoạch)\n\n"
        "Ví dụ:\n"
        "  tonghop accept 23857 --period 2024-S1\n",
    .run = run_accept,
};
