/* The table of words. Terms follow the glossary of docs/ARCHITECTURE.md: đơn vị, nút, danh mục, chỉ
 * tiêu, biểu mẫu, kỳ báo cáo. An officer reads this, so no word here is a computer's. */
#include "client/words.h"

#include <assert.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "client/words_table.h"

static const struct words_pair table[WORD_COUNT] = {
    /* common */
    [WORD_YES] = {"có", "yes"},
    [WORD_NO] = {"không", "no"},
    [WORD_NONE] = {"không có", "none"},
    [WORD_OPTION_UNKNOWN] = {"không có tùy chọn %s", "there is no option %s"},
    [WORD_OPTION_NO_VALUE] = {"tùy chọn %s cần một giá trị", "option %s needs a value"},
    [WORD_OPTION_TWICE] = {"tùy chọn %s chỉ được nêu một lần", "option %s may be given only once"},
    [WORD_OPTION_NUMBER] = {"%s phải là một số nguyên từ 1", "%s has to be a whole number from 1"},
    [WORD_OPTION_SECONDS] = {"số giây, ví dụ 30 hoặc 0.5, không quá một ngày",
                             "a number of seconds such as 30 or 0.5, at most a day"},
    [WORD_OPTION_CHOICE] = {"%s phải là %s", "%s has to be %s"},
    [WORD_ARGUMENT_EXTRA] = {"thừa “%s”", "'%s' is one argument too many"},
    [WORD_ARGUMENT_EMPTY] = {"%s để trống", "%s is empty"},
    [WORD_ARGUMENT_NEEDED] = {"thiếu %s", "%s is missing"},
    [WORD_NOT_A_UNIT_ID] =
        {"“%s” không phải mã số đơn vị (id) trong danh mục: cần một số nguyên từ 1",
         "'%s' is not a unit's id in the catalogue: a whole number from 1"},
    [WORD_NOT_A_KEY] = {"“%s” không phải khóa: cần 44 ký tự base64, như trong tệp NAME.pub",
                        "'%s' is not a key: it has to be 44 characters of base64, as in a file "
                        "NAME.pub"},
    [WORD_REFUSED] = {"bị từ chối (%s): %s", "refused (%s): %s"},
    [WORD_NO_ANSWER] = {"không có trả lời, chưa rõ kết quả; chạy lại lệnh là an toàn. Lý do: %s",
                        "no answer, the outcome is unknown; running the command again is safe. "
                        "Reason: %s"},
    [WORD_NOT_REACHED] = {"không gặp được nút, chưa có gì được gửi. Lý do: %s",
                          "the node was not reached, nothing was sent. Reason: %s"},
    [WORD_OTHER_ANSWER] = {"nút trả lời bằng “%s”, không phải điều đã hỏi; hãy dùng cùng phiên bản "
                           "ở hai đầu",
                           "the node answered with '%s', which was not asked for; use the same "
                           "version at both ends"},
    [WORD_PROBLEMS_FOUND] = {"có %zu lỗi, chưa có gì thay đổi",
                             "%zu error{|s}; nothing was changed"},
    [WORD_NO_NODE] = {"chưa có tệp cấu hình nào trong %s; hãy chạy `tonghop init`, hoặc chỉ ra tệp "
                      "bằng --config",
                      "there is no configuration in %s; run `tonghop init`, or name a file with "
                      "--config"},
    [WORD_NODE_UNKNOWN] = {"không có %s.conf trong %s; hãy kiểm tra --node hoặc TONGHOP_NODE",
                           "there is no %s.conf in %s; check --node or TONGHOP_NODE"},
    [WORD_SEVERAL_NODES] = {"có nhiều nút; hãy chọn một bằng --node hoặc TONGHOP_NODE:",
                            "there are several nodes; choose one with --node or TONGHOP_NODE:"},
    [WORD_OUTPUT_FAILED] = {"không ghi được kết quả ra: %s", "the output cannot be written: %s"},
    [WORD_CURRENT_REVISION] = {"bản hiện tại là %llu", "the current revision is %llu"},
    [WORD_HOME_IS] = {"nơi nhận là nút của đơn vị id:%u", "its home is the node of unit id:%u"},
    /* main */
    [WORD_COMMAND_UNKNOWN] = {"không có lệnh “%s”", "there is no command '%s'"},
    [WORD_COMMAND_GUESS] = {"có phải là `%s`?", "did you mean `%s`?"},
    [WORD_USAGE] = {"Cách dùng:", "Usage:"},
    /* init */
    [WORD_INIT_EXISTS] =
        {"%s đã có và không bao giờ bị ghi đè; hãy chọn tên khác, hoặc tự xóa nó đi",
         "%s is there already and is never overwritten; choose another name, or "
         "remove it yourself"},
    [WORD_INIT_BAD_NAME] =
        {"“%s” không dùng làm tên được: chỉ gồm chữ cái, chữ số, “-” và “_”, tối đa "
         "64 ký tự",
         "'%s' cannot be a name: only letters, digits, '-' and '_', at most 64"},
    [WORD_INIT_BAD_PARENT] = {"--parent “%s” phải có dạng 'ĐỊA-CHỈ KHÓA', ví dụ "
                              "'tcp://10.0.0.1:7464 4Gq…='",
                              "--parent '%s' has to be 'ENDPOINT KEY', such as "
                              "'tcp://10.0.0.1:7464 4Gq…='"},
    [WORD_INIT_LINE_BREAK] = {"giá trị của %s không được có dấu xuống dòng",
                              "the value of %s may not have a line break"},
    [WORD_INIT_CLIENT_ONLY] = {"%s không đi cùng --client", "%s does not go with --client"},
    [WORD_INIT_CANNOT_WRITE] = {"không ghi được %s: %s; chưa có gì được tạo ra",
                                "%s cannot be written: %s; nothing was made"},
    [WORD_INIT_NOT_ROOT] =
        {"chạy lệnh này với quyền root, hoặc chọn thư mục khác bằng --etc, không "
         "phải %s",
         "run this as root, or name another folder than %s with --etc"},
    [WORD_INIT_PARENT_IS_SELF] = {"--parent %s là nơi chính nút này sẽ nghe (--listen): ghi địa "
                                  "chỉ và khóa của nút cấp trên",
                                  "--parent %s is where this node itself is to listen (--listen): "
                                  "name the address and key of "
                                  "the node above"},
    [WORD_INIT_PARENT_IS_ANY] =
        {"--parent %s là địa chỉ để nghe, không nối tới được: ghi tên hoặc địa chỉ của máy có nút "
         "cấp trên, ví dụ tcp://10.0.0.1:7464",
         "--parent %s is an address to listen on, and none to connect to: name the machine of the "
         "node above, such as tcp://10.0.0.1:7464"},
    [WORD_INIT_OWN_FOLDERS] =
        {"dịch vụ tonghopd@ chạy với người dùng tonghop và tự tạo các thư mục: bỏ --state và "
         "--run, "
         "hoặc tự chạy tonghopd",
         "the service tonghopd@ runs as the user tonghop and makes its folders itself: leave out "
         "--state and --run, or run tonghopd by yourself"},
    [WORD_INIT_MADE] = {"đã tạo %s, %s (khóa bí mật: đừng đưa cho ai) và %s",
                        "made %s, %s (the secret key: give it to nobody) and %s"},
    [WORD_INIT_ENROL_THERE] =
        {"%d. ở nút cấp trên (%s), nhờ người quản trị chạy dòng vừa in ra, thêm --node TÊN nếu máy "
         "đó "
         "có nhiều nút",
         "%d. at the node above (%s), have its administrator run the line just printed, with "
         "--node NAME if that machine has several"},
    [WORD_INIT_IS_ROOT] = {"%d. nút này ở trên cùng: không cần ai đăng ký nó",
                           "%d. this node is the root: nobody has to enrol it"},
    [WORD_INIT_START] = {"%d. khởi động: %s", "%d. start it: %s"},
    [WORD_INIT_PUBLISH] = {"%d. công bố danh mục: tonghop %s--node %s catalogue publish DIR",
                           "%d. publish the catalogue: tonghop %s--node %s catalogue publish DIR"},
    [WORD_INIT_THEN] = {"%d. kiểm tra: %s", "%d. check it: %s"},
    [WORD_INIT_BENEATH] =
        {"nút cấp dưới dùng: --parent '%s %s' (thay địa chỉ bằng địa chỉ mà họ thấy)",
         "nodes beneath use: --parent '%s %s' (with the address that they see)"},
    [WORD_INIT_BENEATH_ANY] =
        {"nút cấp dưới dùng: --parent 'tcp://MÁY-NÀY:%s %s' (MÁY-NÀY: tên hoặc địa chỉ mà họ thấy)",
         "nodes beneath use: --parent 'tcp://THIS-MACHINE:%s %s' (its name or address, as they see "
         "it)"},
    /* enrol, keys, revoke */
    [WORD_ROLE_NODE] = {"nút", "node"},
    [WORD_ROLE_REPORTER] = {"bên nộp", "reporter"},
    [WORD_ROLE_READER] = {"người xem", "reader"},
    [WORD_ROLE_ADMIN] = {"quản trị", "admin"},
    [WORD_ROLE_UNKNOWN] = {"không rõ", "unknown"},
    [WORD_KEYS_KEY] = {"Khóa", "Key"},
    [WORD_KEYS_UNIT] = {"Đơn vị", "Unit"},
    [WORD_KEYS_ROLE] = {"Vai trò", "Role"},
    [WORD_KEYS_NAME] = {"Tên", "Name"},
    [WORD_KEYS_STATE] = {"Trạng thái", "State"},
    [WORD_KEYS_CHANGED] = {"Thay đổi lúc", "Changed"},
    [WORD_KEYS_CONNECTED] = {"Đang nối", "Connected"},
    [WORD_KEYS_ENROLLED] = {"đã đăng ký", "enrolled"},
    [WORD_KEYS_REVOKED] = {"đã thu hồi", "revoked"},
    [WORD_KEYS_EMPTY] = {"chưa có khóa nào được đăng ký; xem `tonghop enrol --help`",
                         "no key is enrolled yet; see `tonghop enrol --help`"},
    [WORD_REVOKE_DONE] = {"đã thu hồi khóa %s; nó không còn nối vào được nữa",
                          "revoked key %s; it can connect no more"},
    /* catalogue */
    [WORD_CATALOGUE_FINE] =
        {"danh mục %u không có lỗi: %zu đơn vị, %zu chỉ tiêu, %zu biểu mẫu",
         "catalogue %u is in order: %zu unit{|s}, %zu indicator{|s}, %zu form{|s}"},
    [WORD_CATALOGUE_TOO_LARGE] = {"danh mục có %zu byte, tối đa là %d",
                                  "the catalogue has %zu bytes, "
                                  "at most %d are allowed"},
    [WORD_CATALOGUE_SHOW_WHAT] = {"xem được units, indicators, forms, sections, bodies, "
                                  "measures, calendars, holidays hoặc exceptions, không có “%s”",
                                  "units, indicators, forms, sections, bodies, measures, "
                                  "calendars, holidays or exceptions can be shown, not '%s'"},
    [WORD_CATALOGUE_ACTION] = {"“%s” không phải check, diff, publish, fetch hoặc show",
                               "'%s' is not check, diff, publish, fetch or show"},
    [WORD_CATALOGUE_FETCHED] =
        {"đã ghi %s (%zu byte); ở nút trên cùng, chạy `tonghop catalogue publish` với tệp này",
         "wrote %s (%zu bytes); at the root, run `tonghop catalogue publish` with this file"},
    [WORD_CATALOGUE_CANNOT_WRITE] = {"không ghi được %s: %s", "%s cannot be written: %s"},
    [WORD_CATALOGUE_FILE_EXISTS] = {"tệp đã có; chọn tên khác, hoặc dùng --force để ghi đè",
                                    "it is there already; choose another name, or replace it with "
                                    "--force"},
    [WORD_CATALOGUE_NUMBER] = {"Số", "Number"},
    [WORD_CATALOGUE_TITLE] = {"Tên", "Title"},
    [WORD_CATALOGUE_LEVELS] = {"Cấp", "Levels"},
    [WORD_CATALOGUE_FORMS] = {"Biểu mẫu", "Forms"},
    [WORD_CATALOGUE_INDICATORS] = {"Chỉ tiêu", "Indicators"},
    [WORD_CATALOGUE_UNITS] = {"Đơn vị", "Units"},
    [WORD_COLUMN_ID] = {"Id", "Id"},
    [WORD_COLUMN_NUMBER] = {"Số", "No."},
    [WORD_COLUMN_CODE] = {"Mã", "Code"},
    [WORD_COLUMN_NAME] = {"Tên", "Name"},
    [WORD_COLUMN_LEVEL] = {"Cấp", "Level"},
    [WORD_COLUMN_LEVELS] = {"Cấp báo cáo", "Levels"},
    [WORD_COLUMN_TYPE] = {"Loại", "Type"},
    [WORD_COLUMN_PARENT] = {"Cấp trên", "Parent"},
    [WORD_COLUMN_FROM] = {"Từ ngày", "From"},
    [WORD_COLUMN_TO] = {"Đến ngày", "To"},
    [WORD_COLUMN_SUCCESSORS] = {"Đơn vị kế thừa", "Successors"},
    [WORD_COLUMN_FORM] = {"Biểu mẫu", "Form"},
    [WORD_COLUMN_NATURE] = {"Tính chất", "Nature"},
    [WORD_COLUMN_AGGREGATION] = {"Cách gộp", "Aggregation"},
    [WORD_COLUMN_DECIMALS] = {"Số lẻ", "Decimals"},
    [WORD_COLUMN_MEASURE] = {"Đơn vị tính", "Measure"},
    [WORD_COLUMN_RULE] = {"Công thức", "Rule"},
    [WORD_COLUMN_CHECKS] = {"Điều kiện kiểm tra", "Checks"},
    [WORD_COLUMN_SECTION] = {"Mục", "Section"},
    [WORD_COLUMN_BODY] = {"Cơ quan báo cáo", "Body"},
    [WORD_COLUMN_PART_OF] = {"Thuộc chỉ tiêu", "Part of"},
    [WORD_COLUMN_SIGNED] = {"Có thể âm", "May be negative"},
    [WORD_COLUMN_REQUIRED] = {"Bắt buộc", "Required"},
    [WORD_COLUMN_ENGLISH] = {"Tiếng Anh", "English"},
    [WORD_COLUMN_QUANTITY] = {"Đại lượng", "Quantity"},
    [WORD_COLUMN_FROM_YEAR] = {"Từ năm", "From year"},
    [WORD_COLUMN_S1_FIRST] = {"S1 từ", "S1 from"},
    [WORD_COLUMN_S1_LAST] = {"S1 đến", "S1 to"},
    [WORD_COLUMN_S2_FIRST] = {"S2 từ", "S2 from"},
    [WORD_COLUMN_S2_LAST] = {"S2 đến", "S2 to"},
    [WORD_COLUMN_WHAT] = {"Phần", "What"},
    [WORD_COLUMN_FIELD] = {"Thay đổi", "Change"},
    [WORD_COLUMN_BEFORE] = {"Trước", "Before"},
    [WORD_COLUMN_AFTER] = {"Sau", "After"},
    [WORD_DIFF_ADDED] = {"thêm mới", "added"},
    [WORD_DIFF_REMOVED] = {"không còn", "gone"},
    [WORD_DIFF_CATALOGUE] = {"danh mục", "catalogue"},
    [WORD_DIFF_CALENDAR] = {"lịch", "calendar"},
    [WORD_DIFF_LEVEL] = {"cấp", "level"},
    [WORD_DIFF_TYPE] = {"loại đơn vị", "type"},
    [WORD_DIFF_SECTION] = {"mục", "section"},
    [WORD_DIFF_BODY] = {"cơ quan báo cáo", "body"},
    [WORD_DIFF_MEASURE] = {"đơn vị tính", "measure"},
    [WORD_DIFF_FORM] = {"biểu mẫu", "form"},
    [WORD_DIFF_INDICATOR] = {"chỉ tiêu", "indicator"},
    [WORD_DIFF_UNIT] = {"đơn vị", "unit"},
    [WORD_DIFF_SAME] = {"hai danh mục giống hệt nhau", "the two catalogues are the same"},
    [WORD_DIFF_FORMULAS] = {"công thức của %zu chỉ tiêu thay đổi: số liệu của các kỳ trước cũng "
                            "được tính lại theo công thức mới",
                            "the rules of %zu indicator{|s} change: figures of past periods are "
                            "computed anew, too"},
    [WORD_DIFF_NUMBER] = {"danh mục mới mang số %u, danh mục cũ mang số %u: số mới phải lớn hơn",
                          "the new catalogue has number %u, the old one %u: it needs a higher one"},
    [WORD_DIFF_REFUSED] = {"có %zu thay đổi không được phép: không thể công bố danh mục này",
                           "%zu of these changes {is|are} not allowed: this catalogue cannot be "
                           "published"},
    [WORD_COLUMN_ACCEPT] = {"Duyệt", "Accepted"},
    [WORD_NATURE_FLOW] = {"trong kỳ", "flow"},
    [WORD_NATURE_STOCK] = {"cuối kỳ", "stock"},
    [WORD_AGGREGATION_SUM] = {"cộng", "sum"},
    [WORD_AGGREGATION_MAX] = {"lớn nhất", "max"},
    [WORD_AGGREGATION_MIN] = {"nhỏ nhất", "min"},
    [WORD_AGGREGATION_DERIVED] = {"tính ra", "derived"},
    /* verify, backup, restore */
    [WORD_OFFLINE_CLIENT] = {"%s là cấu hình của bên nộp; hãy chạy lệnh này trên máy có nút",
                             "%s is the configuration of a client; run this on the machine of the "
                             "node"},
    [WORD_VERIFY_TEXT_ONLY] = {"chỉ in văn bản, không in được theo --format",
                               "it prints text only, not another --format"},
    [WORD_VERIFY_RESULT] = {"%" PRIu64 " báo cáo, %" PRIu64 " số tổng hợp đang giữ, %" PRIu64
                            " sai khác%s\n",
                            "%" PRIu64 " reports, %" PRIu64 " accumulated figures, %" PRIu64
                            " differences%s\n"},
    [WORD_VERIFY_REBUILDING] = {" (đang tính lại số tổng hợp)", " (totals are being rebuilt)"},
    [WORD_OFFLINE_NO_DAEMON] =
        {"không chạy được tonghopd: %s; nó phải nằm cạnh lệnh tonghop hoặc trong "
         "PATH",
         "tonghopd cannot be run: %s; it has to be beside tonghop or in PATH"},
    [WORD_COLUMN_FILE] = {"Tệp", "File"},
    [WORD_COLUMN_DIGEST] = {"Mã kiểm tra (BLAKE2b)", "Digest (BLAKE2b)"},
    [WORD_COLUMN_ASIDE] = {"Dữ liệu trước đó", "Former data"},
    [WORD_BACKUP_DONE] = {"đã sao lưu và kiểm tra; hãy cất tệp này và %s ở một máy hoặc ổ đĩa khác",
                          "backed up and verified; keep this file, and %s, on another machine or "
                          "disk"},
    [WORD_BACKUP_EXISTS] = {"tệp đó đã có; hãy chọn tên khác, hoặc dùng --force để thay nó",
                            "the file is there already; choose another name, or replace it with "
                            "--force"},
    [WORD_BACKUP_PLACE] =
        {"không đặt được tệp ở đó; hãy nêu một tệp, nằm ngoài thư mục dữ liệu của nút",
         "the file cannot be there; name one outside the data folder of the node"},
    [WORD_BACKUP_MISSING] =
        {"không có thư mục để ghi, hoặc nút này chưa có dữ liệu; `tonghop status` nêu điều này cho "
         "đến khi sao lưu được",
         "the folder to write to is not there, or this node has no data yet; `tonghop status` "
         "tells "
         "that until a backup succeeds"},
    [WORD_BACKUP_FULL] = {"ổ đĩa không đủ chỗ; không có tệp nào được tạo",
                          "there is not enough room on the disk; no file was made"},
    [WORD_BACKUP_DAMAGED] =
        {"dữ liệu của nút bị hỏng hoặc không khớp, nên không có tệp nào được tạo; hãy "
         "chạy `tonghop verify`, rồi khôi phục từ một bản sao lưu tốt",
         "the data of the node is damaged or does not add up, so no file was "
         "made; run `tonghop verify`, then restore a good backup"},
    [WORD_BACKUP_FAILED] = {"không có tệp nào được tạo; lý do nêu ở trên",
                            "no file was made; the reason is above"},
    [WORD_BACKUP_FILE_OR_DIR] = {"hãy nêu FILE, hoặc một thư mục bằng --dir",
                                 "name FILE, or a folder with --dir: one of them"},
    [WORD_BACKUP_KEEP_DIR] = {"--keep đi với --dir, --force đi với FILE",
                              "--keep goes with --dir, --force with FILE"},
    [WORD_BACKUP_REMOVED] = {"đã xóa bản sao lưu cũ %s", "removed the old backup %s"},
    [WORD_BACKUP_NOT_REMOVED] = {"không xóa được bản sao lưu cũ %s: %s",
                                 "cannot remove the old backup %s: %s"},
    [WORD_EXPORT_DONE] =
        {"đã kết xuất; tệp có mọi số liệu và khóa đã đăng ký, không có khóa bí mật của nút",
         "exported; the file has all figures and the enrolled keys, not the node's secret key"},
    [WORD_RESTORE_DONE] = {"đã khôi phục và kiểm tra", "restored and verified"},
    [WORD_RESTORE_ASIDE] = {"dữ liệu trước đó được giữ lại trong %s; báo cáo chỉ có ở đó thì không "
                            "có trong bản khôi phục; khi không cần nữa thì xóa tệp đó",
                            "the former data is kept in %s; reports that only it holds are not in "
                            "what was restored; remove that file when it is not needed"},
    [WORD_RESTORE_START] = {"hãy khởi động nút: `systemctl start tonghopd@%s`",
                            "start the node: `systemctl start tonghopd@%s`"},
    [WORD_RESTORE_PARENT] =
        {"nút sẽ lấy từ cấp trên những gì mới hơn tệp này, rồi mới nhận báo cáo",
         "it fetches what is newer than the file from the node above before "
         "it takes reports in"},
    [WORD_RESTORE_ROOT] = {"nút này không có cấp trên: các nút cấp dưới sẽ gửi lại những gì mới "
                           "hơn tệp này; báo cáo nộp thẳng vào nút này sau đó phải nộp lại",
                           "this node has none above it: the nodes beneath send what is newer "
                           "than the file again; what was filed at this node itself since then "
                           "has to be filed again"},
    [WORD_RESTORE_KEYS] = {"khóa bị thu hồi sau khi tệp được tạo lại có hiệu lực, khóa đăng ký sau "
                           "đó thì không còn; hãy xem bằng `tonghop keys`",
                           "keys that were revoked after the file was made are valid again, and "
                           "those enrolled since are gone; look at `tonghop keys`"},
    [WORD_RESTORE_EXISTS] = {"nút đã có dữ liệu; dùng --replace để cất dữ liệu đó sang một bên và "
                             "thay bằng dữ liệu trong tệp",
                             "the node has data; --replace sets it aside and puts that of the file "
                             "in its place"},
    [WORD_RESTORE_MISSING] = {"không có tệp đó", "there is no such file"},
    [WORD_RESTORE_NO_FILE] = {"đó không phải một tệp; hãy nêu đúng tệp",
                              "that is not a file; name the file itself"},
    [WORD_RESTORE_RUNNING] = {"chưa có gì thay đổi; với dịch vụ: `systemctl stop tonghopd@%s`",
                              "nothing was changed; for the service: `systemctl stop tonghopd@%s`"},
    [WORD_RESTORE_FOREIGN] = {"đó là dữ liệu của đơn vị khác; hãy chọn đúng tệp hoặc đúng --node",
                              "that is the data of another unit; choose the right file or the "
                              "right --node"},
    [WORD_RESTORE_DAMAGED] = {"tệp đó không phải bản sao lưu, hoặc đã hỏng; hãy dùng bản khác",
                              "that file is not a backup, or is damaged; use another one"},
    [WORD_RESTORE_VERSION] = {"tệp đó do một phiên bản khác của chương trình ghi; hãy dùng phiên "
                              "bản đó",
                              "the file was made by another version of the program; use that one"},
    [WORD_RESTORE_FULL] = {"ổ đĩa của nút không đủ chỗ; dữ liệu của nút vẫn như cũ",
                           "there is not enough room on the node's disk; its data is as it was"},
    [WORD_RESTORE_FAILED] = {"không khôi phục được, dữ liệu của nút vẫn như cũ; lý do nêu ở trên",
                             "nothing was restored, the node's data is as it was; the reason is "
                             "above"},
    [WORD_IMPORT_DONE] = {"đã tạo lại dữ liệu, tính lại số tổng hợp và kiểm tra",
                          "the data was made anew, its totals computed and verified"},
    [WORD_IMPORT_MALFORMED] = {"tệp đó không phải do `tonghop export` ghi ra như vậy; dòng và chỗ "
                               "sai nêu ở trên; dữ liệu của nút vẫn như cũ",
                               "the file is not as `tonghop export` wrote it; line and place are "
                               "above; the node's data is as it was"},
    /* values */
    [WORD_VALUE_AT_LEAST] = {"trên %s", "at least %s"},
    [WORD_VALUE_AT_MOST] = {"không quá %s", "at most %s"},
    [WORD_VALUE_ABOUT] = {"khoảng %s", "about %s"},
    [WORD_MARK_PARTIAL] = {"%u báo cáo mới có nửa năm", "%u with half of the year only"},
    [WORD_MARK_IMPLIED] = {"%u suy ra từ số cả năm", "%u derived from the year's figure"},
    [WORD_MARK_NEGATIVE] = {"%u bị âm", "%u below zero"},
    [WORD_MARK_UNEVEN] = {"các số gộp từ %u đến %u báo cáo", "operands made of %u to %u reports"},
    [WORD_MARK_KNOWN] = {"xác định được %u/%u đơn vị", "decided for %u of %u units"},
    [WORD_MARK_EXACT] = {"%u/%u báo cáo có số chính xác", "%u of %u reports are exact"},
    [WORD_MARK_EARLY] = {"%u nộp trước khi hết kỳ", "%u filed before the period ended"},
    [WORD_MARK_BASELINE] = {"%u là số nền từ nguồn khác", "baselines of another source: %u"},
    [WORD_MARK_YEARS] = {"không có số năm %s", "no figure for %s"},
    [WORD_MARK_AS_OF] = {"số của năm %u", "as of %u"},
    [WORD_MARK_THIN] = {"năm %u có %u báo cáo (năm nhiều nhất: %u)",
                        "reports for %u: %u (fullest year: %u)"},
    [WORD_MARK_CHECK] = {"không đạt kiểm tra %s", "fails the check %s"},
    [WORD_UNEQUAL_PREVIOUS] = {"không cùng điều kiện với kỳ trước",
                               "not alike with the period before"},
    [WORD_UNEQUAL_PLAN] = {"không cùng điều kiện với kế hoạch", "not alike with the plan"},
    [WORD_UNEQUAL_CALENDAR] = {"lịch của kỳ khác nhau", "other days in the period"},
    [WORD_UNEQUAL_HALF] = {"thiếu nửa năm", "a half-year is missing"},
    [WORD_UNEQUAL_UNITS] = {"đơn vị báo cáo khác nhau", "other units reported"},
    [WORD_UNEQUAL_EARLY] = {"có số nộp trước khi hết kỳ", "filed before the period ended"},
    [WORD_UNEQUAL_BASELINE] = {"một bên là số nền", "one of the two has baselines"},
    [WORD_UNEQUAL_YEARS] = {"có năm không có số", "figures of years are missing"},
    /* submit, amend, history */
    [WORD_SCOPE_OWN] = {"số của riêng đơn vị", "own"},
    [WORD_SCOPE_WHOLE] = {"số toàn đơn vị", "whole"},
    [WORD_COLUMN_REVISION] = {"Bản", "Revision"},
    [WORD_COLUMN_RESULT] = {"Kết quả", "Result"},
    [WORD_RESULT_ACCEPTED] = {"đã nhận", "accepted"},
    [WORD_RESULT_WAITING] = {"đã nộp, chờ duyệt", "taken in, waiting to be accepted"},
    [WORD_RESULT_UNCHANGED] = {"không đổi", "unchanged"},
    [WORD_RESULT_RETURNED] = {"không đổi, đã bị trả lại", "unchanged, was returned"},
    [WORD_RESULT_REFUSED] = {"bị từ chối", "refused"},
    [WORD_RESULT_UNKNOWN] = {"chưa rõ, hãy chạy lại", "unknown, run it again"},
    [WORD_RESULT_NOT_SENT] = {"chưa gửi", "not sent"},
    [WORD_RESULT_CHECKED] = {"không có lỗi, chưa gửi", "in order, not sent"},
    [WORD_FILING_FIRST] = {"lần nộp đầu, %zu số liệu", "first filing, %zu figure{|s}"},
    [WORD_FILING_BASE] = {"thay cho bản %llu", "replaces revision %llu"},
    [WORD_FILING_UNCHANGED] = {"không đổi so với bản %llu", "unchanged since revision %llu"},
    [WORD_FILING_ANSWERS] = {"số liệu như cũ, để trả lời việc trả lại bản %llu",
                             "the same figures, which answer the return of revision %llu"},
    [WORD_FILING_STAYS_RETURNED] = {"không đổi so với bản %llu, bản đã bị trả lại",
                                    "unchanged since revision %llu, which was returned"},
    [WORD_FILING_ALONE] =
        {"sửa số liệu; nếu số liệu đúng thì nộp riêng biểu này của đơn vị này, kèm --reason",
         "correct it, or submit this form of this unit alone with --reason if it is right"},
    [WORD_FILING_SAME] = {"số liệu không đổi", "the figures are the same"},
    [WORD_FILING_WITHDRAWS] = {"rút báo cáo", "takes the report back"},
    [WORD_FILING_RESTORES] = {"nộp lại báo cáo đã rút", "files again what was taken back"},
    [WORD_FILING_NOT_SAFE] = {"nút này đã giữ báo cáo, nhưng nút cấp trên chưa xác nhận; báo cáo "
                              "sẽ tự được gửi lên khi nối được",
                              "the report is held here, but the node above has not acknowledged it "
                              "yet; it is sent by itself once there is a link"},
    [WORD_FILING_NO_PARENT] =
        {"báo cáo đã nằm trên đĩa của nút này, nhưng không có nút cấp trên nào "
         "giữ thêm một bản: hãy sao lưu nút này (tonghop backup)",
         "the report is on the disk of this node, but there is no node above to "
         "hold it too: it is as safe as that disk and its backups (tonghop "
         "backup)"},
    [WORD_FILING_REPLACED] = {"trong lúc chờ, bản %" PRIu64
                              " của %s, biểu %s, đã thay báo cáo vừa nộp: "
                              "xem tonghop history, rồi nộp lại nếu cần",
                              "while it waited, revision %" PRIu64
                              " of %s, form %s, took the place of "
                              "what was filed: see 'tonghop history', and file again if need be"},
    [WORD_FILING_BAD_TEXT] = {"%s phải là văn bản thường, tối đa %zu byte",
                              "%s has to be plain text of at most %zu bytes"},
    [WORD_FILING_NOTE_NEEDED] = {"--accept-warnings cần một ghi chú: vì sao số liệu vẫn đúng",
                                 "--accept-warnings needs a note: why the figures are right"},
    [WORD_WARNINGS_FOUND] =
        {"có %zu cảnh báo, chưa nộp gì; hãy sửa lại, hoặc nếu số liệu đúng thì "
         "chạy lại với --accept-warnings \"GHI CHÚ\"",
         "%zu warning{|s}; nothing was filed: correct the figures, or, if they are "
         "right, run it again with --accept-warnings \"NOTE\""},
    [WORD_SUBMIT_ONE_SOURCE] = {"cần đúng một trong ba: TỆP, --nil BIỂU-MẪU, --withdraw BIỂU-MẪU",
                                "exactly one of FILE, --nil FORM and --withdraw FORM is needed"},
    [WORD_SUBMIT_SOURCE_OF_WHOLE] =
        {"chỉ báo cáo số toàn đơn vị mới ghi nguồn: thêm --scope whole, hoặc bỏ --source",
         "only a whole report states a source: add --scope whole, or leave --source out"},
    [WORD_SUBMIT_NEEDED_COLUMNS] = {"“chỉ tiêu” và “số liệu”", "indicator and value"},
    [WORD_AMEND_VALUE_OR_REMOVE] = {"cần số liệu mới, hoặc chỉ --remove",
                                    "either a new value or --remove alone is needed"},
    [WORD_AMEND_NO_REPORT] = {"chưa có báo cáo “%s” để sửa; hãy nộp bằng `tonghop submit`",
                              "there is no report '%s' to amend; file it with `tonghop submit`"},
    [WORD_AMEND_NO_CELL] = {"báo cáo đang có không có số liệu %s",
                            "the report that is held has no figure %s"},
    [WORD_CELLS_WHOLE_REPORT] = {"(toàn báo cáo)", "(the whole report)"},
    [WORD_HISTORY_EMPTY] =
        {"chưa có báo cáo nào của %s %s, kỳ %s%s: xem ai đã nộp: tonghop coverage --period %s%s",
         "nothing was filed by %s %s for %s%s: see who has filed: tonghop coverage "
         "--period %s%s"},
    [WORD_COLUMN_COUNTS] = {"Được tính", "Counts"},
    [WORD_COLUMN_SAFE] = {"An toàn", "Safe"},
    [WORD_COLUMN_HELD_BY] = {"Đã có ở", "Held at"},
    [WORD_COLUMN_SCOPE] = {"Phạm vi", "Scope"},
    [WORD_COLUMN_CELLS] = {"Số liệu", "Figures"},
    [WORD_COLUMN_WITHDRAWN] = {"Đã rút", "Withdrawn"},
    [WORD_COLUMN_RECORDED_BY] = {"Ghi nhận từ", "Recorded by"},
    [WORD_COLUMN_SOURCE] = {"Nguồn số liệu", "Source"},
    [WORD_COLUMN_REASON] = {"Lý do", "Reason"},
    /* totals, coverage, explain */
    [WORD_PERIOD_BAD] = {"--period phải có dạng 2024-S1, 2024-S2 hoặc 2024",
                         "--period has to be like 2024-S1, 2024-S2 or 2024"},
    [WORD_TOTALS_CATALOGUE] = {" (danh mục %u)", " (catalogue %u)"},
    [WORD_COLUMN_FIGURE] = {"Số liệu", "Figure"},
    [WORD_TOTALS_PERIOD] = {"cần --period KỲ, hoặc --from NĂM --to NĂM",
                            "--period PERIOD is needed, or --from YEAR --to YEAR"},
    [WORD_TOTALS_PERIOD_EXTRA] =
        {"thừa --period hoặc --from, --to: chỉ nêu một kỳ (--period) hoặc một giai đoạn (--from, "
         "--to)",
         "--period or --from and --to is too much: either one period or one span of years"},
    [WORD_TOTALS_PLAN_ITSELF] =
        {"--kind plan là số kế hoạch, không so với chính nó được: bỏ --kind hoặc --compare plan",
         "--kind plan is the plan, which is not compared with itself: leave out --kind or "
         "--compare plan"},
    [WORD_TOTALS_TWICE] = {"%s có “%s” hai lần", "%s has '%s' twice"},
    [WORD_TOTALS_NO_SUCH] = {"không có chỉ tiêu nào vừa thuộc mục “%s” vừa do “%s” báo cáo",
                             "no indicator is both in section '%s' and reported by '%s'"},
    [WORD_COLUMN_PLAN] = {"Kế hoạch", "Plan"},
    [WORD_COLUMN_DONE] = {"Đạt", "Done"},
    [WORD_COLUMN_CHANGE] = {"Tăng/giảm", "Change"},
    [WORD_COLUMN_UNIT_COUNT] = {"Báo cáo", "Reports"},
    [WORD_COLUMN_MARKS] = {"Ghi chú", "Notes"},
    [WORD_COLUMN_PERIOD] = {"Kỳ", "Period"},
    [WORD_COLUMN_RECEIVED] = {"Nhận lúc", "Received"},
    [WORD_COLUMN_AUTHOR] = {"Người lập", "Author"},
    [WORD_COLUMN_TIMELY] = {"Đúng hạn", "In time"},
    [WORD_COLUMN_FILED] = {"Nộp lần đầu", "First filed"},
    [WORD_COLUMN_MET_BY] = {"Nộp bằng", "Met by"},
    [WORD_COLUMN_COVERED_BY] = {"Gộp trong", "Covered by"},
    [WORD_EXPLAIN_COVERED] = {"không cộng: đã có trong số toàn đơn vị",
                              "not added: it is in the whole figure above"},
    [WORD_EXPLAIN_NOT_COUNTED] = {"chưa được tính: chờ duyệt hoặc bị trả lại",
                                  "not counted: waiting or returned"},
    [WORD_EXPLAIN_LONE_HALF] = {"không cộng: mới có số toàn đơn vị của nửa năm, số cả năm lấy từ "
                                "cấp dưới",
                                "not added: whole for half of the year only, and the year comes "
                                "from beneath"},
    [WORD_EXPLAIN_SOURCE] = {"số nền, nguồn: %s", "baseline, source: %s"},
    [WORD_EXPLAIN_REVISION] = {"bản đang giữ", "held revision"},
    [WORD_EXPLAIN_SINCE] = {"Từ %s: %s", "Since %s: %s"},
    [WORD_EXPLAIN_UNCHANGED] = {"Không có gì thay đổi từ %s", "Nothing changed since %s"},
    [WORD_EXPLAIN_COUNTS] = {"được tính", "counts"},
    [WORD_EXPLAIN_PART] = {"tính từ", "computed from"},
    [WORD_EXPLAIN_WITHOUT] = {"đã báo cáo, không có số này", "filed without this figure"},
    [WORD_EXPLAIN_WITHOUT_COUNT] = {", %u đã báo cáo mà không có số này",
                                    "; filed without this figure: %u"},
    [WORD_EXPLAIN_COVERAGE] = {"%u đơn vị phải nộp, %u chưa có số trong tổng",
                               "units that owe it: %u; missing from the total: %u"},
    [WORD_EXPLAIN_PASSES] = {"được tính", "counted"},
    [WORD_EXPLAIN_FAILS] = {"không được tính", "not counted"},
    [WORD_EXPLAIN_UNDECIDED] = {"chưa xác định được (thiếu số hoặc số không chính xác)",
                                "undecided (a figure is missing or not exact)"},
    [WORD_COLUMN_CONDITION] = {"Điều kiện", "Condition"},
    [WORD_TOTALS_LONE_HALVES] =
        {"%u báo cáo nửa năm có số toàn đơn vị không được tính vào số cả năm, vì số cả năm lấy từ "
         "cấp dưới: hãy nộp số toàn đơn vị cho nửa năm còn lại hoặc cho cả năm; xem bằng `tonghop "
         "explain`",
         "whole reports of a half that are not part of this year, which comes from beneath: %u; "
         "file the other half or the year as whole; `tonghop explain` names them"},
    [WORD_TOTALS_UNRANKED] = {"%u đơn vị không có số này nên không được xếp hạng",
                              "units without the figure are not ranked: %u"},
    [WORD_TOTALS_NO_ROWS] = {"--by %s: không có đơn vị nào như vậy trực thuộc %s",
                             "--by %s: there is no such unit beneath %s"},
    [WORD_EXPLAIN_BRIEF] =
        {"báo cáo của các đơn vị cấp dưới: xem từng năm bằng --period, hoặc tất cả bằng --reports",
         "for the reports further down, explain one year with --period, or all with --reports"},
    [WORD_EXPLAIN_SINCE_ALONE] =
        {"--since xem thay đổi, --reports và --revisions xem thành phần: chỉ chọn một",
         "--since tells what changed, --reports and --revisions what it is made of: choose one"},
    [WORD_TOTALS_SPLIT_YEAR] =
        {"trong năm có đơn vị được chuyển đến: báo cáo đã nộp ở nơi cũ không có ở đây; số đầy đủ "
         "nằm ở nút cấp trên",
         "units moved here in this year: what they filed elsewhere before is not here; the node "
         "above has all of it"},
    /* quarantine */
    [WORD_COLUMN_SIZE] = {"Số byte", "Bytes"},
    [WORD_QUARANTINE_EMPTY] = {"không có thông điệp nào bị cách ly", "nothing is in quarantine"},
    [WORD_QUARANTINE_CLEARED_ONE] = {"đã xóa thông điệp bị cách ly số %lld",
                                     "deleted message %lld in quarantine"},
    [WORD_QUARANTINE_NO_REPORT] =
        {"thông điệp %lld không mở được như một báo cáo: %u byte, bị cách ly vì: %s",
         "message %lld does not open as a report: %u bytes, in quarantine because: %s"},
    [WORD_QUARANTINE_FILE_AGAIN] =
        {"nếu cần nộp lại số liệu này: `%s` tại nút của đơn vị đó (TỆP là kết quả in với --format "
         "csv)",
         "to file these figures again, if need be, at the node of that unit: `%s` (FILE is what "
         "--format csv prints)"},
    [WORD_QUARANTINE_FILE_EMPTY_AGAIN] = {"nếu cần nộp lại, tại nút của đơn vị đó: `%s`",
                                          "to file it again, if need be, at the node of that unit: "
                                          "`%s`"},
    [WORD_QUARANTINE_FILE] = {"TỆP", "FILE"},
    [WORD_COLUMN_KEPT] = {"Được giữ", "Kept"},
    [WORD_COLUMN_WHY_THERE] = {"Bị cách ly vì", "In quarantine"},
    [WORD_COLUMN_KIND] = {"Loại số liệu", "Kind"},
    [WORD_KIND_ACTUAL] = {"thực hiện", "actual"},
    [WORD_KIND_PLAN] = {"kế hoạch", "plan"},
    /* rekey */
    [WORD_REKEY_CANNOT_WRITE] = {"không ghi được %s: %s; sửa xong thì chạy lại lệnh này",
                                 "%s cannot be written: %s; mend that and run the command again"},
    [WORD_REKEY_NOT_PREPARED] = {"chưa có khóa mới (%s): hãy chạy `tonghop rekey` trước",
                                 "there is no new key yet (%s): run `tonghop rekey` first"},
    [WORD_REKEY_NO_UNIT] = {"cấu hình không nêu đơn vị: thêm `unit = ID` vào [client]",
                            "the configuration names no unit: add `unit = ID` to [client]"},
    [WORD_REKEY_PREPARED] =
        {"khóa mới là %s (bí mật: đừng đưa cho ai), khóa công khai của nó là %s; %s vẫn đang được "
         "dùng",
         "the new key is %s (secret: give it to nobody), its public key %s; %s is still in use"},
    [WORD_REKEY_REPLACE] =
        {"%d. ở nút cấp trên, nhờ người quản trị chạy hai dòng vừa in ra; từ lúc đó đến khi nút "
         "này khởi động lại với khóa mới, báo cáo nó nhận được chờ ở đây",
         "%d. at the node above, have its administrator run the two lines just printed; from then "
         "until this node is restarted with the new key, what it takes in waits here"},
    [WORD_REKEY_COMMIT] = {"%d. rồi ở đây: %s rekey --commit", "%d. then, here: %s rekey --commit"},
    [WORD_REKEY_COMMITTED] = {"%s là khóa mới; khóa cũ được giữ ở %s",
                              "%s is the new key; the old one is kept as %s"},
    [WORD_REKEY_DONE] = {"%s đã được thay từ lần chạy trước; muốn thay lần nữa thì chạy `tonghop "
                         "rekey` trước",
                         "%s was replaced by an earlier run; to replace it once more, run `tonghop "
                         "rekey` first"},
    [WORD_REKEY_RESTART] = {"%d. khởi động lại nút: %s", "%d. restart the node: %s"},
    [WORD_REKEY_BY_HAND] = {"dừng rồi chạy lại tonghopd", "stop tonghopd and start it again"},
    [WORD_REKEY_BENEATH] =
        {"%d. ở mỗi nút và bên nộp cấp dưới: ghi `key = %s` vào [parent] hoặc [client], và nạp lại "
         "nút (systemctl reload, SIGHUP); chưa ghi thì chưa nối được, báo cáo chờ ở đó",
         "%d. at each node and client beneath: put `key = %s` into [parent] or [client], and "
         "reload the node (systemctl reload, SIGHUP); until then it is not linked, and its reports "
         "wait there"},
    [WORD_REKEY_CHECK] = {"%d. kiểm tra: %s status; khi đã ổn thì xóa %s",
                          "%d. check it: %s status; when all is well, remove %s"},
    /* figures in sentences */
    [WORD_SPOKEN_AT_LEAST] = {"trên %s", "over %s"},
    [WORD_SPOKEN_AT_MOST] = {"gần %s", "nearly %s"},
    [WORD_SPOKEN_FROM] = {"từ %s trở lên", "at least %s"},
    [WORD_SPOKEN_FROM_TO] = {"từ %s đến %s", "%s to %s"},
    [WORD_SPOKEN_ORDER] = {"hàng %s", "%s"},
    [WORD_SPOKEN_ORDER_OF] = {"hàng %s", "%s of"},
    [WORD_SCALE_THOUSAND] = {"nghìn", "thousand"},
    [WORD_SCALE_MILLION] = {"triệu", "million"},
    [WORD_SCALE_BILLION] = {"tỷ", "billion"},
    [WORD_MAGNITUDE_FIRST] = {"chục", "tens"},
    [WORD_MAGNITUDE_2] = {"trăm", "hundreds"},
    [WORD_MAGNITUDE_3] = {"nghìn", "thousands"},
    [WORD_MAGNITUDE_4] = {"chục nghìn", "tens of thousands"},
    [WORD_MAGNITUDE_5] = {"trăm nghìn", "hundreds of thousands"},
    [WORD_MAGNITUDE_6] = {"triệu", "millions"},
    [WORD_MAGNITUDE_7] = {"chục triệu", "tens of millions"},
    [WORD_MAGNITUDE_8] = {"trăm triệu", "hundreds of millions"},
    [WORD_MAGNITUDE_9] = {"tỷ", "billions"},
    [WORD_MAGNITUDE_10] = {"chục tỷ", "tens of billions"},
    [WORD_MAGNITUDE_11] = {"trăm tỷ", "hundreds of billions"},
    [WORD_MAGNITUDE_12] = {"nghìn tỷ", "trillions"},
    [WORD_MAGNITUDE_13] = {"chục nghìn tỷ", "tens of trillions"},
    [WORD_MAGNITUDE_LAST] = {"trăm nghìn tỷ", "hundreds of trillions"},
    [WORD_CHANGE_UP] = {"tăng %s", "up %s"},
    [WORD_CHANGE_DOWN] = {"giảm %s", "down %s"},
    [WORD_CHANGE_NONE] = {"không đổi", "unchanged"},
    [WORD_CHANGE_ABOUT_NONE] = {"gần như không đổi", "about unchanged"},
    [WORD_CHANGE_NOT_UP] = {"không tăng", "not up"},
    [WORD_CHANGE_NOT_DOWN] = {"không giảm", "not down"},
    [WORD_CHANGE_UP_OR_DOWN] = {"tăng, hoặc giảm không quá %s", "up, or down by at most %s"},
    [WORD_CHANGE_DOWN_OR_UP] = {"giảm, hoặc tăng không quá %s", "down, or up by at most %s"},
    [WORD_CHANGE_UNCERTAIN] = {"thay đổi khoảng từ %s đến +%s", "changed by about %s to +%s"},
    /* phrase */
    [WORD_PHRASE_PERIOD_BAD] = {"kỳ báo cáo ghi như 2024-S1, 2024-S2, 2024 hoặc 2009..2019",
                                "write the period as 2024-S1, 2024-S2, 2024 or 2009..2019"},
    [WORD_PHRASE_ERRORS] = {"có %zu lỗi, chưa in gì", "%zu error{|s}; nothing was printed"},
    [WORD_PHRASE_MISSING] = {"{%s} của %s %s, kỳ %s, chưa có số liệu: đã in %s",
                             "{%s} of %s %s, %s, has no value: %s was printed"},
    [WORD_PHRASE_MARKS] = {"{%s} của %s %s, kỳ %s: %s", "{%s} of %s %s, %s: %s"},
    [WORD_PHRASE_NO_SPANS] =
        {"nút này chưa biết cộng nhiều năm: nâng cấp nút, hoặc chỉ hỏi từng năm",
         "this node cannot add up spans of years: bring it to this version, or "
         "ask for single years"},
    [WORD_PHRASE_OTHER_UNITS] = {"hai số liệu được so sánh gộp từ những đơn vị khác nhau",
                                 "the two figures compared are made of different units"},
    [WORD_PHRASE_OTHER_DAYS] = {"hai kỳ được so sánh tính theo những ngày khác nhau",
                                "the two periods compared have other days"},
    [WORD_PHRASE_NO_DIRECTION] = {"không biết chắc là tăng hay giảm",
                                  "whether it rose or fell is not certain"},
    [WORD_PHRASE_NO_DIRECTION_DASH] = {"không biết chắc là tăng hay giảm: đã in –",
                                       "whether it rose or fell is not certain: – was printed"},
    [WORD_PERIOD_YEAR] = {"năm %u", "%u"},
    [WORD_PERIOD_S1] = {"6 tháng đầu năm %u", "the first half of %u"},
    [WORD_PERIOD_S2] = {"6 tháng cuối năm %u", "the second half of %u"},
    [WORD_PERIOD_SPAN] = {"giai đoạn %u–%u", "%u–%u"},
};

const char *words(bool is_english, enum word id)
{
    assert(id < WORD_COUNT);
    static const struct words_pair *const tables[] = {table,          words_status, words_edition,
                                                      words_coverage, words_notice, words_mark};
    const struct words_pair *pair = &tables[0][id];
    for (size_t i = 1; i < sizeof(tables) / sizeof(tables[0]) && pair->vi == NULL; i++)
        pair = &tables[i][id];
    const char *text = is_english ? pair->en : pair->vi;
    assert(text != NULL);
    return text;
}

const char *words_name(bool is_english, const char *vi, const char *en)
{
    return is_english && en[0] != '\0' ? en : vi;
}

static bool language_of(const char *text, bool *ret_is_english)
{
    bool is_english = strcmp(text, "en") == 0;
    if (!is_english && strcmp(text, "vi") != 0)
        return false;
    *ret_is_english = is_english;
    return true;
}

bool words_choose(const char *option, bool *ret_is_english)
{
    static const char *const locale_names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    const char *text = getenv("TONGHOP_LANG");

    if (option != NULL)
        return language_of(option, ret_is_english);
    if (text != NULL && language_of(text, ret_is_english))
        return true;
    *ret_is_english = true;
    for (size_t i = 0; i < sizeof(locale_names) / sizeof(locale_names[0]); i++) {
        text = getenv(locale_names[i]);
        if (text == NULL || text[0] == '\0')
            continue;
        *ret_is_english = strncmp(text, "vi", 2) != 0;
        break;
    }
    return true;
}
