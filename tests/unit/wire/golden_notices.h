/* Messages about notices, made as golden.h says. */
#ifndef TESTS_UNIT_WIRE_GOLDEN_NOTICES_H
#define TESTS_UNIT_WIRE_GOLDEN_NOTICES_H

/* The inner notice, which travels and is stored as bytes: revision 3 of golden.h's report is
 * returned by unit 64 because of two cells. */
#define GOLDEN_NOTICE                                                                              \
    "0802100118e80f200128b1ba013001384040034a10a0a1a2a3a4a5a6a7a8a9aaabacadaeaf5080e4"             \
    "f3cdd3a28a035a0c7569643a3130303020686f61621578656d206ce1baa1692073e1bb91207469e1"             \
    "bb816e6a020206ba0110101112131415161718191a1b1c1d1e1f"

#define GOLDEN_NOTICES_QUERY "0801102e82040f08ef9bafcdf8acd191011082021807"

#define GOLDEN_NOTICES                                                                             \
    "0801102f18018a047d08ef9bafcdf8acd191011083021801226a0802100118e80f200128b1ba0130"             \
    "01384040034a10a0a1a2a3a4a5a6a7a8a9aaabacadaeaf5080e4f3cdd3a28a035a0c7569643a3130"             \
    "303020686f61621578656d206ce1baa1692073e1bb91207469e1bb816e6a020206ba011010111213"             \
    "1415161718191a1b1c1d1e1f2807"

#define GOLDEN_NOTICES_ACK "080110301801920403088302"

#define GOLDEN_INBOX_QUERY "080110319a040b0a05323338353710011801"

#define GOLDEN_INBOX                                                                               \
    "080110321801a204d6020a4e08b1ba01120532333835371a195468e1bb8b207472e1baa56e205375"             \
    "e1bb91692054726f6e67221353756f692054726f6e6720546f776e736869702a07636f6d6d756e65"             \
    "32087468695f7472616e1283020802124e08b1ba01120532333835371a195468e1bb8b207472e1ba"             \
    "a56e205375e1bb91692054726f6e67221353756f692054726f6e6720546f776e736869702a07636f"             \
    "6d6d756e6532087468695f7472616e18012207323032342d53312a0767656e6572616c30033880e4"             \
    "f3cdd3a28a0342320840120236341a0c54e1bb896e68205468e1bbad220c5468752050726f76696e"             \
    "63652a0870726f76696e6365320474696e684a0c7569643a3130303020686f61521578656d206ce1"             \
    "baa1692073e1bb91207469e1bb816e5a106d6f64656c2e7265636f676e6973656460017881e4f3cd"             \
    "d3a28a03800182e4f3cdd3a28a038a010c7569643a31303031206c616e980101"

#define GOLDEN_REMIND                                                                              \
    "08011033f2042008011207323032342d53311a053233383537220a68e1baa16e2031372f362801"

#define GOLDEN_REMINDED                                                                            \
    "080110341801fa04710a07323032342d533112660a4e08b1ba01120532333835371a195468e1bb8b"             \
    "207472e1baa56e205375e1bb91692054726f6e67221353756f692054726f6e6720546f776e736869"             \
    "702a07636f6d6d756e6532087468695f7472616e10011880e4f3cdd3a28a032080a48c9a99aa8a03"             \
    "2802"

#define GOLDEN_REOPEN                                                                              \
    "0801103582053708011207323032342d53311a0532333835372080a48c9a99aa8a032a1a6e68e1ba"             \
    "ad7020746869e1babf75206de1bb9974206cc3a06e67"

#endif
