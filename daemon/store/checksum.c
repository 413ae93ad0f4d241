/* Eight bytes at a time, each step of which can be undone: a change within eight bytes is always
 * found, any other is missed once in 2^64. Against accidents, not against an attacker, who could
 * write a new checksum as well. */
#include "store/checksum.h"

#include <endian.h>
#include <string.h>

static uint64_t add_word(uint64_t sum, uint64_t word)
{
    sum = (sum ^ word) * 0x9E3779B97F4A7C15; /* odd, so that it can be undone */
    return sum ^ sum >> 32;
}

/* The length goes first: what is missing at the end is filled up with zeros. */
uint64_t checksum_add(uint64_t sum, struct span bytes)
{
    uint64_t word;
    size_t done = 0;
    sum = add_word(sum, bytes.len);
    for (; bytes.len - done >= sizeof word; done += sizeof word) {
        memcpy(&word, bytes.data + done, sizeof word);
        sum = add_word(sum, le64toh(word));
    }
    if (done == bytes.len)
        return sum;
    word = 0;
    memcpy(&word, bytes.data + done, bytes.len - done);
    return add_word(sum, le64toh(word));
}

void checksum_make(const char *table, struct span key, struct span record, uint8_t *ret_bytes)
{
    struct span name = {(const uint8_t *)table, strlen(table)};
    uint64_t sum = htobe64(checksum_add(checksum_add(checksum_add(0, name), key), record));
    memcpy(ret_bytes, &sum, CHECKSUM_SIZE);
}

bool checksum_check(const char *table, struct span key, struct span entry, struct span *ret_record)
{
    uint8_t expected[CHECKSUM_SIZE];
    if (entry.len < CHECKSUM_SIZE)
        return false;
    struct span record = {entry.data, entry.len - CHECKSUM_SIZE};
    checksum_make(table, key, record, expected);
    if (memcmp(expected, entry.data + record.len, CHECKSUM_SIZE) != 0)
        return false;
    *ret_record = record;
    return true;
}
