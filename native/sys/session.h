#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <unordered_map>
#include <vector>

#include "sys/exchange.h"
#include "sys/netlink_socket.h"
#include "sys/predecessor.h"
#include "sys/request_queue.h"
#include "sys/runtime.h"
#include "sys/socket_origin.h"
#include "sys/stream_dump.h"
#include "wire/record.h"

namespace rtnetlink::sys {

/** A queue of records and the socket that they go over, in call order. The socket is opened, used and closed by jobs,
 * one at a time. */
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<Runtime> runtime, SocketOrigin origin, int dump_restarts)
      : runtime_(std::move(runtime)),
        protocol_(origin.protocol()),
        dump_restarts_(dump_restarts),
        origin_(std::move(origin)) {}

  // On the JavaScript thread. The record has been checked.

  /** Whether the message is one of this socket's protocol. */
  bool takes(const wire::MessageKind& kind) const;
  bool is_orphan(const wire::Record& record) const { return queue_.is_orphan(record); }
  void append(const wire::Record& record);
  void flush();
  void resume(uint32_t id);
  bool cancel(uint32_t id);
  void close();

 private:
  using Turn = RequestQueue::Turn;

  struct Connection {
    Connection(NetlinkSocket opened, Names::OpenRoute open_route, CompletionQueue& completions)
        : socket(std::move(opened)), names(socket, std::move(open_route)), exchange(socket, names, completions) {}
    NetlinkSocket socket;
    Names names;
    Exchange exchange;
  };

  void schedule();
  void submit(ThreadPool::Job job);
  void cancel_streams();
  std::shared_ptr<StreamDump> find_stream(uint32_t id);

  bool wait_at_once();
  void run(const std::stop_token& stop);
  bool connect();
  void perform(Turn turn, const std::stop_token& stop);
  bool wait(const wire::Record& record);
  void waited(uint32_t id, bool succeeded);
  void dump(const wire::Record& record, const std::stop_token& stop);
  void link_ioctl(const wire::Record& record, const std::stop_token& stop);
  void slice(const wire::Record& record, const std::stop_token& stop);
  void transact(const wire::Record& record, const std::stop_token& stop);
  void remember(uint32_t id, const std::shared_ptr<StreamDump>& stream);
  void stream(const wire::Record& record, const std::stop_token& stop);
  void complete_all(const std::vector<uint32_t>& ids, const wire::Completion& like);
  void fail_all(const SystemError& error);
  void disconnect();

  const std::shared_ptr<Runtime> runtime_;
  const int protocol_;
  const int dump_restarts_;
  RequestQueue queue_;

  // Of the JavaScript thread.
  bool used_ = false;

  // Of the job.
  std::optional<SocketOrigin> origin_;
  std::unique_ptr<Connection> connection_;
  std::vector<wire::Record> records_;
  Predecessor previous_;

  std::mutex mutex_;
  std::unordered_map<uint32_t, std::shared_ptr<StreamDump>> streams_;
  bool streams_closed_ = false;
};

}  // namespace rtnetlink::sys
