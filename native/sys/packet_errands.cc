#include "sys/packet_errands.h"

#include <utility>

namespace rtnetlink::sys {

bool PacketErrands::add(Errand errand) {
  bool asleep = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    errands_.push_back(std::move(errand));
    asleep = std::exchange(asleep_, false);
  }
  if (asleep) wake();
  return true;
}

/** The oldest stays where it is while it is gone on with: deque::push_back() moves none, and nobody else takes one. */
bool PacketErrands::go_on() {
  Errand* oldest = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (errands_.empty()) return false;
    oldest = &errands_.front();
  }
  const WriteProgress progress = oldest->go_on();
  if (progress == WriteProgress::kMore) return true;
  if (progress == WriteProgress::kStuck) oldest->hand_over();
  Errand ended;  // What it holds may be the last of its device: not under the mutex.
  const std::lock_guard lock(mutex_);
  ended = std::move(errands_.front());
  errands_.pop_front();
  return true;
}

bool PacketErrands::lie_down() {
  const std::lock_guard lock(mutex_);
  asleep_ = errands_.empty();
  return asleep_;
}

void PacketErrands::get_up() {
  const std::lock_guard lock(mutex_);
  asleep_ = false;
}

void PacketErrands::close() {
  std::deque<Errand> left;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    left.swap(errands_);
  }
  for (const Errand& errand : left) errand.hand_over();
}

}  // namespace rtnetlink::sys
