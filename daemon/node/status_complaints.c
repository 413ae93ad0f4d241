/* What needs a person, each with what to do. Silence means all is well. */
#include <inttypes.h>
#include <stdlib.h>

#include "core/mem.h"
#include "node/status.h"

void status_complain(struct complaints *complaints, char *text)
{
    if (complaints->count < STATUS_PROBLEMS_MAX)
        complaints->texts[complaints->count++] = text;
    else
        free(text); /* the first ones are enough to be going on with */
}

void status_complain_lasting(struct complaints *complaints, char *text)
{
    size_t count = complaints->count;
    status_complain(complaints, text);
    complaints->lasting += complaints->count - count;
}

void status_complaints_fini(struct complaints *complaints)
{
    for (size_t i = 0; i < complaints->count; i++)
        free(complaints->texts[i]);
    complaints->count = 0;
}

static void complain_of_catalogue(struct step *step, struct complaints *complaints)
{
    const struct node *node = step->node;
    char *heard = node_heard_text(step);
    if (heard != NULL)
        status_complain(complaints, heard);
    if (node->catalogue == NULL && node->options.has_parent)
        status_complain(complaints,
                        mem_strdup(STEP_WORDS(step,
                                              "no catalogue yet: it comes with the link to the "
                                              "node above",
                                              "chưa có danh mục: danh mục đến khi nối được với nút "
                                              "cấp trên")));
    else if (node->catalogue == NULL)
        status_complain_lasting(
            complaints,
            mem_strdup(STEP_WORDS(step, "no catalogue yet: run 'tonghop catalogue publish DIR'",
                                  "chưa có danh mục: chạy `tonghop catalogue publish THƯ-MỤC`")));
    else if (catalogue_unit(node->catalogue, node->options.unit) == NULL)
        status_complain_lasting(complaints,
                                mem_printf(STEP_WORDS(step,
                                                      "the catalogue has no unit %" PRIu32
                                                      ": correct 'unit' in the configuration",
                                                      "danh mục không có đơn vị %" PRIu32
                                                      ": sửa 'unit' trong tệp cấu hình"),
                                           node->options.unit));
    if (node->catalogue != NULL && node->uplink.catalogue > node->catalogue->number)
        status_complain(
            complaints,
            mem_printf(STEP_WORDS(step,
                                  "catalogue %" PRIu32 " of the node above is not in force "
                                  "here yet: wait; if that stays, see the log",
                                  "danh mục %" PRIu32 " của nút cấp trên chưa có hiệu lực ở "
                                  "đây: chờ; nếu kéo dài, xem nhật ký"),
                       node->uplink.catalogue));
}

static void complain_of_contact(struct step *step, struct complaints *complaints)
{
    complaints->count += contact_problems(step, complaints->texts + complaints->count,
                                          STATUS_PROBLEMS_MAX / 2, &complaints->lasting);
}

static void complain_of_quarantine(struct step *step, const Tonghop__Status *status,
                                   struct complaints *complaints)
{
    struct alarm alarm = {0};
    if (status->quarantine_count > 0)
        status_complain_lasting(
            complaints, mem_printf(STEP_WORDS(step,
                                              "%" PRIu64 " in quarantine: see "
                                              "'tonghop quarantine', and 'tonghop quarantine "
                                              "--clear' when they are dealt with (what "
                                              "is kept: '--clear NUMBER')",
                                              "%" PRIu64 " mục bị cách ly: xem "
                                              "`tonghop quarantine`; xử lý xong thì `tonghop "
                                              "quarantine --clear` (báo cáo được giữ: "
                                              "`--clear SỐ`)"),
                                   status->quarantine_count));
    if (status->alarm_count > 0 && store_next_alarm(step->txn, &alarm))
        status_complain(complaints,
                        mem_printf(STEP_WORDS(step,
                                              "%s; 'tonghop quarantine --clear' ends an "
                                              "alarm that nobody can settle any more",
                                              "%s; `tonghop quarantine --clear` kết thúc "
                                              "báo động không còn ai xử lý được"),
                                   alarm.text));
}

static void complain_of_store(struct step *step, const Tonghop__Status *status,
                              struct complaints *complaints)
{
    if (store_is_removed(step->node->store))
        status_complain_lasting(
            complaints,
            mem_strdup(STEP_WORDS(step,
                                  "the data file was moved or removed from the state folder, and "
                                  "nothing is taken in: put it "
                                  "back; or, when nothing is left to be sent, stop and restore a "
                                  "backup; without one see "
                                  "'Replacing a burnt disk' in OPERATING.md",
                                  "tệp dữ liệu đã bị chuyển hoặc xóa khỏi thư mục dữ liệu, nút "
                                  "không nhận gì nữa: đặt lại tệp "
                                  "vào chỗ cũ; hoặc, khi không còn gì chờ gửi, dừng nút rồi khôi "
                                  "phục từ bản sao lưu; nếu "
                                  "không có, xem 'Replacing a burnt disk' trong OPERATING.md")));
    if (store_is_damaged(step->node->store))
        status_complain_lasting(
            complaints,
            mem_strdup(STEP_WORDS(step,
                                  "the data file is damaged: see the log and 'tonghop "
                                  "verify', and restore a backup",
                                  "tệp dữ liệu bị hỏng: xem nhật ký và `tonghop verify`, rồi "
                                  "khôi phục từ bản sao lưu")));
    if (store_has_room(step->node->store)) {
        if (store_is_disk_full(step->node->store))
            status_complain(
                complaints,
                mem_strdup(STEP_WORDS(step,
                                      "the disk is full, and reserve_mib keeps nothing back: make "
                                      "room, or the node ends again and again",
                                      "đĩa đã đầy mà reserve_mib không giữ lại chỗ nào: giải phóng "
                                      "chỗ, nếu không nút sẽ dừng nhiều lần")));
        return;
    }
    if (status->disk_free_bytes >= status->disk_reserve_bytes)
        status_complain_lasting(
            complaints,
            mem_printf(STEP_WORDS(step,
                                  "the data file is nearly as large as it may get (%" PRIu64
                                  " MiB): nothing is taken in until map_size_mib is raised and "
                                  "the node restarted",
                                  "tệp dữ liệu gần đạt mức tối đa (%" PRIu64 " MiB): chưa nhận báo "
                                  "cáo cho đến khi tăng map_size_mib và khởi động lại nút"),
                       status->map_bytes >> 20));
    else
        status_complain(complaints, mem_printf(STEP_WORDS(step,
                                                          "%" PRIu64 " MiB left on the disk: "
                                                          "nothing is taken in until there is room",
                                                          "đĩa chỉ còn %" PRIu64 " MiB: chưa nhận "
                                                          "báo cáo cho đến khi có chỗ trống"),
                                               status->disk_free_bytes >> 20));
}

void status_find_complaints(struct step *step, const Tonghop__Status *status,
                            struct complaints *ret_complaints)
{
    complain_of_contact(step, ret_complaints);
    complain_of_catalogue(step, ret_complaints);
    status_complain_of_link(step, status, ret_complaints);
    complain_of_quarantine(step, status, ret_complaints);
    complain_of_store(step, status, ret_complaints);
    status_complain_of_care(step, ret_complaints);
}
