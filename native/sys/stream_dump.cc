#include "sys/stream_dump.h"

#include <utility>

#include "sys/system_error.h"

namespace rtnetlink::sys {

StreamDump::StreamDump(std::shared_ptr<Runtime> runtime, NetlinkSocket socket, Names::OpenRoute open_route, uint32_t id)
    : runtime_(std::move(runtime)),
      id_(id),
      channel_(std::make_unique<Channel>(std::move(socket), std::move(open_route), runtime_->completions)) {}

void StreamDump::start(const wire::Record& record, const Predecessor& previous, const std::stop_token& stop) {
  if (channel_->dump.start(record, previous, stop)) return schedule();
  end();
}

void StreamDump::resume() {
  {
    const std::lock_guard lock(mutex_);
    ++credit_;
    if (state_ != State::kWaiting || credit_ < kAhead / 2) return;
    state_ = State::kRunning;
  }
  schedule();
}

/** The socket is closed by a job: the kernel may take its time. */
void StreamDump::cancel() {
  {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    if (state_ != State::kWaiting) return;
    state_ = State::kRunning;
  }
  schedule();
}

bool StreamDump::is_over() {
  const std::lock_guard lock(mutex_);
  return state_ == State::kOver;
}

void StreamDump::schedule() {
  try {
    runtime_->pool.submit([self = shared_from_this()](const std::stop_token& stop) { self->run(stop); });
  } catch (const SystemError& error) {
    runtime_->completions.post(id_, error);
    end();
  }
}

void StreamDump::run(const std::stop_token& stop) {
  for (;;) {
    if (is_cancelled()) {
      runtime_->completions.post({id_, wire::CompletionCode::kCancelled});
      return end();
    }
    const Dump::Progress progress = channel_->dump.advance(stop);
    if (progress == Dump::Progress::kOver) return end();
    if (!goes_on(progress)) return;
  }
}

/** False when it is JavaScript's turn. From then on another job may run. */
bool StreamDump::goes_on(Dump::Progress progress) {
  if (progress == Dump::Progress::kNothing) return true;
  const std::lock_guard lock(mutex_);
  if (cancelled_ || --credit_ > 0) return true;
  state_ = State::kWaiting;
  return false;
}

bool StreamDump::is_cancelled() {
  const std::lock_guard lock(mutex_);
  return cancelled_;
}

void StreamDump::end() {
  channel_.reset();
  const std::lock_guard lock(mutex_);
  state_ = State::kOver;
}

}  // namespace rtnetlink::sys
