/* The sentences of `tonghop status` about first contact. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "link/key.h"
#include "link/trouble.h"
#include "node/authority.h"
#include "node/first_contact.h"
#include "node/step.h"

enum { US_PER_MINUTE = 60 * 1000000, UNIT_TEXT_SIZE = 256 };

/* Where sentences are collected; what is beyond the room is told another time. */
struct texts {
    char **items;
    size_t count, max;
    size_t lasting; /* of them */
};

static void add(struct texts *texts, char *text)
{
    if (text != NULL && texts->count < texts->max)
        texts->items[texts->count++] = text;
    else
        free(text);
}

/* Likewise, of what does not end by waiting. */
static void add_lasting(struct texts *texts, char *text)
{
    size_t count = texts->count;
    add(texts, text);
    texts->lasting += texts->count - count;
}

static const char *host_text(const struct step *step, const char *host)
{
    return host[0] != '\0' ? host : STEP_WORDS(step, "an unknown address", "một địa chỉ không rõ");
}

/* ---- strangers ---- */

static char *unknown_key_text(struct step *step, const struct contact_note *note)
{
    char key[KEY_TEXT_SIZE], last[INSTANT_TEXT_SIZE], unit[UNIT_TEXT_SIZE];
    struct enrolled enrolled;
    bool is_known = store_get_enrolled(step->txn, note->key, &enrolled) == ERR_OK;
    (void)key_format(note->key, key);
    (void)instant_format(note->last, last);
    if (is_known && !enrolled.is_revoked)
        return NULL; /* it was enrolled since */
    if (is_known)
        return mem_printf(
            STEP_WORDS(step,
                       "the revoked key %s of %s asked to come in, last at %s from %s: give that "
                       "machine a new key, or enrol this one again: tonghop enrol %" PRIu32
                       " %s --role %s",
                       "khóa đã bị thu hồi %s của %s xin nối vào, lần cuối lúc %s từ %s: tạo khóa "
                       "mới cho máy đó, hoặc đăng ký lại khóa này: tonghop enrol %" PRIu32
                       " %s --role %s"),
            key, step_unit_text(step, enrolled.unit, unit, sizeof unit), last,
            host_text(step, note->host), enrolled.unit, key, authority_role_name(enrolled.role));
    return mem_printf(
        STEP_WORDS(step,
                   "a key that is not enrolled asked to come in, last at %s from %s: if it belongs "
                   "to a node of yours, run: tonghop enrol UNIT %s --role node",
                   "một khóa chưa được đăng ký xin nối vào, lần cuối lúc %s từ %s: nếu đó là một "
                   "nút của mình thì chạy: tonghop enrol MÃ-ĐƠN-VỊ %s --role node"),
        last, host_text(step, note->host), key);
}

static char *mistaken_text(struct step *step, const struct contact_note *note)
{
    char key[KEY_TEXT_SIZE], last[INSTANT_TEXT_SIZE];
    return mem_printf(
        STEP_WORDS(step,
                   "%s connects with another key for this node than its own, last at %s: if it is "
                   "one of yours, put this one into its [parent] or [client]: key = %s",
                   "%s nối vào với khóa không phải của nút này, lần cuối lúc %s: nếu đó là máy của "
                   "mình thì ghi khóa này vào [parent] hoặc [client] của nó: key = %s"),
        host_text(step, note->host), instant_format(note->last, last),
        key_format(step->node->options.public_key, key));
}

size_t contact_notices(struct step *step, char **ret_texts, size_t max)
{
    const struct contact *contact = &step->node->contact;
    struct texts texts = {.items = ret_texts, .max = max};
    int64_t oldest_us = step->event->now.us - (int64_t)CONTACT_STRANGER_HOURS * 60 * US_PER_MINUTE;
    for (size_t i = 0; i < contact->stranger_count; i++) {
        const struct contact_note *note = &contact->strangers[i];
        if (note->last.us >= oldest_us)
            add(&texts, note->fault == CONTACT_MISTAKEN ? mistaken_text(step, note)
                                                        : unknown_key_text(step, note));
    }
    if (contact->is_reload_partial)
        add(&texts, mem_strdup(STEP_WORDS(step,
                                          "the configuration has changes that need a restart: the "
                                          "log names them",
                                          "tệp cấu hình có thay đổi cần khởi động lại nút: nhật ký "
                                          "nêu rõ")));
    return texts.count;
}

/* ---- nodes beneath ---- */

static char *role_fault_text(struct step *step, const struct enrolled *enrolled, const char *unit,
                             const char *key, const char *host)
{
    return mem_printf(
        STEP_WORDS(step,
                   "a node uses the key %s (from %s), which is enrolled here as %s of %s: run: "
                   "tonghop enrol %" PRIu32 " %s --role node",
                   "một nút dùng khóa %s (từ %s) đã đăng ký ở đây với vai trò %s của %s: chạy: "
                   "tonghop enrol %" PRIu32 " %s --role node"),
        key, host, authority_role_word(step->peer.is_vietnamese, enrolled->role), unit,
        enrolled->unit, key);
}

static char *unit_fault_text(struct step *step, const struct contact_note *note, const char *unit,
                             const char *key, const char *host)
{
    return mem_printf(
        STEP_WORDS(step,
                   "the node with the key %s (from %s) says that it serves unit %" PRIu32
                   ", but is enrolled here for %s: correct 'unit' in its configuration, or run: "
                   "tonghop enrol %" PRIu32 " %s --role node",
                   "nút có khóa %s (từ %s) xưng là đơn vị %" PRIu32
                   ", nhưng ở đây đăng ký cho %s: sửa `unit` trong cấu hình của nó, hoặc chạy: "
                   "tonghop enrol %" PRIu32 " %s --role node"),
        key, host, note->unit, unit, note->unit, key);
}

static char *loop_text(struct step *step, const char *key, const char *host)
{
    return mem_printf(
        STEP_WORDS(step,
                   "the node above (key %s, from %s) asks to come in as one beneath: that makes a "
                   "loop: correct [parent] there, or here",
                   "nút cấp trên (khóa %s, từ %s) lại xin nối vào như cấp dưới, thành vòng tròn: "
                   "sửa [parent] ở nút đó, hoặc ở đây"),
        key, host);
}

/* NULL: it is past. */
static char *fault_text(struct step *step, const struct contact_note *note)
{
    char key[KEY_TEXT_SIZE], unit[UNIT_TEXT_SIZE];
    const char *host = host_text(step, note->host);
    struct enrolled enrolled = {0};
    (void)key_format(note->key, key);
    if (note->fault == CONTACT_LOOP)
        return loop_text(step, key, host);
    if (store_get_enrolled(step->txn, note->key, &enrolled) != ERR_OK || enrolled.is_revoked)
        return NULL;
    (void)step_unit_text(step, enrolled.unit, unit, sizeof unit);
    switch (note->fault) {
    case CONTACT_OTHER_UNIT:
        return unit_fault_text(step, note, unit, key, host);
    case CONTACT_OTHER_ROLE:
        return role_fault_text(step, &enrolled, unit, key, host);
    case CONTACT_OTHER_CATALOGUE:
        return mem_printf(
            STEP_WORDS(step,
                       "the node of %s (from %s) has another catalogue under the number of the one "
                       "here: publish the right one at the root with a higher number",
                       "nút của %s (từ %s) có danh mục khác dưới cùng một số: công bố danh mục "
                       "đúng ở nút trên cùng với số cao hơn"),
            unit, host);
    case CONTACT_OTHER_PROTOCOL:
        return mem_printf(
            STEP_WORDS(step,
                       "the node of %s (from %s) speaks another version of the protocol: upgrade "
                       "the older side",
                       "nút của %s (từ %s) dùng phiên bản giao thức khác: nâng cấp bên cũ hơn"),
            unit, host);
    case CONTACT_SHARED:
        if (note->count < CONTACT_SHARED_MIN)
            return NULL;
        return mem_printf(
            STEP_WORDS(
                step,
                "two daemons use the key of the node of %s at once (one from %s): stop one "
                "of them; if the key was copied, make a new one: tonghop rekey",
                "có hai nút cùng dùng khóa của nút %s (một từ %s): dừng một nút; nếu khóa bị "
                "sao chép thì tạo khóa mới: tonghop rekey"),
            unit, host);
    case CONTACT_UNKNOWN_KEY:
    case CONTACT_MISTAKEN:
    case CONTACT_LOOP:
        break;
    }
    return NULL;
}

static char *clock_text(struct step *step, const char *whose, int64_t ahead_us)
{
    int64_t minutes = ahead_us / US_PER_MINUTE;
    if (!contact_clock_is_off(ahead_us))
        return NULL;
    return mem_printf(
        STEP_WORDS(step,
                   "the clock of %s is %" PRId64 " minutes %s this one's: set both by a time "
                   "server (timedatectl set-ntp true): whether reports are filed in time is told "
                   "by these clocks",
                   "đồng hồ của %s lệch %" PRId64 " phút (%s) so với máy này: chỉnh cả hai theo "
                   "máy chủ thời gian (timedatectl set-ntp true): báo cáo nộp đúng hạn hay muộn "
                   "được tính theo các đồng hồ này"),
        whose, minutes < 0 ? -minutes : minutes,
        minutes < 0 ? STEP_WORDS(step, "behind", "chậm hơn")
                    : STEP_WORDS(step, "ahead of", "nhanh hơn"));
}

static void add_clocks(struct step *step, struct texts *texts)
{
    const struct node *node = step->node;
    char unit[UNIT_TEXT_SIZE];
    size_t index = 0;
    if (node->session.state == SESSION_UP)
        add(texts, clock_text(step, STEP_WORDS(step, "the node above", "nút cấp trên"),
                              node->contact.parent_ahead_us));
    for (struct peer *peer = peers_next(&node->peers, &index); peer != NULL;
         peer = peers_next(&node->peers, &index)) {
        if (peer->role != TONGHOP__ROLE__ROLE_NODE || !contact_clock_is_off(peer->ahead_us))
            continue;
        char *whose = mem_printf(STEP_WORDS(step, "the node of %s", "nút của %s"),
                                 step_unit_text(step, peer->unit, unit, sizeof unit));
        add(texts, clock_text(step, whose, peer->ahead_us));
        free(whose);
        return; /* one is enough to send somebody to look */
    }
}

static char *enrolment_text(struct step *step)
{
    struct enrolled enrolled;
    char key[KEY_TEXT_SIZE];
    if (!contact_find_homeless(step, &enrolled))
        return NULL;
    return mem_printf(
        STEP_WORDS(step,
                   "the key %s is enrolled for unit %" PRIu32
                   ", which the catalogue does not have: revoke it, or enrol it for the right unit",
                   "khóa %s đăng ký cho đơn vị %" PRIu32
                   " không có trong danh mục: thu hồi, hoặc đăng ký lại cho đúng đơn vị"),
        key_format(enrolled.key, key), enrolled.unit);
}

/* ---- this node ---- */

static char *parent_key_text(struct step *step)
{
    const struct node_options *options = &step->node->options;
    struct enrolled enrolled;
    char unit[UNIT_TEXT_SIZE];
    if (!options->has_parent ||
        store_get_enrolled(step->txn, options->parent_key, &enrolled) != ERR_OK ||
        enrolled.is_revoked)
        return NULL;
    (void)step_unit_text(step, enrolled.unit, unit, sizeof unit);
    if (enrolled.role != TONGHOP__ROLE__ROLE_NODE)
        return mem_printf(
            STEP_WORDS(step,
                       "the key in [parent] is that of no node, it is enrolled here as %s of %s: "
                       "put the content of NAME.pub of the node above there, and reload",
                       "khóa trong [parent] không phải khóa của nút nào, mà đăng ký ở đây với vai "
                       "trò %s của %s: ghi nội dung tệp NAME.pub của nút cấp trên vào đó rồi nạp "
                       "lại"),
            authority_role_word(step->peer.is_vietnamese, enrolled.role), unit);
    return mem_printf(
        STEP_WORDS(step,
                   "the node above, by its key in [parent], is enrolled here for %s: that makes a "
                   "loop: correct [parent], or revoke the key",
                   "nút cấp trên (theo khóa trong [parent]) lại đăng ký ở đây cho %s, thành vòng "
                   "tròn: sửa [parent], hoặc thu hồi khóa đó"),
        unit);
}

static void add_own(struct step *step, struct texts *texts)
{
    const struct node *node = step->node;
    const struct contact *contact = &node->contact;
    int64_t shared_us = step->event->now.us - contact->shared.us;
    add_lasting(texts, parent_key_text(step));
    if (contact->shared.us != 0 && shared_us < US_PER_MINUTE)
        add(texts, mem_strdup(STEP_WORDS(
                       step,
                       "another daemon is linked with the node above under this node's key: stop "
                       "one of the two; if the key was copied, make a new one: tonghop rekey",
                       "một nút khác đang nối với nút cấp trên bằng khóa của nút này: dừng một "
                       "trong hai; nếu khóa bị sao chép thì tạo khóa mới: tonghop rekey")));
    if (node->options.other_public_path != NULL)
        add_lasting(
            texts,
            mem_printf(STEP_WORDS(step,
                                  "the secret key in use is not that of %s: if 'tonghop rekey "
                                  "--commit' made a new one, restart; else put the right key "
                                  "there, or the right NAME.pub, and restart",
                                  "khóa bí mật đang dùng không phải của %s: nếu khóa mới là do "
                                  "`tonghop rekey --commit` thì khởi động lại; nếu không thì đặt "
                                  "lại đúng khóa, hoặc đúng tệp NAME.pub, rồi khởi động lại"),
                       node->options.other_public_path));
    if (node->options.open_key_path != NULL)
        add_lasting(
            texts,
            mem_printf(
                STEP_WORDS(step,
                           "others than its owner may use the key file %s: run: chmod 600 "
                           "%s, and make a new key (tonghop rekey) if somebody may have "
                           "read this one",
                           "người khác ngoài chủ tệp cũng dùng được tệp khóa %s: chạy: chmod "
                           "600 %s, và tạo khóa mới (tonghop rekey) nếu có thể đã có người "
                           "đọc khóa này"),
                node->options.open_key_path, node->options.open_key_path));
    if (contact->is_reload_refused)
        add_lasting(texts,
                    mem_strdup(STEP_WORDS(
                        step,
                        "the configuration has errors, and the node goes on with the one before: "
                        "the log names them; correct it and reload",
                        "tệp cấu hình có lỗi, nút vẫn chạy theo cấu hình trước: xem nhật ký, sửa "
                        "rồi nạp lại")));
}

size_t contact_problems(struct step *step, char **ret_texts, size_t max, size_t *ret_lasting)
{
    const struct contact *contact = &step->node->contact;
    struct texts texts = {.items = ret_texts, .max = max};
    int64_t oldest_us = step->event->now.us - (int64_t)CONTACT_FAULT_MINUTES * US_PER_MINUTE;
    add_own(step, &texts);
    add_clocks(step, &texts);
    add_lasting(&texts, enrolment_text(step));
    for (size_t i = 0; i < contact->fault_count; i++)
        if (contact->faults[i].last.us >= oldest_us)
            add(&texts, fault_text(step, &contact->faults[i]));
    *ret_lasting = texts.lasting;
    return texts.count;
}

/* ---- the link with the node above ---- */

/* What a trouble means, by its beginning: the transport's words, or the code of a refusal. A text
 * may have two %s: this node's unit and key. */
static const struct remedy {
    const char *begin;
    const char *what_vi; /* instead of the English words; NULL: those are the parent's own */
    const char *en, *vi; /* NULL: the parent's words have the remedy */
} remedies[] = {
    {TROUBLE_REFUSED, "bị từ chối: khóa của nút này chưa được đăng ký ở đó",
     "have it run there: tonghop enrol %s %s --role node",
     "nhờ nút đó chạy: tonghop enrol %s %s --role node"},
    {TROUBLE_WRONG_SERVER, "khóa ở đó không phải khóa đã cấu hình",
     "put the content of its NAME.pub into [parent] key and reload; or another program listens "
     "there",
     "ghi nội dung tệp NAME.pub của nút đó vào [parent] key rồi nạp lại; hoặc ở đó là chương trình "
     "khác"},
    {TROUBLE_NOT_A_NODE, "nơi đó không phải là một nút", "correct endpoint in [parent] and reload",
     "sửa endpoint trong [parent] rồi nạp lại"},
    {TROUBLE_NO_HOST, "không có tên máy đó",
     "correct endpoint in [parent] and reload, or see to the name service",
     "sửa endpoint trong [parent] rồi nạp lại, hoặc kiểm tra dịch vụ tên miền"},
    {TROUBLE_NO_CONNECTION, "không kết nối được",
     "see that it runs and listens there, that endpoint in [parent] is right, and that no firewall "
     "is between",
     "xem nút đó có chạy và nghe ở đó không, endpoint trong [parent] có đúng không, có tường lửa "
     "nào chặn không"},
    {TROUBLE_CUT, "kết nối bị đóng giữa chừng", "it is tried again: wait a minute",
     "nút tự thử lại: hãy chờ một phút"},
    {TROUBLE_SILENT, "có kết nối nhưng không có trả lời",
     "see whether it is a node, and whether it is overloaded",
     "xem đó có phải là nút không, và có bị quá tải không"},
    {"forbidden", NULL, "have it run there: tonghop enrol %s %s --role node",
     "nhờ nút đó chạy: tonghop enrol %s %s --role node"},
    {"foreign", NULL, NULL,
     "sửa `unit` trong cấu hình, hoặc nhờ nút đó chạy: tonghop enrol %s %s --role node"},
    {"version", NULL, NULL, "nâng cấp bên cũ hơn"},
    {"catalogue", NULL, NULL, "công bố danh mục đúng ở nút trên cùng với số cao hơn"},
    {"busy", NULL, NULL, "hãy chờ"},
    {"", NULL,
     "see that it runs, that its address and key are right here, and that this node's key is "
     "enrolled there",
     "xem nút đó có chạy không, địa chỉ và khóa trong [parent] có đúng không, khóa của nút này đã "
     "được đăng ký ở đó chưa"},
};

static const struct remedy *find_remedy(const char *trouble)
{
    const struct remedy *remedy = remedies;
    while (strncmp(trouble, remedy->begin, strlen(remedy->begin)) != 0)
        remedy++;
    return remedy;
}

const char *contact_trouble(const struct step *step)
{
    const char *trouble = step->node->uplink.trouble;
    const struct remedy *remedy = find_remedy(trouble);
    return step->peer.is_vietnamese && remedy->what_vi != NULL ? remedy->what_vi : trouble;
}

char *contact_link_text(struct step *step)
{
    const struct node *node = step->node;
    const char *trouble = contact_trouble(step);
    const struct remedy *remedy = find_remedy(node->uplink.trouble);
    char unit[16], key[KEY_TEXT_SIZE];
    (void)snprintf(unit, sizeof unit, "%" PRIu32, node->options.unit);
    (void)key_format(node->options.public_key, key);
    struct buf text = {0};
    buf_printf(&text,
               STEP_WORDS(step, "no link with the node above (%s)%s%s",
                          "chưa nối được với nút cấp trên (%s)%s%s"),
               node->options.parent_endpoint, trouble[0] != '\0' ? ": " : "", trouble);
    const char *words = STEP_WORDS(step, remedy->en, remedy->vi), *gap;
    const char *values[] = {unit, key};
    buf_printf(&text, "%s", words != NULL ? ": " : "");
    for (size_t i = 0; words != NULL && (gap = strstr(words, "%s")) != NULL; words = gap + 2)
        buf_printf(&text, "%.*s%s", (int)(gap - words), words, values[i++ % 2]);
    buf_printf(&text, "%s", words != NULL ? words : "");
    char *copy = mem_strndup((const char *)text.data, text.len);
    buf_fini(&text);
    return copy;
}
