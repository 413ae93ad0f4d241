/* Messages of protocol 1 in hexadecimal, made with Google's protobuf for Python and hashlib from
 * proto/tonghop.proto alone: an encoder that shares nothing with this program. docs/PROTOCOL.md
 * walks through the first of them. Changing one is a change of the protocol. */
#ifndef TESTS_UNIT_WIRE_GOLDEN_H
#define TESTS_UNIT_WIRE_GOLDEN_H

/* The report of unit 23857 for 2024-S1, form 1, under catalogue 1, by "Nguyễn Thị Hoa": indicators
 * 1 = 12, 2 = 10, 6 >= 28, 7 = 75.6 .. 80.0 (one decimal), 13 = -2.50 (two decimals); notes
 * "theo rà soát tháng 5" on 6 and "Số liệu đã kiểm tra" on the whole. */
#define GOLDEN_CELLS "0a05010206070d1207181438e80bf3031a0501010205012202c00c"

#define GOLDEN_NOTES                                                                               \
    "0a1b080612177468656f2072c3a020736fc3a174207468c3a16e6720350a1d121b53e1bb91206c69"             \
    "e1bb877520c491c3a3206b69e1bb836d20747261"

#define GOLDEN_HEADER                                                                              \
    "0a0d080110e80f180120b1ba012801100118013a124e677579e1bb856e205468e1bb8b20486f614a"             \
    "2608011220d50698ce5e079508bae466379b559a4012409f4d335d0128378ffcf3aedb4a97181b4a"             \
    "2608021220ae329d4cf44d2728c4dfc3e0c9d790bf877b8b786b2665aa8e6187798dd1d9f4183c"

#define GOLDEN_FILING                                                                              \
    "0a770a0d080110e80f180120b1ba012801100118013a124e677579e1bb856e205468e1bb8b20486f"             \
    "614a2608011220d50698ce5e079508bae466379b559a4012409f4d335d0128378ffcf3aedb4a9718"             \
    "1b4a2608021220ae329d4cf44d2728c4dfc3e0c9d790bf877b8b786b2665aa8e6187798dd1d9f418"             \
    "3c121b0a05010206070d1207181438e80bf3031a0501010205012202c00c123c0a1b080612177468"             \
    "656f2072c3a020736fc3a174207468c3a16e6720350a1d121b53e1bb91206c69e1bb877520c491c3"             \
    "a3206b69e1bb836d20747261"

/* Of GOLDEN_HEADER, and of the canonical content. */
#define GOLDEN_FILING_DIGEST "dae6f1a9e93f64f00af1dc7a72a2f69c3a24ab4f6ab23edad8b58233dc871fdc"

#define GOLDEN_FILING_CONTENT "59f58f5a991c0f22cb65be5734c8e3a9d279e55611e06a43c8f7c0c774ef541f"

/* Its withdrawal, based on revision 1, because "Nộp nhầm kỳ". */
#define GOLDEN_WITHDRAWAL                                                                          \
    "0a3e0a0d080110e80f180120b1ba01280110011801200128013a124e677579e1bb856e205468e1bb"             \
    "8b20486f6142114ee1bb9970206e68e1baa76d206be1bbb3"

/* What a reporter says first. */
#define GOLDEN_REPORTER_HELLO "0801100152170801100118b1ba013a0d6d792d636c69656e7420312e30"

/* The same by somebody who reads Vietnamese. */
#define GOLDEN_VIETNAMESE_HELLO "08011001521b0801100118b1ba013a0d6d792d636c69656e7420312e3042027669"

/* One of each body, in order of their numbers. */
#define GOLDEN_HELLO                                                                               \
    "0801100152690801100118b1ba0120012a20202122232425262728292a2b2c2d2e2f303132333435"             \
    "363738393a3b3c3d3e3f322b080110e80f18012220404142434445464748494a4b4c4d4e4f505152"             \
    "535455565758595a5b5c5d5e5f28023a0e746f6e67686f706420302e312e30"

#define GOLDEN_WELCOME                                                                             \
    "0801100218015a63080110f704180120012a20202122232425262728292a2b2c2d2e2f3031323334"             \
    "35363738393a3b3c3d3e3f30403a2b080110e80f18012220606162636465666768696a6b6c6d6e6f"             \
    "707172737475767778797a7b7c7d7e7f28014080e4f3cdd3a28a03"

#define GOLDEN_PING "080110036200"

#define GOLDEN_PONG "0801100418036a00"

#define GOLDEN_FILE "08011005a201d7010ad401" GOLDEN_FILING

#define GOLDEN_RECEIPT                                                                             \
    "080110061805aa01440a0d080110e80f180120b1ba012801100118012880e4f3cdd3a28a03322608"             \
    "0210011a207265636f676e697365643a206d6f7265207468616e2072656769737465726564"

#define GOLDEN_REFUSAL                                                                             \
    "080110071806b2014f0a057374616c6512347265766973696f6e2032206973207468652063757272"             \
    "656e74206f6e653a206261736520746865207265706f7274206f6e2069741a0b08061a076d697373"             \
    "696e67200228f704"

#define GOLDEN_REVISION                                                                            \
    "08011008ba01fa010ad401" GOLDEN_FILING                                                         \
    "100318012080e4f3cdd3a28a032880a496df91a08a0330f7043a087569643a31303030"

#define GOLDEN_ACK "080110091808c201130a0d080110e80f180120b1ba01280110031801"

#define GOLDEN_STATEMENT                                                                           \
    "0801100aca0179080110e80f18f70420012a20202122232425262728292a2b2c2d2e2f3031323334"             \
    "35363738393a3b3c3d3e3f324b080110011a0d0801180c280c320501000000001a23080d10011886"             \
    "feffffffffffffff0120012886feffffffffffffff01320501010000001a11080e10021805200228"             \
    "0532050200000000"

#define GOLDEN_STATEMENT_ACK "0801100b180ad2010a080110e80f18f7042001"

#define GOLDEN_CATALOGUE_REQUEST "0801100cf2010408021003"

#define GOLDEN_CATALOGUE_CHUNK                                                                     \
    "0801100d180cfa012a08011220202122232425262728292a2b2c2d2e2f303132333435363738393a"             \
    "3b3c3d3e3f20012a020801"

#define GOLDEN_CATALOGUE_PUBLISH                                                                   \
    "0801100e82022c0a2a08011220202122232425262728292a2b2c2d2e2f303132333435363738393a"             \
    "3b3c3d3e3f20012a020801"

#define GOLDEN_CATALOGUE_NOTICE                                                                    \
    "0801100f8a022408021220202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c"             \
    "3d3e3f"

#define GOLDEN_ENROL                                                                               \
    "08011010c2023a08f7041220202122232425262728292a2b2c2d2e2f303132333435363738393a3b"             \
    "3c3d3e3f180222115068c3b26e672044c3a26e2076e1baad6e"

#define GOLDEN_REVOKE                                                                              \
    "08011011ca02220a20202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e"             \
    "3f"

#define GOLDEN_KEYS_QUERY "08011012d20200"

#define GOLDEN_KEYS                                                                                \
    "080110131812da02470a450a20202122232425262728292a2b2c2d2e2f303132333435363738393a"             \
    "3b3c3d3e3f10f704180222115068c3b26e672044c3a26e2076e1baad6e3080e4f3cdd3a28a033801"

#define GOLDEN_DONE "080110141813e2020a0a08656e726f6c6c6564"

#define GOLDEN_TOTALS_QUERY                                                                        \
    "0801101592032608011207323032342d53311a0336333122106d6f64656c2e726567697374657265"             \
    "6428013001"

#define GOLDEN_TOTALS                                                                              \
    "0801101618159a03c9010a07323032342d533110011a51080112106d6f64656c2e72656769737465"             \
    "7265641a144dc3b42068c3ac6e6820c491c4836e67206bc3bd22114d6f64656c7320726567697374"             \
    "6572656432096dc3b42068c3ac6e685a0767656e6572616c22600a4e08b1ba01120532333835371a"             \
    "195468e1bb8b207472e1baa56e205375e1bb91692054726f6e67221353756f692054726f6e672054"             \
    "6f776e736869702a07636f6d6d756e6532087468695f7472616e120c0801180c280c300138014001"             \
    "1a002a07323032332d5331"

#define GOLDEN_COVERAGE_QUERY "08011017a2030a08011204323032342001"

#define GOLDEN_COVERAGE                                                                            \
    "080110181817aa03ca010a043230323410011a4e08b1ba01120532333835371a195468e1bb8b2074"             \
    "72e1baa56e205375e1bb91692054726f6e67221353756f692054726f6e6720546f776e736869702a"             \
    "07636f6d6d756e6532087468695f7472616e2001280130014a6a0a4e08b1ba01120532333835371a"             \
    "195468e1bb8b207472e1baa56e205375e1bb91692054726f6e67221353756f692054726f6e672054"             \
    "6f776e736869702a07636f6d6d756e6532087468695f7472616e120767656e6572616c1803200228"             \
    "013080e4f3cdd3a28a033803"

#define GOLDEN_EXPLAIN_QUERY                                                                       \
    "08011019b2032408011207323032342d53311a05323338353722106d6f64656c2e72656769737465"             \
    "726564"

#define GOLDEN_EXPLANATION                                                                         \
    "0801101a1819ba03a8030a07323032342d53311251080112106d6f64656c2e726567697374657265"             \
    "641a144dc3b42068c3ac6e6820c491c4836e67206bc3bd22114d6f64656c73207265676973746572"             \
    "656432096dc3b42068c3ac6e685a0767656e6572616c1a4e08b1ba01120532333835371a195468e1"             \
    "bb8b207472e1baa56e205375e1bb91692054726f6e67221353756f692054726f6e6720546f776e73"             \
    "6869702a07636f6d6d756e6532087468695f7472616e220c0801180c280c3001380140012a8a0112"             \
    "4e08b1ba01120532333835371a195468e1bb8b207472e1baa56e205375e1bb91692054726f6e6722"             \
    "1353756f692054726f6e6720546f776e736869702a07636f6d6d756e6532087468695f7472616e18"             \
    "01220c0801180c280c3001380140012a07323032342d5331300138014080e4f3cdd3a28a034a124e"             \
    "677579e1bb856e205468e1bb8b20486f613251080112106d6f64656c2e726567697374657265641a"             \
    "144dc3b42068c3ac6e6820c491c4836e67206bc3bd22114d6f64656c732072656769737465726564"             \
    "32096dc3b42068c3ac6e685a0767656e6572616c3a0c0801180c280c300138014001"

#define GOLDEN_HISTORY_QUERY                                                                       \
    "0801101bc2031d08011207323032342d53311a053233383537220767656e6572616c2801"

#define GOLDEN_HISTORY                                                                             \
    "0801101c181bca03b0010a4e08b1ba01120532333835371a195468e1bb8b207472e1baa56e205375"             \
    "e1bb91692054726f6e67221353756f692054726f6e6720546f776e736869702a07636f6d6d756e65"             \
    "32087468695f7472616e125e0a0d080110e80f180120b1ba012801120767656e6572616c18022001"             \
    "280130014080e4f3cdd3a28a03480150015a124e677579e1bb856e205468e1bb8b20486f6162114e"             \
    "e1bb9970206e68e1baa76d206be1bbb36a087569643a31303030"

#define GOLDEN_STATUS_QUERY "0801101dd20300"

#define GOLDEN_STATUS                                                                              \
    "0801101e181dda03be020a0e746f6e67686f706420302e312e30124e08b1ba01120532333835371a"             \
    "195468e1bb8b207472e1baa56e205375e1bb91692054726f6e67221353756f692054726f6e672054"             \
    "6f776e736869702a07636f6d6d756e6532087468695f7472616e180120c0dfb6cdd3a28a032880e4"             \
    "f3cdd3a28a03300142137463703a2f2f31302e302e302e313a34393530500258017880808080048a"             \
    "016b0a4e08b1ba01120532333835371a195468e1bb8b207472e1baa56e205375e1bb91692054726f"             \
    "6e67221353756f692054726f6e6720546f776e736869702a07636f6d6d756e6532087468695f7472"             \
    "616e10011a0c5375e1bb91692054726f6e6720012880e4f3cdd3a28a039201286e6f206c696e6b20"             \
    "746f2074686520706172656e743a20636865636b2069747320616464726573739a010d6e6f20636f"             \
    "6e6e656374696f6e"

/* Added later: their numbers among the bodies are lower, their messages come last. */
#define GOLDEN_QUARANTINE_QUERY "0801101fea02020807"

#define GOLDEN_QUARANTINE                                                                          \
    "08011020181ff2024b0a490807108080fbb4ece98a031a20202122232425262728292a2b2c2d2e2f"             \
    "303132333435363738393a3b3c3d3e3f2210c490c6a16e2076e1bb8b206b68c3a163288202"                   \
    "30013a03616263"

#define GOLDEN_QUARANTINE_CLEAR "08011021fa02021007"

#define GOLDEN_INVENTORY                                                                           \
    "08011022e2036f080110e80f1a0808b1ba0110011802220808b4ba01100218032a06b1ba01b4ba01"             \
    "320202013a020103420203014a40404142434445464748494a4b4c4d4e4f50515253545556575859"             \
    "5a5b5c5d5e5f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"

#define GOLDEN_COMPARED "080110231822ea031b0a0808b4ba011001180310021a0d080110e80f180120b1ba012801"

#define GOLDEN_MARK "08011024f203130a0d080110e80f180120b1ba01280110031802"

#define GOLDEN_HOLDERS "080110251824fa03130a0d080110e80f180120b1ba01280110031840"

/* What was added to a message later: the same with the new field set. A peer that does not know it
 * sends, and understands, the message above. The accepted revision is GOLDEN_FILING as number 3,
 * its withdrawal waits as number 4. */
#define GOLDEN_PING_CATALOGUE "0801100362020807"

#define GOLDEN_PONG_DIGEST                                                                         \
    "0801100418036a220a20202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d"             \
    "3e3f"

#define GOLDEN_WELCOME_INCOMPLETE                                                                  \
    "0801100218015a65080110f704180120012a20202122232425262728292a2b2c2d2e2f3031323334"             \
    "35363738393a3b3c3d3e3f30403a2b080110e80f18012220606162636465666768696a6b6c6d6e6f"             \
    "707172737475767778797a7b7c7d7e7f28014080e4f3cdd3a28a034801"

#define GOLDEN_REVISION_ACCEPTED                                                                   \
    "08011008ba01d7020a40" GOLDEN_WITHDRAWAL                                                       \
    "10042080e4f3cdd3a28a032880a496df91a08a0330f7043a087569643a3130303042f1010ad401" GOLDEN_FILING \
    "100318012080e4f3cdd3a28a0328f70432087569643a31303030"

#define GOLDEN_HISTORY_HELD                                                                        \
    "0801101c181bca03cd010a4e08b1ba01120532333835371a195468e1bb8b207472e1baa56e205375"             \
    "e1bb91692054726f6e67221353756f692054726f6e6720546f776e736869702a07636f6d6d756e65"             \
    "32087468695f7472616e127b0a0d080110e80f180120b1ba012801120767656e6572616c18022001"             \
    "280130014080e4f3cdd3a28a03480150015a124e677579e1bb856e205468e1bb8b20486f6162114e"             \
    "e1bb9970206e68e1baa76d206be1bbb36a087569643a3130303082011a0840120236341a1254e1bb"             \
    "896e682043616f204e677579c3aa6e"

#define GOLDEN_STATUS_RESTORING                                                                    \
    "0801101e181dda03c4020a0e746f6e67686f706420302e312e30124e08b1ba01120532333835371a"             \
    "195468e1bb8b207472e1baa56e205375e1bb91692054726f6e67221353756f692054726f6e672054"             \
    "6f776e736869702a07636f6d6d756e6532087468695f7472616e180120c0dfb6cdd3a28a032880e4"             \
    "f3cdd3a28a03300142137463703a2f2f31302e302e302e313a34393530500258017880808080048a"             \
    "016b0a4e08b1ba01120532333835371a195468e1bb8b207472e1baa56e205375e1bb91692054726f"             \
    "6e67221353756f692054726f6e6720546f776e736869702a07636f6d6d756e6532087468695f7472"             \
    "616e10011a0c5375e1bb91692054726f6e6720012880e4f3cdd3a28a039201286e6f206c696e6b20"             \
    "746f2074686520706172656e743a20636865636b2069747320616464726573739a010d6e6f20636f"             \
    "6e6e656374696f6ea00101a80101"

/* Catalogue 7: two levels, one form, three indicators of which one is derived, unit 64 with 101,
 * and 100, which ended on 2024-09-30 with 101 as its successor. */
#define GOLDEN_CATALOGUE                                                                           \
    "0807120a44616e68206de1bba56322060801100c180f22041006180e22041006180f2204100c180e"             \
    "2a180a0870726f76696e6365120c43e1baa5702074e1bb896e682a2b0a07636f6d6d756e65120943"             \
    "e1baa5702078c3a31a07436f6d6d756e65220410061811320608021001180a320e0a0474696e6812"             \
    "0674e1bb896e6832120a027861120378c3a31a07636f6d6d756e653a2e0801120767656e6572616c"             \
    "1a0f42c3a16f2063c3a16f206368756e67220e47656e6572616c207265706f72742802424c080112"             \
    "106d6f64656c2e726567697374657265641a144dc3b42068c3ac6e6820c491c4836e67206bc3bd2a"             \
    "014932096dc3b42068c3ac6e68380140015801680370ffffffff0f78feffffff0f42410802120762"             \
    "616c616e63651a0d4368c3aa6e68206ce1bb876368320f747269e1bb877520c491e1bb936e673802"             \
    "400248025001580168027096b40278feffffff0f424f08031204726174651a0954e1bbb7206ce1bb"             \
    "87320125380140044801680370ffffffff0f78feffffff0f8201223d20313030202a2062616c616e"             \
    "6365202f206d6f64656c2e726567697374657265644a26084010ffffffff0f18feffffff0f3a0236"             \
    "34421254e1bb896e682043616f204e677579c3aa6e4a29086410ffffffff0f18b8b8022040280130"             \
    "013a03313030420d58c3a32054c3a26e2053c6a16e5201654a27086510ffffffff0f18f0b9022040"             \
    "280130013a03313031420e58c3a32054c3a26e204ce1baad704a38086510f2b90218feffffff0f20"             \
    "40280130013a03313032420e58c3a32054c3a26e204ce1baad704a0f54616e204c617020436f6d6d"             \
    "756e65"

/* Fields of a Catalogue, to be put behind it: sections, bodies and measures; an indicator. */
#define GOLDEN_WORDS                                                                               \
    "52130a014912054de1bba5631a0753656374696f6e5a100a02706e120a5068e1bba5206ee1bbaf62"             \
    "130a096dc3b42068c3ac6e6812066d6f64656c7362110a0f747269e1bb877520c491e1bb936e6762"             \
    "100a07c491e1bb936e671a056d6f6e6579"

#define GOLDEN_CHECKED                                                                             \
    "425908091207636865636b65641a0e43c3b3206b69e1bb836d207472612a01493207c491e1bb936e"             \
    "67380140015801680370ffffffff0f78feffffff0f8a01103c3d20353b207761726e3a203e3d2031"             \
    "920102706e980103a00101"

/* Likewise the calendar of 2026 and later: 1 January to 30 June, 1 July to 31 December. */
#define GOLDEN_LATER_CALENDAR "6a1b08ea0f12041001180112041006181e1204100718011204100c181f"

/* A form that is accepted by hand, alone. */
#define GOLDEN_FORM_BY_HAND "08021201621a014228023001"

/* What a pong says of two buckets of 2024: S1 with 2 reports and the digest 40..5f, and the
 * year with 1 report and 60..7f. */
#define GOLDEN_PONG_OF_TWO "102314ac9c27e1589e6b58e4c77014081271fbc0f64c96f63b8ed7634f00cb42"

#endif
