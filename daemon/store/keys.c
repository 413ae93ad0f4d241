/* Every key of every table. Period stands before unit where a walk is over a period, unit before
 * period where it is over a unit; what is walked together lies side by side. */
#include "store/keys.h"

#include <assert.h>
#include <string.h>

#include "store/store.h"

struct span keys_span(const struct store_key *key)
{
    return (struct span){key->bytes, key->len};
}

static void put_bytes(struct store_key *key, const void *bytes, size_t len)
{
    assert(key->len + len <= sizeof key->bytes);
    memcpy(key->bytes + key->len, bytes, len);
    key->len = (uint8_t)(key->len + len);
}

static void put_number(struct store_key *key, uint64_t value, size_t width)
{
    uint8_t bytes[sizeof value];
    for (size_t i = width; i > 0; i--) {
        bytes[i - 1] = (uint8_t)value;
        value >>= 8;
    }
    put_bytes(key, bytes, width);
}

static void put_report(struct store_key *to, const struct report_key *key)
{
    put_number(to, key->kind, 1);
    put_number(to, key->period.year, 2);
    put_number(to, key->unit, 4);
    put_number(to, key->form, 4);
    put_number(to, key->period.label, 1);
}

static struct report_key read_report(struct reader *r)
{
    struct report_key key;
    key.kind = reader_u8(r);
    key.period.year = reader_u16(r);
    key.unit = reader_u32(r);
    key.form = reader_u32(r);
    key.period.label = reader_u8(r);
    return key;
}

static bool is_whole(const struct reader *r)
{
    return !r->failed && reader_left(r) == 0;
}

struct store_key keys_meta(const char *name)
{
    struct store_key key = {0};
    assert(*name != '\0');
    put_bytes(&key, name, strlen(name));
    return key;
}

struct store_key keys_report(const struct report_key *key)
{
    struct store_key made = {0};
    put_report(&made, key);
    return made;
}

bool keys_parse_report(struct span bytes, struct report_key *ret_key)
{
    struct reader r = reader_of(bytes);
    struct report_key key = read_report(&r);
    if (is_whole(&r))
        *ret_key = key;
    return is_whole(&r);
}

struct store_key keys_revision(const struct report_key *key, uint64_t number)
{
    struct store_key made = keys_report(key);
    put_number(&made, number, 8);
    return made;
}

bool keys_parse_revision(struct span bytes, struct report_key *ret_key, uint64_t *ret_number)
{
    struct reader r = reader_of(bytes);
    struct report_key key = read_report(&r);
    uint64_t number = reader_u64(&r);
    if (!is_whole(&r))
        return false;
    *ret_key = key;
    *ret_number = number;
    return true;
}

struct store_key keys_bucket(uint32_t unit, uint8_t kind, struct period period)
{
    struct store_key made = {0};
    put_number(&made, unit, 4);
    put_number(&made, kind, 1);
    put_number(&made, period.year, 2);
    put_number(&made, period.label, 1);
    return made;
}

bool keys_parse_bucket(struct span bytes, uint32_t *ret_unit, uint8_t *ret_kind,
                       struct period *ret_period)
{
    struct reader r = reader_of(bytes);
    uint32_t unit = reader_u32(&r);
    uint8_t kind = reader_u8(&r);
    uint16_t year = reader_u16(&r);
    uint8_t label = reader_u8(&r);
    if (!is_whole(&r))
        return false;
    *ret_unit = unit;
    *ret_kind = kind;
    *ret_period = (struct period){year, label};
    return true;
}

struct store_key keys_outbox(uint8_t type, const struct report_key *key)
{
    struct store_key made = {0};
    put_number(&made, type, 1);
    put_report(&made, key);
    return made;
}

bool keys_parse_outbox(struct span bytes, uint8_t *ret_type, struct report_key *ret_key)
{
    struct reader r = reader_of(bytes);
    uint8_t type = reader_u8(&r);
    struct report_key key = read_report(&r);
    if (!is_whole(&r))
        return false;
    *ret_type = type;
    *ret_key = key;
    return true;
}

struct store_key keys_alarm(uint8_t kind, uint16_t year, uint32_t unit)
{
    struct store_key made = {0};
    put_number(&made, kind, 1);
    put_number(&made, year, 2);
    put_number(&made, unit, 4);
    return made;
}

bool keys_parse_alarm(struct span bytes, uint8_t *ret_kind, uint16_t *ret_year, uint32_t *ret_unit)
{
    struct reader r = reader_of(bytes);
    uint8_t kind = reader_u8(&r);
    uint16_t year = reader_u16(&r);
    uint32_t unit = reader_u32(&r);
    if (!is_whole(&r))
        return false;
    *ret_kind = kind;
    *ret_year = year;
    *ret_unit = unit;
    return true;
}

struct store_key keys_quarantine(bool is_kept, uint64_t number)
{
    struct store_key made = {0};
    put_number(&made, is_kept, 1);
    put_number(&made, number, 8);
    return made;
}

bool keys_parse_quarantine(struct span bytes, bool *ret_is_kept, uint64_t *ret_number)
{
    struct reader r = reader_of(bytes);
    uint8_t is_kept = reader_u8(&r);
    uint64_t number = reader_u64(&r);
    if (!is_whole(&r) || is_kept > 1)
        return false;
    *ret_is_kept = is_kept != 0;
    *ret_number = number;
    return true;
}

struct store_key keys_change(uint64_t number)
{
    struct store_key made = {0};
    put_number(&made, number, 8);
    return made;
}

bool keys_parse_change(struct span bytes, uint64_t *ret_number)
{
    struct reader r = reader_of(bytes);
    uint64_t number = reader_u64(&r);
    if (is_whole(&r))
        *ret_number = number;
    return is_whole(&r);
}

struct store_key keys_enrolled(const uint8_t *key)
{
    struct store_key made = {0};
    put_bytes(&made, key, STORE_KEY_SIZE);
    return made;
}

bool keys_parse_enrolled(struct span bytes, uint8_t *ret_key)
{
    if (bytes.len != STORE_KEY_SIZE)
        return false;
    memcpy(ret_key, bytes.data, STORE_KEY_SIZE);
    return true;
}

struct store_key keys_catalogue(uint32_t number)
{
    struct store_key made = {0};
    put_number(&made, number, 4);
    return made;
}

bool keys_parse_catalogue(struct span bytes, uint32_t *ret_number)
{
    struct reader r = reader_of(bytes);
    uint32_t number = reader_u32(&r);
    if (is_whole(&r))
        *ret_number = number;
    return is_whole(&r);
}

struct store_key keys_chunk(uint32_t number, uint32_t index)
{
    struct store_key made = keys_catalogue(number);
    put_number(&made, index, 4);
    return made;
}

bool keys_parse_chunk(struct span bytes, uint32_t *ret_number, uint32_t *ret_index)
{
    struct reader r = reader_of(bytes);
    uint32_t number = reader_u32(&r);
    uint32_t index = reader_u32(&r);
    if (!is_whole(&r))
        return false;
    *ret_number = number;
    *ret_index = index;
    return true;
}

struct store_key keys_notice(const struct notice_key *key)
{
    struct store_key made = keys_report(&key->report);
    put_number(&made, key->type, 1);
    put_number(&made, key->author, 4);
    put_number(&made, key->number, 8);
    put_bytes(&made, key->about, sizeof key->about);
    return made;
}

bool keys_parse_notice(struct span bytes, struct notice_key *ret_key)
{
    struct reader r = reader_of(bytes);
    struct notice_key key = {.report = read_report(&r)};
    key.type = reader_u8(&r);
    key.author = reader_u32(&r);
    key.number = reader_u64(&r);
    struct span about = reader_bytes(&r, sizeof key.about);
    if (!is_whole(&r) || !period_is_valid(key.report.period)) /* nobody has said that */
        return false;
    memcpy(key.about, about.data, sizeof key.about);
    *ret_key = key;
    return true;
}

struct store_key keys_edition(const struct edition_key *key)
{
    struct store_key made = {0};
    put_number(&made, key->kind, 1);
    put_number(&made, key->period.year, 2);
    put_number(&made, key->unit, 4);
    put_number(&made, key->period.label, 1);
    put_number(&made, key->number, 4);
    return made;
}

bool keys_parse_edition(struct span bytes, struct edition_key *ret_key)
{
    struct reader r = reader_of(bytes);
    struct edition_key key;
    key.kind = reader_u8(&r);
    key.period.year = reader_u16(&r);
    key.unit = reader_u32(&r);
    key.period.label = reader_u8(&r);
    key.number = reader_u32(&r);
    if (is_whole(&r))
        *ret_key = key;
    return is_whole(&r);
}
