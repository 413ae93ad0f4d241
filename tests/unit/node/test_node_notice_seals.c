/* What the node above says in this node's name: it may give back what this node has said, and make
 * up nothing. A node that was restored does not know what it has said, nor, with a new key, by its
 * seal: then it takes that over. */
#include "unit/node/notices.h"

static const uint8_t former_seal[WIRE_DIGEST_SIZE] = {1, 2, 3};

static const struct says other = {
    .type = NOTICE_REMINDER, .unit = 631, .author = 64, .text = "of the node above"};

static struct says own(const uint8_t *seal_key, int64_t later_us, const char *text)
{
    return (struct says){.type = NOTICE_CLOSING,
                         .unit = 631,
                         .author = 631,
                         .number = 1,
                         .seal_key = seal_key,
                         .later_us = later_us,
                         .text = text};
}

/* The node above says it, and something of its own after it. */
static void tell(struct rig *rig, const struct says *says)
{
    static int64_t later_us;
    struct says rows[] = {*says, other};
    uint64_t seq;
    rows[1].later_us = ++later_us;
    rig_log[0] = '\0';
    parent_tells(rig, 0, NULL, 0, 0);
    rig->now_ms += NODE_NOTICES_RETRY_MS; /* one may be under way */
    rig_pump(rig);
    (void)asked_above(rig, &seq);
    assert_true(seq != 0);
    parent_tells(rig, seq, rows, LENGTH(rows), 10);
    assert_holds(rig, &other);
}

static void restore(struct rig *rig)
{
    rig_set_restoring(rig, true);
    rig_restart(rig);
    link_above(rig, PARENTS_EPOCH);
}

static const char refusal[] = "in this node's name";

/* Its own word comes back, also an earlier one than that it holds, if only to be answered. */
static void test_its_own_comes_back(void **state)
{
    struct rig *rig = *state;
    struct says first = own(rig_seal, 0, "first"), second = own(rig_seal, 5, "second");
    link_above(rig, PARENTS_EPOCH);
    tell(rig, &first);
    assert_holds(rig, &first);
    tell(rig, &second);
    assert_holds(rig, &second);
    tell(rig, &first);
    assert_holds(rig, &second);
    assert_null(strstr(rig_log, refusal));
}

/* What it never said is left out, whatever it is sealed with, and holds nothing up. */
static void test_made_up(void **state)
{
    struct rig *rig = *state;
    struct says kept = own(rig_seal, 0, "kept");
    const struct says rows[] = {
        own(NULL, 0, "no seal"),
        own(former_seal, 0, "another seal"),
        {.type = NOTICE_ACCEPTED, .unit = 23857, .author = 631, .number = 1, .text = "accepted"},
        {.type = NOTICE_HEARD, .unit = 631, .author = 631, .number = 5, .text = "seen"},
    };
    link_above(rig, PARENTS_EPOCH);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        tell(rig, &rows[i]);
        assert_logged(refusal);
        assert_null(held_text(rig, &rows[i]));
    }
    tell(rig, &kept);
    struct says later = own(former_seal, 1, "later");
    tell(rig, &later);
    assert_logged(refusal);
    assert_holds(rig, &kept);
}

/* After a lost disk, and with a new key, it takes back what it had said; and from then on nothing
 * that is not of this key. What it holds is no news, whoever sealed it. */
static void test_with_a_new_key(void **state)
{
    struct rig *rig = *state;
    struct says before = own(former_seal, 0, "before"), later = own(former_seal, 1, "later");
    restore(rig);
    tell(rig, &before);
    assert_holds(rig, &before);
    assert_null(strstr(rig_log, refusal));
    rig_set_restoring(rig, false);
    rig_restart(rig);
    link_above(rig, PARENTS_EPOCH);
    tell(rig, &before);
    assert_null(strstr(rig_log, refusal));
    tell(rig, &later);
    assert_logged(refusal);
    assert_holds(rig, &before);
    later = own(rig_seal, 1, "with the new key");
    tell(rig, &later);
    assert_holds(rig, &later);
    tell(rig, &before);
    assert_null(strstr(rig_log, refusal));
    assert_holds(rig, &later);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHILD_TEST(test_its_own_comes_back),
        CHILD_TEST(test_made_up),
        CHILD_TEST(test_with_a_new_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
