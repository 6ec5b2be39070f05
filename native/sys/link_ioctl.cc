#include "sys/link_ioctl.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>

#include "wire/encode.h"
#include "wire/fixed_header.h"
#include "wire/refusal.h"

namespace rtnetlink::sys {

using wire::CompletionCode;

namespace {

/**
 * Bytes for the struct. Most kernels write as many statistics as the driver has at that moment, not as many as they
 * were told that there is room for (ethtool_get_stats() in net/ethtool/ioctl.c): more than any driver has.
 */
constexpr std::size_t kScratch = std::size_t{4} * wire::kMostRoom;

constexpr std::size_t kStruct = NLMSG_HDRLEN + sizeof(wire::LinkIoctlHeader);

wire::LinkIoctlHeader header_of(wire::Bytes message) {
  wire::LinkIoctlHeader header;
  std::memcpy(&header, message.data() + NLMSG_HDRLEN, sizeof(header));
  return header;
}

}  // namespace

bool LinkIoctl::run(const wire::Record& record, const Predecessor& previous, const std::stop_token& stop) {
  const uint32_t id = record.id();
  RecordNames names(names_, previous, stop);
  const wire::Encoded encoded = wire::encode(record, 0, writer_, names);
  if (encoded.end == wire::Encoded::End::kComplete) return perform(id);
  completions_.post(wire::unencoded(id, encoded), writer_.bytes());
  return false;
}

bool LinkIoctl::perform(uint32_t id) {
  const wire::LinkIoctlHeader header = header_of(writer_.bytes());
  const wire::Bytes given = writer_.bytes().subspan(kStruct);
  if (given.size() > wire::kMostRoom) {
    completions_.post({id, CompletionCode::kTooLarge, EMSGSIZE});
    return false;
  }
  const std::size_t room = std::max<std::size_t>(header.room, given.size());
  const auto scratch = std::make_unique_for_overwrite<std::byte[]>(kScratch);
  std::memset(scratch.get(), 0, room);
  std::memcpy(scratch.get(), given.data(), given.size());
  if (const int error = socket_.link_ioctl(header.request, header.index, scratch.get()); error != 0) {
    completions_.post({id, CompletionCode::kRefused, static_cast<uint32_t>(error)}, writer_.bytes());
    return false;
  }
  completions_.post({id, CompletionCode::kReply}, writer_.bytes(0, kStruct), {scratch.get(), room});
  return true;
}

}  // namespace rtnetlink::sys
