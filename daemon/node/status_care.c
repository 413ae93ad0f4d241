/* The last verification and the last backup: shown, and a reason to complain when they did not go
 * well or are long ago. That there never was one is shown alone: a node that was set up today is
 * well. */
#include <inttypes.h>

#include "core/counted.h"
#include "core/mem.h"
#include "node/status.h"

#define DAY_US INT64_C(86400000000)

bool status_fill_care(const struct care *care, Tonghop__Care *ret_message)
{
    if (care->result == CARE_NEVER)
        return false;
    tonghop__care__init(ret_message);
    ret_message->time_us = care->time.us;
    ret_message->result = (Tonghop__CareResult)care->result;
    ret_message->reports = care->reports;
    ret_message->differences = care->differences;
    ret_message->error = (char *)(uintptr_t)care->error; /* protobuf-c only reads it */
    return true;
}

static int64_t days_since(const struct step *step, const struct care *care)
{
    return (step->event->now.us - care->time.us) / DAY_US;
}

/* As in the names of its services. */
static const char *node_name(const struct step *step)
{
    const char *name = step->node->options.name;
    return name != NULL ? name : STEP_WORDS(step, "NAME", "TÊN");
}

static void complain_of_verify(struct step *step, struct complaints *complaints)
{
    const struct care *verify = &step->node->verify;
    int64_t days = days_since(step, verify);
    if (verify->result == CARE_DIFFERS)
        status_complain_lasting(
            complaints,
            counted_text(mem_printf(
                STEP_WORDS(step,
                           "the last verification found %" PRIu64 " difference{|s}: run "
                           "'tonghop verify' to see them, and restore a backup",
                           "lần kiểm tra gần nhất thấy %" PRIu64 " sai khác: chạy `tonghop "
                           "verify` để xem, rồi khôi phục từ bản sao lưu"),
                verify->differences)));
    else if (verify->result == CARE_FAILED)
        status_complain_lasting(
            complaints,
            mem_printf(STEP_WORDS(step,
                                  "the last verification failed (%s): run 'tonghop verify' again, "
                                  "which says why; if its timer ran it, the journal of "
                                  "tonghop-verify@%s says it, too",
                                  "lần kiểm tra gần nhất không xong (%s): chạy lại `tonghop "
                                  "verify` để biết lý do; nếu do hẹn giờ chạy, xem cả nhật ký của "
                                  "tonghop-verify@%s"),
                       verify->error[0] != '\0' ? verify->error : "?", node_name(step)));
    else if (verify->result == CARE_OK && days > STATUS_VERIFY_DAYS_MAX)
        status_complain_lasting(
            complaints, mem_printf(STEP_WORDS(step,
                                              "the last verification is %" PRId64 " days old: see "
                                              "to tonghop-verify@%s.timer, or run 'tonghop "
                                              "verify'",
                                              "lần kiểm tra gần nhất đã %" PRId64 " ngày: xem "
                                              "tonghop-verify@%s.timer, hoặc chạy `tonghop "
                                              "verify`"),
                                   days, node_name(step)));
}

static void complain_of_backup(struct step *step, struct complaints *complaints)
{
    const struct care *backup = &step->node->backup;
    int64_t days = days_since(step, backup);
    char good[INSTANT_TEXT_SIZE] = "";
    if (backup->good.us > 0)
        (void)instant_format(backup->good, good);
    if (backup->result == CARE_FAILED || backup->result == CARE_DIFFERS)
        status_complain_lasting(
            complaints,
            mem_printf(STEP_WORDS(step,
                                  "the last backup failed (%s)%s%s: run 'tonghop backup FILE' "
                                  "again, which says why; if its timer ran it, the journal of "
                                  "tonghop-backup@%s says it, too",
                                  "lần sao lưu gần nhất không xong (%s)%s%s: chạy lại `tonghop "
                                  "backup TỆP` để biết lý do; nếu do hẹn giờ chạy, xem cả nhật ký "
                                  "của tonghop-backup@%s"),
                       backup->error[0] != '\0' ? backup->error : "?",
                       good[0] == '\0' ? ""
                                       : STEP_WORDS(step, ", the last good one is of ",
                                                    ", bản tốt gần nhất lúc "),
                       good, node_name(step)));
    else if (backup->result == CARE_OK && days > STATUS_BACKUP_DAYS_MAX)
        status_complain_lasting(
            complaints, mem_printf(STEP_WORDS(step,
                                              "the last backup is %" PRId64 " days old: see to "
                                              "tonghop-backup@%s.timer, or run 'tonghop backup "
                                              "FILE'",
                                              "bản sao lưu gần nhất đã %" PRId64 " ngày: xem "
                                              "tonghop-backup@%s.timer, hoặc chạy `tonghop backup "
                                              "TỆP`"),
                                   days, node_name(step)));
}

void status_complain_of_care(struct step *step, struct complaints *complaints)
{
    complain_of_verify(step, complaints);
    complain_of_backup(step, complaints);
}
