#include "sys/session.h"

#include <linux/netlink.h>

#include <utility>

#include "sys/dump.h"
#include "sys/link_ioctl.h"
#include "sys/overlap_run.h"
#include "sys/slice.h"
#include "sys/system_error.h"
#include "sys/transaction.h"

namespace rtnetlink::sys {

using wire::CompletionCode;

bool Session::takes(const wire::MessageKind& kind) const {
  return kind.type == wire::kAfter || kind.protocol() == protocol_;
}

void Session::append(const wire::Record& record) {
  if (queue_.is_closed()) return runtime_->completions.post({record.id(), CompletionCode::kCancelled});
  if (queue_.is_full() && !record.has(wire::kLinked)) flush();
  queue_.append(record);
}

void Session::flush() {
  if (queue_.flush()) schedule();
}

void Session::schedule() {
  used_ = true;
  if (wait_at_once()) return;
  submit([self = shared_from_this()](const std::stop_token& stop) { self->run(stop); });
}

void Session::submit(ThreadPool::Job job) {
  try {
    runtime_->pool.submit(std::move(job));
  } catch (const SystemError& error) {
    fail_all(error);
    queue_.stand_still();
  }
}

/** True when the next thing to do is to wait for another request. No thread is needed for that. */
bool Session::wait_at_once() {
  const CompletionQueue& completions = runtime_->completions;
  const auto is_under_way = [&](const wire::Record& after) { return completions.is_under_way(after.header().front()); };
  return queue_.take_waiting(is_under_way, records_) && !wait(records_.front());
}

void Session::resume(uint32_t id) {
  if (const auto stream = find_stream(id)) stream->resume();
}

bool Session::cancel(uint32_t id) {
  if (queue_.cancel(id)) {
    runtime_->completions.post({id, CompletionCode::kCancelled});
    return true;
  }
  if (const auto stream = find_stream(id)) stream->cancel();
  return false;
}

void Session::close() {
  if (queue_.is_closed()) return;
  complete_all(queue_.close(), {0, CompletionCode::kCancelled});
  cancel_streams();
  if (!used_) return disconnect();
  if (queue_.start_if_idle()) schedule();
}

std::shared_ptr<StreamDump> Session::find_stream(uint32_t id) {
  const std::lock_guard lock(mutex_);
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second;
}

void Session::cancel_streams() {
  std::unordered_map<uint32_t, std::shared_ptr<StreamDump>> streams;
  {
    const std::lock_guard lock(mutex_);
    streams_closed_ = true;
    streams.swap(streams_);
  }
  for (const auto& [id, stream] : streams) stream->cancel();
}

/** Opens the socket, if it is not open. False when that failed: then everything in the queue has, too. */
bool Session::connect() {
  if (connection_) return true;
  if (!origin_) return false;
  try {
    connection_ = std::make_unique<Connection>(origin_->open(runtime_->counters),
                                               origin_->route_opener(runtime_->counters), runtime_->completions);
    return true;
  } catch (const SystemError& error) {
    fail_all(error);
    return false;
  }
}

/** Once take() says that there is nothing, the next job may have begun: no member is touched any more. */
void Session::run(const std::stop_token& stop) {
  CompletionQueue& completions = runtime_->completions;
  connect();
  while (!stop.stop_requested()) {
    const std::size_t capacity = connection_ ? connection_->socket.receive_capacity() : 0;
    const Turn turn = queue_.take(previous_.succeeded, {capacity / 2}, records_);
    if (turn == Turn::kIdle) return completions.wake_for_rest();
    if (turn == Turn::kClosed) {
      completions.wake_for_rest();
      return disconnect();
    }
    if (turn == Turn::kAfter) {
      if (!wait(records_.front())) return completions.wake_for_rest();
    } else {
      perform(turn, stop);
    }
  }
}

void Session::perform(Turn turn, const std::stop_token& stop) {
  if (turn == Turn::kCancelled) {
    previous_ = {};
    return;
  }
  if (turn == Turn::kSkipped) {
    previous_ = {};
    return runtime_->completions.post({records_.front().id(), CompletionCode::kSkipped});
  }
  if (!connect()) return;
  switch (turn) {
    case Turn::kBatch:
      return connection_->exchange.run(records_, previous_, stop);
    case Turn::kDump:
      return dump(records_.front(), stop);
    case Turn::kStream:
      return stream(records_.front(), stop);
    case Turn::kLinkIoctl:
      return link_ioctl(records_.front(), stop);
    case Turn::kSlice:
      return slice(records_.front(), stop);
    case Turn::kTransaction:
      return transact(records_.front(), stop);
    case Turn::kOverlap:
      previous_ = OverlapRun(queue_, *origin_, *runtime_).run(connection_->socket, stop);
      return;
    default:
      return;
  }
}

/**
 * False when the other request is still under way: then this job ends as one that goes on, and a new one takes its
 * place when that request has completed. No thread waits.
 */
bool Session::wait(const wire::Record& record) {
  const auto then = [self = shared_from_this(), id = record.id()](bool succeeded) {
    self->submit([self, id, succeeded](const std::stop_token& stop) {
      self->waited(id, succeeded);
      self->run(stop);
    });
  };
  const uint32_t other = record.header().front();
  const std::optional<bool> succeeded = other == 0 ? true : runtime_->completions.succeeded(other, then);
  if (succeeded) waited(record.id(), *succeeded);
  return succeeded.has_value();
}

void Session::waited(uint32_t id, bool succeeded) {
  records_.clear();
  previous_ = {succeeded};
  runtime_->completions.post_with_next({id, succeeded ? CompletionCode::kDone : CompletionCode::kSkipped});
}

void Session::dump(const wire::Record& record, const std::stop_token& stop) {
  Dump dump(connection_->socket, connection_->names, runtime_->completions, dump_restarts_);
  bool going = dump.start(record, previous_, stop);
  while (going) going = dump.advance(stop) != Dump::Progress::kOver;
  previous_ = {dump.succeeded()};
}

void Session::link_ioctl(const wire::Record& record, const std::stop_token& stop) {
  LinkIoctl ioctl(connection_->socket, connection_->names, runtime_->completions);
  previous_ = {ioctl.run(record, previous_, stop)};
}

void Session::slice(const wire::Record& record, const std::stop_token& stop) {
  Slice slice(connection_->exchange, runtime_->completions, connection_->socket.receive_capacity() / 2);
  slice.run(record, previous_, stop);
}

void Session::transact(const wire::Record& record, const std::stop_token& stop) {
  Transaction transaction(connection_->socket, connection_->names, runtime_->completions);
  previous_ = {transaction.run(record, previous_, stop)};
}

void Session::stream(const wire::Record& record, const std::stop_token& stop) {
  const Predecessor previous = std::exchange(previous_, {});
  try {
    NetlinkSocket socket = origin_->open_beside(connection_->socket, runtime_->counters);
    const auto stream = std::make_shared<StreamDump>(runtime_, std::move(socket),
                                                     origin_->route_opener(runtime_->counters), record.id());
    remember(record.id(), stream);
    stream->start(record, previous, stop);
    previous_ = {true};
  } catch (const SystemError& error) {
    runtime_->completions.post(record.id(), error);
  }
}

void Session::remember(uint32_t id, const std::shared_ptr<StreamDump>& stream) {
  const std::lock_guard lock(mutex_);
  std::erase_if(streams_, [](const auto& entry) { return entry.second->is_over(); });
  if (streams_closed_) {
    stream->cancel();
  } else {
    streams_.emplace(id, stream);
  }
}

void Session::complete_all(const std::vector<uint32_t>& ids, const wire::Completion& like) {
  wire::CompletionBuffer buffer;
  for (const uint32_t id : ids) buffer.append({id, like.code, like.error, like.detail});
  runtime_->completions.post(buffer);
}

/** Nothing of what waits, or was just taken, can be sent. */
void Session::fail_all(const SystemError& error) {
  std::vector<uint32_t> ids;
  for (const wire::Record& record : records_) ids.push_back(record.id());
  records_.clear();
  const std::vector<uint32_t> waiting = queue_.withdraw();
  ids.insert(ids.end(), waiting.begin(), waiting.end());
  complete_all(ids, failed(0, error));
  previous_ = {};
}

void Session::disconnect() {
  connection_.reset();
  origin_.reset();
}

}  // namespace rtnetlink::sys
