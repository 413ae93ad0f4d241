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
};
