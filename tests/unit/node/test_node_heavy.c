/* Filings that are full of fields which nobody knows take much memory to open. What a reporter was
 * given a receipt for opens at every node, whatever it stands beside; what would not is refused. */
#include "unit/node/fork.h"

/* A two-byte field that nobody knows takes 40 bytes and more. */
enum { TOO_HEAVY = 60000, HEAVY = 30000 };

/* A filing for the key of `like`, with so many unknown fields. */
static void heavy_pack(const struct draft *like, int64_t value, size_t unknown, struct buf *out)
{
    uint32_t indicators[] = {1};
    int64_t values[] = {value};
    Tonghop__Qualifier qualifiers[] = {TONGHOP__QUALIFIER__QUALIFIER_EXACT};
    Tonghop__Cells cells = TONGHOP__CELLS__INIT;
    cells.n_indicators = cells.n_values = cells.n_qualifiers = 1;
    cells.indicators = indicators;
    cells.values = values;
    cells.qualifiers = qualifiers;
    struct buf part = {0};
    uint8_t bytes[64];
    size_t len = tonghop__cells__pack(&cells, bytes);
    buf_put(&part, bytes, len);
    for (size_t i = 0; i < unknown; i++) {
        buf_put_u8(&part, 0x78); /* field 15, a varint */
        buf_put_u8(&part, (uint8_t)(value & 0x7f));
    }
    Tonghop__PartRef ref = TONGHOP__PART_REF__INIT, *refs[] = {&ref};
    uint8_t digest[DIGEST_SIZE];
    digest_of(span_of(&part), digest);
    ref.type = TONGHOP__PART_TYPE__PART_TYPE_CELLS;
    ref.size = (uint32_t)part.len;
    ref.digest = (ProtobufCBinaryData){sizeof(digest), digest};
    struct report_key key = draft_key(like);
    Tonghop__Key wire_key;
    wire_key_of(&key, &wire_key);
    Tonghop__ReportHeader header = TONGHOP__REPORT_HEADER__INIT;
    header.key = &wire_key;
    header.scope = (Tonghop__Scope)SCOPE_OWN;
    header.catalogue = like->catalogue != 0 ? like->catalogue : 1;
    header.based_on = like->based_on;
    header.n_parts = 1;
    header.parts = refs;
    uint8_t head[512];
    size_t head_len = tonghop__report_header__pack(&header, head);
    Tonghop__Filing filing = TONGHOP__FILING__INIT;
    ProtobufCBinaryData parts[] = {{part.len, part.data}};
    filing.header = (ProtobufCBinaryData){head_len, head};
    filing.n_parts = 1;
    filing.parts = parts;
    uint8_t *all = mem_alloc(tonghop__filing__get_packed_size(&filing));
    buf_put(out, all, tonghop__filing__pack(&filing, all));
    free(all);
    buf_fini(&part);
}

/* As heavy as may be, and a little more. */
static void test_the_limit(void **state)
{
    struct rig *rig = *state;
    struct buf filing = {0};
    heavy_pack(&draft, OURS, TOO_HEAVY, &filing);
    assert_refused(file_bytes(rig, from_local(), &filing), "too-large");
    buf_clear(&filing);
    heavy_pack(&draft, OURS, HEAVY, &filing);
    assert_body(file_bytes(rig, from_local(), &filing), BODY(RECEIPT));
    buf_fini(&filing);
}

/* Both sides of a fork are heavy: it is settled as any other. */
static void test_a_fork(void **state)
{
    struct rig *rig = *state;
    struct buf ours = {0}, theirs = {0};
    Tonghop__Revision revision;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    heavy_pack(&draft, OURS, HEAVY, &ours);
    heavy_pack(&draft, THEIRS, HEAVY, &theirs);
    assert_body(file_bytes(rig, from_local(), &ours), BODY(RECEIPT));
    revision_fill(&draft, (struct wrapper){5, A}, &theirs, &revision);
    revision.received_us = RIG_NOW_US - 5;
    revision.home = 64;
    envelope.body_case = BODY(REVISION);
    envelope.revision = &revision;
    from_parent(rig, 0, &envelope);
    assert_head(rig, &draft, 6, A, 6);
    assert_int_equal(counted(rig, &draft), OURS);
    assert_verifies(rig);
    buf_fini(&ours);
    buf_fini(&theirs);
}

/* A reporter of one commune filed two of them, of which one is accepted. The district's new node
 * gets both, in one message, and takes in what others file. */
static void test_a_new_node(void **state)
{
    enum { REPORTER = 5 };
    struct pair *pair = *state;
    struct buf one = {0}, two = {0};
    struct draft like = draft;
    like.catalogue = 2;
    part(pair); /* no node for the district: the parent is the home */
    rig_enrol(&pair->parent, REPORTER, 23857, ROLE(REPORTER));
    heavy_pack(&like, 10, HEAVY, &one);
    assert_body(file_bytes(&pair->parent, from_key(REPORTER), &one), BODY(RECEIPT));
    rig_hello(&pair->parent, from_local(), 0);
    mark_at(&pair->parent, 1, A);
    like.based_on = 1;
    heavy_pack(&like, 20, HEAVY, &two);
    assert_body(file_bytes(&pair->parent, from_key(REPORTER), &two), BODY(RECEIPT));
    pair->parent.sent_count = 0;
    pair_lose_disk(pair);
    rig_install_manual(&pair->child, 2);
    meet(pair);
    assert_agrees(pair);
    assert_head(&pair->child, &draft, 2, 0, 1);
    pair_file(&pair->child,
              DRAFT(.period = "2024-S1", .unit = 23860, .catalogue = 2, CELLS(EXACT(1, 7))));
    pair_pass(pair, 60000);
    assert_agrees(pair);
    buf_fini(&one);
    buf_fini(&two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DISTRICT_TEST(test_the_limit),
        DISTRICT_TEST(test_a_fork),
        FORK_TEST(test_a_new_node),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
