#include "sys/ping.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include "sys/system_error.h"
#include "wire/icmp_echo.h"

namespace rtnetlink::sys {
namespace {

using Clock = std::chrono::steady_clock;

/** The payload repeats itself, for whoever looks at it in a packet capture. */
std::vector<std::byte> make_packet(std::size_t payload) {
  std::vector<std::byte> packet(wire::kEchoHeaderSize + payload);
  for (std::size_t at = wire::kEchoHeaderSize; at < packet.size(); ++at) packet[at] = static_cast<std::byte>(at & 0xff);
  return packet;
}

class PingRun {
 public:
  PingRun(const PingRequest& request, const NetworkNamespace* where,
          const std::function<void(const PingReply&)>& on_reply)
      : request_(request),
        on_reply_(on_reply),
        target_(request.address),
        packet_(make_packet(request.size)),
        socket_(request.address.version(), packet_.size(), where) {
    InternetAddress from = request.from;
    if (!request.interface.empty()) {
      socket_.bind_to_interface(request.interface);
      const int index = socket_.interface_index(request.interface);
      if (target_.needs_scope()) target_.set_scope(index);
      if (from.needs_scope()) from.set_scope(index);
    }
    if (request.mark > 0) socket_.set_mark(request.mark);
    if (!from.empty()) socket_.bind_to_address(from);
    if (request.ttl > 0) socket_.set_ttl(request.ttl);
    sent_.reserve(request.count);
  }

  PingEnd run(const Cancellation& cancellation) {
    Clock::time_point next_send = Clock::now();
    for (;;) {
      if (!all_sent() && Clock::now() >= next_send) {
        send_next();
        next_send = sent_.back().at + request_.interval;
      }
      // What arrived while this thread did not get its turn has arrived in time: so first the replies, then the time of
      // before.
      const Clock::time_point looked = Clock::now();
      receive();
      pass_over_settled(looked);
      if (all_sent() && oldest_ == sent_.size()) return PingEnd::kFinished;

      Clock::time_point until = Clock::time_point::max();
      if (!all_sent()) until = next_send;
      if (oldest_ < sent_.size()) until = std::min(until, sent_[oldest_].at + request_.timeout);
      if (wait(until, cancellation)) return PingEnd::kCancelled;
    }
  }

 private:
  struct Sent {
    Clock::time_point at;
    bool settled;
  };

  /** So that a flood neither delays our own requests nor a cancellation; more than a receive buffer of the default size
   * holds. */
  static constexpr int kReceivedInOneGo = 1024;

  [[nodiscard]] bool all_sent() const { return sent_.size() == request_.count; }

  /** A multicast or broadcast request may have any number of replies, from anybody. */
  [[nodiscard]] bool has_many_replies() const { return socket_.is_broadcasting() || target_.is_multicast(); }

  void send_next() {
    const auto sequence = static_cast<std::uint16_t>(sent_.size() + 1);
    sent_.push_back({.at = Clock::now(), .settled = false});
    socket_.send(sequence, target_, packet_);
  }

  void receive() {
    for (int i = 0; i < kReceivedInOneGo; ++i) {
      const std::optional<EchoArrival> arrival = socket_.receive();
      if (!arrival) break;
      if (arrival->address == target_ || target_.is_unspecified() || has_many_replies()) settle(*arrival);
    }
    for (int i = 0; i < kReceivedInOneGo; ++i) {
      const std::optional<EchoArrival> arrival = socket_.receive_error();
      if (!arrival) break;
      if (arrival->address == target_ || target_.is_unspecified()) settle(*arrival);
    }
  }

  void settle(const EchoArrival& arrival) {
    if (arrival.sequence <= oldest_ || arrival.sequence > sent_.size()) return;
    Sent& sent = sent_[arrival.sequence - 1U];
    if (sent.settled) return;
    sent.settled = !has_many_replies();
    const bool is_error = arrival.error_type != 0;
    on_reply_({
        .sequence = arrival.sequence,
        .ttl = is_error ? arrival.error_code : arrival.ttl,
        .kind = arrival.error_type,
        .milliseconds = std::chrono::duration<float, std::milli>(Clock::now() - sent.at).count(),
    });
  }

  void pass_over_settled(Clock::time_point now) {
    while (oldest_ < sent_.size() && (sent_[oldest_].settled || now >= sent_[oldest_].at + request_.timeout)) ++oldest_;
  }

  /** True when cancelled. */
  bool wait(Clock::time_point until, const Cancellation& cancellation) const {
    const auto left = std::max(std::chrono::nanoseconds{0}, std::chrono::nanoseconds(until - Clock::now()));
    const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
    const timespec timeout{.tv_sec = seconds.count(), .tv_nsec = (left - seconds).count()};
    std::array<pollfd, 2> watched{{
        {.fd = cancellation.descriptor().get(), .events = POLLIN, .revents = 0},
        {.fd = socket_.descriptor().get(), .events = POLLIN, .revents = 0},
    }};
    if (ppoll(watched.data(), watched.size(), &timeout, nullptr) < 0 && errno != EINTR)
      throw SystemError(SystemCall::kPoll);
    return watched[0].revents != 0;
  }

  const PingRequest& request_;
  const std::function<void(const PingReply&)>& on_reply_;
  InternetAddress target_;
  std::vector<std::byte> packet_;
  IcmpSocket socket_;
  std::vector<Sent> sent_;
  /** All requests before this one were answered or given up. */
  std::size_t oldest_ = 0;
};

}  // namespace

PingEnd ping(const PingRequest& request, const NetworkNamespace* where, const Cancellation& cancellation,
             const std::function<void(const PingReply&)>& on_reply) {
  return PingRun(request, where, on_reply).run(cancellation);
}

}  // namespace rtnetlink::sys
