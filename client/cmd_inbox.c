/* `tonghop inbox`: what has been said to the units that this node serves. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/notice.h"
#include "client/selection.h"
#include "client/words.h"
#include "core/instant.h"
#include "core/mem.h"
#include "core/person.h"

struct asked {
    const char *unit;
    bool is_all, is_seen;
};

/* ---- for people ---- */

static void print_plain(const struct common *common, enum word word)
{
    (void)printf("    %s\n", words(common->is_english, word));
}

static void print_line(const struct common *common, enum word word, const char *text)
{
    (void)printf("    ");
    (void)printf(words(common->is_english, word), text);
    (void)putchar('\n');
}

/* What is to be done, or was done. */
static void print_state(const struct common *common, const Tonghop__InboxEntry *entry)
{
    char until[INSTANT_TEXT_SIZE] = "", number[24];
    (void)snprintf(number, sizeof(number), "%" PRIu64, entry->answered_by);
    if (entry->until_us != 0)
        (void)notice_until(entry->until_us, until);
    switch ((enum notice_type)entry->type) {
    case NOTICE_RETURNED:
        if (entry->answered_by != 0)
            print_line(common, WORD_INBOX_ANSWERED, number);
        else
            print_plain(common, entry->open ? WORD_INBOX_FILE_AGAIN : WORD_INBOX_SETTLED);
        break;
    case NOTICE_REMINDER:
        if (entry->count > 1) {
            (void)snprintf(number, sizeof(number), "%" PRIu32, entry->count);
            print_line(common, WORD_INBOX_COUNT, number);
        }
        if (entry->until_us != 0)
            print_line(common, WORD_INBOX_DEADLINE, until);
        print_plain(common, entry->open ? WORD_INBOX_FILE : WORD_INBOX_SETTLED);
        break;
    case NOTICE_REOPENING:
        print_line(common, entry->open ? WORD_INBOX_REOPENED : WORD_INBOX_ENDED, until);
        break;
    case NOTICE_CLOSING:
    case NOTICE_ACCEPTED:
    case NOTICE_HEARD:
    case NOTICE_CLOCK:
        break;
    }
}

static void print_heard(const struct common *common, const Tonghop__InboxEntry *entry)
{
    char time[INSTANT_TEXT_SIZE], person[PERSON_SHOWN_SIZE];
    if (entry->type == NOTICE_CLOSING)
        return;
    if (entry->seen_us != 0) {
        (void)printf("    ");
        (void)printf(words(common->is_english, WORD_INBOX_SEEN),
                     instant_format((struct instant){entry->seen_us}, time),
                     person_show(entry->seen_by, person));
        (void)putchar('\n');
    } else if (entry->delivered_us != 0) {
        print_line(common, WORD_INBOX_NOT_SEEN,
                   instant_format((struct instant){entry->delivered_us}, time));
    } else {
        print_plain(common, WORD_INBOX_NOT_DELIVERED);
    }
}

static void print_entry(const struct common *common, const Tonghop__InboxEntry *entry)
{
    char time[INSTANT_TEXT_SIZE];
    char *line = notice_line(common, entry);
    char *detail = notice_detail(common, entry);
    (void)printf("\n%s  %s\n%s", instant_format((struct instant){entry->time_us}, time), line,
                 detail);
    print_state(common, entry);
    print_heard(common, entry);
    free(line);
    free(detail);
}

static void print_text(const struct common *common, const Tonghop__Inbox *inbox)
{
    size_t open = 0;
    for (size_t i = 0; i < inbox->n_entries; i++)
        open += inbox->entries[i]->open ? 1 : 0;
    (void)printf("%s %s: ", inbox->unit->code, selection_unit_name(common, inbox->unit));
    if (inbox->n_entries == 0)
        (void)printf("%s", words(common->is_english, WORD_INBOX_EMPTY));
    else
        (void)printf(words(common->is_english, WORD_INBOX_TITLE), inbox->n_entries, open);
    (void)putchar('\n');
    for (size_t i = 0; i < inbox->n_entries; i++)
        print_entry(common, inbox->entries[i]);
}

static void print_inbox(const struct common *common, const Tonghop__Inbox *inbox)
{
    if (common->output == OUTPUT_TEXT) {
        print_text(common, inbox);
        return;
    }
    struct table *table = table_new();
    notice_add_keys(table);
    for (size_t i = 0; i < inbox->n_entries; i++)
        notice_add(common, inbox->entries[i], table);
    table_print(table, common->output, stdout);
    table_free(&table);
}

/* ---- asking ---- */

/* It is the unit's own people who have seen it: what another node serves is noted there. */
static void say_not_noted(const struct common *common, const Tonghop__Inbox *inbox)
{
    size_t count = 0;
    for (size_t i = 0; i < inbox->n_entries; i++)
        count += inbox->entries[i]->type != NOTICE_CLOSING && inbox->entries[i]->seen_us == 0;
    if (count == 0)
        return;
    char *text = mem_printf(words(common->is_english, WORD_INBOX_NOT_NOTED), count);
    command_say_long(text);
    free(text);
}

static int run_inbox(const struct common *common, int argc, char **argv)
{
    struct asked asked = {0};
    const struct argument arguments[] = {
        {.name = "--unit", .value = &asked.unit},
        {.name = "--all", .is_given = &asked.is_all},
        {.name = "--seen", .is_given = &asked.is_seen},
    };
    Tonghop__InboxQuery query = TONGHOP__INBOX_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer = NULL;
    struct connection *connection = NULL;
    if (!command_parse(common, argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0])))
        return EXIT_INPUT;
    query.unit = command_request_text(asked.unit);
    query.all = asked.is_all;
    query.mark_seen = asked.is_seen;
    request.body_case = TONGHOP__ENVELOPE__BODY_INBOX_QUERY;
    request.inbox_query = &query;
    int status = command_connect(common, &connection);
    if (status == EXIT_DONE)
        status =
            command_request(common, connection, &request, TONGHOP__ENVELOPE__BODY_INBOX, &answer);
    if (status == EXIT_DONE)
        print_inbox(common, answer->inbox);
    if (status == EXIT_DONE && asked.is_seen)
        say_not_noted(common, answer->inbox);
    connection_close(&connection);
    return status;
}

const struct command command_inbox = {
    .name = "inbox",
    .arguments = "[--unit UNIT] [--all] [--seen]",
    .summary = "read what has been said to the units of this node",
    .summary_vi = "xem những gì cấp trên gửi cho các đơn vị của nút này",
    .help =
        "Reports that were returned, with the reason and the cells; reminders; periods that were\n"
        "closed, and reopened. Only what is still to be done, and of each unit and period\n"
        "the last closing, if it is of the last 30 days. The latest comes first.\n\n"
        "  --unit UNIT   what was said to this unit and those beneath it, whoever serves them\n"
        "  --all         also what is settled, and earlier closings\n"
        "  --seen        note that it was seen: whoever said it can read that, and by whom\n\n"
        "Examples:\n"
        "  tonghop inbox\n"
        "  tonghop inbox --seen\n",
    .help_vi =
        "Báo cáo bị trả lại kèm lý do và các chỉ tiêu; lời nhắc nộp; kỳ đã khóa, được mở lại. Chỉ\n"
        "gồm việc còn phải làm và lần khóa gần nhất của mỗi đơn vị, mỗi kỳ trong 30 ngày qua, mới\n"
        "nhất ở đầu.\n\n"
        "  --unit ĐƠN-VỊ  những gì đã gửi cho đơn vị này và cấp dưới, kể cả do nút khác phục vụ\n"
        "  --all          cả những việc đã xong, những lần khóa trước\n"
        "  --seen         ghi nhận là đã xem: người gửi biết đã xem lúc nào, ai xem\n\n"
        "Ví dụ:\n"
        "  tonghop inbox\n"
        "  tonghop inbox --seen\n",
    .run = run_inbox,
};
