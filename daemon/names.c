/* The directory of users may be on another machine, so it is not asked for every message. */
#include "names.h"

#include <pwd.h>
#include <stdio.h>

#include "core/utf8.h"

enum { ENTRY_SIZE = 16384 };

/* A user that nobody knows, or a directory that does not answer, has no name; the record has the
 * number all the same. */
static void ask(struct name *name)
{
    char entry[ENTRY_SIZE];
    struct passwd user, *found = NULL;
    name->text[0] = '\0';
    if (getpwuid_r(name->uid, &user, entry, sizeof(entry), &found) != 0 || found == NULL)
        return;
    (void)snprintf(name->text, sizeof(name->text), "%s", found->pw_name);
    utf8_cut(name->text);
    utf8_make_line(name->text);
}

const char *names_of_user(struct names *names, uint32_t uid, int64_t now_ms)
{
    struct name *oldest = &names->items[0];
    for (size_t i = 0; i < NAMES_MAX; i++) {
        struct name *name = &names->items[i];
        if (name->asked_ms != 0 && name->uid == uid) {
            if (now_ms - name->asked_ms < NAMES_MS)
                return name->text;
            oldest = name;
            break;
        }
        if (name->asked_ms < oldest->asked_ms)
            oldest = name;
    }
    oldest->uid = uid;
    oldest->asked_ms = now_ms;
    ask(oldest);
    return oldest->text;
}
