/* What `tonghop status` and `tonghop metrics` say; part of the table of words.c. */
#include "client/words_table.h"

const struct words_pair words_status[WORD_COUNT] = {
    [WORD_STATUS_NODE] = {"Nút", "Node"},
    [WORD_STATUS_UNIT] = {"Đơn vị", "Unit"},
    [WORD_STATUS_CATALOGUE] = {"Danh mục", "Catalogue"},
    [WORD_STATUS_STARTED] = {"Chạy từ", "Started"},
    [WORD_STATUS_PARENT] = {"Cấp trên", "Parent"},
    [WORD_STATUS_PARENT_ROOT] = {"không có (nút trên cùng)", "none (this is the root)"},
    [WORD_STATUS_PARENT_LINKED] = {"%s, đã nối", "%s, linked"},
    [WORD_STATUS_PARENT_UNLINKED] = {"%s, CHƯA nối", "%s, NOT linked"},
    [WORD_STATUS_PARENT_BROKEN] = {"%s, KHÔNG nối được: %s", "%s, NOT linked: %s"},
    [WORD_STATUS_REPORTS] = {"Báo cáo", "Reports"},
    [WORD_STATUS_OUTBOX] = {"Chờ gửi lên", "To be sent"},
    [WORD_STATUS_PARKED] = {"Gác lại", "Parked"},
    [WORD_STATUS_QUARANTINE] = {"Cách ly", "Quarantine"},
    [WORD_STATUS_ALARMS] = {"Báo động", "Alarms"},
    [WORD_STATUS_DISK] = {"Đĩa còn trống", "Disk free"},
    [WORD_STATUS_REBUILDING] = {"Đang tính lại", "Rebuilding"},
    [WORD_STATUS_RESTORING] = {"Đang khôi phục", "Restoring"},
    [WORD_STATUS_HEARD] = {"Tin gần nhất", "Last heard"},
    [WORD_STATUS_NOT_YET] = {"chưa, từ khi nút chạy", "not since the start"},
    [WORD_STATUS_NEVER] = {"chưa lần nào", "never"},
    [WORD_STATUS_ACKED] = {"Xác nhận gần nhất", "Last acknowledged"},
    [WORD_STATUS_WAITING] = {"%llu, lâu nhất từ %s", "%llu, the oldest since %s"},
    [WORD_STATUS_CAMPAIGN] = {"Đợt báo cáo", "Campaign"},
    [WORD_STATUS_CAMPAIGN_COUNTS] = {"%s: đã nộp %u/%u, còn thiếu %u, nộp muộn %u",
                                     "%s: %u of %u filed, %u missing, %u late"},
    [WORD_STATUS_CAMPAIGN_COVERED] = {"; %u đã gộp trong báo cáo toàn đơn vị của cấp trên",
                                      "; %u covered by a whole report of a unit above"},
    [WORD_STATUS_CAMPAIGN_DEADLINE] = {"; hạn %s", "; deadline %s"},
    [WORD_STATUS_CAMPAIGN_OVERDUE] = {"; %u quá hạn", "; %u overdue"},
    [WORD_STATUS_CHILDREN] = {"Nút cấp dưới", "Nodes beneath"},
    [WORD_STATUS_CHILDREN_COUNTS] = {"%zu, đang nối %zu", "%zu, %zu connected"},
    [WORD_STATUS_DISK_TEXT] = {"%llu MiB; dưới %llu MiB thì ngừng nhận báo cáo",
                               "%llu MiB; below %llu MiB nothing is taken in"},
    [WORD_STATUS_STORE] = {"Dữ liệu", "Data"},
    [WORD_STATUS_STORE_TEXT] = {"%llu MiB, nhiều nhất là %llu MiB", "%llu MiB of at most %llu MiB"},
    [WORD_STATUS_STORE_LIVE] = {"Dữ liệu đang dùng", "Data in use"},
    [WORD_STATUS_VERIFY] = {"Kiểm tra số liệu", "Last verification"},
    [WORD_STATUS_BACKUP] = {"Sao lưu", "Last backup"},
    [WORD_STATUS_CARE_OK] = {"%s: tốt, %llu báo cáo", "%s: good, %llu report{|s}"},
    [WORD_STATUS_CARE_DIFFERS] = {"%s: có %llu sai khác", "%s: %llu difference{|s}"},
    [WORD_STATUS_CARE_FAILED] = {"%s: KHÔNG xong (%s)", "%s: FAILED (%s)"},
    [WORD_STATUS_AGE_SECONDS] = {"%s (%lld giây trước)", "%s (%lld second{|s} ago)"},
    [WORD_STATUS_AGE_MINUTES] = {"%s (%lld phút trước)", "%s (%lld minute{|s} ago)"},
    [WORD_STATUS_AGE_HOURS] = {"%s (%lld giờ trước)", "%s (%lld hour{|s} ago)"},
    [WORD_STATUS_AGE_DAYS] = {"%s (%lld ngày trước)", "%s (%lld day{|s} ago)"},
    [WORD_STATUS_HEALTHY] = {"Nút hoạt động tốt.", "All is well."},
    [WORD_STATUS_UNHEALTHY] = {"Cần xem lại:", "To be looked at:"},
    [WORD_STATUS_COULD_START] = {"không thấy điều gì ngăn nút khởi động: %s",
                                 "nothing keeps it from starting: %s"},
    [WORD_STATUS_HANGS] =
        {"nút đang chạy mà không trả lời: chờ một phút rồi hỏi lại; nếu vẫn vậy, dừng hẳn tiến "
         "trình (kill -9) rồi chạy lại: tonghopd --config %s",
         "a daemon of this node runs and does not answer: ask again in a minute; if it still does "
         "not, end it (kill -9) and start it again: tonghopd --config %s"},
    [WORD_STATUS_HANGS_SERVICE] =
        {"nút đang chạy mà không trả lời: nếu bị treo, nó được tự khởi động lại trong vòng một "
         "phút; hoặc: systemctl restart tonghopd@%s",
         "a daemon of this node runs and does not answer: if it hangs, its watchdog restarts it "
         "within a minute; or: systemctl restart tonghopd@%s"},
    [WORD_STATUS_NOTICES] = {"Để biết:", "Notices:"},
    [WORD_STATUS_DO_LINK] =
        {"chưa nối được với cấp trên: kiểm tra mạng, địa chỉ và khóa trong [parent], "
         "và việc đăng ký ở cấp trên (`tonghop keys` ở đó)",
         "there is no link to the parent: check the network, address and key in "
         "[parent], and the enrolment there (`tonghop keys` at the parent)"},
    [WORD_STATUS_DO_CATALOGUE] =
        {"chưa có danh mục: nó về từ cấp trên ngay khi nối được",
         "no catalogue yet: it comes from the parent once there is a link"},
    [WORD_STATUS_DO_CATALOGUE_ROOT] = {"chưa có danh mục: hãy chạy `tonghop catalogue publish DIR`",
                                       "no catalogue yet: run `tonghop catalogue publish DIR`"},
    [WORD_STATUS_DO_COMPARE] = {"đang đối chiếu với nút cấp trên: chờ",
                                "comparing with the node above what both hold: wait"},
    [WORD_STATUS_DO_REBUILD] = {"đang tính lại số tổng hợp theo danh mục mới: chờ, số liệu chưa đủ",
                                "totals are being rebuilt under a new catalogue: wait, figures are "
                                "incomplete"},
    [WORD_STATUS_DO_OUTBOX] =
        {"%llu mục chờ gửi lên cấp trên: chờ; nếu không giảm, xem đường nối",
         "%llu {entry is|entries are} to be sent to the parent: wait; if they stay, look at "
         "the link"},
    [WORD_STATUS_DO_PARKED] =
        {"%llu mục bị gác lại vì cấp trên chưa nhận được: xem nhật ký của nút",
         "%llu {entry is|entries are} parked because the parent cannot take them yet: see "
         "the node's log"},
    [WORD_STATUS_DO_QUARANTINE] =
        {"%llu mục bị cách ly (không xử lý được, hoặc phải nhường chỗ): xem bằng `tonghop "
         "quarantine`, "
         "xem xét xong thì chạy `tonghop quarantine --clear` (báo cáo được giữ: `--clear SỐ`)",
         "%llu {is|are} in quarantine, not processed or set aside: see `tonghop quarantine`, "
         "and run `tonghop quarantine --clear` when they are dealt with (what is "
         "kept: `--clear NUMBER`)"},
    [WORD_STATUS_DO_ALARMS] =
        {"%llu báo động: số tổng hợp của cấp dưới khác với ở đây; hãy chạy "
         "`tonghop verify` ở cả hai nút; nếu nút đó không còn, hãy chạy "
         "`tonghop quarantine --clear`",
         "%llu alarm{|s}: totals of a node beneath differ from those here; run "
         "`tonghop verify` at both nodes; if that node is gone, `tonghop "
         "quarantine --clear`"},
    [WORD_STATUS_GAVE_UP] = {"đã chờ %s giây mà nút chưa sẵn sàng",
                             "waited %s seconds and the node is not ready"},
    [WORD_METRICS_ONE_WAY] = {"chỉ dùng một trong --output và --http",
                              "only one of --output and --http"},
    [WORD_METRICS_KEPT_OUT] =
        {"tài khoản này không được hỏi các nút, nên tonghop_up bằng 0: chạy với tài khoản thuộc "
         "nhóm "
         "tonghop, hoặc root",
         "this user may not ask the nodes, hence tonghop_up 0: run this as a member of the group "
         "tonghop, or as root"},
    [WORD_METRICS_CANNOT_WRITE] = {"không ghi được %s: %s; tệp cũ vẫn còn nguyên",
                                   "%s cannot be written: %s; it is as it was"},
    [WORD_FOLDER_UNREADABLE] = {"không đọc được thư mục %s: %s",
                                "the folder %s cannot be read: %s"},
};
