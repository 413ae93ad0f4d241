/* The table of events, in the order of their enum. */
#include "core/log_event.h"

#include <assert.h>
#include <stddef.h>

static const struct log_event_info infos[] = {
    /* start and end */
    [LOG_EVENT_STARTED] = {"started", "1f6de7764bbf4d4894812948306a92ac", LOG_LEVEL_NOTICE,
                           "The daemon serves its unit: it can be connected to.", "Nothing."},
    [LOG_EVENT_STOPPING] =
        {"stopping", "e9d89119dbb3431795307144f7884a07", LOG_LEVEL_NOTICE,
         "The daemon was asked to end, and ends when what was received is answered.", "Nothing."},
    [LOG_EVENT_CONFIGURATION_WRONG] =
        {"configuration-wrong", "2074ddae2d994b5abc1245bf603c7452", LOG_LEVEL_ERROR,
         "The configuration has a mistake, which is named with file, line and column; nothing was "
         "started or, at a reload, changed.",
         "Correct it, and try it with 'tonghopd --config FILE --check'."},
    [LOG_EVENT_RELOADED] = {"reloaded", "1d1c84ddd6804d798f10bae571444261", LOG_LEVEL_NOTICE,
                            "The configuration was read again; the line has what was changed in "
                            "the running node, if anything.",
                            "Nothing."},
    [LOG_EVENT_RELOAD_REFUSED] =
        {"reload-refused", "2a11c30c305846d4b2775c4c305616b3", LOG_LEVEL_ERROR,
         "The configuration was read again and has mistakes, which the lines before name: nothing "
         "was changed, and the node goes on as before.",
         "Correct the file, and reload once more."},
    [LOG_EVENT_RESTART_NEEDED] = {"restart-needed", "2787d421268d41988ce8dd496de71150",
                                  LOG_LEVEL_WARNING,
                                  "The configuration was read again, and some of what was changed "
                                  "in it cannot change in a running node; the line names it.",
                                  "Restart the daemon when it suits: nothing is lost."},
    [LOG_EVENT_KEY_FILE_WRONG] =
        {"key-file-wrong", "3d66b619801f4c22b4b25ef69bd5209b", LOG_LEVEL_ERROR,
         "The file of the secret key is not there, cannot be used or written, or may be read by "
         "others.",
         "Do what the line says; under systemd see that LoadCredential names the file."},
    [LOG_EVENT_KEY_OF_ANOTHER] =
        {"key-of-another", "6cf99132fe2a4e68ad04fd2431d0a6c6", LOG_LEVEL_WARNING,
         "The secret key in use is not that of the public key beside it: somebody took the key of "
         "another node, or did not renew NAME.pub. The daemon starts all the same.",
         "Put the right key there, or the right NAME.pub, and restart."},
    [LOG_EVENT_ALREADY_RUNNING] =
        {"already-running", "38f93bb898b940b793aff9f95c84b210", LOG_LEVEL_ERROR,
         "Another tonghopd has the state folder or the local socket of this node.",
         "Stop that one first, or give this node a state_dir and a runtime_dir of its own."},
    [LOG_EVENT_ENDPOINT_UNUSABLE] =
        {"endpoint-unusable", "7b6bb5ddaa114ed4b935ac3d73e0b561", LOG_LEVEL_ERROR,
         "The daemon cannot listen on [listen] endpoint or on its local socket.",
         "Choose an address of this machine and a free port; see that runtime_dir is there and "
         "writable."},
    [LOG_EVENT_SELF_TEST_FAILED] =
        {"self-test-failed", "ea48c46c70a84de686d5e53260d0d43e", LOG_LEVEL_ERROR,
         "The check at start that a key which nobody enrolled is refused has failed; nothing was "
         "started.",
         "See that libzmq is the one of the distribution, and that 127.0.0.1 can be listened on."},
    [LOG_EVENT_MESSAGING_FAILED] =
        {"messaging-failed", "7ef70f667e764738ac77d3c7130a29a4", LOG_LEVEL_ERROR,
         "libzmq cannot make what it needs, such as a socket to the node above, or the daemon "
         "cannot begin its second thread.",
         "See that there are memory, descriptors and threads, and what limits them (LimitNOFILE, "
         "MemoryMax, TasksMax)."},
    [LOG_EVENT_OUT_OF_MEMORY] =
        {"out-of-memory", "af4d462ba75241319c32eff8b07fced0", LOG_LEVEL_ERROR,
         "There was no memory; the process ended, and nothing that was acknowledged is lost.",
         "See what limits the memory (MemoryMax) and what else uses it."},

    /* the store */
    [LOG_EVENT_STORE_UNUSABLE] =
        {"store-unusable", "fec42478a4b24f44a716cab968d822e5", LOG_LEVEL_ERROR,
         "The state folder or a file in it cannot be opened, locked or made, or is no store.",
         "Do what the line says; see that state_dir is right and belongs to the daemon's user."},
    [LOG_EVENT_STORE_FOREIGN] =
        {"store-foreign", "a1673c210bcf4ee7b180b5ede9c0616b", LOG_LEVEL_ERROR,
         "The state folder, or the backup, holds the data of another unit than the configuration "
         "says.",
         "Correct 'unit', give this node a state_dir of its own, or choose the right backup."},
    [LOG_EVENT_STORE_SCHEMA] = {"store-schema", "262d2f2762d241788c2e8a7b20867feb", LOG_LEVEL_ERROR,
                                "The store was written by a version that this one cannot read.",
                                "Use the version that the line names."},
    [LOG_EVENT_STORE_UPGRADED] =
        {"store-upgraded", "9bfbcc4e2fe44e92931e4694db3fad01", LOG_LEVEL_NOTICE,
         "The store of an earlier version was brought up to date; what it was before is kept "
         "beside "
         "it, in the file that the line names.",
         "Remove that file when going back to the earlier version is out of the question."},
    [LOG_EVENT_STORE_NOT_UPGRADED] =
        {"store-not-upgraded", "923b37765954452f8f36128634c4e124", LOG_LEVEL_ERROR,
         "The store of an earlier version could not be brought up to date; it is what it was, and "
         "the daemon has ended.",
         "Do what the line says: mostly make room on its disk; then start again, or go back to the "
         "version before."},
    [LOG_EVENT_STORE_DAMAGED] =
        {"store-damaged", "668f30e2480348e28363ca20e056ae8d", LOG_LEVEL_ERROR,
         "Something in the store is not what was written: what needs it is refused or waits.",
         "Run 'tonghop verify', and restore a backup; or move the folder away and let the node be "
         "refilled by its parent."},
    [LOG_EVENT_STORE_REMOVED] =
        {"store-removed", "6c0f3343f7d94f36b4505354e11f0a46", LOG_LEVEL_ERROR,
         "The data file was moved or removed, or another put in its place, while the daemon has it "
         "open: nothing is taken in; what it holds can be read, and is handed up.",
         "Put it back; or, when nothing is left to be sent, stop the daemon and restore a backup; "
         "without one see 'Replacing a burnt disk' in docs/OPERATING.md."},
    [LOG_EVENT_STORE_FAILED] = {"store-failed", "a90280a5d2814228a0acd3e835e944bf", LOG_LEVEL_ERROR,
                                "Reading or writing the store failed, as the line says why.",
                                "Look for free disk space, and for disk errors in the kernel log."},
    [LOG_EVENT_COMMIT_FAILED] =
        {"commit-failed", "16c3a3ee99df4b46b9c862ff981f4e71", LOG_LEVEL_ERROR,
         "The store failed so that nobody knows what is on disk, or failed under work in the "
         "background: the daemon ends without answering, and is started again.",
         "See the lines before; what was not acknowledged is sent again by itself."},
    [LOG_EVENT_WORK_FAILED] =
        {"work-failed", "76eec25cc1714be0b167d82840f8d6c6", LOG_LEVEL_ERROR,
         "Work in the background, such as rebuilding totals, found the disk or the store full and "
         "is tried again.",
         "Make room on the disk, or raise map_size_mib and restart; it goes on by itself."},
    [LOG_EVENT_DISK_LOW] =
        {"disk-low", "360b7a7f670b404087a470e58c2c30bf", LOG_LEVEL_ERROR,
         "Less than reserve_mib is left on the disk, or the store is nearly as large as "
         "map_size_mib: no reports are taken in. Or reserve_mib is 0 and less than 1 MiB is left: "
         "the next write that fails ends the daemon.",
         "Make room on the disk, or raise map_size_mib and restart; intake goes on by itself."},
    [LOG_EVENT_DISK_HAS_ROOM] = {"disk-has-room", "4160017adada412bac8bec71b3469e5b",
                                 LOG_LEVEL_NOTICE, "There is room again: reports are taken in.",
                                 "Nothing."},
    [LOG_EVENT_READERS_CLEARED] = {"readers-cleared", "9f42f57847904fcdab15222ac1449e54",
                                   LOG_LEVEL_NOTICE,
                                   "Programs that read the store, such as a backup, had ended "
                                   "without saying so; their places were freed.",
                                   "Nothing."},
    [LOG_EVENT_READERS_UNCHECKED] =
        {"readers-unchecked", "a2e8b2f849ec4d209ded40102bdccd67", LOG_LEVEL_WARNING,
         "Whether places of readers that have ended can be freed is not known.",
         "If it comes again, restart the daemon when no backup runs."},

    /* the node above */
    [LOG_EVENT_LINK_UP] = {"link-up", "1ec793e360cd4debb6910ab60ecf0c4a", LOG_LEVEL_NOTICE,
                           "There is a link with the node above; what waits goes up.", "Nothing."},
    [LOG_EVENT_LINK_FAILED] = {"link-failed", "6fa5ebab077840bbaa8cf64025009ddf", LOG_LEVEL_WARNING,
                               "The node above cannot be reached, or it or this node has another "
                               "key than the other side knows; it is tried again by itself.",
                               "The line says which: see to the network, to [parent] endpoint and "
                               "key, or to the enrolment there ('tonghop keys')."},
    [LOG_EVENT_LINK_LOST] = {"link-lost", "d96b8c7cbe074d8aa0faccfc306ca0ba", LOG_LEVEL_WARNING,
                             "The link with the node above is gone, the line says why; it is tried "
                             "again by itself, and reports wait.",
                             "Nothing, unless no link-up follows; then see 'tonghop status'."},
    [LOG_EVENT_LINK_REFUSED] =
        {"link-refused", "7a789ce59d514a989f87f881f373157f", LOG_LEVEL_WARNING,
         "The node above answered no to this node; it is tried again by itself.",
         "The line has its reason: correct unit, key or enrolment."},
    [LOG_EVENT_PARENT_BENEATH] =
        {"parent-beneath", "75c49d58c7b94f56abf804a0db4316bf", LOG_LEVEL_ERROR,
         "The key in [parent] is enrolled here: as that of a node beneath, "
         "which makes a loop, or as a person's.",
         "Correct [parent], or revoke the key."},
    [LOG_EVENT_REPORT_NOT_TAKEN] =
        {"report-not-taken", "322160846efe4e4492db9365f9b9b26b", LOG_LEVEL_WARNING,
         "The node above did not take a report, or a year's totals, which it compares; what was "
         "sent "
         "waits here, parked with the reason.",
         "See 'tonghop status'; what was refused for now is tried again by itself."},
    [LOG_EVENT_PARENT_MESSAGE_IGNORED] = {"parent-message-ignored",
                                          "8a6e1845b7e74c05a34d341000584ed7", LOG_LEVEL_WARNING,
                                          "The node above sent something that does not read, or "
                                          "does not belong here; it was ignored.",
                                          "If it comes again, see that both nodes have versions "
                                          "that go together; tell the developers."},
    [LOG_EVENT_NOTICE_IGNORED] =
        {"notice-ignored", "37f499b2ab70460d9379787849cb9dbe", LOG_LEVEL_WARNING,
         "A node sent a notice that does not read, or that is not for it to say; it was left out, "
         "and the others were taken over.",
         "The line says why: see who runs that node, and that both have versions that go "
         "together."},
    [LOG_EVENT_COMPARISON_FAILED] =
        {"comparison-failed", "f69f0037b8694aa2b46fceba46eb4e11", LOG_LEVEL_WARNING,
         "The node above could not compare what both nodes hold; it is asked again later.",
         "If the line says corrupt, run 'tonghop verify' at the node above; else nothing."},
    [LOG_EVENT_NOTICES_WITHHELD] =
        {"notices-withheld", "d142970830f840a2b40ea01e0ad9429a", LOG_LEVEL_WARNING,
         "The node above cannot read what was said to units, or take it over; it is asked again.",
         "Run 'tonghop verify' at the node above."},
    [LOG_EVENT_RESTORE_COMPLETE] =
        {"restore-complete", "7d309d963142474d95a1897a635406c2", LOG_LEVEL_NOTICE,
         "This node has all that the node above holds, and takes reports in.", "Nothing."},
    [LOG_EVENT_TOTALS_DIFFER] = {"totals-differ", "8e74050bd6bc450da97babb20f55d27e",
                                 LOG_LEVEL_ERROR,
                                 "The node above computes other totals from the same reports.",
                                 "Run 'tonghop verify' on both nodes; restore a backup where it "
                                 "finds a difference, tell the developers if it does not."},

    /* the catalogue */
    [LOG_EVENT_CATALOGUE_IN_FORCE] = {"catalogue-in-force", "a1a699d128774766a4e91570fa6d3379",
                                      LOG_LEVEL_NOTICE,
                                      "A catalogue came into force; totals are rebuilt under it.",
                                      "Nothing."},
    [LOG_EVENT_TOTALS_REBUILT] = {"totals-rebuilt", "fde085d2f32e407daa6941847a9851f5",
                                  LOG_LEVEL_INFO, "All totals are those of the catalogue in force.",
                                  "Nothing."},
    [LOG_EVENT_CATALOGUE_UNUSABLE] =
        {"catalogue-unusable", "35f3eca55323452ab35b610bafb198db", LOG_LEVEL_ERROR,
         "A catalogue, from the node above or in the store, cannot be used.",
         "See that this node is not older than the one above; if it is the one in the store, "
         "restore a backup."},
    [LOG_EVENT_CATALOGUE_DIFFERS] =
        {"catalogue-differs", "d371140fd99d402e90058ad98f13634d", LOG_LEVEL_ERROR,
         "The node above has another catalogue under the number of the one here.",
         "Publish the right one at the root with a higher number."},
    [LOG_EVENT_CATALOGUE_AHEAD] =
        {"catalogue-ahead", "24c8060fb89748ebab73cdebceba8ece", LOG_LEVEL_WARNING,
         "A node beneath has a catalogue with a higher number than the one here: this node, or the "
         "root, was restored from an old backup.",
         "'tonghop status' says what to do."},
    [LOG_EVENT_CATALOGUE_WITHHELD] =
        {"catalogue-withheld", "a7da3d52b3fb4cad8b8423893858145a", LOG_LEVEL_WARNING,
         "The node above did not hand down its catalogue; it is asked again.",
         "If it comes again, see 'tonghop status' there."},
    [LOG_EVENT_UNIT_UNKNOWN] =
        {"unit-unknown", "0c99f73e47d247a9951a1d32224df286", LOG_LEVEL_ERROR,
         "The catalogue in force does not have the unit of this node.",
         "Correct unit in the configuration, or publish a catalogue that has it."},
    [LOG_EVENT_ENROLLED_UNKNOWN] = {"enrolled-unknown", "5338e9a8f20147a7ab012bd76f91412d",
                                    LOG_LEVEL_WARNING,
                                    "A key was enrolled, before there was a catalogue, for a unit "
                                    "that the catalogue now in force does not have.",
                                    "Revoke it, or enrol it for the right unit."},
    [LOG_EVENT_REPORT_AWAITS_CATALOGUE] =
        {"report-awaits-catalogue", "f699fa8b9b874f3eb7bab8fc50a1caa6", LOG_LEVEL_INFO,
         "The node above holds a report under a catalogue that has not come here yet.", "Nothing."},

    /* those beneath */
    [LOG_EVENT_CHILD_CONNECTED] =
        {"child-connected", "90caed036f954aaabdd1bcfc1a9e25a0", LOG_LEVEL_NOTICE,
         "The node of a unit beneath said hello for the first time since it connected.",
         "Nothing."},
    [LOG_EVENT_KEY_REFUSED] =
        {"key-refused", "fa302443afb9432ca60d4ac08b336878", LOG_LEVEL_NOTICE,
         "A key that is not enrolled here tried to connect.",
         "If it is that of a new node or reporter, enrol it: 'tonghop enrol'."},
    [LOG_EVENT_KEY_MISTAKEN] =
        {"key-mistaken", "3fcaec8b13c040c5b847890f93240090", LOG_LEVEL_NOTICE,
         "Somebody connects with a public key that is not this node's, as in the configuration of "
         "a node or client that was set up with a wrong one.",
         "If it is one of yours, put the key that the line has into its [parent] or [client]."},
    [LOG_EVENT_CHILD_REFUSED] =
        {"child-refused", "3cc9db3e23034596aa72e193d107b20e", LOG_LEVEL_WARNING,
         "A node with an enrolled key is turned away: its unit, role, catalogue or protocol is not "
         "what it should be here, or it is the node above. Told once an hour of each key.",
         "The line has the reason; 'tonghop status' has what to do."},
    [LOG_EVENT_KEY_SHARED] =
        {"key-shared", "2b12a0595c6c4f64aef84f2f4dcabd0e", LOG_LEVEL_ERROR,
         "Two daemons use one key at the same time: that of a node beneath, or of this one.",
         "Stop one of them; if the key was copied, make a new one: 'tonghop rekey'."},
    [LOG_EVENT_CLOCK_OFF] =
        {"clock-off", "e0da3ce8037b49beae9ef194c6e1eed5", LOG_LEVEL_WARNING,
         "The clock of the node above, or of one beneath, differs from this one's by more than 5 "
         "minutes; by these clocks it is told whether reports are filed in time.",
         "Set both by a time server: timedatectl set-ntp true."},
    [LOG_EVENT_CLOCK_AGREES] = {"clock-agrees", "6530deed8c024ae4b4e2b5a5a65a1886",
                                LOG_LEVEL_NOTICE,
                                "A clock that was off agrees with this one's again.", "Nothing."},
    [LOG_EVENT_MESSAGE_REFUSED] = {"message-refused", "3eb2490f832c452f8270cd6655853527",
                                   LOG_LEVEL_WARNING, "A message did not read and was refused.",
                                   "If it comes again, see who sends it and with which version."},
    [LOG_EVENT_MESSAGE_FAILED] = {"message-failed", "59ce9f4f2cf548898c992011454cd3a0",
                                  LOG_LEVEL_ERROR,
                                  "A message could not be processed and was not kept; its sender "
                                  "was told so, or sends it again.",
                                  "See the lines before; if it comes again, tell the developers."},
    [LOG_EVENT_MESSAGES_DROPPED] =
        {"messages-dropped", "73b7b10d63a74d8c9ec452c74182c0e3", LOG_LEVEL_WARNING,
         "Messages that no honest peer sends were dropped.",
         "The line names the last sender: revoke its key if it is not to be trusted."},
    [LOG_EVENT_CONNECTIONS_CUT] =
        {"connections-cut", "c4fe9b77f12f458ab714d6953c8c6099", LOG_LEVEL_WARNING,
         "Connections were ended because they made this node hold too much in memory.",
         "The line names where the last came from: see what runs there."},
    [LOG_EVENT_QUARANTINED] = {"quarantined", "7854c76661164dd3bf48e794c859eaf8", LOG_LEVEL_ERROR,
                               "A message that cannot be processed, or that its sender may not "
                               "send, is kept for a person.",
                               "See 'tonghop quarantine'; then clear it there."},
    [LOG_EVENT_ALARM] = {"alarm", "f8737a1bbf0c4c1ea06bc043b50ef03c", LOG_LEVEL_ERROR,
                         "A node beneath computes other totals from the same reports.",
                         "Run 'tonghop verify' on both nodes; the alarm ends when they agree."},
    [LOG_EVENT_REVISION_CONTRADICTS] = {"revision-contradicts", "859f1832293e46599aafae729857937e",
                                        LOG_LEVEL_WARNING,
                                        "A node beneath sent a report that another node had taken "
                                        "in under the same number; the unit's own node settles it.",
                                        "Nothing, unless 'tonghop status' names it."},
    [LOG_EVENT_FORK_SETTLED] = {"fork-settled", "0653c73e2cff44d3ab388849ba1b3042",
                                LOG_LEVEL_NOTICE,
                                "Two nodes had taken in reports of one unit under the same number: "
                                "the later filing stands.",
                                "Nothing; if one was set aside, see filing-set-aside."},
    [LOG_EVENT_FILING_SET_ASIDE] =
        {"filing-set-aside", "4d085e3f682543e88a17d652b0a81079", LOG_LEVEL_WARNING,
         "A filing gave way to another one under the same number, and is kept in the quarantine.",
         "Ask the unit whether its figures have to be filed again: see 'tonghop quarantine --show "
         "NUMBER'."},
    [LOG_EVENT_NUMBERS_USED_UP] = {"numbers-used-up", "c12284b8fef84d248eaba31817e9f767",
                                   LOG_LEVEL_ERROR,
                                   "Another node made up a revision number so high that none is "
                                   "left above it; the report here cannot go up.",
                                   "Tell the developers."},

    /* reports and administration */
    [LOG_EVENT_REPORT_TAKEN_IN] = {"report-taken-in", "07bc71cf03ee4af690207a30b5972112",
                                   LOG_LEVEL_INFO,
                                   "A report was taken in at its home, and got a number.",
                                   "Nothing."},
    [LOG_EVENT_REPORT_ACCEPTED] = {"report-accepted", "bae9ef324c194f76b02a8d120c57ac42",
                                   LOG_LEVEL_NOTICE, "A person accepted a report.", "Nothing."},
    [LOG_EVENT_REPORT_RETURNED] =
        {"report-returned", "5136413cbda04de8b844b3e6b020e505", LOG_LEVEL_NOTICE,
         "A person returned a report: it does not count until it is filed anew.", "Nothing."},
    [LOG_EVENT_PERIOD_REOPENED] =
        {"period-reopened", "e810347b6d8e47ad8a2cc9aaa848718d", LOG_LEVEL_NOTICE,
         "A unit may file again in a period that was closed, until the moment named.", "Nothing."},
    [LOG_EVENT_UNITS_REMINDED] = {"units-reminded", "66149e1e9b1044e5b47a1408e779fc37",
                                  LOG_LEVEL_NOTICE,
                                  "Units that owe a report and have not filed it were reminded, by "
                                  "a person (TONGHOP_PEER) or by the node itself.",
                                  "Nothing."},
    [LOG_EVENT_PERIOD_CLOSED] = {"period-closed", "782dc10cc71b4e0cb67024409f44e0ae",
                                 LOG_LEVEL_NOTICE,
                                 "A person froze the figures of a period as an edition.",
                                 "Nothing."},
    [LOG_EVENT_ENROLLED] = {"enrolled", "a7f22240fe3e4ec8b5aaf67e3f4b756d", LOG_LEVEL_NOTICE,
                            "A key was enrolled.",
                            "Nothing, if it was meant to be; else revoke it."},
    [LOG_EVENT_REVOKED] = {"revoked", "651145849a604340bf7c8c97f093b456", LOG_LEVEL_NOTICE,
                           "A key was revoked.", "Nothing."},
    [LOG_EVENT_QUARANTINE_CLEARED] =
        {"quarantine-cleared", "d573cef75dc84943b189139103e803e2", LOG_LEVEL_NOTICE,
         "A person cleared messages from the quarantine, or the alarms.", "Nothing."},

    /* verification, backup and restore */
    [LOG_EVENT_VERIFY_DIFFERENCE] = {"verify-difference", "3643e473d3d34482b518fa0fce240c63",
                                     LOG_LEVEL_ERROR,
                                     "A total or a digest is not that of the reports held.",
                                     "Restore a backup, and tell the developers."},
    [LOG_EVENT_CARE_UNREADABLE] =
        {"care-unreadable", "8bb05301a27b4f7e87d40583758c4d4a", LOG_LEVEL_WARNING,
         "What the last verification or backup came to cannot be read in the state folder.",
         "Run it again: `tonghop verify`, or the unit `tonghop-backup@NAME`."},
    [LOG_EVENT_OFFLINE_FAILED] =
        {"offline-failed", "8cdf75021b2e4258b72c348994396a0f", LOG_LEVEL_ERROR,
         "A verification, backup, restore, export or import was refused, or did not come "
         "to its end; nothing was changed.",
         "Do what the line says."},
    [LOG_EVENT_LEFTOVERS] =
        {"leftovers", "2e64db8031604cc8a96c80723bd001cf", LOG_LEVEL_WARNING,
         "A folder of work that a backup, restore, export or import made cannot be removed.",
         "Remove it by hand."},
    [LOG_EVENT_CARE_UNRECORDED] = {"care-unrecorded", "98053f8fc5e746adac281bab7112c175",
                                   LOG_LEVEL_WARNING,
                                   "When the data was verified or backed up, and how that ended, "
                                   "could not be written into the "
                                   "state folder, where tonghop status looks for it.",
                                   "See what the line says of the folder; the verification or "
                                   "backup itself is not concerned."},
};

static_assert(sizeof infos / sizeof *infos == LOG_EVENT_COUNT, "every event is in the table");

const struct log_event_info *log_event_info(enum log_event event)
{
    return &infos[event];
}
