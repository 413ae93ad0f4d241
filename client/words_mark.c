/* What `tonghop accept`, `return` and `history` say of decisions, and of what waits for one; part
 * of the table of words.c. */
#include "client/words_table.h"

const struct words_pair words_mark[WORD_COUNT] = {
    [WORD_HISTORY_RETURNED] = {"trả lại bởi %s, %s, %s", "returned by %s, %s, %s"},
    [WORD_HISTORY_ACCEPTED] = {"duyệt bởi %s, %s, %s", "accepted by %s, %s, %s"},
    [WORD_MARK_WHICH_FORM] = {"đơn vị đã nộp nhiều biểu mẫu; hãy chọn một:",
                              "the unit has filed several forms; choose one:"},
    [WORD_MARK_NO_INDICATOR] = {"không có chỉ tiêu “%s”: xem `tonghop catalogue show indicators`",
                                "no indicator '%s': see 'tonghop catalogue show indicators'"},
    [WORD_MARK_MANY_CELLS] = {"nhiều nhất %d chỉ tiêu; nhiều hơn thì nêu trong --reason",
                              "at most %d cells; say the others in --reason"},
    [WORD_HISTORY_ANSWERS] = {"trả lời bản %llu đã bị trả lại",
                              "answers revision %llu, which was returned"},
    [WORD_COLUMN_WAITING] = {"Chờ duyệt", "Waiting"},
    [WORD_TOTALS_WAITING_NOT_KNOWN] = {"nút này chưa biết cho xem số chờ duyệt: nâng cấp nút",
                                       "this node does not tell what waits: bring it to this "
                                       "version"},
};
