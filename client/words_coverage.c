/* What `tonghop coverage` says, and the parts of a catalogue that say who owes what; part of the
 * table of words.c. */
#include "client/words_table.h"

const struct words_pair words_coverage[WORD_COUNT] = {
    [WORD_COLUMN_DUE] = {"Cấp phải nộp", "Due from"},
    [WORD_COLUMN_DUE_TYPES] = {"Loại phải nộp", "Types"},
    [WORD_COLUMN_DUE_PERIODS] = {"Kỳ phải nộp", "Periods"},
    [WORD_COLUMN_FIRST] = {"Ngày đầu", "First day"},
    [WORD_COLUMN_LAST] = {"Ngày cuối", "Last day"},
    [WORD_COLUMN_WORKING] = {"Làm bù", "Worked"},
    [WORD_DIFF_HOLIDAY] = {"ngày nghỉ", "holiday"},
    [WORD_DIFF_EXCEPTION] = {"ngoại lệ", "exception"},
    [WORD_COVERAGE_MISSING] = {"chưa nộp", "missing"},
    [WORD_COVERAGE_WAITING] = {"chờ duyệt", "waiting"},
    [WORD_COVERAGE_ACCEPTED] = {"đã nhận", "accepted"},
    [WORD_COVERAGE_RETURNED] = {"bị trả lại", "returned"},
    [WORD_COVERAGE_COVERED] = {"đã có số toàn đơn vị", "covered"},
    [WORD_COVERAGE_EARLY] = {"sớm", "early"},
    [WORD_COVERAGE_ON_TIME] = {"đúng hạn", "on time"},
    [WORD_COVERAGE_LATE] = {"muộn", "late"},
    [WORD_COVERAGE_SUMMARY] =
        {"phải nộp %u: đã nộp %u, đã nhận %u, đã có số toàn đơn vị %u, nộp muộn %u",
         "%u due: %u filed, %u accepted, %u covered, %u late"},
    [WORD_COVERAGE_COMPLETE] = {"không thiếu đơn vị nào", "nobody is missing"},
    [WORD_COVERAGE_MORE] =
        {"chưa nộp %u; trong số đã nộp: chờ duyệt %u, bị trả lại %u, sớm %u, đúng hạn %u, không "
         "có hạn %u, không có số liệu %u; được miễn %u",
         "%u missing; of those filed %u waiting, %u returned, %u early, %u on time, %u without a "
         "deadline, %u nil; %u not obliged"},
    [WORD_COVERAGE_NOT_OBLIGED] = {"được miễn", "not obliged"},
    [WORD_COLUMN_COUNT_DUE] = {"Phải nộp", "Due"},
    [WORD_COLUMN_COUNT_FILED] = {"Đã nộp", "Filed"},
    [WORD_COLUMN_COUNT_COVERED] = {"Số toàn đơn vị", "Covered"},
    [WORD_COLUMN_COUNT_MISSING] = {"Chưa nộp", "Missing"},
    [WORD_COLUMN_COUNT_ACCEPTED] = {"Đã nhận", "Accepted"},
    [WORD_COLUMN_COUNT_WAITING] = {"Chờ duyệt", "Waiting"},
    [WORD_COLUMN_COUNT_RETURNED] = {"Trả lại", "Returned"},
    [WORD_COLUMN_COUNT_EARLY] = {"Sớm", "Early"},
    [WORD_COLUMN_COUNT_ON_TIME] = {"Đúng hạn", "On time"},
    [WORD_COLUMN_COUNT_LATE] = {"Muộn", "Late"},
    [WORD_COLUMN_COUNT_UNTIMED] = {"Không có hạn", "No deadline"},
    [WORD_COLUMN_COUNT_NIL] = {"Không số liệu", "Nil"},
    [WORD_COLUMN_COUNT_NOT_OBLIGED] = {"Được miễn", "Not obliged"},
    [WORD_COVERAGE_UNTIL] = {"Đến ngày", "Until"},
    [WORD_COVERAGE_TOTAL] = {"Cộng", "Total"},
    [WORD_COVERAGE_ONE_VIEW] = {"chỉ dùng một trong --missing, --state, --by và --trend",
                                "give one of --missing, --state, --by and --trend"},
    [WORD_COVERAGE_BY] = {"--by phải là child, không phải “%s”", "--by has to be child, not '%s'"},
    [WORD_COVERAGE_TREND] = {"--trend phải là số từ 1 đến %d, không phải “%s”",
                             "--trend has to be a number from 1 to %d, not '%s'"},
    [WORD_COVERAGE_OLD_NODE] =
        {"nút này chạy phiên bản cũ, không trả lời được câu hỏi đó: hãy nâng cấp nút",
         "this node is of an earlier version, which cannot answer that: upgrade the node"},
};
