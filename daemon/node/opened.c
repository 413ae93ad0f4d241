#include "node/opened.h"

#include <string.h>

#include "core/arena.h"

/* The filing of a message; false if its kind has none. */
static bool filing_of(const Tonghop__Envelope *envelope, struct span *ret_filing)
{
    const ProtobufCBinaryData *filing;
    if (envelope->body_case == TONGHOP__ENVELOPE__BODY_FILE)
        filing = &envelope->file->filing;
    else if (envelope->body_case == TONGHOP__ENVELOPE__BODY_REVISION)
        filing = &envelope->revision->filing;
    else
        return false;
    *ret_filing = (struct span){filing->data, filing->len};
    return true;
}

bool opened_make(struct span bytes, struct arena *arena, struct opened *ret_opened)
{
    const int body = wire_peek_body(bytes);
    char reason[WIRE_REASON_SIZE]; /* node_step says it to the peer */
    struct span filing;
    if (body != TONGHOP__ENVELOPE__BODY_FILE && body != TONGHOP__ENVELOPE__BODY_REVISION)
        return false;
    *ret_opened = (struct opened){0};
    return wire_open(bytes, arena, &ret_opened->message, reason, sizeof(reason)) == ERR_OK &&
           filing_of(ret_opened->message.envelope, &filing) &&
           wire_open_filing(filing, arena, &ret_opened->filing, &ret_opened->report, reason,
                            sizeof(reason)) == ERR_OK;
}

void opened_fini(struct opened *opened)
{
    report_fini(&opened->report);
}
