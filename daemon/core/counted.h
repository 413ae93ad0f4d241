/* One and many in English: "1 error", "2 errors". */
#ifndef CORE_COUNTED_H
#define CORE_COUNTED_H

/* Chooses between one and many in a text that has been formatted: of "{one|many}" the first stays
 * where the number before it is 1. Of "%zu error{|s}" comes "1 error" and "2 errors". For texts
 * that take numbers only. Takes `text`; the caller frees what is returned. */
char *counted_text(char *text);

#endif
