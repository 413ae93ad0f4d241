/* Every key of every table, as bytes: big-endian, so that they sort as their values do.
 *
 * Keys are made on the stack. A parser returns false for bytes that are not such a key, with its
 * outputs untouched. */
#ifndef STORE_KEYS_H
#define STORE_KEYS_H

#include "core/buf.h"
#include "core/notice.h"

enum { KEYS_BYTES_MAX = 41, KEYS_REPORT_BYTES = 12 };

struct edition_key;

struct store_key {
    uint8_t bytes[KEYS_BYTES_MAX];
    uint8_t len;
};

/* Stays in `key`'s memory. */
struct span keys_span(const struct store_key *key);

/* The name itself, 1 to KEYS_BYTES_MAX bytes (asserted). */
struct store_key keys_meta(const char *name);

/* kind u8, year u16, unit u32, form u32, label u8: heads and accumulators. */
struct store_key keys_report(const struct report_key *key);
bool keys_parse_report(struct span bytes, struct report_key *ret_key);

/* Report key, revision u64. */
struct store_key keys_revision(const struct report_key *key, uint64_t number);
bool keys_parse_revision(struct span bytes, struct report_key *ret_key, uint64_t *ret_number);

/* unit u32, kind u8, year u16, label u8. */
struct store_key keys_bucket(uint32_t unit, uint8_t kind, struct period period);
bool keys_parse_bucket(struct span bytes, uint32_t *ret_unit, uint8_t *ret_kind,
                       struct period *ret_period);

/* type u8, report key. */
struct store_key keys_outbox(uint8_t type, const struct report_key *key);
bool keys_parse_outbox(struct span bytes, uint8_t *ret_type, struct report_key *ret_key);

/* kind u8, year u16, unit u32. */
struct store_key keys_alarm(uint8_t kind, uint16_t year, uint32_t unit);
bool keys_parse_alarm(struct span bytes, uint8_t *ret_kind, uint16_t *ret_year, uint32_t *ret_unit);

/* number u64. */
struct store_key keys_quarantine(bool is_kept, uint64_t number);
bool keys_parse_quarantine(struct span bytes, bool *ret_is_kept, uint64_t *ret_number);

/* number u64: of a change in the feed. */
struct store_key keys_change(uint64_t number);
bool keys_parse_change(struct span bytes, uint64_t *ret_number);

/* The 32 bytes of a CURVE key. */
struct store_key keys_enrolled(const uint8_t *key);
bool keys_parse_enrolled(struct span bytes, uint8_t *ret_key);

/* number u32. */
struct store_key keys_catalogue(uint32_t number);
bool keys_parse_catalogue(struct span bytes, uint32_t *ret_number);

/* Report key, type u8, author u32, number u64, about 16 bytes. */
struct store_key keys_notice(const struct notice_key *key);
bool keys_parse_notice(struct span bytes, struct notice_key *ret_key);

/* kind u8, year u16, unit u32, label u8, number u32. */
struct store_key keys_edition(const struct edition_key *key);
bool keys_parse_edition(struct span bytes, struct edition_key *ret_key);

/* Catalogue number u32, index u32. */
struct store_key keys_chunk(uint32_t number, uint32_t index);
bool keys_parse_chunk(struct span bytes, uint32_t *ret_number, uint32_t *ret_index);

#endif
