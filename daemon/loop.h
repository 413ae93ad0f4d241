/* The loop: the only place that waits for messages (turn.h). It drains up to a batch of events,
 * lets the node step them in one transaction, and only then sends. */
#ifndef DAEMON_LOOP_H
#define DAEMON_LOOP_H

#include "link/sock.h"
#include "node/node.h"
#include "text/conf.h"

struct loop;

/* Binds the sockets of `conf` (ZAP first, then the self-test, then the listeners). `signal_fd` is a
 * signalfd of the signals that end the loop, and of SIGHUP, at which `conf` is read again from
 * `conf_path`. Every failure is logged with its remedy. */
enum err loop_new(struct conf *conf, const char *conf_path, const struct key_pair *pair,
                  struct node *node, int signal_fd, struct loop **ret_loop);
/* Runs until a signal comes (ERR_OK), or something fatal happens: a commit whose outcome is
 * unknown. What was received before the signal is still answered, up to a batch; its answers have
 * a moment to arrive before the sockets are closed. */
enum err loop_run(struct loop *loop);
void loop_free(struct loop **loop);

/* Binds a socket that listens; what keeps it from that is logged with its remedy. ERR_EXISTS: in
 * use; ERR_USAGE: no address of this machine; ERR_IO. */
enum err loop_listen(struct sock_context *context, const char *endpoint,
                     const struct key_pair *pair, struct sock **ret_sock);

#endif
